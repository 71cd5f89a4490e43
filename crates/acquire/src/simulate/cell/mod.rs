//! Cells from their files: dimensions, fit, defects, truth. Knows no beam and no instrument.

mod build;
pub mod coin;
pub mod cylindrical;
pub mod defect;
mod draft;
mod error;
mod file;
mod fit;
mod idle;
mod numbers;
mod palette;
mod random;
mod read;
mod record;
mod ribbon;

pub use crate::simulate::written::PlacedProblem;
pub use build::{Cell, PartSize};
pub use coin::CoinFile;
pub use cylindrical::CylindricalFile;
pub use defect::Defect;
pub use error::CellError;
pub use file::CellFile;
pub use fit::{Limit, Misfit};
pub use random::random_defects;
pub use record::{DefectRecord, RecordClass};
