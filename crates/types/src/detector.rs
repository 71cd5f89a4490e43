//! The detector and the window of it that a frame shows. Knows no angles.

use serde::{Deserialize, Serialize};

use crate::Millimetre;

/// Where the pixels of a frame lie on the uncropped, unbinned detector.
///
/// The centre of rotation is told as a detector pixel index, which survives crop and binning;
/// this is the map between the two. Index 0 is the centre of the first pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelFrame {
    /// Rows of the whole detector.
    pub detector_rows: usize,
    /// Columns of the whole detector.
    pub detector_columns: usize,
    /// Detector row of the frame's first row.
    pub first_row: usize,
    /// Detector column of the frame's first column.
    pub first_column: usize,
    /// Detector pixels along one edge of a frame pixel.
    pub bin: usize,
}

impl PixelFrame {
    /// The frame that shows the whole detector, unbinned.
    #[must_use]
    pub fn whole(rows: usize, columns: usize) -> Self {
        Self {
            detector_rows: rows,
            detector_columns: columns,
            first_row: 0,
            first_column: 0,
            bin: 1,
        }
    }

    /// Detector column index of a frame column index (both may be fractional).
    #[must_use]
    pub fn detector_column(&self, column: f64) -> f64 {
        on_detector(column, self.first_column, self.bin)
    }

    /// Detector row index of a frame row index (both may be fractional).
    #[must_use]
    pub fn detector_row(&self, row: f64) -> f64 {
        on_detector(row, self.first_row, self.bin)
    }

    /// Frame column index of a detector column index.
    #[must_use]
    pub fn column(&self, detector_column: f64) -> f64 {
        in_frame(detector_column, self.first_column, self.bin)
    }

    /// Frame row index of a detector row index.
    #[must_use]
    pub fn row(&self, detector_row: f64) -> f64 {
        in_frame(detector_row, self.first_row, self.bin)
    }

    /// Detector row index of the middle of the whole detector, where the centre is told.
    #[must_use]
    pub fn middle_row(&self) -> f64 {
        (self.detector_rows as f64 - 1.0) / 2.0
    }

    /// The same window, cropped further by frame pixels.
    #[must_use]
    pub fn cropped(&self, rows: usize, columns: usize) -> Self {
        Self {
            first_row: self.first_row + rows * self.bin,
            first_column: self.first_column + columns * self.bin,
            ..*self
        }
    }

    /// The same window, binned further.
    #[must_use]
    pub fn binned(&self, bin: usize) -> Self {
        Self { bin: self.bin * bin, ..*self }
    }
}

fn on_detector(index: f64, first: usize, bin: usize) -> f64 {
    let bin = bin as f64;
    first as f64 + (index + 0.5) * bin - 0.5
}

fn in_frame(index: f64, first: usize, bin: usize) -> f64 {
    let bin = bin as f64;
    (index - first as f64 + 0.5) / bin - 0.5
}

/// The detector as the scan's files describe it. What they do not say stays `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    /// The window that the frames show.
    pub frame: PixelFrame,
    /// Edge of one unbinned detector pixel, in mm, in the plane of the sample.
    pub pixel: Option<Millimetre>,
    /// Count at which a pixel is saturated, where the number format tells it.
    pub saturation: Option<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detector_column_survives_crop_and_binning() {
        let frame = PixelFrame::whole(100, 200).cropped(10, 20).binned(4);
        assert_eq!(frame.detector_column(0.0), 21.5);
        assert_eq!(frame.detector_row(1.0), 15.5);
        assert_eq!(frame.column(frame.detector_column(7.25)), 7.25);
        assert_eq!(frame.row(frame.detector_row(-3.0)), -3.0);
    }
}
