//! Inner loops, each with its slow twin. Knows no settings.

pub mod backproject;
pub mod backproject_cone;
pub mod grid;
pub(crate) mod pages;
mod pick;
pub mod project;
pub mod simd;
mod tiles;
