//! The bilateral filter. Knows no noise.

use ndarray::ArrayView3;

use super::{
    SliceFilter,
    border::{self, Bordered},
};
use crate::{
    cast::{to_f32, to_index},
    exponential::decay,
};

/// Mean of the values around, each as heavy as it is near, in place and in value:
/// `w = exp(−|Δr|²/2σ²)·exp(−Δv²/2τ²)`.
///
/// Source: Tomasi & Manduchi 1998, doi:10.1109/ICCV.1998.710815.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bilateral {
    /// σ in pixels; the kernel ends at two of them.
    pub sigma: f64,
    /// τ in the unit of the values: differences well beyond it stay.
    pub range: f32,
}

impl Bilateral {
    fn half(self) -> usize {
        to_index((2.0 * self.sigma).ceil())
    }

    /// `[z, y, x]` within the kernel and the weight of each by its distance.
    fn kernel(self, is_deep: bool) -> Vec<([isize; 3], f32)> {
        let half = self.half().cast_signed();
        let depth = if is_deep { half } else { 0 };
        let all = (-depth..=depth)
            .flat_map(|z| (-half..=half).flat_map(move |y| (-half..=half).map(move |x| [z, y, x])));
        let weighed = all.map(|at| {
            let square: f64 = at.iter().map(|by| (*by as f64).powi(2)).sum();
            (at, square)
        });
        let inside = weighed.filter(|(_, square)| *square <= (2.0 * self.sigma).powi(2));
        inside
            .map(|(at, square)| (at, to_f32((-0.5 * square / self.sigma.powi(2)).exp())))
            .collect()
    }

    fn reaches(self, slices: usize) -> [usize; 3] {
        [if slices > 1 { self.half() } else { 0 }, self.half(), self.half()]
    }
}

impl SliceFilter for Bilateral {
    fn reach(&self) -> usize {
        self.half()
    }

    fn slice(&self, volume: ArrayView3<'_, f32>, z: usize, into: &mut [f32]) {
        let (depth, _, columns) = volume.dim();
        let around = Bordered::about(volume, z, self.reaches(depth));
        let kernel: Vec<(usize, f32)> = self
            .kernel(depth > 1)
            .into_iter()
            .map(|(at, weight)| (around.offset(at), weight))
            .collect();
        let middle = around.offset([0, 0, 0]);
        let scale = (0.5f32).sqrt() / self.range.max(f32::MIN_POSITIVE);
        let (mut sums, mut weights) = (vec![0.0f32; columns], vec![0.0f32; columns]);
        for (row, line) in into.chunks_exact_mut(columns).enumerate() {
            let start = around.start(row);
            let own = &around.values[start + middle..][..columns];
            sums.fill(0.0);
            weights.fill(0.0);
            for (offset, near) in &kernel {
                let other = &around.values[start + offset..][..columns];
                for x in 0..columns {
                    let by = other[x] - own[x];
                    let weight = near * decay((by * scale) * (by * scale));
                    sums[x] += weight * by;
                    weights[x] += weight;
                }
            }
            for (x, value) in line.iter_mut().enumerate() {
                *value = own[x] + sums[x] / weights[x];
            }
        }
    }

    fn bytes(&self, slice: [usize; 2], slices: usize) -> u64 {
        border::bytes(slice, self.reaches(slices)) + 8 * slice[1] as u64
    }
}
