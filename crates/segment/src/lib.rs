//! One or two attenuation coefficients a voxel to one material a voxel, with a confidence. Knows no
//! cell.
//!
//! [`segment`] takes both beams of one cell, [`segment_single`] one; [`Model`] does the same slab
//! by slab, with the same bits. What the beams cannot tell apart is
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
mod segmentation;
mod settings;
mod stage;
mod steep;
mod sweep;

pub use classes::{ClassMethod, ClassSettings, Classes, NO_CLASS, ThresholdMethod, classify};
pub use error::SegmentError;
pub use expected::{Expected, XrayBeam, expected_points};
pub use joint_histogram::JointHistogram;
pub use model::{LabelSlab, Model, Slab};
pub use objects::{Object, objects};
pub use segmentation::{MaterialFigures, Segmentation, Tally};
pub use settings::{MaterialPoint, SegmentSettings};
pub use stage::{segment, segment_single};
pub use sweep::{Swept, nearly_as_good, sweep};
