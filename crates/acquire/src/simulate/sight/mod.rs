//! Whether a scan can show a defect: what it changes in the beam, against how sharp and how noisy the
//! scan is. Renders nothing.

mod eye;
mod look;
mod region;

pub use eye::Eye;
pub use look::{Field, Seen, look};
