//! The angle about the cell's axis, from the scores of many angles. Knows no other degree.
//!
//! A cell is nearly the same all round: about its axis the score is a broad peak with small waves on
//! it, in which steps along the gradient get stuck. So the peak is measured.

use rayon::prelude::*;
use voltomo_types::Transform;

use crate::{
    can::Can,
    metric::Level,
    rigid::{Fit, Region},
    solve::Sums,
};

/// Angles to try: so many on each side, so far apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sweep {
    pub(crate) step_deg: f64,
    pub(crate) each_side: usize,
}

impl Sweep {
    /// The angles and the fits at them.
    fn fits(&self, level: &Level, (start, region, can): (&Fit, &Region, &Can)) -> Vec<(f64, Fit)> {
        let angle = |k: usize| (k as f64 - self.each_side as f64) * self.step_deg.to_radians();
        let at = |k: usize| {
            let turn = can.direction.map(|value| value * angle(k));
            let change = Transform::rigid(turn, region.centre, [0.0; 3]);
            (angle(k), Fit::at(level, start.transform.then(&change)))
        };
        (0..=2 * self.each_side).into_par_iter().map(at).collect()
    }

    /// The best of the angles.
    pub(crate) fn best(&self, level: &Level, from: (&Fit, &Region, &Can)) -> Fit {
        let fits = self.fits(level, from).into_iter().map(|(_, fit)| fit);
        let best = fits.max_by(|a, b| a.explained.gain.total_cmp(&b.explained.gain));
        best.unwrap_or_else(|| from.0.clone())
    }

    /// The vertex of the parabola through all angles; the best of them where that is no peak within
    /// them.
    pub(crate) fn vertex(&self, level: &Level, from: (&Fit, &Region, &Can)) -> Fit {
        let fits = self.fits(level, from);
        let points: Vec<(f64, f64)> =
            fits.iter().map(|(angle, fit)| (*angle, fit.explained.gain)).collect();
        let (start, region, can) = from;
        match vertex(&points) {
            Some(angle) => {
                let turn = can.direction.map(|value| value * angle);
                let change = Transform::rigid(turn, region.centre, [0.0; 3]);
                Fit::at(level, start.transform.then(&change))
            }
            None => fits
                .into_iter()
                .map(|(_, fit)| fit)
                .max_by(|a, b| a.explained.gain.total_cmp(&b.explained.gain))
                .unwrap_or_else(|| start.clone()),
        }
    }
}

/// Where the parabola through points at even steps about 0 is highest; `None` beyond the points, or
/// where it has no top.
fn vertex(points: &[(f64, f64)]) -> Option<f64> {
    let widest = points.iter().map(|(angle, _)| angle.abs()).fold(0.0, f64::max);
    let mut sums = Sums::new(4);
    for (angle, value) in points {
        let x = angle / widest;
        sums.add(&[1.0, x, x * x, *value]);
    }
    let found = sums.solution();
    let at = -0.5 * found[1] / found[2];
    (found[2] < 0.0 && at.abs() <= 1.0).then_some(at * widest)
}

#[cfg(test)]
mod tests {
    use super::vertex;

    #[test]
    fn the_top_of_a_parabola_is_found_and_of_a_trough_none() {
        let points = |sign: f64| -> Vec<(f64, f64)> {
            let at = |k: i32| f64::from(k) * 0.1;
            (-5..=5).map(|k| (at(k), 3.0 - sign * (at(k) - 0.13).powi(2))).collect()
        };
        assert!((vertex(&points(1.0)).unwrap() - 0.13).abs() < 1e-9);
        assert_eq!(vertex(&points(-1.0)), None);
    }
}
