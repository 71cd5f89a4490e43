//! Cells made of solids, and how far a ray runs in each material. Knows no cell and no detector.

mod column;
mod component;
mod ellipsoid;
mod error;
mod line;
mod overlap;
mod piece;
mod placement;
mod polygon;
mod prism;
mod revolved;
mod roll;
mod scene;
mod solid;
mod spans;
mod voxels;
mod wave_ring;

pub use component::{Part, Rank, Shape};
pub use ellipsoid::Ellipsoid;
pub use error::ShapeError;
pub use overlap::Overlap;
pub use placement::Placement;
pub use prism::Prism;
pub use revolved::{Revolved, Sector};
pub use roll::{Collapse, DryZone, EdgeChange, Gap, GapProfile, Patch, Roll, RollLayer, Tape};
pub use scene::{Ovality, Scene};
pub use solid::Solid;
pub use voxels::{VoxelRequest, Voxels};
pub use wave_ring::WaveRing;
