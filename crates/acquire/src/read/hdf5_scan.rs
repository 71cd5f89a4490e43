//! Chooses the layout of an HDF5 scan: what the recipe says, or what the file shows. Reads no frame.

use std::path::Path;

use voltomo_types::Scan;

use super::{
    dxchange,
    hdf5::{File, Hdf5Error},
    nexus, tdf,
};
use crate::{AcquireError, AcquireSettings, Kind};

/// Opens an HDF5 scan in the layout that `settings.kind` names, or in whichever it is.
///
/// # Errors
/// No file there; what is wrong with it; where no layout fits, every dataset with shape and type,
/// and `acquire.dataset` as the key that names the radiographs.
pub(crate) fn open(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
    if !path.is_file() {
        let found = format!("no file, though `acquire.kind` is {:?}", settings.kind);
        return Err(AcquireError::NotAScan { found, path: path.into() });
    }
    match settings.kind {
        Kind::Nexus => nexus::open(path, settings),
        Kind::DataExchange => dxchange::open(path, settings),
        Kind::Tdf => tdf::open(path, settings),
        _ => open_any(path, settings),
    }
}

fn open_any(path: &Path, settings: &AcquireSettings) -> Result<Scan, AcquireError> {
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
