//! A simulated roll laid flat: layers are straight, and a second volume lies on the first.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use ndarray::Axis;
use twin::{cell_with, look};
use voltomo_inspect::cylindrical::winding::{
    FlatGrid, Reader, WindingSettings, deviation_map, unroll, windings,
};
use voltomo_inspect::frame::CellFrame;
use voltomo_types::{Probe, Transform};

#[test]
fn layers_are_straight_and_a_moved_volume_lies_on_the_first() {
    let volume = look(&cell_with("18650-na-1500", ""), Probe::Xray, 0.048, [30.0, 30.4]);
    let frame = CellFrame::new([-10.0, 0.0, 0.0], 30.4, [0.0; 2], true);
    let seen = volume.seen();
    let spiral = windings(&seen, &frame, &WindingSettings::default()).unwrap();
    let reader = Reader::new(&seen, &frame, spiral.centre);
    let grid =
        FlatGrid { heights: [30.1, 30.3], height_step: 0.1, arc_step: 0.5, depth_step: 0.02 };
    let flat = unroll(&reader, &spiral, &grid, None);
    // 17.15 turns from the middle of the innermost to that of the outermost cathode.
    let length = std::f64::consts::TAU * (1.8525 * 17.15 + 0.2 * 17.15 * 17.15);
    assert!((flat.arcs.last().unwrap() - length).abs() < 0.01 * length);
    let by_depth = flat.values.mean_axis(Axis(0)).unwrap().mean_axis(Axis(0)).unwrap();
    for (depth, value) in flat.depths.iter().zip(&by_depth) {
        match depth.abs() {
            inside if inside < 0.04 => assert!(*value > 2.0, "{depth}: {value}"),
            outside if outside > 0.12 => assert!(*value < 0.9, "{depth}: {value}"),
            _ => {}
        }
    }
    let mut moved = volume.seen();
    moved.grid.first = [0, 1, 2].map(|axis| volume.grid.first[axis] + 1.5);
    let moved_from_first = Transform { shift: [1.5; 3], ..Transform::IDENTITY };
    let other = unroll(&reader, &spiral, &grid, Some((&moved, &moved_from_first)));
    for (a, b) in flat.values.iter().zip(&other.values) {
        assert!((a - b).abs() < 1e-3 || a.is_nan(), "{a} {b}");
    }
    let left = deviation_map(&spiral);
    let known: Vec<f32> = left.iter().copied().filter(|it| it.is_finite()).collect();
    let near = known.iter().filter(|it| it.abs() < 0.01).count();
    assert!(100 * near > 95 * known.len());
}
