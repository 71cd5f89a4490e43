//! What a run will take (memory, disk, time) and how the volume is cut into slabs. Runs nothing.

use std::ops::Range;

use serde::Serialize;
use voltomo_correct::{Block, CorrectSettings, Survey, working_bytes as correct_bytes};
use voltomo_reconstruct::{
    Choice, Reconstruction, SlabRule,
    calibrate::{rows_at_once, search_bytes},
};
use voltomo_types::{FrameShape, Geometry, Scan, VoxelGrid};

use crate::{
    error::RunError, memory::Bytes, metal_memory::metal_memory, method::MethodPlan, pace,
    recipe::Recipe, spool::Spool, store,
};

/// The program itself, and what the system rounds up to.
const PROGRAM_BYTES: u64 = 96 << 20;
/// What the allocator keeps of a thread for later.
const THREAD_BYTES: u64 = 8 << 20;

/// Whole frames that are in memory while references are averaged.
const REFERENCE_FRAMES_HELD: u64 = 12;

/// Of a budget, what is free for radiographs that are corrected whole, before there is a volume.
pub(crate) fn free_for_frames((scan, settings): (&Scan, &CorrectSettings), budget: Bytes) -> Bytes {
    Bytes(budget.0.saturating_sub(program_bytes() + Survey::resident_bytes(scan, settings)))
}

/// What the program takes whatever it does.
fn program_bytes() -> u64 {
    PROGRAM_BYTES + rayon::current_num_threads() as u64 * THREAD_BYTES
}

/// The moment at which a slab is written.
const STORING: &str = "writing a slab";

/// What a run will take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The volume's grid.
    pub grid: VoxelGrid,
    /// The method of reconstruction.
    pub method: MethodPlan,
    /// Slices of a slab (the last may have fewer).
    pub slab_slices: usize,
    /// The slabs.
    pub slabs: Vec<Range<usize>>,
    /// Memory allowed.
    pub memory_budget: Bytes,
    /// Largest memory at any moment.
    pub peak_memory: Bytes,
    /// Where that memory goes.
    pub memory_parts: Vec<(String, Bytes)>,
    /// Disk taken by the volume and the pictures.
    pub disk: Bytes,
    /// About how long it takes, but for the search of the axis.
    pub seconds: f64,
    /// About how long that takes; `None` where the axis is told, or was found when this was planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis_seconds: Option<f64>,
}

/// Everything that decides what a slab takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizing<'a> {
    /// What is to be done.
    pub recipe: &'a Recipe,
    /// The scan.
    pub scan: &'a Scan,
    /// The geometry, with the axis as known or as assumed.
    pub geometry: &'a Geometry,
    /// Rows and columns of corrected frames.
    pub frame: (usize, usize),
    /// The method, made ready, and the one for the noise map.
    pub methods: (&'a dyn Reconstruction, Option<&'a dyn Reconstruction>),
    /// Which method that is, and why.
    pub choice: Choice,
    /// The volume's grid.
    pub grid: &'a VoxelGrid,
}

impl Sizing<'_> {
    /// The volume in slabs of `slices` slices. In a cone the ends of the volume need more rows than
    /// its middle, until the detector ends: which slab takes most is not known beforehand.
    fn slabs(&self, slices: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let count = self.grid.shape[0];
        (0..count).step_by(slices.max(1)).map(move |first| first..(first + slices).min(count))
    }

    fn rows(&self, slab: Range<usize>) -> usize {
        (self.methods.0.rows_needed(slab).len() + 1).min(self.frame.0)
    }

    /// The memory of each moment of a slab of so many slices, wherever it takes most.
    fn moments(&self, slices: usize) -> Vec<(String, Bytes)> {
        let most = |bytes: &dyn Fn(Range<usize>) -> u64| {
            Bytes(self.slabs(slices).map(bytes).max().unwrap_or(0))
        };
        let angles = self.geometry.view_count();
        let [_, height, width] = self.grid.shape;
        let slab = 4 * (slices * height * width) as u64;
        let volumes = 1 + u64::from(self.methods.1.is_some());
        let storing = store::working_bytes(&self.recipe.store, self.grid);
        let frame = self.scan.radiographs.shape();
        let measuring = REFERENCE_FRAMES_HELD * 4 * (frame.rows * frame.columns) as u64;
        let correcting = |slab| {
            let block = Block { frames: 0..angles, rows: 0..self.rows(slab) };
            self.correcting(block)
        };
        let reconstructing = |slab: Range<usize>| {
            let corrected = 4 * (angles * self.rows(slab.clone()) * self.frame.1) as u64;
            let (method, noise) = self.methods;
            let weights = if method.uses_weights() { corrected } else { 0 };
            let noise = noise.map_or(0, |noise| corrected + noise.working_bytes(slab.clone()));
            corrected + weights + method.working_bytes(slab) + noise
        };
        let whole = self.recipe.correct.needs_whole_frames().then(|| {
            let block = Block { frames: 0..1, rows: 0..self.frame.0 };
            ("correcting a radiograph".into(), Bytes(self.correcting(block)))
        });
        let slab = vec![
            ("measuring references and dose".into(), Bytes(measuring)),
            ("reading and correcting a slab".into(), most(&correcting)),
            ("reconstructing a slab".into(), most(&reconstructing)),
            (STORING.into(), Bytes(volumes * (slab + storing))),
        ];
        let metal = Bytes(self.metal()[0]);
        let metal = (metal.0 > 0).then(|| ("finding the metal".to_string(), metal));
        slab.into_iter().chain(whole).chain(metal).chain(self.searching()).collect()
    }

    /// The search of the axis, where nobody tells it: rows of all frames, and what becomes of them.
    fn searching(&self) -> Option<(String, Bytes)> {
        let (rows, columns) = self.frame;
        let shape = FrameShape { frames: self.geometry.view_count(), rows, columns };
        let block = Block { frames: 0..shape.frames, rows: 0..rows_at_once(shape).min(rows) };
        let bytes = search_bytes(shape) + self.correcting(block);
        let is_told = self.recipe.reconstruct.centre_px.is_some();
        (!is_told).then(|| ("finding the axis".into(), Bytes(bytes)))
    }

    fn correcting(&self, block: Block) -> u64 {
        correct_bytes(self.scan, &self.recipe.correct, block)
    }

    /// Disk taken while the run goes on.
    fn spooled(&self) -> u64 {
        let (frames, (rows, columns)) = (self.geometry.view_count(), self.frame);
        let shape = FrameShape { frames, rows, columns };
        if self.recipe.correct.needs_whole_frames() { Spool::disk(shape).0 } else { 0 }
    }

    /// What stays in memory from the first slab to the last.
    fn resident(&self) -> u64 {
        let [depth, height, width] = self.grid.shape;
        let previews = 4 * (height * width + depth * width) as u64;
        program_bytes()
            + Survey::resident_bytes(self.scan, &self.recipe.correct)
            + previews
            + self.metal()[1]
    }

    /// Memory of the search for metal, and of what stays of it.
    fn metal(&self) -> [u64; 2] {
        let views = self.geometry.view_count();
        metal_memory((self.scan, self.recipe), views, self.frame)
    }

    fn peak(&self, slices: usize) -> Bytes {
        let moment = self.moments(slices).iter().map(|(_, bytes)| bytes.0).max();
        Bytes(self.resident() + moment.unwrap_or(0))
    }

    /// That even `least` slices do not fit.
    fn beyond(&self, least: usize, budget: Bytes) -> RunError {
        let count = self.grid.shape[0];
        let what = if least > 1 {
            let method = self.methods.0.name();
            format!("`reconstruct.method` {method} solves all {count} slices at once, which")
        } else {
            "a slab of one slice".into()
        };
        let held = ("what is held all the time".to_string(), Bytes(self.resident()));
        let moments = self.moments(least).into_iter().chain([held]);
        let most = moments.max_by_key(|(_, bytes)| bytes.0).unwrap_or((String::new(), Bytes(0)));
        let is_storing = most.0 == STORING && self.recipe.store.format == store::StoreFormat::Zarr;
        let mends = match (is_storing, least > 1) {
            (true, _) => {
                "make `store.shard` or `store.chunk` smaller, or choose `store.format` mha"
            }
            (false, true) => {
                "take fewer slices with `reconstruct.rows`, or make the scan smaller with \
                 `correct.bin`, `acquire.crop_rows`, `acquire.crop_columns` or \
                 `reconstruct.voxel_px`"
            }
            (false, false) => {
                "make the scan smaller with `correct.bin`, `acquire.crop_columns` or \
                 `reconstruct.region`"
            }
        };
        let most = format!("most of it for {}: {}", most.0, most.1);
        RunError::Budget { what, needed: self.peak(least), most, budget, mends }
    }

    /// The most slices whose slab fits the budget, whole multiples of what the store likes.
    pub(crate) fn slab_slices(&self, budget: Bytes) -> Result<usize, RunError> {
        let count = self.grid.shape[0];
        let least = if self.methods.0.slab_rule() == SlabRule::Whole { count } else { 1 };
        if self.peak(least) > budget {
            return Err(self.beyond(least, budget));
        }
        if least == count {
            return Ok(count);
        }
        let (mut fits, mut bursts) = (1, count + 1);
        while bursts - fits > 1 {
            let middle = fits.midpoint(bursts);
            if self.peak(middle) <= budget { fits = middle } else { bursts = middle }
        }
        let alignment = store::slab_alignment(&self.recipe.store);
        let steps = [alignment, 64, 32, 16];
        let step = steps.into_iter().find(|step| fits >= *step).unwrap_or(1);
        if fits >= count {
            return Ok(count);
        }
        // Slabs that begin elsewhere may take a little more, even where they are thinner.
        let aligned = (1..=fits / step).rev().map(|steps| steps * step);
        let thinner = (1..step).rev();
        Ok(aligned.chain(thinner).find(|slices| self.peak(*slices) <= budget).unwrap_or(1))
    }
}

/// Plans the slabs of a run so that it stays within `budget`.
///
/// # Errors
/// A budget in which not even one slice fits.
pub(crate) fn plan(sizing: &Sizing<'_>, budget: Bytes) -> Result<Plan, RunError> {
    let slices = sizing.slab_slices(budget)?;
    let slabs: Vec<Range<usize>> = sizing.slabs(slices).collect();
    let mut parts = vec![("held all the time".to_string(), Bytes(sizing.resident()))];
    parts.extend(sizing.moments(slices));
    let picture_bytes = 16 << 20;
    let stored = store::disk_bytes(&sizing.recipe.store, sizing.grid);
    let volumes = 1 + u64::from(sizing.methods.1.is_some());
    Ok(Plan {
        grid: *sizing.grid,
        method: MethodPlan::new(&sizing.choice),
        slab_slices: slices,
        slabs,
        memory_budget: budget,
        peak_memory: sizing.peak(slices),
        memory_parts: parts,
        disk: Bytes(sizing.spooled() + volumes * stored + picture_bytes),
        seconds: seconds(sizing, slices)?,
        axis_seconds: None,
    })
}

/// About how long the run takes: the method as [`pace::seconds`] has it, twice where there is a
/// noise map; corrections and files at a usual rate a pixel, for all rows of every slab.
fn seconds(sizing: &Sizing<'_>, slices: usize) -> Result<f64, RunError> {
    const SECONDS_PER_PIXEL: f64 = 1.0 / 30e6;
    let views = sizing.geometry.view_count();
    let rows: usize = sizing.slabs(slices).map(|slab| sizing.rows(slab)).sum();
    let pixels = (views * rows * sizing.frame.1 + sizing.grid.voxel_count()) as f64;
    let volumes = 1.0 + f64::from(u8::from(sizing.methods.1.is_some()));
    let size = pace::Size { voxels: sizing.grid.shape, views, columns: sizing.frame.1 };
    let told = (sizing.choice.method, &sizing.recipe.reconstruct);
    let method = pace::seconds(sizing.geometry, size, told)?;
    Ok(volumes * method + pixels * SECONDS_PER_PIXEL)
}

impl Plan {
    /// The plan as lines for a person.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let [depth, height, width] = self.grid.shape;
        let (voxel, unit) = (self.grid.voxel, self.grid.unit.symbol());
        let mut lines = vec![
            format!(
                "volume       {depth} × {height} × {width} voxels of {voxel:.6} {unit} (z, y, x)"
            ),
            self.method.line(),
            format!("slabs        {} of up to {} slices", self.slabs.len(), self.slab_slices),
            format!("memory       {} at most, {} allowed", self.peak_memory, self.memory_budget),
        ];
        lines.extend(self.memory_parts.iter().map(|(part, bytes)| format!("  {part}: {bytes}")));
        lines.push(format!("disk         up to {}", self.disk));
        let search = self
            .axis_seconds
            .map(|seconds| format!(", {} of them for the search of the axis", duration(seconds)));
        let all = self.seconds + self.axis_seconds.unwrap_or(0.0);
        lines.push(format!("time         about {}{}", duration(all), search.unwrap_or_default()));
        lines
    }
}

/// Seconds as people say them.
#[must_use]
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}
