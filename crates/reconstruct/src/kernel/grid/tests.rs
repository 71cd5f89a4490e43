//! The fast gridding held to its slow twin, and the twin to closed forms.

use std::f64::consts::{PI, TAU};

use ndarray::{Array1, Array2, Array3, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::Radian;

use super::{
    Gridding, Workspace,
    reference::{SliceGrid, grid_reference},
};
use crate::kernel::backproject::{Circle, Processor, RayPath};

const CENTRE: f64 = 27.3;
const COLUMNS: usize = 60;

/// Uneven, backwards in places, over more than a half turn, with rays along both axes.
fn views(count: usize) -> Vec<(Radian, f64)> {
    let angle = |k: usize| match k {
        0 => 0.0,
        1 => PI / 2.0,
        2 => -PI,
        k => k as f64 * PI / 1.618_033_988_749_895 % 4.0,
    };
    (0..count).map(|k| (Radian(angle(k)), 1.0 + 0.1 * (k as f64).sin())).collect()
}

fn paths(views: &[(Radian, f64)], grid: &SliceGrid) -> Vec<RayPath> {
    let path = |(angle, _): &(Radian, f64)| {
        let (sin, cos) = angle.0.sin_cos();
        let start = CENTRE + grid.first[1] * cos - grid.first[0] * sin;
        RayPath { start, along_y: -grid.pitch * sin, along_x: grid.pitch * cos }
    };
    views.iter().map(path).collect()
}

/// Rows with all frequencies in them that fade out at their ends.
fn rows(count: usize) -> Array2<f64> {
    Array2::from_shape_fn((count, COLUMNS), |(view, column)| {
        let place = (column as f64 + 0.5) / COLUMNS as f64;
        let hash = ((view * 7919 + column * 104_729 + 13) % 1009) as f64 / 1009.0 - 0.5;
        (PI * place).sin().powi(2) * (hash + 1.5 * (4.0 * place + view as f64).cos())
    })
}

/// Slices of which the k-th is `1 + k` times the one of `rows`.
fn summed(
    gridding: &Gridding,
    (rows, views): (&Array2<f64>, &[(Radian, f64)]),
    (slices, circle): (usize, Option<Circle>),
    shape: (usize, usize),
) -> Array3<f32> {
    let mut workspace = Workspace::default();
    gridding.reshape(&mut workspace, slices);
    let mut scratch = gridding.row_scratch(slices);
    let row = |view: usize| -> Vec<f32> {
        let weight = views.get(view).map_or(0.0, |view| view.1);
        let row = rows.row(view.min(views.len() - 1));
        let of_slice = |k: usize| row.iter().map(move |q| to_f32(q * weight * (1 + k) as f64));
        (0..slices).flat_map(of_slice).collect()
    };
    for (pair, part) in workspace.parts_mut().into_iter().enumerate() {
        let both = [row(2 * pair), row(2 * pair + 1)];
        gridding.write(part, [&both[0], &both[1]], &mut scratch);
    }
    let mut into = Array3::from_elem((slices, shape.0, shape.1), f32::NAN);
    gridding.sum(&mut workspace, circle, into.view_mut());
    into
}

/// Relative root mean square error, and the ratio of the peak to it in decibels.
fn errors(fast: &Array3<f32>, slice: usize, slow: &Array2<f64>) -> (f64, f64) {
    let fast = fast.slice(s![slice, .., ..]);
    let scale = (1 + slice) as f64;
    let error = fast.iter().zip(slow).map(|(f, s)| (f64::from(*f) / scale - s).powi(2));
    let error = (error.sum::<f64>() / slow.len() as f64).sqrt();
    let size = (slow.iter().map(|s| s * s).sum::<f64>() / slow.len() as f64).sqrt();
    let peak = slow.iter().fold(0.0f64, |peak, value| peak.max(value.abs()));
    (error / size, 20.0 * (peak / error).log10())
}

/// Off-centre, oblong, wider than the rows, finer and coarser than the columns.
fn grids() -> [SliceGrid; 6] {
    [
        SliceGrid { first: [-30.0, -30.0], pitch: 1.0, shape: (60, 60) },
        SliceGrid { first: [-33.3, -28.9], pitch: 1.17, shape: (57, 41) },
        SliceGrid { first: [-20.2, 3.7], pitch: 0.6, shape: (33, 52) },
        SliceGrid { first: [-55.0, -60.0], pitch: 2.3, shape: (51, 50) },
        SliceGrid { first: [-25.0, -24.0], pitch: 3.1, shape: (17, 18) },
        SliceGrid { first: [4.2, -9.1], pitch: 1.0, shape: (1, 3) },
    ]
}

#[test]
fn each_processor_kind_agrees_with_the_reference_on_every_grid() {
    let kinds: Vec<_> = Processor::ALL.into_iter().filter(|kind| kind.is_here()).collect();
    let views = views(41);
    let rows = rows(views.len());
    for grid in grids() {
        let paths = paths(&views, &grid);
        let shape = [grid.shape.0, grid.shape.1];
        let period = Gridding::new(&paths, COLUMNS, shape).period();
        let slow = grid_reference((rows.view(), period), &views, CENTRE, &grid);
        for (kind, slices) in kinds.iter().flat_map(|&kind| [(kind, 3), (kind, 16)]) {
            let gridding = Gridding::with(kind, &paths, COLUMNS, shape);
            let fast = summed(&gridding, (&rows, &views), (slices, None), grid.shape);
            for slice in [0, slices - 1] {
                let (relative, decibels) = errors(&fast, slice, &slow);
                let what = format!("{kind:?} {grid:?}: {relative:.2e}, {decibels:.1} dB");
                assert!(relative < 1e-4 && decibels > 80.0, "{what}");
            }
        }
    }
}

/// The period must be long enough for a grid that reaches beyond the rows on all sides.
#[test]
fn rows_that_fade_out_are_seen_once_whatever_the_size_of_the_grid() {
    let views = views(30);
    let bell = |s: f64| (-(s - 31.0).powi(2) / 50.0).exp();
    let rows = Array2::from_shape_fn((30, COLUMNS), |(_, column)| bell(column as f64));
    let grid = SliceGrid { first: [-61.0, -83.0], pitch: 1.0, shape: (130, 150) };
    let gridding = Gridding::new(&paths(&views, &grid), COLUMNS, [130, 150]);
    let fast = summed(&gridding, (&rows, &views), (1, None), grid.shape);
    let exact = Array2::from_shape_fn(grid.shape, |(y, x)| {
        // The mean over a voxel, by Simpson's rule along both edges.
        let rule = [(-0.5, 1.0 / 6.0), (0.0, 4.0 / 6.0), (0.5, 1.0 / 6.0)];
        let at = |angle: f64, dy: f64, dx: f64| {
            let (y, x) = (grid.first[0] + y as f64 + dy, grid.first[1] + x as f64 + dx);
            bell(CENTRE + x * angle.cos() - y * angle.sin())
        };
        let mean = |angle: f64| -> f64 {
            let points = rule.iter().flat_map(|y| rule.map(|x| y.1 * x.1 * at(angle, y.0, x.0)));
            points.sum()
        };
        views.iter().map(|(angle, weight)| weight * mean(angle.0)).sum::<f64>()
    });
    let (relative, _) = errors(&fast, 0, &exact);
    assert!(relative < 1e-4, "{relative:.2e}");
}

/// The first slice must have the same bits, however many there are beside it.
#[test]
fn bits_of_a_slice_do_not_depend_on_its_neighbours() {
    let views = views(30);
    let rows = rows(views.len());
    let grid = grids()[1];
    let gridding = Gridding::new(&paths(&views, &grid), COLUMNS, [57, 41]);
    let first = |slices: usize| {
        let volume = summed(&gridding, (&rows, &views), (slices, None), grid.shape);
        volume.slice(s![0, .., ..]).mapv(f32::to_bits)
    };
    let alone = first(1);
    assert_eq!(alone, first(8));
    assert_eq!(alone, first(13));
}

#[test]
fn voxels_beyond_the_circle_are_zero_and_those_within_are_kept() {
    let views = views(30);
    let rows = rows(views.len());
    let grid = grids()[0];
    let gridding = Gridding::new(&paths(&views, &grid), COLUMNS, [60, 60]);
    let circle = Circle { centre: [29.5, 31.0], radius: 21.0 };
    let whole = summed(&gridding, (&rows, &views), (1, None), grid.shape);
    let masked = summed(&gridding, (&rows, &views), (1, Some(circle)), grid.shape);
    for ((_, y, x), value) in masked.indexed_iter() {
        let expected = if circle.holds([y, x]) { whole[[0, y, x]] } else { 0.0 };
        assert_eq!(value.to_bits(), expected.to_bits(), "{y} {x}");
    }
}

/// A wave of a whole number of periods is its own polynomial; its mean over a voxel by brute force.
#[test]
fn reference_gives_the_mean_of_a_wave_over_each_voxel() {
    let wave = |s: f64| (TAU * 9.0 * s / COLUMNS as f64 + 0.4).cos();
    let row = Array1::from_shape_fn(COLUMNS, |column| wave(column as f64));
    let sinogram = row.insert_axis(ndarray::Axis(0));
    let grid = SliceGrid { first: [-3.1, 2.2], pitch: 1.7, shape: (4, 5) };
    let angle = 0.7f64;
    let views = [(Radian(angle), 2.0)];
    let slice = grid_reference((sinogram.view(), COLUMNS), &views, CENTRE, &grid);
    for ((y, x), value) in slice.indexed_iter() {
        let part = |k: usize, i: usize, first: f64| {
            first + grid.pitch * (i as f64 + (k as f64 + 0.5) / 100.0 - 0.5)
        };
        let points = (0..10_000).map(|k| {
            let (y, x) = (part(k / 100, y, grid.first[0]), part(k % 100, x, grid.first[1]));
            wave(CENTRE + x * angle.cos() - y * angle.sin())
        });
        let mean = 2.0 * points.sum::<f64>() / 1e4;
        assert!((value - mean).abs() < 1e-4, "{value} {mean}");
    }
}
