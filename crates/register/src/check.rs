//! Whether a volume can be registered at all. Knows no cell.

use voltomo_types::{LengthUnit, Probe, Volume};

use crate::RegisterError;

/// Least extent of a volume along each axis, mm: less holds no cell.
const LEAST_MM: f64 = 1.5;
/// Percent of the voxels that may be no number: the corners around a round field are 21.
const MOST_PERCENT: f64 = 30.0;

/// Checks unit, size and numbers of a volume.
pub(crate) fn check(volume: &Volume, which: Probe) -> Result<(), RegisterError> {
    let grid = &volume.grid;
    if grid.unit != LengthUnit::Millimetre {
        return Err(RegisterError::Unit { which });
    }
    let shape: [usize; 3] = volume.attenuation.dim().into();
    let voxel_mm = grid.voxel;
    let is_large = |size: &usize| *size >= 4 && *size as f64 * voxel_mm >= LEAST_MM;
    let is_placed = grid.first.iter().all(|value| value.is_finite()) && voxel_mm.is_finite();
    if shape != grid.shape || !shape.iter().all(is_large) || !is_placed {
        return Err(RegisterError::Size { which, shape, voxel_mm, least_mm: LEAST_MM });
    }
    let missing = volume.attenuation.iter().filter(|value| !value.is_finite()).count();
    let share = 100.0 * missing as f64 / volume.attenuation.len() as f64;
    if share > MOST_PERCENT {
        return Err(RegisterError::NotNumbers { which, share, most: MOST_PERCENT });
    }
    Ok(())
}
