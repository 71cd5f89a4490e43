//! How far a placement moves when half of the cell is left out. Knows no search.
//!
//! The bootstrap takes one linear step a sample and so cannot see that a peak has waves on it. Here
//! the placement is found anew, from a start beside it, in halves of the cell: cubes drawn by
//! chance, and after each draw the other half. A half-sample differs from the whole as much as the
//! whole does from the truth.
//! Source: McCarthy 1969, doi:10.2307/1402116; Efron 1982, doi:10.1137/1.9781611970319, chapter 8.

use voltomo_numeric::random::Random;
use voltomo_types::Transform;

use crate::{
    can::Can,
    groups::Groups,
    metric::{Degrees, Level},
    rigid::{Fit, Region, Steps, improve},
    turn::Sweep,
};

/// Draws, of two halves each.
const DRAWS: usize = 8;
/// A half that moves further than so many robust standard deviations counts as if it had moved so far:
/// with half of the cell a placement may jump to a next wave of the peak where the whole would not.
const FURTHEST: f64 = 3.0;
/// Turn beside the placement from which a half starts, degrees.
const BESIDE_DEG: f64 = 1.0;

/// Of the points of a half every so many are taken: what differs from half to half is not their noise.
const THINNED: usize = 2;

/// Angles about the axis among which the best is taken, and around it those through which the top of
/// the peak is drawn.
const WIDE: Sweep = Sweep { step_deg: 0.5, each_side: 5 };
const NARROW: Sweep = Sweep { step_deg: 0.15, each_side: 4 };

/// Where the halves lie, from the whole: turn `[z, y, x]`, then shift, about the region's centre.
pub(crate) fn half_samples(
    level: &Level,
    fit: &Fit,
    (region, can): (&Region, &Can),
) -> Vec<[f64; 6]> {
    let [cubes, ..] = Groups::all(&level.places, &fit.transform, can);
    let mut random = Random::new(0x4A1F);
    let mut found = Vec::with_capacity(2 * DRAWS);
    for _ in 0..DRAWS {
        let drawn: Vec<bool> = (0..cubes.count).map(|_| random.even() > 0.5).collect();
        for (side, sense) in [(true, 1.0), (false, -1.0)] {
            let half =
                level.part(|point| drawn[cubes.of[point]] == side && point.is_multiple_of(THINNED));
            let turn = can.direction.map(|value| sense * BESIDE_DEG.to_radians() * value);
            let beside = fit.transform.then(&Transform::rigid(turn, region.centre, [0.0; 3]));
            let placed = placed(&half, Fit::at(&half, beside), (region, can));
            found.push(between(&fit.transform, &placed.transform, region.centre));
        }
    }
    drawn_in(&mut found, can.radius_mm);
    found
}

/// Draws in the steps that are longer than their robust standard deviation allows.
fn drawn_in(steps: &mut [[f64; 6]], radius: f64) {
    let length = |step: &[f64; 6]| Degrees::Rigid.length(step, radius);
    let mut lengths: Vec<f64> = steps.iter().map(length).collect();
    lengths.sort_by(f64::total_cmp);
    let Some(median) = lengths.get(lengths.len() / 2) else { return };
    let most = FURTHEST * 1.4826 * median;
    for step in steps {
        let share = (most / length(step)).min(1.0);
        // A length that is no number stays what it is.
        if share.is_finite() {
            step.iter_mut().for_each(|value| *value *= share);
        }
    }
}

/// The best placement near a first one: steps along the gradient, the best angle about the axis, and
/// the top of its peak.
pub(crate) fn placed(level: &Level, start: Fit, (region, can): (&Region, &Can)) -> Fit {
    let steps = Steps { most: 6, least_mm: 1e-3, longest_mm: 0.2 };
    let near = improve(level, start, (Degrees::Rigid, region), &steps);
    let turned = WIDE.best(level, (&near, region, can));
    let near = improve(level, turned, (Degrees::Rigid, region), &steps);
    NARROW.vertex(level, (&near, region, can))
}

/// Small turn and shift about a centre that lead from one placement to another.
pub(crate) fn between(from: &Transform, to: &Transform, centre: [f64; 3]) -> [f64; 6] {
    let Some(back) = from.inverse() else { return [f64::NAN; 6] };
    let change = back.then(to);
    let m = change.matrix;
    let half = |i: usize, j: usize| 0.5 * (m[i][j] - m[j][i]);
    let moved = change.apply(centre);
    let shift = |i: usize| moved[i] - centre[i];
    [half(2, 1), half(0, 2), half(1, 0), shift(0), shift(1), shift(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wild_half_of_nine_is_drawn_in_and_the_others_stay() {
        let step = |size: f64| [0.0, 0.0, 0.0, size, 0.0, 0.0];
        let mut steps: Vec<[f64; 6]> = (1..9).map(|k| step(0.01 * f64::from(k))).collect();
        let kept = steps.clone();
        steps.push(step(-2.0));
        drawn_in(&mut steps, 9.0);
        assert_eq!(steps[..8], kept[..]);
        assert!((steps[8][3] + 3.0 * 1.4826 * 0.05).abs() < 1e-12, "{:?}", steps[8]);
        drawn_in(&mut [], 9.0);
    }

    #[test]
    fn the_way_between_two_placements_is_the_small_turn_and_shift() {
        let centre = [4.0, 5.0, 6.0];
        let from = Transform::rigid([0.3, -0.2, 0.7], [1.0, 2.0, 3.0], [0.5, 0.0, -0.5]);
        let step = [1e-5, -2e-5, 3e-5, 0.01, -0.02, 0.03];
        let to = from.then(&Transform::rigid([1e-5, -2e-5, 3e-5], centre, [0.01, -0.02, 0.03]));
        let found = between(&from, &to, centre);
        assert!(found.iter().zip(step).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
    }
}
