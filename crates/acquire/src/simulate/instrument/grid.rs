//! The upright grid of rays, finer than the pixels, and how the turned detector samples it. Traces
//! nothing.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::{
    cast::{to_f32, to_index},
    interpolate::cubic_weights,
};

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

    /// The same grid, its columns moved by a share of their distance.
    pub(super) fn moved(&self, share: f64) -> Self {
        let mut grid = self.clone();
        grid.first[1] += share * self.step[1];
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
    ///
    /// Cubic between rays, with places rounded to 1/2048 of their distance.
    pub(super) fn on_detector(&self, plane: Array2<f32>, placement: &Placement) -> Array2<f32> {
        let means = convolve_all(plane, &self.pixel_box());
        let samples = means.as_slice().unwrap_or_default();
        let weights = CubicTable::new();
        let mut frame = Array2::ones(placement.shape);
        frame.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let [start, next] = [0.0, 1.0].map(|column| self.index(placement, row, column));
            let step = [next[0] - start[0], next[1] - start[1]];
            let ends = [self.shape[0] as f64, self.shape[1] as f64];
            for (column, value) in line.iter_mut().enumerate() {
                let down = start[0] + step[0] * column as f64;
                let right = start[1] + step[1] * column as f64;
                if down > -1.0 && down < ends[0] && right > -1.0 && right < ends[1] {
                    *value = weights.interpolated(samples, self.shape, [down, right]);
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

/// Cubic weights of the samples at −1, 0, 1 and 2 by the part of the way from 0 to 1.
struct CubicTable(Vec<[f32; 4]>);

impl CubicTable {
    const PARTS: usize = 1024;

    fn new() -> Self {
        let weights = |part: usize| cubic_weights(part as f64 / Self::PARTS as f64).map(to_f32);
        Self((0..=Self::PARTS).map(weights).collect())
    }

    /// The plane `[column, row]` at a fractional `[row, column]` above −1; the samples at its edges
    /// go on beyond them.
    #[inline]
    fn interpolated(&self, plane: &[f32], [rows, columns]: [usize; 2], place: [f64; 2]) -> f32 {
        let ((row, along), (column, across)) = (self.split(place[0]), self.split(place[1]));
        // Indices are one too high, so that the place −1 has one.
        let is_inside = row >= 2 && row + 2 <= rows;
        let mut sum = 0.0;
        for (step, weight) in across.iter().enumerate() {
            let line = (column + step).saturating_sub(2).min(columns - 1) * rows;
            let mut inner = 0.0;
            if is_inside {
                let samples = &plane[line + row - 2..line + row + 2];
                for (sample, weight) in samples.iter().zip(along) {
                    inner += sample * weight;
                }
            } else {
                for (step, weight) in along.iter().enumerate() {
                    inner += plane[line + (row + step).saturating_sub(2).min(rows - 1)] * weight;
                }
            }
            sum += weight * inner;
        }
        sum
    }

    /// Index of the sample at or below `place + 1`, and the weights around it.
    #[inline]
    fn split(&self, place: f64) -> (usize, &[f32; 4]) {
        let raised = place + 1.0;
        let below = to_index(raised);
        let part = to_index((raised - below as f64) * Self::PARTS as f64 + 0.5);
        (below, &self.0[part])
    }
}
