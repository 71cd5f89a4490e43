//! A cell while it is being put together. Knows no kinds of cells.

use super::fit::Fit;
use super::palette::Palette;
use super::record::DefectRecord;
use crate::simulate::shape::{Ovality, Part, Placement, Solid};

/// Parts, records and misfits so far.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) palette: Palette<'a>,
    pub(super) parts: Vec<Part>,
    pub(super) records: Vec<DefectRecord>,
    pub(super) fit: Fit,
    pub(super) ovality: Option<Ovality>,
    /// How the whole cell stands in the instrument, where not upright.
    pub(super) mount: Option<Placement>,
}

impl<'a> Draft<'a> {
    /// Nothing yet.
    pub(super) fn new(palette: Palette<'a>) -> Self {
        let (parts, records) = (Vec::new(), Vec::new());
        Self { palette, parts, records, fit: Fit::default(), ovality: None, mount: None }
    }

    /// Adds a body, of the material that the file names at `key`.
    pub(super) fn body(&mut self, name: &str, (key, material): (&str, &str), solid: Solid) {
        let material = self.palette.index(key, material);
        self.parts.push(Part::body(name, material, solid));
    }
}

/// `[x, y]` at a radius and an angle, mm and degrees.
pub(super) fn polar(radius_mm: f64, angle_deg: f64) -> [f64; 2] {
    let (sin, cos) = angle_deg.to_radians().sin_cos();
    [radius_mm * cos, radius_mm * sin]
}
