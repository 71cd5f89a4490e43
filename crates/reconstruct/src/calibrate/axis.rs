//! Finds the rotation axis: whole frames and a coarse search, then fine ones until the bands are
//! straight. Knows no files.

use voltomo_types::{ParallelGeometry, Radian, RotationAxis};

use super::{AxisEstimate, AxisOrigin, BandSource, axis_search::Search, verdict};
use crate::{ReconstructError, ReconstructSettings};

/// Times that the bands are straightened anew at most.
const MOST_PASSES: usize = 3;

/// Finds the centre of rotation and the tilt of the axis.
///
/// `source`: the line integrals; `geometry`: angles and detector window (its axis is ignored);
/// `watch(done, all)` is called as the work goes on, in bands.
/// A given `reconstruct.centre_px` is taken as it is (tilt: `reconstruct.tilt_deg`, else 0) and
/// nothing is read; a given `reconstruct.tilt_deg` alone is kept while the centre is searched.
/// The search covers `reconstruct.search_px`; left out, the middle half of the frame, and all but
/// its outermost 4 % where the views cover more than half a turn.
/// Memory: one pair of whole frames; one band, see [`BandSource`]; up to 64 MiB (or one row of all frames) of line
/// integrals, three sinograms, and the Fourier transform of one (16 bytes a pixel). The bits of
/// the result do not depend on the number of threads.
///
/// # Errors
/// A setting that cannot be used, frames that cannot be read, no sample in the frames, no
/// opposite views, or a best centre at the edge of the search range.
pub fn find_axis(
    source: &dyn BandSource,
    geometry: &ParallelGeometry,
    settings: &ReconstructSettings,
    watch: &dyn Fn(usize, usize),
) -> Result<AxisEstimate, ReconstructError> {
    ReconstructError::first_of(settings.problems())?;
    if let Some(centre) = settings.centre_px {
        return Ok(given(centre, settings));
    }
    let search = Search::new(source, geometry, settings, watch)?;
    let frames = search.whole_frames()?;
    let shown = frames.as_ref().filter(|frames| frames.shows_tilt);
    let mut assumed = match (search.coarse(), &frames) {
        (Ok(coarse), _) => shown.map_or(coarse.axis, |frames| frames.axis(search.middle())),
        (Err(_), Some(frames)) => frames.axis(search.middle()),
        (Err(error), None) => return Err(error),
    };
    let mut found = search.fine(&assumed, frames.as_ref())?;
    for _ in 0..MOST_PASSES {
        if !search.is_crooked(&assumed, &found.axis) {
            break;
        }
        assumed = found.axis;
        found = search.fine(&assumed, frames.as_ref())?;
    }
    verdict::judge(&search, found)
}

fn given(centre: f64, settings: &ReconstructSettings) -> AxisEstimate {
    let tilt = Radian::from_degrees(settings.tilt_deg.unwrap_or(0.0));
    AxisEstimate {
        axis: RotationAxis { centre, tilt },
        origin: AxisOrigin::Given,
        centre_sigma_px: 0.0,
        tilt_sigma: None,
        methods: vec![],
        disagreement_px: 0.0,
        warnings: vec![],
        candidates: vec![],
    }
}
