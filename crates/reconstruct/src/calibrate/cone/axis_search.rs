//! Searches the axis of a cone beam: coarse over the whole range, then with both methods in bands of
//! an upright detector. Knows no verdict.

use std::f64::consts::{PI, TAU};

use voltomo_numeric::least_squares::{Line, Point, robust_line};
use voltomo_types::{ConeCircle, FrameShape, Radian};

use super::{
    super::{
        BandSource,
        band::{self, Band, FrameAxis},
        pairs::Centre,
        search::{BandMismatch, Coarse, Reach, inside, search},
    },
    ConeScan, ConeSearch, can,
    fan::{self, BLUR, Upright},
    opposite::{self, Rays},
    ring::Ring,
};
use crate::ReconstructError;

/// A band at the end of the sample is less certain by so many columns for all that it lacks: rays
/// from either end cross that end at different heights.
const AT_THE_END: f64 = 0.1;
/// Fewest rows from which a roll is measured.
const FEWEST_ROWS_FOR_ROLL: usize = 12;
/// Points further than so many robust standard deviations are left out of the line.
const REACH_OF_LINE: f64 = 4.0;
/// The sense of the rotation is tried in every so many-th band.
const SENSE_EVERY: usize = 4;

/// What the search works on.
pub(super) struct Search<'a> {
    source: &'a dyn BandSource,
    pub(super) scan: &'a ConeScan,
    settings: &'a ConeSearch,
    watch: &'a dyn Fn(usize, usize),
    shape: FrameShape,
    ring: Ring,
}

/// Lines through the bands' centres on an upright detector: x counts from the row of the central
/// ray, values from its column, in frame pixels.
pub(super) struct Fine {
    pub(super) upright: Upright,
    /// Opposite rays.
    pub(super) rays: Option<Fitted>,
    /// Round can.
    pub(super) can: Option<Fitted>,
    /// Bands measured.
    pub(super) bands: usize,
    /// Least mismatch of opposite rays among the bands.
    pub(super) mismatch: f64,
    /// The same as if the sample had turned the other way.
    pub(super) mismatch_reversed: f64,
}

/// A line, and what it goes through, a point a band.
pub(super) struct Fitted {
    pub(super) line: Line,
    pub(super) points: Vec<Point>,
}

impl Fine {
    /// The line of the surer method.
    pub(super) fn line(&self) -> Option<&Line> {
        let lines = [&self.rays, &self.can].into_iter().flatten().map(|fitted| &fitted.line);
        lines.min_by(|a, b| a.value_sigma.total_cmp(&b.value_sigma))
    }

    pub(super) fn moved(&self) -> ConeCircle {
        self.upright.moved(self.line().map_or((0.0, 0.0), |line| (line.value, line.slope)))
    }
}

/// What one band says.
#[derive(Default)]
struct Measured {
    rays: Option<Centre>,
    can: Option<Centre>,
    /// Sum over the mean of all views.
    total: f64,
    /// Mismatch of opposite rays as the angles have it, and as if the sample had turned the other
    /// way, where that was tried.
    sense: Option<[f64; 2]>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        source: &'a dyn BandSource,
        scan: &'a ConeScan,
        settings: &'a ConeSearch,
        watch: &'a dyn Fn(usize, usize),
    ) -> Result<Self, ReconstructError> {
        let shape = source.shape();
        let angles: Vec<f64> = scan.angles.iter().map(|angle| angle.0).collect();
        if angles.len() != shape.frames {
            let (angles, frames) = (angles.len(), shape.frames);
            return Err(ReconstructError::AngleCount { angles, frames });
        }
        if let Some(index) = angles.iter().position(|angle| !angle.is_finite()) {
            return Err(ReconstructError::BadAngle { index, value: angles[index] });
        }
        if shape.rows == 0 || shape.columns < 2 {
            let (rows, columns) = (shape.rows, shape.columns);
            return Err(ReconstructError::NoPixels { rows, columns });
        }
        let ring = Ring::new(&angles);
        if ring.len() < 3 || ring.covered() < PI {
            let arc_deg = if ring.len() < 3 { 0.0 } else { ring.covered().to_degrees() };
            return Err(ReconstructError::NoOppositeViews { views: angles.len(), arc_deg });
        }
        Ok(Self { source, scan, settings, watch, shape, ring })
    }

    /// Detector pixels in a frame pixel.
    pub(super) fn bin(&self) -> f64 {
        self.scan.frame.bin as f64
    }

    /// Slope that the frames are too low to measure, or that is given: none is left over then.
    pub(super) fn known_slope(&self) -> Option<f64> {
        let low = self.shape.rows < FEWEST_ROWS_FOR_ROLL || self.settings.bands < 3;
        (self.settings.roll.is_some() || low).then_some(0.0)
    }

    pub(super) fn is_whole_turn(&self) -> bool {
        self.ring.covered() >= TAU
    }

    /// The angle that the views cover, in degrees.
    pub(super) fn arc_deg(&self) -> f64 {
        self.ring.covered().to_degrees()
    }

    fn rays(&self, distance: f64) -> Rays<'_> {
        Rays { ring: &self.ring, distance }
    }

    fn reach(&self) -> Reach {
        let last = self.shape.columns as f64 - 1.0;
        let part = if self.is_whole_turn() { 0.04 } else { 0.25 };
        let whole = [last * part, last * (1.0 - part)];
        let frame = &self.scan.frame;
        let [from, to] =
            self.settings.search_px.map_or(whole, |range| range.map(|column| frame.column(column)));
        let roll = self.settings.roll.map(|roll| roll.0.tan());
        let low = self.known_slope().is_some().then_some(0.0);
        Reach {
            pivot: (self.shape.rows as f64 - 1.0) / 2.0,
            from: from.max(0.0),
            to: to.min(last),
            slope: roll.or(low),
        }
    }

    fn tell(&self, band: usize, bands: usize, pass: usize) {
        (self.watch)(pass * bands + band + 1, 2 * bands.max(1));
    }

    /// All bands at all centres, without knowing a roll.
    pub(super) fn coarse(&self) -> Result<Coarse, ReconstructError> {
        let size = (self.shape.rows, self.shape.columns);
        let bands = band::layout(size, self.settings.bands, None);
        let overlap = (self.shape.columns / 20).max(16).min(self.shape.columns / 2);
        let blur = BLUR.max(0.6 * opposite::coarse_step(self.shape.columns) as f64);
        let distance = Upright::of(&self.scan.circle, &self.scan.frame).distance();
        let (mut measured, mut not_finite) = (vec![], 0);
        for (index, band) in bands.iter().enumerate() {
            let [sinogram] = band::sinograms(self.source, band, [FrameAxis::UPRIGHT])?;
            let smooth = band::smoothed(&sinogram, blur);
            self.tell(index, bands.len(), 0);
            if smooth.iter().any(|value| !value.is_finite()) {
                not_finite += 1;
            } else if band::support(&smooth).is_some() {
                let mismatch = opposite::mismatch(&smooth, &self.rays(distance), overlap);
                measured.push(BandMismatch { band: *band, mismatch });
            }
        }
        if measured.is_empty() {
            return Err(ReconstructError::NoSample { bands: bands.len(), not_finite });
        }
        let reach = self.reach();
        inside(search(&measured, &reach), &reach, |column| self.scan.frame.detector_column(column))
    }

    /// The circle whose axis is that of the coarse search.
    pub(super) fn first_circle(&self, coarse: &Coarse) -> ConeCircle {
        let frame = &self.scan.frame;
        let [row, _] = self.scan.circle.centre;
        let column = frame.detector_column(coarse.axis.column_at(frame.row(row)));
        let roll = self.settings.roll.unwrap_or(Radian(coarse.axis.slope.atan()));
        ConeCircle { centre: [row, column], roll, ..self.scan.circle }
    }

    /// Whether the detector was set upright so far off that rows of the outermost columns were
    /// mixed, or rays were taken at wrong fan angles.
    pub(super) fn is_crooked(&self, fine: &Fine) -> bool {
        fine.line().is_some_and(|line| {
            line.slope.abs() * self.shape.columns as f64 > 0.03 || line.value.abs() > 0.05
        })
    }

    /// Both methods in bands of the detector that `circle` sets upright.
    pub(super) fn fine(&self, circle: &ConeCircle) -> Result<Fine, ReconstructError> {
        let upright = Upright::of(circle, &self.scan.frame);
        let axis = FrameAxis {
            middle: upright.middle(),
            centre: upright.centre(),
            slope: circle.roll.0.tan(),
        };
        let size = (self.shape.rows, self.shape.columns);
        let bands = band::layout(size, self.settings.bands, Some(&axis));
        let mut measured = vec![];
        for (index, band) in bands.iter().enumerate() {
            let try_sense = index % SENSE_EVERY == SENSE_EVERY / 2 || bands.len() < SENSE_EVERY;
            measured.push(self.measure(&upright, band, try_sense)?);
            self.tell(index, bands.len(), 1);
        }
        let rays = centres(&measured, |one| one.rays);
        let can = centres(&measured, |one| one.can);
        let line = |centres: &[Option<Centre>]| {
            let points = points(&upright, &bands, centres);
            let line = robust_line(&points, self.known_slope(), REACH_OF_LINE)?;
            Some(Fitted { line, points })
        };
        let sense: Vec<[f64; 2]> = measured.iter().filter_map(|one| one.sense).collect();
        let least = |k: usize| sense.iter().map(|pair| pair[k]).fold(f64::INFINITY, f64::min);
        let fine = Fine {
            rays: line(&rays),
            can: line(&can),
            bands: bands.len(),
            mismatch: least(0),
            mismatch_reversed: least(1),
            upright,
        };
        match fine.line() {
            Some(_) => Ok(fine),
            None => Err(ReconstructError::NoSample { bands: bands.len(), not_finite: 0 }),
        }
    }

    /// Both methods' centres of one band.
    fn measure(
        &self,
        upright: &Upright,
        band: &Band,
        try_sense: bool,
    ) -> Result<Measured, ReconstructError> {
        let smooth = fan::sinogram(self.source, upright, band)?;
        let finite = smooth.iter().all(|value| value.is_finite());
        if !finite || band::support(&smooth).is_none() {
            return Ok(Measured::default());
        }
        let distance = upright.distance();
        let reach = 3.0 + opposite::coarse_step(self.shape.columns) as f64;
        let near = (upright.centre(), reach);
        let refine = |distance| opposite::refine(&smooth, &self.rays(distance), near, BLUR);
        let matched = refine(distance);
        let mismatch = |matched: Option<opposite::Matched>| {
            matched.map_or(f64::INFINITY, |matched| matched.mismatch)
        };
        Ok(Measured {
            rays: matched.map(|matched| matched.centre),
            can: can::find(&smooth, &self.ring, distance),
            total: smooth.iter().map(|&value| f64::from(value)).sum(),
            sense: try_sense.then(|| [mismatch(matched), mismatch(refine(-distance))]),
        })
    }
}

/// A method's centres of the bands, less certain where the sample ends.
fn centres(measured: &[Measured], of: impl Fn(&Measured) -> Option<Centre>) -> Vec<Option<Centre>> {
    let mut totals: Vec<f64> = measured.iter().map(|one| one.total).collect();
    totals.sort_by(f64::total_cmp);
    let usual = totals[totals.len() / 2];
    let widened = |one: &Measured| {
        let lacks = AT_THE_END * (1.0 - one.total / usual).clamp(0.0, 1.0);
        of(one).map(|centre| Centre { sigma: centre.sigma.hypot(lacks), ..centre })
    };
    measured.iter().map(widened).collect()
}

/// Points of the line, one a band. A band's own sigma is only an estimate: half of the median of
/// all is added to it, so that none counts for much more than the others by chance.
fn points(upright: &Upright, bands: &[Band], centres: &[Option<Centre>]) -> Vec<Point> {
    let mut sigmas: Vec<f64> = centres.iter().flatten().map(|centre| centre.sigma).collect();
    sigmas.sort_by(f64::total_cmp);
    let usual = sigmas.get(sigmas.len() / 2).copied().unwrap_or(0.0);
    let point = |(band, centre): (&Band, &Option<Centre>)| {
        let (value, sigma) = centre.map_or((f64::NAN, f64::INFINITY), |centre| {
            (centre.column - upright.centre(), centre.sigma.hypot(usual / 2.0))
        });
        Point { x: band.row - upright.middle(), value, sigma }
    };
    bands.iter().zip(centres).map(point).collect()
}
