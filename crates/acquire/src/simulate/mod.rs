//! Scans of known truth: bodies with exact line integrals, and counts made of them. Reads no file.

pub mod cell;
mod expose;
pub mod instrument;
pub mod material;
mod nearest;
mod phantom;
mod sample;
pub mod shape;
pub mod sight;
pub mod spectrum;
mod written;

pub use expose::{Exposure, expose};
pub use phantom::{Body, Phantom, Profile, project, truth};
pub use sample::{Bounds, ColumnRays, PathLengths, RowRay, Sample};
pub use written::PlacedProblem;
