//! What a simulation will take: frames, disk, memory, time. Writes nothing.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use voltomo_acquire::simulate::instrument::{FrameKind, Twin};
use voltomo_types::VoxelGrid;

use super::{
    error::SimulateError,
    frame_kinds,
    render::{PROGRAM_BYTES, batch},
    request::ScanFormat,
    truth::Truth,
};
use crate::{memory::Bytes, plan::duration};

/// Batches of radiographs that are timed, at most.
const TRIES: usize = 4;
/// No more batches are timed after so long.
const PATIENCE: Duration = Duration::from_secs(1);
/// Heights at which slices of the truth are timed.
const PARTS: usize = 6;

/// Bytes of the volumes of the truth that are packed and written in a second, about.
const STORED_PER_SECOND: f64 = 250e6;

/// What a simulation will take.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulationPlan {
    /// Name of the instrument.
    pub instrument: String,
    /// Frames of each kind, by their folder's name.
    pub frames: Vec<(&'static str, usize)>,
    /// Rows and columns of a frame.
    pub size: [usize; 2],
    /// Counts of the brightest pixel of the open beam, and the largest that can be written.
    pub open_beam_counts: [f64; 2],
    /// How they are written.
    pub format: ScanFormat,
    /// Voxels of the truth, where it is written.
    pub truth: Option<VoxelGrid>,
    /// Frames that are rendered together.
    pub batch: usize,
    /// Slices of the truth that are filled together.
    pub slab_slices: usize,
    /// Memory allowed.
    pub memory_budget: Bytes,
    /// Largest memory at any moment.
    pub peak_memory: Bytes,
    /// Disk taken, at most.
    pub disk: Bytes,
    /// About how long it takes on a machine that does nothing else.
    pub seconds: f64,
}

/// Plans a simulation so that it stays within `budget`.
///
/// Some frames and slices are rendered to see how long they take.
///
/// # Errors
/// A budget in which not even one frame or slice fits.
pub(super) fn plan(
    twin: &Twin<'_>,
    (format, truth): (ScanFormat, Option<&Truth<'_>>),
    budget: Bytes,
) -> Result<SimulationPlan, SimulateError> {
    let [rows, columns] = twin.shape();
    let batch = batch(twin, budget)?;
    let held = Bytes(PROGRAM_BYTES + twin.memory_bytes(0) as u64);
    let slab_slices = match truth {
        Some(truth) => truth.at.slab_slices(budget, held)?,
        None => 0,
    };
    let filled = truth.map_or(0, |truth| held.0 + truth.at.memory(slab_slices).0);
    let rendering = PROGRAM_BYTES + twin.memory_bytes(batch) as u64;
    let count = twin.schedule().len() as u64;
    let frame_bytes = 2 * (rows * columns) as u64 + 8192;
    let volumes = truth.map_or(0, |truth| truth.at.disk().0);
    let kinds = frame_kinds::counts(twin.schedule());
    Ok(SimulationPlan {
        instrument: twin.profile().name.clone(),
        frames: kinds.iter().map(|(kind, count)| (frame_kinds::folder(*kind), *count)).collect(),
        size: [rows, columns],
        open_beam_counts: twin.open_beam_counts(),
        format,
        truth: truth.map(|truth| truth.at.grid),
        batch,
        slab_slices,
        memory_budget: budget,
        peak_memory: Bytes(rendering.max(filled)),
        disk: Bytes(count * frame_bytes + volumes + (1 << 20)),
        seconds: exposing(twin, batch) + truth.map_or(0.0, |truth| filling(truth, slab_slices)),
    })
}

/// Seconds for all frames, from the quickest of a few batches of radiographs: the first also makes
/// room and renders what glows after.
fn exposing(twin: &Twin<'_>, batch: usize) -> f64 {
    let schedule = twin.schedule();
    let is_radiograph = |kind: FrameKind| kind == FrameKind::Radiograph;
    let first = schedule.iter().position(|job| is_radiograph(job.kind)).unwrap_or(0);
    let together = rayon::current_num_threads().min(batch).max(1);
    let began = Instant::now();
    let mut quickest = f64::INFINITY;
    for batch in 0..TRIES {
        let start = Instant::now();
        let from = first + batch * together;
        let rendered = twin.render(from..from + together).len();
        if rendered < together && batch > 0 {
            break;
        }
        quickest = quickest.min(start.elapsed().as_secs_f64() / rendered.max(1) as f64);
        if began.elapsed() > PATIENCE {
            break;
        }
    }
    quickest * schedule.len() as f64
}

/// Seconds for all voxels, from a few slices at several heights: those that follow one another in a
/// slab take less than the first where the cell does not change.
fn filling(truth: &Truth<'_>, slab_slices: usize) -> f64 {
    let depth = truth.at.grid.shape[0];
    let timed = |z: Range<usize>| {
        let start = Instant::now();
        let _ = truth.scene.voxels(&truth.at.request, z, &truth.attenuations);
        start.elapsed().as_secs_f64()
    };
    let slab = |part: usize| {
        let z = (2 * part + 1) * depth / (2 * PARTS);
        let more = (depth - z).min(4);
        let (one, several) = (timed(z..z + 1), timed(z..z + more));
        let next = (several - one).max(0.0) / more.saturating_sub(1).max(1) as f64;
        one + next * slab_slices.saturating_sub(1) as f64
    };
    let slabs = depth as f64 / slab_slices.max(1) as f64;
    let storing = truth.at.disk().0 as f64 / STORED_PER_SECOND;
    storing + (0..PARTS).map(slab).sum::<f64>() / PARTS as f64 * slabs
}

impl SimulationPlan {
    /// What a person should know before the frames are written.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let [open, full] = self.open_beam_counts;
        let (saturated, dark) = (open > 0.95 * full, open < 2.0);
        let warning = |what: &str| {
            format!(
                "the open beam {what}: {open:.0} counts at its brightest, expected up to 95 % of \
                 {full:.0}; mend `frames.exposure_s`, `readout.electrons_per_count` or the beam"
            )
        };
        let mut warnings = Vec::new();
        warnings.extend(saturated.then(|| warning("saturates the detector")));
        warnings.extend(dark.then(|| warning("leaves no trace")));
        warnings
    }

    /// The plan as lines for a person.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let [rows, columns] = self.size;
        let count: usize = self.frames.iter().map(|(_, count)| count).sum();
        let kinds = self.frames.iter().map(|(name, count)| format!("{count} {name}"));
        let kinds: Vec<String> = kinds.collect();
        let [open, full] = self.open_beam_counts;
        let format = match self.format {
            ScanFormat::Tiff => "TIFF, 16 bit",
            ScanFormat::Fits => "FITS, 16 bit",
            ScanFormat::Nexus => "NXtomo in HDF5, 16 bit",
        };
        let mut lines = vec![
            format!("instrument   {}", self.instrument),
            format!("frames       {count} of {rows} × {columns} pixels: {}", kinds.join(", ")),
            format!("open beam    {open:.0} counts at its brightest, of {full:.0} that fit"),
            format!("format       {format}"),
        ];
        lines.push(match &self.truth {
            Some(grid) => {
                let [depth, height, width] = grid.shape;
                let voxel = grid.voxel;
                format!(
                    "truth        {depth} × {height} × {width} voxels of {voxel:.6} mm (z, y, x)"
                )
            }
            None => "truth        no volumes".into(),
        });
        let (peak, budget) = (self.peak_memory, self.memory_budget);
        lines.push(format!("memory       {peak} at most, {budget} allowed"));
        lines.push(format!("disk         up to {}", self.disk));
        lines.push(format!("time         about {}", duration(self.seconds)));
        lines
    }
}
