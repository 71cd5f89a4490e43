//! The steps on one frame, in their order. Knows no method's inside.

use super::denoise::{self, DenoiseMethod, DenoiseSettings};

/// What a recipe says of whole frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) denoise: &'a DenoiseSettings,
}

impl Wanted<'_> {
    /// The first table of the recipe that asks for something; `None` where nothing is to be done.
    pub(crate) fn key(&self) -> Option<&'static str> {
        (self.denoise.method != DenoiseMethod::None).then_some("denoise")
    }
}

/// The steps of a recipe, made ready for frames of one size.
#[derive(Debug)]
pub(crate) struct FrameSteps {
    columns: usize,
    denoise: DenoiseSettings,
}

impl FrameSteps {
    /// `None` where a recipe asks for none; for frames of so many rows and columns.
    pub(crate) fn new(wanted: Wanted<'_>, [_, columns]: [usize; 2]) -> Option<Self> {
        wanted.key()?;
        Some(Self { columns, denoise: wanted.denoise.clone() })
    }

    /// Does them to one frame, whole rows of transmission, in place.
    pub(crate) fn apply(&self, values: &mut [f32]) {
        denoise::frame(&self.denoise, values, self.columns);
    }

    /// Bytes that one thread takes for [`Self::apply`], beside the frame.
    pub(crate) fn bytes(wanted: Wanted<'_>, frame: [usize; 2]) -> u64 {
        denoise::frame_bytes(wanted.denoise, frame)
    }
}
