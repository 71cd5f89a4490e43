//! The coarse search: one centre and one slope that suit the bands together. Knows no views.

use std::ops::RangeInclusive;

use super::band::{Band, FrameAxis};
use crate::ReconstructError;

/// Steepest axis that is searched for, degrees.
pub(super) const STEEPEST_DEG: f64 = 4.0;

/// How badly opposite views match in one band, at the frame columns 0, 0.5, 1, ….
#[derive(Debug, Clone)]
pub(super) struct BandMismatch {
    /// The band.
    pub(super) band: Band,
    /// The mismatch, 0 (alike) to about 1 (unrelated).
    pub(super) mismatch: Vec<f64>,
}

/// The best centre and slope, and where in the range they lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coarse {
    /// The axis.
    pub(super) axis: FrameAxis,
    /// Mean mismatch of the bands there.
    pub(super) mismatch: f64,
    /// Whether the best centre is the first or last of the range.
    pub(super) at_edge: bool,
}

/// Where is searched: frame columns at the frame row `pivot`, and the slope if it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    /// Frame row at which the centre is told.
    pub(super) pivot: f64,
    /// First frame column.
    pub(super) from: f64,
    /// Last frame column.
    pub(super) to: f64,
    /// Tangent of the tilt, where it is given or cannot be measured.
    pub(super) slope: Option<f64>,
}

/// The centre and slope of least mean mismatch over all bands, on a grid of half columns.
///
/// Where no centre is usable (no overlap anywhere), `None`.
pub(super) fn search(bands: &[BandMismatch], reach: &Reach) -> Option<Coarse> {
    let slopes = slopes(bands, reach);
    let steps = 0..=voltomo_numeric::cast::to_index(((reach.to - reach.from) * 2.0).floor());
    let mut best: Option<(f64, usize, f64)> = None;
    for &slope in &slopes {
        for step in steps.clone() {
            let mean = mean_mismatch(bands, reach, reach.from + step as f64 * 0.5, slope);
            if mean.is_finite() && best.is_none_or(|(least, _, _)| mean < least) {
                best = Some((mean, step, slope));
            }
        }
    }
    let (mismatch, step, slope) = best?;
    let axis = FrameAxis { middle: reach.pivot, centre: reach.from + step as f64 * 0.5, slope };
    let at_edge = is_edge(bands, reach, &axis, (step, &steps));
    Some(Coarse { axis, mismatch, at_edge })
}

/// The best centre where it lies inside the range that was searched; `on_detector`: the detector
/// column of a frame column.
///
/// # Errors
/// A range in which nothing could be tried, a best centre at its edge.
pub(super) fn inside(
    coarse: Option<Coarse>,
    reach: &Reach,
    on_detector: impl Fn(f64) -> f64,
) -> Result<Coarse, ReconstructError> {
    let [from_px, to_px] = [reach.from, reach.to].map(&on_detector);
    let coarse = coarse.ok_or(ReconstructError::NothingToSearch { from_px, to_px })?;
    if coarse.at_edge {
        let found_px = on_detector(coarse.axis.centre);
        return Err(ReconstructError::CentreAtEdge { found_px, from_px, to_px });
    }
    Ok(coarse)
}

/// At the first or last step, or beside a centre where nothing can be compared.
fn is_edge(
    bands: &[BandMismatch],
    reach: &Reach,
    axis: &FrameAxis,
    (step, steps): (usize, &RangeInclusive<usize>),
) -> bool {
    let beside = [-0.5, 0.5].map(|by| mean_mismatch(bands, reach, axis.centre + by, axis.slope));
    step == *steps.start() || step == *steps.end() || beside.iter().any(|value| !value.is_finite())
}

/// Slopes that move the outermost bands by half a column from one to the next.
fn slopes(bands: &[BandMismatch], reach: &Reach) -> Vec<f64> {
    if let Some(slope) = reach.slope {
        return vec![slope];
    }
    let furthest =
        bands.iter().map(|band| (band.band.row - reach.pivot).abs()).fold(0.0, f64::max).max(1.0);
    let steepest = STEEPEST_DEG.to_radians().tan();
    let count = voltomo_numeric::cast::to_index((steepest * furthest / 0.5).ceil());
    (0..=2 * count).map(|k| (k as f64 - count as f64) * steepest / count as f64).collect()
}

fn mean_mismatch(bands: &[BandMismatch], reach: &Reach, centre: f64, slope: f64) -> f64 {
    let at = |band: &BandMismatch| {
        let index = 2.0 * (centre + (band.band.row - reach.pivot) * slope);
        let base = voltomo_numeric::cast::to_index(index);
        if index < 0.0 || base + 1 >= band.mismatch.len() {
            return f64::INFINITY;
        }
        let part = index - base as f64;
        if part < 1e-9 {
            return band.mismatch[base];
        }
        band.mismatch[base] * (1.0 - part) + band.mismatch[base + 1] * part
    };
    bands.iter().map(at).sum::<f64>() / bands.len() as f64
}
