//! The geometry of least squares from the shadows of balls. Knows no millimetres.
//!
//! Lengths are in distances from source to axis, so that its value is 1; the detector's pixel is
//! as large as that unit, so that its distance is told in pixels.

use voltomo_numeric::nonlinear_fit::{Minimum, Misfit, NormalSums, Parameter, minimise};
use voltomo_types::{ConeCircle, ConeView, Millimetre, Radian};

use super::{BallError, orbit::Seen, start::Start};

/// Parameters of the geometry: distance (pixels), centre row, centre column, roll, pitch, yaw.
/// Those of the balls follow, z, y and x of each.
pub(super) const GEOMETRY: usize = 6;
/// What is known of pitch and yaw before anything is measured: 0 within this, radians.
pub(super) const ASSUMED_TURN: f64 = 0.026;
/// Shadows further than so many robust standard deviations are left out.
const REACH: f64 = 4.5;
/// A shadow's middle lies further out than the middle of its ball, by this part of the square of
/// the ball's angular radius: 1 for an outline, 4/5 for a mean weighed by the line integrals of a
/// homogeneous ball.
const OUTWARD: f64 = 0.8;
/// Blocks of neighbouring views over which deviations are taken together.
const BLOCKS: usize = 12;

/// The shadows of one ball.
#[derive(Debug, Clone)]
pub(super) struct Ball {
    pub(super) seen: Vec<Seen>,
    pub(super) radius_px: f64,
}

/// The geometry found.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    pub(super) minimum: Minimum,
    /// Factor from the variances of the minimum to those that the shadows show, which deviate
    /// together where a holder shakes.
    pub(super) excess: f64,
    /// Root-mean-square residual along rows and columns, pixels.
    pub(super) residual: f64,
    /// Shadows used, and left out.
    pub(super) shadows: [usize; 2],
}

impl Fitted {
    /// Variance of a figure with these derivatives by some parameters.
    pub(super) fn variance(&self, derivatives: &[(usize, f64)]) -> Option<f64> {
        let mut variance = 0.0;
        for &(a, by_a) in derivatives {
            for &(b, by_b) in derivatives {
                variance += by_a * by_b * self.minimum.covariance_of(a, b)?;
            }
        }
        Some(variance * self.excess)
    }

    pub(super) fn sigma(&self, index: usize) -> Option<f64> {
        self.variance(&[(index, 1.0)]).map(f64::sqrt)
    }

    /// `[z, y, x]` of a ball, and where its parameters begin.
    pub(super) fn ball(&self, index: usize) -> ([f64; 3], usize) {
        let first = GEOMETRY + 3 * index;
        (std::array::from_fn(|k| self.minimum.parameters[first + k]), first)
    }
}

/// Bounds of what can be, for detectors of `rows` × `columns`: distance, centre row and column,
/// roll, pitch, yaw.
pub(super) fn bounds((rows, columns): (f64, f64)) -> [(&'static str, &'static str, f64, f64); 6] {
    [
        ("the distance from source to detector", "pixels", 0.2 * columns, 1e4 * columns),
        ("the row of the central ray", "pixels", -5.0 * rows, 6.0 * rows),
        ("the column of the central ray", "pixels", -2.0 * columns, 3.0 * columns),
        ("the roll", "radians", -0.6, 0.6),
        ("the pitch", "radians", -0.6, 0.6),
        ("the yaw", "radians", -0.6, 0.6),
    ]
}

/// The geometry of least squares from a first one: upright, then with pitch and yaw as far as the
/// shadows show them.
pub(super) fn fit(balls: &[Ball], start: &Start, size: (f64, f64)) -> Result<Fitted, BallError> {
    let mut shadows = Shadows {
        weights: balls.iter().map(|ball| vec![1.0; ball.seen.len()]).collect(),
        balls,
        prior: 1.0,
    };
    let [row, column] = start.centre;
    let geometry = [start.distance, row, column, start.roll, 0.0, 0.0];
    let mut parameters: Vec<Parameter> = geometry
        .into_iter()
        .zip(bounds(size))
        .map(|(start, (_, _, low, high))| Parameter { start, low, high })
        .collect();
    parameters[4] = Parameter::held(0.0);
    parameters[5] = Parameter::held(0.0);
    let place = |start: f64| Parameter { start, low: -0.95, high: 0.95 };
    parameters.extend(start.balls.iter().flatten().map(|&start| place(start)));
    let no_fit = || BallError::NoFit { balls: balls.len() };
    let mut minimum = minimise(&shadows, &parameters).ok_or_else(no_fit)?;
    for pass in 0..4 {
        let scale = shadows.weigh(&minimum.parameters);
        // In units of the shadows' own scatter, so that it may be held against the assumption.
        shadows.prior = (scale / ASSUMED_TURN).powi(2);
        parameters.iter_mut().zip(&minimum.parameters).for_each(|(p, value)| p.start = *value);
        if pass == 0 {
            let free = |index: usize| {
                let (_, _, low, high) = bounds(size)[index];
                Parameter { start: 0.0, low, high }
            };
            (parameters[4], parameters[5]) = (free(4), free(5));
        }
        minimum = minimise(&shadows, &parameters).ok_or_else(no_fit)?;
    }
    hold(&minimum, size)?;
    Ok(shadows.fitted(minimum))
}

/// Nothing may stand at a bound.
fn hold(minimum: &Minimum, size: (f64, f64)) -> Result<(), BallError> {
    for (index, (name, unit, low, high)) in bounds(size).into_iter().enumerate() {
        if minimum.at_bound[index] {
            let value = minimum.parameters[index];
            return Err(BallError::Absurd { name, value, unit, low, high });
        }
    }
    let beyond = (GEOMETRY..minimum.parameters.len()).find(|&k| minimum.at_bound[k]);
    beyond.map_or(Ok(()), |index| {
        Err(BallError::Absurd {
            name: "the place of a ball from the axis",
            value: minimum.parameters[index],
            unit: "distances of the source",
            low: -0.95,
            high: 0.95,
        })
    })
}

fn circle(parameters: &[f64]) -> ConeCircle {
    ConeCircle {
        source_to_axis: Millimetre(1.0),
        source_to_detector: Millimetre(parameters[0]),
        pixel: Millimetre(1.0),
        centre: [parameters[1], parameters[2]],
        roll: Radian(parameters[3]),
        pitch: Radian(parameters[4]),
        yaw: Radian(parameters[5]),
    }
}

/// Shadows with their weights.
struct Shadows<'a> {
    balls: &'a [Ball],
    weights: Vec<Vec<f64>>,
    /// Weight of the assumption that pitch and yaw are 0.
    prior: f64,
}

impl Misfit for Shadows<'_> {
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
        let circles = varied(parameters);
        for (index, (ball, weights)) in self.balls.iter().zip(&self.weights).enumerate() {
            let first = GEOMETRY + 3 * index;
            let centre: [f64; 3] = std::array::from_fn(|k| parameters[first + k]);
            for (seen, &weight) in ball.seen.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
                let angle = Radian(seen.angle);
                let plain = circles[0].0.view(angle);
                let here = expected(&plain, centre, ball.radius_px);
                let mut by = [(0, [0.0; 2]); GEOMETRY + 3];
                for (k, (changed, step)) in circles[1..].iter().enumerate() {
                    let there = expected(&changed.view(angle), centre, ball.radius_px);
                    by[k] = (k, slope(there, here, *step));
                }
                for k in 0..3 {
                    let mut moved = centre;
                    moved[k] += STEP;
                    let there = expected(&plain, moved, ball.radius_px);
                    by[GEOMETRY + k] = (first + k, slope(there, here, STEP));
                }
                for along in 0..2 {
                    let derivatives = by.map(|(k, slope)| (k, slope[along]));
                    sums.add(here[along] - seen.place[along], weight, &derivatives);
                }
            }
        }
        for turn in [4, 5] {
            sums.add(parameters[turn], self.prior, &[(turn, 1.0)]);
        }
    }
}

/// Step of derivatives, in distances of the source and radians.
const STEP: f64 = 1e-7;

/// The circle, and those with one parameter changed, with the change.
fn varied(parameters: &[f64]) -> Vec<(ConeCircle, f64)> {
    let steps = [parameters[0] * STEP, 1e-4, 1e-4, STEP, STEP, STEP];
    let mut circles = vec![(circle(parameters), 0.0)];
    for (k, step) in steps.into_iter().enumerate() {
        let mut changed = parameters[..GEOMETRY].to_vec();
        changed[k] += step;
        circles.push((circle(&changed), step));
    }
    circles
}

fn slope(there: [f64; 2], here: [f64; 2], step: f64) -> [f64; 2] {
    std::array::from_fn(|k| (there[k] - here[k]) / step)
}

/// Detector `[row, column]` of the middle of a ball's shadow.
fn expected(view: &ConeView, centre: [f64; 3], radius_px: f64) -> [f64; 2] {
    let Some([row, column]) = view.detector_position(centre) else { return [f64::NAN; 2] };
    if radius_px == 0.0 {
        return [row, column];
    }
    // The foot of the perpendicular from the source: pixels are as large as the unit.
    let toward =
        |axis: [f64; 3]| (0..3).map(|k| (view.source[k] - view.origin[k]) * axis[k]).sum::<f64>();
    let foot = [toward(view.along_rows), toward(view.along_columns)];
    let normal: f64 = (0..3)
        .map(|k| {
            let beside =
                view.origin[k] + foot[0] * view.along_rows[k] + foot[1] * view.along_columns[k];
            (beside - view.source[k]).powi(2)
        })
        .sum();
    let outward = OUTWARD * radius_px * radius_px / normal;
    [row + outward * (row - foot[0]), column + outward * (column - foot[1])]
}

impl Shadows<'_> {
    /// Residuals `[row, column]` of each ball's shadows.
    fn residuals(&self, parameters: &[f64]) -> Vec<Vec<[f64; 2]>> {
        let circle = circle(parameters);
        let of_ball = |(index, ball): (usize, &Ball)| {
            let first = GEOMETRY + 3 * index;
            let centre: [f64; 3] = std::array::from_fn(|k| parameters[first + k]);
            let off = |seen: &Seen| {
                let view = circle.view(Radian(seen.angle));
                let place = expected(&view, centre, ball.radius_px);
                std::array::from_fn(|k| seen.place[k] - place[k])
            };
            ball.seen.iter().map(off).collect()
        };
        self.balls.iter().enumerate().map(of_ball).collect()
    }

    /// Gives shadows that are far off no weight; returns their standard deviation along rows and
    /// columns, robustly.
    fn weigh(&mut self, parameters: &[f64]) -> f64 {
        let residuals = self.residuals(parameters);
        let length = |off: &[f64; 2]| off[0].hypot(off[1]);
        let mut lengths: Vec<f64> = residuals.iter().flatten().map(length).collect();
        lengths.sort_by(f64::total_cmp);
        let scale = (lengths[lengths.len() / 2] / 1.1774).max(1e-6);
        for (weights, residuals) in self.weights.iter_mut().zip(&residuals) {
            for (weight, off) in weights.iter_mut().zip(residuals) {
                *weight = if length(off) <= REACH * scale { 1.0 } else { 0.0 };
            }
        }
        scale
    }

    fn fitted(&self, minimum: Minimum) -> Fitted {
        let residuals = self.residuals(&minimum.parameters);
        let (mut squares, mut count, mut all) = (0.0, 0.0, 0);
        let (mut together, mut blocks) = (0.0, 0.0);
        for (residuals, weights) in residuals.iter().zip(&self.weights) {
            let kept: Vec<[f64; 2]> =
                residuals.iter().zip(weights).filter(|(_, w)| **w > 0.0).map(|(r, _)| *r).collect();
            all += residuals.len();
            count += kept.len() as f64;
            squares += kept.iter().flatten().map(|off| off * off).sum::<f64>();
            for block in kept.chunks(kept.len().div_ceil(BLOCKS).max(1)) {
                for along in 0..2 {
                    let sum: f64 = block.iter().map(|off| off[along]).sum();
                    together += sum * sum / block.len() as f64;
                    blocks += 1.0;
                }
            }
        }
        let freedom = (2.0 * count - minimum.parameters.len() as f64).max(1.0);
        let scatter = squares / freedom;
        let free_blocks: f64 = (blocks - minimum.parameters.len() as f64).max(1.0);
        let together = (together / scatter.max(1e-30) / free_blocks).max(1.0);
        let used = self.weights.iter().flatten().filter(|weight| **weight > 0.0).count();
        Fitted {
            excess: scatter * together,
            residual: (squares / (2.0 * count)).sqrt(),
            shadows: [used, all - used],
            minimum,
        }
    }
}
