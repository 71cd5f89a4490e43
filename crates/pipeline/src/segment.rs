//! From one or two volumes on disk to labels on disk, slab by slab. Segments nothing itself.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array3, s};
use serde::Serialize;
use serde_json::json;
use voltomo_register::{Placement, resample_slab};
use voltomo_segment::{JointHistogram, MaterialFigures, Model, SegmentSettings, Slab, Tally};
use voltomo_types::{Material, Probe, Transform, Volume, VoxelGrid};

use crate::error::RunError;
use crate::memory::Bytes;
use crate::provenance::write_json;
use crate::simulate::MATERIALS;
use crate::store::{
    self, Content, Existing, NumberType, StoreSettings, VolumeMetadata, VolumeStore,
};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::watch::Watch;
use crate::whole_volumes::{check_memory, claim};

/// Name of the record of a segmentation.
const RECORD: &str = "segmentation.json";
/// Slices that are labelled at once, and edge of a chunk of the labels.
const AT_ONCE: usize = 32;
/// Bytes a voxel of a slab and its halo, for both beams, labels and what the model takes.
const SLAB_BYTES: u64 = 20;

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
    /// Each material that was found.
    pub materials: Vec<MaterialFigures>,
    /// Pairs of materials that the beams cannot tell apart at the noise of these volumes.
    pub inseparable: Vec<[Material; 2]>,
    /// Share of the voxels looked at that are near no expected material.
    pub strangers: f64,
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

    /// µ for neutrons and for X-rays in the slices `z`.
    fn slab(&self, z: Range<usize>) -> [Option<Array3<f32>>; 2] {
        let grid = *self.grid();
        [Probe::Neutron, Probe::Xray].map(|wanted| {
            let (_, volume) = self.volumes.iter().find(|(probe, _)| *probe == wanted)?;
            if volume.grid == grid {
                return Some(volume.attenuation.slice(s![z.clone(), .., ..]).to_owned());
            }
            let placement = Placement { transform: self.xray_from_neutron, deformation: None };
            Some(resample_slab(volume, &grid, &placement, z.clone()))
        })
    }

    fn model(&self, settings: &SegmentSettings) -> Result<Model, RunError> {
        let grid = self.grid();
        let mut histogram = JointHistogram::new();
        for z in JointHistogram::sampled_slices(grid.shape[0]) {
            let [neutron, xray] = self.slab(z..z + 1);
            histogram.add(neutron.as_ref().map(|it| it.view()), xray.as_ref().map(|it| it.view()));
        }
        Ok(Model::fit(histogram, grid.voxel, settings)?)
    }
}

/// Gives each voxel a material; writes `labels.zarr`, `confidence.zarr` (0 to 1), the list of
/// materials, and `segmentation.json` when all is done. Memory: the volumes, and a slab.
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
    watch.begin("read the volumes", inputs.len());
    let mut volumes = Vec::new();
    for (k, input) in inputs.iter().enumerate() {
        volumes.push((input.probe, input.read()?));
        watch.advance(k + 1);
    }
    watch.end();
    let xray_from_neutron = options.xray_from_neutron.unwrap_or(Transform::IDENTITY);
    let pair = Pair { volumes, xray_from_neutron };
    watch.begin("fit the materials", 1);
    let model = pair.model(&options.settings)?;
    watch.end();
    let (labels, tally) = labelled((&pair, &model), &options.out, watch)?;
    let listed = Material::ALL.map(|it| json!({ "label": it.number(), "name": it.name() }));
    write_json(&options.out.join(MATERIALS), &json!({ "materials": listed }))?;
    let record = SegmentationRecord {
        program: concat!("voltomo ", env!("CARGO_PKG_VERSION")).into(),
        volumes: inputs.iter().map(|input| input.path().display().to_string()).collect(),
        labels,
        materials: tally.figures(pair.grid()),
        inseparable: model.inseparable().to_vec(),
        strangers: model.strangers(),
        settings: options.settings.clone(),
    };
    write_json(&options.out.join(RECORD), &record)?;
    Ok(record)
}

/// What can be known to be wrong before a voxel is read; makes the output folder.
fn check(options: &SegmentOptions, inputs: &[VolumeInput]) -> Result<(), RunError> {
    if let Some(problem) = options.settings.problems().into_iter().next() {
        return Err(store::StoreError::Setting { problem }.into());
    }
    if let [first, second] = inputs {
        let path = || second.path().into();
        if first.probe == second.probe {
            return Err(RunError::SameBeam { path: path() });
        }
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
    let slab = (3 * AT_ONCE * rows * columns) as u64 * SLAB_BYTES;
    check_memory("the segmentation", Bytes(held + slab), options.memory)?;
    claim(&options.out, RECORD, options.force)
}

/// Labels every slab, in order; returns where the labels lie, and their counts.
fn labelled(
    (pair, model): (&Pair, &Model),
    out: &Path,
    watch: &dyn Watch,
) -> Result<(PathBuf, Tally), RunError> {
    let grid = *pair.grid();
    let depth = grid.shape[0];
    let mut labels = begun("labels", Content::Labels, (&grid, out))?;
    let mut confidences = begun("confidence", Content::Confidence, (&grid, out))?;
    let mut tally = Tally::default();
    watch.begin("label the voxels", depth);
    for from in (0..depth).step_by(AT_ONCE) {
        let wanted = from..(from + AT_ONCE).min(depth);
        let first = from.saturating_sub(model.halo());
        let [neutron, xray] = pair.slab(first..(wanted.end + model.halo()).min(depth));
        let found = model.label(&Slab {
            neutron: neutron.as_ref().map(|it| it.view()),
            xray: xray.as_ref().map(|it| it.view()),
            first,
            wanted: wanted.clone(),
        });
        labels.write_slab(wanted.clone(), found.materials.mapv(f32::from).view())?;
        let shares = found.confidence.mapv(|it| f32::from(it) / 255.0);
        confidences.write_slab(wanted.clone(), shares.view())?;
        tally.merge(&found.tally);
        watch.advance(wanted.end);
    }
    watch.end();
    confidences.finish(false)?;
    Ok((labels.finish(false)?.path, tally))
}

fn begun(
    name: &str,
    content: Content,
    (grid, out): (&VoxelGrid, &Path),
) -> Result<Box<dyn VolumeStore>, RunError> {
    let most = if content == Content::Labels { 255.0 } else { 1.0 };
    let settings = StoreSettings {
        numbers: NumberType::U8,
        limits: Some([0.0, most]),
        chunk: AT_ONCE,
        ..StoreSettings::default()
    };
    let provenance = json!({ "segmented_by": RECORD });
    let metadata = VolumeMetadata { name: name.into(), grid: *grid, content, provenance };
    Ok(store::create(out, &settings, &metadata, Existing::Replace)?)
}

impl SegmentationRecord {
    /// What a person wants to know at once.
    #[must_use]
    pub fn lines(&self, out: &Path) -> Vec<String> {
        let mut lines: Vec<String> = self.materials.iter().map(line).collect();
        for [one, other] in &self.inseparable {
            lines.push(format!("cannot tell     {} from {}", one.name(), other.name()));
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
