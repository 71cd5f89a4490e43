//! A surface laid flat: where each pixel of a section lies in its volume. Holds no numbers.

use std::ops::Range;

use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_types::Transform;

use super::axis::Axis;
use super::error::SectionError;
use super::lattice::Lattice;
use super::vector::{along, dot, minus};

/// More pixels than this are no picture.
const MOST: usize = 1 << 27;

/// What a section's rows and columns are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Flat {
    /// A plane.
    Plane {
        /// The middle of pixel `[0, 0]`, `[z, y, x]`, mm.
        corner: [f64; 3],
        /// Towards the next column, length 1.
        right: [f64; 3],
        /// Towards the next row, length 1.
        down: [f64; 3],
        /// Edge of a pixel, mm.
        pixel: f64,
    },
    /// The wall of a cylinder: a row a height, a column an angle.
    Cylinder {
        /// What it lies about.
        axis: Axis,
        /// Distance from it, mm.
        radius: f64,
        /// Height of the first row above the axis' point, and from one to the next, mm.
        heights: [f64; 2],
    },
    /// A disc: a row a radius, a column an angle.
    Disc {
        /// What it lies about.
        axis: Axis,
        /// Its height above the axis' point, mm.
        height: f64,
        /// Radius of the first row, and from one to the next, mm.
        radii: [f64; 2],
    },
}

/// Samples in depth behind each pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Depth {
    /// The first, mm from the surface.
    pub(super) first: f64,
    /// From one to the next, mm.
    pub(super) step: f64,
    pub(super) count: usize,
}

/// Where a point lies on a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// `[row, column]`, between pixels.
    pub at: [f64; 2],
    /// Distance from what the section takes together, mm; 0 within its thickness.
    pub away: f64,
}

/// A surface laid flat, with what is taken together in depth.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    pub(super) flat: Flat,
    /// `[rows, columns]`.
    pub(super) shape: [usize; 2],
    pub(super) depth: Depth,
    /// Takes points of the section to the volume that is read.
    pub(super) moved: Transform,
}

/// Where the samples behind a pixel lie, those at small z first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needle {
    pub(super) first: [f64; 3],
    pub(super) step: [f64; 3],
}

impl Surface {
    pub(super) fn new(flat: Flat, shape: [usize; 2]) -> Result<Self, SectionError> {
        let [rows, columns] = shape;
        if rows.checked_mul(columns).is_none_or(|pixels| pixels > MOST) {
            return Err(SectionError::TooLarge { rows, columns, most: MOST });
        }
        let depth = Depth { first: 0.0, step: 0.0, count: 1 };
        Ok(Self { flat, shape, depth, moved: Transform::IDENTITY })
    }

    /// What the rows and columns are.
    #[must_use]
    pub fn flat(&self) -> &Flat {
        &self.flat
    }

    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// How thick the section is, mm: from the middle of its first sample to that of its last.
    #[must_use]
    pub fn thickness(&self) -> f64 {
        self.depth.step * (self.depth.count - 1) as f64
    }

    /// The same surface with what lies within `thickness` mm about it, a sample every `step` mm.
    ///
    /// # Errors
    /// A thickness below 0, or beyond any volume.
    pub fn thick(mut self, thickness: f64, step: f64) -> Result<Self, SectionError> {
        let count = (thickness / step + 1e-6).floor() + 1.0;
        if !(thickness >= 0.0 && count < 1e6) {
            let expected = format!("0 or more, below {} mm", 1e6 * step);
            return Err(SectionError::Length { what: "a thickness", found: thickness, expected });
        }
        let count = to_index(count);
        self.depth = Depth { first: -0.5 * step * (count - 1) as f64, step, count };
        Ok(self)
    }

    /// The same section through another volume: `other_from_this` takes points of this one to it.
    #[must_use]
    pub fn moved(mut self, other_from_this: &Transform) -> Self {
        self.moved = self.moved.then(other_from_this);
        self
    }

    /// The middle of a pixel in the section's own volume, `[z, y, x]`, mm.
    #[must_use]
    pub fn point(&self, row: usize, column: usize) -> [f64; 3] {
        self.at(row, column).0
    }

    /// The middle of a pixel, and the direction of its depth.
    fn at(&self, row: usize, column: usize) -> ([f64; 3], [f64; 3]) {
        let (row, column) = (row as f64, column as f64);
        let turn = std::f64::consts::TAU * column / self.shape[1] as f64;
        match &self.flat {
            Flat::Plane { corner, right, down, pixel } => {
                let point = along(along(*corner, row * pixel, *down), column * pixel, *right);
                (point, self.normal())
            }
            Flat::Cylinder { axis, radius, heights: [first, step] } => {
                let outwards = axis.outwards(turn);
                (along(axis.at(first + row * step), *radius, outwards), outwards)
            }
            Flat::Disc { axis, height, radii: [first, step] } => {
                let point = along(axis.at(*height), first + row * step, axis.outwards(turn));
                (point, axis.up)
            }
        }
    }

    /// Direction of a plane's depth, length 1; z, y or x rise along it.
    fn normal(&self) -> [f64; 3] {
        let Flat::Plane { right, down, .. } = &self.flat else { return [1.0, 0.0, 0.0] };
        let normal = super::vector::cross(*right, *down);
        let most = normal.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        if most.unwrap_or(1.0) < 0.0 { normal.map(|value| -value) } else { normal }
    }

    /// The samples behind a pixel in the volume that is read.
    pub(super) fn needle(&self, row: usize, column: usize) -> Needle {
        let (point, direction) = self.at(row, column);
        let Depth { first, step, count } = self.depth;
        let ends = [first, first + step * (count - 1) as f64];
        let [begin, end] = ends.map(|depth| self.moved.apply(along(point, depth, direction)));
        let (begin, end) = if end[0] < begin[0] { (end, begin) } else { (begin, end) };
        let steps = (count - 1).max(1) as f64;
        Needle { first: begin, step: minus(end, begin).map(|value| value / steps) }
    }

    /// The slices of a volume that the section reads; `None` where it misses the volume.
    #[must_use]
    pub fn slices(&self, lattice: &Lattice) -> Option<Range<usize>> {
        let [rows, columns] = self.shape;
        let none = (usize::MAX, 0);
        let of_pixel = |row: usize, column: usize| {
            let needle = self.needle(row, column);
            let inside = |k: usize| lattice.among(along(needle.first, k as f64, needle.step));
            let first = (0..self.depth.count).find_map(inside)?;
            let last = (0..self.depth.count).rev().find_map(inside)?;
            Some((first.low[0], last.low[0] + usize::from(last.share[0] > 0.0)))
        };
        let joined = |a: (usize, usize), b: (usize, usize)| (a.0.min(b.0), a.1.max(b.1));
        let of_row = |row| (0..columns).filter_map(|x| of_pixel(row, x)).fold(none, joined);
        let (low, high) = (0..rows).into_par_iter().map(of_row).reduce(|| none, joined);
        (low <= high).then(|| low..high + 1)
    }

    /// Whether the middle of a pixel lies in a volume.
    #[must_use]
    pub fn is_inside(&self, lattice: &Lattice, [row, column]: [usize; 2]) -> bool {
        lattice.holds(self.moved.apply(self.point(row, column)))
    }

    /// Where a point of the section's own volume lies on it; it may lie beyond the last pixel.
    #[must_use]
    pub fn place(&self, point: [f64; 3]) -> Placed {
        let (at, depth) = match &self.flat {
            Flat::Plane { corner, right, down, pixel } => {
                let from = minus(point, *corner);
                ([dot(from, *down) / pixel, dot(from, *right) / pixel], dot(from, self.normal()))
            }
            Flat::Cylinder { axis, radius, heights: [first, step] } => {
                let [height, away, angle] = axis.cylindrical(point);
                ([(height - first) / step, self.column(angle)], away - radius)
            }
            Flat::Disc { axis, height, radii: [first, step] } => {
                let [along, radius, angle] = axis.cylindrical(point);
                ([(radius - first) / step, self.column(angle)], along - height)
            }
        };
        let (low, high) = (self.depth.first, self.depth.first + self.thickness());
        Placed { at, away: (low - depth).max(depth - high).max(0.0) }
    }

    fn column(&self, angle: f64) -> f64 {
        angle / std::f64::consts::TAU * self.shape[1] as f64
    }
}
