//! A volume cut by planes, unrolled and projected: arrays in, arrays out. Draws nothing.

mod axis;
mod error;
mod gather;
mod lattice;
mod plane;
mod round;
mod surface;
mod vector;

#[cfg(test)]
mod tests;

pub use axis::Axis;
pub use error::SectionError;
pub use gather::{Gather, Over, Reading, cut};
pub use lattice::Lattice;
pub use plane::{Directions, oblique, projection, slice, through_axis};
pub use round::{cylinder, roll};
pub use surface::{Flat, Placed, Surface};
