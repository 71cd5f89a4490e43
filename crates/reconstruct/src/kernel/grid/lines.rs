//! Where the spectra of rows lie in the Fourier plane, and which samples meet a strip of it. Knows
//! no values.

use std::ops::RangeInclusive;

use super::window::WIDTH;
use crate::kernel::backproject::RayPath;

/// The line of one view: sample `k` at `k·[y, x]` cells, and its conjugate opposite.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Which view.
    pub(super) view: usize,
    /// Cells from sample to sample along y.
    pub(super) y: f64,
    /// Cells from sample to sample along x; not negative.
    pub(super) x: f64,
    /// Whether the samples on this side of the plane are the conjugates.
    pub(super) is_turned: bool,
}

/// The lines in the order of their directions from −90° to 90°, so that neighbours in the list are
/// neighbours in the plane. `scale`: cells a cycle a voxel along `[y, x]`, over the rows' period.
pub(super) fn lines(paths: &[RayPath], scale: [f64; 2]) -> Vec<Line> {
    let line = |(view, path): (usize, &RayPath)| {
        let [y, x] = [path.along_y * scale[0], path.along_x * scale[1]];
        let is_turned = x < 0.0;
        let side = if is_turned { -1.0 } else { 1.0 };
        Line { view, y: side * y, x: side * x, is_turned }
    };
    let mut lines: Vec<Line> = paths.iter().enumerate().map(line).collect();
    lines.sort_by(|a, b| a.y.atan2(a.x).total_cmp(&b.y.atan2(b.x)));
    lines
}

/// One copy of a half of a line: the plane is periodic, and each half has its conjugate opposite.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copy {
    /// 1, or −1 for the opposite half.
    pub(super) side: f64,
    /// Cells by which it is moved along x.
    pub(super) shift: f64,
}

/// All copies that can meet columns `0..=columns/2` of a plane of `columns` columns, for lines of
/// which no sample is farther out than `reach` cells along x.
pub(super) fn copies(reach: f64, columns: usize) -> Vec<Copy> {
    let period = columns as f64;
    let turns = voltomo_numeric::cast::to_index((reach + WIDTH as f64) / period + 0.5);
    let shifts = (0..=turns).map(|turn| turn as f64 * period);
    // The half itself can only come back from the right, the opposite one from the left.
    let both = shifts.flat_map(|s| [Copy { side: 1.0, shift: -s }, Copy { side: -1.0, shift: s }]);
    both.collect()
}

impl Line {
    /// Samples of `0..=last` of a copy whose windows may touch the columns `columns`; perhaps one
    /// more on each side.
    pub(super) fn samples(
        &self,
        copy: Copy,
        columns: &std::ops::Range<usize>,
        last: usize,
    ) -> RangeInclusive<usize> {
        let reach = WIDTH as f64 / 2.0 + 1e-3;
        let low = columns.start as f64 - reach - copy.shift;
        let high = columns.end as f64 - 1.0 + reach - copy.shift;
        let (low, high) = if copy.side > 0.0 { (low, high) } else { (-high, -low) };
        if high < 0.0 || low > self.x * last as f64 {
            #[allow(clippy::reversed_empty_ranges, reason = "no sample")]
            return 1..=0;
        }
        // A line along y is met by all of its samples or by none.
        let step = self.x.max(f64::MIN_POSITIVE);
        let first = voltomo_numeric::cast::to_index((low / step).ceil());
        first..=voltomo_numeric::cast::to_index(high / step).min(last)
    }
}
