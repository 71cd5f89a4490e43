//! How much of each component a radiograph shows. Knows no flat fields.

use voltomo_numeric::{cast::to_f32, eigen, median::median_in_place};

use super::components::means_of_cells;

/// Cells of a radiograph, at least about: enough for a few weights.
const CELLS: usize = 40_000;

/// Times that the weights are made better.
const ROUNDS: usize = 24;

/// Finds the weights of single radiographs.
///
/// Minimises the total variation `Σ T·|∇ln(n/(f + Σ_k w_k·u_k))|` over all neighbouring cells along
/// rows and columns: n counts, f mean open beam, u components, T = n/f held still. The logarithm
/// makes it blind to the dose, T keeps dark parts from ruling it.
#[derive(Debug)]
pub(crate) struct Fit {
    columns: usize,
    cell: usize,
    open: Vec<f32>,
    components: Vec<Vec<f32>>,
}

/// One pair of neighbouring cells: how far their logarithms are apart, how that changes with each
/// weight, and how much it counts.
struct Step {
    apart: f64,
    by_weight: Vec<f64>,
    counts: f64,
}

impl Fit {
    /// For frames of `columns`; `open_beam` above the dark field.
    pub(crate) fn new(open_beam: &[f32], components: &[Vec<f32>], columns: usize) -> Self {
        let cell = ((open_beam.len() as f64 / CELLS as f64).sqrt().floor()).clamp(1.0, 64.0);
        let cell = voltomo_numeric::cast::to_index(cell);
        let binned = |values: &[f32]| means_of_cells(values, columns, cell);
        let components = components.iter().map(|values| binned(values)).collect();
        let rows = open_beam.len() / columns;
        let columns = columns / cell.min(rows).min(columns);
        Self { columns, cell, open: binned(open_beam), components }
    }

    /// The weights of one radiograph, `counts` above the dark field (0 in dead pixels).
    ///
    /// By weighted least squares again and again, which ends where the total variation is least:
    /// Weiszfeld 1937; no cell's step counts more than one of a tenth of their median.
    pub(crate) fn weights(&self, counts: &[f32], frame_columns: usize) -> Vec<f32> {
        let counts = means_of_cells(counts, frame_columns, self.cell);
        let mut weights = vec![0.0f64; self.components.len()];
        for _ in 0..ROUNDS {
            let steps = self.steps(&counts, &weights);
            let mut sizes: Vec<f32> = steps.iter().map(|step| to_f32(step.apart.abs())).collect();
            let floor = 0.1 * f64::from(median_in_place(&mut sizes).unwrap_or(0.0));
            let change = self.change(&steps, floor.max(1e-9));
            weights.iter_mut().zip(&change).for_each(|(weight, by)| *weight += by);
            if change.iter().all(|by| by.abs() < 1e-4) {
                break;
            }
        }
        weights.into_iter().map(to_f32).collect()
    }

    /// What the total variation is of these weights, for tests.
    #[cfg(test)]
    fn variation(&self, counts: &[f32], weights: &[f64]) -> f64 {
        self.steps(counts, weights).iter().map(|step| step.counts * step.apart.abs()).sum()
    }

    fn steps(&self, counts: &[f32], weights: &[f64]) -> Vec<Step> {
        // ln(n/g), its derivatives −u/g, and T.
        let values: Vec<Option<(f64, f64, f64)>> = counts
            .iter()
            .enumerate()
            .map(|(k, n)| {
                let open = f64::from(self.open[k]);
                let shown = |(u, w): (&Vec<f32>, &f64)| w * f64::from(u[k]);
                let beam = open + self.components.iter().zip(weights).map(shown).sum::<f64>();
                let (n, share) = (f64::from(*n), f64::from(*n) / open);
                let is_good = share > 1e-3 && share.is_finite() && beam > 0.1 * open;
                is_good.then(|| ((n / beam).ln(), beam, share.min(1.0)))
            })
            .collect();
        let mut steps = Vec::with_capacity(2 * values.len());
        for k in 0..values.len() {
            let right = ((k + 1) % self.columns != 0).then_some(k + 1);
            let below = (k + self.columns < values.len()).then_some(k + self.columns);
            for other in [right, below].into_iter().flatten() {
                let (Some(here), Some(there)) = (values[k], values[other]) else { continue };
                let derivative =
                    |u: &Vec<f32>| f64::from(u[k]) / here.1 - f64::from(u[other]) / there.1;
                steps.push(Step {
                    apart: there.0 - here.0,
                    by_weight: self.components.iter().map(derivative).collect(),
                    counts: here.2.min(there.2),
                });
            }
        }
        steps
    }

    /// The change of the weights that makes `Σ counts/max(|apart|, floor)·apart²` least.
    fn change(&self, steps: &[Step], floor: f64) -> Vec<f64> {
        let count = self.components.len();
        let (mut matrix, mut right) = (vec![0.0; count * count], vec![0.0; count]);
        for step in steps {
            let heavy = step.counts / step.apart.abs().max(floor);
            for i in 0..count {
                let part = heavy * step.by_weight[i];
                right[i] -= part * step.apart;
                for j in i..count {
                    matrix[i * count + j] += part * step.by_weight[j];
                }
            }
        }
        eigen::solve_symmetric(&matrix, &right)
    }
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::random::Random;

    use super::*;

    /// A bar before a beam whose stripes have moved.
    fn case(noise: f64) -> (Fit, Vec<f32>) {
        let (rows, columns) = (60usize, 80usize);
        let mut random = Random::new(8);
        let stripes = |k: usize| 40.0 * ((k / columns) as f64 * 0.7).sin();
        let slope = |k: usize| 30.0 * ((k % columns) as f64 / 40.0 - 1.0);
        let pictures: [Vec<f32>; 2] = [
            (0..rows * columns).map(|k| to_f32(stripes(k))).collect(),
            (0..rows * columns).map(|k| to_f32(slope(k))).collect(),
        ];
        let open = vec![1000.0f32; rows * columns];
        let counts = (0..rows * columns).map(|k| {
            let beam = 1000.0 + 1.5 * stripes(k) - 0.8 * slope(k);
            let sample: f64 = if (20..50).contains(&(k % columns)) { 0.4 } else { 1.0 };
            to_f32(0.93 * beam * sample + noise * random.normal())
        });
        (Fit::new(&open, &pictures, columns), counts.collect())
    }

    #[test]
    fn weights_come_back_through_a_sample_and_a_dose() {
        let (fit, counts) = case(0.0);
        let found = fit.weights(&counts, 80);
        assert!((found[0] - 1.5).abs() < 2e-3 && (found[1] + 0.8).abs() < 2e-3, "{found:?}");
        let (fit, counts) = case(10.0);
        let found = fit.weights(&counts, 80);
        assert!((found[0] - 1.5).abs() < 0.05 && (found[1] + 0.8).abs() < 0.2, "{found:?}");
    }

    /// The slow way: no other weights on a grid have less total variation.
    #[test]
    fn no_weights_nearby_have_less_total_variation() {
        let (fit, counts) = case(10.0);
        let found: Vec<f64> = fit.weights(&counts, 80).into_iter().map(f64::from).collect();
        let least = fit.variation(&counts, &found);
        for by in -8..=8 {
            for other in -8..=8 {
                let tried = [found[0] + 0.05 * f64::from(by), found[1] + 0.05 * f64::from(other)];
                let variation = fit.variation(&counts, &tried);
                assert!(variation > least * (1.0 - 2e-4), "{tried:?}: {variation} < {least}");
            }
        }
    }
}
