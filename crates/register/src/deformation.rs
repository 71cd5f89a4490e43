//! A smooth displacement: a cubic B-spline on a coarse lattice. Knows no volume.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_index;

use crate::can::Can;

/// Rounds in which a bend is undone.
const ROUNDS: usize = 12;

/// A displacement that changes smoothly, in the X-ray volume's frame: `u(p) = Σ B(p)·d`, mm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deformation {
    /// Place of the lattice's first point, `[z, y, x]`, mm.
    pub first: [f64; 3],
    /// Distance of its points, mm.
    pub spacing_mm: f64,
    /// Points along `[z, y, x]`.
    pub shape: [usize; 3],
    /// Displacement of each point, `[z, y, x]`, mm; the lattice in the order `[z, y, x]`.
    pub displacements: Vec<[f64; 3]>,
}

impl Deformation {
    /// A lattice without bend around a can.
    pub(crate) fn flat(can: &Can, spacing: f64) -> Self {
        let [bottom, top] = can.held;
        let mut first = [0.0; 3];
        let shape = std::array::from_fn(|axis| {
            let end = |height: f64| can.point[axis] + height * can.direction[axis];
            let (low, high) = (end(bottom).min(end(top)), end(bottom).max(end(top)));
            let across = (1.0 - can.direction[axis].powi(2)).max(0.0).sqrt() * can.radius_mm + 1.0;
            let cells = to_index(((high - low + 2.0 * across) / spacing).ceil()).max(1);
            let slack = 0.5 * (cells as f64 * spacing - (high - low));
            first[axis] = low - slack - spacing;
            cells + 3
        });
        let count: usize = shape.iter().product();
        Self { first, spacing_mm: spacing, shape, displacements: vec![[0.0; 3]; count] }
    }

    /// The 64 lattice points around a place and their weights; beyond the lattice those of its edge.
    pub(crate) fn taps(&self, place: [f64; 3]) -> ([usize; 64], [f64; 64]) {
        let mut base = [0; 3];
        let weights: [[f64; 4]; 3] = std::array::from_fn(|axis| {
            let last = (self.shape[axis] - 3) as f64;
            let at = (place[axis] - self.first[axis]) / self.spacing_mm - 1.0;
            let at = at.clamp(0.0, last - 1e-9);
            base[axis] = to_index(at);
            spline(at - base[axis] as f64)
        });
        let mut index = [0; 64];
        let mut weight = [0.0; 64];
        for k in 0..64 {
            let [i, j, l] = [k / 16, k / 4 % 4, k % 4];
            index[k] = ((base[0] + i) * self.shape[1] + base[1] + j) * self.shape[2] + base[2] + l;
            weight[k] = weights[0][i] * weights[1][j] * weights[2][l];
        }
        (index, weight)
    }

    /// Displacement at a place, mm.
    #[must_use]
    pub fn at(&self, place: [f64; 3]) -> [f64; 3] {
        let (index, weight) = self.taps(place);
        let mut sum = [0.0; 3];
        for (index, weight) in index.into_iter().zip(weight) {
            let displacement = self.displacements[index];
            sum.iter_mut().zip(displacement).for_each(|(sum, value)| *sum += weight * value);
        }
        sum
    }

    /// Where a placed point goes, mm.
    #[must_use]
    pub fn apply(&self, place: [f64; 3]) -> [f64; 3] {
        let moved = self.at(place);
        std::array::from_fn(|i| place[i] + moved[i])
    }

    /// The place that [`Self::apply`] takes to `place`, mm; for bends that do not fold.
    #[must_use]
    pub fn before(&self, place: [f64; 3]) -> [f64; 3] {
        let mut found = place;
        for _ in 0..ROUNDS {
            let moved = self.at(found);
            found = std::array::from_fn(|i| place[i] - moved[i]);
        }
        found
    }
}

/// Weights of the four points around a place at `t` between the second and the third.
fn spline(t: f64) -> [f64; 4] {
    let rest = 1.0 - t;
    [
        rest.powi(3) / 6.0,
        (3.0 * t.powi(3) - 6.0 * t * t + 4.0) / 6.0,
        (3.0 * rest.powi(3) - 6.0 * rest * rest + 4.0) / 6.0,
        t.powi(3) / 6.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bent() -> Deformation {
        let shape = [6, 5, 7];
        let count: usize = shape.iter().product();
        let wave = |k: usize| 0.1 * ((k * 37 % 101) as f64 / 101.0 - 0.5);
        Deformation {
            first: [-3.0, 0.0, 1.0],
            spacing_mm: 4.0,
            shape,
            displacements: (0..count).map(|k| [wave(k), wave(k + 7), wave(2 * k)]).collect(),
        }
    }

    #[test]
    fn a_bend_is_undone() {
        let bend = bent();
        for place in [[2.0, 5.0, 9.0], [9.9, 7.0, 14.3], [40.0, -9.0, 3.0]] {
            let back = bend.before(bend.apply(place));
            assert!((0..3).all(|i| (back[i] - place[i]).abs() < 1e-9), "{back:?}");
        }
    }

    #[test]
    fn an_even_displacement_is_even_everywhere() {
        let mut bend = bent();
        bend.displacements.fill([0.1, -0.2, 0.3]);
        let found = bend.at([3.3, 7.7, 12.1]);
        assert!(found.iter().zip([0.1, -0.2, 0.3]).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
