//! Raw frames as an instrument writes them: an image file a frame, or all in one HDF5 file.
//! Knows no instrument and no order of frames.
//!
//! A frame's file gets its name when it is whole: until then it is called `NAME.partial`.

mod fits;
mod image;
mod nexus;
mod partial;
mod tags;
mod tiff;

pub use image::write_frame;
pub use nexus::{NexusFile, NexusFrame, NexusScan};
pub use tags::{FrameFormat, FrameTags};
