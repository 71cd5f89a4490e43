//! Where vectors of rays begin among the values of a profile, vectors of voxels among rays, and columns
//! of voxels beside a trace: on all planes of a block at once. Knows no values.

use voltomo_numeric::cast::to_f32;

use super::block::SIDE;

/// How far the lowest lane stays from the beginning of a window where lanes descend, so that rounding
/// does not carry it below.
pub(super) const SLACK: f64 = 1e-5;

/// What a position is added to so that its last 32 binary digits are those of its fraction: positions
/// from −2¹⁹ to 2¹⁹ keep them.
const ANCHOR: f64 = 1_572_864.0;
/// Most that a position may be away from 0, with room for what lies beside it.
pub(super) const FARTHEST: f64 = 131_072.0;
/// Digits of a fraction that a 32-bit float keeps.
const DIGITS: u32 = 24;
const UNIT: f32 = 1.0 / (1u32 << DIGITS) as f32;
/// The first half of [`ANCHOR`].
#[allow(clippy::cast_possible_truncation, reason = "half of a word")]
const WHOLE: i32 = (ANCHOR.to_bits() >> 32) as i32;

/// Positions on each plane, `start + e·along`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    start: [f64; SIDE],
    along: [f64; SIDE],
    /// `along`.
    pub(super) paces: [f32; SIDE],
    /// What is taken off the position of the lowest lane; 0 where positions grow from lane to lane.
    slack: f64,
}

impl Places {
    pub(super) const NONE: Self =
        Self { start: [0.0; SIDE], along: [0.0; SIDE], paces: [0.0; SIDE], slack: 0.0 };

    /// From `[start, along]` of each plane, and whether positions fall from lane to lane.
    #[inline(always)]
    pub(super) fn new(of_plane: impl Fn(usize) -> [f64; 2], falls: bool) -> Self {
        let slack = if falls { SLACK } else { 0.0 };
        let mut places = Self { start: [0.0; SIDE], along: [0.0; SIDE], paces: [0.0; SIDE], slack };
        for plane in 0..SIDE {
            let [start, along] = of_plane(plane);
            (places.start[plane], places.along[plane]) = (start, along);
            places.paces[plane] = to_f32(along);
        }
        places
    }
}

/// Where windows may begin on a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Values before position 0: a multiple of the alignment.
    before: i32,
    /// No later than there.
    last: i32,
    /// The digits of a start that alignment keeps, and those that it leaves to the offset.
    whole: i32,
    kept: i32,
}

impl Bounds {
    /// Of a line with so many values before position 0; windows begin at multiples of `align`, a power
    /// of two up to 16, and no later than `last`.
    #[inline(always)]
    pub(super) fn new(before: usize, last: usize, align: usize) -> Self {
        let align = as_i32(align);
        let (before, last) = (as_i32(before), as_i32(last));
        Self { before, last, whole: -align, kept: (align << DIGITS).wrapping_sub(1) }
    }
}

/// The coarsest alignment with which two vectors hold all that lanes read which lie no more than `rate`
/// apart, and each of which reads so many values `beyond` the one where it lies.
///
/// A vector that is read where a line of memory begins takes half the time.
#[inline(always)]
pub(super) fn alignment(rate: f64, lanes: usize, beyond: usize) -> usize {
    let room = (2 * lanes - beyond) as f64 - rate * (lanes as f64 - 1.0) - 1e-4;
    [lanes, lanes / 2].into_iter().find(|&align| align as f64 <= room).unwrap_or(1)
}

/// Where a vector begins on each plane.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Windows {
    /// Index of the first value, those before the line counted.
    pub(super) starts: [u32; SIDE],
    /// Position of the first lane from there.
    pub(super) offsets: [f32; SIDE],
}

impl Windows {
    pub(super) const EMPTY: Self = Self { starts: [0; SIDE], offsets: [0.0; SIDE] };

    /// Those of all vectors of evenly spaced lanes, the first one at e: as [`Self::fill`], but each
    /// from the one before, in whole numbers.
    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        reason = "halves of a word, and a number from 0 on"
    )]
    pub(super) fn fill_all(
        all: &mut [Self],
        places: &Places,
        (e, lanes): (f64, usize),
        bounds: Bounds,
    ) {
        let reach = lanes as f64 - 1.0;
        let (e, lift) = if places.slack > 0.0 { (e + reach, to_f32(-reach)) } else { (e, 0.0) };
        let (mut whole, mut part) = ([0i32; SIDE], [0u32; SIDE]);
        let (mut whole_step, mut part_step) = ([0i32; SIDE], [0u32; SIDE]);
        let mut lifts = [0.0f32; SIDE];
        for plane in 0..SIDE {
            let lowest = places.start[plane] + e * places.along[plane];
            let digits = (lowest + (ANCHOR - places.slack)).to_bits();
            whole[plane] = ((digits >> 32) as i32).wrapping_add(bounds.before - WHOLE);
            part[plane] = digits as u32;
            let step = (places.along[plane] * lanes as f64 + ANCHOR).to_bits();
            whole_step[plane] = ((step >> 32) as i32).wrapping_sub(WHOLE);
            part_step[plane] = step as u32;
            lifts[plane] = lift * places.paces[plane] + to_f32(places.slack);
        }
        // Kept where they lie: torn apart, they would not become vectors of all planes.
        std::hint::black_box((&mut whole, &mut part, &mut whole_step, &mut part_step));
        for windows in all {
            for plane in 0..SIDE {
                let start = whole[plane].max(0).min(bounds.last) & bounds.whole;
                let digits = whole[plane] << DIGITS | (part[plane] >> (32 - DIGITS)) as i32;
                windows.starts[plane] = start as u32;
                windows.offsets[plane] = (digits & bounds.kept) as f32 * UNIT + lifts[plane];
            }
            for plane in 0..SIDE {
                part[plane] = part[plane].wrapping_add(part_step[plane]);
                let more = i32::from(part[plane] < part_step[plane]);
                whole[plane] = whole[plane].wrapping_add(whole_step[plane]).wrapping_add(more);
            }
        }
    }

    /// Those of a vector whose first lane lies at e and whose last one `reach` further.
    #[inline(always)]
    pub(super) fn fill(&mut self, places: &Places, [e, reach]: [f64; 2], bounds: Bounds) {
        let falls = places.slack > 0.0;
        let (e, reach) = if falls { (e + reach, to_f32(-reach)) } else { (e, 0.0) };
        for plane in 0..SIDE {
            let lowest = places.start[plane] + e * places.along[plane];
            let lift = reach * places.paces[plane];
            self.begin(plane, (lowest, lift, places.slack), bounds);
        }
    }

    /// A window on a line: from the lowest lane, above which the first one lies by `lift`.
    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        reason = "halves of a word, and a number from 0 on"
    )]
    pub(super) fn begin(
        &mut self,
        plane: usize,
        (lowest, lift, slack): (f64, f32, f64),
        bounds: Bounds,
    ) {
        let digits = (lowest + (ANCHOR - slack)).to_bits();
        let whole = (digits >> 32) as i32 - WHOLE;
        // Of the whole number, what alignment takes off goes to the offset.
        let part = ((digits >> (32 - DIGITS)) as i32 & bounds.kept) as f32 * UNIT;
        let start = whole.wrapping_add(bounds.before).max(0).min(bounds.last);
        self.starts[plane] = (start & bounds.whole) as u32;
        self.offsets[plane] = part + (lift + to_f32(slack));
    }
}

/// A length of a line of voxels or rays.
#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "lines of a block and of a detector are far shorter"
)]
pub(super) fn as_i32(length: usize) -> i32 {
    length as i32
}
