//! Frames without those skipped, cropped, turned and mirrored: views of other frames. Knows no file.

use std::{ops::Range, sync::Arc};

use ndarray::{Array3, ArrayViewMut3, Axis, s};
use voltomo_types::{ConeView, FrameError, FrameShape, Frames, PixelFrame, parse_range};

use crate::{AcquireError, AcquireSettings, Mirror, skip_list::parse_skip};

/// Bytes of whole frames held at once where a part of each is wanted.
const HELD_BYTES: usize = 64 << 20;

/// The radiographs that `acquire.skip` leaves, of `frame_count`.
///
/// # Errors
/// An index beyond the last radiograph; nothing left.
pub(crate) fn kept_frames(skip: &str, frame_count: usize) -> Result<Vec<usize>, AcquireError> {
    let expected = "indices from 0 and ranges A:B with commas, as `3,17,100:110`";
    let ranges = parse_skip(skip).map_err(|text| AcquireError::setting("skip", text, expected))?;
    if let Some(range) = ranges.iter().find(|range| range.end > frame_count) {
        let found = format!("`{}`, which goes beyond the last radiograph", show(range));
        let expected = format!("indices of 0 to {}", frame_count.saturating_sub(1));
        return Err(AcquireError::setting("skip", found, expected));
    }
    let is_kept = |frame: &usize| !ranges.iter().any(|range| range.contains(frame));
    let kept: Vec<usize> = (0..frame_count).filter(is_kept).collect();
    if kept.is_empty() {
        let expected = format!("some of the {frame_count} radiographs to stay");
        return Err(AcquireError::setting("skip", format!("`{skip}`"), expected));
    }
    Ok(kept)
}

fn show(range: &Range<usize>) -> String {
    if range.len() == 1 {
        range.start.to_string()
    } else {
        format!("{}:{}", range.start, range.end)
    }
}

/// How frames are seen: first transposed, then reversed, then cropped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    transpose: bool,
    reverse_rows: bool,
    reverse_columns: bool,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl View {
    /// The view that the settings ask of frames of `(rows, columns)`.
    ///
    /// # Errors
    /// A crop beyond the (turned) detector.
    pub(crate) fn of(
        settings: &AcquireSettings,
        (rows, columns): (usize, usize),
    ) -> Result<Self, AcquireError> {
        // 90 degrees clockwise: turned[r][c] = frame[rows − 1 − c][r].
        let (transpose, flip_rows, flip_columns) = match settings.turn {
            90 => (true, false, true),
            180 => (false, true, true),
            270 => (true, true, false),
            _ => (false, false, false),
        };
        let (rows, columns) = if transpose { (columns, rows) } else { (rows, columns) };
        Ok(Self {
            transpose,
            reverse_rows: flip_rows ^ (settings.mirror == Mirror::Rows),
            reverse_columns: flip_columns ^ (settings.mirror == Mirror::Columns),
            rows: crop("crop_rows", settings.crop_rows.as_deref(), rows)?,
            columns: crop("crop_columns", settings.crop_columns.as_deref(), columns)?,
        })
    }

    /// Whether it changes nothing of frames of `(rows, columns)`.
    pub(crate) fn is_whole(&self, (rows, columns): (usize, usize)) -> bool {
        let is_turned = self.transpose || self.reverse_rows || self.reverse_columns;
        !is_turned && self.rows == (0..rows) && self.columns == (0..columns)
    }

    /// A detector of `(rows, columns)` whose frames are turned and mirrored so, before any crop.
    pub(crate) fn turned(&self, one: &ConeView, (rows, columns): (usize, usize)) -> ConeView {
        let mut turned = *one;
        let (mut rows, mut columns) = (rows, columns);
        if self.transpose {
            std::mem::swap(&mut turned.along_rows, &mut turned.along_columns);
            std::mem::swap(&mut rows, &mut columns);
        }
        let far = |origin: [f64; 3], along: [f64; 3], count: usize| {
            std::array::from_fn(|k| origin[k] + (count as f64 - 1.0) * along[k])
        };
        if self.reverse_rows {
            turned.origin = far(turned.origin, turned.along_rows, rows);
            turned.along_rows = turned.along_rows.map(|k| -k);
        }
        if self.reverse_columns {
            turned.origin = far(turned.origin, turned.along_columns, columns);
            turned.along_columns = turned.along_columns.map(|k| -k);
        }
        turned
    }

    /// Where the pixels seen lie on the turned and mirrored detector.
    pub(crate) fn pixel_frame(&self, frame: &PixelFrame, shape: FrameShape) -> PixelFrame {
        let mut turned = *frame;
        let (mut rows, mut columns) = (shape.rows * frame.bin, shape.columns * frame.bin);
        if self.transpose {
            std::mem::swap(&mut turned.detector_rows, &mut turned.detector_columns);
            std::mem::swap(&mut turned.first_row, &mut turned.first_column);
            std::mem::swap(&mut rows, &mut columns);
        }
        if self.reverse_rows {
            turned.first_row = turned.detector_rows.saturating_sub(turned.first_row + rows);
        }
        if self.reverse_columns {
            turned.first_column =
                turned.detector_columns.saturating_sub(turned.first_column + columns);
        }
        turned.cropped(self.rows.start, self.columns.start)
    }
}

fn crop(key: &str, text: Option<&str>, size: usize) -> Result<Range<usize>, AcquireError> {
    let Some(text) = text else { return Ok(0..size) };
    let fits = parse_range(text).filter(|range| range.end <= size);
    let expected = format!("`A:B` with A below B, within 0:{size} (the turned detector)");
    fits.ok_or_else(|| AcquireError::setting(key, format!("`{text}`"), expected))
}

/// Some frames of a stack, seen through a [`View`].
#[derive(Debug)]
pub(crate) struct Selected {
    inner: Arc<dyn Frames>,
    kept: Vec<usize>,
    view: View,
}

impl Selected {
    /// `inner`'s frames `kept` through `view`; `inner` itself where that changes nothing.
    pub(crate) fn wrap(inner: Arc<dyn Frames>, kept: Vec<usize>, view: View) -> Arc<dyn Frames> {
        let shape = inner.shape();
        if kept.len() == shape.frames && view.is_whole((shape.rows, shape.columns)) {
            return inner;
        }
        Arc::new(Self { inner, kept, view })
    }

    /// Runs of kept frames that follow each other in `inner`: `(first output index, inner frames)`.
    fn runs(&self, frames: Range<usize>, most: usize) -> Vec<(usize, Range<usize>)> {
        let mut runs: Vec<(usize, Range<usize>)> = Vec::new();
        for output in frames {
            let inner = self.kept[output];
            match runs.last_mut() {
                Some((_, run)) if run.end == inner && run.len() < most => run.end += 1,
                _ => runs.push((output, inner..inner + 1)),
            }
        }
        runs
    }

    fn read_run(
        &self,
        run: Range<usize>,
        rows: Range<usize>,
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        let view = &self.view;
        let FrameShape { rows: whole_rows, columns: whole_columns, .. } = self.inner.shape();
        let (turned_rows, turned_columns) =
            if view.transpose { (whole_columns, whole_rows) } else { (whole_rows, whole_columns) };
        let rows = rows.start + view.rows.start..rows.end + view.rows.start;
        let rows = reversed(rows, turned_rows, view.reverse_rows);
        let columns = reversed(view.columns.clone(), turned_columns, view.reverse_columns);
        if view.reverse_rows {
            into.invert_axis(Axis(1));
        }
        if view.reverse_columns {
            into.invert_axis(Axis(2));
        }
        if !view.transpose && columns == (0..whole_columns) {
            return self.inner.read(run, rows, into);
        }
        let (rows, columns) = if view.transpose { (columns, rows) } else { (rows, columns) };
        let mut held = Array3::zeros((run.len(), rows.len(), whole_columns));
        self.inner.read(run, rows, held.view_mut())?;
        let mut part = held.slice_move(s![.., .., columns]);
        if view.transpose {
            part.swap_axes(1, 2);
        }
        into.assign(&part);
        Ok(())
    }
}

fn reversed(range: Range<usize>, size: usize, is_reversed: bool) -> Range<usize> {
    if is_reversed { size - range.end..size - range.start } else { range }
}

impl Frames for Selected {
    fn shape(&self) -> FrameShape {
        let (rows, columns) = (self.view.rows.len(), self.view.columns.len());
        FrameShape { frames: self.kept.len(), rows, columns }
    }

    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        let shape = self.inner.shape();
        let held_rows = if self.view.transpose { shape.rows } else { rows.len() };
        let frame_bytes = (held_rows * shape.columns * 4).max(1);
        let most = (HELD_BYTES / frame_bytes).max(rayon::current_num_threads());
        let first = frames.start;
        for (output, run) in self.runs(frames, most) {
            let place = output - first..output - first + run.len();
            self.read_run(run, rows.clone(), into.slice_mut(s![place, .., ..]))?;
        }
        Ok(())
    }

    fn name_of(&self, frame: usize) -> String {
        self.inner.name_of(self.kept[frame])
    }

    fn number_of(&self, frame: usize) -> usize {
        self.inner.number_of(self.kept[frame])
    }
}
