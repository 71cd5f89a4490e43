//! The windings of a roll: the spiral, and what is uneven about it. Knows no files and no limits.

mod error;
mod excess;
mod find;
mod gap;
mod link;
mod particle;
mod pitch;
mod plots;
mod reader;
mod report;
mod ridge;
mod settings;
mod spiral;
mod trace;
mod unroll;

pub use error::WindingError;
pub use find::windings;
pub use gap::{GapSettings, gap_findings};
pub use particle::{ParticleSettings, particle_findings};
pub use plots::spiral_plots;
pub use reader::Reader;
pub use report::spiral_finding;
pub use settings::WindingSettings;
pub use spiral::{LayerDeviation, Sense, Spiral};
pub use unroll::{FlatGrid, FlatRoll, deviation_map, unroll};
