//! Whole turns about an axis near one side of the detector, in which opposite views see a wider field
//! together. Reconstructs nothing.

use voltomo_types::{Geometry, ParallelGeometry};

use crate::{method::cone_field::ConeField, row_filter::Join, weights::is_full_turn};

/// What opposite views see together, in columns of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfAcquisition {
    /// From the axis to the nearer edge of the frame.
    pub near: f64,
    /// From the axis to the farther edge: half the field.
    pub far: f64,
}

impl HalfAcquisition {
    /// Whether a scan is one: its views go all the way round, and the axis lies more than 5 % of the
    /// frame's width, `columns`, off its middle.
    #[must_use]
    pub fn of(geometry: &Geometry, (rows, columns): (usize, usize)) -> Option<Self> {
        match geometry {
            Geometry::Parallel(parallel) => Self::parallel(parallel, columns),
            Geometry::Cone(cone) => {
                let field = ConeField::of(cone, (rows, columns))?;
                field.join()?;
                Some(Self::about(field.axis_column, field.upright.shape.1))
            }
        }
    }

    pub(crate) fn parallel(geometry: &ParallelGeometry, columns: usize) -> Option<Self> {
        if columns < 2 || !is_full_turn(&geometry.angles) {
            return None;
        }
        let axis_column = geometry.frame.column(geometry.axis.centre);
        Join::needed(columns, axis_column)?;
        Some(Self::about(axis_column, columns))
    }

    fn about(axis_column: f64, columns: usize) -> Self {
        let (left, right) = (axis_column + 0.5, columns as f64 - 0.5 - axis_column);
        Self { near: left.min(right), far: left.max(right) }
    }

    /// Columns that the field is wide.
    #[must_use]
    pub fn field(&self) -> f64 {
        2.0 * self.far
    }

    /// As a sentence.
    #[must_use]
    pub fn line(&self) -> String {
        format!(
            "half-acquisition: the axis lies {:.1} px from the nearer edge of the frame; opposite views \
             overlap by {:.1} px and see a field of {:.1} px together",
            self.near,
            2.0 * self.near,
            self.field()
        )
    }
}
