//! Medians of windows that slide along columns, many side by side. Knows no stripes.

use super::plane::mirrored;

/// Windows that are slid side by side, in groups of [`LANES`].
const GROUPS: usize = 4;
/// Values of one group: a line of the cache, and a few vectors of the processor.
const LANES: usize = 16;
/// One value of each window of a group.
type Lane = [f32; LANES];

/// Medians over `window` neighbouring columns, an odd number.
///
/// `plane`: `[column, place]`, `places` values a column, none of them NaN; the median is taken of
/// the values at one place. `into`: as large. At the ends the columns are mirrored, the outermost
/// repeated.
pub(super) fn median_across(plane: &[f32], places: usize, window: usize, into: &mut Vec<f32>) {
    into.resize(plane.len(), 0.0);
    let mut sorted = vec![[[0.0; LANES]; GROUPS]; window];
    for first in (0..places).step_by(GROUPS * LANES) {
        let count = (places - first).min(GROUPS * LANES);
        Slide { plane, places, first, count }.along(&mut sorted, into);
    }
}

/// One value of each window.
type Lanes = [Lane; GROUPS];

/// Windows of neighbouring places that slide together.
struct Slide<'a> {
    plane: &'a [f32],
    places: usize,
    first: usize,
    count: usize,
}

impl Slide<'_> {
    fn at(&self, column: isize) -> Lanes {
        let start = mirrored(column, self.plane.len() / self.places) * self.places + self.first;
        let mut lanes = [[0.0; LANES]; GROUPS];
        lanes.as_flattened_mut()[..self.count]
            .copy_from_slice(&self.plane[start..start + self.count]);
        lanes
    }

    fn along(&self, sorted: &mut [Lanes], into: &mut [f32]) {
        let reach = (sorted.len() / 2).cast_signed();
        sorted.fill([[f32::INFINITY; LANES]; GROUPS]);
        let infinite = [[f32::INFINITY; LANES]; GROUPS];
        for column in -reach..=reach {
            exchange(sorted, &infinite, &self.at(column));
        }
        for (column, out) in into.chunks_exact_mut(self.places).enumerate() {
            let column = column.cast_signed();
            if column > 0 {
                exchange(sorted, &self.at(column - reach - 1), &self.at(column + reach));
            }
            let medians = sorted[reach.cast_unsigned()].as_flattened();
            out[self.first..self.first + self.count].copy_from_slice(&medians[..self.count]);
        }
    }
}

/// Takes `old` out of the sorted lists and puts `new` in.
fn exchange(sorted: &mut [Lanes], old: &Lanes, new: &Lanes) {
    for group in 0..GROUPS {
        exchange_group(sorted, group, (&old[group], &new[group]));
    }
}

/// Without the old value the list is `s₀ … old⁻ old⁺ …`: values below the old one stay, the others
/// move down by one. Into that list t the new value goes as `max(tᵢ₋₁, min(tᵢ, new))`.
#[inline(always)]
fn exchange_group(sorted: &mut [Lanes], group: usize, (old, new): (&Lane, &Lane)) {
    let mut before = [f32::NEG_INFINITY; LANES];
    let last = sorted.len() - 1;
    for place in 0..last {
        let (here, next) = (sorted[place][group], sorted[place + 1][group]);
        let into = &mut sorted[place][group];
        for lane in 0..LANES {
            let kept = if here[lane] < old[lane] { here[lane] } else { next[lane] };
            let lower = if kept < new[lane] { kept } else { new[lane] };
            into[lane] = if before[lane] > lower { before[lane] } else { lower };
            before[lane] = kept;
        }
    }
    for lane in 0..LANES {
        let largest = if before[lane] > new[lane] { before[lane] } else { new[lane] };
        sorted[last][group][lane] = largest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow twin: every window copied and sorted.
    fn slow(plane: &[f32], places: usize, window: usize) -> Vec<f32> {
        let (columns, reach) = (plane.len() / places, window as isize / 2);
        let median = |(column, place): (isize, usize)| {
            let from = (column - reach..=column + reach).map(|x| {
                let x = x.rem_euclid(2 * columns as isize) as usize;
                plane[x.min(2 * columns - 1 - x) * places + place]
            });
            let mut values: Vec<f32> = from.collect();
            values.sort_by(f32::total_cmp);
            values[window / 2]
        };
        let columns = 0..columns as isize;
        columns.flat_map(|x| (0..places).map(move |y| (x, y))).map(median).collect()
    }

    #[test]
    fn medians_agree_with_sorted_windows_also_where_these_are_wider_than_the_plane() {
        for (columns, places, window) in [(40, 70, 5), (33, 64, 21), (9, 3, 31), (1, 130, 3)] {
            let noise = |k: usize| ((k * 7919 + 13) % 257) as f32 - 128.0;
            let plane: Vec<f32> = (0..columns * places).map(noise).collect();
            let mut fast = Vec::new();
            median_across(&plane, places, window, &mut fast);
            assert_eq!(fast, slow(&plane, places, window), "{columns} {places} {window}");
        }
    }
}
