//! Voxels on the slope of an edge: between their neighbours by more than noise. Knows no materials.

use ndarray::{ArrayView3, Axis};
use voltomo_numeric::cast::to_index;

/// Two steps of so many standard deviations, one after the other the same way, are no noise.
const SURE: f64 = 2.0;

/// Over how many voxels, and from which difference on, µ rises or falls on both sides of a voxel
/// too fast for it to lie in the inside of a part; neutrons first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Steepness {
    lags: [usize; 2],
    limits: [f64; 2],
}

impl Steepness {
    /// `blur`: width of both beams' blur in voxels. `noise`: standard deviations, 1/cm.
    pub(crate) fn new(blur: [f64; 2], noise: [f64; 2]) -> Self {
        let lags = blur.map(|blur| to_index((0.5 * blur).round()).max(1));
        // Of the difference of two values.
        let limits = noise.map(|noise| SURE * std::f64::consts::SQRT_2 * noise);
        Self { lags, limits }
    }

    /// Slices that are needed on either side.
    pub(crate) fn reach(&self) -> usize {
        self.lags[0].max(self.lags[1])
    }

    /// Whether each voxel of a slice of the slab is steep in one of the beams; beyond the ends of
    /// the slab its last voxels go on.
    pub(crate) fn slice(&self, views: &[Option<ArrayView3<'_, f32>>; 2], z: usize) -> Vec<bool> {
        let (_, rows, columns) = views[0].or(views[1]).map_or((0, 0, 0), |view| view.dim());
        let mut steep = vec![false; rows * columns];
        for (beam, view) in views.iter().enumerate() {
            if let Some(view) = view {
                self.mark(&mut steep, view, (beam, z));
            }
        }
        steep
    }

    fn mark(&self, steep: &mut [bool], view: &ArrayView3<'_, f32>, (beam, z): (usize, usize)) {
        let (depth, rows, columns) = view.dim();
        let (lag, limit) = (self.lags[beam], self.limits[beam]);
        let ends = |at: usize, count: usize| [at.saturating_sub(lag), (at + lag).min(count - 1)];
        let [above, below] = ends(z, depth).map(|z| view.index_axis(Axis(0), z));
        let here = view.index_axis(Axis(0), z);
        // Between both sides and away from either; NaN never is.
        let is_between = |a: f32, value: f32, b: f32| {
            let steps = [f64::from(value - a), f64::from(b - value)];
            steps.iter().all(|step| *step > limit) || steps.iter().all(|step| *step < -limit)
        };
        for y in 0..rows {
            let [back, front] = ends(y, rows);
            for x in 0..columns {
                let [left, right] = ends(x, columns);
                let value = here[[y, x]];
                steep[y * columns + x] |= is_between(here[[y, left]], value, here[[y, right]])
                    || is_between(here[[back, x]], value, here[[front, x]])
                    || is_between(above[[y, x]], value, below[[y, x]]);
            }
        }
    }
}
