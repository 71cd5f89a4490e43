//! What a run finds doubtful before it reconstructs: rows that end inside the sample, angles that
//! do not fit the views, settings that change nothing.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{MadeScan, Making, PIXEL_MM};
use ndarray::s;
use voltomo_acquire::simulate::{Body, Exposure, Phantom, expose, project};
use voltomo_reconstruct::Method;

const MAKING: Making = Making {
    shape: (80, 4, 64),
    span: 180.0,
    axis_off: 0.0,
    tilt: 0.0,
    seed: Some(5),
    float: false,
};

/// A cylinder of `radius` mm about the axis with a rod in it; the frame is 3.2 mm wide.
fn scan(making: &Making, radius: f64) -> MadeScan {
    let rod = Body::cylinder([0.0, 0.5, -0.4], 0.3, 1e3, 3.0);
    let bodies = vec![Body::cylinder([0.0, 0.0, 0.0], radius, 1e3, 2.0), rod];
    let line_integrals = project(&Phantom { bodies }, &making.geometry(), 0..4, 2);
    let exposure = Exposure { open_beam: 50_000.0, dark: 100.0, seed: making.seed };
    making.written(&expose(&line_integrals, exposure, &[]))
}

#[test]
fn rows_that_end_inside_the_sample_are_a_finding_and_iterations_explain_what_is_beside() {
    let mut scan = scan(&MAKING, 2.2);
    scan.recipe.correct.dose.method = voltomo_correct::DoseMethod::None;
    let found = |scan: &MadeScan, out: &str| {
        let record = scan.run(out, None);
        let volume = scan.volume(out, &record);
        let middle = volume.slice(s![1..3, 32..40, 32..40]).mean().unwrap();
        let is_told =
            record.findings.iter().any(|text| text.contains("rows end inside the sample"));
        (100.0 * (f64::from(middle) / 2.0 - 1.0), is_told)
    };
    let (_, is_told) = found(&scan, "fbp");
    assert!(is_told);
    scan.recipe.reconstruct.method = Method::Sirt;
    scan.recipe.reconstruct.iterative.iterations = Some(40);
    let (wide, is_told) = found(&scan, "wide");
    assert!(is_told);
    scan.recipe.reconstruct.iterative.field = Some(1.0);
    let (narrow, is_told) = found(&scan, "narrow");
    assert!(is_told && wide.abs() < 4.0 && narrow > 10.0, "{wide} {narrow}");
    println!("{PIXEL_MM} {wide} {narrow}");
}

#[test]
fn angles_that_do_not_fit_the_views_are_a_finding_and_those_that_do_are_none() {
    for (span, told) in [(360.0, 180.0), (180.0, 360.0), (180.0, 180.0), (360.0, 360.0)] {
        let mut scan = scan(&Making { span, ..MAKING }, 1.2);
        scan.recipe.acquire.angles = Some(format!("0:{told}"));
        let record = scan.run("out", None);
        let doubts = record.findings.iter().filter(|text| text.contains("the angles span"));
        assert_eq!(doubts.count(), usize::from(span != told), "{:?}", record.findings);
        assert!(!record.findings.iter().any(|text| text.contains("rows end")));
    }
}

#[test]
fn settings_that_change_nothing_and_few_views_are_warned_of() {
    let mut scan = scan(&Making { shape: (2, 4, 64), ..MAKING }, 1.2);
    scan.recipe.reconstruct.method = Method::Sirt;
    scan.recipe.reconstruct.iterative.iterations = Some(3);
    scan.recipe.reconstruct.iterative.tv_weight = 0.01;
    scan.recipe.reconstruct.iterative.relaxation = 1.95;
    let record = scan.run("out", None);
    for word in ["2 directions only", "`reconstruct.iterative.tv_weight`", "1.95: near 2"] {
        assert!(record.warnings.iter().any(|text| text.contains(word)), "{:?}", record.warnings);
    }
}

#[test]
fn a_volume_without_a_length_unit_is_warned_of() {
    let mut scan = scan(&MAKING, 1.2);
    let is_told = |scan: &MadeScan, out: &str| {
        let warnings = scan.run(out, None).warnings;
        warnings.iter().any(|text| text.contains("1/pixel") && text.contains("`acquire.pixel_mm`"))
    };
    assert!(!is_told(&scan, "told"));
    scan.recipe.acquire.pixel_mm = None;
    assert!(is_told(&scan, "untold"));
}
