//! Some views added to one column of voxels: the innermost loops. Knows no tiles.
//!
//! The two detector columns beside a ray are blended first, for all rows that the voxels see. A
//! vector of voxels then sees few neighbouring rows of the blend, as long as a voxel is no larger
//! than [`WIDEST_STEP`] pixels: each voxel picks its two rows out of registers. Rows are counted in
//! whole numbers of 2⁻³² rows, so that where a voxel falls cannot depend on where a slab begins.

use voltomo_numeric::cast::to_f32;

use super::{
    pick::Pick,
    views::{GROUP, MARGIN},
};

/// Voxels along the axis that are summed in one go.
pub(super) const CHUNK: usize = 128;
/// Views that a column of voxels takes in one go.
pub(super) const VIEWS: usize = 8;
/// Detector rows from one voxel to the next up to which the voxels of a vector find both of their
/// rows in one register and in the one that begins a row later.
const NARROW_STEP: i64 = (1 << 32) / 1000 * 999;
/// The same for two registers one behind the other.
const MIDDLE_STEP: i64 = (1 << 32) / 10 * 19;
/// The same for four.
const WIDEST_STEP: i64 = (1 << 32) / 10 * 39;
/// Values of a blend: the rows of a chunk at the widest step, and what a vector reads beyond.
const BLEND: usize = CHUNK * 4 + 5 * GROUP;

#[allow(clippy::cast_possible_truncation, reason = "a small number")]
const BESIDE: i32 = MARGIN as i32;
#[allow(clippy::cast_possible_truncation, reason = "a small number")]
const LINE: i32 = GROUP as i32;
/// Further rows away, all is zero.
const FAR: i32 = 1 << 23;

/// Rows as a whole number of 2⁻³² rows.
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "what is no number becomes the least")]
pub(super) fn fixed(rows: f64) -> i64 {
    // Far beyond any detector, and times any number of slices still a number.
    let rows = rows.max(-536_870_912.0).min(536_870_912.0) * 4_294_967_296.0;
    // SAFETY: a number, and within 2⁶¹; without the check for it, a loop becomes vectors.
    unsafe { rows.to_int_unchecked() }
}

/// What a view shows a column of voxels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    /// The two detector columns beside the ray, from their margins on, and what stands behind
    /// them; whole lines.
    pub(super) columns: [&'a [f32]; 2],
    /// What each of them weighs.
    pub(super) weights: [f32; 2],
    /// Frame row of the voxel z = 0, [`fixed`].
    pub(super) row: i64,
    /// Rows from one voxel to the next, [`fixed`].
    pub(super) step: i64,
    /// Frame row of the first row held, and rows held.
    pub(super) held: (i32, i32),
}

/// Where the vectors of a chunk begin.
#[derive(Debug, Clone, Copy)]
struct Places {
    /// Index of the first value, margins counted; may lie before or behind them.
    start: [i32; CHUNK / 4],
    /// Row of the first voxel from there.
    offset: [f32; CHUNK / 4],
}

impl Places {
    const NOWHERE: Self = Self { start: [0; CHUNK / 4], offset: [0.0; CHUNK / 4] };

    #[inline(always)]
    fn set<const COUNT: usize>(&mut self, sight: &Sight<'_>, z: usize) {
        let first = BESIDE - sight.held.0;
        #[allow(clippy::cast_possible_wrap, reason = "slices, far fewer than 2⁶³")]
        let (mut row, step) = (
            sight.row.wrapping_add((z as i64).wrapping_mul(sight.step)),
            (COUNT as i64).wrapping_mul(sight.step),
        );
        let places = self.start[..CHUNK / COUNT].iter_mut().zip(&mut self.offset);
        for (start, offset) in places {
            #[allow(clippy::cast_possible_truncation, reason = "halves of the number are meant")]
            let (whole, rest) = ((row >> 32) as i32, (row >> 8) as i32 & 0x00ff_ffff);
            *start = whole.saturating_add(first);
            *offset = rest as f32 / 16_777_216.0;
            row = row.wrapping_add(step);
        }
    }
}

/// Rows of a view, blended of two columns.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Blend([f32; BLEND]);

/// What some views show a column of voxels, made ready to be added.
#[derive(Debug)]
pub(super) struct Gathered {
    count: usize,
    blends: [Blend; VIEWS],
    places: [Places; VIEWS],
    steps: [f32; VIEWS],
}

impl Gathered {
    pub(super) fn none() -> Self {
        Self {
            count: 0,
            blends: [Blend([0.0; BLEND]); VIEWS],
            places: [Places::NOWHERE; VIEWS],
            steps: [0.0; VIEWS],
        }
    }

    /// Adds the views to the voxels from index `z` on, vector by vector, in their order.
    ///
    /// # Safety
    ///
    /// As [`Pick`]; `sums` holds whole vectors, no more than [`CHUNK`] voxels, and is aligned;
    /// behind the right column of a sight stands another one.
    #[inline(always)]
    pub(super) unsafe fn add<'a, V: Pick>(
        &mut self,
        sights: impl Iterator<Item = Sight<'a>> + Clone,
        z: usize,
        sums: &mut [f32],
    ) {
        let widest = sights.clone().map(|sight| sight.step).max().unwrap_or(0);
        // SAFETY: of this function.
        unsafe {
            let vectors = sums.len() / V::COUNT;
            let read = match widest {
                step if step <= NARROW_STEP => V::COUNT + 1,
                step if step <= MIDDLE_STEP => 2 * V::COUNT,
                step if step <= WIDEST_STEP => 4 * V::COUNT,
                _ => 0,
            };
            self.count = 0;
            // No closures: they would lose the instructions that this function has.
            for sight in sights.take(VIEWS) {
                if read == 0 {
                    self.add_wide::<V>(&sight, z, sums);
                } else {
                    self.blend::<V>(&sight, z, (vectors, read));
                }
            }
            match widest {
                step if step <= NARROW_STEP => self.pick::<V, 1>(sums),
                step if step <= MIDDLE_STEP => self.pick::<V, 2>(sums),
                step if step <= WIDEST_STEP => self.pick::<V, 4>(sums),
                _ => {}
            }
        }
    }

    /// Blends the rows that so many vectors see from voxel `z` on, each so many rows from its
    /// place on, and makes their places count from the blend's first row.
    ///
    /// # Safety
    ///
    /// As [`Self::add`].
    #[inline(always)]
    unsafe fn blend<V: Pick>(
        &mut self,
        sight: &Sight<'_>,
        z: usize,
        (vectors, read): (usize, usize),
    ) {
        let (view, most) = (self.count, sight.held.1 + BESIDE);
        self.count += 1;
        self.steps[view] = to_f32(sight.step as f64 / 4_294_967_296.0);
        let (places, Blend(blend)) = (&mut self.places[view], &mut self.blends[view]);
        set_places::<V>(places, sight, z);
        let starts = &mut places.start[..vectors];
        // So far before the first row a vector sees only zeros, and behind the last row likewise.
        let first = starts[0].clamp(-4 * LINE, most).div_euclid(LINE) * LINE;
        starts.iter_mut().for_each(|start| *start = (*start).clamp(-4 * LINE, most) - first);
        let seen = starts[vectors - 1].unsigned_abs() as usize + read;
        let from = sight.columns.map(|column| column.as_ptr().wrapping_offset(first as isize));
        let before = (-first).max(0).unsigned_abs() as usize;
        // SAFETY: from `most` on there are `MARGIN` values, two vectors, and then another column,
        // which begins with as many zeros.
        unsafe {
            let weights = sight.weights.map(|weight| V::splat(weight));
            for at in (0..seen.min(BLEND - V::COUNT)).step_by(V::COUNT) {
                let mut blended = V::splat(0.0);
                if at >= before {
                    let [left, right] = from.map(|from| V::load(from.wrapping_add(at)));
                    blended = left.times(weights[0]).add_product(right, weights[1]);
                }
                blended.store(blend.as_mut_ptr().add(at));
            }
        }
    }

    /// `REGISTERS`: as many as hold all rows that a vector sees.
    ///
    /// # Safety
    ///
    /// As [`Self::add`].
    #[inline(always)]
    unsafe fn pick<V: Pick, const REGISTERS: usize>(&self, sums: &mut [f32]) {
        // SAFETY: of this function; the places lie within the blends.
        unsafe {
            let lanes = V::lane_numbers();
            for k in 0..sums.len() / V::COUNT {
                let voxels = sums.as_mut_ptr().add(k * V::COUNT);
                let mut sum = V::load(voxels);
                for view in 0..self.count {
                    let places = &self.places[view];
                    let start = places.start[k].unsigned_abs() as usize;
                    let rows = self.blends[view].0.as_ptr().add(start);
                    let row =
                        V::splat(places.offset[k]).add_product(lanes, V::splat(self.steps[view]));
                    let (index, way) = row.split();
                    let near = V::load_any(rows);
                    let (upper, lower) = match REGISTERS {
                        1 => (near.pick(index), V::load_any(rows.add(1)).pick(index)),
                        2 => {
                            let far = V::load_any(rows.add(V::COUNT));
                            (near.pick_two(far, index), near.pick_two(far, V::next(index)))
                        }
                        _ => {
                            let next = V::next(index);
                            (V::pick_four(rows, index), V::pick_four(rows, next))
                        }
                    };
                    sum = sum.plus(upper.add_product(way, lower.minus(upper)));
                }
                sum.store(voxels);
            }
        }
    }

    /// For voxels so large that their rows are picked out of memory.
    ///
    /// # Safety
    ///
    /// As [`Self::add`].
    #[inline(always)]
    unsafe fn add_wide<V: Pick>(&mut self, sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
        let places = &mut self.places[0];
        set_places::<V>(places, sight, z);
        let last = sight.held.1 + 2 * BESIDE - 2;
        // SAFETY: rows are kept within the margins: whole numbers below 2²⁴ are exact.
        unsafe {
            let step = to_f32(sight.step as f64 / 4_294_967_296.0);
            let along = V::lane_numbers().times(V::splat(step));
            let weights = sight.weights.map(|weight| V::splat(weight));
            let count = sums.len() / V::COUNT;
            for k in 0..count {
                let start = places.start[k].clamp(-FAR, FAR);
                let row = along.plus(V::splat(places.offset[k]));
                let ends = [-start, last - start].map(|end| V::splat(to_f32(f64::from(end))));
                let (index, way) = row.within(ends[0], ends[1]).split();
                let blend = |index: V::Index| {
                    let from = sight.columns.map(|it| it.as_ptr().wrapping_offset(start as isize));
                    let [left, right] = from.map(|from| V::pick_from(from, index));
                    left.times(weights[0]).add_product(right, weights[1])
                };
                let (upper, lower) = (blend(index), blend(V::next(index)));
                let sum = sums.as_mut_ptr().add(k * V::COUNT);
                V::load(sum).plus(upper.add_product(way, lower.minus(upper))).store(sum);
            }
        }
    }
}

#[inline(always)]
fn set_places<V: Pick>(places: &mut Places, sight: &Sight<'_>, z: usize) {
    match V::COUNT {
        16 => places.set::<16>(sight, z),
        8 => places.set::<8>(sight, z),
        _ => places.set::<4>(sight, z),
    }
}
