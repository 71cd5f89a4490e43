//! A stack of sinograms by an iterative method. Knows no peers.
//!
//! IN: `[slice, angle, column]` over 180°, end excluded, axis in the middle. OUT: `[slice, y, x]`, µ
//! a pixel.

use voltomo_reconstruct::{Iterative, Projections, ReconstructSettings, Reconstruction, grid_for};
use voltomo_types::Geometry;

use crate::{
    npy::{read_npy, write_npy},
    parallel::half_turn,
    stopwatch::timed,
};

pub(crate) fn score(arguments: &[&str]) {
    let settings = settings(arguments[2], &arguments[3..]);
    let mut projections = read_npy(arguments[0]);
    projections.swap_axes(0, 1);
    let projections = projections.as_standard_layout().to_owned();
    let (angle_count, rows, columns) = projections.dim();
    let geometry = half_turn(angle_count, (rows, columns));
    let grid = grid_for(&geometry, (rows, columns), &settings).unwrap();
    let geometry = Geometry::Parallel(geometry);
    let iterative = Iterative::new(&geometry, (rows, columns), &grid, &settings).unwrap();
    let projections = Projections::new(projections.view(), 0);
    let (found, took) = timed(|| iterative.iterate(projections, 0..rows, &()).unwrap());
    let iterations = found.curve.residual.len();
    println!(
        "{} {iterations}: {rows} x {angle_count} x {columns}: {:.2} s wall, {:.2} s processor, \
         {:.3} s an iteration, residual {:.6}, {} MB working",
        arguments[2],
        took.wall,
        took.processor,
        took.wall / iterations as f64,
        found.curve.relative().last().unwrap(),
        iterative.working_bytes(0..rows) / 1_000_000,
    );
    write_npy(arguments[1], &found.volume);
}

/// Settings of a method: its iterations, then pairs of key and value.
pub(crate) fn settings(method: &str, rest: &[&str]) -> ReconstructSettings {
    let mut json = serde_json::json!({ "method": method, "iterative": {} });
    if let Some(iterations) = rest.first() {
        json["iterative"]["iterations"] = iterations.parse::<usize>().unwrap().into();
    }
    for pair in rest.iter().skip(1) {
        let (key, value) = pair.split_once('=').unwrap();
        json["iterative"][key] = serde_json::from_str(value).unwrap();
    }
    serde_json::from_value(json).unwrap()
}
