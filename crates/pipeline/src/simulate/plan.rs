//! What a simulation will take: frames, disk, memory, time. Writes nothing.

use std::time::Instant;

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
    /// About how long it takes.
    pub seconds: f64,
}

/// Plans a simulation so that it stays within `budget`.
///
/// Some frames and a slice are rendered to see how long they take.
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
    let filling = truth.map_or(0, |truth| held.0 + truth.at.memory(slab_slices).0);
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
        peak_memory: Bytes(rendering.max(filling)),
        disk: Bytes(count * frame_bytes + volumes + (1 << 20)),
        seconds: seconds(twin, truth, batch),
    })
}

/// Radiographs and a slice timed here and now, for all of them.
fn seconds(twin: &Twin<'_>, truth: Option<&Truth<'_>>, batch: usize) -> f64 {
    let schedule = twin.schedule();
    let is_radiograph = |kind: FrameKind| kind == FrameKind::Radiograph;
    let first = schedule.iter().position(|job| is_radiograph(job.kind)).unwrap_or(0);
    let together = rayon::current_num_threads().min(batch).max(1);
    let start = Instant::now();
    let rendered = twin.render(first..first + together).len().max(1);
    let exposing = start.elapsed().as_secs_f64() / rendered as f64 * schedule.len() as f64;
    let filling = truth.map_or(0.0, |truth| {
        let depth = truth.at.grid.shape[0];
        let start = Instant::now();
        let _ =
            truth.scene.voxels(&truth.at.request, depth / 2..depth / 2 + 1, &truth.attenuations);
        start.elapsed().as_secs_f64() * depth as f64
    });
    exposing + filling
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
