//! Scans of known truth, written as TIFF images and run like any other. Checks nothing.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::cast_possible_truncation, reason = "counts below 2¹⁶ of small images")]

use std::{
    cmp::Ordering,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

use ndarray::Array3;
use tempfile::TempDir;
use tiff::encoder::{TiffEncoder, colortype};
use voltomo_acquire::simulate::{Body, Exposure, Phantom, expose, project};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_pipeline::{Bytes, Recipe, RunError, RunOptions, RunRecord, Silent, plan_only, run};
use voltomo_types::{Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis};

/// Edge of a pixel, in mm.
pub(crate) const PIXEL_MM: f64 = 0.05;

/// Attenuation of the cylinder, in 1/cm.
pub(crate) const ATTENUATION: f64 = 2.0;

/// What a scan is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Making {
    /// Angles, rows, columns.
    pub(crate) shape: (usize, usize, usize),
    /// Degrees that the angles span, their end excluded.
    pub(crate) span: f64,
    /// The axis is so many columns to the right of the middle.
    pub(crate) axis_off: f64,
    /// Tilt of the axis in degrees.
    pub(crate) tilt: f64,
    /// Seed of the noise; `None` for none.
    pub(crate) seed: Option<u64>,
    /// Whether frames are 32-bit floating point; else 16-bit counts.
    pub(crate) float: bool,
}

impl Making {
    pub(crate) fn axis(&self) -> RotationAxis {
        let middle = (self.shape.2 as f64 - 1.0) / 2.0;
        RotationAxis { centre: middle + self.axis_off, tilt: Radian::from_degrees(self.tilt) }
    }

    pub(crate) fn geometry(&self) -> ParallelGeometry {
        let (angles, rows, columns) = self.shape;
        let step = self.span / angles as f64;
        ParallelGeometry {
            angles: (0..angles).map(|k| Radian::from_degrees(k as f64 * step)).collect(),
            axis: self.axis(),
            frame: PixelFrame::whole(rows, columns),
            pixel: Some(Millimetre(PIXEL_MM)),
        }
    }

    /// The cylinder's place `[y, x]` and radius, in mm.
    pub(crate) fn cylinder(&self) -> ([f64; 2], f64) {
        let columns = self.shape.2 as f64 * PIXEL_MM;
        ([0.02 * columns, -0.03 * columns], 0.27 * columns)
    }

    /// Counts of the radiographs.
    pub(crate) fn counts(&self) -> Array3<f32> {
        let ([y, x], radius) = self.cylinder();
        let bodies = vec![Body::cylinder([0.0, y, x], radius, 1e3, ATTENUATION)];
        let line_integrals = project(&Phantom { bodies }, &self.geometry(), 0..self.shape.1, 2);
        expose(&line_integrals, self.exposure(), &[])
    }

    fn exposure(&self) -> Exposure {
        Exposure { open_beam: 50_000.0, dark: 100.0, seed: self.seed }
    }

    /// Counts of so many flat fields.
    pub(crate) fn flats(&self, count: usize) -> Array3<f32> {
        self.exposure().flats((count, self.shape.1, self.shape.2))
    }

    /// Writes the scan with these radiographs into a new folder.
    pub(crate) fn written(&self, radiographs: &Array3<f32>) -> MadeScan {
        self.written_with(radiographs, 6)
    }

    /// The same with so many flat fields.
    pub(crate) fn written_with(&self, radiographs: &Array3<f32>, flats: usize) -> MadeScan {
        let folder = tempfile::tempdir().unwrap();
        let (_, rows, columns) = self.shape;
        let darks = Array3::from_elem((2, rows, columns), to_f32(self.exposure().dark));
        let flats = self.flats(flats);
        for (name, frames) in [("radiographs", radiographs), ("flats", &flats), ("darks", &darks)] {
            write_frames(&folder.path().join(name), frames, self.float);
        }
        let recipe = self.recipe(folder.path());
        MadeScan { folder, recipe }
    }

    pub(crate) fn recipe(&self, folder: &Path) -> Recipe {
        let mut recipe = Recipe::default();
        recipe.acquire.path = folder.into();
        recipe.acquire.radiographs = Some("radiographs".into());
        recipe.acquire.flats = Some("flats".into());
        recipe.acquire.darks = Some("darks".into());
        recipe.acquire.angles = Some(format!("0:{}", self.span));
        recipe.acquire.pixel_mm = Some(PIXEL_MM);
        recipe.reconstruct.centre_px = Some(self.axis().centre);
        recipe.reconstruct.tilt_deg = Some(self.tilt);
        recipe
    }
}

/// A scan on disk, with its recipe.
pub(crate) struct MadeScan {
    pub(crate) folder: TempDir,
    pub(crate) recipe: Recipe,
}

impl MadeScan {
    pub(crate) fn options(&self, out: &str) -> RunOptions {
        let base = self.folder.path().to_path_buf();
        RunOptions { out: base.join(out), base, ..RunOptions::default() }
    }

    pub(crate) fn run(&self, out: &str, memory: Option<Bytes>) -> RunRecord {
        run(&self.recipe, &RunOptions { memory, ..self.options(out) }, &Silent::default()).unwrap()
    }

    /// The attenuations that a run wrote, `[z, y, x]`.
    pub(crate) fn volume(&self, out: &str, record: &RunRecord) -> Array3<f32> {
        let path = self.folder.path().join(out).join(&record.volume.as_ref().unwrap().path);
        voltomo_pipeline::store::read_slab(&path, 0..record.plan.grid.shape[0]).unwrap()
    }

    /// A memory budget with which slabs have exactly so many slices.
    pub(crate) fn budget_for(&self, slices: usize) -> Bytes {
        let plan = |bytes| plan_only(&self.recipe, self.folder.path(), Some(Bytes(bytes)));
        let Err(RunError::Budget { needed, .. }) = plan(1) else { panic!("one byte is enough") };
        if slices == 1 {
            return needed;
        }
        let whole = plan(needed.0 << 8).unwrap();
        if slices == whole.slab_slices {
            return whole.peak_memory;
        }
        let (mut low, mut high) = ((1, needed.0), (whole.slab_slices, whole.peak_memory.0));
        for _ in 0..40 {
            // Memory grows about evenly with the slices.
            let share = (slices as f64 - low.0 as f64 + 0.5) / (high.0 as f64 - low.0 as f64 + 1.0);
            let bytes = low.1 + to_index((high.1 - low.1) as f64 * share.clamp(0.05, 0.95)) as u64;
            let found = plan(bytes).unwrap().slab_slices;
            match found.cmp(&slices) {
                Ordering::Equal => return Bytes(bytes),
                Ordering::Less => low = (found, bytes),
                Ordering::Greater => high = (found, bytes),
            }
        }
        panic!("no budget gives slabs of {slices} slices");
    }
}

/// One TIFF a frame.
pub(crate) fn write_frames(folder: &Path, frames: &Array3<f32>, float: bool) {
    fs::create_dir_all(folder).unwrap();
    for (index, frame) in frames.outer_iter().enumerate() {
        let file = File::create(folder.join(format!("{index:04}.tif"))).unwrap();
        let mut encoder = TiffEncoder::new(BufWriter::new(file)).unwrap();
        let (rows, columns) = frame.dim();
        let (width, height) = (columns as u32, rows as u32);
        let values: Vec<f32> = frame.iter().copied().collect();
        if float {
            encoder.write_image::<colortype::Gray32Float>(width, height, &values).unwrap();
            continue;
        }
        let counts = values.iter().map(|value| to_index(f64::from(value.round())) as u16);
        let counts: Vec<u16> = counts.collect();
        encoder.write_image::<colortype::Gray16>(width, height, &counts).unwrap();
    }
}

/// All files below a folder with their bytes, sorted by name.
pub(crate) fn bytes_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.push((path.strip_prefix(folder).unwrap().to_path_buf(), bytes));
            }
        }
    }
    found.sort();
    found
}
