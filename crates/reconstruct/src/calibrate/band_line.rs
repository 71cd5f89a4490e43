//! Bands' centres as points of a line, freed from the slope that the bands were straightened along.
//! Finds no centre.

use voltomo_numeric::least_squares::Point;

use super::{band::Band, pairs::Centre};

/// What a method says of a band.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) centre: Centre,
    /// Columns that the centre moves for a unit of the slope that the band is straightened along.
    pub(super) response: f64,
}

/// A band's centre on the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct BandPoint {
    pub(super) seen: Point,
    response: f64,
}

impl BandPoint {
    /// The point as it tells of the true axis, whatever slope it was straightened along.
    ///
    /// A band at the end of the sample agrees in part with the slope that it was straightened along:
    /// `value = centre + true·x + response·(slope − true)`, so that `value − response·slope` lies on
    /// the line of the true axis at `x − response`. A band that follows the slope altogether tells
    /// nothing of it there, and lies at 0.
    pub(super) fn freed_from(&self, slope: f64) -> Point {
        let Self { seen: Point { x, value, sigma }, response } = *self;
        Point { x: x - response, value: value - response * slope, sigma }
    }
}

/// Points of the line, one a band, x counted from the frame row `middle`; `doubt`: by how much the
/// slope may be off.
///
/// A band's own sigma is only an estimate: half of the median of all is added to it, so that none
/// counts for much more than the others by chance; and what it moves by within that doubt, since it
/// need not move in proportion.
pub(super) fn points(
    bands: &[Band],
    answers: &[Option<Answer>],
    (middle, doubt): (f64, f64),
) -> Vec<BandPoint> {
    let mut sigmas: Vec<f64> = answers.iter().flatten().map(|answer| answer.centre.sigma).collect();
    sigmas.sort_by(f64::total_cmp);
    let usual = sigmas.get(sigmas.len() / 2).copied().unwrap_or(0.0);
    let point = |(band, answer): (&Band, &Option<Answer>)| {
        let x = band.row - middle;
        let Some(Answer { centre, response }) = *answer else {
            return BandPoint {
                seen: Point { x, value: f64::NAN, sigma: f64::INFINITY },
                response: 0.0,
            };
        };
        let sigma = centre.sigma.hypot(usual / 2.0).hypot(response * doubt);
        BandPoint { seen: Point { x, value: centre.column, sigma }, response }
    };
    bands.iter().zip(answers).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bands that agree with the assumed slope each by another part lie on the true line all the same.
    #[test]
    fn the_true_line_goes_through_the_points_whatever_slope_was_assumed() {
        let (centre, slope) = (50.0, 0.02);
        for assumed in [-0.03, 0.0, 0.02, 0.05] {
            for (row, response) in [(0.0, -110.0), (30.0, 0.0), (60.0, 60.0), (90.0, 15.0)] {
                let column = centre + slope * row + response * (assumed - slope);
                let answer = Answer { centre: Centre { column, sigma: 0.01 }, response };
                let band = Band { row, height: 8.0 };
                let point = points(&[band], &[Some(answer)], (0.0, 0.0))[0].freed_from(assumed);
                assert!((point.value - centre - slope * point.x).abs() < 1e-12);
                assert!((point.x - (row - response)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_band_without_a_centre_counts_for_nothing() {
        let point =
            points(&[Band { row: 3.0, height: 1.0 }], &[None], (1.0, 0.1))[0].freed_from(0.1);
        assert!(point.value.is_nan() && point.sigma.is_infinite());
    }
}
