//! One material a voxel. Knows no attenuation.

use ndarray::Array3;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::VoxelGrid;

/// What a voxel of a cell may hold, as far as the two beams can tell.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Material {
    /// Air, gas, vacuum.
    Void = 0,
    /// Can, lid, spacer, spring.
    Steel = 1,
    /// Foil, tab, vent, lead.
    Aluminium = 2,
    /// Copper or nickel: the beams cannot part them.
    CopperOrNickel = 3,
    /// The wound or stacked electrodes with their foils and separators.
    ElectrodeRoll = 4,
    /// Liquid outside the pores.
    Electrolyte = 5,
    /// Gasket, insulator, tape, separator where it stands alone.
    Plastic = 6,
    /// Lithium metal.
    Lithium = 7,
    /// The beams cannot tell.
    Unknown = 255,
}

impl Material {
    /// Every material that a label may name, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Void,
        Self::Steel,
        Self::Aluminium,
        Self::CopperOrNickel,
        Self::ElectrodeRoll,
        Self::Electrolyte,
        Self::Plastic,
        Self::Lithium,
        Self::Unknown,
    ];

    /// The number that stands for it in a label volume.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// What a number in a label volume stands for; `None` where no material has it.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|material| material.number() == number)
    }

    /// Its name as printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::Steel => "steel",
            Self::Aluminium => "aluminium",
            Self::CopperOrNickel => "copper or nickel",
            Self::ElectrodeRoll => "electrode roll",
            Self::Electrolyte => "electrolyte",
            Self::Plastic => "plastic",
            Self::Lithium => "lithium",
            Self::Unknown => "cannot tell",
        }
    }
}

/// One material a voxel, and how sure.
#[derive(Debug, Clone)]
pub struct Labels {
    /// [`Material::number`] of each voxel, `[z, y, x]`.
    pub materials: Array3<u8>,
    /// Probability of that material, 0 to 1 as 0 to 255, `[z, y, x]`.
    pub confidence: Array3<u8>,
    /// Where the voxels are.
    pub grid: VoxelGrid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_materials_belong_together() {
        for material in Material::ALL {
            assert_eq!(Material::of_number(material.number()), Some(material));
        }
        assert_eq!(Material::of_number(8), None);
    }
}
