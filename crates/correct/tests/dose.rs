//! The dose of known beams, read in air that is found or given.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::Array3;
use phantom_scan::{
    BEAM, SHAPE, correct, counts, line_integrals, references, rms, scan, scan_of, settings,
};
use voltomo_acquire::simulate::expose;
use voltomo_correct::{CorrectSettings, Survey};
use voltomo_types::When;

fn drifting() -> (voltomo_types::Scan, Vec<f64>) {
    let dose = |k: usize| 1.0 - 0.01 * k as f64 + if k.is_multiple_of(3) { 0.03 } else { 0.0 };
    let doses: Vec<f64> = (0..SHAPE.0).map(dose).collect();
    let mut radiographs = expose(&line_integrals(), BEAM, &doses);
    for k in 0..SHAPE.0 {
        radiographs[[k, 5, 1 + k]] = 65_000.0;
        radiographs[[k, 30, 2]] = 60_000.0;
    }
    (scan(radiographs), doses)
}

fn check(survey: &Survey, doses: &[f64]) {
    for (found, dose) in survey.figures().dose.per_radiograph.iter().zip(doses) {
        assert!((f64::from(*found) / dose - 1.0).abs() < 0.004, "{found} for {dose}");
    }
}

#[test]
fn a_drifting_beam_is_followed_in_air_that_is_found() {
    let (scan, doses) = drifting();
    let (survey, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    assert_eq!(survey.figures().dose.method, "found");
    check(&survey, &doses);
    assert!(rms(&corrected.line_integrals, &line_integrals()) < 0.02);
    let drift = survey.figures().dose.drift;
    assert!((f64::from(drift) - (doses[11] / doses[0] - 1.0)).abs() < 0.005, "{drift}");
}

#[test]
fn a_drifting_beam_is_followed_in_the_region_of_the_recipe() {
    let (scan, doses) = drifting();
    let given = settings(r#"{"dose": {"method": "region", "region": "0:48,0:6"}}"#);
    let (survey, _) = correct(&scan, &given).unwrap();
    assert_eq!(survey.figures().dose.region.as_deref(), Some("0:48,0:6"));
    check(&survey, &doses);
    let (survey, corrected) = correct(&scan, &settings(r#"{"dose": {"method": "none"}}"#)).unwrap();
    assert_eq!((survey.figures().dose.min, survey.figures().dose.max), (1.0, 1.0));
    assert!(rms(&corrected.line_integrals, &line_integrals()) > 0.03);
}

/// A sample that fills every frame: nothing may be taken for air, and a person must hear of it.
#[test]
fn frames_without_air_are_not_corrected_for_dose_and_say_so() {
    let flats = || vec![references(BEAM.flats((20, SHAPE.1, SHAPE.2)), When::Before)];
    let even = Array3::from_elem(SHAPE, 0.7);
    let rod = Array3::from_shape_fn(SHAPE, |(_, _, x)| {
        0.06 * ((40.0f32).powi(2) - (x as f32 - 31.5).powi(2)).sqrt()
    });
    for (name, sample) in [("even", even), ("rod", rod)] {
        let scan = scan_of(expose(&sample, BEAM, &[]), flats(), 100.0);
        let (survey, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
        let warning = &survey.figures().warnings[0];
        assert!(warning.contains("the dose is not corrected"), "{name}: {warning}");
        assert!(warning.contains("`correct.dose.region`"), "{name}: {warning}");
        assert_eq!(survey.figures().dose.region, None);
        assert!(rms(&corrected.line_integrals, &sample) < 0.1);
    }
}

#[test]
fn an_open_beam_all_over_is_air() {
    let open = BEAM.flats(SHAPE);
    let flats = vec![references(BEAM.flats((20, SHAPE.1, SHAPE.2)), When::Before)];
    let (survey, _) = correct(&scan_of(open, flats, 100.0), &CorrectSettings::default()).unwrap();
    assert_eq!(survey.figures().dose.method, "found");
    assert!((survey.figures().dose.max - 1.0).abs() < 0.005);
    assert!(correct(&scan(counts(BEAM)), &CorrectSettings::default()).is_ok());
}
