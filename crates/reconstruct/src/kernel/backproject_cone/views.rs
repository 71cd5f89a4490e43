//! Filtered views of a cone beam, turned so that a detector column lies together. Knows no geometry.

use crate::kernel::pages::filled;

/// Values in a line of memory: the most voxels that a vector takes.
pub(super) const GROUP: usize = 16;
/// Rows of zeros before the first and after the last: as many as a step of the inner loop reads.
pub(super) const MARGIN: usize = 32;
/// Lines of zeros before the first view: as many as a margin.
const FRONT: usize = MARGIN / GROUP;
/// Columns of zeros: one before the detector, two behind.
const COLUMN_MARGIN: usize = 3;

/// Values that lie in memory where a vector is read fastest.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; GROUP]);

/// Filtered views, `[view, column, row]`, of a window of rows, with zeros all round.
#[derive(Debug, Default)]
pub struct Views {
    lines: Vec<Line>,
    columns: usize,
    rows: usize,
    first_row: usize,
}

impl Views {
    /// Bytes of so many views.
    #[must_use]
    pub fn bytes(view_count: usize, columns: usize, rows: usize) -> u64 {
        4 * view_count as u64 * (columns + COLUMN_MARGIN) as u64 * stride(rows) as u64
    }

    /// Makes room for `view_count` views of `columns` × `rows`, frame rows from `first_row` on;
    /// memory is kept where it is large enough. Each view must then be written.
    pub fn reshape(
        &mut self,
        view_count: usize,
        columns: usize,
        (first_row, rows): (usize, usize),
    ) {
        (self.columns, self.rows, self.first_row) = (columns, rows, first_row);
        let count = FRONT + view_count * self.values_per_view() / GROUP;
        if self.lines.capacity() < count {
            // Freed before the new room is taken, so that both are never held together.
            self.lines = Vec::new();
            self.lines = filled(Line([0.0; GROUP]), count);
        }
        self.lines.resize(count, Line([0.0; GROUP]));
    }

    /// Columns of a view, margins not counted.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Frame row of the first row held, and how many are held.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        (self.first_row, self.rows)
    }

    /// Values from one column to the next.
    pub(super) fn stride(&self) -> usize {
        stride(self.rows)
    }

    fn values_per_view(&self) -> usize {
        (self.columns + COLUMN_MARGIN) * self.stride()
    }

    /// One view, `[column + 1, row + MARGIN]`, and before it [`MARGIN`] zeros.
    pub(super) fn view(&self, view: usize) -> &[f32] {
        let count = self.values_per_view();
        let lines = &self.lines[view * count / GROUP..FRONT + (view + 1) * count / GROUP];
        // SAFETY: a line is so many values and nothing else.
        unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), MARGIN + count) }
    }

    /// The views, each to be written.
    pub fn parts_mut(&mut self, views_a_part: usize) -> Vec<ViewPart<'_>> {
        let (count, columns, rows) = (self.values_per_view(), self.columns, self.rows);
        let parts = self.lines[FRONT..].chunks_mut(views_a_part * count / GROUP);
        let part = |lines: &mut [Line]| {
            let values = lines.len() * GROUP;
            // SAFETY: a line is so many values and nothing else.
            unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), values) }
        };
        parts.map(|lines| ViewPart { values: part(lines), columns, rows }).collect()
    }
}

/// Whole lines.
fn stride(rows: usize) -> usize {
    (rows + 2 * MARGIN).next_multiple_of(GROUP)
}

/// Some neighbouring views.
#[derive(Debug)]
pub struct ViewPart<'a> {
    values: &'a mut [f32],
    columns: usize,
    rows: usize,
}

impl ViewPart<'_> {
    /// Views in this part.
    #[must_use]
    pub fn view_count(&self) -> usize {
        self.values.len() / ((self.columns + COLUMN_MARGIN) * stride(self.rows))
    }

    /// Sets a view and its margins to zero.
    pub fn clear(&mut self, view: usize) {
        let count = (self.columns + COLUMN_MARGIN) * stride(self.rows);
        self.values[view * count..(view + 1) * count].fill(0.0);
    }

    /// Writes rows of a view, `[row, column]` one after the other, from held row `first` on.
    pub fn write(&mut self, view: usize, first: usize, rows: &[f32]) {
        let stride = stride(self.rows);
        let count = (self.columns + COLUMN_MARGIN) * stride;
        let values = &mut self.values[view * count + stride..(view + 1) * count];
        let columns = values.chunks_exact_mut(stride).take(self.columns);
        for (column, values) in columns.enumerate() {
            let values = &mut values[MARGIN + first..];
            let row_values = rows[column..].iter().step_by(self.columns);
            values.iter_mut().zip(row_values).for_each(|(to, &value)| *to = value);
        }
    }
}
