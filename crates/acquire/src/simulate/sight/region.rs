//! The places that a record of a defect tells of. Knows no beam.

use std::f64::consts::PI;

use crate::simulate::cell::DefectRecord;

/// A box of `[radial, tangential, axial]` extent about a middle: bent about the can's axis, or
/// straight where it lies about that axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    middle: [f64; 3],
    /// Distance from the axis and angle of the middle.
    polar: [f64; 2],
    is_straight: bool,
    /// Extent, mm.
    pub(super) size: [f64; 3],
}

impl Region {
    /// Where a defect is. Of one about the axis, the whole width counts in both directions.
    pub(super) fn of(record: &DefectRecord) -> Self {
        let [radial, tangential, axial] = record.size_mm;
        let is_straight = record.radius_mm < 0.25 * tangential;
        let width = radial.max(tangential);
        let size = if is_straight { [width, width, axial] } else { record.size_mm };
        let polar = [record.radius_mm, record.angle_deg.to_radians()];
        Self { middle: record.place_mm, polar, is_straight, size }
    }

    /// The point `[x, y, z]` so far from the middle, `[radial, tangential, axial]`, mm.
    pub(super) fn point(&self, [out, along, up]: [f64; 3]) -> [f64; 3] {
        let ([x, y, z], [radius, angle]) = (self.middle, self.polar);
        if self.is_straight {
            let (sin, cos) = angle.sin_cos();
            return [x + out * cos - along * sin, y + out * sin + along * cos, z + up];
        }
        let turned = angle + (along / radius).clamp(-PI, PI);
        let (sin, cos) = turned.sin_cos();
        [(radius + out) * cos, (radius + out) * sin, z + up]
    }
}

/// Place number `index` of a sequence that fills the unit cube evenly.
/// Source: Halton 1960, doi:10.1007/BF01386213.
pub(super) fn even(index: usize) -> [f64; 3] {
    [2, 3, 5].map(|base| {
        let (mut rest, mut share, mut sum) = (index + 1, 1.0, 0.0);
        while rest > 0 {
            share /= base as f64;
            sum += share * (rest % base) as f64;
            rest /= base;
        }
        sum
    })
}
