//! How noisy a frame is, from itself. Knows no filters.

use crate::median::median_in_place;

/// Pixels that are looked at, at most about.
const PIXELS: usize = 100_000;

/// Standard deviation of the noise of a frame, in the unit of its values.
///
/// `values`: rows of `columns` pixels. 1.4826 times the median size of the second difference along
/// both axes, [1 −2 1]ᵀ·[1 −2 1], over 6, its gain for white noise: planes and slow changes do not
/// count, nor do a few edges. 0 of a frame below 3 × 3.
/// Source: Immerkær 1996, doi:10.1006/cviu.1996.0060.
#[must_use]
pub fn noise_level(values: &[f32], columns: usize) -> f32 {
    let rows = values.len() / columns.max(1);
    if rows < 3 || columns < 3 {
        return 0.0;
    }
    let step = ((rows - 2) * (columns - 2)).div_ceil(PIXELS);
    let difference = |k: usize| {
        let (row, column) = (k / (columns - 2), k % (columns - 2));
        let second = |row: usize| {
            let line = &values[row * columns + column..][..3];
            line[0] - 2.0 * line[1] + line[2]
        };
        (second(row) - 2.0 * second(row + 1) + second(row + 2)).abs()
    };
    let mut differences: Vec<f32> =
        (0..(rows - 2) * (columns - 2)).step_by(step).map(difference).collect();
    1.4826 / 6.0 * median_in_place(&mut differences).unwrap_or(0.0)
}
