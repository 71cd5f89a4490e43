//! The upright grid of rays, finer than the pixels, and how the turned detector samples it. Traces
//! nothing.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::{cast::to_index, interpolate::CubicTaps};

use super::{
    kernel::{Taps, convolve_all},
    placement::Placement,
};

/// Rays on the upright detector: planes over it are `[column, row]`, so that a column is one piece.
#[derive(Debug, Clone)]
pub(super) struct RayGrid {
    /// Rays a frame pixel, rows and columns.
    per_pixel: [usize; 2],
    /// Place of the first ray, `[v, u]`, mm.
    first: [f64; 2],
    /// Distance between rays, `[v, u]`, mm.
    pub(super) step: [f64; 2],
    /// Rows and columns of rays.
    pub(super) shape: [usize; 2],
}

impl RayGrid {
    /// The rays that the frame needs of the sample: both, widened by `margin` (mm).
    pub(super) fn new(placement: &Placement, per_pixel: [usize; 2], margin: f64) -> Self {
        let pitch = placement.pitch();
        let margin = margin + 3.0 * pitch;
        let [shadow_low, shadow_high] = placement.shadow();
        let [frame_low, frame_high] = placement.frame_extent();
        let frame = placement.frame;
        let base = [
            (frame.detector_row(0.0) - placement.pivot[0]) * placement.pixel_mm,
            (frame.detector_column(0.0) - placement.pivot[1]) * placement.pixel_mm,
        ];
        let mut grid = Self {
            per_pixel,
            first: [0.0; 2],
            step: [0.0; 2],
            shape: [per_pixel[0], per_pixel[1]],
        };
        for k in 0..2 {
            let low = (shadow_low[k].max(frame_low[k]) - margin - base[k]) / pitch;
            let high = (shadow_high[k].min(frame_high[k]) + margin - base[k]) / pitch;
            let rays = per_pixel[k] as f64;
            grid.step[k] = pitch / rays;
            grid.first[k] = base[k] + low.floor() * pitch - 0.5 * (rays - 1.0) * grid.step[k];
            grid.shape[k] = to_index((high.ceil() - low.floor()).max(1.0)) * per_pixel[k];
        }
        grid
    }

    /// Height v of a row of rays, mm.
    pub(super) fn v(&self, row: usize) -> f64 {
        self.first[0] + row as f64 * self.step[0]
    }

    /// Place u of a column of rays, mm.
    pub(super) fn u(&self, column: usize) -> f64 {
        self.first[1] + column as f64 * self.step[1]
    }

    /// Means over a pixel of a plane `[column, row]` as the turned detector sees them, frame
    /// `[row, column]`; 1 beside the grid.
    pub(super) fn on_detector(&self, plane: Array2<f32>, placement: &Placement) -> Array2<f32> {
        let means = convolve_all(plane, &self.pixel_box());
        let mut frame = Array2::ones(placement.shape);
        frame.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let [start, next] = [0.0, 1.0].map(|column| self.index(placement, row, column));
            let step = [next[0] - start[0], next[1] - start[1]];
            for (column, value) in line.iter_mut().enumerate() {
                let place = [0, 1].map(|k| start[k] + step[k] * column as f64);
                if (0..2).all(|k| place[k] > -1.0 && place[k] < self.shape[k] as f64) {
                    *value = interpolated(&means, place);
                }
            }
        });
        frame
    }

    /// Where a frame pixel's mean lies in the plane of means: fractional `[row, column]`.
    fn index(&self, placement: &Placement, row: usize, column: f64) -> [f64; 2] {
        let place = placement.upright([row as f64, column]);
        [0, 1].map(|k| {
            let middle = 0.5 * (self.per_pixel[k] as f64 - 1.0);
            (place[k] - self.first[k]) / self.step[k] - middle
        })
    }

    /// The mean over a pixel, kept at the index of its first ray.
    fn pixel_box(&self) -> Vec<Taps> {
        let offsets = |count: usize| 0..isize::try_from(count).unwrap_or(1);
        let weight = |count: usize| 1.0 / f32::from(u16::try_from(count).unwrap_or(1));
        let [rows, columns] = self.per_pixel;
        let across = offsets(columns).map(|k| (k, 0, weight(columns))).collect();
        let along = offsets(rows).map(|k| (0, k, weight(rows))).collect();
        let steps: [Taps; 2] = [across, along];
        steps.into_iter().filter(|taps| taps.len() > 1).collect()
    }
}

#[inline]
fn interpolated(plane: &Array2<f32>, [row, column]: [f64; 2]) -> f32 {
    let (columns, rows) = plane.dim();
    let (across, along) = (CubicTaps::at(column, columns), CubicTaps::at(row, rows));
    let mut sum = 0.0;
    for (&column, &weight) in across.index.iter().zip(&across.weight) {
        if weight != 0.0 {
            let taps = along.index.iter().zip(&along.weight);
            let inner: f32 = taps.map(|(&row, &weight)| weight * plane[[column, row]]).sum();
            sum += weight * inner;
        }
    }
    sum
}
