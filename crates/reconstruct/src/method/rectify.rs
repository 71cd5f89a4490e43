//! Views of any flat detector brought onto an upright one through the rotation axis. Knows no
//! filter.
//!
//! Two flat detectors seen from one source show the same rays: a homography maps one onto the
//! other. The upright detector of a view holds the axis and is at right angles to the horizontal
//! line from the source to the axis, so that the ramp filter may run along its rows, and a column
//! of voxels falls on one of its columns.
//! Source: Hartley & Zisserman 2004, chapter 8, doi:10.1017/CBO9780511811685.

use ndarray::{ArrayView2, ArrayViewMut1};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{ConeGeometry, ConeView};

use crate::reading::{PLACES, Reading};

/// A pixel position this near to a whole index is that index: an upright detector is not blurred.
const WHOLE: f64 = 1e-6;
/// An upright detector with more rows or columns is none of a scan.
const MOST_PIXELS: f64 = 1e7;

/// The upright detector that all views are brought onto; mm on the rotation axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Upright {
    /// `[row, column]` pitch.
    pub(crate) pitch: [f64; 2],
    /// `[z, p]` of the pixel `[0, 0]`, p across the beam.
    pub(crate) first: [f64; 2],
    /// Rows and columns.
    pub(crate) shape: (usize, usize),
}

impl Upright {
    /// Wide and high enough for all views; its pixels are those of the first view's detector
    /// where that is upright.
    pub(super) fn around(geometry: &ConeGeometry, (rows, columns): (usize, usize)) -> Option<Self> {
        let frame = &geometry.frame;
        let corner = |view: &ConeView, row: f64, column: f64| {
            Plane::of(view)?.meet(view, [frame.detector_row(row), frame.detector_column(column)])
        };
        let view = geometry.views.first()?;
        let (last_row, last_column) = ((rows - 1) as f64, (columns - 1) as f64);
        let (middle_row, middle_column) = (last_row / 2.0, last_column / 2.0);
        let middle = corner(view, middle_row, middle_column)?;
        let right = corner(view, middle_row, middle_column + 1.0)?;
        let below = corner(view, middle_row + 1.0, middle_column)?;
        let pitch = [below[0] - middle[0], right[1] - middle[1]];
        if !(pitch[0] > 0.0 && pitch[1] > 0.0) {
            return None;
        }
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for view in &geometry.views {
            for (row, column) in
                [(0.0, 0.0), (0.0, last_column), (last_row, 0.0), (last_row, last_column)]
            {
                let place = corner(view, row, column)?;
                for k in 0..2 {
                    low[k] = low[k].min((place[k] - middle[k]) / pitch[k]);
                    high[k] = high[k].max((place[k] - middle[k]) / pitch[k]);
                }
            }
        }
        // Whole steps from the middle pixel (or pixel border) of the first view.
        let part = [middle_row.fract(), middle_column.fract()];
        let begin: [f64; 2] = std::array::from_fn(|k| (low[k] + part[k] + WHOLE).floor() - part[k]);
        let steps: [f64; 2] = std::array::from_fn(|k| (high[k] - begin[k] - WHOLE).ceil());
        if !steps.iter().all(|steps| *steps < MOST_PIXELS) {
            return None;
        }
        let count = steps.map(|steps| to_index(steps) + 1);
        Some(Self {
            pitch,
            first: std::array::from_fn(|k| middle[k] + begin[k] * pitch[k]),
            shape: (count[0], count[1]),
        })
    }

    /// The position `[z, p]` of a pixel.
    pub(super) fn place(&self, [row, column]: [f64; 2]) -> [f64; 2] {
        [self.first[0] + row * self.pitch[0], self.first[1] + column * self.pitch[1]]
    }
}

/// The upright plane of a view.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    /// Horizontal distance from the source to the axis.
    pub(super) distance: f64,
    /// Unit vector across the beam, `[y, x]`.
    pub(super) across: [f64; 2],
    /// Unit vector from the source to the axis, `[y, x]`.
    pub(super) along: [f64; 2],
}

impl Plane {
    /// `None` where the source stands on the axis.
    pub(super) fn of(view: &ConeView) -> Option<Self> {
        let [_, y, x] = view.source;
        let distance = y.hypot(x);
        let along = [-y / distance, -x / distance];
        (distance > 0.0).then_some(Self { distance, along, across: [-along[1], along[0]] })
    }

    /// Where the ray to a detector pixel `[row, column]` meets the plane: `[z, p]`.
    fn meet(&self, view: &ConeView, [row, column]: [f64; 2]) -> Option<[f64; 2]> {
        let toward: [f64; 3] = std::array::from_fn(|k| {
            view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k]
                - view.source[k]
        });
        let depth = toward[1] * self.along[0] + toward[2] * self.along[1];
        let p = toward[1] * self.across[0] + toward[2] * self.across[1];
        let scale = self.distance / depth;
        (depth > 0.0).then(|| [view.source[0] + scale * toward[0], scale * p])
    }

    /// Direction from the source to the point `[z, p]` of the plane.
    fn direction(&self, view: &ConeView, [z, p]: [f64; 2]) -> [f64; 3] {
        let horizontal = |k: usize| self.distance * self.along[k] + p * self.across[k];
        [z - view.source[0], horizontal(0), horizontal(1)]
    }
}

/// One view, ready to be brought onto the upright detector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Homography {
    /// Homogeneous frame `[row, column, w]` at the upright pixel `[0, 0]`, and from one upright
    /// row and column to the next.
    start: [f64; 3],
    along_rows: [f64; 3],
    along_columns: [f64; 3],
    /// Whether the frames hold variances, which weigh in by the squares of the weights.
    squared: bool,
    /// Frame pixel of the upright pixel `[0, 0]`, where pixels are frame pixels throughout.
    whole: Option<[i64; 2]>,
}

impl Homography {
    /// `None` where the source lies in the plane of the detector or on the axis.
    pub(super) fn new(geometry: &ConeGeometry, view: &ConeView, upright: &Upright) -> Option<Self> {
        let plane = Plane::of(view)?;
        let at = |pixel: [f64; 2]| {
            let [row, column, w] = view.pixel_of(plane.direction(view, upright.place(pixel)))?;
            // From detector to frame pixels: both are linear, so homogeneous ones are too.
            let frame = &geometry.frame;
            let step = [frame.row(1.0) - frame.row(0.0), frame.column(1.0) - frame.column(0.0)];
            Some([row * step[0] + frame.row(0.0) * w, column * step[1] + frame.column(0.0) * w, w])
        };
        let [start, below, right] = [at([0.0, 0.0])?, at([1.0, 0.0])?, at([0.0, 1.0])?];
        let homography = Self {
            start,
            along_rows: std::array::from_fn(|k| below[k] - start[k]),
            along_columns: std::array::from_fn(|k| right[k] - start[k]),
            squared: false,
            whole: None,
        };
        Some(Self { whole: homography.whole_shift(upright.shape), ..homography })
    }

    /// The shift from upright to frame pixels, where all four corners have the same whole one.
    fn whole_shift(&self, (rows, columns): (usize, usize)) -> Option<[i64; 2]> {
        let [last_row, last_column] = [rows, columns].map(|count| count.saturating_sub(1) as f64);
        let shift = self.frame_position([0.0, 0.0]).map(f64::round);
        let is_shifted = |[row, column]: [f64; 2]| {
            let [y, x] = self.frame_position([row, column]);
            (y - row - shift[0]).abs() < WHOLE && (x - column - shift[1]).abs() < WHOLE
        };
        let corners = [[0.0, 0.0], [0.0, last_column], [last_row, 0.0], [last_row, last_column]];
        #[allow(clippy::cast_possible_truncation, reason = "whole")]
        corners.into_iter().all(is_shifted).then(|| shift.map(|shift| shift as i64))
    }

    /// The same for frames of variances. Noise that interpolation makes neighbours share is
    /// counted as their own.
    pub(super) fn of_variances(self) -> Self {
        Self { squared: true, ..self }
    }

    /// How upright pixels are read out of the frame.
    pub(super) fn reading(&self) -> Reading {
        if self.whole.is_some() {
            return Reading::plain();
        }
        let all: Vec<f64> = (0..PLACES).map(|k| k as f64 / PLACES as f64).collect();
        let cubic = Reading::cubic(&all, &[0.0]);
        cubic.clone().and_across(&cubic)
    }

    /// Frame `[row, column]` that the upright pixel shows.
    pub(super) fn frame_position(&self, [row, column]: [f64; 2]) -> [f64; 2] {
        let at =
            |k: usize| self.start[k] + row * self.along_rows[k] + column * self.along_columns[k];
        let w = at(2);
        [at(0) / w, at(1) / w]
    }

    /// The upright row `row` out of a frame, `[row, column]`, its first row being `first_row`.
    ///
    /// Cubic between pixels (Keys 1981, doi:10.1109/TASSP.1981.1163711), beside the frame its edge.
    pub(super) fn row_into(
        &self,
        (frame, first_row): (ArrayView2<'_, f32>, usize),
        row: usize,
        mut into: ArrayViewMut1<'_, f32>,
    ) {
        if let Some([down, right]) = self.whole {
            let within = |place: i64, count: usize| {
                usize::try_from(place).unwrap_or(0).min(count.saturating_sub(1))
            };
            let signed = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
            let row = within(signed(row) + down - signed(first_row), frame.nrows());
            let row = frame.row(row);
            for (column, value) in into.iter_mut().enumerate() {
                *value = row[within(signed(column) + right, row.len())];
            }
            return;
        }
        for (column, value) in into.iter_mut().enumerate() {
            let [y, x] = self.frame_position([row as f64, column as f64]).map(|place| {
                let whole = place.round();
                if (place - whole).abs() < WHOLE { whole } else { place }
            });
            *value = cubic(frame, [y - first_row as f64, x], self.squared);
        }
    }
}

fn cubic(frame: ArrayView2<'_, f32>, [y, x]: [f64; 2], squared: bool) -> f32 {
    let pick = |place: f64, count: usize| {
        let place = place.clamp(0.0, (count - 1) as f64);
        let first = place.floor();
        let index = |k: i32| to_index((first + f64::from(k)).clamp(0.0, (count - 1) as f64));
        ([index(-1), index(0), index(1), index(2)], weights(place - first))
    };
    let ((rows, down), (columns, right)) = (pick(y, frame.nrows()), pick(x, frame.ncols()));
    let mut sum = 0.0;
    for (row, down) in rows.into_iter().zip(down).filter(|(_, weight)| *weight != 0.0) {
        for (column, right) in columns.into_iter().zip(right).filter(|(_, weight)| *weight != 0.0) {
            let weight = if squared { (down * right).powi(2) } else { down * right };
            sum += weight * f64::from(frame[[row, column]]);
        }
    }
    to_f32(sum)
}

/// Cubic convolution with a = −1/2.
fn weights(way: f64) -> [f64; 4] {
    let t = way;
    [
        ((2.0 - t) * t - 1.0) * t / 2.0,
        ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
        ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
        (t - 1.0) * t * t / 2.0,
    ]
}
