//! By how much neighbouring windings lie farther apart than they should. Judges nothing.

use ndarray::Array2;
use voltomo_numeric::cast::to_index;

use super::spiral::Spiral;

/// A winding is its bright layer from this strength on; below, a tab may be in its place.
pub(super) const LEAST_STRENGTH: f64 = 0.5;
/// Excess is averaged over this length along the winding, mm.
const WINDOW_MM: f64 = 0.3;

/// Distances of neighbouring windings beyond what is usual.
#[derive(Debug, Clone)]
pub(super) struct Excess {
    /// `[height, place]`: mm; a place is turn·steps + step of the inner winding. NaN where one of
    /// the windings was not seen.
    pub(super) map: Array2<f64>,
    /// `[height, place]`: whether a dim winding, as at a tab, lies at or between these windings.
    pub(super) is_dim: Array2<bool>,
    /// One standard deviation of a value.
    pub(super) uncertainty: f64,
}

impl Excess {
    /// The excess is the distance of two neighbouring windings on a ray less the median distance
    /// on that ray, less what a whole turn is looser than the others (the tenth percentile of the
    /// turn). At a winding that was not seen, the distance of those at either side of it less
    /// twice the usual counts, for both places that it touches.
    pub(super) fn of(spiral: &Spiral) -> Self {
        let (heights, turns, steps) = spiral.radii.dim();
        let places = turns.saturating_sub(1) * steps;
        let mut map = Array2::from_elem((heights, places), f64::NAN);
        let mut is_dim = Array2::from_elem((heights, places), false);
        for height in 0..heights {
            for step in 0..steps {
                let ray = Ray { spiral, height, step };
                for (turn, distance, dim) in ray.distances() {
                    map[[height, turn * steps + step]] = distance;
                    is_dim[[height, turn * steps + step]] = dim;
                }
            }
        }
        let uncertainty = scatter(&map);
        for mut row in map.outer_iter_mut() {
            for turn in 0..turns.saturating_sub(1) {
                let mut part = row.slice_mut(ndarray::s![turn * steps..(turn + 1) * steps]);
                let loose = tenth(&part.to_vec()) + 1.28 * uncertainty;
                if loose > 0.0 {
                    part.mapv_inplace(|value| value - loose);
                }
            }
        }
        let map = averaged(&map, spiral);
        Self { map, is_dim, uncertainty }
    }
}

/// One ray at one height.
struct Ray<'a> {
    spiral: &'a Spiral,
    height: usize,
    step: usize,
}

impl Ray<'_> {
    fn radius(&self, turn: usize) -> f64 {
        let strength = self.spiral.strengths[[self.height, turn, self.step]];
        let is_bright = f64::from(strength) >= LEAST_STRENGTH;
        let radius = f64::from(self.spiral.radii[[self.height, turn, self.step]]);
        if is_bright { radius } else { f64::NAN }
    }

    /// Inner turn, distance less the usual one, and whether a dim winding lies between.
    fn distances(&self) -> Vec<(usize, f64, bool)> {
        let turns = self.spiral.turns();
        let step = |turn: usize| self.radius(turn + 1) - self.radius(turn);
        let mut usual: Vec<f64> =
            (0..turns.saturating_sub(1)).map(step).filter(|it| it.is_finite()).collect();
        if usual.len() < 3 {
            return Vec::new();
        }
        usual.sort_unstable_by(f64::total_cmp);
        let usual = usual[usual.len() / 2];
        let over = |turn: usize| {
            let one = step(turn) - usual;
            if one.is_finite() {
                return (turn, one, false);
            }
            let is_inner_missing = self.radius(turn).is_nan();
            let inner = if is_inner_missing { turn.checked_sub(1) } else { Some(turn) };
            let across = inner.filter(|inner| inner + 2 < turns).map_or(f64::NAN, |inner| {
                self.radius(inner + 2) - self.radius(inner) - 2.0 * usual
            });
            (turn, across, true)
        };
        (0..turns - 1).map(over).filter(|it| it.1.is_finite()).collect()
    }
}

fn tenth(values: &[f64]) -> f64 {
    let mut known: Vec<f64> = values.iter().copied().filter(|it| it.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    known.get(known.len() / 10).copied().unwrap_or(0.0)
}

/// Standard deviation of a value, of the median absolute deviation of all.
fn scatter(map: &Array2<f64>) -> f64 {
    let mut values: Vec<f64> =
        map.iter().step_by(3).filter(|it| it.is_finite()).map(|it| it.abs()).collect();
    values.sort_unstable_by(f64::total_cmp);
    1.4826 * values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Mean over a length along the winding; unknown where half of it is.
fn averaged(map: &Array2<f64>, spiral: &Spiral) -> Array2<f64> {
    let (_, places) = map.dim();
    let steps = spiral.steps();
    Array2::from_shape_fn(map.dim(), |(height, place)| {
        let radius = spiral.ideal(place as f64 / steps as f64).max(spiral.pitch);
        let half = 0.5 * WINDOW_MM / (std::f64::consts::TAU * radius) * steps as f64;
        let half = to_index(half.round());
        let near = place.saturating_sub(half)..(place + half + 1).min(places);
        let count = near.len();
        let known: Vec<f64> =
            near.map(|place| map[[height, place]]).filter(|it| it.is_finite()).collect();
        let is_known = 2 * known.len() > count;
        if is_known { known.iter().sum::<f64>() / known.len() as f64 } else { f64::NAN }
    })
}
