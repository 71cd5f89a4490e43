//! Memory of a large cone-beam reconstruction: what was said to be needed is what is taken.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::time::Instant;

use ndarray::Array3;
use voltomo_reconstruct::{
    ConeSlices, Fdk, Projections, ReconstructSettings, Reconstruction, cone_grid_for,
};
use voltomo_types::{ConeCircle, Millimetre, PixelFrame, Radian};

fn peak_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
#[ignore = "slow: needs 4 GiB and minutes"]
fn slow_a_slab_at_the_end_of_a_large_cone_takes_the_memory_it_says() {
    let (rows, columns, views) = (2266, 1781, 900);
    let circle = ConeCircle {
        source_to_axis: Millimetre(60.0),
        source_to_detector: Millimetre(240.0),
        pixel: Millimetre(0.064),
        centre: [1132.5, 890.0],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let angles: Vec<Radian> = (0..views).map(|k| Radian::from_degrees(0.4 * k as f64)).collect();
    let geometry = circle.geometry(&angles, PixelFrame::whole(rows, columns));
    let mut settings = ReconstructSettings { voxel_mm: Some(0.0271), ..Default::default() };
    settings.cone.slices = ConeSlices::Axis;
    let grid = cone_grid_for(&geometry, (rows, columns), &settings).unwrap();
    let fdk = Fdk::new(&geometry, (rows, columns), &grid, &settings).unwrap();
    let slab = grid.shape[0] * 4 / 5..grid.shape[0] * 4 / 5 + 16;
    let needed = fdk.rows_needed(slab.clone());
    // The program itself, its threads and libraries, which a plan counts apart.
    let before = peak_bytes();
    let projections = Array3::from_elem((views, needed.len(), columns), 0.5f32);
    let input = 4 * projections.len() as u64;
    let began = Instant::now();
    let volume = fdk
        .reconstruct(Projections::new(projections.view(), needed.start), slab.clone(), &())
        .unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let (said, taken) = (input + fdk.working_bytes(slab), peak_bytes() - before);
    println!("{:?}, rows {needed:?}: {said} B said, {taken} B taken, {seconds:.1} s", grid.shape);
    println!("beside {before} B of the program");
    assert!(volume.iter().all(|value| value.is_finite()));
    assert!(taken < said + (16 << 20) && taken > said * 8 / 10, "{said} said, {taken} taken");
}
