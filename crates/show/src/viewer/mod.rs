//! What other programs open beside volumes: surfaces of parts, and regions at findings. Knows no
//! volume formats.

mod mesh_files;
mod nets;
mod rois;

pub use mesh_files::{MeshFormat, write_mesh};
pub use nets::{Mesh, surface};
pub use rois::{Region, write_regions};
