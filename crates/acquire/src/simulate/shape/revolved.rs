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
        if let Some((radius, z)) = self.tube() {
            return cross_tube(line, (radius, z), out);
        }
        let trace = Trace::new(line);
        let mut crossings = Crossings::new();
        for (from, to) in polygon::edges(&self.outline) {
            let heights = [from[1].min(to[1]), from[1].max(to[1])];
            if heights[0] > trace.heights[1] || heights[1] < trace.heights[0] {
                continue;
            }
            if heights[0] == heights[1] {
                trace.cross_face(
                    [from[0].min(to[0]), from[0].max(to[0])],
                    heights[0],
                    &mut crossings,
                );
            } else {
                trace.cross_cone((from, to), heights, &mut crossings);
            }
        }
        let holds = |t: f64| {
            let [x, y, z] = line.at(t);
            polygon::holds(&self.outline, [x.hypot(y), z])
        };
        crossings.spans(holds, out);
    }

    /// Radii and heights, where the outline is a rectangle.
    fn tube(&self) -> Option<([f64; 2], [f64; 2])> {
        let [a, b, c, d] = self.outline[..] else { return None };
        let level = a[1] == b[1] && b[0] == c[0] && c[1] == d[1] && d[0] == a[0];
        let order = |p: f64, q: f64| [p.min(q), p.max(q)];
        level.then(|| (order(a[0], b[0]), order(b[1], c[1])))
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
            && !(sector.width > 0.0
                && sector.width <= std::f64::consts::TAU + 1e-9
                && sector.from.is_finite())
        {
            return Some((format!("a sector {} rad wide", sector.width), "above 0, at most 2π"));
        }
        polygon::problem(&self.outline)
    }
}

/// A line by its squared distance from the axis, a·t² + 2·b·t + c, and its height.
struct Trace {
    square: [f64; 3],
    z: f64,
    rise: f64,
    /// Lowest and highest point that is asked for.
    heights: [f64; 2],
}

impl Trace {
    fn new(line: &Line) -> Self {
        let ([x, y, z], [dx, dy, rise]) = (line.origin, line.direction);
        let ends = line.reach.map(|t| if rise == 0.0 { z } else { z + t * rise });
        let heights = [ends[0].min(ends[1]), ends[0].max(ends[1])];
        let square = [dx * dx + dy * dy, x * dx + y * dy, x * x + y * y];
        Self { square, z, rise, heights }
    }

    /// A flat ring at one height.
    fn cross_face(&self, radius: [f64; 2], height: f64, crossings: &mut Crossings) {
        let [a, b, c] = self.square;
        let t = (height - self.z) / self.rise;
        let square = a * t * t + 2.0 * b * t + c;
        let within = square >= radius[0] * radius[0] && square < radius[1] * radius[1];
        if t.is_finite() && within {
            crossings.push(t);
        }
    }

    /// The surface of an edge that is not flat: its radius where the line is at t is
    /// base + grow·t.
    fn cross_cone(&self, edge: ([f64; 2], [f64; 2]), range: [f64; 2], crossings: &mut Crossings) {
        let ([a, b, c], (from, to)) = (self.square, edge);
        let steep = (to[0] - from[0]) / (to[1] - from[1]);
        let (base, grow) = (from[0] + steep * (self.z - from[1]), steep * self.rise);
        let meets = |t: f64| {
            let height = self.z + t * self.rise;
            height >= range[0] && height < range[1] && base + grow * t >= 0.0
        };
        let (square, half, rest) = (a - grow * grow, b - base * grow, c - base * base);
        if square.abs() < 1e-12 * a {
            let t = -0.5 * rest / half;
            if t.is_finite() && meets(t) {
                crossings.push(t);
            }
            return;
        }
        for t in roots(square, half, rest).into_iter().flatten().filter(|t| meets(*t)) {
            crossings.push(t);
        }
    }
}

/// The spans of a tube: between its ends, in its outer and not in its inner circle.
fn cross_tube(line: &Line, (radius, z): ([f64; 2], [f64; 2]), out: &mut Spans) {
    let trace = Trace::new(line);
    let [a, b, c] = trace.square;
    // The lower end belongs to the tube, the upper one does not, as for any polygon.
    if trace.rise == 0.0 && !(trace.z >= z[0] && trace.z < z[1]) {
        return;
    }
    let above = half_line(trace.z - z[0], trace.rise);
    let below = half_line(z[1] - trace.z, -trace.rise);
    let mut whole = [above[0].max(below[0]), above[1].min(below[1])];
    if a > 0.0 {
        let Some(disc) = roots(a, b, c - radius[1] * radius[1]) else { return };
        whole = [whole[0].max(disc[0]), whole[1].min(disc[1])];
    } else if c >= radius[1] * radius[1] {
        return;
    }
    if whole[0] >= whole[1] {
        return;
    }
    match roots(a, b, c - radius[0] * radius[0]) {
        Some(hole) if radius[0] > 0.0 => subtract(&[whole], &[hole], out),
        _ if a == 0.0 && c < radius[0] * radius[0] => {}
        _ => out.push(whole),
    }
}
