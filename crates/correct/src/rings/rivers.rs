//! Ring removal by a moving average of the mean row. Knows sinograms; knows no files.

use super::{plane::moving_average, profile::Stripes};

/// Takes off what the mean row has above its own moving average over `window` columns.
///
/// Full stripes alone; whatever stays at its column for the whole scan is taken for one.
/// Source: M. L. Rivers, Tutorial introduction to X-ray computed microtomography data processing,
/// University of Chicago 1998.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rivers {
    /// Columns of the moving average, an odd number.
    pub(super) window: usize,
}

impl Stripes for Rivers {
    fn find(&self, profile: &mut [f32]) {
        let average = moving_average(profile, self.window);
        profile.iter_mut().zip(average).for_each(|(value, average)| *value -= average);
    }
}
