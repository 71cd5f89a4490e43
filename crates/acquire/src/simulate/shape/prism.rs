//! A polygon pushed straight along its normal. Knows no other solids.

use super::line::{Line, cross, dot, half_line};
use super::polygon;
use super::spans::{Crossings, Spans};

/// The body that a flat polygon sweeps along its normal: boxes, sheets, bent tabs.
#[derive(Debug, Clone, PartialEq)]
pub struct Prism {
    /// Corners `[u, v]` in the plane, mm; the last joins the first.
    pub outline: Vec<[f64; 2]>,
    /// Where the sweep begins and ends along w = u × v, mm.
    pub w: [f64; 2],
    /// Where u = v = w = 0, `[x, y, z]`, mm.
    pub origin: [f64; 3],
    /// Direction of u, of length 1.
    pub u: [f64; 3],
    /// Direction of v, of length 1, square to u.
    pub v: [f64; 3],
}

impl Prism {
    /// Direction of the sweep.
    pub(super) fn normal(&self) -> [f64; 3] {
        cross(self.u, self.v)
    }

    /// A point as `[u, v, w]`.
    pub(super) fn inner(&self, point: [f64; 3]) -> [f64; 3] {
        let from: [f64; 3] = std::array::from_fn(|i| point[i] - self.origin[i]);
        [dot(from, self.u), dot(from, self.v), dot(from, self.normal())]
    }

    /// Whether a point lies inside.
    pub(super) fn holds(&self, point: [f64; 3]) -> bool {
        let [u, v, w] = self.inner(point);
        w >= self.w[0] && w <= self.w[1] && polygon::holds(&self.outline, [u, v])
    }

    /// Its corners in space.
    pub(super) fn corners(&self) -> impl Iterator<Item = [f64; 3]> + '_ {
        let normal = self.normal();
        self.outline.iter().flat_map(move |&[u, v]| {
            self.w.map(|w| {
                std::array::from_fn(|i| {
                    self.origin[i] + u * self.u[i] + v * self.v[i] + w * normal[i]
                })
            })
        })
    }

    /// A box `[low, high]` of `[x, y, z]` around it.
    pub(super) fn bounds(&self) -> [[f64; 3]; 2] {
        let start = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
        self.corners().fold(start, |[low, high], corner| {
            let least = std::array::from_fn(|i| low[i].min(corner[i]));
            [least, std::array::from_fn(|i| high[i].max(corner[i]))]
        })
    }

    /// Appends where a line runs inside.
    pub(super) fn spans(&self, line: &Line, out: &mut Spans) {
        let [u, v, w] = self.inner(line.origin);
        let along = [self.u, self.v, self.normal()].map(|axis| dot(axis, line.direction));
        let (above, below) =
            (half_line(w - self.w[0], along[2]), half_line(self.w[1] - w, -along[2]));
        let slab = [above[0].max(below[0]), above[1].min(below[1])];
        if slab[0] >= slab[1] {
            return;
        }
        let square = along[0] * along[0] + along[1] * along[1];
        if square < 1e-24 {
            out.extend(polygon::holds(&self.outline, [u, v]).then_some(slab));
            return;
        }
        // Each corner by its side of the line and its place along it.
        let seen = |[p, q]: [f64; 2]| {
            let [p, q] = [p - u, q - v];
            let place = (p * along[0] + q * along[1]) / square;
            (p * along[1] - q * along[0], place)
        };
        let mut crossings = Crossings::new();
        for (from, to) in polygon::edges(&self.outline) {
            let ((side, place), (other, next)) = (seen(from), seen(to));
            if (side > 0.0) != (other > 0.0) {
                let t = place + (next - place) * side / (side - other);
                crossings.push(t);
            }
        }
        let first = out.len();
        crossings.spans(|_| true, out);
        for span in &mut out[first..] {
            *span = [span[0].max(slab[0]), span[1].min(slab[1])];
        }
        let mut index = 0;
        out.retain(|span| {
            index += 1;
            index <= first || span[0] < span[1]
        });
    }

    /// Appends the ranges of z where its horizontal section changes, faces included.
    pub(super) fn busy(&self, out: &mut Spans) {
        let upright = self.normal()[2].abs() > 1.0 - 1e-12;
        let lying = self.normal()[2].abs() < 1e-12;
        let [low, high] = self.bounds();
        if !upright && !lying {
            out.push([low[2], high[2]]);
            return;
        }
        out.extend([[low[2]; 2], [high[2]; 2]]);
        if lying {
            for (from, to) in polygon::edges(&self.outline) {
                let z = [from, to].map(|p| self.origin[2] + p[0] * self.u[2] + p[1] * self.v[2]);
                let run = (to[0] - from[0]).hypot(to[1] - from[1]);
                let plumb = (z[0] - z[1]).abs() > run * (1.0 - 1e-12);
                let ends = [z[0].min(z[1]), z[0].max(z[1])];
                out.extend(if plumb { [[ends[0]; 2], [ends[1]; 2]] } else { [ends, ends] });
            }
        }
    }

    /// What is wrong with it, and what would do.
    pub(super) fn problem(&self) -> Option<(String, &'static str)> {
        let lengths = [dot(self.u, self.u), dot(self.v, self.v)];
        let square = lengths.iter().all(|length| (length - 1.0).abs() < 1e-6)
            && dot(self.u, self.v).abs() < 1e-6;
        if !square {
            return Some(("directions u, v of a prism that are askew".into(), "unit and square"));
        }
        if self.w[1].partial_cmp(&self.w[0]) != Some(std::cmp::Ordering::Greater) {
            let found = format!("a prism from w = {} to {}", self.w[0], self.w[1]);
            return Some((found, "a thickness above 0"));
        }
        polygon::problem(&self.outline)
    }
}
