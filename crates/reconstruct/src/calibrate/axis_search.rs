//! Searches the axis: coarse over the whole range, then with both methods in straightened bands.
//! Knows no verdict.

use ndarray::Array2;
use voltomo_numeric::least_squares::{Line, Point, robust_line};
use voltomo_types::{FrameShape, ParallelGeometry};

use super::{
    BandSource,
    band::{self, Band, FrameAxis},
    band_line::{Answer, BandPoint, points},
    double_wedge::{self, Window},
    frames::{self, Asked, Registered},
    pairs::{self, Centre},
    partners::{HalfTurn, Pair, half_turns, opposite_pairs},
    search::{BandMismatch, Coarse, Reach, inside, search},
};
use crate::{ReconstructError, ReconstructSettings};

/// Gaussian that views are smoothed with before they are matched, in columns.
const BLUR: f64 = 1.5;
/// Fewest rows from which a tilt is measured.
const FEWEST_ROWS_FOR_TILT: usize = 12;
/// Fewest bands from which a tilt is taken where whole frames tell one.
const FEWEST_BANDS_FOR_TILT: usize = 5;
/// Points further than so many robust standard deviations are left out of the line.
const REACH_OF_LINE: f64 = 4.0;

/// Rows by which the outermost columns of a band are moved to see how it answers to the slope.
const NUDGE: f64 = 0.5;

/// Rows by which both ends of a band may be apart from the same height of the sample.
const MOST_CROOKED: f64 = 0.03;

/// The name of the registration of whole frames.
pub(super) const WHOLE_FRAMES: &str = "whole frames";

/// What the search works on.
pub(super) struct Search<'a> {
    pub(super) source: &'a dyn BandSource,
    pub(super) geometry: &'a ParallelGeometry,
    pub(super) settings: &'a ReconstructSettings,
    watch: &'a dyn Fn(usize, usize),
    shape: FrameShape,
    pairs: Vec<Pair>,
    halves: Vec<HalfTurn>,
}

/// Lines through the bands' centres, frame pixels, x counted from the detector's middle row.
pub(super) struct Fine {
    /// The line of the more certain method.
    pub(super) axis: FrameAxis,
    /// What each method says.
    pub(super) answers: Vec<LineOf>,
    /// The band with the most certain centre.
    pub(super) clearest: Band,
}

/// What a method says.
#[derive(Debug, Clone)]
pub(super) struct LineOf {
    /// The method, in words.
    pub(super) name: &'static str,
    /// The axis.
    pub(super) line: Line,
    /// What it goes through, one a band; empty of whole frames.
    pub(super) points: Vec<Point>,
}

/// How far a band rises, and what each method says of it.
type Measured = Option<(f32, [Option<Answer>; 2])>;

impl<'a> Search<'a> {
    /// Sorts the views into pairs and half turns. Errors: not one finite angle a frame, no opposite
    /// views.
    pub(super) fn new(
        source: &'a dyn BandSource,
        geometry: &'a ParallelGeometry,
        settings: &'a ReconstructSettings,
        watch: &'a dyn Fn(usize, usize),
    ) -> Result<Self, ReconstructError> {
        let shape = source.shape();
        let angles: Vec<f64> = geometry.angles.iter().map(|angle| angle.0).collect();
        if angles.len() != shape.frames {
            let (angles, frames) = (angles.len(), shape.frames);
            return Err(ReconstructError::AngleCount { angles, frames });
        }
        if let Some(index) = angles.iter().position(|angle| !angle.is_finite()) {
            return Err(ReconstructError::BadAngle { index, value: angles[index] });
        }
        let (pairs, halves) = (opposite_pairs(&angles), half_turns(&angles));
        if pairs.is_empty() {
            return Err(ReconstructError::NoOppositeViews {
                views: angles.len(),
                arc_deg: arc(&angles),
            });
        }
        Ok(Self { source, geometry, settings, watch, shape, pairs, halves })
    }

    /// What whole frames show.
    pub(super) fn whole_frames(&self) -> Result<Option<Registered>, ReconstructError> {
        let (source, pairs, reach) = (self.source, &self.pairs[..], self.reach());
        let angles = self.geometry.angles.iter().map(|angle| angle.0).collect();
        frames::register(&Asked { source, pairs, angles, reach, middle: self.middle() })
    }

    /// Frame row of the detector's middle row.
    pub(super) fn middle(&self) -> f64 {
        self.geometry.frame.row(self.geometry.frame.middle_row())
    }

    /// Slope that is given, or 0 where the frames are too low to measure one.
    pub(super) fn known_slope(&self) -> Option<f64> {
        let given = self.settings.tilt_deg.map(|tilt| tilt.to_radians().tan());
        given.or((self.shape.rows < FEWEST_ROWS_FOR_TILT || self.settings.bands < 3).then_some(0.0))
    }

    /// Whether views of more than half a turn make pairs all over the sample.
    pub(super) fn is_whole_turn(&self) -> bool {
        2 * self.pairs.len() > self.shape.frames
    }

    fn reach(&self) -> Reach {
        let last = self.shape.columns as f64 - 1.0;
        let part = if self.is_whole_turn() { 0.04 } else { 0.25 };
        let whole = [last * part, last * (1.0 - part)];
        let frame = &self.geometry.frame;
        let [from, to] =
            self.settings.search_px.map_or(whole, |range| range.map(|column| frame.column(column)));
        let (from, to) = (from.max(0.0), to.min(last));
        let pivot = (self.shape.rows as f64 - 1.0) / 2.0;
        Reach { pivot, from, to, slope: self.known_slope() }
    }

    fn tell(&self, band: usize, bands: usize, pass: usize) {
        (self.watch)(pass * bands + band + 1, 2 * bands.max(1));
    }

    /// All bands at all centres, without knowing a tilt.
    pub(super) fn coarse(&self) -> Result<Coarse, ReconstructError> {
        let bands = band::layout((self.shape.rows, self.shape.columns), self.settings.bands, None);
        let overlap = (self.shape.columns / 20).max(16).min(self.shape.columns / 2);
        let (mut measured, mut not_finite) = (vec![], 0);
        for (index, band) in bands.iter().enumerate() {
            let [sinogram] = band::sinograms(self.source, band, [FrameAxis::UPRIGHT])?;
            let smooth = band::smoothed(&sinogram, BLUR);
            self.tell(index, bands.len(), 0);
            if smooth.iter().any(|value| !value.is_finite()) {
                not_finite += 1;
            } else if let Some(support) = band::support(&smooth) {
                let mismatch = pairs::mismatch(&smooth, &self.pairs, overlap);
                measured.push(Some((support.rise, BandMismatch { band: *band, mismatch })));
            }
        }
        let measured: Vec<BandMismatch> = band::of_sample(measured).into_iter().flatten().collect();
        if measured.is_empty() {
            return Err(ReconstructError::NoSample { bands: bands.len(), not_finite });
        }
        let reach = self.reach();
        inside(search(&measured, &reach), &reach, |column| {
            self.geometry.frame.detector_column(column)
        })
    }

    /// Whether the axis that was straightened along is so far off that rows of the outermost
    /// columns were mixed.
    pub(super) fn is_crooked(&self, assumed: &FrameAxis, found: &FrameAxis) -> bool {
        (assumed.slope - found.slope).abs() > self.slope_in_doubt()
    }

    /// Slopes that are no further apart count as the same.
    fn slope_in_doubt(&self) -> f64 {
        MOST_CROOKED / self.shape.columns as f64
    }

    /// Both methods in bands that are straightened along `axis`, beside what whole frames say.
    pub(super) fn fine(
        &self,
        axis: &FrameAxis,
        frames: Option<&Registered>,
    ) -> Result<Fine, ReconstructError> {
        let size = (self.shape.rows, self.shape.columns);
        let bands = band::layout(size, self.settings.bands, Some(axis));
        let mut measured = vec![];
        for (index, band) in bands.iter().enumerate() {
            measured.push(self.measure(band, axis)?);
            self.tell(index, bands.len(), 1);
        }
        let measured = band::of_sample(measured);
        let [pairs, wedge] = [0, 1].map(|method| {
            let of = |both: &Option<[Option<Answer>; 2]>| both.and_then(|both| both[method]);
            let answers: Vec<Option<Answer>> = measured.iter().map(of).collect();
            points(&bands, &answers, (self.middle(), self.slope_in_doubt()))
        });
        let line = |points: &[BandPoint]| {
            let freed: Vec<Point> =
                points.iter().map(|point| point.freed_from(axis.slope)).collect();
            self.line(&freed, frames)
        };
        let sigma = |point: &BandPoint| point.seen.sigma;
        let clearest = pairs.iter().zip(&bands).min_by(|a, b| sigma(a.0).total_cmp(&sigma(b.0)));
        let clearest = clearest.map_or(bands[0], |(_, band)| *band);
        let once = if self.is_whole_turn() { self.pairs.len() / 2 } else { self.pairs.len() };
        let lines = [line(&pairs), line(&wedge)];
        let seen = [pairs, wedge].map(|points| points.iter().map(|point| point.seen).collect());
        let answers = answers(lines, (seen, frames), [once, self.shape.frames / 2]);
        let surest =
            answers.iter().min_by(|a, b| a.line.value_sigma.total_cmp(&b.line.value_sigma));
        let line = surest.map(|answer| &answer.line);
        let line = line.ok_or(ReconstructError::NoSample { bands: bands.len(), not_finite: 0 })?;
        let axis = FrameAxis { middle: self.middle(), centre: line.value, slope: line.slope };
        Ok(Fine { axis, answers, clearest })
    }

    /// The line through the bands' centres; where they are too few to tell a tilt, about that of the
    /// whole frames.
    fn line(&self, points: &[Point], frames: Option<&Registered>) -> Option<Line> {
        let usable = || points.iter().filter(|point| point.sigma.is_finite());
        let few = self.known_slope().is_none() && usable().count() < FEWEST_BANDS_FOR_TILT;
        let Some(frames) = frames.filter(|frames| frames.shows_tilt && few) else {
            return robust_line(points, self.known_slope(), REACH_OF_LINE);
        };
        let mut line = robust_line(points, Some(frames.line.slope), REACH_OF_LINE)?;
        let furthest = usable().map(|point| point.x.abs()).fold(0.0, f64::max);
        line.slope_sigma = frames.line.slope_sigma;
        line.value_sigma = line.value_sigma.hypot(furthest * line.slope_sigma);
        Some(line)
    }

    /// Both methods' centres of one band, and how these move with the slope that it is straightened
    /// along.
    fn measure(&self, band: &Band, axis: &FrameAxis) -> Result<Measured, ReconstructError> {
        let near = axis.column_at(band.row);
        if self.known_slope().is_some() {
            let [sinogram] = band::sinograms(self.source, band, [*axis])?;
            let still = |centre| Answer { centre, response: 0.0 };
            let centres = self.centres(&sinogram, near);
            return Ok(centres.map(|(rise, centres)| (rise, centres.map(|one| one.map(still)))));
        }
        let nudge = NUDGE / self.shape.columns as f64;
        let beside = FrameAxis { slope: axis.slope + nudge, ..*axis };
        let both = band::sinograms(self.source, band, [*axis, beside])?;
        let [here, there] = both.map(|sinogram| self.centres(&sinogram, near));
        Ok(here.zip(there).map(|((rise, here), (_, there))| {
            let answer = |method: usize| {
                let (centre, moved) = here[method].zip(there[method])?;
                Some(Answer { centre, response: (moved.column - centre.column) / nudge })
            };
            (rise, [0, 1].map(answer))
        }))
    }

    /// How far one straightened band rises, and both methods' centres of it, near a column.
    fn centres(&self, sinogram: &Array2<f32>, near: f64) -> Option<(f32, [Option<Centre>; 2])> {
        let smooth = band::smoothed(sinogram, BLUR);
        let finite = smooth.iter().all(|value| value.is_finite());
        let support = band::support(&smooth).filter(|_| finite)?;
        let by_pairs = pairs::refine(&smooth, &self.pairs, (near, 3.0), BLUR);
        let middle = by_pairs.map_or(near, |centre| centre.column);
        let last = self.shape.columns as f64 - 1.0;
        let radius = (middle - support.first).max(support.last - middle) + 2.0;
        let overlap = middle.min(last - middle);
        let half_width = (radius / 0.8).min(overlap);
        let window = Window { middle, half_width, radius: radius.min(half_width) };
        let by_wedge = double_wedge::refine(sinogram, &self.halves, window);
        Some((support.rise, [by_pairs, by_wedge]))
    }
}

/// What all methods say, bands no surer than frames allow: `all` are the independent pairs of views
/// that each method in bands sees.
///
/// Bands straightened along a wrong tilt agree with it where the sample is flat or round, since they
/// compare no rows of different height. Whole frames do; so many of their pairs as bands see would
/// have standard deviations smaller by `√(pairs of frames / all)`, and bands, which see no more, have
/// none smaller than those. A tilt that frames do not show, more pairs do not show either.
fn answers(
    [pairs, wedge]: [Option<Line>; 2],
    ([in_pairs, in_wedge], frames): ([Vec<Point>; 2], Option<&Registered>),
    all: [usize; 2],
) -> Vec<LineOf> {
    let bounded = |(line, all): (Option<Line>, usize)| {
        let mut line = line?;
        if let Some(frames) = frames {
            let share = (frames.pairs() as f64 / all.max(1) as f64).sqrt().min(1.0);
            let share = if frames.shows_tilt { share } else { 1.0 };
            line.value_sigma = line.value_sigma.max(share * frames.line.value_sigma);
            line.slope_sigma = line.slope_sigma.max(share * frames.line.slope_sigma);
        }
        Some(line)
    };
    let whole = frames.map(|frames| frames.line.clone());
    let named = [
        ("opposite pairs", bounded((pairs, all[0])), in_pairs),
        ("double wedge", bounded((wedge, all[1])), in_wedge),
        (WHOLE_FRAMES, whole, vec![]),
    ];
    let told = named.into_iter();
    told.filter_map(|(name, line, points)| Some(LineOf { name, line: line?, points })).collect()
}

fn arc(angles: &[f64]) -> f64 {
    let (low, high) = angles
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), a| (low.min(*a), high.max(*a)));
    (high - low).to_degrees()
}
