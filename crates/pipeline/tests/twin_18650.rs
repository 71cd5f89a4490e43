//! What a neutron tomogram of an 18650 cell shows, looked for by numbers where the truth says that it
//! is: scans of the built-in cell, simulated and reconstructed by the program. Draws nothing.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::f64::consts::TAU;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use ndarray::{Array2, Array3, Axis, s};
use voltomo_acquire::simulate::cell::{Cell, CellFile, DefectRecord};
use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_acquire::simulate::material::Library;
use voltomo_numeric::cast::to_index;
use voltomo_pipeline::store::{StoredVolume, read_slab};
use voltomo_pipeline::{Recipe, RunOptions, Silent, run, simulate};
use voltomo_types::VoxelGrid;

const CELL: &str = "18650-na-1500";
/// Pitch of the winding, mm.
const PITCH: f64 = 0.4;

/// A scan of a part of the cell: what came out, and what is true.
struct Tomogram {
    found: Array3<f32>,
    truth: Array3<f32>,
    grid: VoxelGrid,
    /// Height of the cell that lies at z = 0 of the grid, mm.
    aim: f64,
}

/// The demo's scan, cut down to so many rows at a height of the cell.
fn demo(rows: usize, height: f64) -> Profile {
    let mut profile = Profile::titan().with_preset(Some("demo")).unwrap();
    profile.detector.region = [2 * rows, 2 * 272];
    profile.geometry.aim = Aim::Height(height);
    (profile.frames.open_before, profile.frames.open_after) = (5, 5);
    profile.preset.clear();
    profile
}

fn tomogram(profile: &Profile) -> Tomogram {
    let folder = tempfile::tempdir().unwrap();
    let asked = small_scan::asked(CELL, profile, &folder.path().join("scan"));
    let simulated = simulate(&asked, &Silent::default()).unwrap();
    let mut recipe = Recipe::open(&asked.out.join("recipe.toml"), &[]).unwrap();
    // So few rows do not tell how the axis is tilted.
    recipe.reconstruct.tilt_deg = Some(simulated.axis.tilt.degrees());
    recipe.reconstruct.centre_px = Some(simulated.axis.centre);
    let out = folder.path().join("run");
    let options = RunOptions { out: out.clone(), base: asked.out.clone(), ..Default::default() };
    run(&recipe, &options, &Silent::default()).unwrap();
    let Aim::Height(aim) = profile.geometry.aim else { panic!("aimed at a height") };
    Tomogram::read(&out.join("3-reconstruct/volume.zarr"), &asked.out, aim)
}

impl Tomogram {
    fn read(volume: &Path, scan: &Path, aim: f64) -> Self {
        let grid = *StoredVolume::open(volume).unwrap().grid();
        let all = 0..grid.shape[0];
        let truth = read_slab(&scan.join("truth/mu_neutron.zarr"), all.clone()).unwrap();
        Self { found: read_slab(volume, all).unwrap(), truth, grid, aim }
    }

    /// Index (with fraction) of a place `[x, y, z]` of the cell, `[z, y, x]`.
    fn place(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let point = [self.aim - z, y, x];
        [0, 1, 2].map(|axis| (point[axis] - self.grid.first[axis]) / self.grid.voxel)
    }
}

/// Slices averaged along the axis.
fn flat(volume: &Array3<f32>, slices: Range<usize>) -> Array2<f32> {
    volume.slice(s![slices, .., ..]).mean_axis(Axis(0)).unwrap()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    assert!(count > 0);
    sum / f64::from(count)
}

fn lowest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

/// Places between two radii, mm, every 0.02 mm.
fn radii([from, to]: [f64; 2]) -> impl Iterator<Item = f64> {
    (0..to_index((to - from) / 0.02)).map(move |k| from + 0.02 * k as f64)
}

/// A slice as seen from a centre `[x, y]` in a direction, degrees from +x towards +y.
struct View<'a> {
    of: &'a Tomogram,
    slice: Array2<f32>,
    centre: [f64; 2],
    degrees: f64,
}

impl View<'_> {
    /// Attenuation at a radius, mean over 20 degrees.
    fn at(&self, radius: f64) -> f64 {
        mean((-10..=10).map(|k| {
            let (sin, cos) = (self.degrees + f64::from(k)).to_radians().sin_cos();
            let [x, y] = self.centre;
            self.of.at(&self.slice, [x + radius * cos, y + radius * sin])
        }))
    }

    fn mean(&self, within: [f64; 2]) -> f64 {
        mean(radii(within).map(|radius| self.at(radius)))
    }

    fn lowest(&self, within: [f64; 2]) -> f64 {
        lowest(radii(within).map(|radius| self.at(radius)))
    }
}

impl Tomogram {
    /// Voxels `[y, x]` and their places `[x, y]`.
    fn voxels(&self) -> impl Iterator<Item = ([usize; 2], [f64; 2])> + '_ {
        let [_, rows, columns] = self.grid.shape;
        (0..rows * columns).map(move |index| {
            let (y, x) = (index / columns, index % columns);
            let [_, down, right] = self.grid.centre_of([0, y, x]);
            ([y, x], [right, down])
        })
    }

    /// A slice at a place `[x, y]` of the cell, between its voxels.
    fn at(&self, slice: &Array2<f32>, [x, y]: [f64; 2]) -> f64 {
        let [_, row, column] = self.place([x, y, 0.0]);
        let (y, x) = (to_index(row), to_index(column));
        let (down, right) = (row - y as f64, column - x as f64);
        let value = |y: usize, x: usize| f64::from(slice[[y, x]]);
        let upper = value(y, x) * (1.0 - right) + value(y, x + 1) * right;
        let lower = value(y + 1, x) * (1.0 - right) + value(y + 1, x + 1) * right;
        upper * (1.0 - down) + lower * down
    }

    /// The voxels of a slice at places that are asked for: mean and standard deviation.
    fn spread(&self, slice: usize, asked: &dyn Fn([f64; 2]) -> bool) -> (f64, f64) {
        let chosen = || self.voxels().filter(|(_, place)| asked(*place));
        let value = |[y, x]: [usize; 2]| f64::from(self.found[[slice, y, x]]);
        let average = mean(chosen().map(|(voxel, _)| value(voxel)));
        let variance = mean(chosen().map(|(voxel, _)| (value(voxel) - average).powi(2)));
        (average, variance.sqrt())
    }
}

fn cell() -> &'static Cell {
    static BUILT: OnceLock<Cell> = OnceLock::new();
    let build = || Cell::build(&CellFile::read(CELL).unwrap(), &[], &Library::standard()).unwrap();
    BUILT.get_or_init(build)
}

fn record(kind: &str) -> &'static DefectRecord {
    let cell = cell();
    let mut records = cell.defects.iter().chain(&cell.features);
    records.find(|record| record.kind == kind).unwrap()
}

/// The axis of the roll, `[x, y]`.
fn roll_axis() -> [f64; 2] {
    let [x, y, _] = record("central_void").place_mm;
    [x, y]
}

/// Radius, mm, and direction, degrees, of a record as seen from the roll's axis.
fn from_roll(record: &DefectRecord) -> (f64, f64) {
    let ([x, y, _], [left, back]) = (record.place_mm, roll_axis());
    ((x - left).hypot(y - back), (y - back).atan2(x - left).to_degrees())
}

/// The middle of the cell.
fn middle() -> &'static Tomogram {
    static MADE: OnceLock<Tomogram> = OnceLock::new();
    MADE.get_or_init(|| tomogram(&demo(24, 32.0)))
}

/// The crimp with the gasket.
fn top() -> &'static Tomogram {
    static MADE: OnceLock<Tomogram> = OnceLock::new();
    MADE.get_or_init(|| tomogram(&demo(56, 62.5)))
}

/// The slices of the middle in four groups.
fn groups() -> impl Iterator<Item = Range<usize>> {
    (0..4).map(|group| 6 * group..6 * group + 6)
}

#[test]
fn the_core_is_a_void() {
    let tomogram = middle();
    let [x, y] = roll_axis();
    let is_void = |at: [f64; 2]| (at[0] - x).hypot(at[1] - y) < 1.2;
    let is_roll = |at: [f64; 2]| (3.0..8.0).contains(&at[0].hypot(at[1])) && at[1] > at[0].abs();
    let ((void, _), (roll, noise)) = (tomogram.spread(12, &is_void), tomogram.spread(12, &is_roll));
    let ratio = (roll - void) / noise;
    println!("void {void:.3}, roll {roll:.3}, noise {noise:.3}: {ratio:.1}");
    assert!(ratio > 5.0, "{ratio}");
    assert!((0.9..1.4).contains(&roll) && void.abs() < 0.2 * roll);
}

#[test]
fn the_winding_gap_is_a_dark_stripe_left_of_the_core() {
    let gap = record("winding_gap");
    assert!(gap.place_mm[0] < -1.75);
    let (radius, degrees) = from_roll(gap);
    for slices in groups() {
        let slice = flat(&middle().found, slices);
        let view = View { of: middle(), slice, centre: roll_axis(), degrees };
        let dark = view.lowest([radius - 0.15, radius + 0.15]);
        let (inner, outer) = (radius - 0.3, view.mean([radius + 0.4, radius + 1.0]));
        println!("dark {dark:.3} between {:.3} and {outer:.3}", view.at(inner));
        assert!(dark < 0.8 * outer && dark < 0.9 * view.at(inner), "{dark}, {outer}");
    }
}

#[test]
fn the_tab_is_a_dark_stripe_along_the_height() {
    let (radius, degrees) = from_roll(record("tab_wedge_void"));
    for slices in groups() {
        let slice = flat(&middle().found, slices);
        let view = View { of: middle(), slice, centre: roll_axis(), degrees };
        let dark = view.lowest([radius - 0.15, radius + 0.15]);
        let beside = [[-1.2, -0.6], [0.6, 1.2]].map(|by| view.mean(by.map(|by| radius + by)));
        println!("dark {dark:.3} between {beside:.3?}");
        assert!(beside.iter().all(|beside| dark < 0.6 * beside), "{dark}, {beside:?}");
    }
}

/// Height from trough to crest of what repeats from turn to turn, where nothing is wrong.
fn winding_modulation(volume: &Array3<f32>) -> f64 {
    let slice = flat(volume, 0..24);
    let [x, y] = roll_axis();
    let (mut sums, mut count) = ([0.0; 3], 0.0);
    for (voxel, at) in middle().voxels() {
        let (radius, angle) = ((at[0] - x).hypot(at[1] - y), (at[1] - y).atan2(at[0] - x));
        // Twelve turns, and a sector without tab and gap.
        if (3.0..3.0 + 12.0 * PITCH).contains(&radius) && (0.3..1.9).contains(&angle) {
            let (sin, cos) = (TAU * radius / PITCH - angle).sin_cos();
            let value = f64::from(slice[voxel]);
            sums = [sums[0] + value, sums[1] + value * cos, sums[2] + value * sin];
            count += 1.0;
        }
    }
    4.0 * sums[1].hypot(sums[2]) / count
}

#[test]
fn the_windings_are_too_fine_to_be_seen() {
    let [found, truth] = [&middle().found, &middle().truth].map(winding_modulation);
    println!("windings: {found:.4} of {truth:.3} 1/cm");
    assert!(truth > 0.08, "{truth}");
    assert!(found < 0.06 && found < 0.4 * truth, "{found}");
}

#[test]
fn the_roll_leans_on_the_wall_at_the_left_and_leaves_a_gap_at_the_right() {
    assert!(record("roll_off_centre").place_mm[0] < -0.1);
    let dip = |degrees: f64| {
        let slice = flat(&middle().found, 0..24);
        let view = View { of: middle(), slice, centre: [0.0; 2], degrees };
        view.lowest([8.5, 8.9]) / view.mean([7.5, 8.2])
    };
    let (right, left) = (dip(0.0), dip(180.0));
    println!("between roll and wall: {right:.2} of the roll at the right, {left:.2} at the left");
    assert!(right < 0.5, "{right}");
    assert!(left > 0.85, "{left}");
}

#[test]
fn the_gasket_is_the_brightest_part_of_the_top_on_both_sides() {
    let top = top();
    let (roll, _) = middle().spread(12, &|[x, y]| (3.0..8.0).contains(&x.hypot(y)) && y > x.abs());
    let sides = [-1.0, 1.0].map(|side| {
        let mut values = Vec::new();
        for (([y, x], place), z) in (0..56).flat_map(|z| top.voxels().map(move |it| (it, z))) {
            // An upright section as thick as the picture is sharp.
            let is_near = place[1].abs() < 0.2 && place[0] * side > 5.0;
            if is_near && top.truth[[z, y, x]] > 4.0 {
                values.push(f64::from(top.found[[z, y, x]]));
            }
        }
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    });
    println!("gasket {sides:.2?}, roll {roll:.2}");
    assert!(sides.iter().all(|gasket| *gasket > 2.0 * roll), "{sides:?}, {roll}");
}

#[test]
fn the_truth_is_most_like_the_reconstruction_where_it_lies() {
    assert_eq!(best_shift(top()), [0, 0, 0]);
}

/// Voxels `[z, y, x]` by which the truth is to be shifted to be most like the reconstruction.
fn best_shift(tomogram: &Tomogram) -> [i32; 3] {
    let [depth, rows, columns] = tomogram.grid.shape.map(|count| count - 1);
    let inner = tomogram.found.slice(s![1..depth, 1..rows, 1..columns]);
    let likeness = |shift: [i32; 3]| {
        let moved = |axis: usize, end: usize| {
            let start = to_index(f64::from(1 + shift[axis]));
            start..start + end - 1
        };
        let truth = tomogram.truth.slice(s![moved(0, depth), moved(1, rows), moved(2, columns)]);
        // The squares of both are the same for every shift, all but their edges.
        let average = truth.mean().unwrap();
        truth.iter().zip(&inner).map(|(a, b)| f64::from((a - average) * b)).sum::<f64>()
    };
    let shifts = (0..27).map(|k| [k / 9 - 1, k / 3 % 3 - 1, k % 3 - 1]);
    shifts.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap()
}
