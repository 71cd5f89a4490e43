//! A tab and the void that falls off beside it, along the turn. Knows no volume.

use voltomo_numeric::nonlinear_fit::{Misfit, NormalSums, Parameter, minimise};

/// A tab's darkness and a wedge of void beside it: thickness of void by the place along the turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wedge {
    /// Where the middle lies, mm along the turn.
    pub(super) middle: f64,
    /// Thickness of the void at the tab, mm.
    pub(super) thickness: f64,
    /// Standard deviation of it.
    pub(super) sigma: f64,
    /// What the tab itself is as dark as, mm of void.
    pub(super) tab: f64,
    /// Width of the tab, mm; its foil is bare over a little more.
    pub(super) width: f64,
    /// Over how much the void falls to nothing at either side, mm.
    pub(super) fall: f64,
}

/// Terms: middle, thickness, tab, half width, fall, and what the roll beside is as dark as.
const TERMS: usize = 6;
/// Foil that is bare on either side of a tab, mm; the void falls off from the tab's own edge.
const BARE_MM: f64 = 0.5;
/// Blur of the tab's edges along the turn, mm.
const EDGE_MM: f64 = 0.15;

fn value(at: f64, [middle, thickness, tab, half, fall, beyond]: [f64; TERMS]) -> f64 {
    let beside = (at - middle).abs() - half;
    let wedge = (1.0 - (beside + BARE_MM) / fall).clamp(0.0, 1.0);
    beyond + thickness * wedge + tab / (1.0 + (beside / EDGE_MM).clamp(-50.0, 50.0).exp())
}

struct Profile<'a>(&'a [(f64, f64)]);

impl Misfit for Profile<'_> {
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
        let terms: [f64; TERMS] = std::array::from_fn(|k| parameters[k]);
        for (at, found) in self.0 {
            let here = value(*at, terms);
            let slopes: [(usize, f64); TERMS] = std::array::from_fn(|k| {
                let mut moved = terms;
                moved[k] += 1e-5;
                (k, (value(*at, moved) - here) / 1e-5)
            });
            sums.add(here - found, 1.0, &slopes);
        }
    }
}

impl Wedge {
    /// Through a profile `(mm along the turn, mm of void)`; `None` for a profile without a peak.
    pub(super) fn through(profile: &[(f64, f64)]) -> Option<Self> {
        let peak = profile.iter().map(|it| it.1).fold(0.0, f64::max);
        if profile.len() < 4 * TERMS || peak <= 0.0 {
            return None;
        }
        let between = |start: f64, low: f64, high: f64| Parameter { start, low, high };
        let tries = [1.0, 2.0, 3.0].into_iter().filter_map(|half| {
            let parameters = [
                between(0.0, -2.0, 2.0),
                between(0.5 * peak, 0.0, 2.0 * peak),
                between(0.5 * peak, 0.0, 2.0 * peak),
                between(half, 0.4, 6.0),
                between(3.0, 0.5, 10.0),
                between(0.0, -0.1 * peak, 0.1 * peak),
            ];
            minimise(&Profile(profile), &parameters)
        });
        let found = tries.min_by(|a, b| a.squares.total_cmp(&b.squares))?;
        let sigma = found.sigma(1).unwrap_or(peak) * found.scatter().sqrt();
        let [middle, thickness, tab, half, fall, _] = std::array::from_fn(|k| found.parameters[k]);
        tracing::debug!("a tab's wedge: {:?}", found.parameters);
        Some(Self { middle, thickness, sigma, tab, width: 2.0 * (half - BARE_MM).max(0.1), fall })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_and_wedge_are_told_apart() {
        let truth = [0.3, 0.1, 0.12, 2.5, 4.0, -0.01];
        let points: Vec<(f64, f64)> = (-80..=80)
            .map(|k| 0.15 * f64::from(k))
            .map(|at| (at, value(at, truth) + 0.004 * (17.0 * at).sin()))
            .collect();
        let found = Wedge::through(&points).unwrap();
        assert!(
            (found.thickness - 0.1).abs() < 0.01 && (found.width - 4.0).abs() < 0.3,
            "{found:?}"
        );
        assert!((found.fall - 4.0).abs() < 0.4 && (found.middle - 0.3).abs() < 0.1, "{found:?}");
    }
}
