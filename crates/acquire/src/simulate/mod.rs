//! Scans of known truth: bodies with exact line integrals, and counts made of them. Reads no file.

mod expose;
mod phantom;

pub use expose::{Exposure, expose};
pub use phantom::{Body, Phantom, Profile, project, truth};
