//! Medians of windows, of stacks and of lists. Knows no physics.

/// Neighbouring windows that are sorted at a time: enough for the longest vectors, and so few that
/// all their values stay in the nearest cache.
pub(crate) const LANES: usize = 64;

/// One value of the window for each of [`LANES`] neighbouring windows.
pub(crate) type Lane = [f32; LANES];

/// Puts the smaller values into `low`. Written so that, and kept out of its callers so that, the
/// compiler makes one minimum and one maximum of it for a whole vector of values.
#[inline(never)]
fn order(low: &mut Lane, high: &mut Lane) {
    for lane in 0..LANES {
        let (a, b) = (low[lane], high[lane]);
        low[lane] = if a < b { a } else { b };
        high[lane] = if b > a { b } else { a };
    }
}

/// Puts the smaller values into the earlier one of two places.
#[inline(always)]
fn exchange(values: &mut [Lane], low: usize, high: usize) {
    let (before, after) = values.split_at_mut(high);
    order(&mut before[low], &mut after[0]);
}

/// Sorts five values: the network of nine exchanges.
#[inline(always)]
fn sort_5(values: &mut [Lane; 5]) {
    for (low, high) in [(0, 1), (3, 4), (2, 4), (2, 3), (1, 4), (0, 3), (0, 2), (1, 3), (1, 2)] {
        exchange(values, low, high);
    }
}

/// Puts the least of the values `first..end` first and the largest of them last.
#[inline(always)]
fn extremes_to_the_ends(values: &mut [Lane], first: usize, end: usize) {
    let count = end - first;
    for k in 0..count / 2 {
        exchange(values, first + k, end - 1 - k);
    }
    for k in 1..count.div_ceil(2) {
        exchange(values, first, first + k);
    }
    for k in count / 2..count - 1 {
        exchange(values, first + k, end - 1);
    }
}

/// Median of the 5 × 5 windows whose columns are sorted; `rows` are left in another order.
///
/// Sorting the rows keeps the columns sorted; then the value in row i, column j (from 1) is the
/// largest of i·j values, so that only 13 of the 25 can be the median. Of any 8 of these neither
/// the least nor the largest can be the median of 13: drop both, take the next in, and so on.
fn median_of_sorted_columns(rows: &mut [[Lane; 5]; 5], kept: &mut [Lane; 8]) {
    rows.iter_mut().for_each(sort_5);
    let can_be_median = |(i, j): &(usize, usize)| (i + 1) * (j + 1) < 14 && (5 - i) * (5 - j) < 14;
    let places = (0..25).map(|k| (k / 5, k % 5)).filter(can_be_median);
    for (count, (i, j)) in places.enumerate() {
        kept[count.min(7)] = rows[i][j];
        if count >= 7 {
            extremes_to_the_ends(kept, count - 7, 8);
        }
    }
}

/// Medians over 5 × 5 windows, one row of pixels a call; keeps its memory between calls.
#[derive(Debug, Clone, Default)]
pub struct MedianOf25 {
    /// The five values above each other at each column, sorted; two more at either end.
    sorted: [Vec<f32>; 5],
}

impl MedianOf25 {
    /// Medians of the 5 × 5 windows about the pixels of the middle row.
    ///
    /// `rows`: five rows above each other; at the ends the outermost pixel is repeated. `into`: one
    /// median a pixel. No value may be NaN (the result is then any of the values).
    ///
    /// # Panics
    /// If the rows are not as long as `into`.
    pub fn row(&mut self, rows: [&[f32]; 5], into: &mut [f32]) {
        let width = into.len();
        assert!(rows.iter().all(|row| row.len() == width), "rows of equal length");
        if width == 0 {
            return;
        }
        self.sort_columns(rows, width);
        let (mut window, mut kept) = ([[[0.0; LANES]; 5]; 5], [[0.0; LANES]; 8]);
        for (chunk, medians) in into.chunks_mut(LANES).enumerate() {
            for (sorted, row) in self.sorted.iter().zip(&mut window) {
                for (shift, lane) in row.iter_mut().enumerate() {
                    let first = chunk * LANES + shift;
                    lane.copy_from_slice(&sorted[first..first + LANES]);
                }
            }
            median_of_sorted_columns(&mut window, &mut kept);
            medians.copy_from_slice(&kept[6][..medians.len()]);
        }
    }

    fn sort_columns(&mut self, rows: [&[f32]; 5], width: usize) {
        let padded = width.next_multiple_of(LANES) + 4;
        for plane in &mut self.sorted {
            plane.resize(padded, 0.0);
        }
        let mut first = 0;
        while first < width {
            let count = LANES.min(width - first);
            let mut lanes = [[0.0; LANES]; 5];
            for (lane, row) in lanes.iter_mut().zip(rows) {
                lane[..count].copy_from_slice(&row[first..first + count]);
            }
            sort_5(&mut lanes);
            for (plane, lane) in self.sorted.iter_mut().zip(lanes) {
                plane[first + 2..first + 2 + count].copy_from_slice(&lane[..count]);
            }
            first += count;
        }
        for plane in &mut self.sorted {
            let (left, right) = (plane[2], plane[width + 1]);
            plane[..2].fill(left);
            plane[width + 2..].fill(right);
        }
    }
}

/// Medians over windows of any form of an odd number of values, [`LANES`] neighbouring windows a
/// call; keeps its memory between calls.
#[derive(Debug, Clone)]
pub(crate) struct WindowMedians {
    kept: Vec<Lane>,
}

impl WindowMedians {
    /// For windows of `count` values, an odd number.
    pub(crate) fn new(count: usize) -> Self {
        Self { kept: vec![[0.0; LANES]; count.div_ceil(2) + 1] }
    }

    /// Medians of [`LANES`] windows; the values of window `k` stand in `values` at `k` beyond each
    /// of the offsets.
    ///
    /// Of more than half of the values neither the least nor the largest can be the median of all:
    /// drop both, take the next in, and so on.
    pub(crate) fn of(&mut self, values: &[f32], offsets: &[usize]) -> &Lane {
        let room = self.kept.len();
        for (count, offset) in offsets.iter().enumerate() {
            self.kept[count.min(room - 1)].copy_from_slice(&values[*offset..offset + LANES]);
            if count + 1 >= room {
                extremes_to_the_ends(&mut self.kept, count + 1 - room, room);
            }
        }
        &self.kept[room - 2]
    }
}

/// Median of a list, which is left in another order: the middle value, or the mean of both middle
/// ones. `None` of an empty list. NaN sorts last.
pub fn median_in_place(values: &mut [f32]) -> Option<f32> {
    let (middle, is_even) = (values.len() / 2, values.len().is_multiple_of(2));
    if values.is_empty() {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    if !is_even {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f32::total_cmp)?;
    Some(0.5 * lower + 0.5 * upper)
}

/// Median and the median distance from it, of a list that is overwritten.
///
/// The distance times 1.4826 is the standard deviation of normal noise. `None` of an empty list.
/// Source: Hampel 1974, doi:10.1080/01621459.1974.10482962.
pub fn median_and_deviation_in_place(values: &mut [f32]) -> Option<(f32, f32)> {
    let median = median_in_place(values)?;
    for value in values.iter_mut() {
        *value = (*value - median).abs();
    }
    Some((median, median_in_place(values)?))
}
