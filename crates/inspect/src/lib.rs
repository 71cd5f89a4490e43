//! Volumes to findings about the cell: what, where, how much, how sure. Knows no files.
//!
//! Room by room: `cylindrical` and `coin` know the two kinds of cell, `frame` where the cell lies in
//! its volume, `sample` and `unrolled` how a volume is read between its voxels, `round` what is fitted
//! around the clock, `limits` and `judge` what is held against what.

mod error;
mod judge;
mod limits;
mod seen;
mod settings;
mod stage;

pub mod coin;
pub mod compare;
pub mod cylindrical;
pub mod frame;
pub mod plots;
pub mod round;
pub mod sample;
pub mod unrolled;

pub use coin::CoinSettings;
pub use cylindrical::{CylindricalSettings, LayerSettings, LidSide};
pub use error::InspectError;
pub use judge::{SURE_SIGMAS, judge, judge_all, verdict};
pub use limits::{Limits, Range, kind_key};
pub use plots::Plots;
pub use seen::{Seen, Views};
pub use settings::InspectSettings;
pub use stage::{Inspection, inspect_coin, inspect_cylindrical};
