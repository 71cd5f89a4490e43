//! A smooth bend beyond the placement: a cubic B-spline on a coarse lattice. Knows no search.
//!
//! Source: Rueckert, Sonoda, Hayes, Hill, Leach & Hawkes 1999, doi:10.1109/42.796284.

use voltomo_types::Problem;

use crate::{
    RegisterError, RegisterSettings,
    can::Can,
    deformation::Deformation,
    metric::{Explained, Level, explained, residuals},
    placement::Placement,
    rigid::Fit,
    solve::cholesky,
};

/// Unknowns of a lattice at most: their matrix takes 8 bytes times the square.
const MOST_UNKNOWNS: usize = 4500;
/// Steps of Gauss and Newton.
const STEPS: usize = 4;
/// Second difference of the lattice that is usual at a stiffness of 1, mm.
const USUAL_BEND_MM: f64 = 0.05;
/// Bends beyond a placement until the level is explained best, with bending held down.
///
/// Minimises `Σ (n − Σ_k c_k w_k(q + u(q)))² / σ_r² + stiffness · Σ (second differences)² / (0.05 mm)²`.
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
    let mut best = placed.explained.clone();
    for _ in 0..STEPS {
        system.clear();
        system.add_points(level, (placed, &best), &bend);
        system.add_stiffness(&bend, settings.stiffness);
        let Some(step) = cholesky(&mut system.matrix, &mut system.right) else { break };
        let mut next = bend.clone();
        for (displacement, step) in next.displacements.iter_mut().zip(step.chunks(3)) {
            displacement.iter_mut().zip(step).for_each(|(value, step)| *value += step);
        }
        let placement = Placement { transform: placed.transform, deformation: Some(&next) };
        let found = explained(level, placement);
        if found.gain <= best.gain {
            break;
        }
        (best, bend) = (found, next);
    }
    Ok((bend, best.score))
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
        (placed, best): (&Fit, &Explained),
        bend: &Deformation,
    ) {
        let placement = Placement { transform: placed.transform, deformation: Some(bend) };
        let residuals = residuals(level, placement, best);
        for (ring, part) in level.rings.iter().enumerate() {
            let (attenuations, weight) = (&best.attenuations[ring], best.weights[ring]);
            for point in part.clone().filter(|point| residuals[*point].is_finite()) {
                let place = placed.transform.apply(level.places[point]);
                let Some(corner) = level.field.corner(bend.apply(place), 1.0) else { continue };
                let gradient = level.field.gradient_at(&corner, attenuations);
                let (index, weights) = bend.taps(place);
                let mut row = [(0, 0.0); 192];
                for (k, entry) in row.iter_mut().enumerate() {
                    *entry = (3 * index[k / 3] + k % 3, weights[k / 3] * gradient[k % 3]);
                }
                self.add(&row, (residuals[point], weight));
            }
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
