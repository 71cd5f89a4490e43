//! Frames of an instrument against its geometry and its sharpness. Draws no noise.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    reason = "a test may stop"
)]

mod traced_solids;

use ndarray::Array2;
use traced_solids::{Solid, Solids};
use voltomo_acquire::simulate::instrument::{Aim, FrameKind, Profile, Twin};
use voltomo_types::{ConeView, Geometry};

/// TITAN without chance, faults, scatter and blur, axis upright in the middle.
fn plain_titan() -> Profile {
    let mut profile = Profile::titan().without_noise();
    profile.neutrons.as_mut().unwrap().collimation = 0.0;
    profile.scatter = Default::default();
    profile.screen.light_fwhm_mm = 0.0;
    profile.screen.afterglow = 0.0;
    profile.beam.falloff = 0.0;
    profile.geometry.axis_offset_mm = 0.0;
    profile.geometry.axis_tilt_deg = 0.0;
    profile.detector.region = [200, 300];
    profile.rays.per_pixel = [6, 6];
    profile.frames.views = 7;
    profile
}

fn plain_imax() -> Profile {
    let mut profile = Profile::imax().without_noise();
    let tube = profile.tube.as_mut().unwrap();
    tube.spot_mm = 0.0;
    tube.heel_per_degree = 0.0;
    tube.inverse_square = false;
    profile.scatter = Default::default();
    profile.screen.light_fwhm_mm = 0.0;
    profile.screen.glare = 0.0;
    profile.screen.afterglow = 0.0;
    profile.geometry.aim = Aim::Height(5.0);
    profile.frames.views = 7;
    profile
}

/// Centre of what is dark, `[row, column]`.
fn dark_centre(transmission: &Array2<f32>) -> [f64; 2] {
    let mut sums = [0.0; 3];
    for ((row, column), &value) in transmission.indexed_iter() {
        let lost = 1.0 - f64::from(value);
        sums[0] += lost;
        sums[1] += lost * row as f64;
        sums[2] += lost * column as f64;
    }
    [sums[1] / sums[0], sums[2] / sums[0]]
}

#[test]
fn a_ball_is_seen_where_the_parallel_geometry_says() {
    let centre = [2.1, -1.3, 6.4];
    let sample = Solids::opaque(&[Solid::Ball(centre, 0.4)]);
    let mut profile = plain_titan();
    profile.geometry.axis_offset_mm = 0.4;
    profile.geometry.axis_tilt_deg = 1.5;
    profile.geometry.aim = Aim::Height(5.0);
    for bin in [1, 2, 3] {
        profile.detector.bin = bin;
        let twin = Twin::new(&sample, &profile, None, 1).unwrap();
        let Geometry::Parallel(geometry) = twin.geometry() else { panic!("parallel") };
        let pixel = geometry.pixel.unwrap().0;
        for view in 0..7 {
            let angle = twin.angle(view).unwrap();
            assert_eq!(angle, geometry.angles[view]);
            let point = [(5.0 - centre[2]) / pixel, centre[1] / pixel, centre[0] / pixel];
            let [row, column] = geometry.detector_position(angle, point);
            let expected = [geometry.frame.row(row), geometry.frame.column(column)];
            let found = dark_centre(&twin.transmission(view).unwrap());
            for k in 0..2 {
                let error = (found[k] - expected[k]).abs();
                assert!(error < 0.02, "bin {bin} view {view}: {found:?} {expected:?}");
            }
        }
    }
}

/// The formula itself, apart from the geometry's own code: s = x cos θ − y sin θ.
#[test]
fn columns_rise_with_s_and_rows_with_falling_height() {
    let sample = Solids::opaque(&[Solid::Ball([2.0, 1.0, 6.0], 0.4)]);
    let mut profile = plain_titan();
    profile.geometry.aim = Aim::Height(5.0);
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    for view in 0..7 {
        let angle = std::f64::consts::TAU * view as f64 / 7.0;
        let s = 2.0 * angle.cos() - angle.sin();
        let [row, column] = dark_centre(&twin.transmission(view).unwrap());
        assert!((column - 149.5 - s / 0.042).abs() < 0.02, "{column} {s}");
        assert!((row - 99.5 + 1.0 / 0.042).abs() < 0.02, "{row}");
    }
}

#[test]
fn a_ball_is_seen_where_the_cone_geometry_says() {
    let centre = [1.6, -1.1, 6.7];
    let sample = Solids::opaque(&[Solid::Ball(centre, 0.25)]);
    let mut profile = plain_imax();
    profile.tube.as_mut().unwrap().spot_drift_mm = 0.05;
    profile.geometry.axis_offset_mm = 0.3;
    profile.geometry.axis_tilt_deg = 1.0;
    profile.geometry.panel_roll_deg = 0.5;
    profile.geometry.piercing_offset = [31.0, -17.5];
    profile.detector.bin = 3;
    profile.detector.region = [600, 900];
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let Geometry::Cone(geometry) = twin.geometry() else { panic!("cone") };
    let wandered = |view: &ConeView| {
        let still = twin.cone_view(view.angle).unwrap().source;
        (0..3).map(|k| (view.source[k] - still[k]).powi(2)).sum::<f64>().sqrt()
    };
    assert!(geometry.views.iter().any(|view| wandered(view) > 0.01));
    for view in 0..7 {
        let point = [5.0 - centre[2], centre[1], centre[0]];
        let [row, column] = geometry.views[view].detector_position(point).unwrap();
        let expected = [geometry.frame.row(row), geometry.frame.column(column)];
        let found = dark_centre(&twin.transmission(view).unwrap());
        for k in 0..2 {
            // The shadow of a ball is an ellipse; its middle is not that of the ball.
            assert!((found[k] - expected[k]).abs() < 0.05, "view {view}: {found:?} {expected:?}");
        }
    }
}

/// By hand: a point at b along the beam is magnified by SDD / (SOD + b).
#[test]
fn a_cone_magnifies_what_is_near_the_source_more() {
    let sample = Solids::opaque(&[Solid::Ball([2.0, 1.5, 5.0], 0.25)]);
    let mut profile = plain_imax();
    profile.geometry.axis_offset_mm = 0.0;
    profile.geometry.axis_tilt_deg = 0.0;
    profile.geometry.panel_roll_deg = 0.0;
    profile.geometry.piercing_offset = [0.0, 0.0];
    profile.frames.views = 4;
    profile.detector.region = [300, 601];
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    // s and b at 0, 90, 180 and 270 degrees.
    for (view, [s, b]) in
        [[2.0, 1.5], [-1.5, 2.0], [-2.0, -1.5], [1.5, -2.0]].into_iter().enumerate()
    {
        let [_, column] = dark_centre(&twin.transmission(view).unwrap());
        let expected = 300.0 + s * 240.0 / (60.0 + b) / 0.064;
        assert!((column - expected).abs() < 0.1, "{view}: {column} {expected}");
    }
}

#[test]
fn aim_chooses_the_height_of_the_middle_row() {
    let sample = Solids::opaque(&[Solid::Block([-3.0, -3.0, 0.0], [3.0, 3.0, 65.0])]);
    let mut profile = plain_titan();
    let aim = |profile: &Profile| Twin::new(&sample, profile, None, 1).unwrap().aim_mm();
    profile.geometry.aim = Aim::Middle;
    assert_eq!(aim(&profile), 32.5);
    profile.geometry.aim = Aim::Height(12.0);
    assert_eq!(aim(&profile), 12.0);
    profile.geometry.aim = Aim::Top;
    let top = profile.clone();
    assert!((aim(&top) - (65.0 - 0.45 * 200.0 * 0.042)).abs() < 1e-9);
    let frame = Twin::new(&sample, &top, None, 1).unwrap().transmission(0).unwrap();
    assert!(frame[[8, 150]] > 0.99 && frame[[11, 150]] < 0.01);
    let mut cone = plain_imax();
    cone.geometry.aim = Aim::Top;
    cone.detector.region = [400, 400];
    let frame = Twin::new(&sample, &cone, None, 1).unwrap().transmission(0).unwrap();
    let lit = frame.column(200).iter().take_while(|&&value| value > 0.99).count();
    // A twentieth is 20 rows; the block's near face is not quite at the bounds' radius.
    assert!((20..30).contains(&lit), "{lit}");
}

/// Behind a block seen square-on: its thickness; the path is longer by 1/cos where it is turned.
#[test]
fn path_lengths_are_those_of_the_ray_through_the_middle_of_each_pixel() {
    let sample = Solids::opaque(&[Solid::Block([-2.0, -1.0, 0.0], [2.0, 1.0, 10.0])]);
    let mut profile = plain_titan();
    profile.detector.region = [100, 100];
    profile.frames.views = 12;
    profile.geometry.axis_tilt_deg = 0.5;
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let lengths = |view: usize| twin.path_lengths(view).unwrap().remove(0)[[50, 50]];
    assert!((lengths(0) - 2.0).abs() < 1e-4);
    assert!((f64::from(lengths(1)) - 2.0 / 30f64.to_radians().cos()).abs() < 1e-4);
    assert!((lengths(3) - 4.0).abs() < 1e-4);
    let mut cone = plain_imax();
    cone.detector.region = [20, 20];
    let twin = Twin::new(&sample, &cone, None, 1).unwrap();
    assert!((twin.path_lengths(0).unwrap()[0][[10, 10]] - 2.0).abs() < 1e-3);
    assert!(twin.path_lengths(7).is_none());
}

/// Full width at half maximum of the derivative of an edge, µm, from frames of an edge that moves
/// by eighths of a pixel.
fn edge_width(profile: &Profile) -> f64 {
    const PARTS: usize = 8;
    let pixel = profile.detector.pixel_mm;
    let edges: Vec<Vec<f64>> = (0..PARTS)
        .map(|part| {
            let edge = -(part as f64) * pixel / PARTS as f64;
            let block = Solid::Block([edge, -0.05, 0.0], [5.0, 0.05, 10.0]);
            let sample = Solids::opaque(&[block]);
            let twin = Twin::new(&sample, profile, None, 1).unwrap();
            let first = twin.schedule().iter().position(|job| job.kind == FrameKind::Radiograph);
            let frame = twin.render(first.unwrap()..first.unwrap() + 1).remove(0);
            frame.row(frame.nrows() / 2).iter().map(|&counts| f64::from(counts)).collect()
        })
        .collect();
    // Column c of an edge at −p/8 pixels is the place c + p/8 of an edge at 0.
    let fine: Vec<f64> = (0..edges[0].len() * PARTS).map(|k| edges[k % PARTS][k / PARTS]).collect();
    let slope: Vec<f64> = fine.windows(PARTS + 1).map(|w| w[0] - w[PARTS]).collect();
    let peak = slope.iter().copied().fold(0.0, f64::max);
    let above: Vec<usize> = (0..slope.len()).filter(|&k| slope[k] >= 0.5 * peak).collect();
    let (left, right) = (above[0] as f64, above[above.len() - 1] as f64);
    let at = |k: f64, step: i64| slope[(k as i64 + step) as usize];
    let left = left - (at(left, 0) - 0.5 * peak) / (at(left, 0) - at(left, -1));
    let right = right + (at(right, 0) - 0.5 * peak) / (at(right, 0) - at(right, 1));
    (right - left) * pixel * 1e3 / PARTS as f64
}

fn sharp_titan(axis_screen_mm: f64) -> Profile {
    let mut profile = Profile::titan().without_noise();
    profile.scatter = Default::default();
    profile.geometry.axis_offset_mm = 0.0;
    profile.geometry.axis_tilt_deg = 0.0;
    profile.geometry.axis_screen_mm = axis_screen_mm;
    profile.beam.falloff = 0.0;
    profile.detector.region = [16, 64];
    profile.rays.per_pixel = [1, 8];
    profile.rays.pinhole = [1, 1];
    profile.frames.views = 1;
    profile
}

/// The exact convolution of disc, light and pixel is narrower than the root of the sum of their
/// squared widths, since the disc has no tails.
#[test]
fn an_edge_before_titan_is_192_um_wide_at_50_mm_and_sharper_nearer() {
    let at_50 = edge_width(&sharp_titan(50.0));
    let at_20 = edge_width(&sharp_titan(20.0));
    assert!((at_50 - 192.0).abs() < 10.0, "{at_50}");
    assert!((at_20 - 166.0).abs() < 6.0, "{at_20}");
}

#[test]
fn edge_blur_is_off_where_the_profile_says_0() {
    let mut profile = sharp_titan(50.0);
    profile.neutrons.as_mut().unwrap().collimation = 0.0;
    let light_alone = edge_width(&profile);
    assert!((light_alone - 158f64.hypot(42.0 * 0.9)).abs() < 8.0, "{light_alone}");
    profile.screen.light_fwhm_mm = 0.0;
    assert!(edge_width(&profile) < 62.0);
}

/// At the distance of the axis the parts of the pinhole, each smeared, are the whole disc again.
#[test]
fn a_pinhole_in_parts_blurs_what_is_on_the_axis_like_the_whole() {
    let sample = Solids::opaque(&[Solid::Ball([0.0, 0.0, 5.0], 0.3)]);
    let mut profile = sharp_titan(50.0);
    profile.detector.region = [32, 32];
    profile.rays.per_pixel = [4, 4];
    let picture = |pinhole: [usize; 2]| {
        let mut profile = profile.clone();
        profile.rays.pinhole = pinhole;
        Twin::new(&sample, &profile, None, 1).unwrap().transmission(0).unwrap()
    };
    let whole = picture([1, 1]);
    for parts in [[9, 1], [9, 5]] {
        let difference = (&picture(parts) - &whole).mapv(f32::abs);
        let worst = difference.iter().copied().fold(0.0, f32::max);
        assert!(worst < 0.02, "{parts:?}: {worst}");
    }
}

/// A thin gap 9 mm before the axis: rays of different slope pass it at other heights than the
/// smear at the axis's distance assumes.
#[test]
fn a_pinhole_in_parts_smears_a_layer_by_its_own_distance() {
    let wall = |low: f64, high: f64| Solid::Block([-5.0, -9.0, low], [5.0, 9.0, high]);
    let sample = Solids::opaque(&[wall(0.0, 1.5), wall(1.5525, 3.0525)]);
    let mut profile = sharp_titan(50.0);
    profile.detector.region = [64, 8];
    profile.rays.per_pixel = [8, 1];
    let light = |pinhole: [usize; 2]| {
        let mut profile = profile.clone();
        profile.rays.pinhole = pinhole;
        let twin = Twin::new(&sample, &profile, None, 1).unwrap();
        f64::from(twin.transmission(0).unwrap().column(4).sum())
    };
    // Of the open 52.5 um a ray of slope a keeps 52.5 um − 18 mm·|a|: with slopes to 1/700 of a disc
    // the mean is 52.5 − 18000/700·(mean |a| of a disc = 4/3π = .424) = 41.6 um.
    let expected = 41.6 / 42.0;
    let (whole, parts) = (light([1, 1]), light([21, 1]));
    assert!((whole - 52.5 / 42.0).abs() < 0.01, "{whole}");
    assert!((parts - expected).abs() < 0.03, "{parts} {expected}");
}

#[test]
fn built_in_profiles_hold_their_presets() {
    for (profile, presets) in [
        (Profile::titan(), ["demo", "full", "coin"]),
        (Profile::imax(), ["demo", "full", "coin_demo"]),
    ] {
        assert!(profile.problems().is_empty());
        for preset in presets {
            assert!(profile.with_preset(Some(preset)).unwrap().problems().is_empty());
        }
    }
    let whole = Solids::opaque(&[Solid::Block([-6.0, -6.0, 0.0], [6.0, 6.0, 65.0])]);
    let shape = |profile: &Profile, preset| {
        let twin = Twin::new(&whole, profile, Some(preset), 1).unwrap();
        (twin.shape(), twin.geometry().view_count())
    };
    assert_eq!(shape(&Profile::titan(), "full"), ([2048, 2048], 720));
    assert_eq!(shape(&Profile::imax(), "full"), ([2266, 1781], 900));
    assert_eq!(shape(&Profile::imax(), "demo").1, 600);
}

#[test]
fn black_bodies_leave_only_the_background() {
    let sample = Solids::opaque(&[Solid::Block([-3.0, -3.0, 0.0], [3.0, 3.0, 10.0])]);
    let mut profile = plain_titan();
    profile.scatter.backlight = 0.03;
    profile.frames.black_bodies = 2;
    profile.frames.black_body_pitch_mm = 4.0;
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let quanta = |kind: FrameKind| {
        let frame = twin.schedule().iter().position(|job| job.kind == kind).unwrap();
        twin.expected_quanta(frame).unwrap()
    };
    let open = quanta(FrameKind::OpenBefore)[[100, 20]];
    let grid = quanta(FrameKind::BlackBodyOpen);
    // A body on the middle, and the next 4 mm = 95.2 pixels to its left.
    for place in [[100, 150], [100, 54]] {
        assert!((grid[place] / open - 0.03 / 1.03).abs() < 1e-3, "{place:?}");
    }
    assert!((grid[[100, 100]] / open - 1.0).abs() < 1e-6);
    assert_eq!(
        twin.schedule().iter().filter(|job| job.kind == FrameKind::BlackBodySample).count(),
        2
    );
}

/// The least that makes an instrument: every effect that is left out is off.
#[test]
fn what_a_profile_leaves_out_is_off() {
    let text = r#"
        name = "mine"
        probe = "neutron"
        neutrons = { flux_per_cm2_s = 1e6, kelvin = 300.0 }
        geometry = { axis_screen_mm = 30.0 }
        detector = { rows = 60, columns = 80, pixel_mm = 0.1 }
        screen = { efficiency = 0.2 }
        readout = { electrons_per_quantum = 10.0, electrons_per_count = 2.0, bits = 16 }
        frames = { views = 2, arc_deg = [0.0, 180.0], exposure_s = 5.0, darks = 1, open_before = 1 }
    "#;
    let profile = Profile::from_toml(text, "mine.toml").unwrap();
    let sample = Solids::opaque(&[Solid::Block([-1.0, -1.0, 0.0], [1.0, 1.0, 4.0])]);
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    let frames = twin.render(0..4);
    assert!(frames[0].iter().all(|&counts| counts == 0));
    // 1e6 · 5 s · (0.01 cm)² · 0.2 = 100 quanta, 5 counts each.
    assert!(frames[1].iter().all(|&counts| counts == 500));
    assert_eq!(frames[2][[30, 40]], 0);
    assert_eq!(frames[2][[30, 10]], 500);
    assert!(frames[2].iter().all(|&counts| counts == 0 || counts == 500));
    let facts = twin.facts();
    let fact = |name: &str| facts.iter().find(|fact| fact.name == name).unwrap().value.clone();
    assert_eq!(fact("exposure"), "5");
    assert_eq!(fact("distance axis to screen"), "30");
    assert_eq!(fact("detected quanta a frame pixel, open beam"), "100.0");
}

#[test]
fn a_view_is_not_blurred_across_the_frame_s_edge() {
    let sample = Solids::opaque(&[Solid::Block([-3.0, -3.0, 0.0], [3.0, 3.0, 60.0])]);
    let mut profile = sharp_titan(50.0);
    profile.geometry.axis_tilt_deg = 2.0;
    profile.detector.region = [40, 40];
    profile.rays.per_pixel = [2, 2];
    let twin = Twin::new(&sample, &profile, None, 1).unwrap();
    assert!(twin.transmission(0).unwrap().iter().all(|&value| value < 1e-6));
}
