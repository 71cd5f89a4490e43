//! Gaussian blur of a field along its three axes, in place. Knows no cell.

use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use crate::field::Field;

/// Blurs by a Gaussian of the standard deviation `sigma_mm`; below a fifth of a point nothing is
/// done. Beyond an edge stands the value of the edge.
///
/// Points that are NaN count as 0 and are NaN again, as are those next to them.
pub(crate) fn smooth(field: &mut Field, sigma_mm: f64) {
    let sigma = sigma_mm / field.voxel;
    if sigma < 0.2 {
        return;
    }
    let unseen = take_unseen(field);
    let weights = weights(sigma);
    for axis in 0..3 {
        along(field, axis, &weights);
    }
    put_unseen(field, &unseen);
}

/// Indices of the points that are NaN, which become 0.
fn take_unseen(field: &mut Field) -> Vec<usize> {
    let channels = field.channels;
    let mut unseen = Vec::new();
    for (index, values) in field.values.chunks_mut(channels).enumerate() {
        if !values[0].is_finite() {
            values.fill(0.0);
            unseen.push(index);
        }
    }
    unseen
}

/// NaN at the points and their neighbours.
fn put_unseen(field: &mut Field, unseen: &[usize]) {
    let channels = field.channels;
    for flat in unseen {
        let index = field.index(*flat);
        for near in 0..27 {
            let step = [near / 9, near / 3 % 3, near % 3];
            let at: [usize; 3] = std::array::from_fn(|axis| {
                (index[axis] + step[axis]).saturating_sub(1).min(field.shape[axis] - 1)
            });
            let start = field.flat(at) * channels;
            field.values[start..start + channels].fill(f32::NAN);
        }
    }
}

/// Weights of the distances 0, 1, 2 …: the Gaussian to three and a half deviations, of sum 1 over
/// both sides, and so scaled that its variance is that asked for.
fn weights(sigma: f64) -> Vec<f32> {
    let half = to_index((3.5 * sigma).ceil()).max(1);
    let of = |k: usize| (-0.5 * (k as f64 / sigma).powi(2)).exp();
    let sum: f64 = 1.0 + 2.0 * (1..=half).map(of).sum::<f64>();
    (0..=half).map(|k| to_f32(of(k) / sum)).collect()
}

/// One pass along an axis. Lines of neighbouring values are taken together.
fn along(field: &mut Field, axis: usize, weights: &[f32]) {
    let inner: usize = field.shape[axis + 1..].iter().product::<usize>() * field.channels;
    let count = field.shape[axis];
    if axis == 0 {
        along_depth(field, weights);
        return;
    }
    field.values.par_chunks_mut(count * inner).for_each_init(Vec::new, |copy, part| {
        copy.clear();
        copy.extend_from_slice(part);
        for (k, into) in part.chunks_mut(inner).enumerate() {
            mix(into, |at| &copy[at * inner..(at + 1) * inner], (k, count), weights);
        }
    });
}

/// The pass along z, in bands of columns so that the copies stay small.
fn along_depth(field: &mut Field, weights: &[f32]) {
    let (depth, slice) = (field.shape[0], field.shape[1] * field.shape[2] * field.channels);
    let band = field.shape[2] * field.channels;
    let mut rows: Vec<Vec<&mut [f32]>> = (0..slice / band).map(|_| Vec::new()).collect();
    for plane in field.values.chunks_mut(slice) {
        for (row, part) in rows.iter_mut().zip(plane.chunks_mut(band)) {
            row.push(part);
        }
    }
    rows.par_iter_mut().for_each_init(Vec::new, |copy, lines| {
        copy.clear();
        lines.iter().for_each(|line| copy.extend_from_slice(line));
        for (k, into) in lines.iter_mut().enumerate() {
            mix(into, |at| &copy[at * band..(at + 1) * band], (k, depth), weights);
        }
    });
}

/// `into = Σ weight·(line before + line after)`.
fn mix<'a>(
    into: &mut [f32],
    line: impl Fn(usize) -> &'a [f32],
    (at, count): (usize, usize),
    weights: &[f32],
) {
    into.iter_mut().zip(line(at)).for_each(|(sum, value)| *sum = weights[0] * value);
    for (k, weight) in weights.iter().enumerate().skip(1) {
        let (before, after) = (line(at.saturating_sub(k)), line((at + k).min(count - 1)));
        for ((sum, before), after) in into.iter_mut().zip(before).zip(after) {
            *sum += weight * (before + after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_becomes_a_gaussian_of_the_variance_asked_for() {
        let shape = [21, 21, 21];
        let mut field =
            Field { shape, voxel: 0.5, first: [0.0; 3], channels: 2, values: vec![0.0; 2 * 9261] };
        let middle = 2 * field.flat([10, 10, 10]);
        field.values[middle + 1] = 1.0;
        smooth(&mut field, 0.8);
        let (mut sum, mut variance) = (0.0, [0.0; 3]);
        for (flat, values) in field.values.chunks(2).enumerate() {
            assert_eq!(values[0], 0.0);
            sum += f64::from(values[1]);
            let index = field.index(flat);
            for axis in 0..3 {
                let length = (index[axis] as f64 - 10.0) * 0.5;
                variance[axis] += f64::from(values[1]) * length * length;
            }
        }
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        assert!(variance.iter().all(|it| (it - 0.64).abs() < 0.01), "{variance:?}");
    }

    #[test]
    fn what_is_not_seen_stays_so() {
        let mut field = Field {
            shape: [9; 3],
            voxel: 1.0,
            first: [0.0; 3],
            channels: 1,
            values: vec![1.0; 729],
        };
        field.values[0] = f32::NAN;
        smooth(&mut field, 1.0);
        assert!(field.values[field.flat([1, 1, 1])].is_nan());
        assert!(field.values[field.flat([2, 2, 2])].is_finite());
    }
}
