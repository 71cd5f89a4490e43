//! Pictures of a run for a quick look: radiographs, slices, candidate centres. Draws nothing itself.

use std::path::Path;

use ndarray::{Array2, Array3, ArrayView2, Axis};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::calibrate::AxisEstimate;
use voltomo_show::ShowError;
use voltomo_show::picture::{
    ColourMap, CurveStyle, Picture, SliceStyle, Tile, Window, contact_sheet, curve_picture,
    encode_png, slice_picture,
};
use voltomo_types::{Frames, LengthUnit, Quantity, Scan, VoxelGrid};

use crate::{error::RunError, iterations::SlabIterations, layout::Layout, whole_file::write_whole};

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
                let what = (title.clone(), values.view());
                let style = style((&self.grid, false), (colour_map, None), what);
                let picture = slice_picture(values.view(), &style);
                write(&picture, &folder.join(format!("{name}{ending}.png")))?;
            }
        }
        Ok(())
    }
}

/// Percentiles of the inside of a body that become the darkest and the brightest colour.
const INSIDE: [f64; 2] = [0.5, 99.5];

/// How a slice of a volume on `grid` is drawn; `values`: what is to be seen well in it. The range of
/// the colours stands in the title and beside the bar.
pub(crate) fn style(
    (grid, is_noise): (&VoxelGrid, bool),
    (colour_map, given): (ColourMap, Option<[f32; 2]>),
    (title, values): (String, ArrayView2<'_, f32>),
) -> SliceStyle {
    let unit = grid.attenuation_unit().symbol();
    let window = given.map_or(Window::Inside(INSIDE), Window::Given);
    let [low, high] = window.limits(&[values]);
    let how = match given {
        Some(_) => "as asked for".to_string(),
        None => format!("air to {} % of the inside", INSIDE[1]),
    };
    let what = match is_noise {
        true => "noise of µ (one standard deviation)",
        false => "linear attenuation coefficient µ",
    };
    let quantity = if is_noise { "noise of µ" } else { "µ" };
    SliceStyle {
        colour_map,
        window: Window::Given([to_f32(low), to_f32(high)]),
        quantity: format!("{quantity}, {unit} ({low:.3} to {high:.3})"),
        pixel_size: grid.voxel,
        unit: grid.unit,
        title: vec![title, format!("{what}, colours {low:.3} to {high:.3} {unit}: {how}")],
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

pub(crate) fn write(picture: &Picture, path: &Path) -> Result<(), RunError> {
    let failed = |source| ShowError::Write { path: path.into(), source };
    Ok(write_whole(path, &encode_png(picture)?).map_err(failed)?)
}

/// Refuses a file for a picture that does not end in `.png`: it may be one that is to be read.
pub(crate) fn check_name(path: &Path) -> Result<(), RunError> {
    let is_png = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    if is_png {
        return Ok(());
    }
    Err(RunError::Picture {
        found: "a picture of another ending".into(),
        expected: "a file that ends in .png".into(),
        path: path.into(),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn a_noise_map_is_titled_as_noise_and_the_range_stands_in_title_and_bar() {
        let grid = VoxelGrid {
            shape: [1, 40, 40],
            voxel: 0.1,
            first: [0.0; 3],
            unit: LengthUnit::Millimetre,
        };
        let values = Array2::from_shape_fn((40, 40), |(y, x)| {
            let away = (y as f32 - 20.0).hypot(x as f32 - 20.0);
            if away > 18.0 {
                0.0
            } else if away > 17.0 {
                8.0
            } else {
                1.0 + 0.01 * away
            }
        });
        let drawn = |is_noise, given| {
            let what = ("Slice".to_string(), values.view());
            style((&grid, is_noise), (ColourMap::Grey, given), what)
        };
        let plain = drawn(false, None);
        assert!(plain.title[1].contains("µ, colours 0.000 to 1.1"), "{:?}", plain.title);
        assert!(plain.quantity.starts_with("µ, 1/cm (0.000 to 1.1"), "{}", plain.quantity);
        let noise = drawn(true, Some([0.0, 0.5]));
        assert!(noise.title[1].contains("noise of µ") && noise.title[1].contains("0.500"));
        assert!(noise.quantity.starts_with("noise of µ, 1/cm"), "{}", noise.quantity);
    }
}
