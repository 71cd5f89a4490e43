//! Line integrals behind a known length of metal, made proportional to both lengths. Knows no
//! projections.

use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::polychromatic::Polychromatic;

/// Nodes along the length of metal and along the line integral.
const LENGTHS: usize = 128;
const INTEGRALS: usize = 1024;

/// What a measured line integral becomes behind so much metal, as a table, linear between nodes.
///
/// With the length L₁ of metal known, the length L₂ of the other material is that for which the
/// polychromatic model gives what was measured, `−ln Σ w exp(−µ₁ L₁ − µ₂ L₂) = p`; the result is
/// `µ₁ L₁ + µ₂ L₂` with both µ of one energy. Where the metal alone would give more than was
/// measured (its edge is not where it was taken to be), all is taken for metal.
/// Source: Joseph & Spital 1978, doi:10.1097/00004728-197801000-00017, solved for the second
/// length instead of adding a difference of two projections.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PathTable {
    /// Steps of the length, cm, and of the line integral.
    steps: [f64; 2],
    /// `[length, line integral]`.
    values: Vec<f64>,
}

impl PathTable {
    /// A table for up to so much metal, cm, and line integrals up to `largest`.
    pub(super) fn new(beam: &Polychromatic, longest_cm: f64, largest: f64) -> Self {
        let longest = longest_cm.max(1e-6);
        let steps = [longest / (LENGTHS - 1) as f64, largest / (INTEGRALS - 1) as f64];
        let [metal, other] = beam.linear_per_cm;
        let row = |node: usize| -> Vec<f64> {
            let length = steps[0] * node as f64;
            let alone = beam.line_integral([length, 0.0]);
            let value = |k: usize| {
                let measured = steps[1] * k as f64;
                if measured < alone {
                    metal * beam.length(measured, 0, 0.0)
                } else {
                    metal * length + other * beam.length(measured, 1, length)
                }
            };
            (0..INTEGRALS).map(value).collect()
        };
        let values = (0..LENGTHS).into_par_iter().flat_map_iter(row).collect();
        Self { steps, values }
    }

    /// The largest line integral of the table.
    pub(super) fn end(&self) -> f64 {
        self.steps[1] * (INTEGRALS - 1) as f64
    }

    /// What a line integral becomes behind so much metal, cm.
    pub(super) fn at(&self, length_cm: f64, measured: f64) -> f64 {
        let place = (length_cm / self.steps[0]).clamp(0.0, (LENGTHS - 1) as f64);
        let node = to_index(place).min(LENGTHS - 2);
        let share = place - node as f64;
        let [low, high] = [node, node + 1].map(|node| self.along(node, measured));
        low + share * (high - low)
    }

    fn along(&self, node: usize, measured: f64) -> f64 {
        let row = &self.values[node * INTEGRALS..(node + 1) * INTEGRALS];
        let place = measured / self.steps[1];
        let k = to_index(place).min(INTEGRALS - 2);
        row[k] + (row[k + 1] - row[k]) * (place - k as f64)
    }

    /// What was measured where the table gave `corrected`, and the table's slope there.
    pub(super) fn undone(&self, length_cm: f64, corrected: f64) -> (f64, f64) {
        let (mut low, mut high) = (-1.0, self.end() + 1.0);
        for _ in 0..32 {
            let middle = 0.5 * (low + high);
            if self.at(length_cm, middle) < corrected { low = middle } else { high = middle }
        }
        let measured = 0.5 * (low + high);
        let near = |away: f64| self.at(length_cm, measured + away);
        let step = self.steps[1];
        (measured, (near(step) - near(-step)) / (2.0 * step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steel_and_roll() -> Polychromatic {
        let mut beam = Polychromatic {
            weights: vec![0.2, 0.5, 0.3],
            first_per_cm: vec![28.0, 11.0, 5.0],
            second_per_cm: vec![2.3, 1.0, 0.6],
            linear_per_cm: [0.0; 2],
        };
        beam.linear_per_cm = beam.thin_per_cm();
        beam
    }

    #[test]
    fn both_lengths_count_by_their_own_attenuation() {
        let beam = steel_and_roll();
        let table = PathTable::new(&beam, 0.5, 9.0);
        let [metal, other] = beam.linear_per_cm;
        for (steel, roll) in [(0.0, 0.0), (0.044, 1.4), (0.137, 0.42), (0.398, 0.0), (0.2, 0.9)] {
            let measured = beam.line_integral([steel, roll]);
            let wanted = metal * steel + other * roll;
            let found = table.at(steel, measured);
            assert!((found - wanted).abs() < 2e-3 * wanted.max(0.1), "{found} for {wanted}");
            let (back, slope) = table.undone(steel, found);
            assert!((back - measured).abs() < 1e-4 && slope > 0.9, "{back} {measured} {slope}");
        }
    }

    #[test]
    fn too_much_metal_is_taken_for_the_metal_that_fits() {
        let beam = steel_and_roll();
        let table = PathTable::new(&beam, 0.5, 9.0);
        let measured = beam.line_integral([0.1, 0.0]);
        let found = table.at(0.12, measured);
        assert!((found / (beam.linear_per_cm[0] * 0.1) - 1.0).abs() < 5e-3, "{found}");
    }
}
