//! What the views of a cone beam see of the volume. Knows no filter and no settings.

use std::{f64::consts::TAU, ops::Range};

use voltomo_numeric::cast::to_index;
use voltomo_types::{ConeGeometry, Radian, VoxelGrid};

use super::{rectify::Upright, short_scan::is_whole_turn};
use crate::row_filter::Join;

/// Points of a rim, and views, that stand for all.
const RIM_POINTS: usize = 24;
const VIEWS: usize = 72;

/// What the views see, on the upright detector through the axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConeField {
    /// The upright detector.
    pub(crate) upright: Upright,
    /// Column of it on which the axis lies.
    pub(crate) axis_column: f64,
    /// Mean distance from the source to the axis, mm.
    pub(crate) distance: f64,
    /// How far the detector reaches from the axis towards the first and the last column, mm.
    pub(crate) reach: [f64; 2],
    /// Whether the views go all the way round.
    pub(crate) is_whole_turn: bool,
}

impl ConeField {
    /// `None` where a source stands on the axis, or a detector before it or turned away.
    pub(crate) fn of(geometry: &ConeGeometry, frame_shape: (usize, usize)) -> Option<Self> {
        let upright = Upright::around(geometry, frame_shape)?;
        let axis_column = -upright.first[1] / upright.pitch[1];
        let distances = geometry.views.iter().map(|view| view.source[1].hypot(view.source[2]));
        let distance = distances.sum::<f64>() / geometry.views.len() as f64;
        let last = (upright.shape.1 - 1) as f64;
        let reach = [axis_column, last - axis_column].map(|columns| columns * upright.pitch[1]);
        let angles: Vec<Radian> = geometry.views.iter().map(|view| view.angle).collect();
        let is_whole_turn = is_whole_turn(&angles);
        Some(Self { upright, axis_column, distance, reach, is_whole_turn })
    }

    /// How opposite views are joined, where the axis is far off the middle of a whole turn.
    pub(crate) fn join(&self) -> Option<Join> {
        self.is_whole_turn.then(|| Join::needed(self.upright.shape.1, self.axis_column)).flatten()
    }

    /// Largest fan angle of a ray.
    pub(crate) fn widest(&self) -> Radian {
        let [left, right] = self.reach;
        Radian((left.max(right) / self.distance).atan())
    }

    /// Radius of the cylinder about the axis that all views see, or, joined, opposite ones together.
    pub(crate) fn radius(&self) -> f64 {
        let [left, right] = self.reach;
        let seen = if self.join().is_some() { left.max(right) } else { left.min(right) };
        self.radius_within(seen.max(0.0))
    }

    /// Radius of the cylinder whose tangents meet the upright detector at `reach` (mm) from the axis.
    pub(crate) fn radius_within(&self, reach: f64) -> f64 {
        reach * self.distance / reach.hypot(self.distance)
    }
}

/// The slices of a grid that all views show whole, within `radius` (mm) of the axis: the run of them
/// about the middle one. Empty where the middle one is not among them.
pub(crate) fn whole_slices(
    geometry: &ConeGeometry,
    frame_shape: (usize, usize),
    (grid, radius): (&VoxelGrid, f64),
) -> Range<usize> {
    let count = grid.shape[0];
    let is_seen = |slice: usize| {
        is_seen(geometry, frame_shape, (grid.first[0] + slice as f64 * grid.voxel, radius))
    };
    let middle = count / 2;
    if count == 0 || !is_seen(middle) {
        return 0..0;
    }
    // What is seen of a cone is one run of slices: both ends are found by halving.
    let (mut first, mut before) = (middle, -1i64);
    while first as i64 - before > 1 {
        let between = to_index((first as f64 + before as f64) / 2.0);
        if is_seen(between) { first = between } else { before = between as i64 }
    }
    let (mut last, mut behind) = (middle, count);
    while behind - last > 1 {
        let between = last.midpoint(behind);
        if is_seen(between) { last = between } else { behind = between }
    }
    first..last + 1
}

/// Whether the disc of a radius at height z falls onto the frame's rows in every view.
fn is_seen(geometry: &ConeGeometry, (rows, _): (usize, usize), (z, radius): (f64, f64)) -> bool {
    let step = geometry.views.len().div_ceil(VIEWS).max(1);
    let (first, last) =
        (geometry.frame.detector_row(-0.5), geometry.frame.detector_row(rows as f64 - 0.5));
    let on_frame = |row: f64| row >= first && row <= last;
    geometry.views.iter().step_by(step).all(|view| {
        (0..RIM_POINTS).all(|k| {
            let (sin, cos) = (k as f64 / RIM_POINTS as f64 * TAU + view.angle.0).sin_cos();
            let position = view.detector_position([z, radius * sin, radius * cos]);
            position.is_some_and(|[row, _]| on_frame(row))
        })
    })
}
