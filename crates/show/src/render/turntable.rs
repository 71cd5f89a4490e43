//! A full turn about the upright axis, as frames and as a moving picture. Knows no voxels.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use png::{BitDepth, ColorType, Encoder};
use voltomo_numeric::cast::to_index;

use super::renderer::Renderer;
use crate::ShowError;
use crate::picture::Picture;

/// The frames of a full turn, each made when it is asked for.
pub struct Turntable<'r, 'a> {
    renderer: &'r mut Renderer<'a>,
    first: f64,
    done: usize,
    count: usize,
}

/// A full turn in so many frames, from where the camera stands.
pub fn turntable<'r, 'a>(renderer: &'r mut Renderer<'a>, frames: usize) -> Turntable<'r, 'a> {
    let first = renderer.camera().azimuth_degrees;
    Turntable { renderer, first, done: 0, count: frames }
}

impl Iterator for Turntable<'_, '_> {
    type Item = Picture;

    fn next(&mut self) -> Option<Picture> {
        if self.done == self.count {
            return None;
        }
        let turned = 360.0 * self.done as f64 / self.count as f64;
        self.renderer.turn_to(self.first + turned);
        self.done += 1;
        let frame = self.renderer.picture();
        if self.done == self.count {
            self.renderer.turn_to(self.first);
        }
        Some(frame)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count - self.done, Some(self.count - self.done))
    }
}

impl ExactSizeIterator for Turntable<'_, '_> {}

/// Writes frames as an animated PNG that runs for ever. Holds one frame at a time.
///
/// # Errors
/// No frame, fewer than there should be, frames of different sizes, a rate that is not above 0, or a file that cannot be
/// written.
pub fn write_turntable(
    frames: impl ExactSizeIterator<Item = Picture>,
    path: &Path,
    frames_per_second: f64,
) -> Result<(), ShowError> {
    if !(0.02..=1000.0).contains(&frames_per_second) {
        let expected = "from 0.02 to 1000 frames a second".into();
        let found = frames_per_second.to_string();
        return Err(ShowError::Setting { key: "frames_per_second".into(), found, expected });
    }
    let empty = |[width, height]: [usize; 2]| ShowError::Empty { width, height, path: path.into() };
    let count = u32::try_from(frames.len()).map_err(|_| empty([0, 0]))?;
    let mut frames = frames.peekable();
    let size = frames.peek().map_or([0, 0], |frame| [frame.width(), frame.height()]);
    let side = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| *pixels > 0);
    let (across, down) = side(size[0]).zip(side(size[1])).ok_or_else(|| empty(size))?;
    let failed = |source| ShowError::Write { path: path.into(), source };
    let file = BufWriter::new(File::create(path).map_err(failed)?);
    let mut encoder = Encoder::new(file, across, down);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let delay = to_index((1000.0 / frames_per_second).round());
    let milliseconds = u16::try_from(delay).unwrap_or(u16::MAX);
    let written = || -> Result<(), png::EncodingError> {
        encoder.set_animated(count, 0)?;
        encoder.set_frame_delay(milliseconds, 1000)?;
        let mut writer = encoder.write_header()?;
        for frame in frames {
            writer.write_image_data(frame.bytes())?;
        }
        writer.finish()
    };
    written().map_err(|error| failed(error.into()))
}
