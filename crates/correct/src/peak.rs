//! The part of a picture above a level that hangs together with one pixel, if it is small. Knows
//! no noise.

use crate::mark;

/// Floods peaks of at most `extent` rows and columns; keeps its memory between floods.
#[derive(Debug)]
pub(crate) struct Flood {
    extent: usize,
    visited: Vec<bool>,
    peak: Vec<usize>,
}

impl Flood {
    pub(crate) fn new(extent: usize) -> Self {
        Self { extent, visited: vec![false; (2 * extent + 1).pow(2)], peak: Vec::new() }
    }

    /// Pixels with `sign·value > level` that are joined to `seed` by edges or corners; `None` if
    /// they span more than the extent. `values` and `marks` are rows of `columns` pixels; holes
    /// and dead pixels part a peak.
    pub(crate) fn peak(
        &mut self,
        (values, marks, columns): (&[f32], &[u8], usize),
        seed: usize,
        (sign, level): (f32, f32),
    ) -> Option<&[usize]> {
        let (seed_row, seed_column) = (seed / columns, seed % columns);
        let (row_count, side) = (values.len() / columns, 2 * self.extent + 1);
        // Pixel [row, column] is visited[row + extent − seed_row, column + extent − seed_column].
        let place = |row: usize, column: usize| {
            (row + self.extent - seed_row) * side + column + self.extent - seed_column
        };
        self.visited.fill(false);
        self.peak.clear();
        self.peak.push(seed);
        self.visited[place(seed_row, seed_column)] = true;
        let (mut rows, mut line) = ((seed_row, seed_row), (seed_column, seed_column));
        let mut next = 0;
        while let Some(&index) = self.peak.get(next) {
            next += 1;
            let (row, column) = (index / columns, index % columns);
            let around = row.saturating_sub(1)..(row + 2).min(row_count);
            let line_around = column.saturating_sub(1)..(column + 2).min(columns);
            for (y, x) in around.flat_map(|y| line_around.clone().map(move |x| (y, x))) {
                let neighbour = y * columns + x;
                let is_part = sign * values[neighbour] > level && marks[neighbour] < mark::HOLE;
                if !is_part || std::mem::replace(&mut self.visited[place(y, x)], true) {
                    continue;
                }
                rows = (rows.0.min(y), rows.1.max(y));
                line = (line.0.min(x), line.1.max(x));
                if rows.1 - rows.0 >= self.extent || line.1 - line.0 >= self.extent {
                    return None;
                }
                self.peak.push(neighbour);
            }
        }
        Some(&self.peak)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: [f32; 30] = [
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, //
        0.0, 5.0, 0.0, 0.0, 9.0, 0.0, //
        0.0, 0.0, 6.0, 0.0, 9.0, 0.0, //
        0.0, 0.0, 0.0, 0.0, 9.0, 0.0, //
        0.0, 0.0, 0.0, 0.0, 9.0, 0.0,
    ];

    #[test]
    fn a_small_peak_is_found_whole_across_a_corner() {
        let marks = [mark::CLEAN; 30];
        let mut flood = Flood::new(3);
        let peak = flood.peak((&PICTURE, &marks, 6), 14, (1.0, 2.0)).unwrap();
        assert_eq!(peak, [14, 7]);
        assert_eq!(flood.peak((&PICTURE, &marks, 6), 14, (1.0, 5.5)), Some(&[14][..]));
    }

    #[test]
    fn a_line_longer_than_the_extent_is_no_peak() {
        let marks = [mark::CLEAN; 30];
        assert_eq!(Flood::new(3).peak((&PICTURE, &marks, 6), 10, (1.0, 2.0)), None);
        assert!(Flood::new(4).peak((&PICTURE, &marks, 6), 10, (1.0, 2.0)).is_some());
    }
}
