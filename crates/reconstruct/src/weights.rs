//! How much of the half turn, or of the whole one, each view stands for. Knows no projections.

use std::f64::consts::{PI, TAU};

use voltomo_types::Radian;

/// Views closer than this part of the mean gap look the same way.
const SAME_DIRECTION: f64 = 0.05;
/// A gap this wide, and this many times wider than the middle one, is an arc without views.
const MISSING_ARC: f64 = 5.0 * PI / 180.0;
const MISSING_TIMES: f64 = 3.0;

/// What each view weighs in the sum over angles.
#[derive(Debug, Clone, PartialEq)]
pub struct AngularWeights {
    /// Weight of each view in radians; together the arc that the views cover.
    pub weights: Vec<f64>,
    /// Angle at which the covered arc begins: behind the widest gap.
    pub first: Radian,
    /// Different directions; views that look the same way (in a half turn, or the opposite one)
    /// counted once.
    pub directions: usize,
    /// Arc covered, modulo the turn: all of it where nothing is missing.
    pub covered: Radian,
    /// Whether the views go all the way round, so that each ray is also seen from behind.
    pub full_turn: bool,
    /// What a person should know: missing arcs.
    pub warnings: Vec<String>,
}

/// Weights of views at any angles: half the gap to both neighbours, modulo the half turn.
///
/// Views of one direction share its weight, so each direction counts once, whether the end point
/// of the range is included or not, over 180°, 360° or more turns, evenly or by the golden ratio.
/// An arc without views (over 5° and three times the middle gap) is not filled: the views at its
/// ends weigh as if the gap on its side were as wide as the one on the other side.
#[must_use]
pub fn angular_weights(angles: &[Radian]) -> AngularWeights {
    weights_over(angles, PI)
}

/// As [`angular_weights`], modulo the whole turn: for a cone beam, where no view is another seen
/// from behind.
#[must_use]
pub fn whole_turn_weights(angles: &[Radian]) -> AngularWeights {
    weights_over(angles, TAU)
}

fn weights_over(angles: &[Radian], turn: f64) -> AngularWeights {
    let directions = directions(angles, turn);
    let gaps: Vec<f64> = (0..directions.len())
        .map(|k| {
            let next = &directions[(k + 1) % directions.len()];
            // A single direction is its own neighbour, one turn on.
            let behind = if k + 1 == directions.len() { turn } else { 0.0 };
            next.angle + behind - directions[k].angle
        })
        .collect();
    let middle_gap = median(&gaps);
    let is_missing = |gap: f64| gap > MISSING_ARC && gap > MISSING_TIMES * middle_gap;

    let mut weights = vec![0.0; angles.len()];
    for (k, direction) in directions.iter().enumerate() {
        let (before, after) = (gaps[(k + gaps.len() - 1) % gaps.len()], gaps[k]);
        let weight = match (is_missing(before), is_missing(after)) {
            (false, false) => (before + after) / 2.0,
            (true, false) => after,
            (false, true) => before,
            (true, true) => middle_gap,
        };
        for &view in &direction.views {
            weights[view] = weight / direction.views.len() as f64;
        }
    }
    let covered = weights.iter().sum();
    let missing: Vec<usize> = (0..gaps.len()).filter(|&k| is_missing(gaps[k])).collect();
    let warned = |k: &usize| warning(directions[*k].angle, gaps[*k], (covered, turn));
    AngularWeights {
        weights,
        first: Radian(directions.first().map_or(0.0, |direction| direction.angle)),
        directions: directions.len(),
        covered: Radian(covered),
        full_turn: is_full_turn(angles),
        warnings: missing.iter().map(warned).collect(),
    }
}

fn warning(from: f64, gap: f64, (covered, turn): (f64, f64)) -> String {
    let whole = turn.to_degrees().round();
    format!(
        "no view between {:.1}° and {:.1}° (modulo {whole}°): the views cover {:.1}° of the {}, \
         edges along the missing directions will be blurred and attenuations too low",
        from.to_degrees(),
        (from + gap).to_degrees(),
        covered.to_degrees(),
        if whole < 360.0 { "half turn" } else { "turn" }
    )
}

/// Views that look the same way, modulo the turn.
struct Direction {
    angle: f64,
    views: Vec<usize>,
}

/// Directions in rising order, within one turn from the end of the widest gap on.
fn directions(angles: &[Radian], turn: f64) -> Vec<Direction> {
    let mut sorted: Vec<(f64, usize)> =
        angles.iter().enumerate().map(|(view, angle)| (angle.0.rem_euclid(turn), view)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    // So that no direction lies on both sides of the cut, the cut goes through the widest gap.
    let gap_before = |k: usize| match k {
        0 => sorted[0].0 + turn - sorted[sorted.len() - 1].0,
        k => sorted[k].0 - sorted[k - 1].0,
    };
    let widest = (0..sorted.len()).max_by(|&a, &b| gap_before(a).total_cmp(&gap_before(b)));
    let start = widest.unwrap_or(0);
    let turned = sorted[start..].iter().copied();
    let turned = turned.chain(sorted[..start].iter().map(|&(angle, view)| (angle + turn, view)));

    let near = SAME_DIRECTION * turn / angles.len() as f64;
    let mut found: Vec<Direction> = vec![];
    let mut last = f64::NEG_INFINITY;
    for (angle, view) in turned {
        match found.last_mut() {
            Some(direction) if angle - last < near => direction.views.push(view),
            _ => found.push(Direction { angle, views: vec![view] }),
        }
        last = angle;
    }
    found
}

pub(crate) fn is_full_turn(angles: &[Radian]) -> bool {
    let mut sorted: Vec<f64> = angles.iter().map(|angle| angle.0.rem_euclid(TAU)).collect();
    sorted.sort_by(f64::total_cmp);
    let Some((&first, &last)) = sorted.first().zip(sorted.last()) else {
        return false;
    };
    let widest = sorted.windows(2).map(|pair| pair[1] - pair[0]).fold(first + TAU - last, f64::max);
    widest < (3.0 * TAU / angles.len() as f64).max(MISSING_ARC)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
