//! The coin cut out along its own axes. Knows no parts.

use std::f64::consts::TAU;

use ndarray::{Array2, Array3};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::fit::Estimate;
use super::working::Working;
use crate::frame::CellFrame;
use crate::sample;

/// Parts of a turn that are averaged by themselves, to see how far their means scatter.
const SECTORS: usize = 12;

/// µ on the axes of the cell.
#[derive(Debug)]
pub(super) struct Upright {
    /// µ, `[z, y, x]` of the cell, 1/cm; NaN beyond the volume.
    pub(super) mu: Array3<f32>,
    /// Where the cell lies in its volume.
    pub(super) frame: CellFrame,
    /// Edge of a voxel, mm.
    pub(super) step: f64,
    /// Height of the first slice, mm.
    pub(super) low: f64,
    /// The first row and column lie so far before the axis, mm.
    reach: f64,
}

/// Means along the axis.
#[derive(Debug, Clone)]
pub(super) struct Layers {
    /// Mean of each slice, 1/cm.
    pub(super) value: Vec<f64>,
    /// Its standard deviation, by the scatter of sectors.
    pub(super) sigma: Vec<f64>,
}

impl Upright {
    /// Heights `[low, high]`, out to `reach` from the axis, in the steps of the volume. Memory: a
    /// volume of that size.
    pub(super) fn cut(
        working: &Working<'_>,
        frame: CellFrame,
        [low, high]: [f64; 2],
        reach: f64,
    ) -> Self {
        let step = working.grid.voxel;
        let half = to_index(reach / step) + 1;
        let (slices, rows) = (to_index((high - low) / step) + 2, 2 * half + 1);
        let reach = half as f64 * step;
        let mut mu = Array3::zeros((slices, rows, rows));
        let view = working.mu.view();
        mu.outer_iter_mut().into_par_iter().enumerate().for_each(|(k, mut slice)| {
            for ((j, i), value) in slice.indexed_iter_mut() {
                let [y, x] = [j, i].map(|index| index as f64 * step - reach);
                let point = frame.volume_from_cell.apply([low + k as f64 * step, y, x]);
                *value = sample::at(&view, &working.grid, point);
            }
        });
        Self { mu, frame, step, low, reach }
    }

    /// Height of a slice, whole or between two, mm.
    pub(super) fn height(&self, slice: f64) -> f64 {
        self.low + slice * self.step
    }

    /// The slice at a height, the nearest there is.
    pub(super) fn slice(&self, height: f64) -> usize {
        to_index((height - self.low) / self.step + 0.5).min(self.mu.dim().0 - 1)
    }

    /// y or x of a row or column, mm.
    pub(super) fn across(&self, index: usize) -> f64 {
        index as f64 * self.step - self.reach
    }

    /// The row or column at y or x, the nearest there is.
    pub(super) fn index(&self, across: f64) -> usize {
        to_index((across + self.reach) / self.step + 0.5).min(self.mu.dim().1 - 1)
    }

    /// Mean of each slice over a square about `[y, x]`, `half` mm to each side; NaN where nothing is
    /// known.
    pub(super) fn column(&self, [y, x]: [f64; 2], half: f64) -> Vec<f64> {
        let range = |at: f64| self.index(at - half)..=self.index(at + half);
        let slices = self.mu.outer_iter();
        slices
            .map(|slice| {
                let square = range(y).flat_map(|j| range(x).map(move |i| [j, i]));
                let values = square.map(|at| f64::from(slice[at])).filter(|mu| mu.is_finite());
                mean(values)
            })
            .collect()
    }

    /// Mean over the heights `[low, high]`, `[y, x]`.
    pub(super) fn slab(&self, [low, high]: [f64; 2]) -> Array2<f64> {
        let (_, rows, columns) = self.mu.dim();
        let slices = self.slice(low)..=self.slice(high);
        Array2::from_shape_fn((rows, columns), |(j, i)| {
            mean(slices.clone().map(|k| f64::from(self.mu[[k, j, i]])).filter(|mu| mu.is_finite()))
        })
    }

    /// Means of the slices over the distances `[from, to]` from the axis.
    pub(super) fn layers(&self, [from, to]: [f64; 2]) -> Layers {
        let cells = self.ring([from, to]);
        let (value, sigma) = self
            .mu
            .outer_iter()
            .map(|slice| {
                let mut sums = [[0.0; 2]; SECTORS];
                for &(sector, at) in &cells {
                    let mu = f64::from(slice[at]);
                    if mu.is_finite() {
                        sums[sector][0] += mu;
                        sums[sector][1] += 1.0;
                    }
                }
                let means = sums.iter().filter(|sum| sum[1] > 0.0).map(|sum| sum[0] / sum[1]);
                let found = estimate(&means.collect::<Vec<f64>>());
                (found.value, found.sigma)
            })
            .unzip();
        Layers { value, sigma }
    }

    /// Rows and columns at the distances `[from, to]` from the axis, each with its sector.
    fn ring(&self, [from, to]: [f64; 2]) -> Vec<(usize, [usize; 2])> {
        let rows = self.mu.dim().1;
        let places = (0..rows).flat_map(|j| (0..rows).map(move |i| [j, i]));
        places
            .filter_map(|at| {
                let [y, x] = at.map(|index| self.across(index));
                let turn = y.atan2(x).rem_euclid(TAU) / TAU;
                let sector = to_index(turn * SECTORS as f64).min(SECTORS - 1);
                (from..=to).contains(&x.hypot(y)).then_some((sector, at))
            })
            .collect()
    }

    /// Angles and radii of a picture `[y, x]` of this grid about `[y, x]`: `[angle, radius]`, radii
    /// in steps of half a voxel from 0.
    pub(super) fn polar(
        &self,
        picture: &Array2<f64>,
        about: [f64; 2],
        angles: usize,
    ) -> Array2<f64> {
        let radii = to_index(2.0 * self.reach / self.step);
        Array2::from_shape_fn((angles, radii), |(k, n)| {
            let (sin, cos) = (TAU * k as f64 / angles as f64).sin_cos();
            let radius = 0.5 * n as f64 * self.step;
            self.between(picture, [about[0] + radius * sin, about[1] + radius * cos])
        })
    }

    /// A picture of this grid, linear between its points; NaN outside.
    pub(super) fn between(&self, picture: &Array2<f64>, place: [f64; 2]) -> f64 {
        let last = (picture.dim().0 - 1) as f64;
        let [v, u] = place.map(|at| (at + self.reach) / self.step);
        if !(0.0..last).contains(&v) || !(0.0..last).contains(&u) {
            return f64::NAN;
        }
        let (j, i) = (to_index(v), to_index(u));
        let (v, u) = (v - j as f64, u - i as f64);
        let along = |j: usize| picture[[j, i]] * (1.0 - u) + picture[[j, i + 1]] * u;
        along(j) * (1.0 - v) + along(j + 1) * v
    }

    /// How a picture of this grid looks when smoothed by a Gaussian of a standard deviation in mm;
    /// NaN counts for nothing.
    pub(super) fn smoothed(&self, picture: &Array2<f64>, sigma_mm: f64) -> Array2<f64> {
        let sigma = sigma_mm / self.step;
        let reach = to_index(3.0 * sigma) + 1;
        let weights: Vec<f64> =
            (0..=reach).map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp()).collect();
        let pass = |picture: &Array2<f64>| {
            let (rows, columns) = picture.dim();
            Array2::from_shape_fn((columns, rows), |(i, j)| {
                let near = i.saturating_sub(reach)..=(i + reach).min(columns - 1);
                let (mut sum, mut total) = (0.0, 0.0);
                for at in near.filter(|at| picture[[j, *at]].is_finite()) {
                    let weight = weights[at.abs_diff(i)];
                    sum += weight * picture[[j, at]];
                    total += weight;
                }
                if total > 0.0 { sum / total } else { f64::NAN }
            })
        };
        pass(&pass(picture))
    }
}

/// Mean; NaN of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { f64::NAN }
}

/// Mean of repeated measurements, and its standard deviation by their scatter.
pub(super) fn estimate(values: &[f64]) -> Estimate {
    let count = values.len() as f64;
    let value = mean(values.iter().copied());
    let square: f64 = values.iter().map(|it| (it - value).powi(2)).sum();
    let sigma = if count > 1.0 { (square / (count - 1.0) / count).sqrt() } else { f64::NAN };
    Estimate { value, sigma }
}
