//! Where vectors of rays begin among the values of a profile, and vectors of voxels among rays. Knows
//! no values.

use voltomo_numeric::cast::to_f32;

use super::fan::{MARGIN, clamped};

/// Vectors that are placed in one go.
pub(super) const PLACES: usize = 32;

/// How far the lowest lane stays from the beginning of a window where lanes descend, so that rounding
/// does not carry it below.
pub(super) const SLACK: f64 = 1e-5;

/// Windows of two vectors each.
#[derive(Debug)]
pub(super) struct Windows {
    /// Index of the first value of a line, margins counted.
    pub(super) starts: [u32; PLACES],
    /// Position of the first lane from there.
    pub(super) offsets: [f32; PLACES],
}

impl Windows {
    pub(super) const EMPTY: Self = Self { starts: [0; PLACES], offsets: [0.0; PLACES] };

    /// Windows whose lanes lie from `line[0] + line[1]·of_first` on, the last one by `line[1]·of_last`
    /// further. A window begins no later than `last`, which like all before the line is zeros.
    #[inline(always)]
    pub(super) fn fill_leaning(
        &mut self,
        ([base, depth], of_first, of_last): ([f64; 2], &[f64], &[f64]),
        last: usize,
    ) {
        let eights = of_first.as_chunks::<8>().0.iter().zip(of_last.as_chunks::<8>().0);
        for (eight, (of_first, of_last)) in eights.enumerate().take(PLACES / 8) {
            for k in 0..8 {
                let (position, reach) = (base + depth * of_first[k], depth * of_last[k]);
                let lowest = position + if reach < 0.0 { reach - SLACK } else { 0.0 };
                let floor = lowest.floor();
                self.offsets[8 * eight + k] = to_f32(position - floor);
                self.starts[8 * eight + k] = clamped(floor + MARGIN as f64, last as f64);
            }
        }
    }

    /// Windows of positions `line[0] + lane·line[1]`, the lanes of one window, of so many, behind
    /// those of another, on a line of so many values. Windows begin `before` values before the
    /// lowest position, and positions count from `ahead` further on.
    ///
    /// In whole numbers of [`PARTS`], eight from a position that is exact: the others lie beside
    /// theirs by less than 10⁻⁶.
    #[inline(always)]
    pub(super) fn fill_evenly(
        &mut self,
        (lanes, length): (usize, usize),
        (count, [first, spacing]): (usize, [f64; 2]),
        (ahead, before): (f64, usize),
    ) {
        let (along, first) = (spacing * lanes as f64, first + ahead);
        let lowest = if spacing < 0.0 { spacing * (lanes as f64 - 1.0) - SLACK } else { 0.0 };
        let [step, lowest] = [along, lowest].map(|length| whole(length * PARTS));
        let (last, margin) = (whole((length - 2 * lanes) as f64), MARGIN as f64 - before as f64);
        for eight in 0..count.div_ceil(8).min(PLACES / 8) {
            let position = first + (8 * eight) as f64 * along;
            let floor = position.floor();
            let (rest, floor) = (whole((position - floor) * PARTS), whole(floor + margin));
            for k in 0..8 {
                #[allow(
                    clippy::cast_possible_wrap,
                    clippy::cast_possible_truncation,
                    reason = "below 8"
                )]
                let position = rest + k as i32 * step;
                let below = (position + lowest) >> SHIFT;
                self.offsets[8 * eight + k] = (position - (below << SHIFT)) as f32 / PARTS_F32;
                self.starts[8 * eight + k] = (floor + below).max(0).min(last).unsigned_abs();
            }
        }
    }
}

/// Parts of a voxel that windows are placed in: eight windows of sixteen values two voxels apart
/// stay below 2³¹.
const SHIFT: u32 = 22;
const PARTS: f64 = (1 << SHIFT) as f64;
const PARTS_F32: f32 = (1 << SHIFT) as f32;

/// The whole number next to one that is not too large for it.
#[inline(always)]
fn whole(value: f64) -> i32 {
    let value = value.clamp(-1e9, 1e9);
    // SAFETY: a number within the range.
    unsafe { value.round_ties_even().to_int_unchecked::<i32>() }
}
