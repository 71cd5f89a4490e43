//! Sections of volumes, and pictures of them, of radiographs and candidates. Knows no reconstruction.

mod error;
pub mod picture;
pub mod render;
pub mod report;
pub mod section;
pub mod viewer;

pub use error::ShowError;
