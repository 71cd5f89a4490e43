//! Columns sorted by brightness, with the way back. Knows no stripes.

use super::plane::{Rows, gather, scatter, shape};

/// Bits of a digit of the radix sort.
const DIGIT: u32 = 8;

/// Room for the columns of one sinogram; kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Ranked {
    /// The values, `[column, rank]`, the least first.
    pub(super) sorted: Vec<f32>,
    /// Where each of them came from, `[column, rank]`.
    order: Vec<u32>,
    keys: [Vec<u64>; 2],
}

impl Ranked {
    /// Takes the columns of a sinogram and sorts them.
    pub(super) fn take(&mut self, rows: &[&mut [f32]]) {
        gather(rows, &mut self.sorted);
        self.sort(rows.len());
    }

    /// Sorts the columns in `sorted`, each of `angles` values. Equal values stay in order.
    pub(super) fn sort(&mut self, angles: usize) {
        self.order.resize(self.sorted.len(), 0);
        let columns = self.sorted.chunks_exact_mut(angles);
        for (values, order) in columns.zip(self.order.chunks_exact_mut(angles)) {
            sort_column(values, order, &mut self.keys);
        }
    }

    /// Sends each value of `plane`, `[column, rank]`, to the angle that its rank came from;
    /// `put(value, new)` says how it is put there.
    pub(super) fn put_back(&self, plane: &[f32], rows: Rows<'_, '_>, put: impl Fn(&mut f32, f32)) {
        let (angles, _) = shape(rows);
        let mut block = Vec::new();
        let send = |column: usize, into: &mut [f32]| {
            let from = column * angles..(column + 1) * angles;
            for (value, angle) in plane[from.clone()].iter().zip(&self.order[from]) {
                into[*angle as usize] = *value;
            }
        };
        scatter(rows, &mut block, send, put);
    }
}

/// A number that is larger when the value is.
fn key(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn value(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

#[allow(clippy::cast_possible_truncation, reason = "the upper half of 64 bits")]
fn high(key: u64) -> u32 {
    (key >> 32) as u32
}

#[allow(clippy::cast_possible_truncation, reason = "the lower half of 64 bits")]
fn low(key: u64) -> u32 {
    key as u32
}

/// Sorts one column by its bits, eight at a time, the least first.
fn sort_column(values: &mut [f32], order: &mut [u32], [from, to]: &mut [Vec<u64>; 2]) {
    let count = values.len();
    let mut counts = [[0u32; 1 << DIGIT]; 4];
    from.clear();
    to.resize(count, 0);
    for (index, value) in (0u64..).zip(values.iter()) {
        let key = key(*value);
        for (digit, counts) in (0u32..).zip(&mut counts) {
            counts[(key >> (DIGIT * digit)) as usize & 0xff] += 1;
        }
        from.push(u64::from(key) << 32 | index);
    }
    for (digit, counts) in (0u32..).zip(&mut counts) {
        if counts.iter().any(|&some| some as usize == count) {
            continue;
        }
        let mut place = 0;
        for count in counts.iter_mut() {
            place += std::mem::replace(count, place);
        }
        for &key in from.iter() {
            let place = &mut counts[(high(key) >> (DIGIT * digit)) as usize & 0xff];
            to[*place as usize] = key;
            *place += 1;
        }
        std::mem::swap(from, to);
    }
    for ((key, into), index) in from.iter().zip(values).zip(order) {
        *into = value(high(*key));
        *index = low(*key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_out_sorted_with_their_places_and_equal_values_in_order() {
        let values: Vec<f32> = (0..500).map(|k: i32| ((k * 37) % 101 - 50) as f32 * 0.37).collect();
        let mut slow: Vec<(usize, f32)> = values.iter().copied().enumerate().collect();
        slow.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut ranked = Ranked { sorted: values, ..Ranked::default() };
        ranked.sort(500);
        for (rank, (index, value)) in slow.into_iter().enumerate() {
            assert_eq!(ranked.sorted[rank].to_bits(), value.to_bits(), "{rank}");
            assert_eq!(ranked.order[rank] as usize, index, "{rank}");
        }
    }
}
