//! Where materials of battery cells are expected in the plane of (µ neutron, µ X-ray). Knows no
//! voxels.
//!
//! Thin-sample coefficients, 1/cm: neutrons of a thermal beam of 300 K on ⁶LiF:ZnS with the
//! hydrogen of organics; X-rays of a tungsten tube on CsI; and what X-rays show behind a steel can
//! and a roll, where the beam is hardened. The simulated materials hold the table in a test.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Material;

/// The X-ray beam, as far as the attenuation of materials depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum XrayBeam {
    /// 80 kV behind 0.5 mm of copper.
    #[default]
    Kv80Copper05,
    /// 60 kV behind 0.1 mm of copper.
    Kv60Copper01,
}

/// Where one kind of a material is expected; `[mean, spread]`, 1/cm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// What it is labelled as.
    pub material: Material,
    /// Which kind of it, as printed.
    pub kind: &'static str,
    /// µ for neutrons.
    pub neutron: [f64; 2],
    /// µ for X-rays.
    pub xray: [f64; 2],
}

/// One kind of a material: name in the library of simulated materials, µ for neutrons and its
/// spread, µ for X-rays thin and hardened of both beams.
struct Row {
    material: Material,
    kind: &'static str,
    neutron: [f64; 2],
    /// Of 80 kV behind 0.5 mm Cu: thin, hardened.
    kv80: [f64; 2],
    /// Of 60 kV behind 0.1 mm Cu: thin, hardened.
    kv60: [f64; 2],
}

const fn row(
    material: Material,
    kind: &'static str,
    neutron: [f64; 2],
    [kv80, kv60]: [[f64; 2]; 2],
) -> Row {
    Row { material, kind, neutron, kv80, kv60 }
}

/// The steps between cells of many kinds are in the spreads.
const ROWS: [Row; 14] = [
    row(Material::Void, "gas", [0.0, 0.08], [[0.0, 0.0]; 2]),
    row(Material::Steel, "can_steel", [1.20, 0.12], [[15.5, 9.9], [85.4, 17.1]]),
    row(Material::Aluminium, "aluminium", [0.105, 0.08], [[1.0, 0.77], [4.54, 1.06]]),
    row(Material::CopperOrNickel, "copper", [1.02, 0.12], [[23.5, 14.9], [71.7, 25.9]]),
    row(Material::CopperOrNickel, "nickel", [2.13, 0.2], [[22.2, 14.1], [117.0, 24.5]]),
    row(Material::ElectrodeRoll, "roll_na_18650", [1.37, 0.15], [[1.39, 0.98], [6.50, 1.50]]),
    row(Material::ElectrodeRoll, "roll_li_18650", [2.05, 0.2], [[2.58, 1.82], [10.8, 2.5]]),
    row(Material::ElectrodeRoll, "nfm111_coat_soaked", [1.3, 0.2], [[3.29, 2.21], [16.8, 3.61]]),
    row(Material::ElectrodeRoll, "nmc622_coat_soaked", [2.82, 0.4], [[4.19, 2.8], [21.2, 4.6]]),
    row(Material::ElectrodeRoll, "lfp_coat_soaked", [1.81, 0.2], [[1.93, 1.3], [9.51, 2.1]]),
    row(
        Material::ElectrodeRoll,
        "hard_carbon_coat_soaked",
        [1.27, 0.15],
        [[0.30, 0.26], [0.55, 0.29]],
    ),
    row(Material::Electrolyte, "electrolyte_napf6", [2.35, 0.15], [[0.283, 0.26], [0.644, 0.29]]),
    row(Material::Plastic, "pp", [4.4, 0.3], [[0.187, 0.18], [0.280, 0.19]]),
    row(Material::Lithium, "lithium", [3.5, 0.2], [[0.077, 0.074], [0.085, 0.077]]),
];

/// What noise, scatter and rings leave of the zero of a volume, 1/cm; and the share by which
/// reconstructed coefficients of other materials differ from computed ones.
const FLOOR: f64 = 0.05;
const SHARE: f64 = 0.08;

/// The expected points of a beam.
#[must_use]
pub fn expected_points(beam: XrayBeam) -> Vec<Expected> {
    ROWS.iter()
        .map(|row| {
            let [thin, hardened] = match beam {
                XrayBeam::Kv80Copper05 => row.kv80,
                XrayBeam::Kv60Copper01 => row.kv60,
            };
            let mean = f64::midpoint(thin, hardened);
            let spread = 0.5 * (thin - hardened) + SHARE * mean + FLOOR;
            Expected {
                material: row.material,
                kind: row.kind,
                neutron: row.neutron,
                xray: [mean, spread],
            }
        })
        .collect()
}
