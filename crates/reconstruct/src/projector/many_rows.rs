//! Many frame rows at a time, the values of one place together. Knows no geometry.

use ndarray::{ArrayView3, ArrayViewMut3, Axis, s};
use rayon::prelude::*;

use crate::kernel::{
    backproject::Processor,
    project::{Fan, Stack, backproject_many, project_many},
};

/// Slices that a frame row sees, and what they weigh.
pub(super) type Slices = Vec<(usize, f32)>;

/// Voxels that some frame rows see, and values along the rays of all fans.
#[derive(Debug, Default)]
pub(super) struct ManyRows {
    voxels: Stack,
    rays: Stack,
}

impl ManyRows {
    /// Sums along the rays of `fans`, of the slices that the frame rows see.
    pub(super) fn project(
        &mut self,
        processor: Processor,
        (volume, rows, lanes): (ArrayView3<'_, f32>, &[Slices], usize),
        (fans, longest): (&[Fan], usize),
    ) {
        let (_, height, width) = volume.dim();
        self.voxels.reshape(height, width, lanes);
        self.voxels.par_lines_mut().enumerate().for_each(|(y, mut line)| {
            line.clear();
            for (lane, row) in rows.iter().enumerate() {
                for &(slice, weight) in row {
                    let pairs = line.lane_mut(lane).zip(volume.slice(s![slice, y, ..]));
                    pairs.for_each(|(sum, voxel)| *sum += weight * voxel);
                }
            }
        });
        self.rays.reshape(fans.len(), longest, lanes);
        project_many(processor, &self.voxels, fans, &mut self.rays);
    }

    /// The values along the rays.
    pub(super) fn rays(&self) -> &Stack {
        &self.rays
    }

    /// Room for the values along the rays of so many fans, `[fan, ray, row]`, to be written.
    pub(super) fn rays_mut(&mut self, fans: usize, longest: usize, lanes: usize) -> &mut Stack {
        self.rays.reshape(fans, longest, lanes);
        &mut self.rays
    }

    /// Gives the values along the rays to the slices that the frame rows see.
    pub(super) fn backproject(
        &mut self,
        processor: Processor,
        (fans, lanes): (&[Fan], usize),
        (rows, into): (&[Slices], ArrayViewMut3<'_, f32>),
    ) {
        let (_, height, width) = into.dim();
        self.voxels.reshape(height, width, lanes);
        backproject_many(processor, (fans, &self.rays), &mut self.voxels);
        self.add_to(rows, into);
    }

    fn add_to(&self, rows: &[Slices], mut into: ArrayViewMut3<'_, f32>) {
        let lines = into.axis_iter_mut(Axis(1)).into_par_iter().enumerate();
        lines.for_each(|(y, mut slices)| {
            for (lane, row) in rows.iter().enumerate() {
                for &(slice, weight) in row {
                    let pairs = slices.row_mut(slice).into_iter().zip(self.voxels.lane(y, lane));
                    pairs.for_each(|(sum, value)| *sum += weight * value);
                }
            }
        });
    }
}
