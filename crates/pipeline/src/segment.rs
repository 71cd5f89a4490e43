//! From one or two volumes on disk to labels on disk, slab by slab. Segments nothing itself.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array3, Axis, s};
use serde::Serialize;
use serde_json::json;
use voltomo_register::{Placement, resample_slab};
use voltomo_segment::{
    LabelSlab, MaterialFigures, PairSlab, SegmentFigures, SegmentSettings, segment_slabs,
    slab_depth,
};
use voltomo_types::{Material, Probe, Transform, Volume, VoxelGrid};

use crate::disk::check_disk;
use crate::error::RunError;
use crate::joint::JointRecord;
use crate::memory::Bytes;
use crate::provenance::write_json;
use crate::registered::Registered;
use crate::simulate::MATERIALS;
use crate::store::{
    self, Content, Existing, NumberType, StoreSettings, VolumeMetadata, VolumeStore, disk_bytes,
};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_volumes::{check_beams, check_memory, check_place, hold_place, read_all};

/// Name of the record of a segmentation.
pub(crate) const RECORD: &str = "segmentation.json";
/// Edge of a chunk of the labels; slices come so many at a time.
const AT_ONCE: usize = 32;
/// Bytes a voxel of a slab and its halo, for both beams, labels and what the model takes.
const SLAB_BYTES: u64 = 20;

/// How far the scale of µ may be from 1 before a person is told.
const SCALE_PLAY: f64 = 0.05;

/// What is to be segmented, and where the labels go.
#[derive(Debug, Clone)]
pub struct SegmentOptions {
    /// One volume, or one of each beam.
    pub volumes: Vec<VolumeRequest>,
    /// Where points of the neutron volume lie in the X-ray volume.
    pub xray_from_neutron: Option<Registered>,
    /// How to segment.
    pub settings: SegmentSettings,
    /// Folder for the labels.
    pub out: PathBuf,
    /// Replace labels that are there.
    pub force: bool,
    /// Memory allowed.
    pub memory: Option<Bytes>,
}

/// What stands in `segmentation.json`.
#[derive(Debug, Clone, Serialize)]
pub struct SegmentationRecord {
    /// The program and its version.
    pub program: String,
    /// The volumes.
    pub volumes: Vec<String>,
    /// The labels: a material's number a voxel, on the voxels of the X-ray volume where there is one.
    pub labels: PathBuf,
    /// What was found.
    #[serde(flatten)]
    pub figures: SegmentFigures,
    /// How it was done.
    pub settings: SegmentSettings,
}

/// The volumes in memory; slabs of both are on the grid of the first.
struct Pair {
    volumes: Vec<(Probe, Volume)>,
    xray_from_neutron: Transform,
}

impl Pair {
    /// The grid of the labels: that of the X-rays, where there are any.
    fn grid(&self) -> &VoxelGrid {
        let xray = self.volumes.iter().find(|(probe, _)| *probe == Probe::Xray);
        &xray.unwrap_or(&self.volumes[0]).1.grid
    }

    /// Both beams in the slices `z`.
    fn slab(&self, z: Range<usize>, kept: &mut Kept) -> PairSlab {
        let grid = *self.grid();
        let mut of = |wanted| {
            let (_, volume) = self.volumes.iter().find(|(probe, _)| *probe == wanted)?;
            if volume.grid == grid {
                return Some(volume.attenuation.slice(s![z.clone(), .., ..]).to_owned());
            }
            let placement = Placement { transform: self.xray_from_neutron, deformation: None };
            Some(kept.with(z.clone(), |z| resample_slab(volume, &grid, &placement, z)))
        };
        PairSlab { neutron: of(Probe::Neutron), xray: of(Probe::Xray) }
    }
}

/// The later three fifths of the slab that was brought onto the other grid last: the next slab begins in it.
#[derive(Default)]
struct Kept {
    first: usize,
    slices: Array3<f32>,
}

impl Kept {
    /// The slices `z`, of which `make` gives those that are not kept.
    fn with(&mut self, z: Range<usize>, make: impl Fn(Range<usize>) -> Array3<f32>) -> Array3<f32> {
        let end = self.first + self.slices.dim().0;
        let slab = if (self.first..end).contains(&z.start) && end < z.end {
            let mut slab = self.slices.slice(s![z.start - self.first.., .., ..]).to_owned();
            slab.append(Axis(0), make(end..z.end).view()).expect("slices of one grid");
            slab
        } else {
            make(z.clone())
        };
        let left = z.len() * 2 / 5;
        self.first = z.start + left;
        self.slices = slab.slice(s![left.., .., ..]).to_owned();
        slab
    }
}

/// Gives each voxel a material; writes `labels.zarr`, `confidence.zarr` (0 to 1), the list of
/// materials, of two beams the joint histogram of their µ, and `segmentation.json` when all is done.
/// Memory: the volumes, and a slab.
///
/// # Errors
/// Volumes that cannot be read, are not in 1/cm, or that no expected material explains; two beams
/// without a registration.
pub fn segment(
    options: &SegmentOptions,
    watch: &dyn Watch,
) -> Result<SegmentationRecord, RunError> {
    let inputs: Result<Vec<_>, _> = options.volumes.iter().map(VolumeInput::open).collect();
    let inputs = inputs?;
    let _held = hold_place(&options.out)?;
    check(options, &inputs)?;
    let registered = options.xray_from_neutron.as_ref();
    registered.map_or(Ok(()), |it| it.check(&inputs, watch))?;
    let volumes = read_all(&inputs, &options.out, watch)?;
    registered.map_or(Ok(()), |it| it.check_volumes(&inputs, &volumes, watch))?;
    let volumes = inputs.iter().map(|input| input.probe).zip(volumes).collect();
    let xray_from_neutron = registered.map_or(Transform::IDENTITY, |it| it.xray_from_neutron);
    let pair = Pair { volumes, xray_from_neutron };
    let (labels, found) = labelled(&pair, options, watch)?;
    let listed = Material::ALL.map(|it| json!({ "label": it.number(), "name": it.name() }));
    write_json(&options.out.join(MATERIALS), &json!({ "materials": listed }))?;
    let both = |z: Range<usize>| {
        let PairSlab { neutron, xray } = pair.slab(z, &mut Kept::default());
        Some([neutron?, xray?])
    };
    if let Some(joint) = JointRecord::of(pair.grid().shape[0], both) {
        joint.write(&options.out)?;
    }
    let record = SegmentationRecord {
        program: concat!("voltomo ", env!("CARGO_PKG_VERSION")).into(),
        volumes: inputs.iter().map(|input| input.path().display().to_string()).collect(),
        labels,
        figures: found,
        settings: options.settings.clone(),
    };
    write_json(&options.out.join(RECORD), &record)?;
    Ok(record)
}

/// What can be known to be wrong before a voxel is read.
fn check(options: &SegmentOptions, inputs: &[VolumeInput]) -> Result<(), RunError> {
    if let Some(problem) = options.settings.problems().into_iter().next() {
        return Err(store::StoreError::Setting { problem }.into());
    }
    check_beams(inputs)?;
    if let [_, second] = inputs {
        let path = || second.path().into();
        if options.xray_from_neutron.is_none() {
            return Err(RunError::NotRegistered { path: path() });
        }
    }
    if let Some(grey) = inputs.iter().find(|input| !input.is_attenuation) {
        return Err(RunError::GreyValues { path: grey.path().into() });
    }
    let held: u64 = inputs.iter().map(VolumeInput::bytes).sum();
    let needed = needed(held, inputs.iter().map(VolumeInput::grid), &options.settings);
    check_memory("the segmentation", needed, options.memory)?;
    let grid = inputs.iter().find(|input| input.probe == Probe::Xray).or(inputs.first());
    let disk = grid.map_or(0, |input| 2 * disk_bytes(&label_settings(255.0), input.grid()));
    check_disk("the labels with their confidence", Bytes(disk), &options.out)?;
    check_place(&options.out, RECORD, options.force)
}

/// Memory that the segmentation takes of volumes of so many bytes on these grids.
pub(crate) fn needed<'a>(
    held: u64,
    grids: impl Iterator<Item = &'a VoxelGrid>,
    settings: &SegmentSettings,
) -> Bytes {
    let slab = |grid: &VoxelGrid| {
        let [depth, rows, columns] = grid.shape;
        slab_depth(settings, grid.voxel).min(depth) * rows * columns
    };
    Bytes(held + grids.map(slab).max().unwrap_or(0) as u64 * SLAB_BYTES)
}

/// Labels every slab, in order; returns where the labels lie, and their figures.
fn labelled(
    pair: &Pair,
    options: &SegmentOptions,
    watch: &dyn Watch,
) -> Result<(PathBuf, SegmentFigures), RunError> {
    let grid = *pair.grid();
    let mut labels = begun("labels", Content::Labels, (&grid, &options.out))?;
    let mut confidences = begun("confidence", Content::Confidence, (&grid, &options.out))?;
    watch.begin("label the voxels", grid.shape[0]);
    let keep = |z: Range<usize>, found: LabelSlab| -> Result<(), RunError> {
        refuse_cancelled(watch, &options.out)?;
        labels.write_slab(z.clone(), found.materials.mapv(f32::from).view())?;
        let shares = found.confidence.mapv(|it| f32::from(it) / 255.0);
        confidences.write_slab(z.clone(), shares.view())?;
        watch.advance(z.end);
        Ok(())
    };
    let mut kept = Kept::default();
    let read = |z: Range<usize>| {
        refuse_cancelled(watch, &options.out)?;
        Ok(pair.slab(z, &mut kept))
    };
    let figures = segment_slabs(&grid, &options.settings, read, keep)?;
    watch.end();
    confidences.finish(false)?;
    Ok((labels.finish(false)?.path, figures))
}

fn begun(
    name: &str,
    content: Content,
    (grid, out): (&VoxelGrid, &Path),
) -> Result<Box<dyn VolumeStore>, RunError> {
    let most = if content == Content::Labels { 255.0 } else { 1.0 };
    let provenance = json!({ "segmented_by": RECORD });
    let metadata = VolumeMetadata { name: name.into(), grid: *grid, content, provenance };
    Ok(store::create_at_once(out, &label_settings(most), &metadata, Existing::Replace)?)
}

/// How labels, or numbers from 0 to `most`, are stored.
fn label_settings(most: f32) -> StoreSettings {
    StoreSettings {
        numbers: NumberType::U8,
        limits: Some([0.0, most]),
        chunk: AT_ONCE,
        ..StoreSettings::default()
    }
}

impl SegmentationRecord {
    /// What a person wants to know at once.
    #[must_use]
    pub fn lines(&self, out: &Path) -> Vec<String> {
        let mut lines: Vec<String> = self.figures.materials.iter().map(line).collect();
        for [one, other] in &self.figures.inseparable {
            lines.push(format!("cannot tell     {} from {}", one.name(), other.name()));
        }
        for (beam, scale) in ["neutron", "X-ray"].into_iter().zip(self.figures.scale) {
            if (scale - 1.0).abs() > SCALE_PLAY {
                lines.push(format!(
                    "WARNING         the {beam} µ are {:.0} % of what the materials have: scatter or \
                     beam hardening is left in them, and small parts may be named wrongly",
                    100.0 * scale
                ));
            }
        }
        lines.push(format!("labels          {}", self.labels.display()));
        lines.push(format!("record          {}", out.join(RECORD).display()));
        lines
    }
}

fn line(found: &MaterialFigures) -> String {
    let mean = |name: &str, mean: Option<f64>| {
        mean.map_or(String::new(), |mean| format!(", {name} {mean:.3} /cm"))
    };
    format!(
        "{:<17} {:>10.1} ± {:.1} mm³{}{}",
        found.material.name(),
        found.volume_mm3,
        found.volume_spread_mm3,
        mean("neutrons", found.neutron),
        mean("X-rays", found.xray)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slabs_from_kept_slices_are_those_made_whole() {
        let made = std::cell::Cell::new(0);
        let slice = |z: usize| Array3::from_elem((1, 2, 3), z as f32);
        let make = |z: Range<usize>| {
            made.set(made.get() + z.len());
            let mut slab = Array3::zeros((0, 2, 3));
            z.for_each(|z| slab.append(Axis(0), slice(z).view()).unwrap());
            slab
        };
        let mut kept = Kept::default();
        for z in [0..45, 19..77, 51..109, 7..9, 60..61, 83..120] {
            let slab = kept.with(z.clone(), make);
            assert_eq!(slab.dim(), (z.len(), 2, 3), "{z:?}");
            z.zip(slab.outer_iter())
                .for_each(|(z, found)| assert_eq!(found, slice(z).index_axis(Axis(0), 0)));
        }
        assert_eq!(made.get(), 45 + 32 + 32 + 2 + 1 + 37, "what two slabs share is made once");
    }
}
