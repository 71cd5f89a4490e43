//! Pictures of slices, radiographs and candidates. Knows no reconstruction.

mod error;
pub mod picture;
pub mod render;
pub mod report;
pub mod viewer;

pub use error::ShowError;
