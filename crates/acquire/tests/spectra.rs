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

/// Rays through a cell and through single metals: steel, roll, aluminium, copper; mm.
const RAYS: [[f32; 4]; 9] = [
    [0.44, 14.0, 0.0, 0.0],
    [0.59, 12.7, 0.3, 0.0],
    [1.36, 4.2, 0.0, 0.0],
    [3.98, 0.0, 0.0, 0.0],
    [0.2, 0.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 0.0],
    [0.0, 17.5, 0.0, 0.0],
    [0.0, 0.0, 10.0, 0.0],
    [0.0, 1.0, 0.1, 0.02],
];
/// The spacer of a coin cell seen from the edge.
const STARVED: [f32; 4] = [15.5, 0.0, 0.0, 0.0];

fn ray_materials() -> [Substance; 4] {
    ["can_steel", "roll_na_18650", "aluminium", "copper"].map(named)
}

/// Path lengths of so many rays, which repeat those given.
fn lengths(rays: &[[f32; 4]], rows: usize) -> PathLengths {
    let mut lengths = PathLengths::new(4, rows);
    for material in 0..4 {
        let repeated = rays.iter().cycle().map(|ray| ray[material]);
        lengths.material_mut(material).iter_mut().zip(repeated).for_each(|(to, mm)| *to = mm);
    }
    lengths
}

/// Largest relative error of −ln T of the table against fine bins in f64.
fn worst_error(spectrum: &Spectrum, rays: &[[f32; 4]]) -> f64 {
    let materials = ray_materials();
    let mut found = vec![0.0; rays.len()];
    AttenuationTable::new(spectrum, &materials)
        .transmission(&lengths(rays, rays.len()), &mut found);
    let error = |(ray, found): (&[f32; 4], &f32)| {
        let crossed = materials.iter().zip(ray).map(|(m, mm)| (m, f64::from(*mm)));
        let crossed: Vec<_> = crossed.collect();
        let exact = spectrum.transmission(&crossed, HydrogenModel::Organic);
        (f64::from(*found).ln() / exact.ln() - 1.0).abs()
    };
    rays.iter().zip(&found).map(error).fold(0.0, f64::max)
}

#[test]
fn few_bins_stay_within_the_stated_errors_of_fine_ones() {
    let limits = [
        (80.0, 0.5, 16, 0.003, 0.07),
        (60.0, 0.1, 16, 0.017, 0.07),
        (80.0, 0.5, 24, 0.001, 0.035),
        (60.0, 0.1, 24, 0.008, 0.035),
    ];
    for (kv, copper, bins, limit, starved_limit) in limits {
        let spectrum = panel_spectrum(kv, copper, bins);
        assert!(spectrum.bins().len() <= bins);
        let (error, starved) = (worst_error(&spectrum, &RAYS), worst_error(&spectrum, &[STARVED]));
        let what = format!("{kv} kV, {copper} mm Cu, {bins} bins: {error}, starved {starved}");
        assert!(error < limit && starved < starved_limit, "{what}");
    }
    let error = worst_error(&thermal_spectrum(300.0, 16), &RAYS);
    assert!(error < 0.004, "neutrons: {error}");
}

#[test]
fn signal_and_variance_shares_make_a_whole_and_weigh_by_energy() {
    for spectrum in [panel_spectrum(80.0, 0.5, 16), thermal_spectrum(300.0, 16)] {
        let weights: f64 = spectrum.bins().iter().map(|bin| bin.weight).sum();
        let variances: f64 = spectrum.bins().iter().map(|bin| bin.variance_weight).sum();
        assert!((weights - 1.0).abs() < 1e-12 && (variances - 1.0).abs() < 1e-12);
        let [mean, square] = [spectrum.mean_signal(), spectrum.mean_square_signal()];
        for bin in spectrum.bins() {
            let expected = match spectrum.probe() {
                Probe::Xray => bin.at * mean / square,
                Probe::Neutron => 1.0,
            };
            assert_near("variance", bin.variance_weight / bin.weight, expected, 2e-3);
        }
    }
}

/// 80 kV, 0.5 mm Cu, 0.7 mA, SDD 240 mm: 1.03e4 detected quanta a 64 um pixel and second.
#[test]
fn detected_quanta_meet_the_reference() {
    let spectrum = panel_spectrum(80.0, 0.5, 16);
    let area_cm2 = 0.0064 * 0.0064;
    let detected = spectrum.quanta() * spectrum.detected_fraction() * 0.7 / 0.24 / 0.24 * area_cm2;
    assert_near("detected quanta", detected, 1.03e4, 0.03);
    assert_near("per second at 1 m", spectrum.quanta() * 0.7, 2.7e7, 0.02);
    assert_near("neutron efficiency", thermal_spectrum(300.0, 16).detected_fraction(), 0.12, 0.05);
}

#[test]
fn the_same_ray_has_the_same_bits_in_any_row() {
    let table = AttenuationTable::new(&panel_spectrum(80.0, 0.5, 16), &ray_materials());
    let mut all = vec![0.0; 200];
    table.transmission(&lengths(&RAYS, 200), &mut all);
    let mut again = vec![0.0; 200];
    let mut variance = vec![0.0; 200];
    table.transmission_and_variance(&lengths(&RAYS, 200), &mut again, &mut variance);
    assert_eq!(all, again);
    for (row, value) in all.iter().enumerate() {
        assert_eq!(*value, all[row % RAYS.len()], "row {row}");
        // The beam hardens: its variance, weighted by energy again, is attenuated less.
        assert!(variance[row] > *value, "row {row}");
    }
}

#[test]
fn a_ray_through_nothing_keeps_the_beam() {
    let table = AttenuationTable::new(&panel_spectrum(60.0, 0.1, 16), &ray_materials());
    let mut found = [0.0; 3];
    table.transmission(&PathLengths::new(4, 3), &mut found);
    assert!(found.iter().all(|value| (value - 1.0).abs() < 1e-6), "{found:?}");
}

#[test]
fn a_line_attenuates_by_its_one_coefficient() {
    let steel = named("can_steel");
    let spectrum = Spectrum::line(Probe::Xray, 60.0).unwrap();
    let found = spectrum.transmission(&[(&steel, 1.0)], HydrogenModel::Organic);
    assert_near("steel", found, (-steel.xray(60.0) * 0.1).exp(), 1e-12);
    let spectrum = Spectrum::line(Probe::Neutron, 1.8).unwrap();
    let found = spectrum.effective_attenuation(&named("pp"), HydrogenModel::Bound);
    assert_near("pp", found, named("pp").neutron(1.8, HydrogenModel::Bound), 1e-12);
}

/// Fluence and mean energy behind 0.5 mm Cu between the tabulated voltages, from spekpy 2.5.4.
#[test]
fn tube_spectra_between_the_tables_meet_their_source() {
    let rows = [
        (42.5, 8.1898e5, 36.018),
        (62.5, 1.2262e7, 46.920),
        (71.0, 2.2792e7, 50.891),
        (78.0, 3.4971e7, 54.076),
        (87.5, 5.6371e7, 57.832),
    ];
    for (kv, fluence, mean_kev) in rows {
        let emission = TubeBeam::with_copper(kv, 0.5).emission().unwrap();
        let found: f64 = emission.iter().map(|(_, photons)| photons).sum();
        let mean = emission.iter().map(|(kev, photons)| kev * photons).sum::<f64>() / found;
        assert_near(&format!("{kv} kV"), found, fluence, 0.03);
        assert!((mean - mean_kev).abs() < 0.5, "{kv} kV: {mean} keV");
    }
}
