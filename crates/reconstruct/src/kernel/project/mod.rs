//! Line integrals through slices and volumes by Joseph's method, and their exact adjoints. Knows no
//! units and no scan.
//!
//! The contract: a ray walks the lines (planes) of voxels that it crosses most nearly at right
//! angles; on each it takes the linear mean of the voxels about it, voxels outside being zero, and the
//! sum times its way from one line to the next is the line integral. On a plane that mean is linear
//! between the heights above and below, and at these between the two voxels about the line on which
//! the rays of a detector column meet the plane: bilinear where that line stands upright. The adjoint
//! gives each voxel the values of the rays with these same weights. Sums go in a fixed order, so
//! that the bits depend on the input and the processor alone, never on threads.
//!
//! Source: Joseph 1982, doi:10.1109/TMI.1982.4307572.

mod blend;
mod block;
mod fan;
mod gather;
mod lanes;
mod many;
mod many_lanes;
pub mod reference;
mod sheaf;
mod slices;
mod stack;
mod trace;
mod volumes;
mod walk;
mod windows;

pub use fan::{Fan, GROUP, Lines, LinesPart, MOST_LANES, Walk};
pub use many::{backproject_many, project_many};
pub use sheaf::{Form, Raster, Sheaf};
pub use slices::{backproject_fans, project_fans};
pub use stack::{Stack, StackLine};
pub use volumes::{backproject_sheaves, project_sheaves};
