//! What one bad pixel of one frame, or a dead column, does to the volume.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{ATTENUATION, Making};
use ndarray::{Array3, s};
use voltomo_types::VoxelGrid;

const MAKING: Making = Making {
    shape: (180, 24, 128),
    span: 180.0,
    axis_off: 3.3,
    tilt: 1.0,
    seed: Some(31),
    float: true,
};

/// How near to the ray a voxel is part of its trace.
const TRACE_VOXELS: f64 = 3.0;

/// A pixel `[frame, row, column]` inside the cylinder's shadow.
const INSIDE: [usize; 3] = [40, 11, 60];

/// A pixel inside the shadow, of the first frame, from which the noise is measured.
const OF_A_SAMPLED_FRAME: [usize; 3] = [0, 12, 75];

/// A pixel at the shadow's edge.
const AT_THE_EDGE: [usize; 3] = [90, 12, 101];

/// A pixel in the air beside the sample, where the dose is measured.
const IN_AIR: [usize; 3] = [120, 11, 6];

/// How the bad volume differs from the clean one, relative to the cylinder's attenuation.
#[derive(Debug, Default, Clone, Copy)]
struct Change {
    inside: f64,
    outside: f64,
}

/// Whether a voxel lies within three voxels of the rays that meet the pixel.
fn is_in_trace(making: &Making, grid: &VoxelGrid, index: [usize; 3], bad: [usize; 3]) -> bool {
    let geometry = making.geometry();
    let point = grid.centre_of(index).map(|length| length / made_scan::PIXEL_MM);
    let [row, column] = geometry.detector_position(geometry.angles[bad[0]], point);
    (row - bad[1] as f64).abs() <= TRACE_VOXELS && (column - bad[2] as f64).abs() <= TRACE_VOXELS
}

fn change(
    clean: &Array3<f32>,
    found: &Array3<f32>,
    (grid, bad): (&VoxelGrid, [usize; 3]),
) -> Change {
    let mut change = Change::default();
    for ((z, y, x), value) in found.indexed_iter() {
        let difference = f64::from((value - clean[[z, y, x]]).abs()) / ATTENUATION;
        let is_in = is_in_trace(&MAKING, grid, [z, y, x], bad);
        let largest = if is_in { &mut change.inside } else { &mut change.outside };
        *largest = largest.max(difference);
    }
    change
}

/// Standard deviation of the clean volume inside the cylinder, relative to its attenuation.
fn noise(clean: &Array3<f32>) -> f64 {
    let core = clean.slice(s![8..16, 54..74, 54..74]).mapv(f64::from);
    core.std(0.0) / ATTENUATION
}

#[test]
fn one_bad_pixel_changes_the_volume_only_along_its_trace() {
    let counts = MAKING.counts();
    let scan = MAKING.written(&counts);
    let record = scan.run("clean", None);
    let (clean, grid) = (scan.volume("clean", &record), record.plan.grid);
    let noise = noise(&clean);
    for place in [INSIDE, OF_A_SAMPLED_FRAME, AT_THE_EDGE, IN_AIR] {
        for bad in [f32::NAN, f32::INFINITY, 0.0, -500.0, 65_535.0, 1e9] {
            let mut counts = counts.clone();
            counts[place] = bad;
            let scan = MAKING.written(&counts);
            let record = scan.run("bad", None);
            let change = change(&clean, &scan.volume("bad", &record), (&grid, place));
            println!("{place:?} = {bad}: {change:?} of the attenuation, noise {noise:.2e}");
            assert!(change.inside < noise, "{place:?} = {bad}: {change:?}");
            assert!(change.outside < 0.01 * noise, "{place:?} = {bad}: {change:?}");
        }
    }
}

/// The same, with the spot filter off: a hole in the data is still mended.
#[test]
fn one_nan_changes_the_volume_only_along_its_trace_without_the_spot_filter() {
    let mut counts = MAKING.counts();
    let run = |counts: &Array3<f32>| {
        let mut scan = MAKING.written(counts);
        scan.recipe.correct.spots.method = voltomo_correct::SpotMethod::None;
        let record = scan.run("run", None);
        (scan.volume("run", &record), record.plan.grid)
    };
    let (clean, grid) = run(&counts);
    counts[INSIDE] = f32::NAN;
    let (found, _) = run(&counts);
    let change = change(&clean, &found, (&grid, INSIDE));
    assert!(change.outside < 0.01 * noise(&clean) && change.inside > 0.0, "{change:?}");
}

/// Dead in the flats too, dead in the radiographs alone, full of NaN; in the middle and at the end.
#[test]
fn a_dead_column_never_makes_a_slice_nan() {
    let counts = MAKING.counts();
    let scan = MAKING.written(&counts);
    let record = scan.run("clean", None);
    let clean = scan.volume("clean", &record);
    for column in [0, 64, 127] {
        for bad in [0.0, f32::NAN, 65_535.0] {
            for everywhere in [false, true] {
                let case = format!("column {column} = {bad}, everywhere: {everywhere}");
                let mut counts = counts.clone();
                counts.slice_mut(s![.., .., column]).fill(bad);
                let scan = MAKING.written(&counts);
                if everywhere {
                    spoil_references(&scan.folder.path().join("flats"), (column, bad));
                }
                let found = scan.volume("bad", &scan.run("bad", None));
                assert!(found.iter().all(|value| value.is_finite()), "{case}");
                let error = (&found - &clean).mapv(f64::from);
                let rms = error.mapv(|e| e * e).mean().unwrap().sqrt() / ATTENUATION;
                println!("{case}: {rms:.2e}");
            }
        }
    }
}

/// Writes the flats anew with a column that is dead.
fn spoil_references(folder: &std::path::Path, (column, bad): (usize, f32)) {
    let (_, rows, columns) = MAKING.shape;
    let mut flats = Array3::from_elem((6, rows, columns), 50_100.0f32);
    flats.slice_mut(s![.., .., column]).fill(bad);
    made_scan::write_frames(folder, &flats, true);
}
