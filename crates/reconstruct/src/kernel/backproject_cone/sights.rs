//! What a view shows a few columns of voxels: where on the detector, how heavy. Knows no values.
//!
//! Rows are counted in whole numbers of 2⁻³² rows, so that where a voxel falls cannot depend on
//! where a slab begins.

use voltomo_numeric::cast::to_f32;

use super::{ConePath, Views, views::MARGIN};

/// Columns of voxels in a patch.
pub(super) const PATCH: usize = 8;
/// Those of them that lie in a row: near to each other, they see the same detector columns.
pub(super) const WIDTH: usize = 4;
/// Rows of a patch.
pub(super) const HEIGHT: usize = PATCH / WIDTH;
/// Voxels along the axis that are summed in one go.
pub(super) const CHUNK: usize = 128;
/// Values before the first column of a view that may be read.
pub(super) const FRONT: usize = MARGIN;
/// Detector rows from one voxel to the next up to which the voxels of a vector find both of their
/// rows in one register and in the one that begins a row later.
const NARROW_STEP: i64 = (1 << 32) / 1000 * 999;
/// The same for two registers one behind the other.
const MIDDLE_STEP: i64 = (1 << 32) / 10 * 19;
/// The same for four.
const WIDEST_STEP: i64 = (1 << 32) / 10 * 39;

#[allow(clippy::cast_possible_truncation, reason = "a small number")]
const BESIDE: i32 = MARGIN as i32;

/// Rows as a whole number of 2⁻³² rows.
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "what is no number becomes the least")]
fn fixed(rows: f64) -> i64 {
    // Far beyond any detector, and times any number of slices still a number.
    let rows = rows.max(-536_870_912.0).min(536_870_912.0) * 4_294_967_296.0;
    // SAFETY: a number, and within 2⁶¹; without the check for it, a loop becomes vectors.
    unsafe { rows.to_int_unchecked() }
}

/// The registers that hold all rows which a vector of voxels sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// One, and the one that begins a row later.
    One,
    /// Two, one behind the other.
    Two,
    /// Four.
    Four,
    /// More than that.
    Beyond,
}

/// What a view shows the columns of voxels of a patch, one quantity after the other, so
/// that they are computed together.
#[derive(Debug, Clone)]
pub(super) struct Sights {
    /// Where the detector column left of the ray begins among the values of the view.
    pub(super) left: [u32; PATCH],
    /// What the two detector columns beside the ray weigh.
    pub(super) weights: [[f32; PATCH]; 2],
    /// Rows from one voxel to the next.
    pub(super) pace: [f32; PATCH],
    /// Whether the column of voxels falls on the detector.
    pub(super) is_seen: [bool; PATCH],
    /// For all columns of voxels.
    pub(super) reach: Reach,
    /// Where the rows that each vector of voxels sees begin, counted from [`FRONT`] values before
    /// the view.
    pub(super) start: [[u32; PATCH]; CHUNK / 4],
    /// Row of its first voxel from there, 0 to 1.
    pub(super) offset: [[f32; PATCH]; CHUNK / 4],
    /// Frame row of the first row held, and rows held.
    held: (i32, i32),
    /// Frame row of the voxel z = 0, [`fixed`].
    row: [i64; PATCH],
    /// Rows from one voxel to the next, [`fixed`].
    step: [i64; PATCH],
}

#[allow(clippy::needless_range_loop, reason = "loops of one shape become vectors")]
impl Sights {
    /// Nothing is seen.
    pub(super) fn none() -> Self {
        Self {
            left: [0; PATCH],
            weights: [[0.0; PATCH]; 2],
            pace: [0.0; PATCH],
            is_seen: [false; PATCH],
            reach: Reach::Beyond,
            start: [[0; PATCH]; CHUNK / 4],
            offset: [[0.0; PATCH]; CHUNK / 4],
            held: (0, 0),
            row: [0; PATCH],
            step: [0; PATCH],
        }
    }

    /// Of the patch whose first column is `[y, x]`.
    #[inline(always)]
    pub(super) fn see(&mut self, path: &ConePath, views: &Views, [y, x]: [usize; 2]) {
        let (last, stride) = ((views.columns() + 1) as f64, views.stride());
        #[allow(clippy::cast_possible_truncation, reason = "a view has less than 2³² values")]
        let stride = stride as u32;
        self.held = (whole(views.rows().0), whole(views.rows().1));
        // Apart, so that each loop is made of vectors.
        let (mut depths, mut columns) = ([0.0; PATCH], [0.0; PATCH]);
        for k in 0..PATCH {
            let place = [y + k / WIDTH, x + k % WIDTH];
            depths[k] = 1.0 / path.depth.at(place);
            // One column of zeros stands before the detector, two behind.
            columns[k] = path.column.at(place) * depths[k] + 1.0;
            self.is_seen[k] = columns[k] > 0.0 && columns[k] < last;
        }
        for k in 0..PATCH {
            self.row[k] = fixed(path.source_row + path.rise.0 * depths[k]);
            self.step[k] = fixed(path.rise.1 * depths[k]);
            self.pace[k] = to_f32(path.rise.1 * depths[k]);
        }
        for k in 0..PATCH {
            let column = columns[k].max(0.0).min(last);
            // SAFETY: between 0 and the number of columns; without the check, the loop is vectors.
            let whole: i32 = unsafe { column.to_int_unchecked() };
            let (way, weight) = (column - f64::from(whole), depths[k] * depths[k]);
            self.left[k] = whole.unsigned_abs() * stride;
            self.weights[0][k] = to_f32(weight * (1.0 - way));
            self.weights[1][k] = to_f32(weight * way);
        }
        let widest = self.step.iter().fold(0, |widest, &step| step.max(widest));
        self.reach = match widest {
            step if step <= NARROW_STEP => Reach::One,
            step if step <= MIDDLE_STEP => Reach::Two,
            step if step <= WIDEST_STEP => Reach::Four,
            _ => Reach::Beyond,
        };
    }

    /// Where the `vectors` vectors of `COUNT` voxels from index `z` on begin.
    #[inline(always)]
    pub(super) fn place_vectors<const COUNT: usize>(&mut self, z: usize, vectors: usize) {
        let (most, left) = (self.held.1 + BESIDE, self.left);
        let (mut whole, mut part) = ([0i32; PATCH], [0u32; PATCH]);
        let (mut whole_step, mut part_step) = ([0i32; PATCH], [0u32; PATCH]);
        for k in 0..PATCH {
            let row = self.row_at(k, z);
            (whole[k], part[k]) = halves(row);
            whole[k] = whole[k].wrapping_add(BESIDE - self.held.0);
            (whole_step[k], part_step[k]) = halves((COUNT as i64).wrapping_mul(self.step[k]));
            // With what the parts carry over, unless it is missing.
            whole_step[k] = whole_step[k].wrapping_add(1);
        }
        let places = self.start.iter_mut().zip(&mut self.offset).take(vectors);
        for (start, offset) in places {
            // So far before the first row a vector sees only zeros, and behind the last likewise.
            #[allow(clippy::cast_sign_loss, reason = "never negative")]
            for k in 0..PATCH {
                let place = whole[k].max(-BESIDE).min(most) + BESIDE;
                start[k] = left[k].wrapping_add(place as u32);
            }
            for k in 0..PATCH {
                offset[k] = beyond(part[k]);
            }
            for k in 0..PATCH {
                part[k] = part[k].wrapping_add(part_step[k]);
                let missing = i32::from(part[k] >= part_step[k]);
                whole[k] = whole[k].wrapping_add(whole_step[k]).wrapping_sub(missing);
            }
        }
    }

    /// Frame row of the voxel `z` of a column, [`fixed`].
    #[inline(always)]
    fn row_at(&self, x: usize, z: usize) -> i64 {
        #[allow(clippy::cast_possible_wrap, reason = "slices, far fewer than 2⁶³")]
        self.row[x].wrapping_add((z as i64).wrapping_mul(self.step[x]))
    }

    /// The last held row, margins counted, that another one follows.
    pub(super) fn last_row(&self) -> i32 {
        self.held.1 + 2 * BESIDE - 2
    }

    /// The held row, margins counted, that the voxel `z` of a column falls on, and how far beyond.
    pub(super) fn place(&self, x: usize, z: usize) -> (i32, f32) {
        let (whole, part) = halves(self.row_at(x, z));
        (whole.saturating_add(BESIDE - self.held.0), beyond(part))
    }
}

/// Whole rows, and 2⁻³² rows beyond.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "halves are meant")]
fn halves(row: i64) -> (i32, u32) {
    ((row >> 32) as i32, row as u32)
}

/// 2⁻³² rows as rows, with as many digits as are exact.
#[inline(always)]
#[allow(clippy::cast_possible_wrap, reason = "24 bits")]
fn beyond(part: u32) -> f32 {
    (part >> 8) as i32 as f32 / 16_777_216.0
}

#[allow(clippy::cast_possible_truncation, reason = "rows of a detector")]
fn whole(rows: usize) -> i32 {
    rows as i32
}
