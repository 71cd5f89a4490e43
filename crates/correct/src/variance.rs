//! How far each line integral can be trusted: the noise of its counts. Corrects nothing.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use voltomo_types::{NoiseCorrelation, Quantity, Scan};

use crate::{
    Block, Linearisation, Survey, SurveyFigures, counting::Counting, flat_field::Mixed,
    scatter::Field,
};

/// Least transmission that a variance is told for.
const LEAST: f32 = 1e-6;

/// By how much more than the noise of one pixel alone comes out of what is made of the line
/// integrals, as factors on variances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseGains {
    /// Of the noise that each pixel has of its own: the camera's.
    pub own: f64,
    /// Of the noise of counted quanta, which neighbours may share.
    pub shared: f64,
}

impl NoiseGains {
    /// Each line integral for itself.
    pub const NONE: Self = Self { own: 1.0, shared: 1.0 };
}

impl Survey {
    /// Correlation of the noise of counted quanta in corrected (binned) pixels.
    #[must_use]
    pub fn noise_correlation(&self, scan: &Scan) -> NoiseCorrelation {
        self.shared.binned(self.bin_of(scan)).0
    }

    fn bin_of(&self, scan: &Scan) -> usize {
        self.frame().bin / scan.detector.frame.bin
    }

    /// The noise of a bin's pixels as if none shared it, so that their mean has the right one.
    fn counting_in_bins(&self, bin: usize, gains: NoiseGains) -> Counting {
        let of_bin = self.shared.binned(bin).1 * (bin * bin) as f64;
        self.counting.times([gains.own, gains.shared * of_bin])
    }

    /// The survey of line integrals that came out of a scan whose own survey is `first`: all that
    /// was found there, but the noise of what came out.
    #[must_use]
    pub fn following(mut self, first: &Self) -> Self {
        let SurveyFigures { noise_constant, noise_slope, .. } = self.figures;
        let SurveyFigures { counting_constant, counting_slope, .. } = self.figures;
        let counting_correlation = self.figures.counting_correlation;
        self.figures = SurveyFigures {
            noise_constant,
            noise_slope,
            counting_constant,
            counting_slope,
            counting_correlation,
            ..first.figures.clone()
        };
        self
    }

    /// Variance of each line integral of a block, `[angle, row, column]`, no unit.
    ///
    /// `line_integrals`: of the block, as [`correct_block`](crate::correct_block) gave them. For
    /// counts I over the open beam I₀ (both above the dark field), `var(p) = var(I)/(I − S)²` with the
    /// background S of scatter, the variance of counts as measured in the radiographs; a bin's is the mean of its pixels' over
    /// their number, and more where they share it. The noise of the flat fields, which all angles share, is left out. A dead pixel has the variance of the one before it. Line integrals that
    /// were read as such have the variance that was measured in them. Memory: the result.
    #[must_use]
    pub fn variances(
        &self,
        scan: &Scan,
        block: &Block,
        line_integrals: ArrayView3<'_, f32>,
    ) -> Array3<f32> {
        self.variances_with(scan, block, (line_integrals, NoiseGains::NONE))
    }

    /// As [`Self::variances`], for what is made of the line integrals: `gains` tells by how much more
    /// of which noise comes into that than of the noise of one pixel alone.
    #[must_use]
    pub fn variances_with(
        &self,
        scan: &Scan,
        block: &Block,
        (line_integrals, gains): (ArrayView3<'_, f32>, NoiseGains),
    ) -> Array3<f32> {
        self.each((scan, gains), (block, line_integrals), |before, variance| {
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
        self.each((scan, NoiseGains::NONE), (block, line_integrals), |_, variance| {
            variance.filter(|variance| *variance > 0.0).map_or(0.0, |variance| 1.0 / variance)
        })
    }

    /// A figure of each line integral of a block, row by row from the left: `figure` is given what
    /// it keeps along the row, and the variance, `None` where no pixel answers.
    fn each(
        &self,
        (scan, gains): (&Scan, NoiseGains),
        (block, line_integrals): (&Block, ArrayView3<'_, f32>),
        figure: impl Fn(&mut f32, Option<f32>) -> f32 + Sync,
    ) -> Array3<f32> {
        let mut figures = Array3::zeros(line_integrals.dim());
        let bin = self.bin_of(scan);
        let counting = self.counting_in_bins(bin, gains);
        let frames = figures.axis_iter_mut(Axis(0)).into_par_iter();
        frames.zip(line_integrals.axis_iter(Axis(0))).zip(block.frames.clone()).for_each(
            |((mut into, values), frame)| {
                let beam = (scan.quantity == Quantity::Counts)
                    .then(|| (self.open_beam.at(frame), self.doses[frame]));
                let rows = into.outer_iter_mut().zip(values.outer_iter());
                for ((mut into, values), row) in rows.zip(block.rows.clone()) {
                    let mut kept = 0.0;
                    let strewn = Strewn::of_row(self.scatter.as_ref(), (frame, row), bin);
                    for (column, (into, value)) in into.iter_mut().zip(values).enumerate() {
                        let (measured, slope) = self.measured([frame, row, column], *value);
                        let variance = match beam {
                            Some(beam) => self.bin_variance(
                                (beam, strewn.at(column)),
                                ([row, column], bin),
                                (counting, (-measured).exp()),
                            ),
                            None => Some(counting.variance(measured.abs())),
                        };
                        let grown = variance.map(|variance| variance * slope * slope);
                        *into = figure(&mut kept, grown);
                    }
                }
            },
        );
        figures
    }

    /// Standard deviation of the transmission in each pixel of a row of binned pixels, scatter taken
    /// off; NaN where no pixel answers.
    pub(crate) fn transmission_noise(
        &self,
        (frame, row): (usize, usize),
        transmissions: &[f32],
        bin: usize,
    ) -> Vec<f32> {
        let strewn = Strewn::of_row(self.scatter.as_ref(), (frame, row), bin);
        let beam = (self.open_beam.at(frame), self.doses[frame]);
        let counting = self.counting_in_bins(bin, NoiseGains::NONE);
        let noise = |(column, transmission): (usize, &f32)| {
            // The noise of less than nothing is that of its background.
            let primary = if *transmission > LEAST { *transmission } else { LEAST };
            let place = ([row, column], bin);
            let variance = self.bin_variance((beam, strewn.at(column)), place, (counting, primary));
            variance.map_or(f32::NAN, |variance| variance.sqrt() * primary)
        };
        transmissions.iter().enumerate().map(noise).collect()
    }

    /// The line integral before the correction of beam hardening, and by what that raised its noise.
    fn measured(&self, place: [usize; 3], line_integral: f32) -> (f32, f32) {
        let undone = |linearisation: &Linearisation| linearisation.undone(place, line_integral);
        self.linearisation.as_ref().map_or((line_integral, 1.0), undone)
    }

    /// Variance of the line integral of one bin; `None` where no pixel of it answers.
    ///
    /// `[s, b]`: background of the radiograph and of the open beam, as shares of the open beam.
    fn bin_variance(
        &self,
        ((open_beam, dose), [sample, open]): ((Mixed<'_>, f32), [f32; 2]),
        ([row, column], bin): ([usize; 2], usize),
        (counting, transmission): (Counting, f32),
    ) -> Option<f32> {
        let columns = self.detector.columns;
        let (mut sum, mut count) = (0.0, 0u16);
        for y in row * bin..(row + 1) * bin {
            for x in column * bin..(column + 1) * bin {
                let pixel = y * columns + x;
                let beam = open_beam.at(pixel) * dose;
                if self.detector.dead[pixel] || !(beam > 0.0 && beam.is_finite()) {
                    continue;
                }
                let primary = transmission * beam * (1.0 - open);
                let above_dark = primary + sample * beam;
                sum += counting.variance(above_dark) / (primary * primary);
                count += 1;
            }
        }
        (count > 0).then(|| sum / f32::from(count) / f32::from(count))
    }
}

/// Backgrounds along a row of binned pixels, read in the middle of each; none where nothing is taken
/// off.
struct Strewn {
    rows: Option<[Vec<f32>; 2]>,
    bin: usize,
}

impl Strewn {
    fn of_row(scatter: Option<&Field>, (frame, row): (usize, usize), bin: usize) -> Self {
        Self { rows: scatter.map(|field| field.rows(frame, row * bin + bin / 2)), bin }
    }

    fn at(&self, column: usize) -> [f32; 2] {
        let place = column * self.bin + self.bin / 2;
        self.rows.as_ref().map_or([0.0; 2], |rows| [rows[0][place], rows[1][place]])
    }
}
