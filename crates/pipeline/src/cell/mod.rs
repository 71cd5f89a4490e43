//! One cell from its scans to its findings: each scan's run, the registration, the inspection. Does
//! none of it itself.

mod options;
mod plan;
mod recipe;

use voltomo_types::{Finding, FindingKind, Probe, Transform};

pub use options::CellOptions;
pub use plan::{BeamPlan, CellPlan, plan_cell};
pub use recipe::{CellFacts, CellRecipe, CellScan};

use crate::error::RunError;
use crate::findings_file::FindingsRecord;
use crate::inspect::{InspectOptions, inspect};
use crate::register::{RegisterOptions, register};
use crate::registered::Registered;
use crate::run::run;
use crate::segment::{SegmentOptions, segment};
use crate::volume_input::VolumeRequest;
use crate::watch::Watch;

use options::{INSPECT, REGISTER, SEGMENT};
use plan::BeamRun;

/// From the scans of a cell to its findings.
///
/// `out/xray` and `out/neutron` are the runs of its scans, `out/4-register` their registration,
/// `out/5-segment` the materials,
/// `out/6-inspect` the findings. Where the volumes cannot be registered with certainty, a warning
/// says why, and each is inspected by itself.
///
/// # Errors
/// Whatever a run, or the inspection, cannot do; all of it that can be known beforehand is told before
/// any radiograph is read.
pub fn run_cell(
    recipe: &CellRecipe,
    options: &CellOptions,
    watch: &dyn Watch,
) -> Result<FindingsRecord, RunError> {
    plan_cell(recipe, options)?;
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
    let xray_from_neutron = registered(recipe, &volumes, options, watch)?;
    segmented(recipe, (&volumes, xray_from_neutron), options, watch)?;
    let inspecting = InspectOptions {
        name: recipe.cell.name.clone(),
        volumes,
        cell: recipe.cell.kind,
        beforehand,
        xray_from_neutron: xray_from_neutron.map(Registered::from),
        limits: recipe.limits(&options.base),
        settings: recipe.inspect.clone(),
        out: options.out.join(INSPECT),
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
        return Ok(plan::there((probe, scan), options));
    }
    let BeamRun { recipe, options: running, is_finished } =
        plan::beam_run(cell, (probe, scan), options)?;
    let name = recipe::table(probe);
    let (path, voxel_mm) = (running.out.clone(), None);
    let request = VolumeRequest { path, voxel_mm, probe, is_attenuation: None };
    if is_finished {
        let out = running.out.display();
        watch.note(&format!("the run of {name} is finished already ({out})"));
        return Ok(request);
    }
    watch.note(&format!("reconstruct {name}"));
    let record = run(&recipe, &running, watch)?;
    for finding in &record.findings {
        watch.warn(&format!("{name}: {finding}"));
    }
    Ok(request)
}

/// Where the neutrons lie in the X-rays; `None` where there are not both, or it cannot be told.
///
/// # Errors
/// The watch is cancelled.
fn registered(
    recipe: &CellRecipe,
    volumes: &[VolumeRequest],
    options: &CellOptions,
    watch: &dyn Watch,
) -> Result<Option<Transform>, RunError> {
    let of = |probe| volumes.iter().find(|volume| volume.probe == probe).cloned();
    let Some((neutron, xray)) = of(Probe::Neutron).zip(of(Probe::Xray)) else { return Ok(None) };
    let registering = RegisterOptions {
        neutron,
        xray,
        settings: recipe.register.clone(),
        is_resampled: false,
        out: options.out.join(REGISTER),
        force: options.force || options.resume,
        memory: options.memory,
    };
    match register(&registering, watch) {
        Ok(record) => Ok(Some(record.registration.xray_from_neutron)),
        Err(stopped @ RunError::Stopped { .. }) => Err(stopped),
        Err(error) => {
            watch.warn(&format!(
                "the volumes were not registered, each is inspected by itself: {error}"
            ));
            Ok(None)
        }
    }
}

/// Labels of the volumes, or of the first one where they are not registered; where they cannot be
/// told, a warning says why.
///
/// # Errors
/// The watch is cancelled.
fn segmented(
    recipe: &CellRecipe,
    (volumes, xray_from_neutron): (&[VolumeRequest], Option<Transform>),
    options: &CellOptions,
    watch: &dyn Watch,
) -> Result<(), RunError> {
    if !recipe.cell.segment {
        return Ok(());
    }
    let count = if xray_from_neutron.is_some() { volumes.len() } else { 1 };
    let segmenting = SegmentOptions {
        volumes: volumes.iter().take(count).cloned().collect(),
        xray_from_neutron: xray_from_neutron.map(Registered::from),
        settings: recipe.segment.clone(),
        out: options.out.join(SEGMENT),
        force: options.force || options.resume,
        memory: options.memory,
    };
    match segment(&segmenting, watch) {
        Err(stopped @ RunError::Stopped { .. }) => return Err(stopped),
        Err(error) => watch.warn(&format!("no voxel gets a material: {error}")),
        Ok(_) => {}
    }
    Ok(())
}

/// What is said of a scan that hardly any rays came through.
fn starved(probe: Probe, verdict: String) -> Finding {
    Finding { confidence: 1.0, ..Finding::cannot_tell(FindingKind::Starvation, probe, verdict) }
}
