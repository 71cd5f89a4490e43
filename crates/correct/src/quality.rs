//! How good the radiographs of a scan are, in figures. Changes nothing.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView2, Axis, s};
use serde::{Deserialize, Serialize};
use voltomo_types::{Quantity, Scan};

use crate::{
    Block, BlockFigures, CorrectError, CorrectSettings, Corrected, RingSettings, Survey,
    correct_block,
    noise::spread,
    region::Region,
    rings::{RingIndex, rows_of},
    stage::line_integrals,
};

/// Radiographs that are looked at.
const RADIOGRAPHS: usize = 16;
/// Sinograms that stripes are looked for in.
const SINOGRAMS: usize = 3;
/// A line integral whose standard deviation exceeds this is starved: its count is lost in noise.
const STARVED: f32 = 0.5;
/// Line integral at the rim of the frame above which the sample leaves it.
const LEAVING: f32 = 0.05;

/// What a scan's radiographs are worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameQuality {
    /// Radiographs looked at, spread evenly over the scan.
    pub radiographs: usize,
    /// Pixels of bright spots in a radiograph, on average.
    pub bright_spots: f64,
    /// Pixels of dark spots in a radiograph, on average.
    pub dark_spots: f64,
    /// Share of the pixels that are dead.
    pub dead_share: f64,
    /// Largest difference of the dose from its mean over the scan, as a share; `None` where the
    /// dose was not measured.
    pub dose_spread: Option<f64>,
    /// Mean dose of the last tenth over that of the first tenth, minus 1.
    pub dose_drift: Option<f64>,
    /// Root mean square of what stands still in the air after the flat field, in line integrals;
    /// `None` without a region of air.
    pub flat_field_residual: Option<f64>,
    /// Share of the line integrals with a standard deviation above 0.5: starved of counts.
    pub starved_share: f64,
    /// Share of the rows in which the sample reaches beyond the left and the right rim.
    pub leaving_share: [f64; 2],
}

/// Stripes of a scan's sinograms, root mean square in line integrals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RingQuality {
    /// Before rings are removed.
    pub before: f64,
    /// Once they are, as the settings say.
    pub after: f64,
}

/// Looks at the radiographs of a scan as they come out of the correction.
///
/// Memory: a few copies of a radiograph, and the air of sixteen.
///
/// # Errors
/// Frames that cannot be read or mended.
pub fn frame_quality(
    scan: &Scan,
    survey: &Survey,
    settings: &CorrectSettings,
) -> Result<FrameQuality, CorrectError> {
    let shape = survey.shape();
    let chosen = spread(shape.frames, RADIOGRAPHS);
    let dose = &survey.figures().dose;
    let is_measured = dose.region.is_some() && scan.quantity == Quantity::Counts;
    let air = dose.region.as_deref().and_then(|text| Region::parse(text).ok());
    let mut seen = Seen::default();
    let mut airs = Vec::with_capacity(chosen.len());
    for frame in &chosen {
        let part = Block { frames: *frame..*frame + 1, rows: 0..shape.rows };
        let corrected = correct_block(scan, survey, settings, part.clone())?;
        let variances = survey.variances(scan, &part, corrected.line_integrals.view());
        seen.add(&corrected, &variances);
        let image = corrected.line_integrals.index_axis(Axis(0), 0);
        airs.extend(air.as_ref().and_then(|air| air_of(image, air, settings.bin)));
    }
    let count = chosen.len() as f64;
    Ok(FrameQuality {
        radiographs: chosen.len(),
        bright_spots: seen.figures.spots_bright as f64 / count,
        dark_spots: seen.figures.spots_dark as f64 / count,
        dead_share: seen.figures.dead as f64 / seen.figures.raw_pixels.max(1) as f64,
        dose_spread: is_measured.then(|| f64::from(dose.max - dose.min)),
        dose_drift: is_measured.then(|| f64::from(dose.drift)),
        flat_field_residual: standing_in(&airs),
        starved_share: seen.starved as f64 / seen.pixels.max(1) as f64,
        leaving_share: seen.leaving.map(|rows| rows as f64 / seen.rows.max(1) as f64),
    })
}

/// How strong the stripes are in some sinograms of a scan, and what removing rings leaves of them;
/// `None` of a scan too small to have any.
///
/// Memory: [`working_bytes`](crate::working_bytes) of a row.
///
/// # Errors
/// Frames that cannot be read or mended.
pub fn ring_quality(
    scan: &Scan,
    survey: &Survey,
    settings: &CorrectSettings,
) -> Result<Option<RingQuality>, CorrectError> {
    const LEAST: usize = 9;
    let shape = survey.shape();
    if shape.frames.min(shape.columns) < LEAST {
        return Ok(None);
    }
    let untouched = CorrectSettings { rings: RingSettings::default(), ..settings.clone() };
    let [mut before, mut after] = [RingIndex::default(); 2];
    for row in spread(shape.rows, SINOGRAMS) {
        let block = Block { frames: 0..shape.frames, rows: row..row + 1 };
        let mut bare = line_integrals(scan, survey, &untouched, block.clone())?;
        before.add(&rows_of(bare.line_integrals.index_axis_mut(Axis(1), 0)));
        let mut corrected = correct_block(scan, survey, settings, block)?;
        after.add(&rows_of(corrected.line_integrals.index_axis_mut(Axis(1), 0)));
    }
    Ok(Some(RingQuality { before: before.value(), after: after.value() }))
}

/// Counts over the radiographs.
#[derive(Debug, Default)]
struct Seen {
    figures: BlockFigures,
    pixels: usize,
    starved: usize,
    rows: usize,
    leaving: [usize; 2],
}

impl Seen {
    fn add(&mut self, corrected: &Corrected, variances: &Array3<f32>) {
        self.figures = self.figures.with(corrected.figures());
        self.pixels += variances.len();
        self.starved += variances.iter().filter(|it| it.is_nan() || it.sqrt() > STARVED).count();
        let values = &corrected.line_integrals;
        let columns = values.dim().2;
        let rim = (columns / 100).max(4).min(columns);
        let rims = [0..rim, columns - rim..columns];
        let all = values.outer_iter().zip(variances.outer_iter());
        for (values, variances) in all {
            for (values, variances) in values.outer_iter().zip(variances.outer_iter()) {
                self.rows += 1;
                for (leaving, rim) in self.leaving.iter_mut().zip(&rims) {
                    let part = s![rim.clone()];
                    let mean = values.slice(part).mean().unwrap_or(0.0);
                    let sigma = (variances.slice(part).sum().sqrt()) / rim.len() as f32;
                    *leaving += usize::from(mean > LEAVING.max(5.0 * sigma));
                }
            }
        }
    }
}

/// The air of a radiograph less its mean; `None` where hardly a binned pixel lies in it.
fn air_of(image: ArrayView2<'_, f32>, air: &Region, bin: usize) -> Option<Array2<f64>> {
    let binned = |range: &Range<usize>| range.start.div_ceil(bin)..range.end / bin;
    let (rows, columns) = (binned(&air.rows), binned(&air.columns));
    if rows.len() * columns.len() < 4 {
        return None;
    }
    let part = image.slice(s![rows, columns]).mapv(f64::from);
    let mean = part.mean()?;
    Some(part - mean)
}

/// Root mean square of what is the same in the air of the even and of the odd radiographs: noise
/// differs between the two.
fn standing_in(airs: &[Array2<f64>]) -> Option<f64> {
    let half = |first: usize| {
        let chosen = airs.iter().skip(first).step_by(2);
        let count = chosen.len() as f64;
        chosen.cloned().reduce(|sum, one| sum + one).map(|sum| sum / count)
    };
    (half(0)? * half(1)?).mean().map(|shared| shared.max(0.0).sqrt())
}
