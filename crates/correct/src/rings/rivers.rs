//! Ring removal by a moving average of the mean row. Knows sinograms; knows no files.

use voltomo_numeric::cast::to_f32;

use super::{plane::mirrored, profile::Stripes};

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
        let reach = (self.window / 2).cast_signed();
        let whole = profile.to_vec();
        let at = |column: isize| f64::from(whole[mirrored(column, whole.len())]);
        let mut sum: f64 = (-reach..=reach).map(at).sum();
        for (column, value) in profile.iter_mut().enumerate() {
            let column = column.cast_signed();
            *value -= to_f32(sum / self.window as f64);
            sum += at(column + reach + 1) - at(column - reach);
        }
    }
}
