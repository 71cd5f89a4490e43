//! A polygon pushed straight along its normal. Knows no other solids.

use super::line::{cross, dot};
use super::polygon;

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
