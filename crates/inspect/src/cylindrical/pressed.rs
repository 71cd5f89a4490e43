//! How deep a wall is pressed in that a volume shows blurred together with its sleeve and the roll.
//! Knows no map and no height.

use voltomo_numeric::nonlinear_fit::{Misfit, NormalSums, Parameter, minimise};

use super::roll_gap::Shared;
use super::wall::normal_share;

/// Depth, sleeve that goes with the wall, sleeve that stays, gap behind the wall, value of the roll.
const TERMS: usize = 5;
/// Step of numerical derivatives, mm or shares.
const STEP: f64 = 1e-5;
/// The deepest that is looked for, mm.
const DEEPEST: f64 = 3.0;
/// The widest gap behind the wall, mm.
const WIDEST: f64 = 0.9;
/// A sleeve that explains the profile worse by less than so many variances may be the true one.
const LIKE: f64 = 4.0;
/// What becomes of a sleeve: it goes with the wall, it is gone, it stays; the last is left free.
const SLEEVES: [Option<[f64; 2]>; 4] = [Some([1.0, 0.0]), Some([0.0, 0.0]), Some([0.0, 1.0]), None];

/// The can where nothing is pressed in, in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plain {
    /// Outer radius of the wall, without its sleeve, mm.
    pub(super) outer: f64,
    /// Its layers.
    pub(super) layers: Shared,
    /// Value of the air, and of the roll above it.
    pub(super) levels: [f64; 2],
}

/// A depth and its standard deviation, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pressed {
    pub(super) depth: f64,
    pub(super) sigma: f64,
}

/// The depth of the wall's own step from a profile of points `(radius, value)` across a dent.
///
/// The profile is that of sleeve, wall, gap and roll, blurred alike, with the layers of the plain can.
/// What became of the sleeve is not known: each case that explains the profile about as well as the
/// best counts towards the standard deviation. `None` for a profile that is too short.
pub(super) fn pressed(points: &[(f64, f64)], plain: &Plain) -> Option<Pressed> {
    if points.len() < 2 * TERMS {
        return None;
    }
    let profile = Profile { points, plain };
    let fits: Vec<[f64; 3]> =
        SLEEVES.into_iter().filter_map(|sleeve| profile.fitted(sleeve)).collect();
    let best = fits.iter().copied().min_by(|a, b| a[2].total_cmp(&b[2]))?;
    let variance = best[2] / (points.len() - TERMS) as f64;
    let is_like = |fit: &&[f64; 3]| fit[2] - best[2] < LIKE * variance;
    let spread = fits.iter().filter(is_like).map(|fit| (fit[0] - best[0]).abs());
    let other = spread.fold(0.0, f64::max);
    Some(Pressed { depth: best[0], sigma: best[1].hypot(other) })
}

struct Profile<'a> {
    points: &'a [(f64, f64)],
    plain: &'a Plain,
}

impl Profile<'_> {
    /// Depth, its standard deviation, and the squares that are left, with what became of the sleeve.
    fn fitted(&self, sleeve: Option<[f64; 2]>) -> Option<[f64; 3]> {
        let share = |k: usize| match sleeve {
            Some(shares) => Parameter::held(shares[k]),
            None => Parameter { start: 0.5, low: 0.0, high: 1.0 },
        };
        let roll = self.plain.levels[1];
        let fit = |depth: f64| {
            let parameters = [
                Parameter { start: depth, low: -0.3, high: DEEPEST },
                share(0),
                share(1),
                Parameter { start: 0.1, low: 0.0, high: WIDEST },
                Parameter { start: roll, low: 0.7 * roll, high: 1.4 * roll },
            ];
            minimise(self, &parameters)
        };
        let tries = [0.1, 0.3, 0.6, 1.0, 1.5].into_iter().filter_map(fit);
        let found = tries.min_by(|a, b| a.squares.total_cmp(&b.squares))?;
        let free = (self.points.len() - TERMS) as f64;
        // A direction that the points do not see is known to the blur.
        let blind = self.plain.layers.blur;
        let sigma = found.sigma(0).map_or(blind, |it| it * (found.squares / free).sqrt());
        Some([found.parameters[0], sigma, found.squares])
    }

    fn at(&self, radius: f64, [depth, goes, stays, gap, roll]: [f64; TERMS]) -> f64 {
        let Plain { outer, layers, levels } = self.plain;
        let below = |edge: f64| normal_share((edge - radius) / layers.blur);
        let ([thick, steel], [cover, sleeve]) = (layers.wall, layers.sleeve);
        let face = outer - depth;
        let inner = below(face - thick);
        levels[0]
            + sleeve * goes * (below(face + cover) - below(face))
            + sleeve * stays * (below(outer + cover) - below(*outer))
            + steel * (below(face) - inner)
            + roll * below(face - thick - gap)
    }
}

impl Misfit for Profile<'_> {
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
        let terms: [f64; TERMS] = std::array::from_fn(|k| parameters[k]);
        for (radius, value) in self.points {
            let here = self.at(*radius, terms);
            let slopes: [(usize, f64); TERMS] = std::array::from_fn(|k| {
                let mut moved = terms;
                moved[k] += STEP;
                (k, (self.at(*radius, moved) - here) / STEP)
            });
            sums.add(here - value, 1.0, &slopes);
        }
    }
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::random::Random;

    use super::*;

    const BLUR: f64 = 0.09;

    fn plain() -> Plain {
        let layers = Shared { shift: 0.0, wall: [0.22, 1.1], sleeve: [0.1, 2.6], blur: BLUR };
        Plain { outer: 9.1, layers, levels: [0.0, 1.05] }
    }

    /// The sharp layers on a fine grid, blurred sum by sum, with noise.
    fn profile(depth: f64, [goes, stays]: [f64; 2], noise: f64) -> Vec<(f64, f64)> {
        let mut chance = Random::new(7);
        let face = 9.1 - depth;
        let sharp = |r: f64| {
            let within = |low: f64, high: f64| f64::from(u8::from(low <= r && r < high));
            2.6 * goes * within(face, face + 0.1)
                + 2.6 * stays * within(9.1, 9.2)
                + 1.1 * within(face - 0.22, face)
                + 1.05 * within(0.0, face - 0.22 - 0.05)
        };
        let blurred = |r: f64| {
            let taps = (-400..=400).map(|k| 0.001 * f64::from(k));
            let weight = |x: f64| (-0.5 * (x / BLUR).powi(2)).exp();
            let sum: f64 = taps.clone().map(|x| weight(x) * sharp(r + x)).sum();
            sum / taps.map(weight).sum::<f64>()
        };
        let radii = (0..28).map(|k| 7.3 + 0.084 * f64::from(k));
        radii.map(|r| (r, blurred(r) + noise * chance.normal())).collect()
    }

    #[test]
    fn the_depth_is_that_of_the_wall_whatever_became_of_the_sleeve() {
        for depth in [0.15, 0.25, 0.6, 1.2] {
            for sleeve in [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]] {
                let found = pressed(&profile(depth, sleeve, 0.01), &plain()).unwrap();
                let off = (found.depth - depth).abs();
                assert!(off < 0.03_f64.max(2.0 * found.sigma), "{depth} {sleeve:?}: {found:?}");
                assert!(found.sigma < 0.15, "{depth} {sleeve:?}: {found:?}");
            }
        }
    }

    #[test]
    fn a_short_profile_has_no_depth() {
        assert_eq!(pressed(&[(9.0, 1.0)], &plain()), None);
    }
}
