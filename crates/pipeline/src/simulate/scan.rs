//! A simulation from start to end: cell, instrument, frames, truth, texts. No science of its own.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use voltomo_acquire::simulate::{instrument::Twin, shape::VoxelRequest};
use voltomo_types::{Geometry, RotationAxis, VoxelGrid};

use super::{
    coefficients::coefficients,
    cone_truth::cone_axis_as_read,
    error::SimulateError,
    folder::{ScanFolder, make},
    frame_kinds,
    plan::{SimulationPlan, plan},
    progress::Progress,
    record,
    render::render,
    request::SimulateOptions,
    setup::Setup,
    sink::Sink,
    texts,
    truth::{Truth, TruthGrid, axis_as_read, volume_path},
};
use crate::{
    memory::{Bytes, default_budget},
    watch::Watch,
};

/// A simulated scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// What it took.
    pub plan: SimulationPlan,
    /// The true axis, in columns of the frames at the middle of their rows; of a cone beam with the
    /// turn of the panel.
    pub axis: RotationAxis,
    /// The grid of the truth.
    pub grid: VoxelGrid,
    /// The same voxels in the cell.
    pub(crate) request: VoxelRequest,
    /// Seconds.
    pub seconds: f64,
    /// Where everything is, as lines for a person.
    pub lines: Vec<String>,
}

/// What a simulation will take; nothing is written.
///
/// # Errors
/// A cell or an instrument that cannot be used, and a budget that is too small.
pub fn plan_simulation(options: &SimulateOptions) -> Result<SimulationPlan, SimulateError> {
    let setup = Setup::read(options)?;
    let budget = options.memory.unwrap_or_else(default_budget);
    let twin = setup.twin(budget)?;
    let truth = options.truth.then(|| truth(&setup, &twin)).transpose()?;
    plan(&twin, (setup.format, truth.as_ref()), budget)
}

/// Simulates the scan of a cell in an instrument into a folder: frames, texts, truth.
///
/// Frames and truth have the same bits for any memory, any number of threads, and whether the
/// simulation was stopped and gone on with.
///
/// # Errors
/// A cell or an instrument that cannot be used; a folder that holds something; a full disk; a
/// stopped simulation says how many frames are written.
pub fn simulate(options: &SimulateOptions, watch: &dyn Watch) -> Result<Simulated, SimulateError> {
    let began = Instant::now();
    let folder = ScanFolder::new(&options.out);
    folder.check(&frame_kinds::folders(), (options.resume, options.force))?;
    let setup = Setup::read(options)?;
    let budget = options.memory.unwrap_or_else(default_budget);
    let twin = setup.twin(budget)?;
    let truth = truth(&setup, &twin)?;
    let planned = plan(&twin, (setup.format, options.truth.then_some(&truth)), budget)?;
    planned.lines().iter().for_each(|line| watch.note(line));
    planned.warnings().iter().for_each(|warning| watch.warn(warning));
    let scan = Scan { setup: &setup, twin: &twin, truth: &truth, plan: &planned, folder: &folder };
    scan.write(options, watch).map_err(|error| error.with_disk(planned.disk))?;
    let axis = match twin.geometry() {
        Geometry::Parallel(geometry) => axis_as_read(geometry, twin.shape()[0]),
        Geometry::Cone(_) => cone_axis_as_read(&twin),
    };
    let seconds = began.elapsed().as_secs_f64();
    let lines = lines(&folder, options, seconds);
    let TruthGrid { grid, request } = truth.at;
    Ok(Simulated { axis, grid, request, seconds, lines, plan: planned })
}

fn truth<'a>(setup: &'a Setup, twin: &Twin<'_>) -> Result<Truth<'a>, SimulateError> {
    Ok(Truth {
        scene: setup.scene(),
        at: TruthGrid::of(twin)?,
        attenuations: coefficients(&setup.profile, setup.cell.substances())?,
        provenance: setup.identity.clone(),
    })
}

/// All that is written into one folder.
struct Scan<'a> {
    setup: &'a Setup,
    twin: &'a Twin<'a>,
    truth: &'a Truth<'a>,
    plan: &'a SimulationPlan,
    folder: &'a ScanFolder,
}

impl Scan<'_> {
    fn write(&self, options: &SimulateOptions, watch: &dyn Watch) -> Result<(), SimulateError> {
        let folder = self.folder;
        let _lock = folder.lock()?;
        // Another simulation may have come here since the folder was looked at.
        folder.check(&frame_kinds::folders(), (options.resume, options.force))?;
        let mut progress = if options.resume {
            Progress::load(folder, &self.setup.identity)?
        } else {
            folder.clear(&frame_kinds::folders())?;
            Progress { simulation: self.setup.identity.clone(), frames_written: 0 }
        };
        progress.save(folder)?;
        self.frames(&mut progress, watch)?;
        make(&folder.truth())?;
        let slices = (self.plan.slab_slices, options.resume);
        if options.truth && !self.truth.write(&folder.truth(), slices, watch)? {
            return Err(self.cancelled(progress.frames_written));
        }
        texts::write(folder, self.twin, (&self.setup.cell.name, self.setup.format))?;
        record::write(folder, (self.setup, self.twin), self.truth)?;
        Progress::clear(&folder.progress());
        Ok(())
    }

    fn frames(&self, progress: &mut Progress, watch: &dyn Watch) -> Result<(), SimulateError> {
        let count = self.twin.schedule().len();
        let written = Sink::whole_frames(self.folder, self.twin, self.setup.format);
        progress.frames_written = progress.frames_written.min(written);
        let goes_on = progress.frames_written > 0;
        if goes_on && progress.frames_written == count && !Sink::is_open(self.folder) {
            return Ok(());
        }
        let named = (self.twin, self.setup.cell.name.as_str());
        let mut sink = Sink::open(self.folder, named, self.setup.format, goes_on)?;
        render((self.twin, &mut sink), self.folder, (progress, self.plan.batch), watch)?;
        let is_whole = progress.frames_written == count;
        sink.finish(is_whole)?;
        if is_whole { Ok(()) } else { Err(self.cancelled(progress.frames_written)) }
    }

    fn cancelled(&self, finished: usize) -> SimulateError {
        let frames = self.twin.schedule().len();
        SimulateError::Cancelled { finished, frames, path: self.folder.root().into() }
    }
}

fn lines(folder: &ScanFolder, options: &SimulateOptions, seconds: f64) -> Vec<String> {
    let mut lines = vec![format!("scan        {}", folder.root().display())];
    lines.push(format!("recipe      {}", folder.at("recipe.toml").display()));
    lines.push(format!("truth       {}", folder.truth().display()));
    if !options.truth {
        lines.push("            without volumes".into());
    }
    let memory = crate::memory::peak().unwrap_or(Bytes(0));
    lines.push(format!("memory      {memory} at most"));
    lines.push(format!("time        {seconds:.1} s"));
    lines
}

/// Where a volume of the truth beside the scan in `folder` is.
pub(crate) fn truth_volume(folder: &Path, name: &str) -> PathBuf {
    volume_path(&ScanFolder::new(folder).truth(), name)
}
