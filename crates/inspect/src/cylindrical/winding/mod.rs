//! The windings of a roll: the spiral, and what is uneven about it. Knows no files and no limits.

mod error;
mod find;
mod link;
mod pitch;
mod reader;
mod ridge;
mod settings;
mod spiral;
mod trace;

pub use error::WindingError;
pub use find::windings;
pub use reader::Reader;
pub use settings::WindingSettings;
pub use spiral::{LayerDeviation, Sense, Spiral};
