//! Line integrals through slices and volumes by Joseph's method, and their exact adjoints. Knows no
//! units and no scan.
//!
//! The contract: a ray walks the lines (planes) of voxels that it crosses most nearly at right
//! angles; on each it takes the linear (bilinear) mean of the voxels about it, voxels outside being
//! zero, and the sum times its way from one line to the next is the line integral. The adjoint
//! gives each voxel the values of the rays with these same weights. Sums go in a fixed order, so
//! that the bits depend on the input and the processor alone, never on threads.
//!
//! Source: Joseph 1982, doi:10.1109/TMI.1982.4307572.

mod block;
mod fan;
mod lanes;
mod many;
mod many_lanes;
mod rail;
#[cfg(target_arch = "x86_64")]
mod rail_wide;
pub mod reference;
mod sheaf;
mod sheet;
#[cfg(target_arch = "x86_64")]
mod sheet_wide;
mod slices;
mod stack;
mod volumes;

pub use fan::{Fan, GROUP, Lines, LinesPart, MOST_LANES, Walk};
pub use many::{backproject_many, project_many};
pub use sheaf::{Form, Raster, Sheaf};
pub use slices::{backproject_fans, project_fans};
pub use stack::{Stack, StackLine};
pub use volumes::{backproject_sheaves, project_sheaves};
