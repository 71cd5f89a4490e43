//! The fast cone back-projection held to its slow twin, and its bits to themselves.

use ndarray::{Array3, Axis, s};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{ConePath, Slope, Views, backproject_cone_with as backproject_with, reference};
use crate::kernel::backproject::{Circle, Processor};

const ROWS: usize = 70;
const COLUMNS: usize = 61;

/// A circle of `count` views at magnification such that a voxel is `step` pixels on the axis.
fn paths(count: usize, side: usize, step: f64) -> Vec<ConePath> {
    let middle = (side as f64 - 1.0) / 2.0;
    let path = |view: usize| {
        let (sin, cos) = (view as f64 * std::f64::consts::TAU / count as f64).sin_cos();
        // The source is two and a half volumes away from the axis.
        let far = 2.5 * side as f64;
        let along = |scale: f64, y: f64, x: f64, start: f64| Slope {
            start: start - scale * (y + x) * middle,
            along_y: scale * y,
            along_x: scale * x,
        };
        let depth = along(1.0 / far, cos, sin, 1.0);
        let across = along(step, -sin, cos, 0.0);
        let centre = 29.3;
        let column = Slope {
            start: across.start + centre * depth.start,
            along_y: across.along_y + centre * depth.along_y,
            along_x: across.along_x + centre * depth.along_x,
        };
        ConePath { depth, column, source_row: 31.7, rise: (-step * 25.0, step) }
    };
    (0..count).map(path).collect()
}

fn noise(count: usize) -> Array3<f32> {
    let mut source = ChaCha8Rng::seed_from_u64(5);
    Array3::from_shape_simple_fn((count, ROWS, COLUMNS), || source.random_range(-1.0..1.0))
}

fn held(views: &Array3<f32>, rows: std::ops::Range<usize>) -> Views {
    let mut held = Views::default();
    held.reshape(views.dim().0, COLUMNS, (rows.start, rows.len()));
    for (mut part, view) in held.parts_mut(1).into_iter().zip(views.outer_iter()) {
        part.clear(0);
        let rows = view.slice(s![rows.clone(), ..]).to_owned();
        part.write(0, 0, rows.as_slice().unwrap());
    }
    held
}

fn processors() -> impl Iterator<Item = Processor> {
    Processor::ALL.into_iter().filter(|kind| kind.is_here())
}

fn peak_ratio_db(found: &Array3<f32>, expected: &Array3<f64>) -> f64 {
    let peak = expected.iter().fold(0.0f64, |peak, value| peak.max(value.abs()));
    let squares = found.iter().zip(expected).map(|(&a, b)| (f64::from(a) - b).powi(2));
    let mean = squares.sum::<f64>() / expected.len() as f64;
    20.0 * (peak / mean.sqrt()).log10()
}

#[test]
fn every_processor_agrees_with_the_twin_for_small_and_large_voxels() {
    let views = noise(13);
    for step in [0.3, 0.9, 1.4, 2.7, 5.1] {
        let paths = paths(13, 45, step);
        let expected = reference::backproject_cone(views.view(), &paths, 0, (53, 45, 45));
        for processor in processors() {
            let mut volume = Array3::zeros((53, 45, 45));
            let rays = (&held(&views, 0..ROWS), &paths[..]);
            backproject_with(processor, rays, (0, None), volume.view_mut());
            let ratio = peak_ratio_db(&volume, &expected);
            assert!(ratio > 110.0, "{processor:?}, step {step}: {ratio} dB");
        }
    }
}

#[test]
fn bits_depend_neither_on_the_slab_nor_on_the_rows_held() {
    let views = noise(9);
    for (processor, step) in processors().flat_map(|it| [0.9, 1.4, 2.7, 5.1].map(|step| (it, step)))
    {
        let paths = paths(9, 45, step);
        let mut whole = Array3::zeros((53, 45, 45));
        let rays = (&held(&views, 0..ROWS), &paths[..]);
        backproject_with(processor, rays, (0, None), whole.view_mut());
        // Large voxels see more rows.
        let middle = if step < 1.0 { 1..55 } else { 0..ROWS };
        for (z, rows) in [(0..7, 0..30), (7..31, middle), (31..53, 20..ROWS)] {
            let mut slab = Array3::zeros((z.len(), 45, 45));
            let rays = (&held(&views, rows), &paths[..]);
            backproject_with(processor, rays, (z.start, None), slab.view_mut());
            let expected = whole.slice_axis(Axis(0), z.clone().into());
            assert!(slab == expected, "{processor:?}, step {step}, slices {z:?}");
        }
    }
}

#[test]
fn voxels_outside_the_circle_are_zero_and_the_others_untouched_by_it() {
    let (views, paths) = (noise(9), paths(9, 45, 0.9));
    let rays = (&held(&views, 0..ROWS), &paths[..]);
    let circle = Circle { centre: [22.0, 22.0], radius: 15.0 };
    let [mut masked, mut whole] = [Array3::zeros((20, 45, 45)), Array3::zeros((20, 45, 45))];
    backproject_with(Processor::found(), rays, (0, Some(circle)), masked.view_mut());
    backproject_with(Processor::found(), rays, (0, None), whole.view_mut());
    for (((_, y, x), value), expected) in masked.indexed_iter().zip(&whole) {
        let expected = if circle.holds([y, x]) { *expected } else { 0.0 };
        assert_eq!(*value, expected);
    }
}
