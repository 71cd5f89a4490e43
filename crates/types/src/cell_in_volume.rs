//! What of a cell a volume holds. Measures nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What heights in a cell are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeightOrigin {
    /// The outer face of the cell's bottom.
    Bottom,
    /// The cell's top, taken to be at the nominal height of its kind.
    NominalTop,
    /// The lower end of the volume: neither end of the cell is in it.
    Volume,
}

/// The part of a cell that lies in a volume.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellPart {
    /// From where to where the volume holds the cell, mm, the lower end first.
    pub heights_mm: [f64; 2],
    /// What all heights of the volume's findings are counted from.
    pub counted_from: HeightOrigin,
    /// Whether the cell's bottom is in the volume.
    pub holds_bottom: bool,
    /// Whether the cell's top is in the volume.
    pub holds_top: bool,
}

impl CellPart {
    /// What two volumes hold whose heights are counted from the same.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let [low, high] = self.heights_mm;
        let [other_low, other_high] = other.heights_mm;
        Self {
            heights_mm: [low.min(other_low), high.max(other_high)],
            counted_from: self.counted_from,
            holds_bottom: self.holds_bottom || other.holds_bottom,
            holds_top: self.holds_top || other.holds_top,
        }
    }
}
