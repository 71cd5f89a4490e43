//! Spectra and polychromatic transmission against reference values. Knows no instrument.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::PathLengths;
use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};
use voltomo_acquire::simulate::spectrum::{
    AttenuationTable, PanelResponse, ScreenResponse, Spectrum, ThermalBeam, TubeBeam,
};
use voltomo_types::Probe;

/// A column of `spectra_reference.csv`.
struct Column {
    kv: f64,
    copper_mm: f64,
    fluence: f64,
    mean_kev: f64,
    /// keV, and photons, sum 1.
    lines: Vec<(f64, f64)>,
}

fn columns() -> Vec<Column> {
    let text = include_str!("data/spectra_reference.csv");
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let starting = |start: &str| cells(text.lines().find(|line| line.starts_with(start)).unwrap());
    let (fluence, mean, names) = (starting("# fluence"), starting("# mean_keV"), starting("E_keV"));
    let rows = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let rows: Vec<Vec<f64>> =
        rows.map(|row| cells(row).iter().map(|cell| cell.parse().unwrap()).collect()).collect();
    let column = |at: usize| {
        let (kv, copper) = names[at].trim_start_matches('w').split_once("_cu").unwrap();
        Column {
            kv: kv.parse().unwrap(),
            copper_mm: copper.parse().unwrap(),
            fluence: fluence[at].parse().unwrap(),
            mean_kev: mean[at].parse().unwrap(),
            lines: rows.iter().map(|row| (row[0], row[at])).collect(),
        }
    };
    (1..names.len()).map(column).collect()
}

fn named(name: &str) -> Substance {
    Library::standard().get(name).unwrap()
}

fn panel_spectrum(kv: f64, copper_mm: f64, bins: usize) -> Spectrum {
    let beam = TubeBeam::with_copper(kv, copper_mm);
    Spectrum::tube(&beam, &PanelResponse::default(), bins).unwrap()
}

fn thermal_spectrum(kelvin: f64, bins: usize) -> Spectrum {
    let beam = ThermalBeam { kelvin, ..ThermalBeam::default() };
    Spectrum::thermal(&beam, &ScreenResponse::default(), bins).unwrap()
}

/// Signal-weighted attenuation of a thin sample, from the lines of the reference.
fn reference_attenuation(lines: &[(f64, f64)], substance: &Substance) -> f64 {
    let crystal = named("caesium_iodide");
    let weight = |kev: f64| kev * (1.0 - (-crystal.xray(kev) * 0.8 * 0.02).exp());
    let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
        lines.iter().map(|(kev, photons)| photons * weight(*kev) * of(*kev)).sum()
    };
    sum(&|kev| substance.xray(kev)) / sum(&|_| 1.0)
}

fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let error = found / expected - 1.0;
    assert!(error.abs() <= tolerance, "{what}: {found}, expected {expected}, off by {error:.4}");
}

#[test]
fn tube_spectra_meet_fluence_mean_energy_and_attenuation_of_the_reference() {
    let columns = columns();
    assert_eq!(columns.len(), 9);
    for column in columns {
        let what = format!("{} kV, {} mm Cu", column.kv, column.copper_mm);
        let emission = TubeBeam::with_copper(column.kv, column.copper_mm).emission().unwrap();
        let fluence: f64 = emission.iter().map(|(_, photons)| photons).sum();
        let mean = emission.iter().map(|(kev, photons)| kev * photons).sum::<f64>() / fluence;
        assert_near(&what, fluence, column.fluence, 0.01);
        assert!((mean - column.mean_kev).abs() < 0.5, "{what}: {mean} keV");
        for name in ["can_steel", "aluminium", "copper", "roll_na_18650"] {
            let substance = named(name);
            let found = panel_spectrum(column.kv, column.copper_mm, 16)
                .effective_attenuation(&substance, HydrogenModel::Organic);
            let expected = reference_attenuation(&column.lines, &substance);
            assert_near(&format!("{what}, {name}"), found, expected, 0.03);
        }
    }
}

#[test]
fn polychromatic_transmission_meets_the_reference_rows() {
    let (iron, aluminium) = (named("iron"), Substance::formula("Al", "Al", 2.699).unwrap());
    let rows = [
        ((80.0, 0.5), &iron, 1.0, 0.27942, 0.02),
        ((60.0, 0.1), &iron, 1.0, 0.081175, 0.02),
        ((60.0, 0.5), &aluminium, 10.0, 0.3024, 0.02),
        ((80.0, 0.5), &iron, 15.5, 1.2959e-5, 0.1),
    ];
    for ((kv, copper), substance, mm, expected, tolerance) in rows {
        let spectrum = panel_spectrum(kv, copper, 16);
        let found = spectrum.transmission(&[(substance, mm)], HydrogenModel::Organic);
        assert_near(&format!("{kv} kV {mm} mm"), found, expected, tolerance);
    }
}

#[test]
fn thermal_spectrum_meets_the_reference_rows() {
    let spectrum = thermal_spectrum(300.0, 16);
    let rows = [("pp", 4.4543), ("lithium", 3.5464), ("ss304", 1.1735)];
    for (name, expected) in rows {
        let found = spectrum.effective_attenuation(&named(name), HydrogenModel::Organic);
        assert_near(name, found, expected, 0.01);
    }
}
