//! The nouns between a sample and an instrument: rays, path lengths, what can be traced. Knows
//! neither shapes nor detectors.

use super::material::Substance;

/// A ray seen in the vertical plane of its detector column: height `z + slope·t`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowRay {
    /// Height in the cell frame, mm, at the origin of the column's line.
    pub z: f64,
    /// Rise a horizontal mm; 0 in a parallel beam.
    pub slope: f64,
}

/// All rays of one upright detector column: one vertical plane through the sample.
///
/// Lengths are mm in the cell frame: x and y from the axis of the can, z up from its bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnRays<'a> {
    /// Where t = 0 on the horizontal line, `[x, y]`.
    pub origin: [f64; 2],
    /// Direction of the beam along the line, `[x, y]`, of length 1.
    pub direction: [f64; 2],
    /// The rays, in the order of the detector's rows.
    pub rows: &'a [RowRay],
}

/// Path lengths of the rays of one column, by material.
#[derive(Debug, Clone, PartialEq)]
pub struct PathLengths {
    rows: usize,
    millimetres: Vec<f32>,
}

impl PathLengths {
    /// Zero lengths for so many materials and rows.
    #[must_use]
    pub fn new(materials: usize, rows: usize) -> Self {
        Self { rows, millimetres: vec![0.0; materials * rows] }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Lengths in one material, mm, `[row]`.
    #[must_use]
    pub fn material(&self, index: usize) -> &[f32] {
        &self.millimetres[index * self.rows..(index + 1) * self.rows]
    }

    /// Lengths in one material to write into, mm, `[row]`.
    pub fn material_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.millimetres[index * self.rows..(index + 1) * self.rows]
    }

    /// Number of materials.
    #[must_use]
    pub fn materials(&self) -> usize {
        self.millimetres.len().checked_div(self.rows).unwrap_or(0)
    }

    /// Sets every length to zero.
    pub fn clear(&mut self) {
        self.millimetres.fill(0.0);
    }
}

/// An upright cylinder about the cell's axis that holds the whole sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Radius, mm.
    pub radius: f64,
    /// Lowest and highest point, mm.
    pub z: [f64; 2],
}

/// Something that an instrument can look through.
pub trait Sample: Sync {
    /// The materials that path lengths are counted in.
    fn materials(&self) -> &[Substance];

    /// Where the sample is.
    fn bounds(&self) -> Bounds;

    /// Adds to `lengths` what each ray of the column crosses of each material, mm along the ray.
    fn trace(&self, rays: &ColumnRays<'_>, lengths: &mut PathLengths);
}
