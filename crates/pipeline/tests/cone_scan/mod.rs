//! Cone-beam scans of a ball in a cylinder, written as an instrument would and run like any other.
//! Checks nothing.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::cast_possible_truncation, reason = "counts below 2¹⁶")]

use std::{
    fs::{self, File},
    io::BufWriter,
    path::Path,
};

use ndarray::{Array2, Array3, Axis};
use tempfile::TempDir;
use tiff::encoder::{TiffEncoder, colortype};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_pipeline::store::{NexusFile, NexusFrame, NexusScan};
use voltomo_pipeline::{Bytes, Recipe, RunError, RunOptions, RunRecord, Silent, run};
use voltomo_types::{ConeCircle, ConeView, Millimetre, PixelFrame, Radian, VoxelGrid};

/// Attenuation of the cylinder and of the ball in it, 1/cm.
pub(crate) const CYLINDER: f64 = 0.6;
pub(crate) const BALL: f64 = 1.4;
/// The ball, mm: `[z, y, x]` from the axis at the middle row, and its radius.
pub(crate) const BALL_AT: [f64; 3] = [1.1, -2.0, 1.5];
pub(crate) const BALL_RADIUS: f64 = 1.4;
/// The cylinder's axis `[y, x]` and radius, mm.
pub(crate) const CYLINDER_AT: [f64; 2] = [0.4, -0.6];
pub(crate) const CYLINDER_RADIUS: f64 = 5.0;
/// Edge of a pixel on the axis at the magnification 4.
pub(crate) const PITCH: f64 = 0.25;

/// What a scan is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cone {
    pub(crate) views: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) arc_deg: f64,
    pub(crate) roll_deg: f64,
    /// The axis' column from the middle.
    pub(crate) axis_off: f64,
    /// The central ray's row from the middle.
    pub(crate) row_off: f64,
    /// Radius of the cylinder, mm.
    pub(crate) radius: f64,
    /// Whether the frames stand on their heads in the files.
    pub(crate) upside_down: bool,
}

pub(crate) const PLAIN: Cone = Cone {
    views: 120,
    rows: 40,
    columns: 60,
    arc_deg: 360.0,
    roll_deg: 0.0,
    axis_off: 0.0,
    row_off: 0.0,
    radius: CYLINDER_RADIUS,
    upside_down: false,
};

impl Cone {
    /// Column of the axis at the middle row.
    pub(crate) fn centre(&self) -> f64 {
        (self.columns as f64 - 1.0) / 2.0 + self.axis_off
    }

    pub(crate) fn middle_row(&self) -> f64 {
        (self.rows as f64 - 1.0) / 2.0
    }

    /// Source at 60 mm, detector at 240 mm; the central ray meets the axis' column.
    pub(crate) fn circle(&self) -> ConeCircle {
        let roll = Radian::from_degrees(self.roll_deg);
        let centre = self.centre() + self.row_off * roll.0.tan();
        ConeCircle {
            source_to_axis: Millimetre(60.0),
            source_to_detector: Millimetre(240.0),
            pixel: Millimetre(4.0 * PITCH),
            centre: [self.middle_row() + self.row_off, centre],
            roll,
            pitch: Radian(0.0),
            yaw: Radian(0.0),
        }
    }

    pub(crate) fn angles(&self) -> Vec<Radian> {
        let step = self.arc_deg / self.views as f64;
        (0..self.views).map(|k| Radian::from_degrees(k as f64 * step)).collect()
    }

    /// The views, heights counted from the middle row's.
    pub(crate) fn sights(&self) -> Vec<ConeView> {
        let frame = PixelFrame::whole(self.rows, self.columns);
        // The middle row lies `row_off` rows above the source's on the axis.
        let height = -self.row_off * PITCH;
        self.circle().geometry(&self.angles(), frame).counted_from(height).views
    }

    /// Line integrals, `[angle, row, column]`, each the mean over 2 × 2 rays.
    pub(crate) fn line_integrals(&self) -> Array3<f32> {
        let mut all = Array3::zeros((self.views, self.rows, self.columns));
        for (mut frame, view) in all.outer_iter_mut().zip(self.sights()) {
            for ((row, column), value) in frame.indexed_iter_mut() {
                let rays = [[-0.25, -0.25], [-0.25, 0.25], [0.25, -0.25], [0.25, 0.25]];
                let sum: f64 = rays
                    .map(|[a, b]| self.ray(&view, [row as f64 + a, column as f64 + b]))
                    .iter()
                    .sum();
                *value = to_f32(sum / 4.0);
            }
        }
        all
    }

    fn ray(&self, view: &ConeView, [row, column]: [f64; 2]) -> f64 {
        let direction: [f64; 3] = std::array::from_fn(|k| {
            view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k]
                - view.source[k]
        });
        let [y, x] = CYLINDER_AT;
        let cylinder = chord(view.source, direction, ([0.0, y, x], self.radius), 1);
        let ball = chord(view.source, direction, (BALL_AT, BALL_RADIUS), 0);
        (cylinder * CYLINDER + ball * (BALL - CYLINDER)) / 10.0
    }

    /// Counts of the radiographs, without noise.
    pub(crate) fn counts(&self) -> Array3<f32> {
        let mut counts = self.line_integrals().mapv(|p| (50_000.0 * (-p).exp() + 100.0).round());
        if self.upside_down {
            counts.invert_axis(Axis(1));
            counts.invert_axis(Axis(2));
        }
        counts
    }

    /// A TIFF file a frame, angles and the geometry in files beside them.
    pub(crate) fn tiff(&self) -> MadeCone {
        let folder = tempfile::tempdir().unwrap();
        let frames = |value| Array3::from_elem((2, self.rows, self.columns), value);
        write_frames(&folder.path().join("radiographs"), &self.counts());
        write_frames(&folder.path().join("flats"), &frames(50_100.0));
        write_frames(&folder.path().join("darks"), &frames(100.0));
        fs::write(folder.path().join("geometry.toml"), self.geometry_text()).unwrap();
        let mut recipe = self.recipe();
        recipe.acquire.path = folder.path().into();
        recipe.acquire.radiographs = Some("radiographs".into());
        recipe.acquire.flats = Some("flats".into());
        recipe.acquire.darks = Some("darks".into());
        recipe.acquire.angles = Some(format!("0:{}", self.arc_deg));
        recipe.acquire.geometry = Some("geometry.toml".into());
        MadeCone { folder, recipe }
    }

    pub(crate) fn geometry_text(&self) -> String {
        format!(
            "source_to_axis_mm = 60.0\nsource_to_detector_mm = 240.0\ndetector_pixel_mm = {}\n\
             rows = {}\ncolumns = {}\n",
            4.0 * PITCH,
            self.rows,
            self.columns
        )
    }

    /// All in one NXtomo file.
    pub(crate) fn nexus(&self) -> MadeCone {
        let folder = tempfile::tempdir().unwrap();
        let angles = self.angles();
        let frame = |key, angle_deg| NexusFrame { key, angle_deg, exposure_s: 1.0 };
        let keys = [1, 1, 2, 2].map(|key| frame(key, 0.0));
        let radiographs = angles.iter().map(|angle| frame(0, angle.degrees()));
        let scan = NexusScan {
            sample: "ball".into(),
            instrument: "cone".into(),
            probe: "x-ray",
            source: "Fixed Tube X-ray",
            frames: keys.into_iter().chain(radiographs).collect(),
            size: [self.rows, self.columns],
            pixel_mm: 4.0 * PITCH,
            sample_pixel_mm: PITCH,
            distances_mm: (Some(60.0), 180.0),
        };
        let flat = |value: u16| Array2::from_elem((self.rows, self.columns), value);
        let whole = |value: f32| to_index(f64::from(value)) as u16;
        let mut frames = vec![flat(50_100), flat(50_100), flat(100), flat(100)];
        frames.extend(self.counts().axis_iter(Axis(0)).map(|frame| frame.mapv(whole)));
        let mut file = NexusFile::create(&folder.path().join("scan.nxs"), &scan).unwrap();
        file.write(0, &frames).unwrap();
        file.finish(true).unwrap();
        let mut recipe = self.recipe();
        recipe.acquire.path = folder.path().join("scan.nxs");
        MadeCone { folder, recipe }
    }

    fn recipe(&self) -> Recipe {
        let mut recipe = Recipe::default();
        recipe.reconstruct.centre_px = Some(self.centre());
        recipe.reconstruct.cone.centre_row_px = Some(self.middle_row() + self.row_off);
        recipe.reconstruct.cone.roll_deg = Some(self.roll_deg);
        recipe
    }
}

/// Length of a ray within a ball (`axes` from 0) or an upright cylinder (from 1), mm.
fn chord(
    source: [f64; 3],
    direction: [f64; 3],
    (centre, radius): ([f64; 3], f64),
    axes: usize,
) -> f64 {
    let length = direction.iter().map(|k| k * k).sum::<f64>().sqrt();
    let (mut a, mut b, mut c) = (0.0, 0.0, -radius * radius);
    for (k, along) in direction.iter().enumerate().skip(axes) {
        let from = source[k] - centre[k];
        a += along * along;
        b += along * from;
        c += from * from;
    }
    let root = b * b - a * c;
    if root > 0.0 { 2.0 * root.sqrt() / a * length } else { 0.0 }
}

fn write_frames(folder: &Path, frames: &Array3<f32>) {
    fs::create_dir_all(folder).unwrap();
    for (index, frame) in frames.outer_iter().enumerate() {
        let file = File::create(folder.join(format!("{index:04}.tif"))).unwrap();
        let mut encoder = TiffEncoder::new(BufWriter::new(file)).unwrap();
        let (rows, columns) = frame.dim();
        let counts: Vec<u16> =
            frame.iter().map(|value| to_index(f64::from(*value)) as u16).collect();
        encoder.write_image::<colortype::Gray16>(columns as u32, rows as u32, &counts).unwrap();
    }
}

/// A scan on disk, with its recipe.
pub(crate) struct MadeCone {
    pub(crate) folder: TempDir,
    pub(crate) recipe: Recipe,
}

impl MadeCone {
    pub(crate) fn try_run(
        &self,
        out: &str,
        memory: Option<Bytes>,
    ) -> Result<(RunRecord, Array3<f32>), RunError> {
        let base = self.folder.path().to_path_buf();
        self.run_with(&RunOptions { out: base.join(out), base, memory, ..RunOptions::default() })
    }

    pub(crate) fn run_with(
        &self,
        options: &RunOptions,
    ) -> Result<(RunRecord, Array3<f32>), RunError> {
        let record = run(&self.recipe, options, &Silent::default())?;
        let path = options.out.join(&record.volume.as_ref().unwrap().path);
        let slices = record.plan.grid.shape[0];
        let volume = voltomo_pipeline::store::read_slab(&path, 0..slices).unwrap();
        Ok((record, volume))
    }

    pub(crate) fn run(&self, out: &str) -> (RunRecord, Array3<f32>) {
        self.try_run(out, None).unwrap()
    }

    /// What a run that is refused says.
    pub(crate) fn refusal(&self) -> String {
        let error = self.try_run("refused", None).unwrap_err();
        assert!(!self.folder.path().join("refused/run.json").exists());
        error.to_string()
    }
}

/// What stands in a volume: mean µ of the cylinder away from the ball, mean µ of the ball, and the
/// ball's centre of mass, mm.
pub(crate) struct Found {
    pub(crate) cylinder: f64,
    pub(crate) ball: f64,
    pub(crate) ball_at: [f64; 3],
}

pub(crate) fn found(volume: &Array3<f32>, grid: &VoxelGrid) -> Found {
    let (mut cylinder, mut ball) = ((0.0, 0.0), (0.0, 0.0));
    let (mut mass, mut moment) = (0.0, [0.0; 3]);
    for ((z, y, x), &value) in volume.indexed_iter() {
        let at = grid.centre_of([z, y, x]);
        let value = f64::from(value);
        let from_ball = (0..3).map(|k| (at[k] - BALL_AT[k]).powi(2)).sum::<f64>().sqrt();
        let from_axis = (at[1] - CYLINDER_AT[0]).hypot(at[2] - CYLINDER_AT[1]);
        if from_ball < 0.6 * BALL_RADIUS {
            ball = (ball.0 + value, ball.1 + 1.0);
        }
        if from_axis < 0.7 * CYLINDER_RADIUS && from_ball > 1.6 * BALL_RADIUS && at[0].abs() < 2.5 {
            cylinder = (cylinder.0 + value, cylinder.1 + 1.0);
        }
        if from_ball < 1.2 * BALL_RADIUS {
            let excess = value - CYLINDER;
            mass += excess;
            (0..3).for_each(|k| moment[k] += excess * at[k]);
        }
    }
    Found {
        cylinder: cylinder.0 / cylinder.1,
        ball: ball.0 / ball.1,
        ball_at: moment.map(|sum| sum / mass),
    }
}

/// Holds a volume to the body: µ within one per cent, the ball within a fifth of a voxel.
pub(crate) fn assert_right(volume: &Array3<f32>, grid: &VoxelGrid) {
    let Found { cylinder, ball, ball_at } = found(volume, grid);
    assert!((cylinder / CYLINDER - 1.0).abs() < 0.01, "cylinder {cylinder}");
    assert!((ball / BALL - 1.0).abs() < 0.01, "ball {ball}");
    for k in 0..3 {
        assert!((ball_at[k] - BALL_AT[k]).abs() < 0.2 * PITCH, "ball at {ball_at:?}");
    }
}
