//! Between which of a few angles another lies, round the turn. Knows no frames.

use std::f64::consts::{PI, TAU};

use voltomo_types::Radian;

/// Two of the angles (indices) and the share of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Between {
    pub(crate) first: usize,
    pub(crate) second: usize,
    pub(crate) share: f32,
}

/// The neighbours of `angle` among `taken` (at least one) on the circle; where they are more than half
/// a turn apart, the nearer one alone.
pub(crate) fn between(taken: &[Radian], angle: Radian) -> Between {
    let ahead = |other: &Radian| (other.0 - angle.0).rem_euclid(TAU);
    let behind = |other: &Radian| (angle.0 - other.0).rem_euclid(TAU);
    let nearest = |way: &dyn Fn(&Radian) -> f64| {
        let ways = taken.iter().map(way).enumerate();
        ways.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    };
    let ((first, back), (second, forth)) = (nearest(&behind), nearest(&ahead));
    let gap = back + forth;
    if gap <= 1e-9 {
        return Between { first, second: first, share: 0.0 };
    }
    if gap > PI + 1e-6 {
        let only = if back <= forth { first } else { second };
        return Between { first: only, second: only, share: 0.0 };
    }
    Between { first, second, share: voltomo_numeric::cast::to_f32(back / gap) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_angle_lies_between_its_neighbours_round_the_turn() {
        let taken = [300.0, 60.0, 180.0].map(Radian::from_degrees);
        let found = |degrees: f64| between(&taken, Radian::from_degrees(degrees));
        let between = found(90.0);
        assert_eq!((between.first, between.second), (1, 2));
        assert!((between.share - 0.25).abs() < 1e-6);
        let over = found(-30.0);
        assert_eq!((over.first, over.second), (0, 1));
        assert!((over.share - 0.25).abs() < 1e-6);
        assert_eq!(found(180.0).first, 2);
        assert_eq!(found(180.0).share, 0.0);
        let half = [0.0, 90.0, 170.0].map(Radian::from_degrees);
        let beyond = super::between(&half, Radian::from_degrees(200.0));
        assert_eq!((beyond.first, beyond.second), (2, 2));
    }
}
