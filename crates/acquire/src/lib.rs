//! A `Scan` from an instrument's files, or from a phantom of known truth. Reads only.
//!
//! In: [`AcquireSettings`], the recipe's table `[acquire]`. Out: a [`voltomo_types::Scan`] that reads
//! bands of its frames on demand, with the list of what was understood, told and missing.

mod angles;
mod error;
mod open;
mod read;
mod select;
mod settings;
pub mod simulate;

pub use error::AcquireError;
pub use open::open;
pub use settings::{AcquireSettings, AngleEnd, AngleUnit, Kind, Mirror, RepeatedAngles};
