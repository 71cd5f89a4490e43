//! What a cell's run will do and take, all of it checked before any radiograph is read. Runs nothing.

use std::path::PathBuf;

use voltomo_types::{LengthUnit, Probe, VoxelGrid};

use super::options::{CellOptions, INSPECT, REGISTER, SEGMENT};
use super::recipe::{self, CellFacts, CellRecipe, CellScan};
use crate::error::RunError;
use crate::inspect::{self, read_limits};
use crate::layout::Layout;
use crate::memory::{Bytes, default_budget};
use crate::plan::Plan;
use crate::prepare::plan_only;
use crate::provenance::RECORD;
use crate::recipe::Recipe;
use crate::run::{RunOptions, check_before};
use crate::volume_input::{VolumeInput, VolumeRequest};
use crate::whole_volumes::{check_memory, check_place};
use crate::{register, segment};

/// What a cell's run will do and take.
#[derive(Debug, Clone, PartialEq)]
pub struct CellPlan {
    /// The beams, X-rays first.
    pub beams: Vec<(Probe, BeamPlan)>,
    /// The stages after: what each is, and its memory.
    pub stages: Vec<(&'static str, Bytes)>,
    /// Memory allowed.
    pub memory_budget: Bytes,
}

/// Where one beam's volume comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum BeamPlan {
    /// It is reconstructed.
    Run(Box<Plan>),
    /// It is there already.
    There {
        /// The volume, or the output folder of the run that made it.
        path: PathBuf,
        /// Its voxels, as cubes.
        grid: VoxelGrid,
    },
}

impl BeamPlan {
    fn grid(&self) -> &VoxelGrid {
        match self {
            Self::Run(plan) => &plan.grid,
            Self::There { grid, .. } => grid,
        }
    }

    /// Memory that the volume takes.
    fn bytes(&self) -> u64 {
        self.grid().voxel_count() as u64 * 4
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Self::Run(plan) => plan.lines(),
            Self::There { path, grid } => {
                let [z, y, x] = grid.shape;
                let edge = grid.voxel;
                let cubes =
                    format!("volume       {z} × {y} × {x} voxels of {edge:.6} mm (z, y, x)");
                vec![cubes, format!("             is there already ({})", path.display())]
            }
        }
    }
}

/// A beam's scan made ready: its recipe, and how it is run.
pub(super) struct BeamRun {
    pub(super) recipe: Recipe,
    pub(super) options: RunOptions,
    /// Whether an earlier run made the volume, and it is kept.
    pub(super) is_finished: bool,
}

/// The run of a beam that has a recipe.
///
/// # Errors
/// A recipe that cannot be used.
pub(super) fn beam_run(
    cell: &CellFacts,
    (probe, scan): (Probe, &CellScan),
    options: &CellOptions,
) -> Result<BeamRun, RunError> {
    let (mut recipe, base) = recipe::scan_recipe(scan, &options.base, &[])?;
    let known = crate::simulate::builtin_cell(&cell.name).is_ok().then(|| cell.name.clone());
    let advised = &mut recipe.correct.starvation.cell;
    *advised = advised.take().or(known);
    let out = options.out.join(recipe::table(probe));
    let is_finished = options.resume && out.join(RECORD).is_file();
    let resume = options.resume && Layout::new(&out).is_begun();
    let (memory, force) = (options.memory, options.force);
    Ok(BeamRun { recipe, options: RunOptions { out, base, memory, resume, force }, is_finished })
}

/// What to open of a beam whose volume is there already.
pub(super) fn there((probe, scan): (Probe, &CellScan), options: &CellOptions) -> VolumeRequest {
    VolumeRequest {
        path: options.base.join(&scan.volume),
        voxel_mm: scan.voxel_mm.map(|voxel| [voxel; 3]),
        probe,
        is_attenuation: scan.per_cm.then_some(true),
    }
}

/// Plans a cell's run: every recipe, scan, volume, pixel size, limits and output folder is looked at,
/// and no radiograph and no voxel is read.
///
/// # Errors
/// Whatever would stop the run later and can be known now.
pub fn plan_cell(recipe: &CellRecipe, options: &CellOptions) -> Result<CellPlan, RunError> {
    read_limits(recipe.limits(&options.base).as_deref())?;
    let beam = |(probe, scan)| Ok((probe, planned(&recipe.cell, (probe, scan), options)?));
    let beams: Vec<(Probe, BeamPlan)> =
        recipe.scans().map(beam).collect::<Result<_, RunError>>()?;
    let held: u64 = beams.iter().map(|(_, beam)| beam.bytes()).sum();
    let mut stages = Vec::new();
    if beams.len() > 1 {
        stages.push((REGISTER, register::needed(held), register::RECORD));
    }
    if recipe.cell.segment {
        let grids = beams.iter().map(|(_, beam)| beam.grid());
        let needed = segment::needed(held, grids, &recipe.segment);
        stages.push((SEGMENT, needed, segment::RECORD));
    }
    stages.push((INSPECT, inspect::needed(held), inspect::FINDINGS));
    let may_replace = options.force || options.resume;
    for (folder, _, file) in &stages {
        check_place(&options.out.join(folder), file, may_replace)?;
    }
    // Without a registration or materials there are findings still.
    check_memory("the inspection", inspect::needed(held), options.memory)?;
    let memory_budget = options.memory.unwrap_or_else(default_budget);
    let stages = stages.into_iter().map(|(name, needed, _)| (name, needed)).collect();
    Ok(CellPlan { beams, stages, memory_budget })
}

fn planned(
    cell: &CellFacts,
    (probe, scan): (Probe, &CellScan),
    options: &CellOptions,
) -> Result<BeamPlan, RunError> {
    let opened = |request: VolumeRequest| {
        let input = VolumeInput::open(&request)?;
        Ok(BeamPlan::There { path: request.path, grid: *input.grid() })
    };
    if scan.recipe.is_empty() {
        return opened(there((probe, scan), options));
    }
    let BeamRun { recipe, options: running, is_finished } = beam_run(cell, (probe, scan), options)?;
    if is_finished {
        let (path, voxel_mm) = (running.out, None);
        return opened(VolumeRequest { path, voxel_mm, probe, is_attenuation: None });
    }
    check_before(&recipe, &running)?;
    let plan = plan_only(&recipe, &running.base, running.memory)?;
    if plan.grid.unit == LengthUnit::Pixel {
        let path = options.base.join(&scan.recipe);
        return Err(RunError::NoPixel { table: recipe::table(probe).into(), path });
    }
    Ok(BeamPlan::Run(Box::new(plan)))
}

impl CellPlan {
    /// The plan as lines for a person.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (probe, beam) in &self.beams {
            lines.push(format!("[{}]", recipe::table(*probe)));
            lines.extend(beam.lines());
        }
        lines.push("[cell]".into());
        for (name, needed) in &self.stages {
            lines.push(format!(
                "{name:<12} memory {needed} at most, {} allowed",
                self.memory_budget
            ));
        }
        lines
    }
}
