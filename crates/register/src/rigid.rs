//! The best placement near a first one, by steps of Gauss and Newton. Knows no bootstrap.

use voltomo_types::Transform;

use crate::metric::{Degrees, Level, Motion, explained, explaining, sums};

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Steps {
    /// Steps at most.
    pub(crate) most: usize,
    /// Steps that move no point further than this are the last, mm.
    pub(crate) least_mm: f64,
    /// No step moves a point further, mm.
    pub(crate) longest_mm: f64,
}

/// A placement and how well it explains the neutron volume.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    pub(crate) transform: Transform,
    pub(crate) score: f64,
    /// Neutron attenuation of each value of the field.
    pub(crate) coefficients: Vec<f32>,
    /// Points compared.
    pub(crate) count: usize,
}

impl Fit {
    /// A placement as it is.
    pub(crate) fn at(level: &Level, transform: Transform) -> Self {
        let (score, coefficients, count) = explained(level, &transform);
        Self { transform, score, coefficients, count }
    }
}

/// The part of the cell about which placements change: its middle and its size, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    /// In the X-ray volume's frame.
    pub(crate) centre: [f64; 3],
    /// Distance of the cell's furthest points from there.
    pub(crate) radius: f64,
}

/// Improves a placement in the given degrees until its steps are small.
///
/// Each step solves for the degrees and the neutron attenuations of the classes together, from the
/// gradient of what the X-ray volume explains; a step that does not improve the score is halved.
pub(crate) fn improve(
    level: &Level,
    start: Fit,
    (degrees, region): (Degrees, &Region),
    steps: &Steps,
) -> Fit {
    let mut best = start;
    for _ in 0..steps.most {
        let step = step(level, &best, (degrees, region.centre));
        let length = degrees.length(&step, region.radius);
        if !length.is_finite() || length < steps.least_mm {
            break;
        }
        let mut share = (steps.longest_mm / length).min(1.0);
        let mut better = None;
        for _ in 0..5 {
            let part: Vec<f64> = step.iter().map(|value| value * share).collect();
            let change = degrees.step(&part, region.centre);
            let next = Fit::at(level, best.transform.then(&change));
            // A placement that leaves the other volume must not win by what is left.
            if next.score > best.score && 10 * next.count > 8 * best.count {
                better = Some(next);
                break;
            }
            share *= 0.5;
        }
        match better {
            Some(next) => best = next,
            None => break,
        }
    }
    best
}

/// The step of Gauss and Newton from a placement.
fn step(level: &Level, at: &Fit, (degrees, centre): (Degrees, [f64; 3])) -> Vec<f64> {
    let coefficients = &at.coefficients[..level.field.channels];
    let motion = Motion { transform: &at.transform, degrees, centre, coefficients };
    let sums = sums(level, &motion);
    let columns = explaining(level);
    sums.solution(columns + degrees.count()).split_off(columns)
}
