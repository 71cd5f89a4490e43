//! Rows that go on beside the frame as far as the sample does. Knows no projector.

use ndarray::{Array3, ArrayView3, ArrayViewMut1, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::Geometry;

/// Outermost pixels whose mean goes on beside the frame: enough to calm noise.
const EDGE_PIXELS: usize = 8;

/// How far rows of so many columns go on beside the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extension {
    columns: usize,
    /// Columns before the first and after the last.
    added: [usize; 2],
    /// Column of the axis, and how far from it the sample ends, in columns of the frame.
    axis: f64,
    reach: f64,
}

impl Extension {
    /// Rows that end with the frame.
    pub(super) fn none(columns: usize) -> Self {
        Self { columns, added: [0, 0], axis: 0.0, reach: 0.0 }
    }

    /// Rows that go on to `reach` columns from the axis on both sides.
    pub(super) fn new(columns: usize, axis: f64, reach: f64) -> Self {
        let behind = axis + reach - (columns as f64 - 1.0);
        let added = [reach - axis, behind].map(|beside| to_index(beside.max(0.0).ceil()));
        Self { columns, added, axis, reach }
    }

    /// Columns of a row that goes on.
    pub(super) fn width(&self) -> usize {
        self.columns + self.added[0] + self.added[1]
    }

    /// Columns before the first.
    pub(super) fn before(&self) -> usize {
        self.added[0]
    }

    /// Frames `[angle, row, column]` whose rows go on. Memory: all of them.
    pub(super) fn of_frames(&self, frames: ArrayView3<'_, f32>) -> Array3<f32> {
        let (views, rows, _) = frames.dim();
        let mut wide = Array3::zeros((views, rows, self.width()));
        let parts = wide.axis_iter_mut(Axis(0)).into_par_iter().zip(frames.axis_iter(Axis(0)));
        parts.for_each(|(mut wide, frame)| {
            for (mut wide, row) in wide.outer_iter_mut().zip(frame.outer_iter()) {
                self.frame_of(&mut wide).assign(&row);
                self.go_on(&mut wide);
            }
        });
        wide
    }

    /// The geometry of frames whose rows go on.
    pub(super) fn of_geometry(&self, geometry: &Geometry) -> Geometry {
        let mut geometry = geometry.clone();
        let before = (self.added[0] * geometry.frame().bin) as f64;
        match &mut geometry {
            Geometry::Parallel(beam) => beam.axis.centre += before,
            Geometry::Cone(beam) => {
                for view in &mut beam.views {
                    let across = view.along_columns;
                    view.origin = std::array::from_fn(|k| view.origin[k] - before * across[k]);
                }
            }
        }
        geometry
    }

    /// The part of a row that the frame shows.
    pub(super) fn frame_of<'a>(
        &self,
        row: &'a mut ArrayViewMut1<'_, f32>,
    ) -> ArrayViewMut1<'a, f32> {
        row.slice_mut(s![self.added[0]..self.added[0] + self.columns])
    }

    /// Fills what goes on, from the part of the row that the frame shows: as the chords of an even
    /// body do that ends at the reach, `p(s) ∝ √(reach² − s²)`.
    pub(super) fn go_on(&self, row: &mut ArrayViewMut1<'_, f32>) {
        if self.added == [0, 0] {
            return;
        }
        let count = (self.columns / 32).clamp(1, EDGE_PIXELS);
        let frame = self.frame_of(row);
        let mean = |edge: ndarray::ArrayView1<'_, f32>| f64::from(edge.sum()) / count as f64;
        let edges = [mean(frame.slice(s![..count])), mean(frame.slice(s![self.columns - count..]))];
        let chord =
            |column: f64| (self.reach.powi(2) - (column - self.axis).powi(2)).max(0.0).sqrt();
        let half = (count as f64 - 1.0) / 2.0;
        let at_edge = [chord(half), chord(self.columns as f64 - 1.0 - half)];
        let first = self.added[0] as f64;
        for (place, value) in row.iter_mut().enumerate() {
            let column = place as f64 - first;
            let side = match column {
                column if column < 0.0 => 0,
                column if column > self.columns as f64 - 1.0 => 1,
                _ => continue,
            };
            *value = to_f32(edges[side] * chord(column) / at_edge[side].max(f64::MIN_POSITIVE));
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;

    use super::*;

    #[test]
    fn the_chords_of_an_even_disc_go_on_to_its_rim() {
        let extension = Extension::new(40, 20.5, 30.0);
        assert_eq!((extension.width(), extension.before()), (40 + 10 + 12, 10));
        let chord = |place: usize| {
            let away = place as f64 - 10.0 - 20.5;
            to_f32((900.0 - away * away).max(0.0).sqrt())
        };
        let whole = Array1::from_shape_fn(62, chord);
        let mut row = whole.clone();
        row.slice_mut(s![..10]).fill(0.0);
        row.slice_mut(s![50..]).fill(7.0);
        extension.go_on(&mut row.view_mut());
        let worst = row.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 0.2, "{worst}");
        let mut same = whole.clone();
        Extension::none(62).go_on(&mut same.view_mut());
        assert_eq!(same, whole);
    }
}
