//! Slices with their edges repeated outwards. Knows no filters.

use ndarray::{ArrayView3, s};

/// Columns that are worked on together; rows have room for whole groups.
pub(super) use crate::median::LANES;

/// The slices around one, each with a border of its edge pixels.
pub(super) struct Bordered {
    /// All slices, row by row, border included.
    pub(super) values: Vec<f32>,
    /// Values from one row to the next.
    pub(super) stride: usize,
    /// Rows of a slice, border included.
    height: usize,
    reach: [usize; 3],
}

impl Bordered {
    /// The slices `z − reach[0]` to `z + reach[0]` with `reach[1]` more rows at both ends and
    /// `reach[2]` more columns; beyond the first and last slice those are repeated.
    pub(super) fn about(volume: ArrayView3<'_, f32>, z: usize, reach: [usize; 3]) -> Self {
        let (depth, rows, columns) = volume.dim();
        let stride = stride(columns, reach[2]);
        let height = rows + 2 * reach[1];
        let slices = 2 * reach[0] + 1;
        let mut values = Vec::with_capacity(slices * height * stride);
        for slice in 0..slices {
            let from = (z + slice).saturating_sub(reach[0]).min(depth - 1);
            for row in 0..height {
                let from_row = row.saturating_sub(reach[1]).min(rows - 1);
                let line = volume.slice(s![from, from_row, ..]);
                let first = values.len();
                values.resize(first + reach[2], line[0]);
                values.extend(line.iter());
                values.resize(first + stride, line[columns - 1]);
            }
        }
        Self { values, stride, height, reach }
    }

    /// Where a value this far from a pixel stands, counted from [`Self::start`] of its row.
    pub(super) fn offset(&self, [dz, dy, dx]: [isize; 3]) -> usize {
        let along = |axis: usize, by: isize| {
            self.reach[axis].checked_add_signed(by).expect("no offset beyond the reach")
        };
        (along(0, dz) * self.height + along(1, dy)) * self.stride + along(2, dx)
    }

    /// What offsets of a row's pixels are counted from.
    pub(super) fn start(&self, row: usize) -> usize {
        row * self.stride
    }
}

/// Bytes of [`Bordered`].
pub(super) fn bytes([rows, columns]: [usize; 2], reach: [usize; 3]) -> u64 {
    let row = 4 * stride(columns, reach[2]) as u64;
    row * ((2 * reach[0] + 1) * (rows + 2 * reach[1])) as u64
}

fn stride(columns: usize, reach: usize) -> usize {
    columns.next_multiple_of(LANES) + 2 * reach
}
