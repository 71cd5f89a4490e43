//! A stack of sinograms by a direct method. Knows no peers.
//!
//! IN: `[slice, angle, column]` over 180°, end excluded, axis in the middle. OUT: `[slice, y, x]`, µ
//! a pixel. METHOD: `auto`, `fourier`, `fbp`, `fbp-cubic` or `fbp-upsampled`.

use ndarray::Array3;
use voltomo_reconstruct::{Projections, ReconstructSettings, Reconstruction, grid_for, prepare};
use voltomo_types::{Geometry, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid};

use crate::{
    argument,
    npy::{read_npy, write_npy},
    stopwatch::timed,
};

pub(crate) fn score(arguments: &[&str]) {
    let mut projections = read_npy(arguments[0]);
    projections.swap_axes(0, 1);
    let (angle_count, rows, columns) = projections.dim();
    let (method, grid) = ready(&settings(arguments[2]), (angle_count, rows, columns));
    let updates = (grid.voxel_count() * angle_count) as f64;
    let mut slices = Array3::zeros((0, 0, 0));
    for run in 0..argument(arguments, 3, 1) {
        drop(slices);
        let given = Projections::new(projections.view(), 0);
        let (found, took) = timed(|| method.reconstruct(given, 0..rows, &()).unwrap());
        slices = found;
        println!(
            "{} run {run}: {rows} x {angle_count} x {columns}: {:.2} s wall, {:.2} s processor, \
             {:.2} GUPS, {} MB working",
            arguments[2],
            took.wall,
            took.processor,
            updates / took.wall / 1e9,
            method.working_bytes(0..rows) / 1_000_000,
        );
    }
    write_npy(arguments[1], &slices);
}

fn settings(method: &str) -> ReconstructSettings {
    let Some((method, interpolation)) = method.split_once('-') else {
        return serde_json::from_value(serde_json::json!({ "method": method })).unwrap();
    };
    serde_json::from_value(serde_json::json!({ "method": method, "interpolation": interpolation }))
        .unwrap()
}

/// The method over a half turn, with the axis in the middle, and the grid of its slices.
pub(crate) fn ready(
    settings: &ReconstructSettings,
    (angle_count, rows, columns): (usize, usize, usize),
) -> (Box<dyn Reconstruction>, VoxelGrid) {
    let geometry = half_turn(angle_count, (rows, columns));
    let grid = grid_for(&geometry, (rows, columns), settings).unwrap();
    let geometry = Geometry::Parallel(geometry);
    (prepare(&geometry, (rows, columns), &grid, settings).unwrap(), grid)
}

/// Views spread evenly over 180°, the axis in the middle of the frame.
pub(crate) fn half_turn(angle_count: usize, (rows, columns): (usize, usize)) -> ParallelGeometry {
    let step = std::f64::consts::PI / angle_count as f64;
    ParallelGeometry {
        angles: (0..angle_count).map(|k| Radian(k as f64 * step)).collect(),
        axis: RotationAxis { centre: (columns as f64 - 1.0) / 2.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(rows, columns),
        pixel: None,
    }
}
