//! Iterative methods on any projector, one a file. Knows no geometry but through the projector.
//!
//! `solve` chooses; `system` is what all of them solve, `course` how they go on and end. `prepared`
//! is a method on the rays of a scan.

mod balance;
mod cgls;
mod coarser;
mod cone_rays;
mod course;
mod em;
mod extended_rows;
mod fista_tv;
mod memory;
mod mr_fbp;
mod pdhg_tv;
mod prepared;
mod rays;
mod sart;
mod sirt;
mod sirt_fbp;
mod solve;
mod start;
mod subsets;
mod sums;
mod system;
mod total_variation;
mod warnings;

pub use crate::curve::{Curve, Ending};
pub use course::StopRule;
pub use prepared::Iterative;
pub use solve::{Iterated, solve, usual_iterations};
pub(crate) use start::starts_filtered;
pub use system::System;
