//! How a filtered row is read between its columns. Knows no rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}
