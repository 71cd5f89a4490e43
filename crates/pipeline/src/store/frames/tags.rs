//! What a frame's file says of it, and in which format. Writes nothing.

/// File format of single frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameFormat {
    /// 16-bit TIFF.
    Tiff,
    /// 16-bit FITS.
    Fits,
}

impl FrameFormat {
    /// Ending of the files' names.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Tiff => "tif",
            Self::Fits => "fits",
        }
    }
}

/// What a frame's file says of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameTags {
    /// What the frame shows, in a word.
    pub kind: &'static str,
    /// Seconds of exposure.
    pub exposure_s: f64,
    /// Edge of a pixel in the plane of the detector.
    pub pixel_mm: f64,
    /// Rotation angle, where there is a sample.
    pub angle_deg: Option<f64>,
}
