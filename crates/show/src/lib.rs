//! Pictures of slices, radiographs and candidates. Knows no reconstruction.

mod error;
pub mod picture;
pub mod report;
pub mod viewer;
pub mod render;

pub use error::ShowError;
