//! How far each line integral can be trusted: the noise of its counts. Corrects nothing.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use voltomo_types::{Quantity, Scan};

use crate::{Block, Survey, flat_field::Mixed, noise::SHORT};

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
        let mut variances = Array3::zeros(line_integrals.dim());
        let bin = self.frame().bin / scan.detector.frame.bin;
        let frames = variances.axis_iter_mut(Axis(0)).into_par_iter();
        frames.zip(line_integrals.axis_iter(Axis(0))).zip(block.frames.clone()).for_each(
            |((mut into, values), frame)| {
                if scan.quantity == Quantity::LineIntegrals {
                    into.zip_mut_with(&values, |into, value| {
                        *into = self.noise.variance(value.abs()) / SHORT;
                    });
                    return;
                }
                let (open_beam, dose) = (self.open_beam.at(frame), self.doses[frame]);
                let rows = into.outer_iter_mut().zip(values.outer_iter());
                for ((mut into, values), row) in rows.zip(block.rows.clone()) {
                    let mut before = 0.0;
                    for (column, (into, value)) in into.iter_mut().zip(values).enumerate() {
                        let place = ([row, column], bin);
                        let pixel = self.bin_variance((open_beam, dose), place, *value);
                        before = pixel.unwrap_or(before);
                        *into = before;
                    }
                }
            },
        );
        variances
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
                let counts = above_dark + self.open_beam.dark[pixel];
                sum += self.noise.variance(counts) / (above_dark * above_dark);
                count += 1;
            }
        }
        (count > 0).then(|| sum / SHORT / f32::from(count) / f32::from(count))
    }
}
