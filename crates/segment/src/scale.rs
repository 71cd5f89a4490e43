//! By how much reconstructed µ fall short of computed ones. Knows no voxels.
//!
//! Scatter that was not corrected lowers all µ for neutrons; beam hardening those of the heavy metals
//! for X-rays most, the roll's half as much, and light materials' hardly.

use voltomo_types::Material;

use crate::{expected::Expected, joint_histogram::JointHistogram, mixture::Mixture};

/// Factors that are tried for neutrons, and for X-rays.
const NEUTRON: [f64; 3] = [1.0, 0.9, 0.8];
const XRAY: [f64; 5] = [1.0, 0.8, 0.65, 0.5, 0.4];
/// Rounds of each trial.
const ROUNDS: usize = 5;
/// Another factor than 1 must explain the voxels better by so much of a logarithm a voxel.
const GAIN: f64 = 0.01;

/// The points with µ for neutrons times a factor, and µ of steel, copper and nickel for X-rays
/// times another.
pub(crate) fn scaled(points: &[Expected], [neutron, xray]: [f64; 2]) -> Vec<Expected> {
    let times = |[mean, spread]: [f64; 2], factor: f64| [mean * factor, spread];
    points
        .iter()
        .map(|point| Expected {
            neutron: times(point.neutron, neutron),
            xray: times(point.xray, of_material(point.material, xray)),
            ..*point
        })
        .collect()
}

fn of_material(material: Material, heavy: f64) -> f64 {
    match material {
        Material::Steel | Material::CopperOrNickel => heavy,
        Material::ElectrodeRoll => 0.5 * (1.0 + heavy),
        _ => 1.0,
    }
}

/// The factors by which the expected points explain the counts best, neutrons first; 1 for a beam
/// that is not there.
pub(crate) fn best(histogram: &JointHistogram, points: &[Expected]) -> [f64; 2] {
    let mut best = ([1.0; 2], f64::NEG_INFINITY);
    let all: [&[f64]; 2] = [&NEUTRON, &XRAY];
    // First X-rays, which fall short more often, then neutrons.
    for beam in [1, 0] {
        for factor in all[beam].iter().filter(|_| histogram.is_seen(beam)) {
            let mut factors = best.0;
            factors[beam] = *factor;
            let (_, logarithm) = Mixture::fit(histogram, &scaled(points, factors), ROUNDS);
            // The first trial, of 1 and 1, is better than nothing.
            if logarithm > best.1 + GAIN {
                best = (factors, logarithm);
            }
        }
    }
    best.0
}
