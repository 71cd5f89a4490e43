//! The axis of coins, flat and standing, whose rows lie too close together or are too much alike to
//! tell it band by band; and of samples that cannot tell it at all.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod calibrate_scans;

use calibrate_scans::{cell, counted, geometry, project};
use ndarray::Array3;
use voltomo_acquire::simulate::{self, Body, Phantom};
use voltomo_reconstruct::{
    ReconstructError, ReconstructSettings,
    calibrate::{AxisEstimate, find_axis},
};
use voltomo_types::{ParallelGeometry, PixelFrame};

const SHAPE: (usize, usize) = (112, 216);

/// A flat coin of 160 × 24 pixels: case, layers, a cavity, and a spot of salt off the axis.
fn flat_coin() -> Phantom {
    let z = -22.0;
    Phantom {
        bodies: vec![
            Body::cylinder([z, 1.0, -2.0], 80.0, 12.0, 0.006),
            Body::cylinder([z + 1.0, 1.0, -2.0], 75.0, 10.0, -0.004),
            Body::cylinder([z - 3.0, 0.0, -1.0], 66.0, 3.0, 0.010),
            Body::cylinder([z + 5.5, 0.0, -1.0], 62.0, 2.0, 0.007),
            Body::cylinder([z + 5.0, 25.0, 18.0], 9.0, 5.0, 0.012),
        ],
    }
}

/// A coin on its rim: a lens of 96 × 96 × 20 pixels with a smaller one and a ball in it.
fn standing_coin() -> Phantom {
    let lens = |z: f64, across: f64, half_axes: [f64; 3], attenuation: f64| Body {
        half_axes,
        ..Body::ball([z, 1.0, across], 1.0, attenuation)
    };
    Phantom {
        bodies: vec![
            lens(-3.0, 2.0, [48.0, 48.0, 10.0], 0.012),
            lens(-2.0, 3.0, [40.0, 40.0, 5.0], 0.012),
            Body::ball([12.0, 20.0, 4.0], 4.0, 0.05),
        ],
    }
}

fn scan(
    phantom: &Phantom,
    axis: (f64, f64),
    views: (usize, f64),
) -> (Array3<f32>, ParallelGeometry) {
    let geometry = geometry(PixelFrame::whole(SHAPE.0, SHAPE.1), axis, views);
    let upright = phantom.bodies.iter().all(|body| body.profile == simulate::Profile::Cylinder);
    let exact = if upright {
        project(phantom, &geometry, SHAPE)
    } else {
        simulate::project(phantom, &geometry, 0..SHAPE.0, 2)
    };
    (counted(&exact, 7), geometry)
}

fn find(scan: &Array3<f32>, geometry: &ParallelGeometry) -> Result<AxisEstimate, ReconstructError> {
    find_axis(scan, geometry, &ReconstructSettings::default(), &|_, _| {})
}

/// Within these of the truth, in pixels and degrees, and within four of its own deviations.
fn assert_found(found: &AxisEstimate, axis: (f64, f64), limits: [f64; 2]) {
    let errors = [found.axis.centre - axis.0, found.axis.tilt.degrees() - axis.1];
    let sigmas = [found.centre_sigma_px, found.tilt_sigma.unwrap().degrees()];
    println!(
        "true {axis:?}: {:+.4} ± {:.4} px, {:+.4} ± {:.4}° of {limits:?}",
        errors[0], sigmas[0], errors[1], sigmas[1]
    );
    for method in &found.methods {
        println!(
            "  {:15} {:9.4} ± {:.4} px  {:+.4} ± {:.4}°  {} of {}",
            method.name,
            method.centre_px,
            method.centre_sigma_px,
            method.tilt_deg.unwrap(),
            method.tilt_sigma_deg.unwrap(),
            method.bands_used,
            method.bands_measured
        );
    }
    found.warnings.iter().for_each(|warning| println!("  {warning}"));
    assert!(errors[0].abs() < limits[0] && errors[1].abs() < limits[1], "{errors:?}");
    let within = errors.iter().zip(sigmas).all(|(error, sigma)| error.abs() < 4.0 * sigma);
    assert!(within, "{errors:?} are not within {sigmas:?}");
}

#[test]
fn a_flat_coin_is_found_at_any_tilt_and_centre_of_a_whole_turn() {
    for (tilt, off) in [(0.25, 9.3), (-3.0, -16.2), (-1.2, 32.4), (3.0, -32.4)] {
        let axis = (107.5 + off, tilt);
        let (scan, geometry) = scan(&flat_coin(), axis, (60, 360.0));
        assert_found(&find(&scan, &geometry).unwrap(), axis, [0.05, 0.02]);
    }
}

#[test]
fn a_flat_coin_is_found_in_half_a_turn() {
    for (tilt, off) in [(0.25, 9.3), (-2.5, -16.2)] {
        let axis = (107.5 + off, tilt);
        let (scan, geometry) = scan(&flat_coin(), axis, (120, 180.0));
        let found = find(&scan, &geometry).unwrap();
        assert_found(&found, axis, [0.1, 0.06]);
    }
}

#[test]
fn a_standing_coin_is_found_in_whole_and_half_turns() {
    for (tilt, views) in [(-2.5, (60, 360.0)), (1.5, (120, 180.0))] {
        let axis = (112.1, tilt);
        let (scan, geometry) = scan(&standing_coin(), axis, views);
        assert_found(&find(&scan, &geometry).unwrap(), axis, [0.1, 0.06]);
    }
}

#[test]
fn few_views_and_an_end_point_that_is_included_are_enough() {
    let axis = (103.0, 1.3);
    let (whole, geometry) = scan(&flat_coin(), axis, (24, 360.0));
    assert_found(&find(&whole, &geometry).unwrap(), axis, [0.05, 0.02]);
    let (half, geometry) = scan(&flat_coin(), axis, (37, 185.0));
    assert_found(&find(&half, &geometry).unwrap(), axis, [0.1, 0.03]);
}

/// Wider than the frames in which the whole range is searched: those are binned by two.
#[test]
fn wide_frames_are_found_as_well_as_narrow_ones() {
    let shape = (96, 480);
    for axis in [(251.3, 0.6), (228.7, -1.4)] {
        let mut coin = flat_coin();
        for body in &mut coin.bodies {
            body.centre = body.centre.map(|length| 2.3 * length);
            body.centre[0] += 45.0;
            body.half_axes = body.half_axes.map(|length| 2.3 * length);
            body.attenuation /= 2.3;
        }
        let geometry = geometry(PixelFrame::whole(shape.0, shape.1), axis, (36, 360.0));
        let scan = counted(&project(&coin, &geometry, shape), 11);
        assert_found(&find(&scan, &geometry).unwrap(), axis, [0.05, 0.02]);
    }
}

#[test]
fn a_dead_frame_and_a_dead_column_change_little() {
    let axis = (103.0, 1.3);
    let (mut scan, geometry) = scan(&flat_coin(), axis, (120, 360.0));
    // Of eight neighbours at least one is in a chosen pair.
    scan.slice_mut(ndarray::s![20..28, .., ..]).fill(6.2);
    scan.slice_mut(ndarray::s![.., 40.., 160]).fill(f32::NAN);
    assert_found(&find(&scan, &geometry).unwrap(), axis, [0.05, 0.02]);
}

#[test]
fn the_bits_of_a_coin_do_not_depend_on_the_number_of_threads() {
    let (scan, geometry) = scan(&flat_coin(), (103.0, 1.3), (24, 360.0));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| find(&scan, &geometry).unwrap().axis)
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_ball_on_the_axis_tells_no_tilt_and_says_so() {
    let ball = Phantom { bodies: vec![Body::ball([2.0, 0.0, 0.0], 40.0, 0.02)] };
    for views in [(60, 360.0), (60, 180.0)] {
        let (scan, geometry) = scan(&ball, (111.3, 1.0), views);
        let found = find(&scan, &geometry).unwrap();
        assert!(found.tilt_sigma.unwrap().degrees() > 1.0);
        assert!(found.warnings.iter().any(|warning| warning.contains("tilt")));
        // Upright, about the middle of the ball.
        let there = found.axis.centre + 2.0 * found.axis.tilt.0;
        assert!((there - 111.3).abs() < 0.1, "{there}");
    }
}

#[test]
fn a_given_tilt_is_kept_while_the_centre_is_found() {
    let axis = (103.0, 1.3);
    let (scan, geometry) = scan(&flat_coin(), axis, (60, 360.0));
    let settings = ReconstructSettings { tilt_deg: Some(1.3), ..Default::default() };
    let found = find_axis(&scan, &geometry, &settings, &|_, _| {}).unwrap();
    assert!((found.axis.centre - axis.0).abs() < 0.05, "{found:?}");
    assert!((found.axis.tilt.degrees() - 1.3).abs() < 1e-9);
}

#[test]
fn a_tall_cell_is_found_by_whole_frames_as_well_as_by_bands() {
    let axis = (112.3, 0.8);
    let geometry = geometry(PixelFrame::whole(128, 192), (99.3, 0.8), (120, 360.0));
    let scan = counted(&project(&cell(1.0), &geometry, (128, 192)), 7);
    let found = find(&scan, &geometry).unwrap();
    assert_found(&found, (axis.0 - 13.0, axis.1), [0.03, 0.01]);
    assert_eq!(found.methods.len(), 3);
    assert_eq!(found.warnings, [""; 0]);
}

/// A coin with a layer, a cavity and a spot off the axis; of so many pixels across and high.
fn small_coin(radius: f64, half_height: f64, turn: f64) -> Phantom {
    let attenuation = 0.6 / radius;
    let (high, aside) = (half_height, 0.3 * radius);
    Phantom {
        bodies: vec![
            Body::cylinder([0.0, 0.0, -0.03 * radius], radius, high, attenuation),
            Body::cylinder([0.3 * high, 0.0, 0.0], 0.8 * radius, 0.3 * high, 0.5 * attenuation),
            Body::cylinder(
                [0.4 * high, aside * turn.sin(), aside * turn.cos()],
                0.15 * radius,
                0.4 * high,
                attenuation,
            ),
        ],
    }
}

/// Errors of centre and tilt of scans as whole frames tell them, in their standard deviations, and
/// the error of the centre in pixels.
fn errors_of((rows, columns): (usize, usize), (radius, high): (f64, f64)) -> Vec<[f64; 3]> {
    let mut found = vec![];
    for seed in 0..25 {
        let k = seed as f64;
        let axis = ((columns as f64 - 1.0) / 2.0 + 1.5 * (k * 1.7).sin(), 1.5 * (k * 2.3).cos());
        let geometry = geometry(PixelFrame::whole(rows, columns), axis, (36, 360.0));
        let exact = project(&small_coin(radius, high, k), &geometry, (rows, columns));
        let scan = counted(&exact, seed);
        let estimate = find_axis(&scan, &geometry, &ReconstructSettings::default(), &|_, _| {});
        let Ok(estimate) = estimate else { continue };
        let frames = estimate.methods.iter().find(|method| method.name == "whole frames");
        let Some(frames) = frames else { continue };
        let (centre, tilt) = (frames.centre_px - axis.0, frames.tilt_deg.unwrap() - axis.1);
        let sigmas = [frames.centre_sigma_px, frames.tilt_sigma_deg.unwrap()];
        found.push([centre / sigmas[0], tilt / sigmas[1], centre]);
    }
    found
}

/// How many of these errors are within two standard deviations.
fn share(errors: &[[f64; 3]], of: usize) -> f64 {
    let within = errors.iter().filter(|error| error[of].abs() < 2.0).count();
    within as f64 / errors.len() as f64
}

#[test]
fn errors_of_small_and_flat_scans_are_within_two_standard_deviations_nine_times_in_ten() {
    let mut all = vec![];
    for (shape, size) in [
        ((22, 26), (8.0, 6.0)),
        ((30, 44), (14.0, 9.0)),
        ((24, 80), (30.0, 4.0)),
        ((48, 120), (45.0, 8.0)),
    ] {
        let errors = errors_of(shape, size);
        let mean = |of: usize| {
            let sum = errors.iter().map(|error| error[of] * error[of]).sum::<f64>();
            (sum / errors.len() as f64).sqrt()
        };
        println!(
            "{shape:?}: {} found, centre within {:.2}, tilt {:.2}; rms {:.2} and {:.2} deviations, \
             {:.4} px",
            errors.len(),
            share(&errors, 0),
            share(&errors, 1),
            mean(0),
            mean(1),
            mean(2)
        );
        all.extend(errors);
    }
    assert!(all.len() >= 80, "only {} of 100 scans were told by whole frames", all.len());
    let shares = [share(&all, 0), share(&all, 1)];
    assert!(shares.iter().all(|share| *share >= 0.9), "{shares:?}");
    // Nor are they told to be much less sure than they are.
    let mean = (all.iter().map(|error| error[0] * error[0]).sum::<f64>() / all.len() as f64).sqrt();
    assert!(mean > 0.3, "errors are {mean} of their standard deviations");
}
