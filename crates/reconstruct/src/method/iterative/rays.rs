//! The rays of a parallel beam, slice by slice, and the grid that explains them. Knows no method.

use std::ops::Range;

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_types::{
    LengthUnit, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

use super::{extended_rows::Extension, warnings::directions_warnings};
use crate::{
    Method, ParallelProjector, ReconstructError, ReconstructSettings,
    method::filtered_rows::pixel_in_grid_unit, straighten::Straightener, weights::angular_weights,
};

/// Less than this part of a voxel beside the grid is not worth another voxel.
pub(super) const BESIDE: f64 = 0.5;

/// Variance of a line integral that nothing is known of, and from where on a sum holds one.
const UNKNOWN: f32 = 1e30;
const KNOWN: f32 = 1e20;

/// Columns of the rays for filters in one of the detector.
const FINER: usize = 3;

/// The rays of a parallel beam as sinograms of slices.
#[derive(Debug)]
pub(super) struct ParallelRays {
    geometry: ParallelGeometry,
    columns: usize,
    /// Rows as the method has them, and as far as the volume reaches.
    extension: Extension,
    beyond: Extension,
    /// Covers the field of view.
    grid: VoxelGrid,
    /// Voxels of that grid which are asked for, along y and x.
    part: [Range<usize>; 2],
    straightener: Straightener,
    voxel_in_columns: f64,
    /// Views by direction.
    order: Vec<usize>,
    support: Option<Array3<bool>>,
    /// Beyond which voxels of the result are 0.
    seen: Option<f64>,
    warnings: Vec<String>,
}

/// One slice twice as wide as the field of view, its middle voxel on the axis, and the axis on the
/// middle of twice the columns.
///
/// Its columns are finer than the detector's: so a filter is the mean over where a ray may fall
/// between voxels.
#[derive(Debug)]
pub(super) struct AboutAxis {
    pub(super) projector: ParallelProjector,
    /// Columns in one of the detector.
    pub(super) finer: usize,
    /// What a voxel of µ = 1 gives to a view, summed over the columns of the detector.
    pub(super) of_voxel: f64,
    /// The same in the units of the detector's projector.
    pub(super) of_voxel_own: f64,
    /// From column to column of the detector, as its line integrals count lengths.
    pub(super) pitch: f64,
    /// Its line integrals over those of the detector's projector.
    pub(super) unit: f64,
}

impl ParallelRays {
    pub(super) fn new(
        geometry: &ParallelGeometry,
        frame_shape: (usize, usize),
        asked: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        let bad = geometry.angles.iter().enumerate().find(|(_, angle)| !angle.0.is_finite());
        if let Some((index, angle)) = bad {
            return Err(ReconstructError::BadAngle { index, value: angle.0 });
        }
        let pitch = pixel_in_grid_unit(geometry, asked)? * geometry.frame.bin as f64;
        let straightener =
            Straightener::new(geometry, frame_shape, asked, pitch / geometry.frame.bin as f64);
        let columns = frame_shape.1;
        let axis = geometry.frame.column(geometry.axis.centre);
        // Edges of the frame across the beam, from the axis.
        let (left, right) = (axis + 0.5, columns as f64 - 0.5 - axis);
        let field = settings.iterative.field.unwrap_or(1.0);
        let (grid, part) = covering(asked, left.max(right) * pitch * field);
        let seen = settings.circular_mask.then(|| left.min(right) * pitch);
        // What lies beside a frame that the sample fills must stay free.
        let support = seen.filter(|_| field == 1.0).map(|seen| circle(&grid, seen));
        // Methods that filter need rows for what they filter; others leave unknown rays out.
        let beyond = match field {
            field if field > 1.0 => Extension::new(columns, axis, left.max(right) * field),
            _ => Extension::none(columns),
        };
        let extension = match settings.method {
            Method::MrFbp | Method::SirtFbp => beyond,
            _ => Extension::none(columns),
        };
        Ok(Self {
            columns,
            extension,
            beyond,
            seen,
            part,
            order: by_direction(geometry),
            voxel_in_columns: grid.voxel / pitch,
            warnings: {
                let views = angular_weights(&geometry.angles);
                let missing = directions_warnings(views.directions, views.warnings);
                missing.into_iter().chain(straightener.warning(grid.shape[0])).collect()
            },
            geometry: geometry.clone(),
            straightener,
            support,
            grid,
        })
    }

    pub(super) fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    pub(super) fn part(&self) -> [Range<usize>; 2] {
        self.part.clone()
    }

    /// Columns of the frame.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Columns of a row as the method has it: more, where it goes on beside the frame.
    pub(super) fn width(&self) -> usize {
        self.extension.width()
    }

    /// Rows that go on as far as the volume reaches.
    pub(super) fn beyond(&self) -> &Extension {
        &self.beyond
    }

    /// Distance from the axis beyond which voxels of the result are 0.
    pub(super) fn seen(&self) -> Option<f64> {
        self.seen
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn support(&self) -> Option<&Array3<bool>> {
        self.support.as_ref()
    }

    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(super) fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.straightener.rows_needed(z)
    }

    /// Weights of the sinograms of the slices `z`, as [`Self::straight`] makes those: what is
    /// interpolated or averaged has the variance of such a sum.
    ///
    /// `weights`: 1/variance, and the frame row of the first; 0 is no knowledge, also of what it is
    /// mixed into. Errors: a weight that is negative or no number.
    pub(super) fn straight_weights(
        &self,
        (weights, first_row): (ArrayView3<'_, f32>, usize),
        z: Range<usize>,
    ) -> Result<Array3<f32>, ReconstructError> {
        let bad =
            weights.indexed_iter().find(|(_, weight)| !(**weight >= 0.0 && weight.is_finite()));
        if let Some(((angle, row, column), &value)) = bad {
            return Err(ReconstructError::NonFinite { angle, row: first_row + row, column, value });
        }
        let variances = self.straightener.clone().of_variances();
        let mut straight = Array3::zeros((weights.dim().0, z.len(), self.width()));
        let views = straight.axis_iter_mut(Axis(0)).into_par_iter();
        views.zip(weights.axis_iter(Axis(0))).for_each(|(mut straight, view)| {
            let view = view.mapv(|weight| if weight > 0.0 { 1.0 / weight } else { UNKNOWN });
            for (slice, mut row) in z.clone().zip(straight.outer_iter_mut()) {
                let mut row = self.extension.frame_of(&mut row);
                variances.row_into((view.view(), first_row), slice, row.view_mut());
                row.mapv_inplace(|sum| if sum > 0.0 && sum < KNOWN { 1.0 / sum } else { 0.0 });
            }
        });
        Ok(straight)
    }

    /// The projectors of the slices `z`, row `k` seeing slice `k`, and of one slice.
    pub(super) fn projectors(
        &self,
        z: Range<usize>,
    ) -> Result<(ParallelProjector, ParallelProjector), ReconstructError> {
        let mut geometry = self.geometry.clone();
        geometry.axis.centre += (self.extension.before() * geometry.frame.bin) as f64;
        let slices = |z| ParallelProjector::of_slices(&geometry, self.width(), &self.grid.slab(z));
        Ok((slices(z.clone())?, slices(z.start..z.start + 1)?))
    }

    /// The rays from which filters are made.
    pub(super) fn about_axis(&self) -> Result<AboutAxis, ReconstructError> {
        let [_, height, width] = self.grid.shape;
        let half = height.max(width);
        // Lengths as numbers in the grid's unit, taken for mm, so that a pixel may be a part of one.
        let edge = -(half as f64) * self.grid.voxel;
        let grid = VoxelGrid {
            shape: [1, 2 * half + 1, 2 * half + 1],
            first: [0.0, edge, edge],
            unit: LengthUnit::Millimetre,
            ..self.grid
        };
        let pitch = self.grid.voxel / self.voxel_in_columns;
        let middle = self.width() * FINER;
        let columns = 2 * middle + 1;
        let geometry = ParallelGeometry {
            angles: self.geometry.angles.clone(),
            axis: RotationAxis { centre: middle as f64, tilt: Radian(0.0) },
            frame: PixelFrame::whole(1, columns),
            pixel: Some(Millimetre(pitch / FINER as f64)),
        };
        let unit = if self.grid.unit == LengthUnit::Millimetre { 1.0 } else { 0.1 };
        Ok(AboutAxis {
            projector: ParallelProjector::of_slices(&geometry, columns, &grid)?,
            finer: FINER,
            of_voxel: self.grid.voxel / 10.0 * self.voxel_in_columns,
            of_voxel_own: self.grid.voxel / 10.0 / unit * self.voxel_in_columns,
            pitch: pitch / 10.0 / unit,
            unit,
        })
    }

    /// Sinograms of the slices `z`, `[view, slice, column]`, from `projections` (line integrals or
    /// what else belongs to the pixels, and the frame row of the first).
    pub(super) fn straight(
        &self,
        (projections, first_row): (ArrayView3<'_, f32>, usize),
        z: Range<usize>,
    ) -> Result<Array3<f32>, ReconstructError> {
        let mut straight = Array3::zeros((projections.dim().0, z.len(), self.width()));
        let views = straight.axis_iter_mut(Axis(0)).into_par_iter();
        views.zip(projections.axis_iter(Axis(0))).for_each(|(mut straight, view)| {
            for (slice, mut row) in z.clone().zip(straight.outer_iter_mut()) {
                let frame = self.extension.frame_of(&mut row);
                self.straightener.row_into((view, first_row), slice, frame);
                self.extension.go_on(&mut row);
            }
        });
        if straight.iter().all(|value| value.is_finite()) {
            return Ok(straight);
        }
        let found = projections.indexed_iter().find(|(_, value)| !value.is_finite());
        let ((angle, row, column), &value) = found.unwrap_or(((0, 0, 0), &f32::INFINITY));
        Err(ReconstructError::NonFinite { angle, row: first_row + row, column, value })
    }
}

/// The grid with as many voxels more on each side as a square of `2·half` about the axis needs, and
/// the part of it that is `asked`.
pub(super) fn covering(asked: &VoxelGrid, half: f64) -> (VoxelGrid, [Range<usize>; 2]) {
    let mut grid = *asked;
    let mut part = [0..0, 0..0];
    for axis in [1, 2] {
        let (first, count) = (asked.first[axis] / asked.voxel, asked.shape[axis]);
        let half = half / asked.voxel;
        // Outer edges of the grid, in voxels from the rotation axis.
        let (low, high) = (first - 0.5, first - 0.5 + count as f64);
        let before = to_index((low + half - BESIDE).ceil());
        let behind = to_index((half - high - BESIDE).ceil());
        grid.first[axis] -= before as f64 * asked.voxel;
        grid.shape[axis] += before + behind;
        part[axis - 1] = before..before + count;
    }
    (grid, part)
}

/// Voxels within `radius` of the axis, `[1, y, x]`.
pub(super) fn circle(grid: &VoxelGrid, radius: f64) -> Array3<bool> {
    let [_, height, width] = grid.shape;
    Array3::from_shape_fn((1, height, width), |(_, y, x)| {
        let [_, y, x] = grid.centre_of([0, y, x]);
        y.hypot(x) <= radius
    })
}

/// All views by their direction in the half turn.
fn by_direction(geometry: &ParallelGeometry) -> Vec<usize> {
    let direction = |view: &usize| geometry.angles[*view].0.rem_euclid(std::f64::consts::PI);
    let mut order: Vec<usize> = (0..geometry.angles.len()).collect();
    order.sort_by(|a, b| direction(a).total_cmp(&direction(b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_that_covers_the_field_stays_and_a_part_is_widened_by_whole_voxels() {
        let whole = VoxelGrid {
            shape: [3, 64, 64],
            voxel: 0.5,
            first: [0.0, -15.75, -15.75],
            unit: LengthUnit::Pixel,
        };
        assert_eq!(covering(&whole, 16.0), (whole, [0..64, 0..64]));
        let part = VoxelGrid { shape: [3, 10, 64], first: [0.0, -10.75, -15.75], ..whole };
        assert_eq!(covering(&part, 16.0), (whole, [10..20, 0..64]));
        assert_eq!(covering(&whole, 17.0).0.shape, [3, 68, 68]);
    }
    fn rays(voxel_px: f64, tilt_deg: f64) -> ParallelRays {
        let geometry = ParallelGeometry {
            angles: (0..4).map(|k| Radian(f64::from(k) * 0.7)).collect(),
            axis: RotationAxis { centre: 15.5, tilt: Radian::from_degrees(tilt_deg) },
            frame: PixelFrame::whole(12, 32),
            pixel: None,
        };
        let settings = ReconstructSettings { voxel_px: Some(voxel_px), ..Default::default() };
        let grid = crate::grid_for(&geometry, (12, 32), &settings).unwrap();
        ParallelRays::new(&geometry, (12, 32), &grid, &settings).unwrap()
    }

    #[test]
    fn the_mean_of_two_rows_is_worth_both_and_nothing_where_one_is_unknown() {
        let mut weights = Array3::from_elem((4, 12, 32), 4.0f32);
        weights[[1, 5, 7]] = 0.0;
        let straight = rays(2.0, 0.0).straight_weights((weights.view(), 0), 0..6).unwrap();
        assert_eq!((straight[[1, 2, 7]], straight[[1, 2, 8]]), (0.0, 8.0));
        // Between pixels of a leaning axis noise is averaged, never amplified.
        let leaning = rays(1.0, 2.0).straight_weights((weights.view(), 0), 0..12).unwrap();
        let inside = leaning.index_axis(Axis(0), 0);
        assert!(inside.iter().all(|weight| (3.99..16.0).contains(weight)));
        assert!(inside.iter().any(|weight| *weight > 6.0));
        weights[[0, 0, 0]] = -1.0;
        assert!(rays(1.0, 0.0).straight_weights((weights.view(), 0), 0..12).is_err());
    }
}
