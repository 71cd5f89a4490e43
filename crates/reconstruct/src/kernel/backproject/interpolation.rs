//! How a filtered row is read between its columns. Knows no rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_f32;

use super::places::weights;

/// How a filtered row is read between its columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// A straight line between two columns; quickest, and as smooth as a gentle window.
    #[default]
    Linear,
    /// A cubic through four columns (Catmull–Rom): sharper; half the speed.
    Cubic,
    /// Rows resampled to half a column by their Fourier series, then straight lines: as sharp as
    /// the window lets it be; twice the memory.
    Upsampled,
}

impl Interpolation {
    /// Values of a row from one column to the next.
    #[must_use]
    pub fn values_a_column(self) -> usize {
        match self {
            Self::Linear | Self::Cubic => 1,
            Self::Upsampled => 2,
        }
    }

    /// Values of a row of so many columns: from the first to the last.
    #[must_use]
    pub fn values(self, columns: usize) -> usize {
        (columns * self.values_a_column() + 1).saturating_sub(self.values_a_column())
    }

    /// The part of a row's variance at `frequency` (cycles a column) that is left in values read
    /// from it, in the mean over all places between two columns.
    ///
    /// A straight line at the place t between two columns leaves `|1 − t + t·e^{2πif}|²`, in the
    /// mean `(2 + cos 2πf)/3`; the cubic's coefficients are taken at 32 places.
    #[must_use]
    pub fn power(self, frequency: f64) -> f64 {
        let turn = std::f64::consts::TAU * frequency;
        match self {
            Self::Linear => (2.0 + turn.cos()) / 3.0,
            Self::Upsampled => (2.0 + (turn / 2.0).cos()) / 3.0,
            Self::Cubic => {
                let places = (0..32).map(|k| (f64::from(k) + 0.5) / 32.0);
                let power = |place: f64| {
                    let parts = weights::<4>(to_f32(place))
                        .map(f64::from)
                        .into_iter()
                        .zip([-1.0, 0.0, 1.0, 2.0]);
                    let (sin, cos) = parts.fold((0.0, 0.0), |(sin, cos), (part, column)| {
                        let (s, c) = (turn * column).sin_cos();
                        (sin + part * s, cos + part * c)
                    });
                    sin * sin + cos * cos
                };
                places.map(power).sum::<f64>() / 32.0
            }
        }
    }
}
