//! What a stopped run wrote, held to what it noted of it before the next run goes on. Writes nothing.

use std::path::Path;

use ndarray::Array3;

use crate::{
    error::RunError,
    preview::Previews,
    store::{NumberType, StoredVolume},
    tally::Tally,
    volumes::Volumes,
};

/// Reads the slices that are kept of a stopped run, and shows them to the pictures.
///
/// Values stored as they are must have the hashes that were noted; of rounded ones must be there as
/// many as were written, and not all the same where they were not.
///
/// # Errors
/// The first slice that is missing, cut short or not what was written, with its file.
pub(crate) fn check(
    volumes: &Volumes,
    (tally, slice_count): (&Tally, usize),
    previews: &mut Previews,
) -> Result<(), RunError> {
    if slice_count == 0 {
        return Ok(());
    }
    for (index, path) in volumes.paths().into_iter().enumerate() {
        let stored = StoredVolume::open(path)?;
        for z in 0..slice_count {
            let slab = stored.read_slab(z..z + 1).map_err(|error| {
                damaged((z, path), format!("slice {z} cannot be read back: {error}"))
            })?;
            if index > 0 {
                continue;
            }
            if !is_as_written((z, &slab), tally, stored.numbers()) {
                let why = format!("slice {z} is not what was written");
                return Err(damaged((z, path), why));
            }
            previews.keep(z, &slab);
        }
    }
    Ok(())
}

fn is_as_written((z, slab): (usize, &Array3<f32>), tally: &Tally, numbers: NumberType) -> bool {
    match numbers {
        NumberType::F32 => tally.has_hash(z, slab),
        NumberType::U16 | NumberType::U8 => {
            let first = slab.first();
            tally.is_even(z) || slab.iter().any(|value| Some(value) != first)
        }
    }
}

fn damaged((z, volume): (usize, &Path), why: String) -> RunError {
    RunError::Damaged { slice: z, why, path: volume.into() }
}
