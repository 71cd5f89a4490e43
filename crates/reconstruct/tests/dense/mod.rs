//! A small projector as a plain matrix in double precision, the same for every slice. Knows nothing
//! of the fast ones.

use ndarray::{Array2, ArrayView3, ArrayViewMut3};
use voltomo_reconstruct::Projector;

/// Rays of a fan of parallel views through a square slice; slice `k` is seen by row `k` alone.
pub(crate) struct Dense {
    slices: usize,
    side: usize,
    views: usize,
    columns: usize,
    /// `[view·columns + column, y·side + x]`.
    matrix: Array2<f64>,
}

impl Dense {
    /// Views over half a turn; each voxel is shared between the two nearest rays of a view, its
    /// weight times `voxel` (the way through it).
    pub(crate) fn new(
        [slices, side]: [usize; 2],
        [views, columns]: [usize; 2],
        voxel: f64,
    ) -> Self {
        let mut matrix = Array2::zeros((views * columns, side * side));
        let middle = |count: usize| (count as f64 - 1.0) / 2.0;
        for view in 0..views {
            let (sin, cos) = ((view as f64 + 0.3) * std::f64::consts::PI / views as f64).sin_cos();
            for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let across = (x as f64 - middle(side)) * cos - (y as f64 - middle(side)) * sin;
                let place = across + middle(columns);
                for column in 0..columns {
                    let weight = (1.0 - (place - column as f64).abs()).max(0.0);
                    matrix[[view * columns + column, y * side + x]] = weight * voxel;
                }
            }
        }
        Self { slices, side, views, columns, matrix }
    }
}

impl Projector for Dense {
    fn volume_shape(&self) -> [usize; 3] {
        [self.slices, self.side, self.side]
    }

    fn view_count(&self) -> usize {
        self.views
    }

    fn frame_shape(&self) -> (usize, usize) {
        (self.slices, self.columns)
    }

    #[allow(clippy::cast_possible_truncation, reason = "the trait works in single precision")]
    fn project(&self, volume: ArrayView3<f32>, views: &[usize], mut into: ArrayViewMut3<f32>) {
        for ((k, z, column), value) in into.indexed_iter_mut() {
            let weights = self.matrix.row(views[k] * self.columns + column);
            let slice = volume.index_axis(ndarray::Axis(0), z);
            let terms = weights.iter().zip(slice.iter());
            *value = terms.map(|(weight, value)| weight * f64::from(*value)).sum::<f64>() as f32;
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the trait works in single precision")]
    fn backproject(&self, data: ArrayView3<f32>, views: &[usize], mut into: ArrayViewMut3<f32>) {
        for ((z, y, x), value) in into.indexed_iter_mut() {
            let mut sum = 0.0;
            for (k, view) in views.iter().enumerate() {
                for column in 0..self.columns {
                    let weight = self.matrix[[view * self.columns + column, y * self.side + x]];
                    sum += weight * f64::from(data[[k, z, column]]);
                }
            }
            *value += sum as f32;
        }
    }
}
