//! Beam hardening on whole scans: a cylinder of steel behind the spectrum of a tube, any partition
//! into blocks, and what is refused.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array3, Axis, s};
use phantom_scan::{BEAM, correct, counts, references, scan, scan_of, settings};
use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};
use voltomo_acquire::simulate::spectrum::{PanelResponse, Spectrum, ThermalBeam, TubeBeam};
use voltomo_correct::{
    Block, CorrectSettings, Linearisation, Polychromatic, Survey, correct_block,
};
use voltomo_numeric::cast::to_f32;
use voltomo_types::When;

/// What the beam makes of a material, bin by bin.
fn of(spectrum: &Spectrum, substance: &Substance) -> Polychromatic {
    let mu = |at: f64| match spectrum.probe() {
        voltomo_types::Probe::Xray => substance.xray(at),
        voltomo_types::Probe::Neutron => substance.neutron(at, HydrogenModel::Organic),
    };
    let bins = spectrum.bins();
    let first_per_cm: Vec<f64> = bins.iter().map(|bin| mu(bin.at)).collect();
    let mut beam = Polychromatic {
        weights: bins.iter().map(|bin| bin.weight).collect(),
        second_per_cm: vec![0.0; first_per_cm.len()],
        first_per_cm,
        linear_per_cm: [0.0; 2],
    };
    beam.linear_per_cm = beam.thin_per_cm();
    beam
}

/// Chords of a cylinder, cm, across the columns of a frame.
fn chords(radius_cm: f64, columns: usize) -> Vec<f64> {
    let step = 2.0 * radius_cm / columns as f64;
    let at = |column: usize| (column as f64 + 0.5) * step - radius_cm;
    (0..columns).map(|column| 2.0 * (radius_cm.powi(2) - at(column).powi(2)).sqrt()).collect()
}

/// Counts behind chords, without noise, by the spectrum's own slow transmission; corrected, over
/// what they should be.
fn worst_error(spectrum: &Spectrum, substance: &Substance, radius_cm: f64) -> f64 {
    let beam = of(spectrum, substance);
    let chords = chords(radius_cm, 64);
    let open = 1.0e6;
    let behind = |cm: f64| {
        open * spectrum.transmission(&[(substance, 10.0 * cm)], HydrogenModel::Organic) + 100.0
    };
    let radiographs = Array3::from_shape_fn((4, 6, 64), |(_, _, x)| to_f32(behind(chords[x])));
    let flats = references(Array3::from_elem((4, 6, 64), to_f32(open + 100.0)), When::Before);
    let scan = scan_of(radiographs, vec![flats], 100.0);
    let settings = settings(
        r#"{"dose": {"method": "none"}, "spots": {"method": "none"},
            "flat_field": {"least_transmission": 1e-6}}"#,
    );
    let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
    let survey = survey.with_linearisation(Linearisation::Curve(beam.curve(14.0).unwrap()));
    let block = Block { frames: 0..4, rows: 0..6 };
    let corrected = correct_block(&scan, &survey, &settings, block).unwrap();
    let row = corrected.line_integrals.slice(s![1, 3, ..]);
    let wanted = |x: usize| beam.linear_per_cm[0] * chords[x];
    (0..64).map(|x| (f64::from(row[x]) / wanted(x) - 1.0).abs()).fold(0.0, f64::max)
}

#[test]
fn a_steel_cylinder_in_a_tube_spectrum_is_proportional_to_thickness() {
    let steel = Library::standard().get("ss304").unwrap();
    let tube = TubeBeam::with_copper(80.0, 0.5);
    let spectrum = Spectrum::tube(&tube, &PanelResponse::default(), 1000).unwrap();
    let error = worst_error(&spectrum, &steel, 0.4);
    assert!(error < 0.005, "{error}");
    let bare = Spectrum::tube(&TubeBeam::with_copper(60.0, 0.0), &PanelResponse::default(), 1000);
    let water = Substance::formula("water", "H2O", 1.0).unwrap();
    let error = worst_error(&bare.unwrap(), &water, 2.0);
    assert!(error < 0.005, "{error}");
}

#[test]
fn a_cylinder_in_a_thermal_beam_of_neutrons_is_proportional_to_thickness() {
    let steel = Library::standard().get("ss304").unwrap();
    let spectrum = Spectrum::thermal(&ThermalBeam::default(), &Default::default(), 200).unwrap();
    let error = worst_error(&spectrum, &steel, 1.0);
    assert!(error < 0.005, "{error}");
}

fn polynomial() -> CorrectSettings {
    settings(r#"{"beam_hardening": {"method": "polynomial", "coefficients": [1.0, 0.04, 0.003]}}"#)
}

#[test]
fn blocks_have_the_bits_of_the_whole() {
    let scan = scan(counts(BEAM));
    let settings = polynomial();
    let (survey, whole) = correct(&scan, &settings).unwrap();
    let bare = correct(&scan, &CorrectSettings::default()).unwrap().1;
    assert!(whole.line_integrals != bare.line_integrals);
    for rows in [0..1, 1..20, 20..48] {
        for frames in [0..5, 5..12] {
            let block = Block { frames: frames.clone(), rows: rows.clone() };
            let part = correct_block(&scan, &survey, &settings, block).unwrap();
            let wanted = whole.line_integrals.slice(s![frames.clone(), rows.clone(), ..]);
            assert!(
                part.line_integrals.iter().zip(wanted).all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }
}

#[test]
fn a_polynomial_bends_line_integrals_and_their_noise() {
    let scan = scan(counts(BEAM));
    let (survey, bent) = correct(&scan, &polynomial()).unwrap();
    let (plain_survey, plain) = correct(&scan, &CorrectSettings::default()).unwrap();
    let block = Block { frames: 0..12, rows: 0..48 };
    let variances = survey.variances(&scan, &block, bent.line_integrals.view());
    let before = plain_survey.variances(&scan, &block, plain.line_integrals.view());
    for (index, p) in plain.line_integrals.indexed_iter().filter(|(_, p)| **p > 0.05) {
        let p = f64::from(*p);
        let wanted = p + 0.04 * p * p + 0.003 * p * p * p;
        assert!((f64::from(bent.line_integrals[index]) - wanted).abs() < 1e-5);
        let slope = 1.0 + 0.08 * p + 0.009 * p * p;
        let grown = f64::from(variances[index]) / f64::from(before[index]);
        assert!((grown / slope.powi(2) - 1.0).abs() < 1e-3, "{grown} {slope}");
    }
}

#[test]
fn line_integrals_beyond_a_curve_are_counted() {
    let scan = scan(counts(BEAM));
    let beam = of(
        &Spectrum::line(voltomo_types::Probe::Xray, 60.0).unwrap(),
        &Library::standard().get("aluminium").unwrap(),
    );
    let settings = CorrectSettings::default();
    let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
    let survey = survey.with_linearisation(Linearisation::Curve(beam.curve(1.0).unwrap()));
    let block = Block { frames: 0..12, rows: 0..48 };
    let corrected = correct_block(&scan, &survey, &settings, block).unwrap();
    let beyond = corrected.line_integrals.iter().filter(|p| **p > 1.0).count() as u64;
    assert!(beyond > 100);
    assert!(corrected.figures().beyond_curve.abs_diff(beyond) < 3);
    assert!(corrected.figures().findings().iter().any(|text| text.contains("beam_hardening")));
    // One energy: there is no hardening, and nothing changes.
    let plain = correct_block(
        &scan,
        &survey.without_linearisation(),
        &settings,
        Block { frames: 0..12, rows: 0..48 },
    );
    let change = &plain.unwrap().line_integrals - &corrected.line_integrals;
    assert!(change.iter().all(|value| value.abs() < 1e-5));
    assert_eq!(change.len_of(Axis(0)), 12);
}

#[test]
fn bad_polynomial_that_falls_within_the_scan_is_told_with_its_key() {
    let json = r#"{"beam_hardening": {"method": "polynomial", "coefficients": [1.0, -0.6]}}"#;
    let message = correct(&scan(counts(BEAM)), &settings(json)).unwrap_err().to_string();
    assert!(message.contains("`correct.beam_hardening.coefficients` falls beyond"), "{message}");
    assert!(message.contains("0.83"), "{message}");
}

#[test]
fn bad_spectrum_that_nobody_made_a_curve_of() {
    let json = r#"{"beam_hardening": {"method": "material", "material": "ss304"}}"#;
    let message = correct(&scan(counts(BEAM)), &settings(json)).unwrap_err().to_string();
    assert!(message.contains("`correct.beam_hardening.method` needs the spectrum"), "{message}");
}
