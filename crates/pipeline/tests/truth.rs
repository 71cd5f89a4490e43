//! A uniform cylinder, from raw counts on disk to its attenuation coefficient in 1/cm.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{ATTENUATION, Making};
use ndarray::{Array3, Axis};
use voltomo_types::VoxelGrid;

const UPRIGHT: Making = Making {
    shape: (180, 24, 256),
    span: 180.0,
    axis_off: 0.0,
    tilt: 0.0,
    seed: None,
    float: false,
};

const OFF: Making = Making { axis_off: 20.0, tilt: 1.0, ..UPRIGHT };

/// Mean attenuation of each slice within four fifths of the cylinder's radius.
fn means(making: &Making, volume: &Array3<f32>, grid: &VoxelGrid) -> Vec<f64> {
    let ([y, x], radius) = making.cylinder();
    let is_inside = |row: usize, column: usize| {
        let [_, at_y, at_x] = grid.centre_of([0, row, column]);
        (at_y - y).hypot(at_x - x) < 0.8 * radius
    };
    let mean = |slice: ndarray::ArrayView2<'_, f32>| {
        let inside = slice.indexed_iter().filter(|((row, column), _)| is_inside(*row, *column));
        let values: Vec<f64> = inside.map(|(_, value)| f64::from(*value)).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    volume.axis_iter(Axis(0)).map(mean).collect()
}

/// The largest relative error of a slice, with the axis told.
fn worst_error(making: &Making, bin: usize) -> f64 {
    let mut scan = making.written(&making.counts());
    scan.recipe.correct.bin = bin;
    let record = scan.run("run", None);
    let grid = record.plan.grid;
    assert_eq!(grid.shape[0], making.shape.1 / bin);
    assert_eq!(record.volume.as_ref().unwrap().unit, "1/cm");
    let means = means(making, &scan.volume("run", &record), &grid);
    let errors = means.iter().map(|mean| (mean / ATTENUATION - 1.0).abs());
    let worst = errors.fold(0.0, f64::max);
    println!("{making:?}, bin {bin}: {:.4} % off at most", 100.0 * worst);
    worst
}

#[test]
fn a_cylinder_has_its_attenuation_at_every_binning() {
    for bin in [1, 2, 4] {
        assert!(worst_error(&UPRIGHT, bin) < 0.005, "bin {bin}");
    }
}

#[test]
fn a_cylinder_has_its_attenuation_about_a_tilted_axis_off_the_middle() {
    for (span, angles) in [(180.0, 180), (360.0, 360)] {
        let making = Making { span, shape: (angles, 24, 256), ..OFF };
        for bin in [1, 2, 4] {
            assert!(worst_error(&making, bin) < 0.005, "{span} degrees, bin {bin}");
        }
    }
}

#[test]
fn a_cylinder_has_its_attenuation_from_32_bit_frames_with_noise() {
    let making = Making { float: true, seed: Some(11), ..OFF };
    assert!(worst_error(&making, 1) < 0.005);
}

/// Nothing is told of the axis: it is found, and the attenuation is right all the same.
#[test]
fn a_cylinder_has_its_attenuation_about_an_axis_that_is_found() {
    let making = Making { seed: Some(12), shape: (180, 48, 256), ..OFF };
    let mut scan = making.written(&making.counts());
    scan.recipe.reconstruct.centre_px = None;
    scan.recipe.reconstruct.tilt_deg = None;
    let record = scan.run("run", None);
    let found = |key: &str| record.axis[key].as_f64().unwrap();
    println!("centre {} tilt {}", found("centre_px"), found("tilt_deg"));
    assert!((found("centre_px") - making.axis().centre).abs() < 0.1, "{}", found("centre_px"));
    assert!((found("tilt_deg") - making.tilt).abs() < 0.05, "{}", found("tilt_deg"));
    for mean in means(&making, &scan.volume("run", &record), &record.plan.grid) {
        assert!((mean / ATTENUATION - 1.0).abs() < 0.005, "{mean}");
    }
}
