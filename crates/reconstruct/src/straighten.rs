//! Projections to sinograms across an upright axis, one for each slice. Knows no filter.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut1};
use voltomo_numeric::{
    cast::{to_f32, to_index},
    interpolate::CubicTaps,
};
use voltomo_types::{ParallelGeometry, VoxelGrid};

use crate::reading::{PLACES, Reading};

/// Where the sinogram of each slice lies on the projections.
///
/// Column `j` of a sinogram is the ray at the distance `s` of frame column `j` from the axis, at
/// the height of the slice. Between rows (and columns, where the axis is tilted) it interpolates
/// by cubic convolution; beyond the frame the outermost row or column goes on. A voxel higher than
/// a pixel is the mean of several heights, one for each row begun, spread evenly over the voxel.
/// Where the axis is upright and slices fall on rows, the sinogram is the row, bit by bit.
#[derive(Debug, Clone)]
pub(crate) struct Straightener {
    rows: usize,
    columns: usize,
    /// Frame row at the axis, for slice 0 and from slice to slice.
    first_row: f64,
    row_step: f64,
    /// Frame column that sinogram column 0 shows for the height of slice 0, and from slice to
    /// slice.
    first_column: f64,
    column_shift: f64,
    sin: f64,
    cos: f64,
    /// Sinogram column of the axis.
    axis_column: f64,
    /// Heights averaged over one voxel, in slices from its centre.
    heights: Vec<f64>,
    /// Whether the rows hold variances, which weigh in by the squares of the weights.
    squared: bool,
}

impl Straightener {
    /// `pixel`: edge of a detector pixel in the grid's unit.
    pub(crate) fn new(
        geometry: &ParallelGeometry,
        (rows, columns): (usize, usize),
        grid: &VoxelGrid,
        pixel: f64,
    ) -> Self {
        let frame = &geometry.frame;
        let bin = frame.bin as f64;
        let (sin, cos) = geometry.axis.tilt.0.sin_cos();
        let axis_column = frame.column(geometry.axis.centre);
        let (z, voxel) = (grid.first[0] / pixel, grid.voxel / pixel);
        let voxel_rows = voxel / bin;
        let count = to_index((voxel_rows - 1e-6).ceil()).max(1);
        let heights = (0..count).map(|k| (k as f64 + 0.5) / count as f64 - 0.5).collect();
        Self {
            rows,
            columns,
            first_row: frame.row(frame.middle_row() + z * cos),
            row_step: voxel_rows * cos,
            first_column: axis_column * (1.0 - cos) + z * sin / bin,
            column_shift: voxel_rows * sin,
            sin,
            cos,
            axis_column,
            heights,
            squared: false,
        }
    }

    /// The same for rows of variances. Noise that interpolation makes neighbours share is counted
    /// as their own.
    pub(crate) fn of_variances(self) -> Self {
        Self { squared: true, ..self }
    }

    fn weight(&self, weight: f32) -> f32 {
        if self.squared { weight * weight } else { weight }
    }

    /// How the rows of slices are read out of a frame, in the mean over `slices` of them.
    pub(crate) fn reading(&self, slices: usize) -> Reading {
        let places = |first: f64, step: f64| -> Vec<f64> {
            (0..slices.clamp(1, PLACES)).map(|slice| first + slice as f64 * step).collect()
        };
        let heights: Vec<f64> = self.heights.iter().map(|height| height * self.row_step).collect();
        if self.sin == 0.0 {
            return Reading::cubic(&places(self.first_row, self.row_step), &heights);
        }
        // Along a tilted axis all places between two pixels occur.
        let all: Vec<f64> = (0..PLACES).map(|k| k as f64 / PLACES as f64).collect();
        Reading::cubic(&all, &heights).and_across(&Reading::cubic(&all, &[0.0]))
    }

    /// Frame rows that the slices need, within the frame.
    pub(crate) fn rows_needed(&self, slices: Range<usize>) -> Range<usize> {
        let (low, high) = self.rows_seen(slices);
        let last = (self.rows - 1) as f64;
        let start = to_index((low - 1.0 + 1e-6).floor().clamp(0.0, last));
        let end = to_index((high + 2.0 - 1e-6).floor().clamp(0.0, last));
        start..end + 1
    }

    /// What to tell a person of slices of which some part lies beyond the frame.
    pub(crate) fn warning(&self, slice_count: usize) -> Option<String> {
        let is_beyond = |&z: &usize| {
            let (low, high) = self.rows_seen(z..z + 1);
            low < -0.5 - 1e-6 || high > self.rows as f64 - 0.5 + 1e-6
        };
        let count = (0..slice_count).filter(is_beyond).count();
        let mend = if count < slice_count { "leave them out" } else { "take smaller voxels" };
        (count > 0).then(|| {
            format!(
                "{count} of {slice_count} slices reach beyond the rows of the frame, since the \
                 axis is tilted or the grid is higher; they are made of the outermost row: {mend}"
            )
        })
    }

    /// Lowest and highest frame row position of the slices.
    fn rows_seen(&self, slices: Range<usize>) -> (f64, f64) {
        let at = |slice: f64, column: f64| {
            self.first_row + slice * self.row_step - (column - self.axis_column) * self.sin
        };
        let reach = self.heights.last().copied().unwrap_or(0.0);
        let (first, last) = (slices.start as f64 - reach, (slices.end as f64 - 1.0) + reach);
        let ends = [0.0, (self.columns - 1) as f64];
        let corners = ends.map(|column| (at(first, column), at(last, column)));
        let low = corners.iter().map(|corner| corner.0.min(corner.1)).fold(f64::MAX, f64::min);
        let high = corners.iter().map(|corner| corner.0.max(corner.1)).fold(f64::MIN, f64::max);
        (low, high)
    }

    /// Writes the sinogram row of slice `slice` into `into`. `projection`: one view,
    /// `[row, column]`, and the frame row of its first row.
    pub(crate) fn row_into(
        &self,
        (projection, first_row): (ArrayView2<'_, f32>, usize),
        slice: usize,
        mut into: ArrayViewMut1<'_, f32>,
    ) {
        into.fill(0.0);
        let share = self.weight(to_f32(1.0 / self.heights.len() as f64));
        for height in &self.heights {
            let height = slice as f64 + height;
            if self.sin == 0.0 {
                self.add_upright((projection, first_row), (height, share), into.view_mut());
            } else {
                self.add_tilted((projection, first_row), (height, share), into.view_mut());
            }
        }
    }

    fn add_upright(
        &self,
        (projection, first_row): (ArrayView2<'_, f32>, usize),
        (height, share): (f64, f32),
        mut into: ArrayViewMut1<'_, f32>,
    ) {
        let taps = CubicTaps::at(self.first_row + height * self.row_step, self.rows);
        for (index, weight) in taps.index.into_iter().zip(taps.weight) {
            if weight == 0.0 {
                continue;
            }
            let row = projection.row(index - first_row);
            let weight = self.weight(weight) * share;
            into.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
        }
    }

    fn add_tilted(
        &self,
        (projection, first_row): (ArrayView2<'_, f32>, usize),
        (height, share): (f64, f32),
        mut into: ArrayViewMut1<'_, f32>,
    ) {
        let row = self.first_row + height * self.row_step + self.axis_column * self.sin;
        let column = self.first_column + height * self.column_shift;
        for (j, sum) in into.iter_mut().enumerate() {
            let j = j as f64;
            let across = CubicTaps::at(column + j * self.cos, self.columns);
            let down = CubicTaps::at(row - j * self.sin, self.rows);
            let mut value = 0.0;
            for (index, weight) in down.index.into_iter().zip(down.weight) {
                let row = projection.row(index - first_row);
                let along = |k: usize| row[across.index[k]] * self.weight(across.weight[k]);
                value += self.weight(weight) * (0..4).map(along).sum::<f32>();
            }
            *sum += share * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, s};
    use voltomo_types::{PixelFrame, Radian, RotationAxis};

    use super::*;
    use crate::{ReconstructSettings, grid_for};

    fn straightener(tilt_deg: f64, voxel_px: Option<f64>) -> Straightener {
        let geometry = ParallelGeometry {
            angles: vec![],
            axis: RotationAxis { centre: 30.0, tilt: Radian::from_degrees(tilt_deg) },
            frame: PixelFrame::whole(40, 64),
            pixel: None,
        };
        let settings = ReconstructSettings { voxel_px, ..Default::default() };
        let grid = grid_for(&geometry, (40, 64), &settings).unwrap();
        Straightener::new(&geometry, (40, 64), &grid, 1.0)
    }

    fn row_of(straightener: &Straightener, projection: &Array2<f32>, slice: usize) -> Array1<f32> {
        let mut row = Array1::from_elem(64, f32::NAN);
        let rows = straightener.rows_needed(slice..slice + 1);
        let part = projection.slice(s![rows.clone(), ..]);
        straightener.row_into((part, rows.start), slice, row.view_mut());
        row
    }

    #[test]
    fn an_upright_axis_with_slices_on_rows_gives_the_rows_bit_by_bit() {
        let projection =
            Array2::from_shape_fn((40, 64), |(r, c)| to_f32(((r * 64 + c) as f64).sin()));
        let upright = straightener(0.0, None);
        for slice in [0, 17, 39] {
            assert_eq!(row_of(&upright, &projection, slice), projection.row(slice));
        }
    }

    /// A plane is kept by cubic interpolation, so each pixel tells where it was taken.
    #[test]
    fn a_tilted_axis_takes_each_pixel_from_where_its_ray_falls() {
        let projection = Array2::from_shape_fn((40, 64), |(r, c)| to_f32((100 * r + c) as f64));
        let row = row_of(&straightener(3.0, None), &projection, 20);
        let (sin, cos) = 3f64.to_radians().sin_cos();
        for column in [5, 30, 60] {
            let (s, z) = (column as f64 - 30.0, 20.0 - 19.5);
            let expected = 100.0 * (19.5 + z * cos - s * sin) + 30.0 + s * cos + z * sin;
            assert!((f64::from(row[column]) - expected).abs() < 1e-3, "{} {expected}", row[column]);
        }
    }

    #[test]
    fn a_voxel_two_rows_high_is_the_mean_of_its_rows() {
        let projection = Array2::from_shape_fn((40, 64), |(r, _)| to_f32((r * r * r) as f64));
        let row = row_of(&straightener(0.0, Some(2.0)), &projection, 7);
        assert_eq!(row[3], to_f32((14f64.powi(3) + 15f64.powi(3)) / 2.0));
    }
}
