//! From one or two volumes on disk to labels on disk, slab by slab. Segments nothing itself.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::s;
use serde::Serialize;
use serde_json::json;
use voltomo_register::{Placement, resample_slab};
use voltomo_segment::{
    LabelSlab, MaterialFigures, PairSlab, SegmentFigures, SegmentSettings, segment_slabs,
};
use voltomo_types::{Material, Probe, Transform, Volume, VoxelGrid};

use crate::disk::check_disk;
use crate::error::RunError;
use crate::joint::JointRecord;
use crate::memory::Bytes;
use crate::provenance::write_json;
use crate::simulate::MATERIALS;
use crate::store::{
    self, Content, Existing, NumberType, StoreSettings, VolumeMetadata, VolumeStore, disk_bytes,
};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::{Watch, refuse_cancelled};
use crate::whole_volumes::{check_beams, check_memory, check_place, read_all};

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
    pub xray_from_neutron: Option<Transform>,
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
    fn slab(&self, z: Range<usize>) -> PairSlab {
        let grid = *self.grid();
        let of = |wanted| {
            let (_, volume) = self.volumes.iter().find(|(probe, _)| *probe == wanted)?;
            if volume.grid == grid {
                return Some(volume.attenuation.slice(s![z.clone(), .., ..]).to_owned());
            }
            let placement = Placement { transform: self.xray_from_neutron, deformation: None };
            Some(resample_slab(volume, &grid, &placement, z.clone()))
        };
        PairSlab { neutron: of(Probe::Neutron), xray: of(Probe::Xray) }
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
    check(options, &inputs)?;
    let volumes = read_all(&inputs, &options.out, watch)?;
    let volumes = inputs.iter().map(|input| input.probe).zip(volumes).collect();
    let xray_from_neutron = options.xray_from_neutron.unwrap_or(Transform::IDENTITY);
    let pair = Pair { volumes, xray_from_neutron };
    let (labels, found) = labelled(&pair, options, watch)?;
    let listed = Material::ALL.map(|it| json!({ "label": it.number(), "name": it.name() }));
    write_json(&options.out.join(MATERIALS), &json!({ "materials": listed }))?;
    let both = |z: Range<usize>| {
        let PairSlab { neutron, xray } = pair.slab(z);
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
    let largest = inputs.iter().map(|input| input.grid().shape).max_by_key(|it| it[1] * it[2]);
    let [_, rows, columns] = largest.unwrap_or_default();
    check_memory("the segmentation", needed(held, rows * columns), options.memory)?;
    let grid = inputs.iter().find(|input| input.probe == Probe::Xray).or(inputs.first());
    let disk = grid.map_or(0, |input| 2 * disk_bytes(&label_settings(255.0), input.grid()));
    check_disk("the labels with their confidence", Bytes(disk), &options.out)?;
    check_place(&options.out, RECORD, options.force)
}

/// Memory that the segmentation of volumes of so many bytes takes, the largest slice being of so many
/// voxels.
pub(crate) fn needed(held: u64, slice: usize) -> Bytes {
    Bytes(held + (3 * AT_ONCE * slice) as u64 * SLAB_BYTES)
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
    let read = |z: Range<usize>| {
        refuse_cancelled(watch, &options.out)?;
        Ok(pair.slab(z))
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
