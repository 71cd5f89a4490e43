//! Whether a scan of X-rays lets anything through: a map, a verdict, and what would do better.
//! Reconstructs nothing.

mod advice;
mod look;

pub use advice::Advice;
pub(crate) use look::look;
pub use look::{StarvationRecord, StarvedView};
