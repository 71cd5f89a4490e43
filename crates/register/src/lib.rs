//! The neutron volume onto the X-ray grid. In: two volumes of one cell. Out: the transform that
//! takes one to the other, how sure it is, and both on one grid. Knows no materials.
//!
//! Room by room: `start` finds the can in each volume and the placements worth trying, `metric`
//! scores a placement, `search` and `rigid` find the best one, `bootstrap` and `half_samples` say how
//! far it may be off, `affine` and `deformable` bend it where that is asked for, `resample` brings the neutron
//! volume onto another grid, `told` holds a placement from elsewhere against the volumes. `stage` orders them.

mod affine;
mod bootstrap;
mod can;
mod check;
mod deformable;
mod deformation;
mod error;
mod field;
mod groups;
mod half_samples;
mod metric;
mod placement;
mod registration;
mod resample;
mod rigid;
mod search;
mod settings;
mod smooth;
mod solve;
mod stage;
mod start;
mod told;
mod turn;

pub use can::Can;
pub use deformation::Deformation;
pub use error::RegisterError;
pub use placement::Placement;
pub use registration::{Registration, RunnerUp, TargetError};
pub use resample::{bimodal, resample_slab};
pub use settings::{Model, RegisterSettings};
pub use stage::register;
pub use told::check_placement;
