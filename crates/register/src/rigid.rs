//! The best placement near a first one, by steps of Gauss and Newton. Knows no bootstrap.

use voltomo_types::Transform;

use crate::{
    metric::{Degrees, Explained, Level, Motion, explained, step_sums},
    placement::Placement,
};

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
    pub(crate) explained: Explained,
}

impl Fit {
    /// A placement as it is.
    pub(crate) fn at(level: &Level, transform: Transform) -> Self {
        Self { transform, explained: explained(level, Placement::of(transform)) }
    }

    pub(crate) fn score(&self) -> f64 {
        self.explained.score
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
        let placement = Placement::of(best.transform);
        let motion = Motion { placement, degrees, centre: region.centre };
        let step = step_sums(level, &motion, &best.explained).solution();
        let length = degrees.length(&step, region.radius);
        if !length.is_finite() || length < steps.least_mm {
            break;
        }
        let share = (steps.longest_mm / length).min(1.0);
        let change = |share: f64| {
            let part: Vec<f64> = step.iter().map(|value| value * share).collect();
            best.transform.then(&degrees.step(&part, region.centre))
        };
        let shares = [share, 0.5 * share, 0.25 * share, 0.1 * share];
        // A placement that leaves the other volume must not win by what is left.
        let is_better = |next: &Fit| {
            next.explained.gain > best.explained.gain
                && 10 * next.explained.count > 8 * best.explained.count
        };
        let better = shares.into_iter().map(|share| Fit::at(level, change(share))).find(is_better);
        match better {
            Some(next) => best = next,
            None => break,
        }
    }
    best
}
