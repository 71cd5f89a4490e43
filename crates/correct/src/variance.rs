//! How far each line integral can be trusted: the noise of its counts. Corrects nothing.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use voltomo_types::{Quantity, Scan};

use crate::{Block, Survey, flat_field::Mixed};

impl Survey {
    /// Variance of each line integral of a block, `[angle, row, column]`, no unit.
    ///
    /// `line_integrals`: of the block, as [`correct_block`](crate::correct_block) gave them. For
    /// counts I over the open beam I₀ (both above the dark field), `var(p) = var(I)/I²`, the
    /// variance of counts as measured in the radiographs; a bin's is the mean of its pixels' over
    /// their number. Noise that pixels share (blur), and that of the flat fields, which all angles
    /// share, are left out. A dead pixel has the variance of the one before it. Line integrals that
    /// were read as such have the variance that was measured in them. Memory: the result.
    #[must_use]
    pub fn variances(
        &self,
        scan: &Scan,
        block: &Block,
        line_integrals: ArrayView3<'_, f32>,
    ) -> Array3<f32> {
        self.each(scan, (block, line_integrals), |before, variance| {
            *before = variance.unwrap_or(*before);
            *before
        })
    }

    /// How much each line integral of a block is worth, `[angle, row, column]`: 1/variance.
    ///
    /// As [`Self::variances`], but a dead pixel, whose line integral its neighbours gave, is worth
    /// nothing: 0.
    #[must_use]
    pub fn weights(
        &self,
        scan: &Scan,
        block: &Block,
        line_integrals: ArrayView3<'_, f32>,
    ) -> Array3<f32> {
        self.each(scan, (block, line_integrals), |_, variance| {
            variance.filter(|variance| *variance > 0.0).map_or(0.0, |variance| 1.0 / variance)
        })
    }

    /// A figure of each line integral of a block, row by row from the left: `figure` is given what
    /// it keeps along the row, and the variance, `None` where no pixel answers.
    fn each(
        &self,
        scan: &Scan,
        (block, line_integrals): (&Block, ArrayView3<'_, f32>),
        figure: impl Fn(&mut f32, Option<f32>) -> f32 + Sync,
    ) -> Array3<f32> {
        let mut figures = Array3::zeros(line_integrals.dim());
        let bin = self.frame().bin / scan.detector.frame.bin;
        let frames = figures.axis_iter_mut(Axis(0)).into_par_iter();
        frames.zip(line_integrals.axis_iter(Axis(0))).zip(block.frames.clone()).for_each(
            |((mut into, values), frame)| {
                let beam = (scan.quantity == Quantity::Counts)
                    .then(|| (self.open_beam.at(frame), self.doses[frame]));
                let rows = into.outer_iter_mut().zip(values.outer_iter());
                for ((mut into, values), row) in rows.zip(block.rows.clone()) {
                    let mut kept = 0.0;
                    for (column, (into, value)) in into.iter_mut().zip(values).enumerate() {
                        let variance = match beam {
                            Some(beam) => self.bin_variance(beam, ([row, column], bin), *value),
                            None => Some(self.counting.variance(value.abs())),
                        };
                        *into = figure(&mut kept, variance);
                    }
                }
            },
        );
        figures
    }

    /// Variance of the line integral of one bin; `None` where no pixel of it answers.
    fn bin_variance(
        &self,
        (open_beam, dose): (Mixed<'_>, f32),
        ([row, column], bin): ([usize; 2], usize),
        line_integral: f32,
    ) -> Option<f32> {
        let columns = self.detector.columns;
        let transmission = (-line_integral).exp();
        let (mut sum, mut count) = (0.0, 0u16);
        for y in row * bin..(row + 1) * bin {
            for x in column * bin..(column + 1) * bin {
                let pixel = y * columns + x;
                let beam = open_beam.at(pixel) * dose;
                if self.detector.dead[pixel] || !(beam > 0.0 && beam.is_finite()) {
                    continue;
                }
                let above_dark = transmission * beam;
                sum += self.counting.variance(above_dark) / (above_dark * above_dark);
                count += 1;
            }
        }
        (count > 0).then(|| sum / f32::from(count) / f32::from(count))
    }
}
