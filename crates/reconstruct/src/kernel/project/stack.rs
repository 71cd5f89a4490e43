//! Values of sixteen slices, those of one place together. Knows no geometry and no rays.

use rayon::prelude::*;

use crate::kernel::pages::filled;

/// Zeros on each side of every line, and lines of zeros on each side of all of them.
pub(super) const BESIDE: usize = 2;

/// One place of sixteen slices; a cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [f32; Stack::LANES]);

impl Line {
    pub(super) const ZERO: Self = Self([0.0; Stack::LANES]);
}

/// Voxels `[y, x, slice]` or rays `[fan, ray, slice]`, with zeros about them.
#[derive(Debug, Default)]
pub struct Stack {
    lines: Vec<Line>,
    count: usize,
    length: usize,
}

impl Stack {
    /// Slices.
    pub const LANES: usize = 16;

    /// Bytes of `count` lines of `length` places.
    #[must_use]
    pub fn bytes(count: usize, length: usize) -> u64 {
        (((count + 2 * BESIDE) * (length + 2 * BESIDE)) * size_of::<Line>()) as u64
    }

    /// Makes room for `count` lines of `length` places; the memory is kept, and what stood in it
    /// where the shape stays.
    pub fn reshape(&mut self, count: usize, length: usize) {
        if (self.count, self.length) == (count, length) && !self.lines.is_empty() {
            return;
        }
        (self.count, self.length) = (count, length);
        let lines = (count + 2 * BESIDE) * self.stride();
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

    /// All places, those beside the lines and the lines beside them counted.
    pub(super) fn all(&self) -> &[Line] {
        &self.lines
    }

    /// So many lines at a time, `[line, place]` from the zeros before the first one's on.
    pub(super) fn parts_mut(&mut self, lines: usize) -> std::slice::ChunksMut<'_, Line> {
        let (stride, count) = (self.stride(), self.count);
        let within = &mut self.lines[BESIDE * stride..][..count * stride];
        within.chunks_mut((lines * stride).max(1))
    }

    /// The values of a line, `[place, slice]`.
    #[must_use]
    pub fn line(&self, line: usize) -> &[[f32; Self::LANES]] {
        let at = (line + BESIDE) * self.stride() + BESIDE;
        as_values(&self.lines[at..at + self.length])
    }

    /// As [`Self::line`], for so many lines at a time, one after the other, to be written.
    pub fn par_lines_mut(
        &mut self,
        lines: usize,
    ) -> impl IndexedParallelIterator<Item = StackPart<'_>> {
        let (stride, count) = (self.stride(), self.count);
        let within = &mut self.lines[BESIDE * stride..][..count * stride];
        within.par_chunks_mut((lines * stride).max(1)).map(move |lines| StackPart { lines, stride })
    }
}

/// Some neighbouring lines.
#[derive(Debug)]
pub struct StackPart<'a> {
    lines: &'a mut [Line],
    stride: usize,
}

impl StackPart<'_> {
    /// The values of a line, `[place, slice]`.
    pub fn line_mut(&mut self, line: usize) -> &mut [[f32; Stack::LANES]] {
        let at = line * self.stride;
        let lines = &mut self.lines[at + BESIDE..at + self.stride - BESIDE];
        // SAFETY: a line is so many values and nothing else.
        unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len()) }
    }
}

fn as_values(lines: &[Line]) -> &[[f32; Stack::LANES]] {
    // SAFETY: a line is so many values and nothing else.
    unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), lines.len()) }
}
