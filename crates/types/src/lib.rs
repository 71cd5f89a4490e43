//! The nouns of voltomo, with their units. Opens no file, starts no thread.
//!
//! Lengths are millimetres, angles radians, attenuation coefficients 1/cm. Axes are
//! `[angle, row, column]` and `[z, y, x]`, everywhere.

mod beam;
mod bimodal_volume;
mod cell_in_volume;
mod cone_facts;
mod cone_geometry;
mod curve;
mod detector;
mod finding;
mod geometry;
mod index_range;
mod labels;
mod noise_correlation;
mod problem;
mod provenance;
mod scan;
mod transform;
mod units;
mod volume;
mod voxel_grid;

pub use beam::Probe;
pub use bimodal_volume::BimodalVolume;
pub use cell_in_volume::{CellPart, HeightOrigin};
pub use cone_facts::ConeFacts;
pub use cone_geometry::{AxisPoint, ConeCircle, ConeGeometry, ConeView};
pub use curve::{Counted, Curve, CurveLine, UnrolledMap};
pub use detector::{Detector, PixelFrame};
pub use finding::{
    CellKind, CellPlace, Finding, FindingKind, Limit, Measure, MeasureUnit, ShownSlice,
    SliceDirection, Verdict,
};
pub use geometry::{Geometry, ParallelGeometry, RotationAxis};
pub use index_range::parse_range;
pub use labels::{Labels, Material};
pub use noise_correlation::NoiseCorrelation;
pub use problem::Problem;
pub use provenance::{Fact, Origin};
pub use scan::{
    BlackBodies, BlackBodyFrames, FrameError, FrameShape, Frames, MemoryFrames, Quantity,
    ReferenceFrames, Scan, When,
};
pub use transform::Transform;
pub use units::{AttenuationUnit, LengthUnit, Millimetre, Radian};
pub use volume::Volume;
pub use voxel_grid::VoxelGrid;
