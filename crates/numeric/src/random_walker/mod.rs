//! Where a random walk that shuns steps of value ends first. Knows no meaning of the values.

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;

use crate::cast::to_f32;

/// The equations are solved to this share of their start, or after so many rounds.
const TOLERANCE: f64 = 1e-4;
const ROUNDS: usize = 2000;
/// A step is never quite impossible.
const LEAST_WEIGHT: f64 = 1e-6;

/// The probability that a random walk from each voxel reaches each kind of marker first.
#[derive(Debug, Clone)]
pub struct Walks {
    /// The most probable marker of each voxel, `[z, y, x]`; 0 where the value is NaN, or where no
    /// marker can be reached.
    pub labels: Array3<u32>,
    /// Its probability.
    pub probability: Array3<f32>,
    /// Whether every system of equations was solved within the rounds allowed.
    pub is_solved: bool,
}

/// Random walks on the voxels, with steps of weight exp(−β·(g_i − g_j)² / max): the potentials of
/// a net of resistors of which one kind of marker is at 1 and all others at 0.
///
/// `values`: `[z, y, x]`. `markers`: 1 to K where the end is known, 0 elsewhere, of the same shape.
/// `beta`: how much steps are shunned; the largest squared step counts as 1 (90 to 1000 is usual).
/// Neighbours share a face. K − 1 systems are solved by conjugate gradients, in sums of fixed
/// order. Memory: 44 bytes a voxel and 4 more a marker.
/// Source: Grady 2006, doi:10.1109/TPAMI.2006.233.
///
/// # Panics
/// If the shapes differ.
#[must_use]
pub fn random_walker(
    values: ArrayView3<'_, f32>,
    markers: ArrayView3<'_, u32>,
    beta: f64,
) -> Walks {
    assert_eq!(values.dim(), markers.dim(), "a marker or 0 for each voxel");
    let net = Net::new(values, markers, beta);
    let kinds = markers.iter().copied().max().unwrap_or(0);
    let count = values.len();
    let mut walks = Walks {
        labels: Array3::zeros(values.dim()),
        probability: Array3::zeros(values.dim()),
        is_solved: true,
    };
    let mut rest = vec![1.0; count];
    let labels = walks.labels.as_slice_mut().expect("a new array");
    let probability = walks.probability.as_slice_mut().expect("a new array");
    for kind in 1..=kinds {
        // The probabilities of all kinds add up to 1.
        let potentials = if kind == kinds && kinds > 1 {
            rest.clone()
        } else {
            let (potentials, is_solved) = net.solve(kind);
            walks.is_solved &= is_solved;
            potentials
        };
        for index in (0..count).filter(|index| net.is_reached[*index]) {
            rest[index] -= potentials[index];
            let value = to_f32(potentials[index].clamp(0.0, 1.0));
            if value > probability[index] {
                (labels[index], probability[index]) = (kind, value);
            }
        }
    }
    walks
}

/// The net: weights to the next voxel along each axis.
struct Net {
    shape: [usize; 3],
    markers: Vec<u32>,
    weights: [Vec<f32>; 3],
    /// Sum of all weights of a voxel.
    degree: Vec<f32>,
    is_reached: Vec<bool>,
}

impl Net {
    fn new(values: ArrayView3<'_, f32>, markers: ArrayView3<'_, u32>, beta: f64) -> Self {
        let (depth, rows, columns) = values.dim();
        let shape = [depth, rows, columns];
        let values: Vec<f32> = values.iter().copied().collect();
        let strides = [rows * columns, columns, 1];
        let step = |axis: usize, index: usize| {
            let at = index / strides[axis] % shape[axis];
            let is_last = at + 1 == shape[axis];
            let other = if is_last { f32::NAN } else { values[index + strides[axis]] };
            f64::from(other - values[index]).powi(2)
        };
        let all = |axis: usize| (0..values.len()).map(move |index| (axis, index));
        let most = (0..3).flat_map(all).map(|(axis, index)| step(axis, index)).fold(0.0, f64::max);
        let scale = if most > 0.0 { beta / most } else { 0.0 };
        let weight = |axis: usize, index: usize| {
            let square = step(axis, index);
            let weight = (-scale * square).exp() + LEAST_WEIGHT;
            if square.is_nan() { 0.0 } else { to_f32(weight) }
        };
        let weights = [0, 1, 2].map(|axis| {
            (0..values.len()).into_par_iter().map(|index| weight(axis, index)).collect::<Vec<_>>()
        });
        let mut net = Self {
            shape,
            markers: markers.iter().copied().collect(),
            weights,
            degree: Vec::new(),
            is_reached: Vec::new(),
        };
        net.degree = (0..values.len()).map(|index| net.sum(index, |_| 1.0)).map(to_f32).collect();
        net.is_reached = net.reached(&values);
        net
    }

    fn stride(&self, axis: usize) -> usize {
        self.shape[axis + 1..].iter().product()
    }

    /// Σ weight × value over the neighbours of a voxel.
    fn sum(&self, index: usize, value: impl Fn(usize) -> f64) -> f64 {
        let mut sum = 0.0;
        for axis in 0..3 {
            let stride = self.stride(axis);
            let weight = f64::from(self.weights[axis][index]);
            if weight > 0.0 {
                sum += weight * value(index + stride);
            }
            if !(index / stride).is_multiple_of(self.shape[axis]) {
                let weight = f64::from(self.weights[axis][index - stride]);
                if weight > 0.0 {
                    sum += weight * value(index - stride);
                }
            }
        }
        sum
    }

    /// The voxels from which a way leads to a marker.
    fn reached(&self, values: &[f32]) -> Vec<bool> {
        let is_start = |index: &usize| self.markers[*index] > 0 && !values[*index].is_nan();
        let mut open: Vec<usize> = (0..values.len()).filter(is_start).collect();
        let mut is_reached = vec![false; values.len()];
        open.iter().for_each(|index| is_reached[*index] = true);
        while let Some(index) = open.pop() {
            let found = std::cell::RefCell::new(Vec::new());
            self.sum(index, |other| {
                found.borrow_mut().push(other);
                0.0
            });
            for other in found.into_inner() {
                if !std::mem::replace(&mut is_reached[other], true) {
                    open.push(other);
                }
            }
        }
        is_reached
    }

    fn is_free(&self, index: usize) -> bool {
        self.is_reached[index] && self.markers[index] == 0
    }

    /// The Laplacian on the free voxels; markers count as 0.
    fn apply(&self, x: &[f64], into: &mut [f64]) {
        into.par_iter_mut().enumerate().for_each(|(index, value)| {
            *value = if self.is_free(index) {
                f64::from(self.degree[index]) * x[index] - self.sum(index, |other| x[other])
            } else {
                0.0
            };
        });
    }

    /// Potentials with the markers of one kind at 1; whether they are found.
    fn solve(&self, kind: u32) -> (Vec<f64>, bool) {
        let count = self.markers.len();
        let at_marker = |index: usize| f64::from(u8::from(self.markers[index] == kind));
        let right = |index: usize| {
            if self.is_free(index) { self.sum(index, at_marker) } else { 0.0 }
        };
        let mut residual: Vec<f64> = (0..count).into_par_iter().map(right).collect();
        let mut x = vec![0.0; count];
        let precondition = |index: usize, value: f64| {
            if value == 0.0 { 0.0 } else { value / f64::from(self.degree[index]) }
        };
        let mut direction: Vec<f64> =
            residual.iter().enumerate().map(|(index, value)| precondition(index, *value)).collect();
        let mut image = vec![0.0; count];
        let mut before = dot(&residual, &direction);
        let wanted = TOLERANCE * TOLERANCE * before;
        let mut is_solved = before <= 0.0;
        for _ in 0..ROUNDS {
            if before <= wanted {
                is_solved = true;
                break;
            }
            self.apply(&direction, &mut image);
            let length = before / dot(&direction, &image);
            x.par_iter_mut().zip(&direction).for_each(|(x, step)| *x += length * step);
            residual.par_iter_mut().zip(&image).for_each(|(r, image)| *r -= length * image);
            // The preconditioned residual takes the image's place.
            image.par_iter_mut().enumerate().for_each(|(index, z)| {
                *z = precondition(index, residual[index]);
            });
            let after = dot(&residual, &image);
            let share = after / before;
            direction.par_iter_mut().zip(&image).for_each(|(d, z)| *d = z + share * *d);
            before = after;
        }
        let fixed =
            |(index, x): (usize, f64)| if self.is_free(index) { x } else { at_marker(index) };
        (x.into_iter().enumerate().map(fixed).collect(), is_solved)
    }
}

/// Sum of products, in parts of fixed size and order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let part = |(a, b): (&[f64], &[f64])| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let parts: Vec<f64> = a.par_chunks(8192).zip(b.par_chunks(8192)).map(part).collect();
    parts.iter().sum()
}

#[cfg(test)]
mod tests;
