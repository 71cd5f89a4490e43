//! The geometry of a cone beam from balls of known truth: random geometries, noise, and each
//! phantom that cannot tell it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array3;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::calibrate::cone::balls::{
    BallCalibration, BallError, BallPoint, BallScan, BallTrack, Figure, calibrate, find_tracks,
};
use voltomo_types::{ConeCircle, ConeView, Millimetre, PixelFrame, Radian};

const PIXEL: f64 = 0.1;
const SPACING: f64 = 4.0;

/// A geometry on a detector of 600 × 800 pixels, with balls on a helix about the axis.
struct Phantom {
    circle: ConeCircle,
    scan: BallScan,
    /// `[z, y, x]` in mm.
    balls: Vec<[f64; 3]>,
    noise: ChaCha8Rng,
}

/// Views over an arc in degrees.
fn at_random(seed: u64, (views, arc_deg): (usize, f64)) -> Phantom {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let far = random.random_range(150.0..600.0);
    let magnification = random.random_range(1.5..6.0);
    let circle = ConeCircle {
        source_to_axis: Millimetre(far / magnification),
        source_to_detector: Millimetre(far),
        pixel: Millimetre(PIXEL),
        centre: [
            300.0 + random.random_range(-60.0..60.0),
            400.0 + random.random_range(-40.0..40.0),
        ],
        roll: Radian::from_degrees(random.random_range(-1.5..1.5)),
        pitch: Radian::from_degrees(random.random_range(-1.5..1.5)),
        yaw: Radian::from_degrees(random.random_range(-1.5..1.5)),
    };
    // As large as 200 pixels about the axis, in units of a pixel on the axis.
    let unit = PIXEL / magnification;
    let turn = random.random_range(0.0..6.0);
    let mut balls: Vec<[f64; 3]> = (0..7)
        .map(|k| {
            let (angle, reach) = (turn + 1.3 * f64::from(k), 200.0);
            let z = 65.0 * (f64::from(k) - 3.0);
            [z * unit, reach * unit * f64::sin(angle), reach * unit * f64::cos(angle)]
        })
        .collect();
    // Neighbours are alike far apart on a helix: scaled to the spacing.
    let step: f64 = (0..3).map(|k| (balls[1][k] - balls[0][k]).powi(2)).sum::<f64>().sqrt();
    let scale = SPACING / step;
    balls.iter_mut().flatten().for_each(|length| *length *= scale);
    let source_to_axis = Millimetre(circle.source_to_axis.0 * scale);
    let circle = ConeCircle { source_to_axis, ..circle };
    let step = arc_deg / views as f64;
    let scan = BallScan {
        angles: (0..views).map(|k| Radian::from_degrees(k as f64 * step)).collect(),
        frame: PixelFrame::whole(600, 800),
        pixel: Some(Millimetre(PIXEL)),
        spacing: Some(Millimetre(SPACING)),
        source_to_axis: None,
    };
    Phantom { circle, scan, balls, noise: random }
}

impl Phantom {
    /// Where the balls' middles fall, with normal errors of so many pixels.
    fn tracks(&mut self, sigma: f64) -> Vec<BallTrack> {
        let mut normal =
            || (0..12).map(|_| self.noise.random_range(-0.5..0.5)).sum::<f64>() * sigma;
        let views: Vec<ConeView> = self.scan.angles.iter().map(|&a| self.circle.view(a)).collect();
        self.balls
            .iter()
            .map(|ball| {
                let seen = views.iter().enumerate().map(|(view, sight)| {
                    let [row, column] = sight.detector_position(*ball).unwrap();
                    BallPoint { view, place: [row + normal(), column + normal()] }
                });
                BallTrack { points: seen.collect(), radius_px: 0.0 }
            })
            .collect()
    }

    fn calibrate(&mut self, sigma: f64) -> Result<BallCalibration, BallError> {
        let tracks = self.tracks(sigma);
        calibrate(&tracks, &self.scan)
    }

    /// The true value of a figure.
    fn truth(&self, figure: &Figure) -> f64 {
        let circle = &self.circle;
        let (near, far) = (circle.source_to_axis.0, circle.source_to_detector.0);
        match figure.name.as_str() {
            "source to detector" => far / PIXEL,
            "reconstruct.cone.source_to_detector_mm" => far,
            "reconstruct.cone.source_to_axis_mm" => near,
            "pixel in the plane of the axis" => PIXEL * near / far,
            "reconstruct.cone.centre_row_px" => circle.centre[0],
            "column of the central ray" => circle.centre[1],
            "reconstruct.centre_px" => {
                let middle = self.scan.frame.middle_row();
                circle.view(Radian(0.0)).axis_at(middle).unwrap().column
            }
            "reconstruct.cone.roll_deg" => circle.roll.degrees(),
            "reconstruct.cone.pitch_deg" => circle.pitch.degrees(),
            "reconstruct.cone.yaw_deg" => circle.yaw.degrees(),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn the_geometry_of_clean_shadows_comes_out() {
    for seed in 0..6 {
        let mut phantom = at_random(seed, (90, 360.0));
        let found = phantom.calibrate(0.0).unwrap();
        for figure in &found.figures {
            let (value, truth) = (figure.value, phantom.truth(figure));
            assert!((value - truth).abs() < 2e-4 * truth.abs().max(1.0), "{figure:?} {truth}");
        }
        let circle = found.circle.unwrap();
        assert!((circle.magnification() / phantom.circle.magnification() - 1.0).abs() < 1e-4);
    }
}

/// Pulls of all figures over many random geometries.
fn pulls(seeds: std::ops::Range<u64>, taken: (usize, f64)) -> Vec<f64> {
    seeds
        .into_par_iter()
        .flat_map_iter(|seed| {
            let mut phantom = at_random(seed, taken);
            let found = phantom.calibrate(0.1).unwrap();
            let pull = |figure: &Figure| {
                let pull = (figure.value - phantom.truth(figure)) / figure.sigma.unwrap();
                println!("{seed} {} {:.5} {pull:+.2}", figure.name, figure.value);
                pull
            };
            found.figures.iter().map(pull).collect::<Vec<_>>()
        })
        .collect()
}

fn assert_honest(pulls: &[f64]) {
    let within = pulls.iter().filter(|pull| pull.abs() <= 3.0).count();
    let rms = (pulls.iter().map(|pull| pull * pull).sum::<f64>() / pulls.len() as f64).sqrt();
    println!("{within} of {} within 3 sigma, rms {rms:.2}", pulls.len());
    assert!(within as f64 >= 0.95 * pulls.len() as f64 && rms > 0.5, "{within} {rms}");
}

#[test]
fn the_stated_uncertainties_are_those_of_noisy_shadows() {
    assert_honest(&pulls(0..12, (72, 360.0)));
    assert_honest(&pulls(20..28, (72, 200.0)));
}

#[test]
#[ignore = "slow: 200 phantoms"]
fn slow_the_stated_uncertainties_are_those_of_many_noisy_phantoms() {
    assert_honest(&pulls(100..200, (180, 360.0)));
    assert_honest(&pulls(200..300, (120, 185.0)));
}

#[test]
fn half_a_turn_is_less_certain_and_says_so() {
    let sigma = |found: &BallCalibration| found.figures[0].sigma.unwrap();
    let whole = at_random(3, (90, 360.0)).calibrate(0.1).unwrap();
    let half = at_random(3, (90, 180.0)).calibrate(0.1).unwrap();
    assert!(sigma(&half) > 1.2 * sigma(&whole));
    assert!(half.warnings.iter().any(|text| text.contains("expected a whole turn")));
}

#[test]
fn without_a_length_there_are_ratios_and_no_millimetres() {
    let mut phantom = at_random(5, (90, 360.0));
    (phantom.scan.pixel, phantom.scan.spacing) = (None, None);
    let found = phantom.calibrate(0.05).unwrap();
    assert!(found.circle.is_none() && found.figures.iter().all(|figure| figure.unit != "mm"));
    assert!(found.warnings.iter().any(|text| text.contains("--spacing-mm")));
    phantom.scan.source_to_axis = Some(Millimetre(77.0));
    phantom.scan.pixel = Some(Millimetre(PIXEL));
    let found = phantom.calibrate(0.05).unwrap();
    assert_eq!(found.circle.unwrap().source_to_axis, Millimetre(77.0));
    assert!(found.figures.iter().any(|figure| !figure.is_measured && figure.value == 77.0));
}

#[test]
fn a_nearly_parallel_beam_is_not_given_a_yaw_and_an_exact_distance() {
    let mut phantom = at_random(7, (90, 360.0));
    phantom.circle.source_to_axis = Millimetre(4000.0);
    phantom.circle.source_to_detector = Millimetre(4200.0);
    let ball = |k: u8| {
        let (sin, cos) = (1.3 * f64::from(k)).sin_cos();
        [4.0 * f64::from(k) - 12.0, 15.0 * sin, 15.0 * cos]
    };
    phantom.balls = (0..7).map(ball).collect();
    let found = phantom.calibrate(0.6).unwrap();
    let yaw = found.figures.iter().find(|figure| figure.name.ends_with("yaw_deg")).unwrap();
    assert!(!yaw.is_measured, "{yaw:?}");
    for part in ["yaw_deg`: it is assumed to be 0 within 1.5", "nearly parallel"] {
        assert!(found.warnings.iter().any(|text| text.contains(part)), "{:?}", found.warnings);
    }
}

#[test]
fn stray_shadows_are_left_out() {
    let mut phantom = at_random(9, (90, 360.0));
    let mut tracks = phantom.tracks(0.05);
    for k in 0..20 {
        tracks[k % 7].points[(7 * k) % 90].place[k % 2] += 8.0;
    }
    let found = calibrate(&tracks, &phantom.scan).unwrap();
    assert!((20..40).contains(&found.shadows[1]), "{:?}", found.shadows);
    let pull = |figure: &Figure| (figure.value - phantom.truth(figure)) / figure.sigma.unwrap();
    assert!(found.figures.iter().all(|figure| pull(figure).abs() < 4.0));
}

/// Radiographs of steel balls on a plastic tube, with noise; frames of 150 × 200 pixels.
fn radiographs(phantom: &mut Phantom, radius: f64) -> Array3<f32> {
    let (rows, columns) = (phantom.scan.frame.detector_rows, phantom.scan.frame.detector_columns);
    let mut frames = Array3::zeros((phantom.scan.angles.len(), rows, columns));
    for (mut frame, angle) in frames.outer_iter_mut().zip(&phantom.scan.angles) {
        let view = phantom.circle.view(*angle);
        for ((row, column), value) in frame.indexed_iter_mut() {
            let along: [f64; 3] = std::array::from_fn(|k| {
                view.origin[k]
                    + row as f64 * view.along_rows[k]
                    + column as f64 * view.along_columns[k]
                    - view.source[k]
            });
            let length = along.iter().map(|k| k * k).sum::<f64>();
            let through = |ball: &[f64; 3]| {
                let off: [f64; 3] = std::array::from_fn(|k| ball[k] - view.source[k]);
                let part = (0..3).map(|k| off[k] * along[k]).sum::<f64>() / length.sqrt();
                let near = off.iter().map(|k| k * k).sum::<f64>() - part * part;
                2.0 * (radius * radius - near).max(0.0).sqrt()
            };
            let holder = (1.0 - ((column as f64 - 100.0) / 70.0).powi(2)).max(0.0).sqrt() * 0.3;
            let sum: f64 = phantom.balls.iter().map(through).sum();
            *value = to_f32(sum / radius + holder + phantom.noise.random_range(-0.1..0.1));
        }
    }
    frames
}

fn small(seed: u64) -> Phantom {
    let mut phantom = at_random(seed, (120, 360.0));
    phantom.circle = ConeCircle {
        source_to_axis: Millimetre(60.0),
        source_to_detector: Millimetre(120.0),
        pixel: Millimetre(0.3),
        centre: [74.0, 101.0],
        roll: Radian(0.01),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    phantom.scan.frame = PixelFrame::whole(150, 200);
    phantom.scan.pixel = Some(Millimetre(0.3));
    let ball = |k: u8| {
        let (sin, cos) = (2.1 * f64::from(k)).sin_cos();
        [4.0 * f64::from(k) - 6.0, 8.0 * sin, 8.0 * cos]
    };
    phantom.balls = (0..4).map(ball).collect();
    phantom
}

#[test]
fn balls_are_followed_through_radiographs_and_tell_the_geometry() {
    let mut phantom = small(1);
    let frames = radiographs(&mut phantom, 0.6);
    let tracks = find_tracks(&frames, &phantom.scan, &|_, _| {}).unwrap();
    let lengths: Vec<usize> = tracks.iter().map(|track| track.points.len()).collect();
    println!("{lengths:?}");
    assert!(tracks.len() == 4 && lengths.iter().all(|&length| length > 100), "{lengths:?}");
    let found = calibrate(&tracks, &phantom.scan).unwrap();
    println!("{found:#?}");
    assert!(found.residual_px < 0.15, "{}", found.residual_px);
    let near = |name: &str, truth: f64| {
        let figure = found.figures.iter().find(|figure| figure.name == name).unwrap();
        let (off, sigma) = (figure.value - truth, figure.sigma.unwrap());
        assert!(off.abs() < 4.0 * sigma + 1e-9, "{name} {off} ± {sigma}");
    };
    near("source to detector", 400.0);
    near("column of the central ray", 101.0);
    near("reconstruct.cone.centre_row_px", 74.0);
    near("reconstruct.cone.roll_deg", 0.01f64.to_degrees());
}

#[test]
fn a_ball_that_leaves_the_field_is_used_as_far_as_it_is_seen() {
    let mut phantom = small(2);
    phantom.balls[1] = [-2.0, 12.0, 11.0];
    phantom.circle.centre[1] = 130.0;
    let frames = radiographs(&mut phantom, 0.6);
    let tracks = find_tracks(&frames, &phantom.scan, &|_, _| {}).unwrap();
    let found = calibrate(&tracks, &phantom.scan).unwrap();
    println!("{:?} {found:#?}", tracks.iter().map(|t| t.points.len()).collect::<Vec<_>>());
    let column = &found.figures[2];
    assert!((column.value - 130.0).abs() < 4.0 * column.sigma.unwrap(), "{column:?}");
    assert!(tracks.len() >= 3);
}

fn message(change: impl Fn(&mut Vec<BallTrack>, &mut BallScan)) -> String {
    let mut phantom = at_random(11, (60, 360.0));
    let mut tracks = phantom.tracks(0.05);
    change(&mut tracks, &mut phantom.scan);
    calibrate(&tracks, &phantom.scan).unwrap_err().to_string()
}

#[test]
fn bad_one_ball_is_too_few() {
    let text = message(|tracks, _| tracks.truncate(1));
    assert!(text.contains("1 ball over an arc of 120°"), "{text}");
}

#[test]
fn bad_balls_over_short_arcs_are_too_few() {
    let text = message(|tracks, _| tracks.iter_mut().for_each(|t| t.points.truncate(12)));
    assert!(text.contains("expected 2 or more at different heights"), "{text}");
}

#[test]
fn bad_places_that_are_no_numbers_are_told() {
    let text = message(|tracks, _| tracks[2].points[5].place[0] = f64::NAN);
    assert!(text.contains("ball 2 has a shadow at row NaN"), "{text}");
    let text = message(|tracks, _| tracks[2].points[5].view = 60);
    assert!(text.contains("a view below 60"), "{text}");
    let text = message(|_, scan| scan.angles[3] = Radian(f64::NAN));
    assert!(text.contains("finite numbers"), "{text}");
}

#[test]
fn bad_lengths_name_what_mends_them() {
    let text = message(|_, scan| scan.spacing = Some(Millimetre(-4.0)));
    assert!(text.contains("spacing of the balls is -4 mm") && text.contains("--spacing-mm"));
    let text = message(|_, scan| scan.pixel = Some(Millimetre(f64::NAN)));
    assert!(text.contains("the pixel is NaN mm"), "{text}");
}

#[test]
fn bad_sense_of_rotation_gives_no_negative_distance() {
    let text = message(|_, scan| scan.angles.iter_mut().for_each(|angle| angle.0 = -angle.0));
    assert!(text.contains("acquire.reverse_rotation"), "{text}");
}

#[test]
fn bad_balls_at_one_height_are_told() {
    let text = message(|tracks, _| {
        let first = tracks[3].clone();
        tracks.iter_mut().for_each(|track| *track = first.clone());
    });
    assert!(text.contains("expected them at heights over 30 rows"), "{text}");
}

#[test]
fn bad_shadows_of_no_circle_give_no_geometry() {
    let mut phantom = at_random(13, (60, 360.0));
    let mut tracks = phantom.tracks(0.05);
    let noise = &mut phantom.noise;
    for point in tracks.iter_mut().flat_map(|track| &mut track.points) {
        point.place = [noise.random_range(0.0..600.0), noise.random_range(0.0..800.0)];
    }
    match calibrate(&tracks, &phantom.scan) {
        Err(error) => println!("{error}"),
        Ok(found) => assert!(found.warnings.iter().any(|text| text.contains("(rms)"))),
    }
}

#[test]
fn bad_radiographs_without_balls_are_told() {
    let mut phantom = small(4);
    phantom.balls.clear();
    let frames = radiographs(&mut phantom, 0.6);
    let error = find_tracks(&frames, &phantom.scan, &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("no ball was followed through 120 views"), "{error}");
    let error = find_tracks(&frames.mapv(|_| f32::NAN), &phantom.scan, &|_, _| {}).unwrap_err();
    assert!(error.to_string().contains("no ball was followed"), "{error}");
    phantom.scan.angles.truncate(5);
    let error = find_tracks(&frames, &phantom.scan, &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("5 angles for 120 radiographs"), "{error}");
}
