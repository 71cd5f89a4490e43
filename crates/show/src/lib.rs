//! Pictures of slices, radiographs and candidates. Knows no reconstruction.

mod error;
pub mod picture;
pub mod report;

pub use error::ShowError;
