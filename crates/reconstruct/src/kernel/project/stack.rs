//! Values of sixteen or thirty-two slices, those of one place together. Knows no geometry and no rays.

use rayon::prelude::*;

use crate::kernel::pages::filled;

/// Zeros on each side of every line, and lines of zeros on each side of all of them.
pub(super) const BESIDE: usize = 2;

/// Sixteen slices at one place; a cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [f32; Stack::LINE]);

impl Line {
    pub(super) const ZERO: Self = Self([0.0; Stack::LINE]);
}

/// Voxels `[y, x, slice]` or rays `[fan, ray, slice]`, with zeros about them.
#[derive(Debug, Default)]
pub struct Stack {
    lines: Vec<Line>,
    count: usize,
    length: usize,
    /// Cache lines a place.
    width: usize,
}

impl Stack {
    /// Slices of a cache line.
    pub const LINE: usize = 16;
    /// Most slices.
    pub const MOST: usize = 2 * Self::LINE;

    /// Makes room for `count` lines of `length` places of `lanes` slices (16 or 32); the memory is
    /// kept, and what stood in it where the shape stays.
    pub fn reshape(&mut self, count: usize, length: usize, lanes: usize) {
        let width = if lanes > Self::LINE { 2 } else { 1 };
        if (self.count, self.length, self.width) == (count, length, width) && !self.lines.is_empty()
        {
            return;
        }
        (self.count, self.length, self.width) = (count, length, width);
        let lines = (count + 2 * BESIDE) * self.line_stride();
        if self.lines.capacity() < lines {
            // Freed before the new room is taken, so that both are never held together.
            self.lines = Vec::new();
            self.lines = filled(Line::ZERO, lines);
        } else {
            self.lines.clear();
            self.lines.resize(lines, Line::ZERO);
        }
    }

    /// Lines.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Places of a line.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// From one line to the next, in places.
    pub(super) fn stride(&self) -> usize {
        self.length + 2 * BESIDE
    }

    /// Cache lines a place.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    fn line_stride(&self) -> usize {
        self.stride() * self.width
    }

    /// All places, those beside the lines and the lines beside them counted.
    pub(super) fn all(&self) -> &[Line] {
        &self.lines
    }

    /// So many lines at a time, `[line, place]` from the zeros before the first one's on.
    pub(super) fn parts_mut(&mut self, lines: usize) -> std::slice::ChunksMut<'_, Line> {
        let (stride, count) = (self.line_stride(), self.count);
        let within = &mut self.lines[BESIDE * stride..][..count * stride];
        within.chunks_mut((lines * stride).max(1))
    }

    /// A value.
    #[must_use]
    #[inline]
    pub fn value(&self, line: usize, place: usize, lane: usize) -> f32 {
        let at = (line + BESIDE) * self.stride() + BESIDE + place;
        self.lines[at * self.width + lane / Self::LINE].0[lane % Self::LINE]
    }

    /// The values of a line of a slice.
    pub fn lane(&self, line: usize, lane: usize) -> impl Iterator<Item = f32> {
        let at = ((line + BESIDE) * self.stride() + BESIDE) * self.width + lane / Self::LINE;
        let lines = self.lines[at..].iter().step_by(self.width).take(self.length);
        lines.map(move |line| line.0[lane % Self::LINE])
    }

    /// The lines, to be written.
    pub fn par_lines_mut(&mut self) -> impl IndexedParallelIterator<Item = StackLine<'_>> {
        let (stride, count, width) = (self.line_stride(), self.count, self.width);
        let within = &mut self.lines[BESIDE * stride..][..count * stride];
        within.par_chunks_mut(stride.max(1)).map(move |lines| {
            let end = lines.len() - BESIDE * width;
            StackLine { lines: &mut lines[BESIDE * width..end], width }
        })
    }
}

/// A line of all slices.
#[derive(Debug)]
pub struct StackLine<'a> {
    lines: &'a mut [Line],
    width: usize,
}

impl StackLine<'_> {
    /// Sets all values to zero.
    pub fn clear(&mut self) {
        self.lines.fill(Line::ZERO);
    }

    /// The values of a slice.
    pub fn lane_mut(&mut self, lane: usize) -> impl Iterator<Item = &mut f32> {
        let lines = self.lines[lane / Stack::LINE..].iter_mut().step_by(self.width);
        lines.map(move |line| &mut line.0[lane % Stack::LINE])
    }
}
