//! Measures what each detector pixel adds to its line integrals, in one pass over a scan. Chooses
//! nothing.

use std::ops::Range;

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::Scan;

use crate::{
    Block, CorrectError, CorrectSettings, RingSettings, Survey,
    dose::grown,
    rings::{GainFigures, GainMap, GainWindow, Gains, gains, only_pixels},
    stage::line_integrals,
};

/// Pieces that a scan is looked at in.
const PIECES: usize = 15;
/// Least radiographs that stand for a scan.
const LEAST_FRAMES: usize = 8;
/// Bytes of the means of all pieces, and of the line integrals, that are held at a time.
const BYTES: usize = 64 << 20;

/// What each pixel of a scan adds to its line integrals before beam hardening is corrected, and that
/// in figures; in the survey from then on.
///
/// `watch(done, total)` counts line integrals' rows times radiographs. Memory: two times 64 MB, or
/// three windows of rows and one radiograph of them where these are larger; the same bits for any number of
/// threads.
///
/// # Errors
/// Frames that cannot be read or mended; fewer rows than the window.
pub(crate) fn measure(
    scan: &Scan,
    survey: &mut Survey,
    settings: &CorrectSettings,
    watch: &dyn Fn(usize, usize),
) -> Result<GainFigures, CorrectError> {
    let shape = survey.shape();
    let RingSettings { gain_rows: rows, gain_columns: columns, .. } = settings.rings;
    if rows > shape.rows {
        return Err(CorrectError::TooFewRowsForGains { rows: shape.rows, expected: rows });
    }
    if shape.frames < LEAST_FRAMES {
        let (angles, columns) = (shape.frames, shape.columns);
        return Err(CorrectError::TooSmallForRings { angles, columns, least: LEAST_FRAMES });
    }
    let bare = CorrectSettings {
        rings: RingSettings::default(),
        beam_hardening: Default::default(),
        ..settings.clone()
    };
    let held = survey.linearisation.take();
    let pass = Pass { scan, survey, settings: &bare, watch };
    let found = pass.over(GainWindow { rows, columns });
    survey.linearisation = held;
    let mut found = found?;
    only_pixels(&mut found, shape.columns);
    let figures = figures(&found, (rows, columns));
    survey.gain_map = Some(GainMap::new(shape.columns, found.values));
    Ok(figures)
}

/// What is taken off, in figures.
fn figures(found: &Gains, (rows, columns): (usize, usize)) -> GainFigures {
    let (mut count, mut squares, mut noise) = (0.0f64, 0.0f64, 0.0f64);
    let both = found.values.iter().zip(&found.differences);
    for (value, difference) in both.filter(|(value, _)| **value != 0.0) {
        count += 1.0;
        squares += f64::from(*value).powi(2);
        noise += f64::from(*difference).powi(2);
    }
    let root = |sum: f64| (sum / count.max(1.0)).max(0.0).sqrt();
    let share = count / found.values.len().max(1) as f64;
    GainFigures { rows, columns, share, stripes: root(squares - noise), noise: root(noise) }
}

/// One pass over the line integrals.
struct Pass<'a> {
    scan: &'a Scan,
    survey: &'a Survey,
    settings: &'a CorrectSettings,
    watch: &'a dyn Fn(usize, usize),
}

impl Pass<'_> {
    fn over(&self, window: GainWindow) -> Result<Gains, CorrectError> {
        let shape = self.survey.shape();
        let held = BYTES / (4 * (PIECES + 3) * shape.columns);
        let band = held.saturating_sub(2 * window.rows).max(window.rows);
        let mut all = Gains::default();
        for first in (0..shape.rows).step_by(band) {
            let wanted = first..(first + band).min(shape.rows);
            let rows = grown(&wanted, window.rows, shape.rows);
            let pieces = self.pieces(&rows)?;
            let inside = wanted.start - rows.start..wanted.end - rows.start;
            let some = gains(&pieces, shape.columns, &inside, window);
            all.values.extend(some.values);
            all.across.extend(some.across);
            all.differences.extend(some.differences);
            (self.watch)(wanted.end, shape.rows);
        }
        Ok(all)
    }

    /// Means over each piece of the scan, `[row, column]`.
    fn pieces(&self, rows: &Range<usize>) -> Result<Vec<Vec<f32>>, CorrectError> {
        let frames = self.survey.shape().frames;
        let count = PIECES.min(frames);
        let piece = |k: usize| self.mean(k * frames / count..(k + 1) * frames / count, rows);
        (0..count).map(piece).collect()
    }

    /// The mean over some radiographs, added up in their order.
    fn mean(&self, frames: Range<usize>, rows: &Range<usize>) -> Result<Vec<f32>, CorrectError> {
        let columns = self.survey.shape().columns;
        let mut sums = vec![0.0f64; rows.len() * columns];
        let batch = (BYTES / (4 * rows.len() * columns)).max(1);
        for first in frames.clone().step_by(batch) {
            let some = first..(first + batch).min(frames.end);
            let block = Block { frames: some, rows: rows.clone() };
            let corrected = line_integrals(self.scan, self.survey, self.settings, block)?;
            add(&corrected.line_integrals, &mut sums);
        }
        let share = 1.0 / frames.len() as f64;
        Ok(sums.into_iter().map(|sum| to_f32(sum * share)).collect())
    }
}

fn add(line_integrals: &Array3<f32>, sums: &mut [f64]) {
    let columns = line_integrals.dim().2;
    let rows = line_integrals.axis_iter(Axis(1)).into_par_iter();
    rows.zip(sums.par_chunks_mut(columns)).for_each(|(sinogram, sums)| {
        for line in sinogram.outer_iter() {
            sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += f64::from(*value));
        }
    });
}
