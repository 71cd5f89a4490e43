//! Which radiographs look at the sample from opposite sides. Knows no pixels.

use std::f64::consts::{PI, TAU};

/// Gaps between neighbouring views up to so many usual steps are bridged by interpolation.
const WIDEST_GAP: f64 = 3.0;
/// A view is continued beyond the end of the arc by so many steps at most.
const FURTHEST: f64 = 1.5;

/// A view and what stands for the view from the opposite side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    /// The view at θ.
    pub(super) view: usize,
    /// Two views whose weighted sum is the view at θ + 180°.
    pub(super) opposite: [(usize, f32); 2],
}

impl Pair {
    /// Inverse variance of the difference of both sides, 1 for two single views.
    pub(super) fn weight(&self) -> f64 {
        let [a, b] = self.opposite.map(|(_, weight)| f64::from(weight).powi(2));
        2.0 / (1.0 + a + b)
    }
}

/// All views that have an opposite one: between two neighbours of θ + 180° (linearly
/// interpolated), or up to 1.5 steps beyond the end of the arc (linearly continued, at the seam of
/// a half turn). Angles in radians, any order, any sense.
pub(super) fn opposite_pairs(angles: &[f64]) -> Vec<Pair> {
    let mut ring: Vec<(f64, usize)> =
        angles.iter().enumerate().map(|(view, angle)| (angle.rem_euclid(TAU), view)).collect();
    ring.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    ring.dedup_by(|next, kept| next.0 - kept.0 < 1e-9);
    if ring.len() < 3 {
        return vec![];
    }
    let step = usual_step(&ring);
    ring.iter()
        .filter_map(|&(angle, view)| {
            let opposite = opposite_of(&ring, (angle + PI).rem_euclid(TAU), step)?;
            Some(Pair { view, opposite })
        })
        .collect()
}

/// Median gap between neighbours, the largest gap left out.
fn usual_step(ring: &[(f64, usize)]) -> f64 {
    let mut gaps: Vec<f64> = ring.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    gaps.push(ring[0].0 + TAU - ring[ring.len() - 1].0);
    gaps.sort_by(f64::total_cmp);
    gaps[(gaps.len() - 1) / 2]
}

fn opposite_of(ring: &[(f64, usize)], target: f64, step: f64) -> Option<[(usize, f32); 2]> {
    let count = ring.len();
    let after = ring.partition_point(|(angle, _)| *angle < target);
    let at = |index: usize| ring[index % count];
    let (above, below) = (at(after), at(after + count - 1));
    let (up, down) = ((above.0 - target).rem_euclid(TAU), (target - below.0).rem_euclid(TAU));
    if up + down <= WIDEST_GAP * step {
        return Some(weighted(below.1, above.1, down / (up + down)));
    }
    let (near, next, beyond) =
        if down < up { (below, at(after + count - 2), down) } else { (above, at(after + 1), up) };
    let gap = (near.0 - next.0).rem_euclid(TAU).min((next.0 - near.0).rem_euclid(TAU));
    let continued = beyond <= FURTHEST * step && gap <= WIDEST_GAP * step;
    continued.then(|| weighted(near.1, next.1, -beyond / gap))
}

fn weighted(from: usize, to: usize, part: f64) -> [(usize, f32); 2] {
    let part = voltomo_numeric::cast::to_f32(part);
    [(from, 1.0 - part), (to, part)]
}

/// Views of half a turn, in the order of their angles.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HalfTurn {
    /// For each of the equally spaced directions: two views and their weights.
    pub(super) views: Vec<[(usize, f32); 2]>,
}

/// The half turns that the views cover: one for a half-turn scan, two (which share no view) for a
/// whole turn. Views at uneven angles are interpolated to even ones.
pub(super) fn half_turns(angles: &[f64]) -> Vec<HalfTurn> {
    let mut ring: Vec<(f64, usize)> =
        angles.iter().enumerate().map(|(view, angle)| (angle.rem_euclid(TAU), view)).collect();
    ring.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    ring.dedup_by(|next, kept| next.0 - kept.0 < 1e-9);
    if ring.len() < 3 {
        return vec![];
    }
    let step = usual_step(&ring);
    let start = (0..ring.len())
        .max_by(|&a, &b| gap_before(&ring, a).total_cmp(&gap_before(&ring, b)).then(b.cmp(&a)))
        .map_or(0.0, |index| ring[index].0);
    let turned: Vec<(f64, usize)> = {
        let mut turned: Vec<_> =
            ring.iter().map(|(angle, view)| ((angle - start).rem_euclid(TAU), *view)).collect();
        turned.sort_by(|a, b| a.0.total_cmp(&b.0));
        turned
    };
    [0.0, PI].into_iter().filter_map(|from| half_turn(&turned, from, step)).collect()
}

fn gap_before(ring: &[(f64, usize)], index: usize) -> f64 {
    let before = ring[(index + ring.len() - 1) % ring.len()].0;
    (ring[index].0 - before).rem_euclid(TAU)
}

/// Even directions from `from` over half a turn, where views cover all of it.
fn half_turn(turned: &[(f64, usize)], from: f64, step: f64) -> Option<HalfTurn> {
    let inside: Vec<(f64, usize)> = turned
        .iter()
        .filter(|(angle, _)| (from - 1e-6..from + PI - 1e-6).contains(angle))
        .map(|&(angle, view)| (angle - from, view))
        .collect();
    let count = inside.len();
    if count < 3 {
        return None;
    }
    let widest = inside.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(0.0, f64::max);
    let ends = inside[0].0.max(PI - inside[count - 1].0);
    if widest > WIDEST_GAP * step || ends > (FURTHEST + 1.0) * step {
        return None;
    }
    let direction = |k: usize| k as f64 * PI / count as f64;
    let views = (0..count).map(|k| between(&inside, direction(k))).collect();
    Some(HalfTurn { views })
}

/// The two views beside a direction; at the ends the two outermost are continued.
fn between(inside: &[(f64, usize)], direction: f64) -> [(usize, f32); 2] {
    let above = inside.partition_point(|(angle, _)| *angle <= direction);
    let above = above.clamp(1, inside.len() - 1);
    let (below, above) = (inside[above - 1], inside[above]);
    let mut part = (direction - below.0) / (above.0 - below.0);
    if part.abs() < 0.02 {
        part = 0.0;
    }
    weighted(below.1, above.1, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(count: usize, arc: f64) -> Vec<f64> {
        (0..count).map(|k| k as f64 * arc.to_radians() / count as f64).collect()
    }

    fn opposite_angle(angles: &[f64], pair: &Pair) -> f64 {
        pair.opposite.iter().map(|(view, weight)| angles[*view] * f64::from(*weight)).sum()
    }

    #[test]
    fn every_view_of_a_whole_turn_has_its_opposite() {
        for angles in [even(360, 360.0), even(45, 360.0)] {
            let pairs = opposite_pairs(&angles);
            assert_eq!(pairs.len(), angles.len());
            let pair = pairs[3];
            assert!((opposite_angle(&angles, &pair) - angles[pair.view] - PI).abs() < 1e-6);
        }
    }

    #[test]
    fn only_the_seam_of_a_half_turn_is_continued() {
        let angles = even(180, 180.0);
        let views: Vec<usize> = opposite_pairs(&angles).iter().map(|pair| pair.view).collect();
        assert_eq!(views, [0, 179]);
        let first = opposite_pairs(&angles)[0];
        assert!((opposite_angle(&angles, &first) - PI).abs() < 1e-6, "{first:?}");
        let closed: Vec<f64> = (0..=180).map(|k| f64::from(k).to_radians()).collect();
        assert!(opposite_pairs(&closed).iter().any(|p| p.view == 0 && p.weight() == 1.0));
    }

    #[test]
    fn sixty_degrees_have_no_opposite_and_no_half_turn() {
        assert_eq!(opposite_pairs(&even(60, 60.0)), []);
        assert_eq!(half_turns(&even(60, 60.0)), []);
    }

    #[test]
    fn half_turns_of_a_whole_turn_share_no_view() {
        let halves = half_turns(&even(360, 360.0));
        assert_eq!(halves.len(), 2);
        assert_eq!(halves[1].views[5][0], (185, 1.0));
    }

    /// Steps of 180 degrees over the golden ratio; 137.5 degrees is the step of a whole turn, and
    /// leaves gaps of more than three usual steps in half of one.
    #[test]
    fn golden_angles_become_an_even_half_turn() {
        let golden: Vec<f64> =
            (0..200).map(|k| (f64::from(k) * 111.246_117_975).to_radians() % PI).collect();
        let halves = half_turns(&golden);
        assert_eq!(halves.len(), 1);
        let views = &halves[0].views[50];
        let angle: f64 =
            views.iter().map(|(view, weight)| golden[*view] * f64::from(*weight)).sum();
        let first = golden.iter().copied().fold(f64::INFINITY, f64::min);
        assert!((angle - 50.0 * PI / 200.0 - first).abs() < 0.05, "{angle}");
    }
}
