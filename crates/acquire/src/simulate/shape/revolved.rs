//! A polygon turned about an upright axis. Knows no other solids.

use super::polygon;

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
