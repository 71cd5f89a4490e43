//! What an inspection looks at: one volume of a cell, or both. Knows no method.

use ndarray::ArrayView3;
use voltomo_types::{LengthUnit, Probe, Transform, VoxelGrid};

use crate::InspectError;

/// One volume: grey values on a grid, and the beam that made them.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Attenuation, `[z, y, x]`, 1/cm; any scale where it is not quantitative. NaN where nothing is
    /// known.
    pub attenuation: ArrayView3<'a, f32>,
    /// Where the voxels are; findings need millimetres.
    pub grid: VoxelGrid,
    /// Which beam.
    pub probe: Probe,
    /// Whether `attenuation` is µ in 1/cm. Grey values of another program are not: they show
    /// shapes, and materials cannot be told by them.
    pub is_quantitative: bool,
}

impl Seen<'_> {
    /// Whether the volume can be inspected at all.
    ///
    /// # Errors
    /// Sizes that do not fit or are 0, a grid without millimetres, not two finite values.
    pub fn check(&self) -> Result<(), InspectError> {
        let probe = self.probe;
        let array = [0, 1, 2].map(|axis| self.attenuation.shape()[axis]);
        let is_length = self.grid.voxel.is_finite() && self.grid.voxel > 0.0;
        if array != self.grid.shape || array.contains(&0) || !is_length {
            return Err(InspectError::Shape { probe, array, grid: self.grid.shape });
        }
        if self.grid.unit != LengthUnit::Millimetre {
            return Err(InspectError::NoUnit { probe });
        }
        let mut finite = self.attenuation.iter().filter(|value| value.is_finite());
        let first = finite.next();
        if first.is_none() || finite.all(|value| Some(value) == first) {
            return Err(InspectError::Blank { probe });
        }
        Ok(())
    }
}

/// What there is of one cell: an X-ray volume, a neutron volume, or both.
#[derive(Debug, Clone, Copy, Default)]
pub struct Views<'a> {
    /// X-rays: geometry.
    pub xray: Option<Seen<'a>>,
    /// Neutrons: hydrogen. On its own grid; it is never resampled.
    pub neutron: Option<Seen<'a>>,
    /// Where points of the neutron volume lie in the X-ray volume, of a registration; without it the
    /// cell is found in each volume by itself.
    pub xray_from_neutron: Option<Transform>,
}
