//! The cell unrolled: mean attenuation by height, angle and radius. Knows no part of a cell.

use ndarray::{Array2, Array3, ArrayView3, ArrayViewMut1, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use crate::frame::CellFrame;
use crate::seen::Seen;

/// Where an unrolled cell is sampled, in the cell's frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raster {
    /// Lowest and highest height, mm.
    pub heights: [f64; 2],
    /// Heights are taken together over so much, mm.
    pub height_step: f64,
    /// Directions, evenly around the clock from +x towards +y.
    pub angles: usize,
    /// Radii from 0 to this, mm.
    pub radius: f64,
    /// From one radius to the next, mm.
    pub radial_step: f64,
}

/// Mean attenuation by height, angle and radius.
#[derive(Debug, Clone)]
pub struct Unrolled {
    /// `[height, angle, radius]`, in the unit of the volume; NaN outside it.
    pub map: Array3<f32>,
    /// Middle of each height in the cell, mm, rising.
    pub heights: Vec<f64>,
    /// From one height to the next, mm.
    pub height_step: f64,
    /// From one radius to the next, mm; the first is 0.
    pub radial_step: f64,
}

impl Unrolled {
    /// Samples a volume, linear between voxels; as many samples as fit voxels into a step of height
    /// are averaged. Memory: the map.
    #[must_use]
    pub fn of(seen: &Seen<'_>, frame: &CellFrame, raster: &Raster) -> Self {
        let [low, high] = raster.heights;
        let count = to_index(((high - low) / raster.height_step).round()).max(1);
        let height_step = if high > low { (high - low) / count as f64 } else { raster.height_step };
        let heights: Vec<f64> =
            (0..count).map(|k| low + (k as f64 + 0.5) * (high - low) / count as f64).collect();
        let radii = to_index(raster.radius / raster.radial_step) + 1;
        let fine = to_index((height_step / seen.grid.voxel).round()).max(1);
        let fine = if high > low { fine } else { 1 };
        let mut map = Array3::zeros((count, raster.angles, radii));
        map.axis_iter_mut(Axis(0)).into_par_iter().zip(&heights).for_each(|(mut plane, middle)| {
            let mut counts = Array2::<f32>::zeros(plane.dim());
            for part in 0..fine {
                let height = middle + ((part as f64 + 0.5) / fine as f64 - 0.5) * height_step;
                for (k, (mut row, mut counts)) in
                    plane.outer_iter_mut().zip(counts.outer_iter_mut()).enumerate()
                {
                    let angle = std::f64::consts::TAU * k as f64 / raster.angles as f64;
                    let ends = [0.0, 1.0].map(|radius| frame.volume_point(height, radius, angle));
                    let walk = Walk::new(seen, ends, raster.radial_step);
                    walk.add_to((&mut row, &mut counts));
                }
            }
            // 0/0 is NaN: nothing is known there.
            plane.zip_mut_with(&counts, |sum, count| *sum /= count);
        });
        Self { map, heights, height_step, radial_step: raster.radial_step }
    }

    /// Radius of a sample, mm.
    #[must_use]
    pub fn radius(&self, index: usize) -> f64 {
        index as f64 * self.radial_step
    }

    /// Direction of a row of samples from +x towards +y, radians.
    #[must_use]
    pub fn angle(&self, index: usize) -> f64 {
        std::f64::consts::TAU * index as f64 / self.map.shape()[1] as f64
    }

    /// Index of the sample at a radius, at most the last.
    #[must_use]
    pub fn radius_index(&self, radius: f64) -> usize {
        to_index((radius / self.radial_step).round()).min(self.map.shape()[2] - 1)
    }

    /// The heights between two, as a range of indices.
    #[must_use]
    pub fn height_range(&self, [low, high]: [f64; 2]) -> std::ops::Range<usize> {
        let first = self.heights.iter().take_while(|height| **height < low).count();
        let end = self.heights.iter().take_while(|height| **height <= high).count();
        first..end.max(first)
    }

    /// Mean over the heights of a range, NaN left out: `[angle, radius]`.
    #[must_use]
    pub fn mean_over(&self, heights: std::ops::Range<usize>) -> Array2<f32> {
        let (_, angles, radii) = self.map.dim();
        let (mut sum, mut count) =
            (Array2::<f32>::zeros((angles, radii)), Array2::<f32>::zeros((angles, radii)));
        for height in heights {
            let plane = self.map.index_axis(Axis(0), height);
            ndarray::Zip::from(&mut sum).and(&mut count).and(&plane).for_each(
                |sum, count, value| {
                    if value.is_finite() {
                        *sum += value;
                        *count += 1.0;
                    }
                },
            );
        }
        sum / count
    }
}

/// Samples along a ray, linear between voxels.
struct Walk<'a> {
    values: ArrayView3<'a, f32>,
    /// Voxel coordinates of the first sample, and from one to the next.
    first: [f64; 3],
    step: [f64; 3],
}

impl<'a> Walk<'a> {
    /// From the first point towards the second, which is 1 mm on.
    fn new(seen: &'a Seen<'_>, [from, to]: [[f64; 3]; 2], step: f64) -> Self {
        let grid = &seen.grid;
        let first = [0, 1, 2].map(|axis| (from[axis] - grid.first[axis]) / grid.voxel);
        let step = [0, 1, 2].map(|axis| (to[axis] - from[axis]) * step / grid.voxel);
        Self { values: seen.attenuation.view(), first, step }
    }

    /// Adds each sample that is a number, and counts it.
    fn add_to(&self, (sums, counts): (&mut ArrayViewMut1<'_, f32>, &mut ArrayViewMut1<'_, f32>)) {
        for (i, (sum, count)) in sums.iter_mut().zip(counts.iter_mut()).enumerate() {
            let value = self.at(i);
            if value.is_finite() {
                *sum += value;
                *count += 1.0;
            }
        }
    }

    /// Half a voxel beyond the outermost centres still counts as the volume.
    fn at(&self, index: usize) -> f32 {
        let mut low = [0; 3];
        let mut share = [0.0; 3];
        for axis in 0..3 {
            let position = self.first[axis] + index as f64 * self.step[axis];
            let last = (self.values.shape()[axis] - 1) as f64;
            if !(-0.51..=last + 0.51).contains(&position) {
                return f32::NAN;
            }
            let position = position.clamp(0.0, last);
            low[axis] = to_index(position).min(self.values.shape()[axis].saturating_sub(2));
            share[axis] = to_f32(position - low[axis] as f64);
        }
        let values = &self.values;
        let high = |axis: usize| low[axis] + usize::from(share[axis] > 0.0);
        let line = |z: usize, y: usize| {
            let (a, b) = (values[[z, y, low[2]]], values[[z, y, high(2)]]);
            a + share[2] * (b - a)
        };
        let plane = |z: usize| {
            let (a, b) = (line(z, low[1]), line(z, high(1)));
            a + share[1] * (b - a)
        };
        let (a, b) = (plane(low[0]), plane(high(0)));
        a + share[0] * (b - a)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use voltomo_types::{LengthUnit, Probe, VoxelGrid};

    use super::*;

    #[test]
    fn a_cone_unrolls_into_its_slope() {
        let grid = VoxelGrid {
            shape: [8, 41, 41],
            voxel: 0.25,
            first: [0.0, -5.0, -5.0],
            unit: LengthUnit::Millimetre,
        };
        let volume = Array3::from_shape_fn((8, 41, 41), |(z, y, x)| {
            let [z, y, x] = grid.centre_of([z, y, x]);
            to_f32((y - 0.1).hypot(x + 0.2) + 2.0 * z)
        });
        let seen =
            Seen { attenuation: volume.view(), grid, probe: Probe::Xray, is_quantitative: true };
        let frame = CellFrame::new([0.0, 0.1, -0.2], 30.0, [0.0; 2], true);
        let raster = Raster {
            heights: [28.5, 29.5],
            height_step: 0.5,
            angles: 16,
            radius: 4.0,
            radial_step: 0.1,
        };
        let found = Unrolled::of(&seen, &frame, &raster);
        assert_eq!(found.heights, [28.75, 29.25]);
        for ((h, _, r), value) in found.map.indexed_iter().filter(|((_, _, r), _)| *r > 10) {
            let wanted = found.radius(r) + 2.0 * (30.0 - found.heights[h]);
            assert!((f64::from(*value) - wanted).abs() < 0.02, "{h} {r}: {value} {wanted}");
        }
        assert!(found.mean_over(0..0).iter().all(|value| value.is_nan()));
    }
}
