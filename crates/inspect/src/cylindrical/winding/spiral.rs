//! The spiral of a roll: where each winding is, at any height. Knows no volume.

use ndarray::{Array2, Array3};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use voltomo_numeric::cast::to_index;

/// Which way the radius grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// Outwards from +x towards +y.
    Anticlockwise,
    /// Outwards from +y towards +x.
    Clockwise,
}

impl Sense {
    /// The direction of a step of `count` along the sense, radians from +x towards +y, 0 to 2π.
    #[must_use]
    pub fn angle(self, step: usize, count: usize) -> f64 {
        let angle = TAU * (step % count) as f64 / count as f64;
        match self {
            Self::Anticlockwise => angle,
            Self::Clockwise => (TAU - angle) % TAU,
        }
    }

    /// The part of a turn, 0 to 1, at which a direction lies.
    #[must_use]
    pub fn part(self, angle: f64) -> f64 {
        match self {
            Self::Anticlockwise => (angle / TAU).rem_euclid(1.0),
            Self::Clockwise => (-angle / TAU).rem_euclid(1.0),
        }
    }
}

/// How a winding lies beside its Archimedean line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LayerDeviation {
    /// Number from the innermost, which is 0.
    pub turn: usize,
    /// Mean radius, mm.
    pub radius_mm: f64,
    /// Growth a turn, of its line, mm.
    pub pitch_mm: f64,
    /// Root mean square of the distance from the line, mm.
    pub rms_mm: f64,
    /// Greatest distance from the line (MaxAE), mm.
    pub largest_mm: f64,
}

/// The windings of a roll as one spiral: of its bright layer, which is the cathode in X-rays.
///
/// A place along it is its position τ in turns: τ = turn + step/steps, step counted along the sense
/// of the spiral from +x, so that the radius grows with τ. Lengths are mm, heights are those of the
/// cell's frame, radii are counted from the roll's own axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Spiral {
    /// Where the roll's axis crosses the cell's frame, `[y, x]`, mm.
    pub centre: [f64; 2],
    /// Growth of the radius a turn: slope of the Archimedean line through all windings.
    pub pitch: f64,
    /// One standard deviation of `pitch`.
    pub pitch_uncertainty: f64,
    /// Radius of that line at τ = 0.
    pub first_radius: f64,
    /// Which way the radius grows.
    pub sense: Sense,
    /// Positions τ of the inner and the outer end of the bright layer.
    pub ends: [f64; 2],
    /// One standard deviation of each end, turns.
    pub ends_uncertainty: f64,
    /// Heights at which the windings were traced, rising.
    pub heights: Vec<f64>,
    /// Height over which each cross-section was averaged, from one to the next.
    pub height_step: f64,
    /// `[height, turn, step]`: radius; NaN where no winding was seen.
    pub radii: Array3<f32>,
    /// `[height, turn, step]`: strength of the bright layer, 1 where it is as usual, 0 where no
    /// winding was seen; a tab in its place is well below 1.
    pub strengths: Array3<f32>,
    /// Share of the windings that close around the clock as a spiral does.
    pub agreement: f64,
    /// One standard deviation of a radius of the table.
    pub radius_uncertainty: f64,
    /// Radius about the cell's axis within which the roll lies.
    pub inside: f64,
    /// Levels between which the roll's values lie: 5th and 95th percentile.
    pub levels: [f32; 2],
}

impl Spiral {
    /// Steps around the clock.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.radii.dim().2
    }

    /// Turns of the table: windings that begin, end or both in it.
    #[must_use]
    pub fn turns(&self) -> usize {
        self.radii.dim().1
    }

    /// Length of the spiral, turns.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.ends[1] - self.ends[0]
    }

    /// Least and greatest number of windings that a ray from the roll's axis crosses.
    #[must_use]
    pub fn windings(&self) -> [usize; 2] {
        let crossed = |step: usize| {
            let part = step as f64 / self.steps() as f64;
            let inside = |turn: &usize| {
                let position = *turn as f64 + part;
                position >= self.ends[0] && position <= self.ends[1]
            };
            (0..=self.turns()).filter(inside).count()
        };
        let counts = (0..self.steps()).map(crossed);
        let start = [usize::MAX, 0];
        counts.fold(start, |[low, high], count| [low.min(count), high.max(count)])
    }

    /// Direction of a step from the roll's axis, radians from +x towards +y.
    #[must_use]
    pub fn angle(&self, step: usize) -> f64 {
        self.sense.angle(step, self.steps())
    }

    /// Direction in which the bright layer begins, radians from +x towards +y, 0 to 2π.
    #[must_use]
    pub fn start_angle(&self) -> f64 {
        let turned = TAU * self.ends[0].rem_euclid(1.0);
        match self.sense {
            Sense::Anticlockwise => turned,
            Sense::Clockwise => (TAU - turned) % TAU,
        }
    }

    /// Radius of the Archimedean line at a position.
    #[must_use]
    pub fn ideal(&self, position: f64) -> f64 {
        self.first_radius + self.pitch * position
    }

    /// `[turn, step]`: the windings' radii at a height, linear between the heights of the table and
    /// constant beyond; a place without a winding between places with one takes its neighbours'
    /// distance from the ideal line. NaN inside the inner and outside the outer end.
    #[must_use]
    pub fn at_height(&self, z: f64) -> Array2<f64> {
        let after = self.heights.partition_point(|height| *height < z);
        let high = after.min(self.heights.len() - 1);
        let low = after.saturating_sub(1).min(high);
        let span = self.heights[high] - self.heights[low];
        let share = if span > 0.0 { ((z - self.heights[low]) / span).clamp(0.0, 1.0) } else { 0.0 };
        let mut table = Array2::from_shape_fn((self.turns(), self.steps()), |(turn, step)| {
            let of = |height: usize| f64::from(self.radii[[height, turn, step]]);
            let (a, b) = (of(low), of(high));
            match (a.is_nan(), b.is_nan()) {
                (true, _) => b,
                (_, true) => a,
                _ => a + share * (b - a),
            }
        });
        self.fill(&mut table);
        table
    }

    /// Fills places between the ends from the windings beside.
    fn fill(&self, table: &mut Array2<f64>) {
        let steps = self.steps();
        let known: Vec<(f64, f64)> = (0..table.len())
            .map(|index| (index as f64 / steps as f64, table[[index / steps, index % steps]]))
            .collect();
        let is_within = |position: f64| position >= self.ends[0] && position <= self.ends[1];
        for (index, (position, radius)) in known.iter().enumerate() {
            let (turn, step) = (index / steps, index % steps);
            if !is_within(*position) {
                table[[turn, step]] = f64::NAN;
                continue;
            }
            if radius.is_nan() {
                let beside = [index.checked_sub(steps), Some(index + steps)];
                let deviation = |other: usize| {
                    let (position, radius) = known.get(other)?;
                    radius.is_finite().then(|| radius - self.ideal(*position))
                };
                let found: Vec<f64> = beside.into_iter().flatten().filter_map(deviation).collect();
                let sum: f64 = found.iter().sum();
                let mean = if found.is_empty() { 0.0 } else { sum / found.len() as f64 };
                table[[turn, step]] = self.ideal(*position) + mean;
            }
        }
    }

    /// How each whole or nearly whole winding lies beside the line r = a + b·θ fitted to it alone,
    /// its radii averaged over the heights, in polar coordinates about the roll's own axis.
    ///
    /// Source: Kok, Robinson, Weaving, Jnawali, Pham, Iacoviello, Brett & Shearing 2019,
    /// doi:10.1039/c9se00500e (the roll in polar coordinates against an ideal spiral).
    #[must_use]
    pub fn layers(&self) -> Vec<LayerDeviation> {
        self.layers_about(self.centre, 0.0)
    }

    /// The same in polar coordinates about another centre, `[y, x]` of the cell, mm, every layer
    /// cut at the direction `seam`, radians from +x towards +y. About the can's axis, `[0, 0]`, a
    /// roll that lies beside it deviates by that as well, and the line of a layer takes up a part
    /// of it that depends on the seam.
    #[must_use]
    pub fn layers_about(&self, centre: [f64; 2], seam: f64) -> Vec<LayerDeviation> {
        let shift = [self.centre[0] - centre[0], self.centre[1] - centre[1]];
        let cut = to_index((self.sense.part(seam) * self.steps() as f64).round());
        let layer = |turn: usize| {
            let end = turn * self.steps() + cut;
            let places = end.saturating_sub(self.steps())..end.min(self.turns() * self.steps());
            self.layer(places.filter_map(|place| self.mean_point(place, shift)).collect())
        };
        (0..=self.turns())
            .filter_map(layer)
            .enumerate()
            .map(|(turn, it)| LayerDeviation { turn, ..it })
            .collect()
    }

    /// Position and radius of a place (turn and step in one) about a centre beside the roll's own,
    /// averaged over the heights.
    fn mean_point(&self, place: usize, shift: [f64; 2]) -> Option<(f64, f64)> {
        let (turn, step) = (place / self.steps(), place % self.steps());
        let column = (0..self.heights.len()).map(|height| self.radii[[height, turn, step]]);
        let known: Vec<f64> = column.filter(|it| it.is_finite()).map(f64::from).collect();
        let radius = known.iter().sum::<f64>() / known.len() as f64;
        let (sin, cos) = self.angle(step).sin_cos();
        let [y, x] = [shift[0] + radius * sin, shift[1] + radius * cos];
        let part = step as f64 / self.steps() as f64;
        let turned = self.sense.part(y.atan2(x)) - part;
        let position = place as f64 / self.steps() as f64;
        (!known.is_empty()).then(|| (position + turned - turned.round(), y.hypot(x)))
    }

    fn layer(&self, points: Vec<(f64, f64)>) -> Option<LayerDeviation> {
        if 4 * points.len() < 3 * self.steps() {
            return None;
        }
        let count = points.len() as f64;
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_r = points.iter().map(|(_, r)| r).sum::<f64>() / count;
        let square: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let both: f64 = points.iter().map(|(x, r)| (x - mean_x) * (r - mean_r)).sum();
        let pitch_mm = both / square;
        let left = |(x, r): &(f64, f64)| (r - mean_r - pitch_mm * (x - mean_x)).abs();
        let rms = (points.iter().map(|point| left(point).powi(2)).sum::<f64>() / count).sqrt();
        Some(LayerDeviation {
            turn: 0,
            radius_mm: mean_r,
            pitch_mm,
            rms_mm: rms,
            largest_mm: points.iter().map(left).fold(0.0, f64::max),
        })
    }
}
