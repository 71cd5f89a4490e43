//! Rays through which next to nothing comes: how many there are. Corrects nothing.

mod count;
mod settings;

pub use count::{SeenRays, StarvedRays, count_starved};
pub use settings::StarvationSettings;
