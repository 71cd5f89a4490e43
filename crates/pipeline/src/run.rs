//! One run, start to end: acquire, correct, reconstruct, slab by slab. Knows no file format.

use std::path::{Path, PathBuf};

use voltomo_correct::Survey;
use voltomo_reconstruct::{
    HalfAcquisition,
    calibrate::{AxisEstimate, RowEnds},
    unheeded,
};
use voltomo_types::{Geometry, Scan};

use crate::{
    axis::find_axis,
    bands::CorrectedBands,
    beam::beam,
    cupping::before_and_after,
    disk::check_disk,
    error::RunError,
    hardening,
    hardening_record::HardeningRecord,
    journal::Journal,
    layout::Layout,
    memory::{self, Bytes, default_budget},
    metal::{MetalFound, with_metal},
    method::MethodRecord,
    plan::{Plan, free_for_frames},
    prepare::{self, Prepared},
    preview::Previews,
    provenance::{
        Input, Machine, MemoryRecord, NoiseRecord, Program, RunRecord, VolumeRecord, as_json,
        hash_inputs,
    },
    ready::ready,
    recipe::Recipe,
    resume::{Left, Progress},
    sampled::{Sampled, row_ends_finding, with_field},
    scan_warnings::scan_warnings,
    spool::Spool,
    starvation::{self, StarvationRecord},
    store::Stored,
    survey::survey,
    watch::Watch,
    way::{Done, Way},
    whole_frames::WholeFrames,
};

/// Radiographs whose counts go into the record.
const FRAMES_LOOKED_AT: usize = 16;

/// How a run is done, apart from what it does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunOptions {
    /// Output folder.
    pub out: PathBuf,
    /// Folder at which a relative `acquire.path` starts.
    pub base: PathBuf,
    /// Memory allowed; without it, part of what is free.
    pub memory: Option<Bytes>,
    /// Go on where a stopped run ended.
    pub resume: bool,
    /// Replace a run that is there.
    pub force: bool,
}

/// Does what the recipe says: from raw radiographs to a volume of attenuation coefficients.
///
/// Returns the record that stands in `run.json`. Memory stays within the plan; the volume does not
/// depend on the slabs or on the number of threads. Stopped between two iterations on the whole
/// volume, that is written as it stands, and the record says so: [`Status::Stopped`](crate::Status::Stopped), and a finding.
///
/// # Errors
/// Whatever cannot be read, does not fit, or would pass a stage without being finite; a stopped
/// run says how many slices are usable.
pub fn run(
    recipe: &Recipe,
    options: &RunOptions,
    watch: &dyn Watch,
) -> Result<RunRecord, RunError> {
    let mut journal = Journal::new();
    let options = &begun(options, watch)?;
    let recipe = &ready(recipe, &options.base)?;
    let scan = journal.time("acquire", || voltomo_acquire::open(&recipe.acquire, &options.base))?;
    check((recipe, &scan), options.memory)?;
    journal.warn_all(&scan_warnings(&scan, recipe), watch);
    let inputs = journal.time("hash", || hash(&scan, watch))?;
    let asked = (&scan, recipe);
    let (survey, starvation) = journal.time("survey", || surveyed(asked, options, watch))?;
    journal.warn_all(&survey.figures().warnings, watch);

    let known = progress_of(options, (recipe, &inputs))?;
    let beam = beam(recipe, &scan)?;
    let spool = journal.time("correct", || spool((&scan, &survey, recipe), options, watch))?;
    let as_read = CorrectedBands::of(&scan, &survey, &recipe.correct);
    let bands = spool.as_ref().map_or(as_read, Spool::bands);
    let sampled = journal.time("sample", || Sampled::read(&bands, recipe))?;
    journal.find_all(sampled.turn_doubt(prepare::angles(&scan)?), watch);
    let found = journal.time("axis", || find_axis(known, ((&bands, recipe), &beam), watch))?;
    journal.warnings.extend(found.warnings.clone());
    let geometry = prepare::geometry((&scan, &beam), survey.frame(), found.axis)?;
    let metal = journal.time("metal", || with_metal(&bands, recipe, &geometry, watch))?;
    let bands = metal.as_ref().map_or(bands, |found| bands.of_survey(&found.survey));
    let solved = as_wide_as_needed((recipe, &geometry), &sampled, (&mut journal, watch));
    let prepared = Prepared::new(&solved, &scan, geometry, (size_of(&survey), options.memory))?;
    tell_method(&prepared, (recipe, options), (&mut journal, watch));

    let (layout, mut previews) = claimed(options, (&scan, &prepared), found.estimate.as_ref())?;
    let way =
        Way { scan: &scan, survey: &survey, bands, recipe, prepared: &prepared, layout: &layout };
    let progress = Progress {
        recipe: recipe.clone(),
        inputs: inputs.clone(),
        axis: found.axis,
        axis_record: found.record.clone(),
        tally: found.tally,
        iterations: found.iterations,
    };
    let done =
        way.slabs((progress, options.resume.into()), (&mut journal, &mut previews), watch)?;
    let hardening = cupping(&way, metal.as_ref(), (&mut journal, watch))?;
    finish(&way, Ending { journal, inputs, axis: found.record, done, hardening, starvation })
}

/// Rows and columns of corrected frames.
fn size_of(survey: &Survey) -> (usize, usize) {
    (survey.shape().rows, survey.shape().columns)
}

/// Holds the recipe to the scan before any radiograph is read.
fn check((recipe, scan): (&Recipe, &Scan), budget: Option<Bytes>) -> Result<(), RunError> {
    prepare::check(recipe, scan, budget)?;
    let (shape, _) = Survey::corrected_shape(scan, &recipe.correct)?;
    hardening::check((scan, recipe), (shape.rows, shape.columns), budget)
}

/// Whatever would stop a run and can be known before any radiograph is read.
///
/// # Errors
/// An output folder that is taken, a scan that cannot be opened, a recipe that does not fit it.
pub(crate) fn check_before(recipe: &Recipe, options: &RunOptions) -> Result<(), RunError> {
    check_out(options)?;
    let recipe = &ready(recipe, &options.base)?;
    let scan = voltomo_acquire::open(&recipe.acquire, &options.base)?;
    check((recipe, &scan), options.memory)
}

/// References and dose, and starved rays, of which a map is left where there are any.
fn surveyed(
    (scan, recipe): (&Scan, &Recipe),
    options: &RunOptions,
    watch: &dyn Watch,
) -> Result<(Survey, Option<StarvationRecord>), RunError> {
    let survey = survey(scan, recipe, watch)?;
    let picture = Layout::new(&options.out).acquire().join("starvation.png");
    let starvation = starvation::look((scan, &survey, recipe), &picture, watch)?;
    Ok((survey, starvation))
}

/// The output folder, with the pictures that can be drawn before the first slab.
fn claimed(
    options: &RunOptions,
    (scan, prepared): (&Scan, &Prepared),
    estimate: Option<&AxisEstimate>,
) -> Result<(Layout, Previews), RunError> {
    let layout = claim(options)?;
    let previews = Previews::new(&layout, &prepared.grid);
    previews.scan(scan)?;
    previews.candidates(estimate)?;
    Ok((layout, previews))
}

/// How far the correction of beam hardening helped, and what it puts in doubt, told to whoever watches.
fn cupping(
    way: &Way<'_>,
    metal: Option<&MetalFound>,
    (journal, watch): (&mut Journal, &dyn Watch),
) -> Result<Option<HardeningRecord>, RunError> {
    let picture = way.layout.reconstruct().join("beam-hardening.png");
    let bands = (&way.bands, way.recipe);
    let record = journal.time("cupping", || before_and_after(bands, way.prepared, &picture))?;
    record.iter().filter_map(HardeningRecord::line).for_each(|line| watch.note(&line));
    let replaced = metal.and_then(MetalFound::finding);
    let worse = record.as_ref().and_then(HardeningRecord::finding);
    journal.find_all(replaced.into_iter().chain(worse), watch);
    let metal = metal.map_or_else(Vec::new, |found| found.levels.clone());
    Ok(record.map(|record| HardeningRecord { metal, ..record }))
}

/// The method, and what to know of it, of settings that it does not heed, and of the disk.
fn tell_method(
    prepared: &Prepared,
    (recipe, options): (&Recipe, &RunOptions),
    (journal, watch): (&mut Journal, &dyn Watch),
) {
    // A volume may compress, and a run that ends at a full disk is gone on with: no refusal.
    if !options.resume
        && let Err(short) = check_disk("the run", prepared.plan.disk, &options.out)
    {
        watch.warn(&short.to_string());
    }
    let lost = unheeded(&prepared.geometry, &recipe.reconstruct);
    journal.warn_all(&[prepared.method.warnings(), &lost].concat(), watch);
    let joined = HalfAcquisition::of(&prepared.geometry, prepared.frame);
    joined.iter().for_each(|joined| watch.note(&joined.line()));
    watch.note(&prepared.plan.method.line());
}

/// All that a record is made of, once the slabs are over.
struct Ending {
    journal: Journal,
    inputs: Vec<Input>,
    axis: serde_json::Value,
    done: Done,
    hardening: Option<HardeningRecord>,
    starvation: Option<StarvationRecord>,
}

/// The recipe with a volume as wide as the sample, where an iterative method needs that; tells what
/// rows that end inside the sample put in doubt.
fn as_wide_as_needed(
    (recipe, geometry): (&Recipe, &Geometry),
    sampled: &Sampled,
    (journal, watch): (&mut Journal, &dyn Watch),
) -> Recipe {
    let ends = sampled.row_ends(geometry);
    let mut solved = recipe.clone();
    solved.reconstruct = with_field(&recipe.reconstruct, geometry, ends.as_ref());
    let text = |ends: RowEnds| row_ends_finding(&ends, geometry, &solved.reconstruct);
    journal.find_all(ends.map(text), watch);
    solved
}

fn finish(way: &Way<'_>, ending: Ending) -> Result<RunRecord, RunError> {
    let Ending { mut journal, inputs, axis, done, hardening, starvation } = ending;
    let is_whole = done.stored.is_whole;
    let quality = journal.time("quality", || is_whole.then(|| way.quality()).transpose())?;
    let plan = way.prepared.plan.clone();
    let method = MethodRecord::new(&plan.method, journal.spent("reconstruct"), journal.updates);
    let record = RunRecord {
        program: Program::this(),
        status: done.status(),
        began: journal.began,
        recipe: way.recipe.clone(),
        inputs,
        scan: as_json(&voltomo_acquire::look(way.scan, FRAMES_LOOKED_AT)?),
        machine: Machine::this(),
        memory: memory_record(&plan),
        method,
        seconds: journal.seconds,
        references: as_json(way.bands.survey.figures()),
        corrections: as_json(&done.tally.corrections()),
        beam_hardening: hardening,
        findings: findings((journal.findings, &done), way.recipe, (&axis, &starvation)),
        starvation,
        axis,
        quality: as_json(&quality),
        gates: done.tally.gates().into_iter().map(|(stage, one)| (stage, one.into())).collect(),
        volume: volume_record(&done, way),
        noise: done.noise.as_ref().and_then(|noise| noise_record(noise, way)),
        plan,
        warnings: journal.warnings,
        iterations: done.iterations,
    };
    let (finished, root) = (done.stored.slice_count, way.layout.root());
    if !is_whole && finished == 0 {
        return Err(RunError::CancelledEarly { path: root.into() });
    }
    record.write(root)?;
    if is_whole {
        Progress::clear(root);
        return Ok(record);
    }
    Err(RunError::Cancelled { finished, slices: record.plan.grid.shape[0], path: done.stored.path })
}

/// Figures beyond their limits: of the scan, the slabs, the axis, and starved rays.
fn findings(
    (of_scan, done): (Vec<String>, &Done),
    recipe: &Recipe,
    (axis, starvation): (&serde_json::Value, &Option<StarvationRecord>),
) -> Vec<String> {
    let starved = starvation.iter().filter_map(StarvationRecord::finding);
    let of_run = done.findings(recipe).into_iter().chain(prepare::axis_findings(axis));
    of_scan.into_iter().chain(of_run).chain(starved).collect()
}

fn volume_record(done: &Done, way: &Way<'_>) -> Option<VolumeRecord> {
    done.stored.is_whole.then(|| VolumeRecord {
        path: relative(&done.stored.path, way.layout.root()),
        unit: way.prepared.grid.attenuation_unit().symbol().into(),
        sha256: done.tally.volume_hash(),
        figures: as_json(&done.stored.figures),
    })
}

fn noise_record(noise: &Stored, way: &Way<'_>) -> Option<NoiseRecord> {
    noise.is_whole.then(|| NoiseRecord {
        path: relative(&noise.path, way.layout.root()),
        unit: way.prepared.grid.attenuation_unit().symbol().into(),
        figures: as_json(&noise.figures),
    })
}

fn memory_record(plan: &Plan) -> MemoryRecord {
    MemoryRecord {
        budget: plan.memory_budget,
        planned_peak: plan.peak_memory,
        actual_peak: memory::peak(),
    }
}

/// What the run that is gone on with left behind.
fn progress_of(
    options: &RunOptions,
    (recipe, inputs): (&Recipe, &[Input]),
) -> Result<Option<Progress>, RunError> {
    options.resume.then(|| Progress::load(&options.out, recipe, inputs)).transpose()
}

/// The options, held to the output folder; a run to go on with that finished no slab begins anew.
fn begun(options: &RunOptions, watch: &dyn Watch) -> Result<RunOptions, RunError> {
    check_out(options)?;
    if !options.resume || Progress::check(&options.out)? == Left::Slabs {
        return Ok(options.clone());
    }
    watch.note(
        "the stopped run had not finished a slab: there is nothing to go on from, it begins anew",
    );
    Ok(RunOptions { resume: false, force: true, ..options.clone() })
}

/// Holds the output folder to what is asked, before anything is read: nothing of another run in
/// it, unless it is to be replaced or gone on with, and no file where it should be.
pub(crate) fn check_out(options: &RunOptions) -> Result<(), RunError> {
    let layout = Layout::new(&options.out);
    if options.resume {
        return Progress::check(&options.out).map(|_| ());
    }
    if layout.is_taken() && !options.force {
        return Err(RunError::OutputExists { path: options.out.clone() });
    }
    let whole = std::path::absolute(&options.out).unwrap_or_else(|_| options.out.clone());
    match whole.ancestors().find(|path| path.exists()) {
        Some(path) if !path.is_dir() => Err(RunError::OutputNoFolder { path: path.into() }),
        _ => Ok(()),
    }
}

/// Makes the output folder ours, without touching another run's.
pub(crate) fn claim(options: &RunOptions) -> Result<Layout, RunError> {
    check_out(options)?;
    let mut layout = Layout::new(&options.out);
    layout.make()?;
    layout.hold()?;
    // Another run may have ended here meanwhile.
    check_out(options)?;
    Ok(layout)
}

fn hash(scan: &Scan, watch: &dyn Watch) -> Result<Vec<Input>, RunError> {
    watch.begin("hash the input files", scan.files.len());
    let inputs = hash_inputs(&scan.files)?;
    watch.end();
    Ok(inputs)
}

/// The scan corrected frame by frame beforehand, where that is asked for.
fn spool(
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    options: &RunOptions,
    watch: &dyn Watch,
) -> Result<Option<Spool>, RunError> {
    let frames = WholeFrames { scan, survey, settings: &recipe.correct };
    let folder = Layout::new(&options.out).correct();
    let free =
        free_for_frames((scan, &recipe.correct), options.memory.unwrap_or_else(default_budget));
    Spool::where_needed(&frames, (&folder, free), watch)
}

fn relative(path: &Path, root: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).into()
}
