//! Kernels against sums as slow as their formulas: scatter and glare that are known come off again.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod phantom_scan;
mod scatter_scan;

use ndarray::{Array2, Array3, s};
use phantom_scan::{correct, references, scan_of, settings};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Probe, Scan, When};

const ROWS: usize = 64;
const COLUMNS: usize = 128;
/// mm
const PIXEL: f64 = 0.5;

/// A can that stands on the lower border of the frame; `least` is its darkest transmission.
fn transmission(least: f64) -> Array2<f64> {
    Array2::from_shape_fn((ROWS, COLUMNS), |(y, x)| {
        let across = (x as f64 - 63.5) / 22.0;
        let is_in = y >= 12 && across.abs() < 1.0;
        if is_in { least.powf((1.0 - across * across).sqrt()) } else { 1.0 }
    })
}

/// `Σ sent(y', x')·kernel(distance in mm)·pixel²` over all pixels, for each pixel.
fn spread(sent: &Array2<f64>, kernel: impl Fn(f64) -> f64) -> Array2<f64> {
    let table = Array2::from_shape_fn(sent.dim(), |(y, x)| {
        // The mean over the pixel, which matters where the kernel is steep.
        let points = (0..6).flat_map(|v| (0..6).map(move |u| (v, u)));
        let part = |k: i32| (f64::from(k) + 0.5) / 6.0 - 0.5;
        let sum: f64 = points
            .map(|(v, u)| kernel(PIXEL * (y as f64 + part(v)).hypot(x as f64 + part(u))))
            .sum();
        sum / 36.0 * PIXEL * PIXEL
    });
    Array2::from_shape_fn((ROWS, COLUMNS), |(y, x)| {
        let terms = sent.indexed_iter().filter(|(_, sent)| **sent != 0.0);
        terms.map(|((v, u), sent)| sent * table[[y.abs_diff(v), x.abs_diff(u)]]).sum()
    })
}

/// What strays by a kernel of unit mass where the frame goes on as at its edges: downwards, where the
/// can goes on, and elsewhere, where there is air.
fn strayed(t: &Array2<f64>, kernel: impl Fn(f64) -> f64) -> Array2<f64> {
    let lost = Array2::from_shape_fn((ROWS + 100, COLUMNS), |(y, x)| 1.0 - t[[y.min(ROWS - 1), x]]);
    1.0 - spread(&lost, kernel)
}

fn gaussian(sigma: f64) -> impl Fn(f64) -> f64 {
    move |r| (-0.5 * (r / sigma).powi(2)).exp() / (std::f64::consts::TAU * sigma * sigma)
}

/// A scan of three radiographs that see `shares` of the open beam, with doses.
fn scan(shares: &Array2<f64>, probe: Probe) -> Scan {
    let beam = |y: usize, x: usize| 30_000.0 * (1.0 - 1e-3 * (y + x) as f64);
    let count = |(k, y, x): (usize, usize, usize)| {
        to_f32((1.0 - 0.05 * k as f64) * beam(y, x) * shares[[y, x]] + 100.0)
    };
    let radiographs = Array3::from_shape_fn((3, ROWS, COLUMNS), count);
    let flats = Array3::from_shape_fn((3, ROWS, COLUMNS), |(_, y, x)| to_f32(beam(y, x) + 100.0));
    let mut scan = scan_of(radiographs, vec![references(flats, When::Before)], 100.0);
    scan.detector.pixel = Some(voltomo_types::Millimetre(PIXEL));
    scan.probe = Some(probe);
    scan
}

/// The largest error of the transmission, as a part of the largest background.
fn error(scan: &Scan, json: &str, truth: (&Array2<f64>, f64)) -> f64 {
    let (survey, corrected) = correct(scan, &settings(json)).unwrap();
    if let Some(figures) = &survey.figures().scatter {
        assert!((survey.figures().dose.per_radiograph[1] - 0.95).abs() < 1e-3);
        assert_eq!(figures.method, "kernel");
    }
    let found = corrected.line_integrals.mapv(|p| f64::from(-p).exp());
    let errors = found.indexed_iter().map(|((_, y, x), t)| (t - truth.0[[y, x]]).abs());
    errors.fold(0.0, f64::max) / truth.1
}

fn largest(values: &Array2<f64>) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

const QUIET: &str = r#""spots": {"method": "none"},
    "dose": {"method": "region", "region": "10:60,2:30"}"#;

#[test]
fn a_known_gaussian_of_what_was_lost_is_taken_back_within_a_hundredth() {
    let t = transmission(0.08);
    let strewn = spread(&t.mapv(|t| 1.0 - t), gaussian(14.0)) * 0.28;
    let b = 0.02;
    let scan = scan(&((&t + &strewn) * (1.0 - b) + b), Probe::Neutron);
    let json = format!(
        r#"{{{QUIET}, "scatter": {{"method": "kernel", "starved_sigma": 0, "kernel":
        {{"amplitude": 0.28, "width_mm": 14.0, "backlight": 0.02, "fit": false}}}}}}"#
    );
    let found = error(&scan, &json, (&t, largest(&strewn) + b));
    assert!(found < 0.01, "{found}");
    let untouched = error(&scan, &format!("{{{QUIET}}}"), (&t, largest(&strewn) + b));
    assert!(untouched > 0.3, "{untouched}");
}

#[test]
fn air_corrects_the_usual_amplitude() {
    let t = transmission(0.08);
    let strewn = spread(&t.mapv(|t| 1.0 - t), gaussian(12.0)) * 0.22;
    let b = 0.02;
    let scan = scan(&((&t + &strewn) * (1.0 - b) + b), Probe::Neutron);
    let json = format!(
        r#"{{{QUIET}, "scatter": {{"method": "kernel", "starved_sigma": 0,
        "kernel": {{"distance_mm": 15.0}}}}}}"#
    );
    let (survey, _) = correct(&scan, &settings(&json)).unwrap();
    let kernel = survey.figures().scatter.clone().unwrap().kernel.unwrap();
    assert!(kernel.is_fitted && (kernel.amplitude - 0.22).abs() < 0.01, "{kernel:?}");
    assert!((kernel.width_mm - 12.0).abs() < 0.5, "{kernel:?}");
    assert!(kernel.amplitude_sigma < 0.02 && kernel.background_sigma > 0.009, "{kernel:?}");
    let found = error(&scan, &json, (&t, largest(&strewn) + b));
    assert!(found < 0.03, "{found}");
}

/// Largest error of the transmission behind the sample, in what strayed there, within 10 and within 16
/// pixels of its middle, where a tenth of the light strays by this kernel and these keys tell it.
fn glare_left(kernel: impl Fn(f64) -> f64, keys: &str) -> [f64; 2] {
    let t = transmission(0.05);
    let stray = strayed(&t, kernel);
    let scan = scan(&(&t * 0.9 + &stray * 0.1), Probe::Xray);
    let json = format!(
        r#"{{{QUIET}, "scatter": {{"method": "kernel", "starved_sigma": 0, "kernel":
        {{"amplitude": 0, "distance_mm": 180, {keys}}}}}}}"#
    );
    let (survey, corrected) = correct(&scan, &settings(&json)).unwrap();
    let figures = survey.figures().scatter.as_ref().unwrap().kernel.as_ref().unwrap();
    assert!((figures.glare - 0.1).abs() < 1e-12 && !figures.is_glare_fitted, "{figures:?}");
    let found = corrected.line_integrals.mapv(|p| f64::from(-p).exp());
    let background = stray.mapv(|stray| 0.1 * stray);
    assert!((background[[40, 63]] / t[[40, 63]]) > 0.3, "the glare matters there");
    [10, 16].map(|reach: usize| {
        let inside = |(y, x): (usize, usize)| y.abs_diff(38) < reach && x.abs_diff(63) < reach;
        let errors = t
            .indexed_iter()
            .filter(|(place, _)| inside(*place))
            .map(|((y, x), t)| (found[[0, y, x]] - t).abs() / background[[y, x]]);
        errors.fold(0.0, f64::max)
    })
}

/// Within six pixels of the steep rim the coarse grid tells.
#[test]
fn known_glare_is_taken_back_within_a_hundredth_behind_the_sample() {
    let kernel = |r: f64| (-r / 8.0).exp() / (std::f64::consts::TAU * 8.0 * r);
    let [inner, outer] = glare_left(kernel, r#""glare": 0.1, "glare_mm": 8.0"#);
    assert!(inner < 0.01 && outer < 0.02, "{inner} {outer}");
}

#[test]
fn glare_whose_parts_another_scan_told_is_taken_back_likewise() {
    let gaussian = |r: f64, width: f64| {
        (-0.5 * (r / width).powi(2)).exp() / (std::f64::consts::TAU * width * width)
    };
    let kernel = |r: f64| 0.4 * gaussian(r, 5.0) + 0.6 * gaussian(r, 12.0);
    let [inner, outer] = glare_left(kernel, r#""glare_parts": [[5.0, 0.04], [12.0, 0.06]]"#);
    assert!(inner < 0.01 && outer < 0.02, "{inner} {outer}");
}

#[test]
fn what_is_left_of_thick_rays_sends_scatter_by_its_powers() {
    let t = transmission(0.03);
    let sent = t.mapv(|t: f64| t.powf(0.8) * (-t.ln()).powf(1.3));
    let strewn = spread(&sent, gaussian(30.0)) * 0.5;
    let scan = scan(&(&t + &strewn), Probe::Xray);
    let json = format!(
        r#"{{{QUIET}, "scatter": {{"method": "kernel", "starved_sigma": 0, "kernel":
        {{"amplitude": 0.5, "width_mm": 30.0, "glare": 0, "alpha": -0.2, "beta": 1.3,
        "fit": false}}}}}}"#
    );
    let found = error(&scan, &json, (&t, largest(&strewn)));
    assert!(found < 0.02, "{found}");
}

/// Hardly any scatter behind a sample that lets nothing through: the usual amount is too much.
#[test]
fn no_more_is_taken_off_than_was_seen_and_that_is_told() {
    let t = transmission(1e-4);
    let strewn = spread(&t.mapv(|t| 1.0 - t), gaussian(14.0)) * 0.03;
    let scan = scan(&(&t + &strewn), Probe::Neutron);
    let json = format!(
        r#"{{{QUIET}, "scatter": {{"method": "kernel", "kernel":
        {{"width_mm": 14.0, "amplitude": 0.28, "backlight": 0.0, "fit": false}}}}}}"#
    );
    let (survey, corrected) = correct(&scan, &settings(&json)).unwrap();
    let figures = survey.figures();
    let told = |words: &str| figures.warnings.iter().any(|warning| warning.contains(words));
    assert!(told("taken back from 0.280"), "{:?}", figures.warnings);
    assert!(told("computed and not measured"));
    assert!(figures.scatter.as_ref().unwrap().kernel.as_ref().unwrap().amplitude < 0.05);
    let clipped = corrected.figures().clipped as f64 / corrected.figures().pixels as f64;
    assert!(clipped < 0.01, "{clipped}");
}

/// Noise is drawn so that most pixels behind the sample see less than their noise.
#[test]
fn starved_pixels_are_counted_and_their_mean_logarithm_is_kept() {
    let least: f64 = 0.004;
    let t = transmission(least);
    let mut scan = scan(&(&t * 0.98 + 0.02), Probe::Neutron);
    let mut counts = scatter_scan::counts_of(&scan);
    let mut state = 7u64;
    counts.mapv_inplace(|count| {
        let even = (0..12).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 24) as f32
        });
        count + 8.0 * count.sqrt() * (even.sum::<f32>() - 6.0)
    });
    scan.radiographs = std::sync::Arc::new(voltomo_types::MemoryFrames(counts));
    let json = |sigmas: f32| {
        format!(
            r#"{{{QUIET}, "scatter": {{"method": "constant", "starved_sigma": {sigmas},
            "constant": {{"sample": 0.02, "open": 0.02}}}}}}"#
        )
    };
    let middle = s![.., 20.., 58..70];
    let truth = t.slice(s![20.., 58..70]).mapv(|t| -t.ln()).mean().unwrap();
    let mean = |sigmas: f32| {
        let (survey, corrected) = correct(&scan, &settings(&json(sigmas))).unwrap();
        let mean = f64::from(corrected.line_integrals.slice(middle).mean().unwrap());
        (mean - truth, corrected.figures(), survey.figures().scatter.clone().unwrap())
    };
    let ((raised, none, _), (mended, figures, survey)) = (mean(0.0), mean(3.0));
    assert!(none.starved == 0 && figures.starved > 1000, "{}", figures.starved);
    assert!(mended.abs() < 0.4 && mended.abs() < 0.5 * raised.abs(), "{mended} {raised}");
    assert_eq!(survey.starved.len(), 3);
    assert!(survey.starved.iter().all(|view| view.share > 0.05), "{:?}", survey.starved);
    assert!(figures.clipped < none.clipped / 4);
}
