//! The views in the order of their angles, and what was seen between two of them. Knows no pixels.

use std::f64::consts::TAU;

use voltomo_numeric::cast::{to_f32, to_index};

/// Gaps between neighbouring views up to so many usual steps are bridged by interpolation.
const WIDEST_GAP: f64 = 3.0;

/// The views by their angle, 0 to 2π.
#[derive(Debug, Clone)]
pub(super) struct Ring {
    sorted: Vec<(f64, usize)>,
    widest: f64,
}

impl Ring {
    /// Angles in radians, any order, any sense; of views at one angle only the first counts.
    pub(super) fn new(angles: &[f64]) -> Self {
        let turned = angles.iter().enumerate().map(|(view, angle)| (angle.rem_euclid(TAU), view));
        let mut sorted: Vec<(f64, usize)> = turned.collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        sorted.dedup_by(|next, kept| next.0 - kept.0 < 1e-9);
        if sorted.len() > 1 && sorted[0].0 + TAU - sorted[sorted.len() - 1].0 < 1e-9 {
            sorted.pop();
        }
        let mut gaps: Vec<f64> = sorted.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        gaps.sort_by(f64::total_cmp);
        let step = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
        Self { sorted, widest: WIDEST_GAP * step }
    }

    /// The views, each angle once.
    pub(super) fn views(&self) -> impl Iterator<Item = (f64, usize)> + '_ {
        self.sorted.iter().copied()
    }

    /// Number of different angles.
    pub(super) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Angle that the views cover: a whole turn less the widest gap that is not bridged.
    pub(super) fn covered(&self) -> f64 {
        let gap = |k: usize| {
            let next = self.sorted[(k + 1) % self.len()].0;
            (next - self.sorted[k].0).rem_euclid(TAU)
        };
        let widest = (0..self.len()).map(gap).fold(0.0, f64::max);
        if widest <= self.widest { TAU } else { TAU - widest }
    }

    /// The first view at an angle or beyond it: sought from where it is if the views are even.
    fn first_from(&self, target: f64) -> usize {
        let count = self.len();
        let first = self.sorted[0].0;
        let step = (self.sorted[count - 1].0 - first) / (count - 1).max(1) as f64;
        let mut index = to_index((target - first) / step).min(count);
        while index > 0 && self.sorted[index - 1].0 >= target {
            index -= 1;
        }
        while index < count && self.sorted[index].0 < target {
            index += 1;
        }
        index
    }

    /// Two neighbouring views and their weights for an angle; `None` in a gap and beyond the arc.
    pub(super) fn at(&self, angle: f64) -> Option<[(usize, f32); 2]> {
        let target = angle.rem_euclid(TAU);
        let count = self.len();
        let after = self.first_from(target);
        let (above, below) = (self.sorted[after % count], self.sorted[(after + count - 1) % count]);
        let (up, down) = ((above.0 - target).rem_euclid(TAU), (target - below.0).rem_euclid(TAU));
        // The angle of a view itself is never beyond the arc.
        if up < 1e-9 {
            return Some([(above.1, 1.0), (above.1, 0.0)]);
        }
        (up + down <= self.widest).then(|| {
            let part = to_f32(down / (up + down));
            [(below.1, 1.0 - part), (above.1, part)]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(list: &[f64]) -> Vec<f64> {
        list.iter().map(|angle| angle.to_radians()).collect()
    }

    #[test]
    fn a_view_between_two_is_their_mixture_across_the_seam_as_well() {
        let even: Vec<f64> = (0..36).map(|k| f64::from(k) * 10.0 - 720.0).collect();
        let ring = Ring::new(&degrees(&even));
        let [(a, weight_a), (b, weight_b)] = ring.at(357f64.to_radians()).unwrap();
        assert_eq!((a, b), (35, 0));
        assert!((weight_a - 0.3).abs() < 1e-6 && (weight_b - 0.7).abs() < 1e-6);
        assert_eq!(ring.covered(), TAU);
    }

    #[test]
    fn beyond_an_arc_there_is_no_view() {
        let arc: Vec<f64> = (0..=200).map(f64::from).collect();
        let ring = Ring::new(&degrees(&arc));
        assert!(ring.at(201f64.to_radians()).is_none() && ring.at(-1f64.to_radians()).is_none());
        assert!(ring.at(200f64.to_radians()).is_some() && ring.at(0.0).is_some());
        assert!((ring.covered().to_degrees() - 200.0).abs() < 1e-9);
    }

    #[test]
    fn uneven_views_are_found_as_even_ones_are() {
        let uneven: Vec<f64> = (0..50).map(|k| f64::from(k * k) * 0.02).collect();
        let ring = Ring::new(&uneven);
        for target in (0..700).map(|k| f64::from(k) * 0.01) {
            let expected = ring.sorted.partition_point(|(angle, _)| *angle < target);
            assert_eq!(ring.first_from(target), expected);
        }
    }

    #[test]
    fn views_at_one_angle_count_once() {
        let ring = Ring::new(&degrees(&[0.0, 90.0, 90.0, 180.0, 270.0, 360.0]));
        assert_eq!(ring.views().map(|(_, view)| view).collect::<Vec<_>>(), [0, 1, 3, 4]);
    }
}
