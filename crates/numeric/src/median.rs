//! Medians of windows, of stacks and of lists. Knows no physics.

/// Values that the windows of one call are sorted in at a time; the compiler makes vectors of them.
const LANES: usize = 8;

/// One value of the window for each of [`LANES`] neighbouring windows.
type Lane = [f32; LANES];

/// Puts the smaller values first.
#[inline(always)]
fn order(low: &mut Lane, high: &mut Lane) {
    for lane in 0..LANES {
        let (a, b) = (low[lane], high[lane]);
        low[lane] = if a < b { a } else { b };
        high[lane] = if a < b { b } else { a };
    }
}

#[inline(always)]
fn exchange<const N: usize>(values: &mut [Lane; N], low: usize, high: usize) {
    let (mut a, mut b) = (values[low], values[high]);
    order(&mut a, &mut b);
    (values[low], values[high]) = (a, b);
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
fn extremes_to_the_ends<const N: usize>(values: &mut [Lane; N], first: usize, end: usize) {
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

/// Median of 13 values by forgetting: of 8 values neither the least nor the largest can be the
/// median of 13; drop both, take the next in, and so on.
#[inline(always)]
fn median_13(values: &[Lane; 13]) -> Lane {
    let mut kept: [Lane; 8] = std::array::from_fn(|k| values[k]);
    extremes_to_the_ends(&mut kept, 0, 8);
    for step in 1..6 {
        kept[7] = values[7 + step];
        extremes_to_the_ends(&mut kept, step, 8);
    }
    kept[6]
}

/// Median of a 5 × 5 window whose columns are sorted.
///
/// Sorting the rows keeps the columns sorted; then the value in row i, column j (from 1) is the
/// largest of i·j values, so that only 13 of the 25 can be the median.
#[inline(always)]
fn median_of_sorted_columns(columns: &[[Lane; 5]; 5]) -> Lane {
    let mut candidates = [[0.0; LANES]; 13];
    let mut count = 0;
    let rows: [[Lane; 5]; 5] = std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i]));
    for (i, mut row) in rows.into_iter().enumerate() {
        sort_5(&mut row);
        for (j, value) in row.iter().enumerate() {
            if (i + 1) * (j + 1) < 14 && (5 - i) * (5 - j) < 14 {
                candidates[count] = *value;
                count += 1;
            }
        }
    }
    median_13(&candidates)
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
        let mut columns = [[[0.0; LANES]; 5]; 5];
        for (chunk, medians) in into.chunks_mut(LANES).enumerate() {
            let first = chunk * LANES;
            for (j, column) in columns.iter_mut().enumerate() {
                for (rank, lane) in column.iter_mut().enumerate() {
                    lane.copy_from_slice(&self.sorted[rank][first + j..first + j + LANES]);
                }
            }
            let found = median_of_sorted_columns(&columns);
            medians.copy_from_slice(&found[..medians.len()]);
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

/// Median of a list, which is left in another order: the middle value, or the mean of both middle
/// ones. `None` of an empty list. NaN sorts last.
pub fn median_in_place(values: &mut [f32]) -> Option<f32> {
    let (middle, is_even) = (values.len() / 2, values.len().is_multiple_of(2));
    if values.is_empty() {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    let lower = below.iter().copied().max_by(f32::total_cmp);
    match lower {
        Some(lower) if is_even => Some(0.5 * lower + 0.5 * upper),
        _ => Some(upper),
    }
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
