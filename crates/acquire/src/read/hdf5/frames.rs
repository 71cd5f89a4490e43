//! Frames of a scan that lie in one dataset. Knows no layout of a facility.

use std::ops::Range;

use ndarray::{ArrayViewMut3, s};
use voltomo_types::{FrameError, FrameShape, Frames};

use super::{Dataset, Hdf5Error};

/// More frames than any scan has; a header that says so is broken.
const MOST_FRAMES: usize = 1 << 24;

/// More pixels than any frame has.
const MOST_PIXELS: usize = 1 << 32;

/// In which order a dataset holds angle, row and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Radiograph by radiograph.
    AngleRowColumn,
    /// Sinogram by sinogram.
    RowAngleColumn,
}

/// Some of the frames of a dataset, in the order of their indices there.
#[derive(Debug)]
pub(crate) struct StackFrames {
    dataset: Dataset,
    order: Order,
    /// Index in the dataset of every frame.
    indices: Vec<usize>,
    shape: FrameShape,
}

impl StackFrames {
    /// All frames of `dataset`; the recipe key `key` names another.
    ///
    /// # Errors
    /// No numbers, not of rank 3 (or 2: one frame), empty, or packed with an unknown filter.
    pub(crate) fn whole(
        dataset: &Dataset,
        order: Order,
        key: &'static str,
    ) -> Result<Self, Hdf5Error> {
        let shape = frame_shape(dataset, order, key)?;
        dataset.check_filters()?;
        Ok(Self { dataset: dataset.clone(), order, indices: (0..shape.frames).collect(), shape })
    }

    /// Only the frames `indices` of these.
    pub(crate) fn only(&self, indices: Vec<usize>) -> Self {
        let shape = FrameShape { frames: indices.len(), ..self.shape };
        let indices = indices.into_iter().map(|index| self.indices[index]).collect();
        Self { dataset: self.dataset.clone(), order: self.order, indices, shape }
    }

    /// Reads frames that are neighbours in the dataset.
    fn read_run(
        &self,
        first: usize,
        rows: &Range<usize>,
        into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), Hdf5Error> {
        match self.order {
            Order::AngleRowColumn => self.dataset.read([first, rows.start, 0], into),
            Order::RowAngleColumn => {
                self.dataset.read([rows.start, first, 0], into.permuted_axes([1, 0, 2]))
            }
        }
    }
}

/// Frames, rows and columns of a dataset.
fn frame_shape(
    dataset: &Dataset,
    order: Order,
    key: &'static str,
) -> Result<FrameShape, Hdf5Error> {
    let shape = match (dataset.shape(), order) {
        (&[rows, columns], _) => [1, rows, columns],
        (&[frames, rows, columns], Order::AngleRowColumn) => [frames, rows, columns],
        (&[rows, frames, columns], Order::RowAngleColumn) => [frames, rows, columns],
        _ => return Err(dataset.content_error("frames of numbers, [frame, row, column]", key)),
    };
    if !dataset.element().is_number() {
        return Err(dataset.content_error("frames of numbers", key));
    }
    if shape.contains(&0) {
        return Err(dataset.content_error("at least one frame of at least one pixel", key));
    }
    if shape[0] > MOST_FRAMES || shape[1].saturating_mul(shape[2]) > MOST_PIXELS {
        let expected = "up to 16 million frames of up to 4 thousand million pixels";
        return Err(dataset.content_error(expected, key));
    }
    let [frames, rows, columns] = shape;
    Ok(FrameShape { frames, rows, columns })
}

impl Frames for StackFrames {
    fn shape(&self) -> FrameShape {
        self.shape
    }

    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        let mut next = frames.start;
        while next < frames.end {
            let first = self.indices[next];
            let neighbours = self.indices[next..frames.end].iter().enumerate();
            let run = neighbours.take_while(|&(step, &index)| index == first + step).count();
            let here = next - frames.start;
            let part = into.slice_mut(s![here..here + run, .., ..]);
            self.read_run(first, &rows, part).map_err(|error| FrameError {
                what: error.to_string(),
                place: format!("frames {next} to {} of the stack", next + run - 1),
            })?;
            next += run;
        }
        Ok(())
    }

    fn name_of(&self, frame: usize) -> String {
        let index = self.indices.get(frame).copied().unwrap_or(frame);
        let file = self.dataset.file().path().display();
        format!("{}[{index}] in {file}", self.dataset.name())
    }
}
