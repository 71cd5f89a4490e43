//! Voxels on the slope of an edge: between their neighbours by more than noise. Knows no materials.

use ndarray::ArrayView3;

use crate::label_table::STEEP;

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
    /// `lags`: voxels on either side, at least one. `noise`: standard deviations, 1/cm.
    pub(crate) fn new(lags: [usize; 2], noise: [f64; 2]) -> Self {
        // Of the difference of two values.
        let limits = noise.map(|noise| SURE * std::f64::consts::SQRT_2 * noise);
        Self { lags, limits }
    }

    /// Slices that are needed on either side.
    pub(crate) fn reach(&self) -> usize {
        self.lags[0].max(self.lags[1])
    }

    /// Marks the cells of a slice of the slab that are steep in one of the beams, of those that are
    /// asked for; beyond the ends of the slab its last voxels go on.
    pub(crate) fn mark(
        &self,
        views: &[Option<ArrayView3<'_, f32>>; 2],
        (z, cells): (usize, &mut [u16]),
        is_asked: impl Fn(u16) -> bool,
    ) {
        let columns = views[0].or(views[1]).map_or(1, |view| view.dim().2);
        for (index, cell) in cells.iter_mut().enumerate().filter(|it| is_asked(*it.1)) {
            let place = [z, index / columns, index % columns];
            let seen =
                views.iter().enumerate().filter_map(|(beam, view)| Some((beam, view.as_ref()?)));
            if seen.into_iter().any(|(beam, view)| self.is_steep(view, beam, place)) {
                *cell |= STEEP;
            }
        }
    }

    fn is_steep(&self, view: &ArrayView3<'_, f32>, beam: usize, place: [usize; 3]) -> bool {
        let (lag, limit) = (self.lags[beam], self.limits[beam]);
        let value = view[place];
        (0..3).any(|axis| {
            let (mut before, mut after) = (place, place);
            before[axis] = place[axis].saturating_sub(lag);
            after[axis] = (place[axis] + lag).min(view.shape()[axis] - 1);
            let steps = [f64::from(value - view[before]), f64::from(view[after] - value)];
            // Between both sides and away from either; NaN never is.
            steps.iter().all(|step| *step > limit) || steps.iter().all(|step| *step < -limit)
        })
    }
}
