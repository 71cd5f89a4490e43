//! A smooth bend beyond the placement: a cubic B-spline on a coarse lattice. Knows no search.
//!
//! Source: Rueckert, Sonoda, Hayes, Hill, Leach & Hawkes 1999, doi:10.1109/42.796284.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_index;
use voltomo_types::Problem;

use crate::{
    RegisterError, RegisterSettings, metric::Level, registration::Can, rigid::Fit, solve::cholesky,
};

/// Unknowns of a lattice at most: their matrix takes 8 bytes times the square.
const MOST_UNKNOWNS: usize = 4500;
/// Steps of Gauss and Newton.
const STEPS: usize = 4;
/// Second difference of the lattice that is usual at a stiffness of 1, mm.
const USUAL_BEND_MM: f64 = 0.05;
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
    fn flat(can: &Can, spacing: f64) -> Self {
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
    fn taps(&self, place: [f64; 3]) -> ([usize; 64], [f64; 64]) {
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

/// Bends beyond a placement until the collapsed level is explained best, with bending held down.
///
/// Minimises `Σ (n − b − a·P(q + u(q)))² / σ² + stiffness · Σ (second differences)² / (0.05 mm)²`.
/// Memory: 8 bytes times the square of three times the lattice's points.
///
/// # Errors
/// A lattice of too many points.
pub(crate) fn deform(
    level: &Level,
    placed: &Fit,
    can: &Can,
    settings: &RegisterSettings,
) -> Result<(Deformation, f64), RegisterError> {
    let mut bend = Deformation::flat(can, settings.lattice_mm);
    let unknowns = 3 * bend.displacements.len();
    if unknowns > MOST_UNKNOWNS {
        let found = format!("{} ({unknowns} unknowns)", settings.lattice_mm);
        let expected = format!("a distance with at most {MOST_UNKNOWNS} unknowns; make it larger");
        return Err(RegisterError::Setting(Problem::new("register.lattice_mm", found, expected)));
    }
    let mut system = System::new(&bend);
    for _ in 0..STEPS {
        system.clear();
        let values = Explained::new(level, placed, &bend);
        system.add_points(level, placed, (&bend, &values));
        system.add_stiffness(&bend, settings.stiffness);
        let Some(step) = cholesky(&mut system.matrix, &mut system.right) else { break };
        for (displacement, step) in bend.displacements.iter_mut().zip(step.chunks(3)) {
            displacement.iter_mut().zip(step).for_each(|(value, step)| *value += step);
        }
    }
    let score = Explained::new(level, placed, &bend).score;
    Ok((bend, score))
}

/// Gain and offset of what the X-ray volume explains, and how much is left.
struct Explained {
    gain: f64,
    offset: f64,
    variance: f64,
    score: f64,
}

impl Explained {
    fn new(level: &Level, placed: &Fit, bend: &Deformation) -> Self {
        let mut sums = crate::solve::Sums::new(3);
        let mut value = [0.0f32];
        for (place, neutron) in level.places.iter().zip(&level.values) {
            let place = bend.apply(placed.transform.apply(*place));
            let Some(corner) = level.field.corner(place, 1.0) else { continue };
            level.field.values_at(&corner, &mut value);
            if value[0].is_finite() {
                sums.add(&[f64::from(value[0]), 1.0, *neutron]);
            }
        }
        let found = sums.solution(2);
        let left = sums.unexplained(&found);
        let score = if sums.spread() > 0.0 { 1.0 - left / sums.spread() } else { 0.0 };
        let variance = (left / sums.count.max(1) as f64).max(1e-12);
        Self { gain: found[0], offset: found[1], variance, score }
    }
}

/// The equations of one step.
struct System {
    size: usize,
    /// Row by row, on and left of the diagonal.
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl System {
    fn new(bend: &Deformation) -> Self {
        let size = 3 * bend.displacements.len();
        Self { size, matrix: vec![0.0; size * size], right: vec![0.0; size] }
    }

    fn clear(&mut self) {
        self.matrix.fill(0.0);
        self.right.fill(0.0);
    }

    fn add_points(
        &mut self,
        level: &Level,
        placed: &Fit,
        (bend, values): (&Deformation, &Explained),
    ) {
        let mut value = [0.0f32];
        for (place, neutron) in level.places.iter().zip(&level.values) {
            let place = placed.transform.apply(*place);
            let Some(corner) = level.field.corner(bend.apply(place), 1.0) else { continue };
            level.field.values_at(&corner, &mut value);
            let gradient = level.field.gradient_at(&corner, &[1.0]).map(|it| it * values.gain);
            if !value[0].is_finite() || !gradient[0].is_finite() {
                continue;
            }
            let residual = neutron - values.offset - values.gain * f64::from(value[0]);
            let (index, weight) = bend.taps(place);
            let mut row = [(0, 0.0); 192];
            for (k, entry) in row.iter_mut().enumerate() {
                *entry = (3 * index[k / 3] + k % 3, weight[k / 3] * gradient[k % 3]);
            }
            self.add(&row, (residual, 1.0 / values.variance));
        }
    }

    /// Adds one equation. The indices of `row` rise.
    fn add(&mut self, row: &[(usize, f64)], (residual, weight): (f64, f64)) {
        for (k, (i, a)) in row.iter().enumerate() {
            let scaled = weight * a;
            self.right[*i] += scaled * residual;
            let line = &mut self.matrix[i * self.size..(i + 1) * self.size];
            for (j, b) in &row[..=k] {
                line[*j] += scaled * b;
            }
        }
    }

    /// Adds the second differences along each axis, and a trace of the displacements themselves so
    /// that what nothing holds stays.
    fn add_stiffness(&mut self, bend: &Deformation, stiffness: f64) {
        let weight = stiffness / (USUAL_BEND_MM * USUAL_BEND_MM);
        let [_, rows, columns] = bend.shape;
        for (flat, displacement) in bend.displacements.iter().enumerate() {
            let index = [flat / (rows * columns), flat / columns % rows, flat % columns];
            for (axis, stride) in [rows * columns, columns, 1].into_iter().enumerate() {
                if index[axis] == 0 || index[axis] + 1 == bend.shape[axis] {
                    continue;
                }
                let near = [flat - stride, flat, flat + stride];
                for part in 0..3 {
                    let at = |k: usize| bend.displacements[near[k]][part];
                    let row = [
                        (3 * near[0] + part, 1.0),
                        (3 * flat + part, -2.0),
                        (3 * near[2] + part, 1.0),
                    ];
                    self.add(&row, (-(at(0) - 2.0 * at(1) + at(2)), weight));
                }
            }
            for (part, value) in displacement.iter().enumerate() {
                self.add(&[(3 * flat + part, 1.0)], (-value, 1e-3 * weight));
            }
        }
    }
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
