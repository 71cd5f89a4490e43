//! Where a volume begins and goes on. Writes nothing itself.

use std::path::Path;

use super::ordered::OrderedStore;
use super::place::Unfinished;
use super::{Existing, StoreError, StoreSettings, VolumeMetadata, VolumeStore};

/// Begins a volume `metadata.name` in the folder `folder`, which is made where missing.
///
/// # Errors
/// Settings that cannot be used; a volume or something else of that name; a folder that may not
/// be written.
pub fn create(
    folder: &Path,
    settings: &StoreSettings,
    metadata: &VolumeMetadata,
    existing: Existing,
) -> Result<Box<dyn VolumeStore>, StoreError> {
    let wishes = (existing, Unfinished::Kept);
    Ok(Box::new(OrderedStore::create(folder, settings, metadata, wishes)?))
}

/// As [`create`], of a volume that is written at once or not at all: of one that is not finished nothing
/// stays, and nobody can go on with it.
///
/// # Errors
/// As [`create`].
pub(crate) fn create_at_once(
    folder: &Path,
    settings: &StoreSettings,
    metadata: &VolumeMetadata,
    existing: Existing,
) -> Result<Box<dyn VolumeStore>, StoreError> {
    let wishes = (existing, Unfinished::Removed);
    Ok(Box::new(OrderedStore::create(folder, settings, metadata, wishes)?))
}

/// Goes on with an unfinished volume that was begun with the same settings and metadata.
///
/// [`VolumeStore::next_slice`] tells where; slices of a file that was not full yet come again.
///
/// # Errors
/// Nothing to go on with, or it was begun with other settings; a file that fails.
pub fn reopen(
    folder: &Path,
    settings: &StoreSettings,
    metadata: &VolumeMetadata,
) -> Result<Box<dyn VolumeStore>, StoreError> {
    Ok(Box::new(OrderedStore::reopen(folder, settings, metadata)?))
}
