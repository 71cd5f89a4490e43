//! From volumes on disk to findings on disk. Inspects nothing itself.

mod findings_file;
mod source;

pub use findings_file::{FindingsRecord, Inspected};
pub use source::{VolumeInput, VolumeRequest};
