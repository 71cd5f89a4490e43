//! The kinds of solids that parts are made of. Knows no rolls and no materials.

use super::ellipsoid::Ellipsoid;
use super::line::Line;
use super::prism::Prism;
use super::revolved::Revolved;
use super::spans::{Buffers, Spans, intersect, subtract};
use super::wave_ring::WaveRing;

/// A solid of one material, in its own frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Solid {
    /// A polygon turned about an upright axis.
    Revolved(Revolved),
    /// A polygon pushed along its normal.
    Prism(Prism),
    /// A stretched ball.
    Ellipsoid(Ellipsoid),
    /// A wave spring.
    WaveRing(WaveRing),
    /// What lies in both.
    Within(Box<Solid>, Box<Solid>),
    /// What lies in the first and not in the second.
    Without(Box<Solid>, Box<Solid>),
}

impl Solid {
    /// A closed polygon `[r, z]` (mm, r ≥ 0) turned about the cell's axis.
    #[must_use]
    pub fn revolved(outline: Vec<[f64; 2]>) -> Self {
        Self::Revolved(Revolved { outline, centre: [0.0; 2], sector: None })
    }

    /// An upright cylinder about the cell's axis, mm.
    #[must_use]
    pub fn cylinder(radius: f64, z: [f64; 2]) -> Self {
        Self::tube([0.0, radius], z)
    }

    /// An upright tube about the cell's axis: inner and outer radius, lower and upper end, mm.
    #[must_use]
    pub fn tube([inner, outer]: [f64; 2], [low, high]: [f64; 2]) -> Self {
        Self::revolved(vec![[inner, low], [outer, low], [outer, high], [inner, high]])
    }

    /// A box with edges along x, y, z: its least and greatest corner, mm.
    #[must_use]
    pub fn cuboid(low: [f64; 3], high: [f64; 3]) -> Self {
        let [x, y, _] = [0, 1, 2].map(|axis| [low[axis], high[axis]]);
        Self::Prism(Prism {
            outline: vec![[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]],
            w: [low[2], high[2]],
            origin: [0.0; 3],
            u: [1.0, 0.0, 0.0],
            v: [0.0, 1.0, 0.0],
        })
    }

    /// A ball, mm.
    #[must_use]
    pub fn ball(centre: [f64; 3], radius: f64) -> Self {
        Self::Ellipsoid(Ellipsoid { centre, half_axes: [radius; 3] })
    }

    /// What lies in this solid and in the other.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self::Within(Box::new(self), Box::new(other))
    }

    /// What lies in this solid and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self::Without(Box::new(self), Box::new(other))
    }

    /// Whether a point of the solid's frame lies inside.
    #[must_use]
    pub fn holds(&self, point: [f64; 3]) -> bool {
        match self {
            Self::Revolved(solid) => solid.holds(point),
            Self::Prism(solid) => solid.holds(point),
            Self::Ellipsoid(solid) => solid.holds(point),
            Self::WaveRing(solid) => solid.holds(point),
            Self::Within(a, b) => a.holds(point) && b.holds(point),
            Self::Without(a, b) => a.holds(point) && !b.holds(point),
        }
    }

    /// A box `[low, high]` of `[x, y, z]` around it, mm.
    #[must_use]
    pub fn bounds(&self) -> [[f64; 3]; 2] {
        match self {
            Self::Revolved(solid) => solid.bounds(),
            Self::Prism(solid) => solid.bounds(),
            Self::Ellipsoid(solid) => solid.bounds(),
            Self::WaveRing(solid) => solid.bounds(),
            Self::Within(a, b) => {
                let ([a_low, a_high], [b_low, b_high]) = (a.bounds(), b.bounds());
                let low = std::array::from_fn(|i| a_low[i].max(b_low[i]));
                [low, std::array::from_fn(|i| a_high[i].min(b_high[i]))]
            }
            Self::Without(a, _) => a.bounds(),
        }
    }

    /// Appends where a line of the solid's frame runs inside, sorted.
    pub(super) fn spans(&self, line: &Line, buffers: &mut Buffers, out: &mut Spans) {
        let (a, b) = match self {
            Self::Revolved(solid) => return solid.spans(line, buffers, out),
            Self::Prism(solid) => return solid.spans(line, out),
            Self::Ellipsoid(solid) => return solid.spans(line, out),
            Self::WaveRing(solid) => return solid.spans(line, buffers, out),
            Self::Within(a, b) | Self::Without(a, b) => (a, b),
        };
        let (mut first, mut second) = (buffers.take(), buffers.take());
        a.spans(line, buffers, &mut first);
        if !first.is_empty() {
            b.spans(line, buffers, &mut second);
        }
        if matches!(self, Self::Within(..)) {
            intersect(&first, &second, out);
        } else {
            subtract(&first, &second, out);
        }
        buffers.give(first);
        buffers.give(second);
    }

    /// Appends the ranges of z where its horizontal section changes, faces included.
    pub(super) fn busy(&self, out: &mut Spans) {
        match self {
            Self::Revolved(solid) => solid.busy(out),
            Self::Prism(solid) => solid.busy(out),
            Self::Ellipsoid(_) | Self::WaveRing(_) => {
                let [low, high] = self.bounds();
                out.push([low[2], high[2]]);
            }
            Self::Within(a, b) | Self::Without(a, b) => {
                a.busy(out);
                b.busy(out);
            }
        }
    }

    /// What is wrong with it, and what would do.
    pub(super) fn problem(&self) -> Option<(String, &'static str)> {
        match self {
            Self::Revolved(solid) => solid.problem(),
            Self::Prism(solid) => solid.problem(),
            Self::Ellipsoid(solid) => solid.problem(),
            Self::WaveRing(solid) => solid.problem(),
            Self::Within(a, b) | Self::Without(a, b) => a.problem().or_else(|| b.problem()),
        }
    }
}
