//! The built-in materials against the tables of the physics reference. Knows no cell.
//!
//! The tables print two to four digits; a row may miss by half a last digit and by its tolerance.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};
use voltomo_acquire::simulate::spectrum::{
    PanelResponse, ScreenResponse, Spectrum, ThermalBeam, TubeBeam,
};

/// At 1.8 Å: absorption, scattering with effective hydrogen, their sum, the sum with bound
/// hydrogen; then a thin sample in the Maxwellian beams of 300 and 330 K. 1/cm.
const NEUTRON: [(&str, [f64; 6]); 26] = [
    ("ss304", [0.257, 0.900, 1.157, 1.157, 1.173, 1.161]),
    ("can_steel", [0.222, 0.987, 1.209, 1.209, 1.223, 1.213]),
    ("nickel", [0.410, 1.689, 2.100, 2.100, 2.126, 2.107]),
    ("aluminium", [0.014, 0.091, 0.105, 0.105, 0.105, 0.105]),
    ("copper", [0.321, 0.680, 1.001, 1.001, 1.022, 1.007]),
    ("graphite", [0.000, 0.629, 0.629, 0.630, 0.629, 0.629]),
    ("graphite_coat_soaked", [0.018, 1.308, 1.327, 1.711, 1.304, 1.282]),
    ("hard_carbon_coat_soaked", [0.006, 1.240, 1.246, 1.660, 1.221, 1.197]),
    ("lfp_coat_soaked", [0.586, 1.212, 1.798, 2.189, 1.813, 1.763]),
    ("nmc622_coat_soaked", [1.479, 1.271, 2.750, 3.108, 2.824, 2.734]),
    ("nfm111_coat_soaked", [0.112, 1.089, 1.201, 1.508, 1.189, 1.167]),
    ("prussian_white_coat_soaked", [0.062, 1.296, 1.359, 1.794, 1.336, 1.308]),
    ("nvpf_coat_soaked", [0.037, 1.094, 1.131, 1.499, 1.111, 1.088]),
    ("lithium", [3.270, 0.063, 3.334, 3.334, 3.546, 3.392]),
    ("sodium", [0.013, 0.083, 0.097, 0.097, 0.097, 0.097]),
    ("pp_membrane_soaked", [0.04, 3.67, 3.71, 5.33, 3.61, 3.52]),
    ("pe_membrane_soaked", [0.021, 3.695, 3.716, 5.344, 3.619, 3.525]),
    ("pp_nonwoven_dry", [0.01, 1.37, 1.37, 1.99, 1.34, 1.30]),
    ("pp_nonwoven_soaked", [0.05, 3.05, 3.10, 4.42, 3.02, 2.94]),
    ("glass_fibre_soaked", [0.41, 2.19, 2.60, 3.51, 2.57, 2.50]),
    ("electrolyte_lipf6", [0.06, 2.41, 2.46, 3.48, 2.40, 2.34]),
    ("electrolyte_napf6", [0.01, 2.37, 2.39, 3.39, 2.33, 2.27]),
    ("pp", [0.026, 4.551, 4.577, 6.615, 4.454, 4.337]),
    ("pet", [0.01, 2.24, 2.25, 3.16, 2.20, 2.15]),
    ("roll_na_18650", [0.045, 1.347, 1.392, 1.859, 1.366, 1.337]),
    ("roll_li_18650", [0.571, 1.467, 2.038, 2.513, 2.046, 1.992]),
];

/// 20, 30, 40, 60, 80 keV; thin samples at 60 kV with 0, 0.1, 0.5 mm Cu, at 80 kV likewise. 1/cm.
const XRAY: [(&str, [f64; 11]); 18] = [
    ("ss304", [199.0, 63.4, 28.2, 9.37, 4.64, 847.0, 84.1, 21.7, 684.0, 53.2, 15.3]),
    ("can_steel", [202.0, 64.3, 28.5, 9.47, 4.68, 854.0, 85.4, 21.9, 691.0, 54.0, 15.5]),
    ("nickel", [287.0, 92.1, 40.9, 13.4, 6.50, 1090.0, 117.0, 31.4, 887.0, 74.6, 22.2]),
    ("aluminium", [9.29, 3.05, 1.53, 0.750, 0.545, 62.2, 4.54, 1.26, 46.9, 2.93, 1.00]),
    ("copper", [302.0, 97.6, 43.5, 14.2, 6.82, 697.0, 71.7, 33.3, 569.0, 51.8, 23.5]),
    ("graphite", [1.00, 0.579, 0.469, 0.396, 0.364, 5.06, 0.684, 0.445, 3.87, 0.564, 0.419]),
    (
        "graphite_coat_soaked",
        [0.998, 0.536, 0.417, 0.343, 0.312, 5.38, 0.652, 0.393, 4.10, 0.522, 0.366],
    ),
    (
        "hard_carbon_coat_soaked",
        [0.825, 0.428, 0.327, 0.265, 0.240, 4.57, 0.528, 0.306, 3.47, 0.417, 0.284],
    ),
    ("lfp_coat_soaked", [21.7, 7.08, 3.30, 1.29, 0.775, 99.2, 9.51, 2.61, 79.1, 6.10, 1.93]),
    ("nmc622_coat_soaked", [51.1, 16.5, 7.51, 2.66, 1.42, 201.0, 21.2, 5.83, 163.0, 13.6, 4.19]),
    ("nfm111_coat_soaked", [39.4, 12.8, 5.83, 2.12, 1.18, 166.0, 16.8, 4.54, 134.0, 10.7, 3.29]),
    (
        "prussian_white_coat_soaked",
        [9.95, 3.30, 1.59, 0.667, 0.428, 44.5, 4.40, 1.27, 35.6, 2.85, 0.958],
    ),
    ("nvpf_coat_soaked", [11.3, 3.72, 1.82, 0.812, 0.550, 61.3, 5.16, 1.47, 47.6, 3.34, 1.13]),
    ("sodium", [1.99, 0.697, 0.384, 0.220, 0.174, 13.5, 1.02, 0.328, 10.2, 0.681, 0.272]),
    (
        "glass_fibre_soaked",
        [2.18, 0.846, 0.735, 0.398, 0.299, 11.5, 1.18, 0.589, 8.80, 0.866, 0.491],
    ),
    (
        "electrolyte_napf6",
        [1.10, 0.491, 0.341, 0.255, 0.226, 6.65, 0.644, 0.312, 5.04, 0.480, 0.283],
    ),
    ("roll_na_18650", [15.0, 4.93, 2.34, 0.946, 0.587, 65.2, 6.50, 1.86, 52.3, 4.21, 1.39]),
    ("roll_li_18650", [30.1, 9.84, 4.53, 1.67, 0.941, 104.0, 10.8, 3.54, 84.1, 7.21, 2.58]),
];

fn named(name: &str) -> Substance {
    Library::standard().get(name).unwrap()
}

/// What misses its value by more than its share and its rounding.
fn missed(what: &str, found: f64, expected: f64, (share, rounding): (f64, f64)) -> Option<String> {
    let is_near = (found - expected).abs() <= share * expected.abs() + rounding;
    (!is_near).then(|| format!("{what}: {found:.4}, expected {expected}"))
}

/// Half a unit of the last digit that a table prints of a value in three digits.
fn half_of_three_digits(value: f64) -> f64 {
    0.5 * 10.0_f64.powf(value.log10().floor() - 2.0)
}

#[test]
fn neutron_values_of_the_library_meet_the_reference_table() {
    let thermal = |kelvin| {
        let beam = ThermalBeam { kelvin, ..ThermalBeam::default() };
        Spectrum::thermal(&beam, &ScreenResponse::default(), 16).unwrap()
    };
    let (warm, hot) = (thermal(300.0), thermal(330.0));
    let check = |(name, expected): &(&str, [f64; 6])| -> Vec<String> {
        let substance = named(name);
        let parts = substance.neutron_parts(1.8, HydrogenModel::Organic);
        let found = [
            parts.absorption,
            parts.scattering(),
            parts.total(),
            substance.neutron(1.8, HydrogenModel::Bound),
            warm.effective_attenuation(&substance, HydrogenModel::Organic),
            hot.effective_attenuation(&substance, HydrogenModel::Organic),
        ];
        // Two digits are printed of the smallest: 0.006. The tables end at 10 Å, where the weighted
        // Maxwellian still has a tail: 0.8 %.
        let checks = found.iter().zip(expected).enumerate();
        checks
            .filter_map(|(column, (found, expected))| {
                let share = if column < 4 { 0.002 } else { 0.008 };
                missed(&format!("{name} column {column}"), *found, *expected, (share, 0.006))
            })
            .collect()
    };
    let missed: Vec<String> = NEUTRON.iter().flat_map(check).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn xray_values_of_the_library_meet_the_reference_table() {
    let beams = [(60.0, 0.0), (60.0, 0.1), (60.0, 0.5), (80.0, 0.0), (80.0, 0.1), (80.0, 0.5)];
    let spectra = beams.map(|(kv, copper)| {
        let beam = TubeBeam::with_copper(kv, copper);
        Spectrum::tube(&beam, &PanelResponse::default(), 16).unwrap()
    });
    let check = |(name, expected): &(&str, [f64; 11])| -> Vec<String> {
        let substance = named(name);
        let energies = [20.0, 30.0, 40.0, 60.0, 80.0].map(|kev| substance.xray(kev));
        let thin = spectra
            .iter()
            .map(|spectrum| spectrum.effective_attenuation(&substance, HydrogenModel::Organic));
        let found = energies.into_iter().chain(thin);
        let checks = found.zip(expected).enumerate();
        checks
            .filter_map(|(column, (found, expected))| {
                let allowed = (0.01, half_of_three_digits(*expected));
                missed(&format!("{name} column {column}"), found, *expected, allowed)
            })
            .collect()
    };
    let missed: Vec<String> = XRAY.iter().flat_map(check).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
