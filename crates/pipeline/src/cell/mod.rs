//! One cell from its scans to its findings: each scan's run, the registration, the inspection. Does
//! none of it itself.

mod recipe;

use std::path::{Path, PathBuf};

use voltomo_types::{Finding, FindingKind, Probe, Transform};

pub use recipe::{CellFacts, CellRecipe, CellScan};

use crate::error::RunError;
use crate::findings_file::FindingsRecord;
use crate::inspect::{InspectOptions, inspect};
use crate::layout::Layout;
use crate::memory::Bytes;
use crate::provenance::RECORD;
use crate::register::{RegisterOptions, register};
use crate::run::{RunOptions, run};
use crate::segment::{SegmentOptions, segment};
use crate::simulate::builtin_cell;
use crate::volume_input::VolumeRequest;
use crate::watch::Watch;

/// Where a cell's results go, and what the machine may give.
#[derive(Debug, Clone)]
pub struct CellOptions {
    /// Folder for everything.
    pub out: PathBuf,
    /// Folder of the cell's recipe, from which its paths count.
    pub base: PathBuf,
    /// Memory allowed.
    pub memory: Option<Bytes>,
    /// Keep the runs of scans that are finished, go on with one that is not.
    pub resume: bool,
    /// Replace what is in the folder.
    pub force: bool,
}

/// From the scans of a cell to its findings.
///
/// `out/xray` and `out/neutron` are the runs of its scans, `out/4-register` their registration,
/// `out/5-segment` the materials,
/// `out/6-inspect` the findings. Where the volumes cannot be registered with certainty, a warning
/// says why, and each is inspected by itself.
///
/// # Errors
/// Whatever a run, or the inspection, cannot do.
pub fn run_cell(
    recipe: &CellRecipe,
    options: &CellOptions,
    watch: &dyn Watch,
) -> Result<FindingsRecord, RunError> {
    let (mut volumes, mut beforehand) = (Vec::new(), Vec::new());
    for (probe, scan) in recipe.scans() {
        match volume(&recipe.cell, (probe, scan), options, watch) {
            Ok(volume) => volumes.push(volume),
            // The other beam may tell what these rays did not come through to tell.
            Err(RunError::Starved { verdict, .. }) if recipe.scans().count() > 1 => {
                watch.warn(&verdict);
                beforehand.push(starved(probe, verdict));
            }
            Err(other) => return Err(other),
        }
    }
    let xray_from_neutron = registered(recipe, &volumes, options, watch);
    segmented(recipe, (&volumes, xray_from_neutron), options, watch);
    let inspecting = InspectOptions {
        name: recipe.cell.name.clone(),
        volumes,
        cell: recipe.cell.kind,
        beforehand,
        xray_from_neutron,
        limits: limits(recipe, &options.base),
        settings: recipe.inspect.clone(),
        out: options.out.join("6-inspect"),
        force: options.force || options.resume,
        memory: options.memory,
    };
    inspect(&inspecting, watch)
}

/// The volume of one beam, reconstructed where it is not there.
fn volume(
    cell: &CellFacts,
    (probe, scan): (Probe, &CellScan),
    options: &CellOptions,
    watch: &dyn Watch,
) -> Result<VolumeRequest, RunError> {
    if scan.recipe.is_empty() {
        return Ok(VolumeRequest {
            path: options.base.join(&scan.volume),
            voxel_mm: scan.voxel_mm.map(|voxel| [voxel; 3]),
            probe,
            is_attenuation: scan.per_cm.then_some(true),
        });
    }
    let (mut recipe, base) = recipe::scan_recipe(scan, &options.base, &[])?;
    let known = builtin_cell(&cell.name).is_ok().then(|| cell.name.clone());
    let advised = &mut recipe.correct.starvation.cell;
    *advised = advised.take().or(known);
    let name = recipe::table(probe);
    let out = options.out.join(name);
    let request = VolumeRequest { path: out.clone(), voxel_mm: None, probe, is_attenuation: None };
    if options.resume && out.join(RECORD).is_file() {
        watch.note(&format!("the run of {name} is finished already ({})", out.display()));
        return Ok(request);
    }
    let is_begun = options.resume && Layout::new(&out).is_begun();
    let running =
        RunOptions { out, base, memory: options.memory, resume: is_begun, force: options.force };
    watch.note(&format!("reconstruct {name}"));
    let record = run(&recipe, &running, watch)?;
    for finding in &record.findings {
        watch.warn(&format!("{name}: {finding}"));
    }
    Ok(request)
}

/// Where the neutrons lie in the X-rays; `None` where there are not both, or it cannot be told.
fn registered(
    recipe: &CellRecipe,
    volumes: &[VolumeRequest],
    options: &CellOptions,
    watch: &dyn Watch,
) -> Option<Transform> {
    let of = |probe| volumes.iter().find(|volume| volume.probe == probe).cloned();
    let (neutron, xray) = of(Probe::Neutron).zip(of(Probe::Xray))?;
    let registering = RegisterOptions {
        neutron,
        xray,
        settings: recipe.register.clone(),
        is_resampled: false,
        out: options.out.join("4-register"),
        force: options.force || options.resume,
        memory: options.memory,
    };
    match register(&registering, watch) {
        Ok(record) => Some(record.registration.xray_from_neutron),
        Err(error) => {
            watch.warn(&format!(
                "the volumes were not registered, each is inspected by itself: {error}"
            ));
            None
        }
    }
}

/// Labels of the volumes, or of the first one where they are not registered; where they cannot be
/// told, a warning says why.
fn segmented(
    recipe: &CellRecipe,
    (volumes, xray_from_neutron): (&[VolumeRequest], Option<Transform>),
    options: &CellOptions,
    watch: &dyn Watch,
) {
    if !recipe.cell.segment {
        return;
    }
    let count = if xray_from_neutron.is_some() { volumes.len() } else { 1 };
    let segmenting = SegmentOptions {
        volumes: volumes.iter().take(count).cloned().collect(),
        xray_from_neutron,
        settings: recipe.segment.clone(),
        out: options.out.join("5-segment"),
        force: options.force || options.resume,
        memory: options.memory,
    };
    if let Err(error) = segment(&segmenting, watch) {
        watch.warn(&format!("no voxel gets a material: {error}"));
    }
}

/// What is said of a scan that hardly any rays came through.
fn starved(probe: Probe, verdict: String) -> Finding {
    Finding { confidence: 1.0, ..Finding::cannot_tell(FindingKind::Starvation, probe, verdict) }
}

/// The file of limits that the recipe names.
fn limits(recipe: &CellRecipe, base: &Path) -> Option<PathBuf> {
    let told = &recipe.inspect.limits;
    (!told.is_empty()).then(|| base.join(told))
}
