//! Scans of known truth on disk, as an instrument would have written them. Knows no physics.

mod coefficients;
mod cone_truth;
mod error;
mod folder;
mod frame_kinds;
mod list;
mod plan;
mod progress;
mod record;
mod render;
mod request;
mod scan;
mod setup;
mod sink;
mod texts;
mod truth;

pub use error::SimulateError;
pub use list::{builtin_cell, builtin_instrument, list_materials, list_simulations};
pub use plan::SimulationPlan;
pub(crate) use record::MATERIALS;
pub use request::{ScanFormat, SimulateOptions};
pub(crate) use scan::truth_volume;
pub use scan::{Simulated, plan_simulation, simulate};
pub(crate) use setup::Setup;
