//! HDF5 files: datasets, attributes, links, filters. Knows no layout of a facility.
//!
//! The one room that names an HDF5 library: rust-hdf5 in `pure`, or with the feature `hdf5-c` the C
//! library in `c_library`.

#[cfg(feature = "hdf5-c")]
mod c_library;
mod dataset;
mod element;
mod file;
mod frames;
mod parts;
mod pathname;
#[cfg(not(feature = "hdf5-c"))]
mod pure;
mod units;
#[cfg(not(feature = "hdf5-c"))]
mod virtual_layout;

#[cfg(feature = "hdf5-c")]
use c_library::{Backend, KNOWN_FILTER_NAMES};
#[cfg(not(feature = "hdf5-c"))]
use pure::{Backend, KNOWN_FILTER_NAMES};

pub(crate) use crate::Hdf5Error;
pub(crate) use dataset::Dataset;
pub(crate) use element::Link;
pub(crate) use file::{File, is_hdf5};
pub(crate) use frames::{Order, StackFrames};
pub(crate) use parts::{Parts, Stacks, in_radians, taken};
pub(crate) use pathname::{name, parent};
pub(crate) use units::{angle_unit, in_millimetres};
