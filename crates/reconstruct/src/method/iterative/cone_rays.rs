//! The rays of a cone beam, and the grid that explains them. Knows no method.

use std::{f64::consts::TAU, ops::Range};

use ndarray::Array3;
use voltomo_numeric::cast::to_index;
use voltomo_types::{ConeGeometry, Radian, VoxelGrid};

use super::{
    coarser::Level,
    extended_rows::Extension,
    rays::{BESIDE, circle, covering},
    warnings::directions_warnings,
};
use crate::{
    ConeProjector, ReconstructError, ReconstructSettings,
    method::{cone_field::ConeField, short_scan::Redundancy},
};

/// The rays of a cone beam.
#[derive(Debug)]
pub(super) struct ConeRays {
    geometry: ConeGeometry,
    frame_shape: (usize, usize),
    /// Covers what the views see.
    grid: VoxelGrid,
    /// Voxels of that grid which are asked for.
    part: [Range<usize>; 3],
    /// Views by direction.
    order: Vec<usize>,
    support: Option<Array3<bool>>,
    /// Beyond which voxels of the result are 0.
    seen: Option<f64>,
    /// Rows that go on as far as the volume reaches.
    beyond: Extension,
    warnings: Vec<String>,
}

/// How far from the axis a volume is solved at most, as a part of the distance of the source.
const FARTHEST: f64 = 0.6;

impl ConeRays {
    pub(super) fn new(
        geometry: &ConeGeometry,
        frame_shape: (usize, usize),
        asked: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        let bad = ReconstructError::ConeGeometry { view: 0 };
        let field = ConeField::of(geometry, frame_shape).ok_or(bad)?;
        let half_column = field.upright.pitch[1] / 2.0;
        let reach = field.reach[0].max(field.reach[1]) + half_column;
        let seen = settings.circular_mask.then(|| field.radius());
        let wider = settings.iterative.field.unwrap_or(1.0);
        // The corners of what is solved must stay before the source.
        let most = FARTHEST * field.distance;
        let radius = field.radius_within(reach);
        let radius = (radius * wider).min(most).max(radius);
        let beyond = match wider {
            wider if wider > 1.0 => beyond_frame(&field, frame_shape.1, radius),
            _ => Extension::none(frame_shape.1),
        };
        let (grid, [y, x]) = covering(asked, radius);
        let (grid, z) = match settings.iterative.within_rows {
            true => (grid, 0..grid.shape[0]),
            false => covering_heights(&grid, heights(geometry, &field, radius)),
        };
        let order = by_direction(geometry);
        // What lies beside a frame that the sample fills must stay free.
        let support = seen.filter(|_| wider == 1.0).map(|seen| circle(&grid, seen));
        // The projector tells what cannot be imaged.
        ConeProjector::new(geometry, frame_shape, &grid)?;
        let angles: Vec<Radian> = geometry.views.iter().map(|view| view.angle).collect();
        let views = Redundancy::new(&angles, field.widest(), settings.cone.short_scan);
        let warnings = directions_warnings(views.directions(), views.warnings().to_vec());
        Ok(Self {
            geometry: geometry.clone(),
            frame_shape,
            grid,
            part: [z, y, x],
            order,
            support,
            seen,
            beyond,
            warnings,
        })
    }

    /// Distance from the axis beyond which voxels of the result are 0.
    pub(super) fn seen(&self) -> Option<f64> {
        self.seen
    }

    /// Rows that go on as far as the volume reaches.
    pub(super) fn beyond(&self) -> &Extension {
        &self.beyond
    }

    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(super) fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    pub(super) fn part(&self) -> [Range<usize>; 3] {
        self.part.clone()
    }

    pub(super) fn frame_shape(&self) -> (usize, usize) {
        self.frame_shape
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn support(&self) -> Option<&Array3<bool>> {
        self.support.as_ref()
    }

    pub(super) fn level(&self) -> Level {
        let (geometry, grid) = (self.geometry.clone(), self.grid);
        Level { geometry, frame_shape: self.frame_shape, grid }
    }
}

/// Rows of so many columns that go on to the tangents of a cylinder of `radius`.
fn beyond_frame(field: &ConeField, columns: usize, radius: f64) -> Extension {
    let reach = radius * field.distance / (field.distance.powi(2) - radius.powi(2)).sqrt();
    // The upright detector has the columns of the frame, but for those that a turn of it adds.
    let added = (field.upright.shape.1 as f64 - columns as f64) / 2.0;
    Extension::new(columns, field.axis_column - added, reach / field.upright.pitch[1])
}

/// Least and greatest height that a ray has within `radius` of the axis.
fn heights(geometry: &ConeGeometry, field: &ConeField, radius: f64) -> [f64; 2] {
    let upright = &field.upright;
    let first = upright.first[0] - upright.pitch[0] / 2.0;
    let last = first + upright.pitch[0] * upright.shape.0 as f64;
    let mut found = [f64::INFINITY, f64::NEG_INFINITY];
    for view in &geometry.views {
        let source = view.source[0];
        let distance = view.source[1].hypot(view.source[2]);
        for height in [first, last] {
            for way in [distance - radius, distance + radius] {
                let at = source + (height - source) * way / distance;
                found = [found[0].min(at), found[1].max(at)];
            }
        }
    }
    found
}

/// The grid with as many slices more as `heights` need, and those of it that are asked for.
fn covering_heights(asked: &VoxelGrid, [low, high]: [f64; 2]) -> (VoxelGrid, Range<usize>) {
    let (first, count) = (asked.first[0] / asked.voxel - 0.5, asked.shape[0]);
    let before = to_index((first - low / asked.voxel - BESIDE).ceil());
    let behind = to_index((high / asked.voxel - first - count as f64 - BESIDE).ceil());
    let mut grid = *asked;
    grid.first[0] -= before as f64 * asked.voxel;
    grid.shape[0] += before + behind;
    (grid, before..before + count)
}

/// All views by their direction in the whole turn.
fn by_direction(geometry: &ConeGeometry) -> Vec<usize> {
    let direction = |view: &usize| geometry.views[*view].angle.0.rem_euclid(TAU);
    let mut order: Vec<usize> = (0..geometry.views.len()).collect();
    order.sort_by(|a, b| direction(a).total_cmp(&direction(b)));
    order
}
