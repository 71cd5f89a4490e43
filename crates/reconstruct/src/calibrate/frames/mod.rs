//! The axis from whole opposite frames: one mirrored onto the other, shift and rotation together.
//! Knows no bands.
//!
//! The frame at θ + 180° is the mirror image of the one at θ about the axis, so that between one
//! frame and the mirrored other lie twice the distance of the axis from the middle and twice its
//! tilt. All pixels of a pair take part, so also the upper and lower edges of a flat sample, which
//! tell the tilt where rows at different heights lie too close together to do so.
//!
//! Coarse: masked correlation at all centres, for tilts a pixel apart (frames of 384 columns at
//! most). Fine: weighted, robust Gauss–Newton in centre and tilt, of all pairs together.

mod choose;
mod coarse;
mod covariance;
mod fit;
mod image;

use std::sync::Arc;

use voltomo_numeric::least_squares::Line;

use super::{BandSource, band::FrameAxis, partners::Pair, search::Reach};
use crate::ReconstructError;
use fit::Fit;
use image::{Opposites, load};

/// Columns of the frames that the whole range is searched in, at most.
const COARSE_COLUMNS: usize = 384;
/// Passes over small frames, which stay in memory.
const MOST_PASSES: usize = 30;
/// Passes over whole frames, which do not.
const MOST_READINGS: usize = 3;
/// Lower frames hold nothing to be turned.
const FEWEST_ROWS: usize = 8;

/// The axis as whole frames show it.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    /// Frame columns, x counted from the detector's middle row; `kept` is of the pairs.
    pub(super) line: Line,
    /// Whether anything in the frames shows the tilt.
    pub(super) shows_tilt: bool,
}

impl Registered {
    /// Pairs that took part.
    pub(super) fn pairs(&self) -> usize {
        self.line.kept.iter().filter(|kept| **kept).count()
    }
}

/// What is registered.
pub(super) struct Asked<'a> {
    /// The radiographs.
    pub(super) source: &'a dyn BandSource,
    /// Views with their opposite ones.
    pub(super) pairs: &'a [Pair],
    /// The angles of all views, radians.
    pub(super) angles: Vec<f64>,
    /// Where is searched.
    pub(super) reach: Reach,
    /// Frame row of the detector's middle row.
    pub(super) middle: f64,
}

/// Registers opposite frames; `None` where they are not alike about any axis in the range.
///
/// Memory: one pair of whole frames, and all pairs binned to 384 columns at most.
pub(super) fn register(asked: &Asked<'_>) -> Result<Option<Registered>, ReconstructError> {
    let chosen = choose::chosen(asked.pairs, &asked.angles);
    let shape = asked.source.shape();
    if chosen.is_empty() || shape.rows < FEWEST_ROWS || shape.columns < FEWEST_ROWS {
        return Ok(None);
    }
    let bin = shape.columns.div_ceil(COARSE_COLUMNS);
    let frames = Frames { asked, small: choose::small(asked.source, &chosen, bin)?, chosen, bin };
    let reach = asked.reach;
    let Some(fit) = frames.fit(&reach)? else { return Ok(None) };
    if fit.covariance.shows_tilt {
        return Ok(frames.registered(&fit, &reach));
    }
    // Nothing shows the tilt: the centre about an upright axis.
    let upright = frames.fit(&Reach { slope: Some(0.0), ..reach })?;
    Ok(upright.and_then(|mut fit| {
        fit.covariance.shows_tilt = false;
        frames.registered(&fit, &reach)
    }))
}

/// The chosen pairs.
struct Frames<'a> {
    asked: &'a Asked<'a>,
    chosen: Vec<Pair>,
    small: Vec<Arc<Opposites>>,
    bin: usize,
}

impl Frames<'_> {
    /// In small frames over the whole range, then in whole ones.
    fn fit(&self, reach: &Reach) -> Result<Option<Fit>, ReconstructError> {
        let Some(start) = coarse::search(&self.small, reach, self.bin) else { return Ok(None) };
        let kept = |pair: usize| Ok::<Arc<Opposites>, ReconstructError>(self.small[pair].clone());
        let free = reach.slope.is_none();
        let count = self.chosen.len();
        let fit = Fit::passes(&kept, count, (start, free), MOST_PASSES)?;
        let Some(fit) = fit else { return Ok(None) };
        if self.bin == 1 {
            return Ok(Some(fit));
        }
        let whole = |pair: usize| load(self.asked.source, &self.chosen[pair], 1).map(Arc::new);
        Fit::passes(&whole, count, (fit.axis.of_whole_frame(self.bin), free), MOST_READINGS)
    }

    /// `None` where the axis is not in the range.
    fn registered(&self, fit: &Fit, reach: &Reach) -> Option<Registered> {
        let there = fit.axis.column_at(reach.pivot);
        let middle = self.asked.middle;
        let slope = fit.axis.tilt.tan();
        let lever = (middle - fit.axis.row) * (1.0 + slope * slope);
        let shared = choose::of_shared_frames(&self.chosen);
        let (value_sigma, tilt_sigma) = fit.covariance.sigmas(lever);
        let (value_sigma, tilt_sigma) = (value_sigma * shared, tilt_sigma * shared);
        let measured = reach.slope.is_none();
        let line = Line {
            value: fit.axis.column_at(middle),
            slope,
            value_sigma,
            slope_sigma: if measured { tilt_sigma * (1.0 + slope * slope) } else { 0.0 },
            residual: fit.scatter,
            kept: fit.kept.clone(),
        };
        let shows_tilt = fit.covariance.shows_tilt;
        (reach.from..=reach.to).contains(&there).then_some(Registered { line, shows_tilt })
    }
}

impl Registered {
    /// The axis in frame pixels.
    pub(super) fn axis(&self, middle: f64) -> FrameAxis {
        FrameAxis { middle, centre: self.line.value, slope: self.line.slope }
    }
}
