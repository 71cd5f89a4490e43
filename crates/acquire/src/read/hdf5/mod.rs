//! HDF5 files: datasets, attributes, links, filters. Knows no layout of a facility.
//!
//! The one room that names an HDF5 library: rust-hdf5 in `pure`, or with the feature `hdf5-c` the C
//! library in `c_library`.

#[cfg(feature = "hdf5-c")]
mod c_library;
mod dataset;
mod element;
mod error;
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

use std::path::Path;

use voltomo_types::Scan;

use super::{dxchange, nexus, tdf};
use crate::{AcquireError, AcquireSettings};

pub(crate) use dataset::Dataset;
pub(crate) use element::Link;
pub use error::Hdf5Error;
pub(crate) use file::{File, is_hdf5};
pub(crate) use frames::{Order, StackFrames};
pub(crate) use parts::{Parts, Stacks, in_radians, taken};
pub(crate) use pathname::{name, parent};
pub(crate) use units::{angle_unit, in_millimetres};

/// Opens an HDF5 scan of whichever layout it is in.
///
/// # Errors
/// What is wrong with the file; where no layout fits, every dataset with shape and type, and
/// `acquire.dataset` as the key that names the radiographs.
pub(crate) fn open_any(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    let file = File::open(path)?;
    if nexus::recognises(&file) {
        return nexus::open(path, settings);
    }
    if tdf::recognises(&file) {
        return tdf::open(path, settings);
    }
    if dxchange::recognises(&file) || settings.dataset.is_some() {
        return dxchange::open(path, settings);
    }
    Err(Hdf5Error::NoScan { datasets: file.listing(), path: path.into() }.into())
}
