//! Phase and blur of whole frames: closed forms, the same bits for any blocks, and mistakes.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use std::f64::consts::{PI, TAU};

use ndarray::{Array2, Array3, Axis, concatenate, s};
use phantom_scan::{BEAM, SHAPE, correct, counts, references, scan, scan_of, settings};
use voltomo_correct::{Block, CorrectSettings, Survey, correct_block, working_bytes};
use voltomo_numeric::{cast::to_f32, random::Random};
use voltomo_types::{Quantity, Scan, When};

const ROWS: usize = 48;
const COLUMNS: usize = 64;

/// A scan of one frame with this transmission, without noise; pixels of 0.1 mm.
fn of_transmission(transmission: impl Fn(f64, f64) -> f64) -> Scan {
    let counts = Array3::from_shape_fn((1, ROWS, COLUMNS), |(_, y, x)| {
        to_f32(100.0 + 60_000.0 * transmission(y as f64 - 23.5, x as f64 - 31.5))
    });
    let flats = Array3::from_elem((1, ROWS, COLUMNS), 60_100.0);
    scan_of(counts, vec![references(flats, When::Before)], 100.0)
}

fn only(table: &str) -> CorrectSettings {
    settings(&format!(
        r#"{{"spots": {{"method": "none"}}, "dose": {{"method": "none"}}, {table}}}"#
    ))
}

fn frame_of(scan: &Scan, table: &str) -> Array2<f32> {
    correct(scan, &only(table)).unwrap().1.line_integrals.index_axis_move(Axis(0), 0)
}

fn assert_is(frame: &Array2<f32>, expected: impl Fn(f64, f64) -> f64, most: f64) {
    for ((y, x), value) in frame.indexed_iter() {
        let expected = expected(y as f64 - 23.5, x as f64 - 31.5);
        assert!((f64::from(*value) - expected).abs() < most, "{y} {x}: {value} {expected}");
    }
}

/// Line integral of a soft bump.
fn bump(y: f64, x: f64) -> f64 {
    0.8 * (-(y * y + x * x) / 50.0).exp()
}

const OPTICS: &str = r#""delta_over_beta": 1000, "energy_kev": 10, "distance_mm": 1000"#;

/// zλ(δ/β)/(4πp²) of these optics.
fn blur() -> f64 {
    1000.0 * 1.239_841_984e-7 * 1000.0 / (4.0 * PI) / 0.01
}

/// With T = e^(−g): ∇²T = T·(|∇g|² − ∇²g); the intensity behind is T − a·∇²T.
#[test]
fn paganin_gives_the_thickness_back_that_transport_of_intensity_blurred() {
    let behind = |y: f64, x: f64| {
        let (g, square) = (bump(y, x), y * y + x * x);
        let gradient = g * g * square / (25.0 * 25.0);
        let laplacian = g * (square / (25.0 * 25.0) - 2.0 / 25.0);
        (-g).exp() * (1.0 - blur() * (gradient - laplacian))
    };
    let scan = of_transmission(behind);
    let raw = frame_of(&scan, r#""bin": 1"#);
    assert!((f64::from(raw[[24, 32]]) - bump(0.5, 0.5)).abs() > 0.02, "fringes are seen");
    let phase = format!(r#""phase": {{"method": "paganin", {OPTICS}}}"#);
    assert_is(&frame_of(&scan, &phase), bump, 3e-4);
}

#[test]
fn generalised_paganin_inverts_the_laplacian_of_pixels() {
    let contact = |y: f64, x: f64| (-bump(y, x)).exp();
    let behind = |y: f64, x: f64| {
        let around =
            contact(y - 1.0, x) + contact(y + 1.0, x) + contact(y, x - 1.0) + contact(y, x + 1.0);
        contact(y, x) - blur() * (around - 4.0 * contact(y, x))
    };
    let phase = format!(r#""phase": {{"method": "generalised_paganin", {OPTICS}}}"#);
    assert_is(&frame_of(&of_transmission(behind), &phase), bump, 2e-4);
}

#[test]
fn an_even_slab_keeps_its_line_integral() {
    let scan = of_transmission(|_, _| 0.4);
    for method in ["paganin", "generalised_paganin"] {
        let phase = format!(r#""phase": {{"method": "{method}", {OPTICS}}}"#);
        assert_is(&frame_of(&scan, &phase), |_, _| -0.4f64.ln(), 1e-5);
    }
}

/// Around u = π/2 a weak phase φ shows as T = 1 + 2φ; what comes back is −φ.
#[test]
fn contrast_transfer_gives_a_weak_phase_back() {
    let phase = |y: f64, x: f64| 0.02 * (-(y * y + x * x) / 72.0).exp() * (TAU * 0.25 * x).cos();
    let scan = of_transmission(|y, x| 1.0 + 2.0 * phase(y, x));
    // zλ/p² = 8, so that u = π·8/16 at a quarter of a cycle a pixel.
    let distance = 8.0 * 0.01 / 1.239_841_984e-7;
    for method in ["ctf", "quasi_particle", "projected_ctf", "ctf_half_sine"] {
        let table = format!(
            r#""phase": {{"method": "{method}", "energy_kev": 10, "distance_mm": {distance}}}"#
        );
        assert_is(&frame_of(&scan, &table), |y, x| -phase(y, x), 0.0015);
    }
}

/// A wave of eight pixels, dimmed by the blur, comes back by the filter's response.
#[test]
fn wiener_raises_a_wave_by_its_response() {
    let (sigma, noise, frequency) = (1.2f64, 1e-3f64, 0.125f64);
    let h = (-2.0 * (PI * sigma * frequency).powi(2)).exp();
    let scan = of_transmission(|_, x| 0.6 * (1.0 + 0.3 * h * (TAU * frequency * x).cos()));
    let table = format!(
        r#""deblur": {{"method": "wiener", "gaussian": {sigma}, "noise_to_signal": {noise}}}"#
    );
    let found = frame_of(&scan, &table).mapv(|p| f64::from((-p).exp()));
    let raised = h * h * (1.0 + noise) / (h * h + noise);
    for x in 20..44 {
        let wave = (TAU * frequency * (x as f64 - 31.5)).cos();
        let expected = 0.6 * (1.0 + 0.3 * raised * wave);
        assert!((found[[24, x]] - expected).abs() < 1e-3, "{x}: {} {expected}", found[[24, x]]);
    }
}

/// Gaussians one after the other add their variances: the blur of a soft hole is known.
#[test]
fn richardson_and_lucy_bring_a_blurred_hole_back() {
    let (own, variance) = (9.0f64, 4.0f64);
    let hole = |variance: f64| {
        move |y: f64, x: f64| {
            1.0 - 0.7 * own / variance * (-(y * y + x * x) / (2.0 * variance)).exp()
        }
    };
    let (sharp, blurred) = (hole(own), hole(own + variance));
    let scan = of_transmission(blurred);
    let error = |table: &str| {
        let found = frame_of(&scan, table);
        let one = |((y, x), p): ((usize, usize), &f32)| {
            (f64::from((-p).exp()) - sharp(y as f64 - 23.5, x as f64 - 31.5)).abs()
        };
        found.indexed_iter().map(one).fold(0.0, f64::max)
    };
    let lucy = |iterations: usize| {
        error(&format!(
            r#""deblur": {{"method": "richardson_lucy", "gaussian": 2, "iterations": {iterations}}}"#
        ))
    };
    let errors = [error(r#""bin": 1"#), lucy(3), lucy(30), lucy(200)];
    eprintln!("largest errors: {errors:?}");
    assert!(errors.windows(2).all(|pair| pair[1] < pair[0]), "{errors:?}");
    assert!(errors[3] < 0.3 * errors[0], "{errors:?}");
}

#[test]
fn the_cost_in_noise_is_told_as_it_is() {
    let mut random = Random::new(12);
    let counts =
        Array3::from_shape_fn((4, ROWS, COLUMNS), |_| to_f32(60_100.0 + 300.0 * random.normal()));
    let flats = Array3::from_elem((1, ROWS, COLUMNS), 60_100.0);
    let scan = scan_of(counts, vec![references(flats, When::Before)], 100.0);
    let spread = |table: &str| {
        let (survey, corrected) = correct(&scan, &only(table)).unwrap();
        let inner = corrected.line_integrals.slice_move(s![.., 8..40, 8..56]);
        (inner.std(0.0), survey.figures().deblur_noise_gain)
    };
    let (before, none) = spread(r#""bin": 1"#);
    assert_eq!(none, None);
    for method in ["wiener", "richardson_lucy"] {
        let (after, told) =
            spread(&format!(r#""deblur": {{"method": "{method}", "gaussian": 0.8, "disc": 1.5}}"#));
        let (found, told) = (after / before, told.unwrap());
        eprintln!("{method}: noise times {found}, told {told}");
        assert!((found / told - 1.0).abs() < 0.1, "{method}: {found} {told}");
        assert!(told > 1.2);
    }
}

const TABLES: [&str; 5] = [
    r#""phase": {"method": "paganin", "delta_over_beta": 200, "wavelength_nm": 0.1, "distance_mm": 800}"#,
    r#""phase": {"method": "tie", "energy_kev": 20, "distance_mm": 800}"#,
    r#""deblur": {"method": "wiener", "lorentzian": 0.4}"#,
    r#""deblur": {"method": "richardson_lucy", "collimation": 300, "distance_mm": 60}, "denoise": {"method": "median"}"#,
    r#""distortion": {"method": "radial", "coefficients": [1, 1e-4], "roll_degrees": 1}"#,
];

#[test]
fn any_blocks_of_frames_and_any_threads_give_the_same_bits() {
    let scan = scan(counts(BEAM));
    for table in TABLES {
        let settings = settings(&format!("{{{table}}}"));
        let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
        let run = |threads: usize, cuts: &[usize]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let block = |cut: &[usize]| {
                let block = Block { frames: cut[0]..cut[1], rows: 0..ROWS };
                correct_block(&scan, &survey, &settings, block).unwrap().line_integrals
            };
            let blocks: Vec<_> = pool.install(|| cuts.windows(2).map(block).collect());
            let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
            concatenate(Axis(0), &views).unwrap()
        };
        let (whole, parts) = (run(1, &[0, SHAPE.0]), run(3, &[0, 1, 6, SHAPE.0]));
        assert!(whole.iter().zip(&parts).all(|(a, b)| a.to_bits() == b.to_bits()), "{table}");
        assert!(whole.iter().all(|value| value.is_finite()), "{table}");
        let all = Block { frames: 0..SHAPE.0, rows: 0..ROWS };
        let plain = working_bytes(&scan, &CorrectSettings::default(), all.clone());
        assert!(working_bytes(&scan, &settings, all) > plain);
    }
}

#[test]
fn bad_settings_of_whole_frames_name_their_key() {
    let optics = r#""delta_over_beta": 10, "energy_kev": 10, "distance_mm": 10"#;
    let phase = |rest: &str| format!(r#""phase": {{"method": "paganin", {rest}}}"#);
    let deblur = |rest: &str| format!(r#""deblur": {{"method": "wiener", {rest}}}"#);
    for (table, key) in [
        (phase(r#""energy_kev": 10, "distance_mm": 10"#), "correct.phase.delta_over_beta"),
        (phase(r#""energy_kev": 10, "delta_over_beta": 10"#), "correct.phase.distance_mm"),
        (phase(r#""distance_mm": 10, "delta_over_beta": 10"#), "correct.phase.energy_kev"),
        (phase(&format!(r#"{optics}, "wavelength_nm": 0.1"#)), "correct.phase.energy_kev"),
        (
            phase(r#""wavelength_nm": 0, "distance_mm": 10, "delta_over_beta": 10"#),
            "correct.phase.wavelength_nm",
        ),
        (phase(&format!(r#"{optics}, "magnification": 0.5"#)), "correct.phase.magnification"),
        (phase(&format!(r#"{optics}, "regularisation": -1"#)), "correct.phase.regularisation"),
        (phase(&format!(r#"{optics}, "threshold": 0"#)), "correct.phase.threshold"),
        (deblur(r#""disc": 0"#), "correct.deblur.method"),
        (deblur(r#""gaussian": -1"#), "correct.deblur.gaussian"),
        (deblur(r#""lorentzian": 80"#), "correct.deblur.lorentzian"),
        (deblur(r#""collimation": 300"#), "correct.deblur.collimation"),
        (deblur(r#""spot_mm": 0.01"#), "correct.deblur.spot_mm"),
        (deblur(r#""disc": 1, "noise_to_signal": 0"#), "correct.deblur.noise_to_signal"),
        (deblur(r#""disc": 1, "iterations": 0"#), "correct.deblur.iterations"),
    ] {
        let message = correct(&scan(counts(BEAM)), &only(&table)).unwrap_err().to_string();
        assert!(message.contains(&format!("`{key}`")), "{table}: {message}");
    }
}

#[test]
fn bad_phase_with_beam_hardening_is_refused() {
    let tie = TABLES[1];
    let table = format!(
        r#"{tie}, "beam_hardening": {{"method": "polynomial", "coefficients": [1, 0.02]}}"#
    );
    let message = correct(&scan(counts(BEAM)), &only(&table)).unwrap_err().to_string();
    assert!(message.contains("`correct.phase.method`") && message.contains("beam_hardening"));
}

#[test]
fn bad_scans_for_whole_frames_are_told() {
    let mut scan = scan(counts(BEAM));
    scan.detector.pixel = None;
    for table in [TABLES[0], TABLES[3]] {
        let message = correct(&scan, &only(table)).unwrap_err().to_string();
        assert!(message.contains("`acquire.pixel_mm`"), "{message}");
    }
    scan.quantity = Quantity::LineIntegrals;
    let message = correct(&scan, &only(TABLES[2])).unwrap_err().to_string();
    assert!(message.contains("line integrals") && message.contains("correct.deblur"), "{message}");
    // Noise is taken out of line integrals too.
    let line = only(r#""denoise": {"method": "median"}"#);
    assert!(correct(&scan, &line).is_ok());
}

/// Seconds of one frame of 1024 × 1024 pixels on one thread, beside the same without the step.
#[test]
#[ignore = "slow: times every step on large frames"]
fn slow_times_of_the_steps() {
    let side = 1024;
    let mut random = Random::new(5);
    let counts = Array3::from_shape_fn((1, side, side), |(_, y, x)| {
        let sample = if (y / 40 + x / 60) % 2 == 0 { 0.4 } else { 1.0 };
        to_f32(100.0 + 20_000.0 * sample + 120.0 * random.normal())
    });
    let flats = Array3::from_elem((1, side, side), 20_100.0);
    let scan = scan_of(counts, vec![references(flats, When::Before)], 100.0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let time = |table: &str| {
        let settings = only(table);
        let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
        let block = || Block { frames: 0..1, rows: 0..side };
        let once = || {
            let began = std::time::Instant::now();
            correct_block(&scan, &survey, &settings, block()).unwrap();
            began.elapsed().as_secs_f64()
        };
        pool.install(|| (0..3).map(|_| once()).fold(f64::INFINITY, f64::min))
    };
    let plain = time(r#""bin": 1"#);
    let denoise = ["median", "gaussian", "bilateral", "non_local_means", "total_variation"];
    let mut tables: Vec<String> =
        denoise.iter().map(|name| format!(r#""denoise": {{"method": "{name}"}}"#)).collect();
    tables.push(r#""denoise": {"method": "remove_outliers", "radius": 2}"#.into());
    tables.extend(TABLES.iter().map(|table| (*table).to_string()));
    for table in tables {
        eprintln!("{:.3} s: {table}", time(&table) - plain);
    }
}
