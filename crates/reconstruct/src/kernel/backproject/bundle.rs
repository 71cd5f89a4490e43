//! Filtered sinograms of several slices, interleaved so that one detector position of all slices
//! lies together. Knows no geometry.

use std::ops::Range;

use crate::kernel::pages::filled;

/// Slices whose values lie in one cache line.
pub(super) const LINE: usize = 16;
/// Columns of zeros before the detector: what a cubic reads where it has fallen to zero.
pub(super) const BEFORE: usize = 3;
/// Columns of zeros on both sides.
const MARGIN: usize = BEFORE + 4;

/// Sixteen slices at one detector position; a cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [f32; LINE]);

/// Filtered sinograms, `[angle, column, lane]`, one lane a slice; 64-byte aligned, with columns of
/// zeros beside the detector.
#[derive(Debug, Default)]
pub struct Bundle {
    lines: Vec<Line>,
    columns: usize,
    /// Lines a column: lanes / 16.
    width: usize,
}

impl Bundle {
    /// Lanes for so many slices: 16, 32 or 64, so that no more than 63 are empty.
    #[must_use]
    pub fn lanes_for(slice_count: usize) -> usize {
        match slice_count {
            0..=LINE => LINE,
            17..=32 => 2 * LINE,
            _ => 4 * LINE,
        }
    }

    /// Bytes of a bundle.
    #[must_use]
    pub fn bytes(angle_count: usize, columns: usize, lanes: usize) -> u64 {
        angle_count as u64 * (columns + MARGIN) as u64 * lanes as u64 * 4
    }

    /// Makes room for `angle_count` × `columns` × `lanes` values; memory is kept where it is large
    /// enough. Values are what they were, until each angle is written.
    pub fn reshape(&mut self, angle_count: usize, columns: usize, lanes: usize) {
        self.columns = columns;
        self.width = lanes / LINE;
        let line_count = angle_count * self.lines_per_angle();
        if self.lines.capacity() < line_count {
            // Freed before the new room is taken, so that both are never held together.
            self.lines = Vec::new();
            self.lines = filled(Line([0.0; LINE]), line_count);
        }
        self.lines.resize(line_count, Line([0.0; LINE]));
    }

    /// Lanes of a column.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.width * LINE
    }

    /// Columns of the sinograms, margins not counted.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Lines a column.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    fn lines_per_angle(&self) -> usize {
        (self.columns + MARGIN) * self.width
    }

    /// The lines of one angle, `[column + BEFORE, line]`.
    pub(super) fn angle(&self, angle: usize) -> &[Line] {
        let count = self.lines_per_angle();
        &self.lines[angle * count..(angle + 1) * count]
    }

    /// The angles, `angles_a_part` at a time, to be written.
    pub fn parts_mut(&mut self, angles_a_part: usize) -> Vec<BundlePart<'_>> {
        let (count, columns, width) = (self.lines_per_angle(), self.columns, self.width);
        let parts = self.lines.chunks_mut(angles_a_part * count);
        parts.map(|lines| BundlePart { lines, columns, width }).collect()
    }
}

/// Some neighbouring angles of a bundle.
#[derive(Debug)]
pub struct BundlePart<'a> {
    lines: &'a mut [Line],
    columns: usize,
    width: usize,
}

impl BundlePart<'_> {
    /// Angles in this part.
    #[must_use]
    pub fn angle_count(&self) -> usize {
        self.lines.len() / ((self.columns + MARGIN) * self.width)
    }

    /// Writes one angle from `rows`, `[lane, column]`, one after the other; lanes that are not
    /// there, and the margins, become zero.
    pub fn write(&mut self, angle: usize, rows: &[f32]) {
        let count = (self.columns + MARGIN) * self.width;
        let lines = &mut self.lines[angle * count..(angle + 1) * count];
        let before = BEFORE * self.width;
        lines[..before].fill(Line([0.0; LINE]));
        lines[before + self.columns * self.width..].fill(Line([0.0; LINE]));
        // A few columns of a few lanes at a time: all lanes of a column lie in few cache sets.
        for line in 0..self.width {
            let lanes = rows.chunks_exact(self.columns).skip(line * LINE).take(LINE);
            let lanes: Vec<&[f32]> = lanes.collect();
            for first in (0..self.columns).step_by(LINE) {
                let columns = first..(first + LINE).min(self.columns);
                let lines = lines[before + line..].iter_mut().step_by(self.width);
                turn(&lanes, columns, lines.skip(first));
            }
        }
    }
}

/// Turns some columns of up to 16 lanes into lines; lanes that are not there become zero.
fn turn<'a>(lanes: &[&[f32]], columns: Range<usize>, lines: impl Iterator<Item = &'a mut Line>) {
    let mut square = [Line([0.0; LINE]); LINE];
    for (lane, row) in lanes.iter().enumerate() {
        let values = square.iter_mut().zip(&row[columns.clone()]);
        values.for_each(|(line, &value)| line.0[lane] = value);
    }
    lines.zip(&square[..columns.len()]).for_each(|(to, line)| *to = *line);
}
