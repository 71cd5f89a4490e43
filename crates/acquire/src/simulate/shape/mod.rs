//! Cells made of solids, and how far a ray runs in each material. Knows no cell and no detector.

mod ellipsoid;
mod error;
mod line;
mod part;
mod placement;
mod polygon;
mod prism;
mod revolved;
mod roll;
mod scene;
mod solid;
mod wave_ring;

pub use ellipsoid::Ellipsoid;
pub use error::ShapeError;
pub use part::{Part, Rank, Shape};
pub use placement::Placement;
pub use prism::Prism;
pub use revolved::{Revolved, Sector};
pub use roll::{Collapse, DryZone, EdgeChange, Gap, GapProfile, Patch, Roll, RollLayer, Tape};
pub use scene::{Ovality, Overlap, Scene, VoxelRequest, Voxels};
pub use solid::Solid;
pub use wave_ring::WaveRing;
