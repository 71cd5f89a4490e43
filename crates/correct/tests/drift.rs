//! Where the sample stands: drift that was made is found and taken out; unlike radiographs are told.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array3, s};
use phantom_scan::{BEAM, SHAPE, correct, references, rms, scan_of, settings};
use voltomo_acquire::simulate::{Body, Phantom, expose, project};
use voltomo_types::{Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, Scan, When};

/// Drift of each radiograph, rows and columns.
fn drift(k: usize) -> [f64; 2] {
    let t = k as f64;
    [1.2 * (0.9 * t).sin(), 0.8 * (1.7 * t + 0.4).cos() + 0.03 * t]
}

/// Two cylinders in the middle of 60 × 80 pixels, each radiograph of a moved sample, `step`
/// degrees apart.
fn stack(step: f64, drift: impl Fn(usize) -> [f64; 2]) -> Array3<f32> {
    let (rows, columns) = (60usize, 80usize);
    let mut all = Array3::zeros((24, rows, columns));
    for k in 0..24 {
        let [down, right] = drift(k);
        let bodies = vec![
            Body::cylinder([down * 0.1, 0.5, 0.3], 1.2, 1.6, 3.0),
            Body::cylinder([0.3 + down * 0.1, -0.9, -0.4], 0.6, 1.0, 4.0),
        ];
        let geometry = ParallelGeometry {
            angles: vec![Radian::from_degrees(step * k as f64)],
            axis: RotationAxis { centre: 39.5 + right, tilt: Radian(0.0) },
            frame: PixelFrame::whole(rows, columns),
            pixel: Some(Millimetre(0.1)),
        };
        let frame = project(&Phantom { bodies }, &geometry, 0..rows, 8);
        all.slice_mut(s![k, .., ..]).assign(&frame.slice(s![0, .., ..]));
    }
    all
}

fn scan(stack: &Array3<f32>) -> Scan {
    let flats = references(BEAM.flats((20, 60, 80)), When::Before);
    let mut scan = scan_of(expose(stack, BEAM, &[]), vec![flats], 100.0);
    scan.angles = Some((0..24).map(|k| Radian::from_degrees(15.0 * f64::from(k))).collect());
    scan
}

#[test]
fn drift_is_found_and_taken_out() {
    let still = stack(15.0, |_| [0.0, 0.0]);
    let scan = scan(&stack(15.0, drift));
    let with = settings(r#"{"drift": {"method": "moments"}}"#);
    let (survey, found) = correct(&scan, &with).unwrap();
    let figures = survey.figures().drift.clone().unwrap();
    let mean = |axis: usize| (0..24).map(|k| drift(k)[axis]).sum::<f64>() / 24.0;
    // A wave once a turn is the sample's own place.
    let wave = |k: usize, sin: bool| {
        let angle = (15.0 * k as f64).to_radians();
        if sin { angle.sin() } else { angle.cos() }
    };
    let share = |sin: bool| (0..24).map(|k| drift(k)[1] * wave(k, sin)).sum::<f64>() / 12.0;
    let (a, b) = (share(false), share(true));
    let mut worst = [0.0f64; 2];
    for k in 0..24 {
        let own = a * wave(k, false) + b * wave(k, true);
        let expected = [drift(k)[0] - mean(0), drift(k)[1] - mean(1) - own];
        let told = [figures.rows[k], figures.columns[k]].map(f64::from);
        for axis in 0..2 {
            worst[axis] = worst[axis].max((told[axis] - expected[axis]).abs());
        }
    }
    eprintln!("drift is found to {worst:?} pixels");
    // The cylinders' ends are sharper than a pixel, which no interpolation between rows follows.
    assert!(worst[0] < 0.12 && worst[1] < 0.07, "{worst:?}");
    let (_, before) = correct(&scan, &settings("{}")).unwrap();
    let errors = [&before, &found].map(|one| rms(&one.line_integrals, &still));
    eprintln!("rms {errors:?}");
    assert!(errors[1] < 0.5 * errors[0], "{errors:?}");
}

#[test]
fn given_drift_is_taken_as_it_is() {
    let still = stack(15.0, |_| [0.0, 0.0]);
    let scan = scan(&stack(15.0, drift));
    let mut given = settings(r#"{"drift": {"method": "given", "file": "drift.txt"}}"#);
    assert_eq!(given.number_files(), [("correct.drift.file", "drift.txt")]);
    let text: String = (0..24).map(|k| format!("{} {}\n", drift(k)[0], drift(k)[1])).collect();
    given.take_numbers("correct.drift.file", &text).unwrap();
    let (_, found) = correct(&scan, &given).unwrap();
    let (_, before) = correct(&scan, &settings("{}")).unwrap();
    let errors = [&before, &found].map(|one| rms(&one.line_integrals, &still));
    assert!(errors[1] < 0.4 * errors[0], "{errors:?}");
    assert_eq!(found.line_integrals.dim(), (24, 60, 80));
}

#[test]
fn frozen_blank_and_moved_radiographs_are_told() {
    let mut stack = stack(1.5, |k| if k == 17 { [0.0, 6.0] } else { [0.0, 0.0] });
    stack.slice_mut(s![9, .., ..]).fill(0.0);
    let mut scan = scan(&stack);
    let mut counts = expose(&stack, BEAM, &[]);
    let copy = counts.slice(s![3, .., ..]).to_owned();
    counts.slice_mut(s![4, .., ..]).assign(&copy);
    scan.radiographs = std::sync::Arc::new(voltomo_types::MemoryFrames(counts));
    let (survey, _) = correct(&scan, &settings(r#"{"outliers": "report"}"#)).unwrap();
    let told: Vec<(usize, &str)> =
        survey.figures().outliers.iter().map(|one| (one.radiograph, one.kind.as_str())).collect();
    assert_eq!(told, [(4, "frozen"), (9, "blank"), (17, "moved")]);
    let warnings = &survey.figures().warnings;
    assert!(warnings.iter().any(|one| one.contains("4 (frozen)") && one.contains("acquire.skip")));
    let (survey, _) = correct(&scan, &settings("{}")).unwrap();
    assert!(survey.figures().outliers.is_empty());
}

#[test]
fn an_even_scan_has_no_outliers() {
    let scan = scan(&stack(15.0, |_| [0.0, 0.0]));
    let (survey, _) = correct(&scan, &settings(r#"{"outliers": "report"}"#)).unwrap();
    assert!(survey.figures().outliers.is_empty(), "{:?}", survey.figures().outliers);
}

#[test]
fn bad_geometry_names_its_key() {
    let scan = phantom_scan::scan(phantom_scan::counts(BEAM));
    for (json, words) in [
        (r#"{"drift": {"method": "given"}}"#, ["correct.drift.file", "two numbers"]),
        (
            r#"{"drift": {"method": "given", "file": "a"}}"#,
            ["0 numbers for 12", "correct.drift.file"],
        ),
        (r#"{"drift": {"file": "a"}}"#, ["correct.drift.file", "method = \"given\""]),
        (r#"{"drift": {"method": "moments"}}"#, ["angles", "acquire.angles"]),
        (
            r#"{"distortion": {"method": "radial", "coefficients": []}}"#,
            ["correct.distortion.coefficients", "0.2 to 5"],
        ),
        (
            r#"{"distortion": {"method": "radial", "roll_degrees": 90}}"#,
            ["correct.distortion.roll_degrees", "-45 to 45"],
        ),
        (
            r#"{"distortion": {"method": "radial", "coefficients": [1, -0.03]}}"#,
            ["correct.distortion.coefficients", "folds the picture 17 pixels"],
        ),
        (
            r#"{"distortion": {"method": "radial", "coefficients": [1, 0.2]}}"#,
            ["correct.distortion.coefficients", "at most a frame's width beside"],
        ),
        (
            r#"{"deblur": {"method": "wiener", "collimation": 0.01, "distance_mm": 10}}"#,
            ["correct.deblur.collimation", "less than the frame's 48 pixels"],
        ),
    ] {
        let message = correct(&scan, &settings(json)).unwrap_err().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
    assert_eq!(SHAPE.0, 12);
}

#[test]
fn a_sample_without_ends_in_the_frame_is_not_followed() {
    let whole = stack(15.0, drift);
    // Rows of the sample's middle alone: none tells where it stands.
    let rows = whole.slice(s![.., 24..36, ..]).to_owned();
    let flats = references(BEAM.flats((20, 12, 80)), When::Before);
    let mut scan = scan_of(expose(&rows, BEAM, &[]), vec![flats], 100.0);
    scan.angles = Some((0..24).map(|k| Radian::from_degrees(15.0 * f64::from(k))).collect());
    let (survey, _) = correct(&scan, &settings(r#"{"drift": {"method": "moments"}}"#)).unwrap();
    let figures = survey.figures().drift.clone().unwrap();
    assert!(figures.rows.iter().all(|shift| *shift == 0.0), "{:?}", figures.rows);
    assert!(figures.columns.iter().any(|shift| shift.abs() > 0.3), "{:?}", figures.columns);
    let warnings = &survey.figures().warnings;
    assert!(warnings.iter().any(|one| one.contains("drift along the rows is not measured")));
}

#[test]
fn bad_drift_beyond_the_frame() {
    let scan = scan(&stack(15.0, |_| [0.0, 0.0]));
    let mut given = settings(r#"{"drift": {"method": "given", "file": "drift.txt"}}"#);
    given.take_numbers("correct.drift.file", &format!("{}0 900\n", "0 0\n".repeat(23))).unwrap();
    let message = correct(&scan, &given).unwrap_err().to_string();
    for words in ["`correct.drift.file`", "900 columns of drift at radiograph 23", "80 columns"] {
        assert!(message.contains(words), "{message}");
    }
}
