//! The Gaussian mean. Knows no noise.

use ndarray::{ArrayView3, s};

use super::SliceFilter;
use crate::cast::{to_f32, to_index};

/// Mean under a Gaussian: takes noise and sharpness alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    /// Standard deviation in pixels; the kernel ends at four of them.
    pub sigma: f64,
}

impl Gaussian {
    /// Weights of the pixels 0, 1, 2 … from the middle, which add up to 1 over both sides.
    fn weights(self) -> Vec<f32> {
        let half = to_index((4.0 * self.sigma).ceil());
        let weight = |k: usize| (-0.5 * (k as f64 / self.sigma).powi(2)).exp();
        let sum: f64 = 1.0 + 2.0 * (1..=half).map(weight).sum::<f64>();
        (0..=half).map(|k| to_f32(weight(k) / sum)).collect()
    }
}

/// `into += weight·(before + after)`.
fn add(into: &mut [f32], weight: f32, before: &[f32], after: &[f32]) {
    for ((into, before), after) in into.iter_mut().zip(before).zip(after) {
        *into += weight * (before + after);
    }
}

impl SliceFilter for Gaussian {
    fn reach(&self) -> usize {
        self.weights().len() - 1
    }

    fn slice(&self, volume: ArrayView3<'_, f32>, z: usize, into: &mut [f32]) {
        let (depth, rows, columns) = volume.dim();
        let weights = self.weights();
        let mut across = vec![0.0; rows * columns];
        let gather = |slice: usize| volume.slice(s![slice, .., ..]);
        if depth == 1 {
            across.iter_mut().zip(gather(z)).for_each(|(into, value)| *into = *value);
        } else {
            across.iter_mut().zip(gather(z)).for_each(|(into, value)| *into = weights[0] * value);
            for (k, weight) in weights.iter().enumerate().skip(1) {
                let (before, after) = (gather(z.saturating_sub(k)), gather((z + k).min(depth - 1)));
                for ((into, before), after) in across.iter_mut().zip(before).zip(after) {
                    *into += weight * (before + after);
                }
            }
        }
        let half = weights.len() - 1;
        let mut line = vec![0.0; columns + 2 * half];
        for (row, into) in into.chunks_exact_mut(columns).enumerate() {
            let at = |row: usize| &across[row * columns..(row + 1) * columns];
            let middle = &mut line[half..half + columns];
            middle.iter_mut().zip(at(row)).for_each(|(into, value)| *into = weights[0] * value);
            for (k, weight) in weights.iter().enumerate().skip(1) {
                add(middle, *weight, at(row.saturating_sub(k)), at((row + k).min(rows - 1)));
            }
            let (first, last) = (line[half], line[half + columns - 1]);
            line[..half].fill(first);
            line[half + columns..].fill(last);
            into.iter_mut().zip(&line[half..]).for_each(|(into, value)| *into = weights[0] * value);
            for (k, weight) in weights.iter().enumerate().skip(1) {
                add(into, *weight, &line[half - k..], &line[half + k..]);
            }
        }
    }

    fn bytes(&self, [rows, columns]: [usize; 2], _slices: usize) -> u64 {
        4 * (rows * columns + columns + 2 * self.reach()) as u64
    }
}
