//! Coarser copies of a volume with one or several values a point, read between their points. Knows
//! no cell.

use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{Volume, VoxelGrid};

/// Values on a regular grid, lengths in mm.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Points along `[z, y, x]`.
    pub(crate) shape: [usize; 3],
    /// Distance of the points.
    pub(crate) voxel: f64,
    /// Place of the point `[0, 0, 0]`.
    pub(crate) first: [f64; 3],
    /// Values a point.
    pub(crate) channels: usize,
    /// `[z, y, x, channel]`.
    pub(crate) values: Vec<f32>,
}

/// Which voxels of a volume make up a coarser copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Blocks {
    /// Voxels along each edge of a block.
    pub(crate) factor: usize,
    /// First voxel, `[z, y, x]`.
    pub(crate) from: [usize; 3],
    /// Blocks along `[z, y, x]`.
    pub(crate) shape: [usize; 3],
}

impl Blocks {
    /// Blocks of about `edge_mm`, never larger and never below a voxel, over the part of `grid`
    /// between two corners, mm.
    pub(crate) fn new(grid: &VoxelGrid, edge_mm: f64, [low, high]: [[f64; 3]; 2]) -> Self {
        let smallest = grid.shape.into_iter().min().unwrap_or(1);
        let factor = to_index(edge_mm / grid.voxel + 1e-6).clamp(1, smallest);
        let index = |axis: usize, at: f64| (at - grid.first[axis]) / grid.voxel + 0.5;
        let from: [usize; 3] = std::array::from_fn(|axis| {
            to_index(index(axis, low[axis])).min(grid.shape[axis] - factor)
        });
        let shape = std::array::from_fn(|axis| {
            let to = to_index(index(axis, high[axis]).ceil()).min(grid.shape[axis]);
            (to.saturating_sub(from[axis]) / factor).max(1)
        });
        Self { factor, from, shape }
    }

    /// Blocks over the whole of `grid`.
    pub(crate) fn whole(grid: &VoxelGrid, edge_mm: f64) -> Self {
        Self::new(grid, edge_mm, [[f64::NEG_INFINITY; 3], [f64::INFINITY; 3]])
    }
}

impl Field {
    /// The mean over each block of what `spread` adds for a voxel to the `channels` values of the
    /// block. Voxels that are no number are left out; a block of them alone is NaN.
    pub(crate) fn of<S>(volume: &Volume, blocks: &Blocks, channels: usize, spread: S) -> Self
    where
        S: Fn(f32, &mut [f32]) + Sync,
    {
        let [depth, rows, columns] = blocks.shape;
        let row_length = columns * channels;
        let mut values = vec![0.0f32; depth * rows * row_length];
        values.par_chunks_mut(rows * row_length).enumerate().for_each(|(z, slice)| {
            let mut counts = vec![0.0f32; columns];
            for (y, row) in slice.chunks_mut(row_length).enumerate() {
                counts.fill(0.0);
                add_block_row(volume, (blocks, [z, y]), (row, &mut counts), &spread);
                for (values, count) in row.chunks_mut(channels).zip(&counts) {
                    values.iter_mut().for_each(|value| *value /= count);
                }
            }
        });
        let middle = 0.5 * (blocks.factor - 1) as f64;
        let grid = &volume.grid;
        Self {
            shape: blocks.shape,
            voxel: grid.voxel * blocks.factor as f64,
            first: std::array::from_fn(|axis| {
                grid.first[axis] + (blocks.from[axis] as f64 + middle) * grid.voxel
            }),
            channels,
            values,
        }
    }

    /// Plain means.
    pub(crate) fn mean(volume: &Volume, blocks: &Blocks) -> Self {
        Self::of(volume, blocks, 1, |value, into| into[0] += value)
    }

    /// Place of a point, mm.
    pub(crate) fn place(&self, index: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| self.first[axis] + index[axis] as f64 * self.voxel)
    }

    /// Index of the point in order of memory.
    pub(crate) fn flat(&self, [z, y, x]: [usize; 3]) -> usize {
        (z * self.shape[1] + y) * self.shape[2] + x
    }

    /// `[z, y, x]` of the point that is so far in order of memory.
    pub(crate) fn index(&self, flat: usize) -> [usize; 3] {
        let [_, rows, columns] = self.shape;
        [flat / (rows * columns), flat / columns % rows, flat % columns]
    }

    /// The points around a place, and where between them it lies; `None` nearer to the border than
    /// `margin` points.
    pub(crate) fn corner(&self, place: [f64; 3], margin: f64) -> Option<Corner> {
        let mut low = [0; 3];
        let mut share = [0.0; 3];
        for axis in 0..3 {
            let last = (self.shape[axis] - 1) as f64;
            let position = (place[axis] - self.first[axis]) / self.voxel;
            if !(position >= margin && position < last - margin) {
                return None;
            }
            low[axis] = to_index(position);
            share[axis] = to_f32(position - low[axis] as f64);
        }
        Some(Corner { base: self.flat(low) * self.channels, share })
    }

    /// Distance in memory of neighbours along each axis.
    fn strides(&self) -> [usize; 3] {
        [
            self.shape[1] * self.shape[2] * self.channels,
            self.shape[2] * self.channels,
            self.channels,
        ]
    }

    /// The values at a place, linear between the points.
    pub(crate) fn values_at(&self, corner: &Corner, into: &mut [f32]) {
        let strides = self.strides();
        into.fill(0.0);
        for k in 0..8 {
            let (offset, weight) = corner.tap(k, &strides);
            let values = &self.values[offset..offset + into.len()];
            into.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
        }
    }

    /// Gradient of `Σ coefficient·value` at a place, 1/mm.
    pub(crate) fn gradient_at(&self, corner: &Corner, coefficients: &[f32]) -> [f64; 3] {
        let strides = self.strides();
        let mut gradient = [0.0f32; 3];
        for k in 0..8 {
            let (offset, _) = corner.tap(k, &strides);
            let values = &self.values[offset..offset + coefficients.len()];
            let value: f32 = values.iter().zip(coefficients).map(|(v, c)| v * c).sum();
            for (axis, sum) in gradient.iter_mut().enumerate() {
                *sum += value * corner.slope(k, axis);
            }
        }
        gradient.map(|sum| f64::from(sum) / self.voxel)
    }
}

/// A place between eight points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Corner {
    base: usize,
    share: [f32; 3],
}

impl Corner {
    /// Offset and weight of one of the eight points.
    fn tap(&self, k: usize, strides: &[usize; 3]) -> (usize, f32) {
        let mut offset = self.base;
        let mut weight = 1.0;
        for (axis, (stride, share)) in strides.iter().zip(self.share).enumerate() {
            if k >> axis & 1 == 1 {
                offset += stride;
                weight *= share;
            } else {
                weight *= 1.0 - share;
            }
        }
        (offset, weight)
    }

    /// Derivative of the weight of one of the eight points along an axis.
    fn slope(&self, k: usize, axis: usize) -> f32 {
        let mut slope = if k >> axis & 1 == 1 { 1.0 } else { -1.0 };
        for other in (0..3).filter(|other| *other != axis) {
            let share = self.share[other];
            slope *= if k >> other & 1 == 1 { share } else { 1.0 - share };
        }
        slope
    }
}

/// Adds the voxels of one row of blocks.
fn add_block_row<S: Fn(f32, &mut [f32])>(
    volume: &Volume,
    (blocks, [z, y]): (&Blocks, [usize; 2]),
    (row, counts): (&mut [f32], &mut [f32]),
    spread: &S,
) {
    let factor = blocks.factor;
    let channels = row.len() / counts.len();
    let start = [blocks.from[0] + z * factor, blocks.from[1] + y * factor];
    let columns = blocks.from[2]..blocks.from[2] + counts.len() * factor;
    for inside in 0..factor * factor {
        let (z, y) = (start[0] + inside / factor, start[1] + inside % factor);
        let line = volume.attenuation.slice(ndarray::s![z, y, columns.clone()]);
        for (k, value) in line.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let block = k / factor;
            spread(*value, &mut row[block * channels..(block + 1) * channels]);
            counts[block] += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use voltomo_types::LengthUnit;

    use super::*;

    fn slope_volume() -> Volume {
        let grid = VoxelGrid {
            shape: [6, 7, 8],
            voxel: 0.5,
            first: [-1.0, 0.0, 2.0],
            unit: LengthUnit::Millimetre,
        };
        let slope = |[z, y, x]: [f64; 3]| to_f32(2.0 * z - y + 3.0 * x);
        let attenuation =
            Array3::from_shape_fn((6, 7, 8), |(z, y, x)| slope(grid.centre_of([z, y, x])));
        Volume { attenuation, grid }
    }

    #[test]
    fn a_slope_stays_a_slope_in_a_coarser_copy() {
        let volume = slope_volume();
        let field = Field::mean(&volume, &Blocks::whole(&volume.grid, 1.0));
        assert_eq!((field.shape, field.voxel), ([3, 3, 4], 1.0));
        let place = [0.3, 1.7, 3.9];
        let corner = field.corner(place, 0.0).unwrap();
        let mut value = [0.0];
        field.values_at(&corner, &mut value);
        assert!((f64::from(value[0]) - (0.6 - 1.7 + 11.7)).abs() < 1e-5, "{value:?}");
        let gradient = field.gradient_at(&corner, &[1.0]);
        for (found, wanted) in gradient.into_iter().zip([2.0, -1.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-4, "{gradient:?}");
        }
        assert!(field.corner([-1.2, 1.0, 3.0], 0.0).is_none());
    }

    #[test]
    fn voxels_that_are_no_number_are_left_out() {
        let mut volume = slope_volume();
        volume.attenuation.fill(2.0);
        volume.attenuation[[0, 0, 0]] = f32::NAN;
        volume.attenuation.slice_mut(ndarray::s![2..4, 2..4, 2..4]).fill(f32::INFINITY);
        let field = Field::mean(&volume, &Blocks::whole(&volume.grid, 1.0));
        assert_eq!(field.values[0], 2.0);
        assert!(field.values[field.flat([1, 1, 1])].is_nan());
    }
}
