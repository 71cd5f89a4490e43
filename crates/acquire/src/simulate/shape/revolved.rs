//! A polygon turned about an upright axis. Knows no other solids.

use super::line::{Line, half_line, roots};
use super::polygon;
use super::spans::{Buffers, Crossings, Spans, intersect, subtract};

/// The body that a closed polygon in (r, z) sweeps when it turns about an upright axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Revolved {
    /// Corners `[r, z]` in order, mm, r ≥ 0; the last joins the first.
    pub outline: Vec<[f64; 2]>,
    /// Where the axis stands, `[x, y]`, mm.
    pub centre: [f64; 2],
    /// The part of the turn that is there; all of it where none is given.
    pub sector: Option<Sector>,
}

/// A range of angles about an axis, anticlockwise from x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sector {
    /// Where it begins, radians.
    pub from: f64,
    /// How far it reaches anticlockwise, radians, above 0 and at most 2π.
    pub width: f64,
}

impl Sector {
    /// Whether the direction `[x, y]` from the axis lies in the sector.
    pub(super) fn holds(&self, [x, y]: [f64; 2]) -> bool {
        (y.atan2(x) - self.from).rem_euclid(std::f64::consts::TAU) <= self.width
    }
}

impl Sector {
    /// Appends the parts of `whole` that lie in the sector of the axis at x = y = 0.
    fn clip(&self, line: &Line, whole: &[[f64; 2]], out: &mut Spans) {
        let wide = self.width > std::f64::consts::PI;
        // A wide sector is what a narrow one leaves.
        let (from, width) = if wide {
            (self.from + self.width, std::f64::consts::TAU - self.width)
        } else {
            (self.from, self.width)
        };
        let ([x, y, _], [dx, dy, _]) = (line.origin, line.direction);
        let left_of = |angle: f64| {
            let (sin, cos) = angle.sin_cos();
            half_line(cos * y - sin * x, cos * dy - sin * dx)
        };
        let (a, b) = (left_of(from), left_of(from + width + std::f64::consts::PI));
        let inside = [a[0].max(b[0]), a[1].min(b[1])];
        let narrow = if inside[0] < inside[1] { inside } else { [0.0, 0.0] };
        if wide {
            subtract(whole, &[narrow], out);
        } else {
            intersect(whole, &[narrow], out);
        }
    }
}

impl Revolved {
    /// Whether a point lies inside.
    pub(super) fn holds(&self, [x, y, z]: [f64; 3]) -> bool {
        let [dx, dy] = [x - self.centre[0], y - self.centre[1]];
        polygon::holds(&self.outline, [dx.hypot(dy), z])
            && self.sector.is_none_or(|sector| sector.holds([dx, dy]))
    }

    /// A box `[low, high]` of `[x, y, z]` around it.
    pub(super) fn bounds(&self) -> [[f64; 3]; 2] {
        let radius = polygon::range(&self.outline, 0)[1];
        let z = polygon::range(&self.outline, 1);
        let [x, y] = self.centre;
        [[x - radius, y - radius, z[0]], [x + radius, y + radius, z[1]]]
    }

    /// Appends where a line runs inside.
    pub(super) fn spans(&self, line: &Line, buffers: &mut Buffers, out: &mut Spans) {
        let mut moved = *line;
        moved.origin[0] -= self.centre[0];
        moved.origin[1] -= self.centre[1];
        let Some(sector) = self.sector else { return self.turned(&moved, out) };
        let mut whole = buffers.take();
        self.turned(&moved, &mut whole);
        sector.clip(&moved, &whole, out);
        buffers.give(whole);
    }

    /// The same for the whole turn, the axis at the line's origin of x and y.
    fn turned(&self, line: &Line, out: &mut Spans) {
        let ([x, y, z], [dx, dy, dz]) = (line.origin, line.direction);
        let (a, b, c) = (dx * dx + dy * dy, x * dx + y * dy, x * x + y * y);
        let mut crossings = Crossings::new();
        for (from, to) in polygon::edges(&self.outline) {
            if from[1] == to[1] {
                let t = (from[1] - z) / dz;
                let square = a * t * t + 2.0 * b * t + c;
                let range = [from[0].min(to[0]), from[0].max(to[0])];
                if t.is_finite() && square >= range[0] * range[0] && square < range[1] * range[1] {
                    crossings.push(t);
                }
                continue;
            }
            // The radius of the edge's surface at t is base + rise·t.
            let grow = (to[0] - from[0]) / (to[1] - from[1]);
            let (base, rise) = (from[0] + grow * (z - from[1]), grow * dz);
            let range = [from[1].min(to[1]), from[1].max(to[1])];
            let meets = |t: f64| {
                let height = z + t * dz;
                height >= range[0] && height < range[1] && base + rise * t >= 0.0
            };
            let square = [a - rise * rise, b - base * rise, c - base * base];
            if square[0].abs() < 1e-12 * a {
                let t = -0.5 * square[2] / square[1];
                (t.is_finite() && meets(t)).then(|| crossings.push(t));
                continue;
            }
            for t in roots(square[0], square[1], square[2]).into_iter().flatten() {
                meets(t).then(|| crossings.push(t));
            }
        }
        let holds = |t: f64| {
            let [x, y, z] = line.at(t);
            polygon::holds(&self.outline, [x.hypot(y), z])
        };
        crossings.spans(holds, out);
    }

    /// Appends the ranges of z where its horizontal section changes, faces included.
    pub(super) fn busy(&self, out: &mut Spans) {
        for (from, to) in polygon::edges(&self.outline) {
            if (from[0] - to[0]).abs() < 1e-7 {
                out.extend([[from[1]; 2], [to[1]; 2]]);
            } else {
                out.push([from[1].min(to[1]), from[1].max(to[1])]);
            }
        }
    }

    /// What is wrong with it, and what would do.
    pub(super) fn problem(&self) -> Option<(String, &'static str)> {
        if let Some(point) = self.outline.iter().find(|point| point[0] < 0.0) {
            return Some((format!("an outline at radius {}", point[0]), "radii of 0 and above"));
        }
        if let Some(sector) = self.sector
            && !(sector.width > 0.0 && sector.width <= 6.2832 && sector.from.is_finite())
        {
            return Some((format!("a sector {} rad wide", sector.width), "above 0, at most 2π"));
        }
        polygon::problem(&self.outline)
    }
}
