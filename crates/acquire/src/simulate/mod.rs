//! Scans of known truth: bodies with exact line integrals, and counts made of them. Reads no file.

pub mod cell;
mod expose;
pub mod instrument;
pub mod material;
mod phantom;
mod sample;
pub mod shape;
pub mod spectrum;

pub use expose::{Exposure, expose};
pub use phantom::{Body, Phantom, Profile, project, truth};
pub use sample::{Bounds, ColumnRays, PathLengths, RowRay, Sample};
