//! Finds the axis of a cone beam: a coarse search, then fine ones until the detector is upright.
//! Knows no files and no verdict.

use std::f64::consts::TAU;

use voltomo_numeric::least_squares::{Line, Point, robust_line};
use voltomo_types::{ConeCircle, FrameShape, Problem, Radian};

use super::{
    super::{
        AxisOrigin, BandSource,
        band::{self, Band, FrameAxis},
        pairs::Centre,
        search::{BandMismatch, Coarse, Reach, search},
    },
    ConeAxisEstimate, ConeScan, ConeSearch, can,
    fan::{self, Upright},
    opposite::{self, Rays},
    ring::Ring,
    verdict,
};
use crate::ReconstructError;

/// Gaussian that views are smoothed with before they are matched, in columns.
const BLUR: f64 = 1.5;
/// Fewest rows from which a roll is measured.
const FEWEST_ROWS_FOR_ROLL: usize = 12;
/// Points further than so many robust standard deviations are left out of the line.
const REACH_OF_LINE: f64 = 4.0;
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
    let problem = |key: &str, found: String, expected: &str| Problem {
        key: key.into(),
        found,
        expected: expected.into(),
    };
    let mut found = vec![];
    if !(near.is_finite() && near > 0.0) {
        let expected = "the distance from the source to the axis, in mm, above 0";
        found.push(problem("reconstruct.cone.source_to_axis_mm", near.to_string(), expected));
    }
    if !(far.is_finite() && far >= near) {
        let expected = "the distance from the source to the detector, in mm, beyond the axis";
        found.push(problem("reconstruct.cone.source_to_detector_mm", far.to_string(), expected));
    }
    if !(circle.pixel.0.is_finite() && circle.pixel.0 > 0.0) {
        let expected = "the edge of a detector pixel in mm, above 0";
        found.push(problem("acquire.pixel_mm", circle.pixel.0.to_string(), expected));
    }
    if !circle.centre[0].is_finite() {
        let expected = "the detector row of the central ray";
        found.push(problem(
            "reconstruct.cone.centre_row_px",
            circle.centre[0].to_string(),
            expected,
        ));
    }
    for (key, angle) in [
        ("reconstruct.cone.roll_deg", settings.roll.unwrap_or(Radian(0.0))),
        ("reconstruct.cone.pitch_deg", circle.pitch),
        ("reconstruct.cone.yaw_deg", circle.yaw),
    ] {
        // NaN is not within either.
        if !(angle.degrees().abs() < 45.0) {
            found.push(problem(key, angle.degrees().to_string(), "degrees between −45 and 45"));
        }
    }
    if settings.centre_px.is_some_and(|centre| !centre.is_finite()) {
        found.push(problem("reconstruct.centre_px", "no number".into(), "a detector column"));
    }
    if settings
        .search_px
        .is_some_and(|[from, to]| from.partial_cmp(&to) != Some(std::cmp::Ordering::Less))
    {
        let range = format!("{:?}", settings.search_px.unwrap_or_default());
        let expected = "the first and the last detector column of the search";
        found.push(problem("reconstruct.search_px", range, expected));
    }
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
    pub(super) rays: Option<Line>,
    /// Round can.
    pub(super) can: Option<Line>,
    /// Bands measured.
    pub(super) bands: usize,
    /// Least mismatch of opposite rays among the bands.
    pub(super) mismatch: f64,
    /// The same as if the sample had turned the other way.
    pub(super) mismatch_reversed: f64,
}

impl Fine {
    /// The line of the surer method.
    pub(super) fn line(&self) -> Option<&Line> {
        match (&self.rays, &self.can) {
            (Some(a), Some(b)) => Some(if b.value_sigma < a.value_sigma { b } else { a }),
            (one, other) => one.as_ref().or(other.as_ref()),
        }
    }

    fn moved(&self) -> ConeCircle {
        self.upright.moved(self.line().map_or((0.0, 0.0), |line| (line.value, line.slope)))
    }
}

/// What one band says.
struct Measured {
    rays: Option<Centre>,
    can: Option<Centre>,
    mismatch: f64,
    mismatch_reversed: f64,
}

impl<'a> Search<'a> {
    fn new(
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
        if ring.len() < 3 || ring.covered() < std::f64::consts::PI {
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
    fn coarse(&self) -> Result<Coarse, ReconstructError> {
        let size = (self.shape.rows, self.shape.columns);
        let bands = band::layout(size, self.settings.bands, None);
        let overlap = (self.shape.columns / 20).max(16).min(self.shape.columns / 2);
        let blur = BLUR.max(0.6 * opposite::coarse_step(self.shape.columns) as f64);
        let distance = Upright::of(&self.scan.circle, &self.scan.frame).distance();
        let (mut measured, mut not_finite) = (vec![], 0);
        for (index, band) in bands.iter().enumerate() {
            let smooth = band::smoothed(&band::sinogram(self.source, band, None)?, blur);
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
        let coarse = search(&measured, &reach);
        coarse.filter(|coarse| !coarse.at_edge).ok_or_else(|| {
            let on_detector = |column| self.scan.frame.detector_column(column);
            ReconstructError::CentreAtEdge {
                found_px: coarse.map_or(f64::NAN, |coarse| on_detector(coarse.axis.centre)),
                from_px: on_detector(reach.from),
                to_px: on_detector(reach.to),
            }
        })
    }

    /// The circle whose axis is that of the coarse search.
    fn first_circle(&self, coarse: &Coarse) -> ConeCircle {
        let frame = &self.scan.frame;
        let [row, _] = self.scan.circle.centre;
        let column = frame.detector_column(coarse.axis.column_at(frame.row(row)));
        let roll = self.settings.roll.unwrap_or(Radian(coarse.axis.slope.atan()));
        ConeCircle { centre: [row, column], roll, ..self.scan.circle }
    }

    /// Whether the detector was set upright so far off that rows of the outermost columns were
    /// mixed, or rays were taken at wrong fan angles.
    fn is_crooked(&self, fine: &Fine) -> bool {
        fine.line().is_some_and(|line| {
            line.slope.abs() * self.shape.columns as f64 > 0.03 || line.value.abs() > 0.05
        })
    }

    /// Both methods in bands of the detector that `circle` sets upright.
    fn fine(&self, circle: &ConeCircle) -> Result<Fine, ReconstructError> {
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
            measured.push(self.measure(&upright, band)?);
            self.tell(index, bands.len(), 1);
        }
        let rays: Vec<_> = measured.iter().map(|one| one.rays).collect();
        let can: Vec<_> = measured.iter().map(|one| one.can).collect();
        let line = |centres: &[Option<Centre>]| {
            robust_line(&points(&upright, &bands, centres), self.known_slope(), REACH_OF_LINE)
        };
        let least =
            |of: &dyn Fn(&Measured) -> f64| measured.iter().map(of).fold(f64::INFINITY, f64::min);
        let fine = Fine {
            rays: line(&rays),
            can: line(&can),
            bands: bands.len(),
            mismatch: least(&|one| one.mismatch),
            mismatch_reversed: least(&|one| one.mismatch_reversed),
            upright,
        };
        match fine.line() {
            Some(_) => Ok(fine),
            None => Err(ReconstructError::NoSample { bands: bands.len(), not_finite: 0 }),
        }
    }

    /// Both methods' centres of one band.
    fn measure(&self, upright: &Upright, band: &Band) -> Result<Measured, ReconstructError> {
        let smooth = band::smoothed(&fan::sinogram(self.source, upright, band)?, BLUR);
        let finite = smooth.iter().all(|value| value.is_finite());
        let nothing = f64::INFINITY;
        let mut measured =
            Measured { rays: None, can: None, mismatch: nothing, mismatch_reversed: nothing };
        if !finite || band::support(&smooth).is_none() {
            return Ok(measured);
        }
        let distance = upright.distance();
        let reach = 3.0 + opposite::coarse_step(self.shape.columns) as f64;
        let near = (upright.centre(), reach);
        let refine = |distance| opposite::refine(&smooth, &self.rays(distance), near, BLUR);
        let (matched, reversed) = (refine(distance), refine(-distance));
        measured.rays = matched.map(|matched| matched.centre);
        measured.mismatch = matched.map_or(nothing, |matched| matched.mismatch);
        measured.mismatch_reversed = reversed.map_or(nothing, |matched| matched.mismatch);
        measured.can = can::find(&smooth, &self.ring, distance);
        Ok(measured)
    }
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
