//! A volume on the voxels of another grid. Knows no registration.

use std::ops::Range;

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_numeric::{cast::to_index, interpolate::CubicTaps};
use voltomo_types::{BimodalVolume, Transform, Volume, VoxelGrid};

use crate::{deformation::Deformation, placement::Placement};

/// The slices `z` of `target` filled from `source`, `[z, y, x]`; NaN where the source does not reach.
///
/// Cubic between the source's voxels, linear where one of the voxels around is no number or beyond
/// the border; a target voxel larger than the source's is the mean over points inside it, as many
/// as keep them no further apart than the source's voxels. The bits do not depend on the slab or
/// the threads. Memory: what is returned. NaN everywhere if the transform has no inverse.
/// Source: Keys 1981, doi:10.1109/TASSP.1981.1163711.
#[must_use]
pub fn resample_slab(
    source: &Volume,
    target: &VoxelGrid,
    placement: &Placement<'_>,
    z: Range<usize>,
) -> Array3<f32> {
    let shape = (z.len(), target.shape[1], target.shape[2]);
    let mut filled = Array3::from_elem(shape, f32::NAN);
    let Some(back) = placement.transform.inverse() else { return filled };
    let fine = to_index((target.voxel / source.grid.voxel - 1e-6).ceil()).clamp(1, 8);
    let attenuation = source.attenuation.as_standard_layout();
    let Some(values) = attenuation.as_slice() else { return filled };
    let source = Source { values, grid: &source.grid };
    let reader = Reader { source, target, back, deformation: placement.deformation, fine };
    filled.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(k, mut slice)| {
        for ((y, x), value) in slice.indexed_iter_mut() {
            *value = reader.voxel([z.start + k, y, x]);
        }
    });
    filled
}

/// Both volumes on the X-ray volume's voxels, or on those of `grid` in the X-ray volume's frame.
///
/// Memory: two volumes of the grid beside those given.
#[must_use]
pub fn bimodal(
    neutron: &Volume,
    xray: &Volume,
    placement: &Placement<'_>,
    grid: Option<&VoxelGrid>,
) -> BimodalVolume {
    let target = grid.unwrap_or(&xray.grid);
    let slices = 0..target.shape[0];
    let here = Placement { transform: Transform::IDENTITY, deformation: None };
    let kept = if *target == xray.grid {
        xray.attenuation.clone()
    } else {
        resample_slab(xray, target, &here, slices.clone())
    };
    BimodalVolume {
        neutron: resample_slab(neutron, target, placement, slices),
        xray: kept,
        grid: *target,
        xray_from_neutron: placement.transform,
    }
}

/// Reads voxels of the target.
struct Reader<'a> {
    source: Source<'a>,
    target: &'a VoxelGrid,
    back: Transform,
    deformation: Option<&'a Deformation>,
    /// Points along each edge of a target voxel.
    fine: usize,
}

impl Reader<'_> {
    fn voxel(&self, index: [usize; 3]) -> f32 {
        let centre = self.target.centre_of(index);
        if self.fine == 1 {
            return self.point(centre);
        }
        let (mut sum, mut count) = (0.0f32, 0.0f32);
        let part = |k: usize| ((k as f64 + 0.5) / self.fine as f64 - 0.5) * self.target.voxel;
        for k in 0..self.fine.pow(3) {
            let steps = [k / self.fine.pow(2), k / self.fine % self.fine, k % self.fine];
            let value = self.point(std::array::from_fn(|i| centre[i] + part(steps[i])));
            if !value.is_nan() {
                sum += value;
                count += 1.0;
            }
        }
        // 0 of 0 is NaN: nothing of the voxel is held.
        sum / count
    }

    fn point(&self, place: [f64; 3]) -> f32 {
        let place = self.deformation.map_or(place, |deformation| deformation.before(place));
        let place = self.back.apply(place);
        let grid = self.source.grid;
        let position: [f64; 3] =
            std::array::from_fn(|axis| (place[axis] - grid.first[axis]) / grid.voxel);
        // Half a voxel beyond the middle of the last one is its border.
        let is_held = (0..3).all(|axis| {
            (-0.5 - 1e-9..=grid.shape[axis] as f64 - 0.5 + 1e-9).contains(&position[axis])
        });
        if !is_held {
            return f32::NAN;
        }
        let taps: [CubicTaps; 3] =
            std::array::from_fn(|axis| CubicTaps::at(position[axis], grid.shape[axis]));
        let cubic = self.source.cubic(&taps);
        if cubic.is_finite() { cubic } else { self.source.linear(position) }
    }
}

/// The volume that is read, its rows one after the other.
struct Source<'a> {
    values: &'a [f32],
    grid: &'a VoxelGrid,
}

impl Source<'_> {
    /// The cubic sum over 64 voxels; the four of a row side by side, added up last.
    fn cubic(&self, [along_z, along_y, along_x]: &[CubicTaps; 3]) -> f32 {
        let first = along_x.index[0];
        let is_row = along_x.index[3] == first + 3;
        let mut sums = [0.0f32; 4];
        for (z, weight_z) in along_z.index.iter().zip(along_z.weight) {
            for (y, weight_y) in along_y.index.iter().zip(along_y.weight) {
                let row = self.row(*z, *y);
                let around = match row[first..].first_chunk::<4>() {
                    Some(around) if is_row => *around,
                    _ => along_x.index.map(|x| row[x]),
                };
                let weight = weight_z * weight_y;
                for (sum, value) in sums.iter_mut().zip(around) {
                    *sum += weight * value;
                }
            }
        }
        sums.iter().zip(along_x.weight).map(|(sum, weight)| weight * sum).sum()
    }

    #[inline]
    fn row(&self, z: usize, y: usize) -> &[f32] {
        let [_, rows, columns] = self.grid.shape;
        &self.values[(z * rows + y) * columns..][..columns]
    }

    /// Linear between the eight voxels around; NaN where one of them with a weight is.
    fn linear(&self, position: [f64; 3]) -> f32 {
        let shape = self.grid.shape;
        let mut sum = 0.0f64;
        for k in 0..8usize {
            let mut weight = 1.0;
            let index: [usize; 3] = std::array::from_fn(|axis| {
                let at = position[axis].clamp(0.0, (shape[axis] - 1) as f64);
                let share = at - at.floor();
                let is_upper = k >> axis & 1 == 1;
                weight *= if is_upper { share } else { 1.0 - share };
                (to_index(at) + usize::from(is_upper)).min(shape[axis] - 1)
            });
            if weight > 0.0 {
                sum += weight * f64::from(self.row(index[0], index[1])[index[2]]);
            }
        }
        voltomo_numeric::cast::to_f32(sum)
    }
}
