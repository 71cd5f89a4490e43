//! A volume read on rays from the roll's axis. Knows no windings.

use ndarray::{Array2, ArrayView3};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::VoxelGrid;

use crate::frame::CellFrame;
use crate::seen::Seen;

/// A share of a voxel by which a point may lie outside and still be read.
const TOLERANCE: f64 = 1e-6;

/// A volume, where the cell lies in it, and where the roll's axis crosses the cell's.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// µ, or grey values of any scale, `[z, y, x]`.
    pub attenuation: ArrayView3<'a, f32>,
    /// Where its voxels are.
    pub grid: &'a VoxelGrid,
    /// Where the cell is.
    pub frame: &'a CellFrame,
    /// The roll's axis in the cell's frame, `[y, x]`, mm.
    pub centre: [f64; 2],
}

impl<'a> Reader<'a> {
    /// Reads a volume about a roll's axis, `[y, x]` of the cell, mm.
    #[must_use]
    pub fn new(seen: &'a Seen<'_>, frame: &'a CellFrame, centre: [f64; 2]) -> Self {
        Self { attenuation: seen.attenuation.view(), grid: &seen.grid, frame, centre }
    }

    /// The point of the cell at a height, a distance from the roll's axis and an angle.
    #[must_use]
    pub fn cell_point(&self, z: f64, radius: f64, angle: f64) -> [f64; 3] {
        let (sin, cos) = angle.sin_cos();
        [z, self.centre[0] + radius * sin, self.centre[1] + radius * cos]
    }

    /// The value there, linear between voxels; NaN outside.
    #[must_use]
    pub fn at(&self, z: f64, radius: f64, angle: f64) -> f32 {
        self.at_point(self.frame.volume_from_cell.apply(self.cell_point(z, radius, angle)))
    }

    /// The value at a point of the volume's frame, `[z, y, x]`, mm; NaN outside.
    #[must_use]
    pub fn at_point(&self, point: [f64; 3]) -> f32 {
        let mut low = [0; 3];
        let mut share = [0.0f32; 3];
        for axis in 0..3 {
            let last = self.grid.shape[axis].saturating_sub(1) as f64;
            let position = (point[axis] - self.grid.first[axis]) / self.grid.voxel;
            if !(-TOLERANCE..=last + TOLERANCE).contains(&position) {
                return f32::NAN;
            }
            let position = position.clamp(0.0, last);
            low[axis] = to_index(position).min(self.grid.shape[axis].saturating_sub(2));
            share[axis] = to_f32(position - low[axis] as f64);
        }
        let mut sum = 0.0;
        for corner in 0..8_usize {
            let bit = |axis: usize| corner >> axis & 1;
            let weight = |axis: usize| {
                if bit(axis) == 1 { share[axis] } else { 1.0 - share[axis] }
            };
            let weight = weight(0) * weight(1) * weight(2);
            if weight > 0.0 {
                let index = [0, 1, 2].map(|axis| low[axis] + bit(axis));
                sum += weight * self.attenuation[index];
            }
        }
        sum
    }

    /// Lowest and highest height of the volume at the roll's axis, mm in the cell.
    #[must_use]
    pub fn heights(&self) -> [f64; 2] {
        let ends = [0, self.grid.shape[0].saturating_sub(1)].map(|slice| {
            let middle = self.grid.centre_of([slice, 0, 0])[0];
            let half = |axis: usize| 0.5 * (self.grid.shape[axis] as f64 - 1.0) * self.grid.voxel;
            let [y, x] = [1, 2].map(|axis| self.grid.first[axis] + half(axis));
            self.frame.cell_from_volume.apply([middle, y, x])[0]
        });
        [ends[0].min(ends[1]), ends[0].max(ends[1])]
    }

    /// Greatest distance from the roll's axis that any ray reaches in the volume, mm.
    #[must_use]
    pub fn reach(&self) -> f64 {
        let side = |axis: usize| self.grid.shape[axis] as f64 * self.grid.voxel;
        0.5 * side(1).hypot(side(2)) + self.centre[0].hypot(self.centre[1])
    }

    /// A cross-section unrolled, the mean of the heights `z`: `[angle, radius]`, angles k·2π/count,
    /// radii i·step mm; NaN where no height is in the volume.
    #[must_use]
    pub fn unrolled(&self, z: &[f64], (angles, radii, step): (usize, usize, f64)) -> Array2<f32> {
        let mut map = Array2::zeros((angles, radii));
        map.outer_iter_mut().into_par_iter().enumerate().for_each(|(k, mut row)| {
            let angle = std::f64::consts::TAU * k as f64 / angles as f64;
            for (i, value) in row.iter_mut().enumerate() {
                *value = self.mean_at(z, i as f64 * step, angle);
            }
        });
        map
    }

    /// Mean of what can be read at the heights `z`.
    #[must_use]
    pub fn mean_at(&self, z: &[f64], radius: f64, angle: f64) -> f32 {
        let read = z.iter().map(|z| self.at(*z, radius, angle)).filter(|it| it.is_finite());
        let (count, sum) = read.fold((0.0, 0.0), |(count, sum), it| (count + 1.0, sum + it));
        if count > 0.0 { sum / count } else { f32::NAN }
    }
}
