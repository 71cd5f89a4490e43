//! Pictures of a run for a quick look: radiographs, slices, candidate centres. Draws nothing itself.

use std::{collections::BTreeMap, ops::Range, path::Path};

use ndarray::{Array2, Array3, ArrayView2, Axis, s};
use voltomo_reconstruct::calibrate::AxisEstimate;
use voltomo_show::picture::{
    ColourMap, CurveStyle, Picture, SliceStyle, Tile, contact_sheet, curve_picture, label_picture,
    slice_picture, write_png,
};
use voltomo_types::{Frames, LengthUnit, Quantity, Scan, VoxelGrid};

use crate::{
    error::RunError,
    iterations::SlabIterations,
    layout::Layout,
    simulate::MATERIALS,
    store::{self, Content, StoredVolume},
};

/// Pictures of a run; the middle slice and the upright section are kept as the slabs go by.
pub(crate) struct Previews {
    layout: Layout,
    grid: VoxelGrid,
    middle: Array2<f32>,
    section: Array2<f32>,
}

impl Previews {
    /// Pictures for a volume on `grid`. Memory: one slice and one upright section.
    pub(crate) fn new(layout: &Layout, grid: &VoxelGrid) -> Self {
        let [depth, height, width] = grid.shape;
        Self {
            layout: layout.clone(),
            grid: *grid,
            middle: Array2::from_elem((height, width), f32::NAN),
            section: Array2::from_elem((depth, width), f32::NAN),
        }
    }

    /// A contact sheet of radiographs and reference frames.
    pub(crate) fn scan(&self, scan: &Scan) -> Result<(), RunError> {
        scan_sheet(scan, &self.layout.acquire().join("frames.png"))
    }

    /// The sinogram of the middle row, as it came out of the correction.
    pub(crate) fn sinogram(&self, corrected: &Array3<f32>) -> Result<(), RunError> {
        let middle = corrected.dim().1 / 2;
        let style = SliceStyle {
            quantity: "line integral".into(),
            title: vec!["Sinogram".into(), "radiographs downwards, detector columns across".into()],
            ..SliceStyle::default()
        };
        let picture = slice_picture(corrected.index_axis(Axis(1), middle), &style);
        write(&picture, &self.layout.correct().join("sinogram.png"))
    }

    /// A contact sheet of slices at candidate centres, where the methods disagreed.
    pub(crate) fn candidates(&self, estimate: Option<&AxisEstimate>) -> Result<(), RunError> {
        let Some(estimate) = estimate.filter(|estimate| !estimate.candidates.is_empty()) else {
            return Ok(());
        };
        let chosen = estimate.axis.centre;
        let away = |centre: f64| (centre - chosen).abs();
        let nearest =
            estimate.candidates.iter().map(|one| away(one.centre_px)).fold(f64::MAX, f64::min);
        let tiles: Vec<Tile<'_>> = estimate
            .candidates
            .iter()
            .map(|candidate| Tile {
                values: candidate.slice.view(),
                caption: format!("centre {:.2} px", candidate.centre_px),
                is_marked: away(candidate.centre_px) <= nearest,
            })
            .collect();
        let subtitle = format!("the methods differ by {:.2} px", estimate.disagreement_px);
        let style = SliceStyle {
            title: vec!["Slices at candidate centres of rotation".into(), subtitle],
            quantity: "attenuation".into(),
            longest_side: 1600,
            ..SliceStyle::default()
        };
        let picture = contact_sheet(&tiles, 3, &style);
        write(&picture, &self.layout.reconstruct().join("centre-candidates.png"))
    }

    /// Keeps what the pictures need of a slab that begins at slice `first`.
    pub(crate) fn keep(&mut self, first: usize, slab: &Array3<f32>) {
        let [depth, height, _] = self.grid.shape;
        for (z, slice) in (first..).zip(slab.outer_iter()) {
            self.section.row_mut(z).assign(&slice.row(height / 2));
            if z == depth / 2 {
                self.middle.assign(&slice);
            }
        }
    }

    /// Keeps what the pictures need of slices that an earlier run stored.
    pub(crate) fn fill(&mut self, slices: Range<usize>, volume: &Path) -> Result<(), RunError> {
        for z in slices {
            let slab = store::read_slab(volume, z..z + 1)?;
            self.keep(z, &slab);
        }
        Ok(())
    }

    /// Residual against iteration, a curve for each slab; nothing of a method without iterations.
    pub(crate) fn iterations(&self, slabs: &[SlabIterations]) -> Result<(), RunError> {
        if slabs.iter().all(|slab| slab.done == 0) {
            return Ok(());
        }
        let chi_squares: Option<Vec<&[f64]>> =
            slabs.iter().map(|slab| slab.chi_square.as_deref()).collect();
        let done = slabs.iter().map(|slab| slab.done).max().unwrap_or(0);
        let planned = slabs.iter().map(|slab| slab.planned).max().unwrap_or(0);
        let reasons = SlabIterations::reasons(slabs);
        let mut title = vec!["Residual after each iteration".to_string()];
        title.push(format!("{done} of {planned} iterations: {reasons}"));
        title.extend(
            (slabs.len() > 1).then(|| format!("a curve for each of {} slabs", slabs.len())),
        );
        let across = "iteration".into();
        let (curves, quantity, level) = match chi_squares {
            Some(curves) => {
                (curves, "chi-square a line integral", Some((1.0, "the noise".to_string())))
            }
            None => {
                let curves = slabs.iter().map(|slab| &slab.residual[..]).collect();
                (curves, "residual over the norm of the data", None)
            }
        };
        let style = CurveStyle { title, across, quantity: quantity.into(), level };
        write(&curve_picture(&curves, &style), &self.layout.reconstruct().join("iterations.png"))
    }

    /// The middle slice and the upright section through the axis, in grey and in colour.
    pub(crate) fn volume(&self) -> Result<(), RunError> {
        let [depth, height, _] = self.grid.shape;
        let folder = self.layout.reconstruct();
        let slice_title = format!("Slice z = {} of {depth}", depth / 2);
        let section_title = format!("Upright section at y = {} of {height}", height / 2);
        let pictures =
            [("slice", &self.middle, slice_title), ("section", &self.section, section_title)];
        for (name, values, title) in pictures {
            for (ending, colour_map) in [("", ColourMap::Grey), ("-colour", ColourMap::Turbo)] {
                let style = style(&self.grid, colour_map, title.clone());
                let picture = slice_picture(values.view(), &style);
                write(&picture, &folder.join(format!("{name}{ending}.png")))?;
            }
        }
        Ok(())
    }
}

/// How a slice of a volume on `grid` is drawn.
fn style(grid: &VoxelGrid, colour_map: ColourMap, title: String) -> SliceStyle {
    SliceStyle {
        colour_map,
        quantity: format!("µ, {}", grid.attenuation_unit().symbol()),
        pixel_size: grid.voxel,
        unit: grid.unit,
        title: vec![title, "linear attenuation coefficient µ".into()],
        ..SliceStyle::default()
    }
}

/// A contact sheet of four radiographs, a flat field and a dark field.
pub(crate) fn scan_sheet(scan: &Scan, path: &Path) -> Result<(), RunError> {
    let frames = captioned_frames(scan)?;
    let tiles: Vec<Tile<'_>> = frames
        .iter()
        .map(|(values, caption)| Tile {
            values: values.view(),
            caption: caption.clone(),
            is_marked: false,
        })
        .collect();
    let quantity = match scan.quantity {
        Quantity::Counts => "counts",
        Quantity::LineIntegrals => "line integral",
    };
    let style = SliceStyle {
        title: vec!["Frames as they were read".into()],
        quantity: quantity.into(),
        pixel_size: scan.detector.pixel.map_or(1.0, |pixel| pixel.0),
        unit: scan.detector.pixel.map_or(LengthUnit::Pixel, |_| LengthUnit::Millimetre),
        longest_side: 1600,
        ..SliceStyle::default()
    };
    write(&contact_sheet(&tiles, 3, &style), path)
}

fn captioned_frames(scan: &Scan) -> Result<Vec<(Array2<f32>, String)>, RunError> {
    let count = scan.radiographs.shape().frames;
    let mut chosen: Vec<usize> = vec![0, count / 4, count / 2, count.saturating_sub(1)];
    chosen.dedup();
    let mut frames = Vec::new();
    for index in chosen {
        let angle = scan.angles.as_ref().and_then(|angles| angles.get(index));
        let angle = angle.map_or(String::new(), |angle| format!(", {:.2}°", angle.degrees()));
        let caption = format!("radiograph {index}{angle}");
        frames.push((read_frame(scan.radiographs.as_ref(), index)?, caption));
    }
    for (name, sets) in [("flat field", &scan.flats), ("dark field", &scan.darks)] {
        if let Some(set) = sets.first() {
            frames.push((read_frame(set.frames.as_ref(), 0)?, name.to_string()));
        }
    }
    Ok(frames)
}

fn read_frame(frames: &dyn Frames, index: usize) -> Result<Array2<f32>, RunError> {
    let shape = frames.shape();
    let mut frame = Array3::zeros((1, shape.rows, shape.columns));
    frames
        .read(index..index + 1, 0..shape.rows, frame.view_mut())
        .map_err(voltomo_acquire::AcquireError::from)?;
    Ok(frame.index_axis_move(Axis(0), 0))
}

/// Draws slice `z` (the middle one without a wish) of a run's volume, or of a volume, as a PNG; one
/// of labels with a colour and a name each.
///
/// # Errors
/// No volume there, a slice outside it, a picture that cannot be written.
pub fn show_slice(volume: &Path, z: Option<usize>, out: &Path) -> Result<(), RunError> {
    let path = volume_in(volume);
    let stored = StoredVolume::open(&path)?;
    let grid = *stored.grid();
    let z = z.unwrap_or(grid.shape[0] / 2);
    let slab = stored.read_slab(z..z + 1)?;
    let slice: ArrayView2<'_, f32> = slab.slice(s![0, .., ..]);
    let mut style = style(&grid, ColourMap::Grey, format!("Slice z = {z} of {}", grid.shape[0]));
    let picture = match stored.content() {
        Content::Attenuation => slice_picture(slice, &style),
        Content::Labels => {
            style.title[1] = "labels".into();
            label_picture(slice, &label_names(&path), &style)
        }
    };
    write(&picture, out)
}

/// What the labels of a volume stand for, by the list beside it; 0 is a void. Nothing more where no
/// such list is there.
fn label_names(volume: &Path) -> BTreeMap<usize, String> {
    #[derive(serde::Deserialize)]
    struct Material {
        label: usize,
        name: String,
    }
    #[derive(serde::Deserialize)]
    struct List {
        materials: Vec<Material>,
    }
    let text = std::fs::read_to_string(volume.with_file_name(MATERIALS)).unwrap_or_default();
    let list = serde_json::from_str(&text).unwrap_or(List { materials: Vec::new() });
    let named = list.materials.into_iter().map(|material| (material.label, material.name));
    std::iter::once((0, "void".into())).chain(named).collect()
}

/// The volume itself, where the output folder of a run was given.
fn volume_in(path: &Path) -> std::path::PathBuf {
    let folder = Layout::new(path).reconstruct();
    let names = ["volume.zarr", "volume", "volume.mha", "volume.nrrd"];
    let inside = names.iter().map(|name| folder.join(name)).find(|path| path.exists());
    inside.unwrap_or(path.into())
}

fn write(picture: &Picture, path: &Path) -> Result<(), RunError> {
    Ok(write_png(picture, path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_named_by_the_list_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let volume = folder.path().join("labels.zarr");
        assert_eq!(label_names(&volume), BTreeMap::from([(0, "void".to_string())]));
        let list = r#"{ "materials": [{ "label": 2, "name": "copper", "density_g_cm3": 8.96 }] }"#;
        std::fs::write(folder.path().join(MATERIALS), list).unwrap();
        assert_eq!(label_names(&volume)[&2], "copper");
    }
}
