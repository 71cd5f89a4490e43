//! A `Scan` from an instrument's files, or from a phantom of known truth. Reads only.
//!
//! In: [`AcquireSettings`], the recipe's table `[acquire]`. Out: a [`voltomo_types::Scan`] that reads
//! bands of its frames on demand, with the list of what was understood, told and missing.

mod angle_file;
mod angle_source;
mod angles;
mod black_bodies;
mod error;
mod geometry;
mod geometry_file;
mod hdf5_error;
mod look;
mod look_angles;
mod look_counts;
mod natural_order;
mod open;
mod read;
mod select;
mod settings;
pub mod simulate;
mod skip_list;
mod slice_images;
mod text_file;

pub use error::AcquireError;
pub use hdf5_error::Hdf5Error;
pub use look::{Look, ReferenceLook, look};
pub use look_angles::{AngleGap, AngleLook, Direction, EndPoint};
pub use look_counts::CountLook;
pub use open::open;
pub use settings::{AcquireSettings, AngleEnd, AngleUnit, Kind, Mirror, RepeatedAngles};
pub use slice_images::{SliceImages, open_slices};
pub use text_file::{open_file, read_file, read_text};
