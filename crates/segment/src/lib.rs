//! One or two attenuation coefficients a voxel to one material a voxel, with a confidence. Knows no
//! cell.
//!
//! [`segment`] takes both beams of one cell, [`segment_single`] one; [`segment_slabs`] and [`Model`]
//! do the same slab by slab, with the same bits. [`classify`] parts one volume without knowledge of
//! materials; [`objects`] lists the parts of a material; [`sweep`] tells what the choice of a
//! threshold does to a number. What the beams cannot tell apart is
//! [`voltomo_types::Material::Unknown`], and [`Segmentation::inseparable`] says which materials
//! that concerns.

mod classes;
mod component;
mod error;
mod expected;
mod joint_histogram;
mod label_table;
mod level_axis;
mod mixture;
mod model;
mod objects;
mod partial_volume;
mod potts;
mod scale;
mod segmentation;
mod settings;
mod stage;
mod steep;
mod sweep;

pub use classes::{ClassMethod, ClassSettings, Classes, NO_CLASS, ThresholdMethod, classify};
pub use error::SegmentError;
pub use expected::{Expected, XrayBeam, expected_points};
pub use joint_histogram::JointHistogram;
pub use model::{LabelSlab, Model, Slab, slab_depth};
pub use objects::{Object, objects};
pub use segmentation::{MaterialFigures, SegmentFigures, Segmentation, Tally};
pub use settings::{MaterialPoint, SegmentSettings};
pub use stage::{PairSlab, segment, segment_single, segment_slabs};
pub use sweep::{Swept, nearly_as_good, sweep};
