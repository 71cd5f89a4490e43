//! Finds the axis of a cone beam: a coarse search, then fine ones until the detector is upright.
//! Knows no files and no verdict.

use voltomo_types::{ConeCircle, Problem, Radian};

use super::{
    super::{AxisOrigin, BandSource},
    ConeAxisEstimate, ConeScan, ConeSearch,
    axis_search::Search,
    verdict,
};
use crate::ReconstructError;

/// Times that the detector is set upright anew at most.
const MOST_PASSES: usize = 4;

/// Finds the detector column of the axis at the row of the central ray, and the detector's roll.
///
/// `source`: the line integrals; `scan`: distances, pixel, pitch and yaw, angles, detector window;
/// `watch(done, all)` is called as the work goes on, in bands.
/// A given centre is taken as it is (with the given roll, else 0) and nothing is read; a given roll
/// alone is kept while the centre is searched.
/// Memory: one band, see [`BandSource`]; up to 64 MiB (or one row of all frames) of line integrals
/// and three sinograms. The bits of the result do not depend on the number of threads.
///
/// # Errors
/// Distances or angles that make no sense, frames that cannot be read, no sample in the frames, no
/// opposite rays, or a best centre at the edge of the search range.
pub fn find_cone_axis(
    source: &dyn BandSource,
    scan: &ConeScan,
    settings: &ConeSearch,
    watch: &dyn Fn(usize, usize),
) -> Result<ConeAxisEstimate, ReconstructError> {
    ReconstructError::first_of(problems(&scan.circle, settings))?;
    if let Some(centre) = settings.centre_px {
        return Ok(given(centre, scan, settings));
    }
    let search = Search::new(source, scan, settings, watch)?;
    let coarse = search.coarse()?;
    let mut circle = search.first_circle(&coarse);
    let mut fine = search.fine(&circle)?;
    for _ in 1..MOST_PASSES {
        if !search.is_crooked(&fine) {
            break;
        }
        circle = fine.moved();
        fine = search.fine(&circle)?;
    }
    verdict::judge(&search, &fine)
}

/// What cannot be a cone beam, or cannot be searched, found without any data.
fn problems(circle: &ConeCircle, settings: &ConeSearch) -> Vec<Problem> {
    let (near, far) = (circle.source_to_axis.0, circle.source_to_detector.0);
    let is_length = |length: f64| length.is_finite() && length > 0.0;
    let mut found = vec![];
    let mut hold = |is_well: bool, key: &str, value: f64, expected: &str| {
        if !is_well {
            found.push(Problem::new(&format!("reconstruct.{key}"), value, expected));
        }
    };
    let expected = "the distance from the source to the axis, in mm, above 0";
    hold(is_length(near), "cone.source_to_axis_mm", near, expected);
    let expected = "the distance from the source to the detector, in mm, beyond the axis";
    hold(is_length(far) && far >= near, "cone.source_to_detector_mm", far, expected);
    let pixel = circle.pixel.0;
    let expected = "the edge of a pixel on the detector, in mm, above 0";
    hold(is_length(pixel), "cone.detector_pixel_mm", pixel, expected);
    let row = circle.centre[0];
    hold(row.is_finite(), "cone.centre_row_px", row, "the detector row of the central ray");
    for (key, angle) in [
        ("cone.roll_deg", settings.roll.unwrap_or(Radian(0.0))),
        ("cone.pitch_deg", circle.pitch),
        ("cone.yaw_deg", circle.yaw),
    ] {
        let is_small = angle.degrees().abs() < 45.0;
        hold(is_small, key, angle.degrees(), "degrees between -45 and 45");
    }
    let centre = settings.centre_px.unwrap_or(0.0);
    hold(centre.is_finite(), "centre_px", centre, "a detector column index");
    let [from, to] = settings.search_px.unwrap_or([0.0, 1.0]);
    let expected = "the first and then the last detector column of the search";
    hold(from < to, "search_px", from, expected);
    found
}

fn given(centre: f64, scan: &ConeScan, settings: &ConeSearch) -> ConeAxisEstimate {
    let circle = ConeCircle {
        centre: [scan.circle.centre[0], centre],
        roll: settings.roll.unwrap_or(Radian(0.0)),
        ..scan.circle
    };
    ConeAxisEstimate {
        circle,
        origin: AxisOrigin::Given,
        centre_sigma_px: 0.0,
        roll_sigma: None,
        methods: vec![],
        disagreement_px: 0.0,
        mismatch: None,
        warnings: vec![],
    }
}
