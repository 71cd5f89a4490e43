//! A few rows of all views, looked at before anything is reconstructed: whether the angles fit, and
//! whether the frame shows the whole sample. Reconstructs nothing.

use ndarray::{Array2, Axis};
use voltomo_reconstruct::{
    ReconstructError, ReconstructSettings,
    calibrate::{BandSource, RowEnds, coarser, ends_in_air, row_ends, turn_doubt},
    choose,
    iterative::usual_iterations,
};
use voltomo_types::{Geometry, Radian, parse_range};

use crate::{bands::CorrectedBands, error::RunError, recipe::Recipe};

/// Rows that are looked at.
const ROWS: usize = 3;
/// Columns that are enough to see it.
const COLUMNS: usize = 256;

/// Some corrected rows, `[angle, column]`, their columns averaged.
pub(crate) struct Sampled {
    rows: Vec<(usize, Array2<f32>)>,
    /// Columns that became one.
    factor: usize,
}

impl Sampled {
    /// Reads and corrects some rows among those that are reconstructed.
    ///
    /// # Errors
    /// Frames that cannot be read or corrected.
    pub(crate) fn read(bands: &CorrectedBands<'_>, recipe: &Recipe) -> Result<Self, RunError> {
        let count = BandSource::shape(bands).rows;
        let asked = recipe.reconstruct.rows.as_deref().and_then(parse_range).unwrap_or(0..count);
        let (first, last) = (asked.start.min(count), asked.end.min(count));
        let mut chosen: Vec<usize> =
            (0..ROWS).map(|k| first + (last - first) * (2 * k + 1) / (2 * ROWS)).collect();
        chosen.dedup();
        let (mut rows, mut factor) = (vec![], 1);
        for row in chosen.into_iter().filter(|row| *row < count) {
            let band = bands.band(row..row + 1).map_err(ReconstructError::from)?;
            let (coarse, columns) = coarser(&band.index_axis_move(Axis(1), 0), COLUMNS);
            factor = columns;
            rows.push((row, coarse));
        }
        Ok(Self { rows, factor })
    }

    /// That the angles do not fit what the views look like.
    pub(crate) fn turn_doubt(&self, angles: &[Radian]) -> Option<String> {
        let rows: Vec<Array2<f32>> = self.rows.iter().map(|(_, row)| row.clone()).collect();
        turn_doubt(&rows, angles)
    }

    /// What the ends of rows show that should be air.
    pub(crate) fn row_ends(&self, geometry: &Geometry) -> Option<RowEnds> {
        let angles: Vec<Radian> = match geometry {
            Geometry::Parallel(beam) => beam.angles.clone(),
            Geometry::Cone(beam) => beam.views.iter().map(|view| view.angle).collect(),
        };
        let of_row = |(row, values): &(usize, Array2<f32>)| {
            let axis = (axis_column(geometry, *row)? + 0.5) / self.factor as f64 - 0.5;
            let sides = ends_in_air(&angles, axis, values.ncols());
            row_ends(std::slice::from_ref(values), axis, sides)
        };
        let found: Vec<RowEnds> = self.rows.iter().filter_map(of_row).collect();
        let most = |of: fn(&RowEnds) -> f64| found.iter().map(of).fold(0.0, f64::max);
        (!found.is_empty())
            .then(|| RowEnds { share: most(|it| it.share), reach: most(|it| it.reach) })
    }
}

/// Frame column of the axis at a frame row.
fn axis_column(geometry: &Geometry, row: usize) -> Option<f64> {
    let frame = geometry.frame();
    let row = frame.detector_row(row as f64);
    let column = match geometry {
        Geometry::Parallel(beam) => beam.axis.column_at(row, &frame),
        Geometry::Cone(beam) => beam.views.first()?.axis_at(row)?.column,
    };
    Some(frame.column(column))
}

/// The settings with a volume as wide as the sample seems to be, where an iterative method must
/// explain what lies beside the frame and the recipe does not say how wide that is.
pub(crate) fn with_field(
    settings: &ReconstructSettings,
    geometry: &Geometry,
    ends: Option<&RowEnds>,
) -> ReconstructSettings {
    let mut settings = settings.clone();
    let is_iterative = usual_iterations(choose(geometry, &settings).method).is_some();
    if let (Some(ends), true, None) = (ends, is_iterative, settings.iterative.field) {
        settings.iterative.field = Some(ends.reach.max(1.0));
    }
    settings
}

/// What puts a volume in doubt whose rows end inside the sample. `settings`: those of [`with_field`].
pub(crate) fn row_ends_finding(
    ends: &RowEnds,
    geometry: &Geometry,
    settings: &ReconstructSettings,
) -> String {
    let is_iterative = usual_iterations(choose(geometry, settings).method).is_some();
    let done = match settings.iterative.field {
        Some(field) if is_iterative => format!(
            "the volume is solved {field:.2} times as wide as the frame and cropped \
             (`reconstruct.iterative.field`), attenuations may be off by a few percent"
        ),
        _ => "their ends go on as `reconstruct.padding` says, attenuations may be off by a fifth where \
              something dense lies beyond the frame; iterative methods explain that too"
            .into(),
    };
    format!(
        "in {:.0} % of the views rows end inside the sample, which seems to reach {:.2} times as far \
         from the axis as the frame; expected air at both ends: {done}",
        100.0 * ends.share,
        ends.reach
    )
}
