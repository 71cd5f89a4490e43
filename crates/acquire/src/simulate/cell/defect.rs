//! What can be wrong with a cell: kind, place, size. Builds nothing.
//!
//! Places are cylindrical: radius from the can's axis, angle from +x towards +y, z up from the
//! outer face of the cell's bottom.

use serde::{Deserialize, Serialize};

/// One defect of a cell's file, `[[defect]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Defect {
    /// Gas between two turns.
    WindingGap(WindingGap),
    /// Gas beside the positive tab.
    TabWedgeVoid(TabWedgeVoid),
    /// The roll beside the can's axis.
    RollOffCentre(RollOffCentre),
    /// Pores without electrolyte.
    DryZone(DryZone),
    /// Electrolyte that stands on the can's floor.
    FreeElectrolyte(FreeElectrolyte),
    /// A particle that does not belong there.
    ForeignParticle(ForeignParticle),
    /// The anode ends higher or lower than wanted.
    OverhangChange(OverhangChange),
    /// Turns that stand at different heights.
    Telescoping(Telescoping),
    /// Inner turns bent into the void.
    CoreCollapse(CoreCollapse),
    /// Separator bent over above the electrodes.
    BentSeparator(BentSeparator),
    /// A dent of the can.
    CanDent(CanDent),
    /// A can that is not round.
    Ovality(Ovality),
    /// A bubble of gas.
    GasBubble(GasBubble),
    /// Coin: the upper spacer lies askew.
    SpacerTilt(SpacerTilt),
    /// Coin: an electrode beside the axis.
    ElectrodeShift(ElectrodeShift),
    /// Coin: a pit in the lithium.
    LithiumPitting(LithiumPitting),
    /// Coin: the spring was forgotten.
    MissingSpring(MissingSpring),
}

/// Gas between two turns, which pushes its neighbours apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindingGap {
    /// Turns from the inner end of the winding.
    pub turn: f64,
    /// Where its middle is.
    pub angle_deg: f64,
    /// Length along the turn.
    pub arc_mm: f64,
    /// Greatest thickness.
    pub thickness_um: f64,
    /// Height of its middle.
    pub z_mm: f64,
    /// Height.
    pub height_mm: f64,
}

impl Default for WindingGap {
    fn default() -> Self {
        Self {
            turn: 3.0,
            angle_deg: 180.0,
            arc_mm: 4.0,
            thickness_um: 120.0,
            z_mm: 30.0,
            height_mm: 40.0,
        }
    }
}

/// Gas beside the positive tab, where the layers span the step of its edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TabWedgeVoid {
    /// Thickness.
    pub thickness_um: f64,
    /// Width along the turn.
    pub width_mm: f64,
}

impl Default for TabWedgeVoid {
    fn default() -> Self {
        Self { thickness_um: 100.0, width_mm: 4.0 }
    }
}

/// The roll beside the can's axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RollOffCentre {
    /// How far.
    pub shift_mm: f64,
    /// Where to.
    pub angle_deg: f64,
}

impl Default for RollOffCentre {
    fn default() -> Self {
        Self { shift_mm: 0.12, angle_deg: 180.0 }
    }
}

/// Pores without electrolyte, in all layers of some turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DryZone {
    /// Middle of the zone: its radius.
    pub radius_mm: f64,
    /// Middle of the zone: its angle.
    pub angle_deg: f64,
    /// Middle of the zone: its height.
    pub z_mm: f64,
    /// Radial thickness.
    pub depth_mm: f64,
    /// Length along the turns.
    pub arc_mm: f64,
    /// Height.
    pub height_mm: f64,
}

impl Default for DryZone {
    fn default() -> Self {
        Self {
            radius_mm: 5.0,
            angle_deg: 0.0,
            z_mm: 30.0,
            depth_mm: 3.0,
            arc_mm: 6.0,
            height_mm: 10.0,
        }
    }
}

/// Electrolyte that stands on the can's floor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FreeElectrolyte {
    /// Height above the inner face of the floor.
    pub height_mm: f64,
}

impl Default for FreeElectrolyte {
    fn default() -> Self {
        Self { height_mm: 2.0 }
    }
}

/// A particle that does not belong there, round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForeignParticle {
    /// Material.
    pub material: String,
    /// Diameter.
    pub diameter_um: f64,
    /// Place: radius.
    pub radius_mm: f64,
    /// Place: angle.
    pub angle_deg: f64,
    /// Place: height.
    pub z_mm: f64,
}

impl Default for ForeignParticle {
    fn default() -> Self {
        Self {
            material: "iron".into(),
            diameter_um: 150.0,
            radius_mm: 5.0,
            angle_deg: 45.0,
            z_mm: 50.0,
        }
    }
}

/// An end of the roll.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Towards the lid.
    #[default]
    Top,
    /// Towards the can's floor.
    Bottom,
}

/// The anode ends higher or lower than wanted, on some turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverhangChange {
    /// First turn.
    pub first_turn: u32,
    /// Last turn, included.
    pub last_turn: u32,
    /// At which end.
    pub end: End,
    /// Change of the overhang; below minus the overhang, the cathode stands over the anode.
    pub change_mm: f64,
}

impl Default for OverhangChange {
    fn default() -> Self {
        Self { first_turn: 4, last_turn: 6, end: End::Top, change_mm: -1.2 }
    }
}

/// Turns that stand at different heights: a drift from the inner to the outer end, and chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telescoping {
    /// Height of the outermost turn over the innermost.
    pub drift_mm: f64,
    /// Standard deviation of a turn about the drift.
    pub sigma_mm: f64,
    /// Number that the chance is drawn from.
    pub seed: u64,
}

impl Default for Telescoping {
    fn default() -> Self {
        Self { drift_mm: 0.3, sigma_mm: 0.15, seed: 1 }
    }
}

/// Inner turns bent into the void.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoreCollapse {
    /// How far the innermost turn moves inwards.
    pub depth_mm: f64,
    /// Where.
    pub angle_deg: f64,
    /// Length along the innermost turn.
    pub arc_mm: f64,
    /// Turns until the bending has faded.
    pub turns: f64,
}

impl Default for CoreCollapse {
    fn default() -> Self {
        Self { depth_mm: 0.6, angle_deg: 90.0, arc_mm: 2.5, turns: 3.0 }
    }
}

/// The inner separators bent over above the electrodes, towards the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BentSeparator {
    /// How many turns, from the innermost.
    pub turns: u32,
    /// How far their upper edge moves inwards.
    pub bend_mm: f64,
}

impl Default for BentSeparator {
    fn default() -> Self {
        Self { turns: 2, bend_mm: 0.8 }
    }
}

/// A dent of the can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CanDent {
    /// Greatest depth.
    pub depth_mm: f64,
    /// Width around the can.
    pub width_mm: f64,
    /// Height.
    pub height_mm: f64,
    /// Where.
    pub angle_deg: f64,
    /// Height of its middle.
    pub z_mm: f64,
}

impl Default for CanDent {
    fn default() -> Self {
        Self { depth_mm: 0.3, width_mm: 4.0, height_mm: 4.0, angle_deg: 30.0, z_mm: 40.0 }
    }
}

/// A can that is not round, its area kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ovality {
    /// Greatest minus least diameter.
    pub difference_mm: f64,
    /// Direction of the greatest diameter.
    pub angle_deg: f64,
}

impl Default for Ovality {
    fn default() -> Self {
        Self { difference_mm: 0.2, angle_deg: 0.0 }
    }
}

/// A bubble of gas; in a coin cell it lies on the cathode unless `z_mm` says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GasBubble {
    /// Horizontal diameter.
    pub diameter_mm: f64,
    /// Vertical diameter; the horizontal one where nothing is said, flat in a coin cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_mm: Option<f64>,
    /// Place: radius.
    pub radius_mm: f64,
    /// Place: angle.
    pub angle_deg: f64,
    /// Place: height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z_mm: Option<f64>,
}

impl Default for GasBubble {
    fn default() -> Self {
        Self { diameter_mm: 0.8, height_mm: None, radius_mm: 4.0, angle_deg: 135.0, z_mm: None }
    }
}

/// The upper spacer lies askew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpacerTilt {
    /// Angle of tilt.
    pub tilt_deg: f64,
    /// Direction of its higher side.
    pub angle_deg: f64,
}

impl Default for SpacerTilt {
    fn default() -> Self {
        Self { tilt_deg: 1.5, angle_deg: 0.0 }
    }
}

/// One of the two electrodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The positive one.
    #[default]
    Cathode,
    /// The negative one.
    Anode,
}

/// An electrode beside the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ElectrodeShift {
    /// Which.
    pub electrode: Side,
    /// How far.
    pub shift_mm: f64,
    /// Where to.
    pub angle_deg: f64,
}

impl Default for ElectrodeShift {
    fn default() -> Self {
        Self { electrode: Side::Cathode, shift_mm: 1.0, angle_deg: 0.0 }
    }
}

/// A pit in the face of the lithium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LithiumPitting {
    /// Depth.
    pub depth_um: f64,
    /// Diameter at the face.
    pub diameter_mm: f64,
    /// Place: radius.
    pub radius_mm: f64,
    /// Place: angle.
    pub angle_deg: f64,
}

impl Default for LithiumPitting {
    fn default() -> Self {
        Self { depth_um: 200.0, diameter_mm: 0.8, radius_mm: 3.0, angle_deg: 60.0 }
    }
}

/// The spring was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MissingSpring {}

impl Defect {
    /// Its word in files and records.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::WindingGap(_) => "winding_gap",
            Self::TabWedgeVoid(_) => "tab_wedge_void",
            Self::RollOffCentre(_) => "roll_off_centre",
            Self::DryZone(_) => "dry_zone",
            Self::FreeElectrolyte(_) => "free_electrolyte",
            Self::ForeignParticle(_) => "foreign_particle",
            Self::OverhangChange(_) => "overhang_change",
            Self::Telescoping(_) => "telescoping",
            Self::CoreCollapse(_) => "core_collapse",
            Self::BentSeparator(_) => "bent_separator",
            Self::CanDent(_) => "can_dent",
            Self::Ovality(_) => "ovality",
            Self::GasBubble(_) => "gas_bubble",
            Self::SpacerTilt(_) => "spacer_tilt",
            Self::ElectrodeShift(_) => "electrode_shift",
            Self::LithiumPitting(_) => "lithium_pitting",
            Self::MissingSpring(_) => "missing_spring",
        }
    }

    /// Whether it concerns the whole cell, so that there can be no more than one of its kind.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(
            self,
            Self::Ovality(_)
                | Self::Telescoping(_)
                | Self::CoreCollapse(_)
                | Self::RollOffCentre(_)
                | Self::FreeElectrolyte(_)
                | Self::SpacerTilt(_)
                | Self::MissingSpring(_)
        )
    }

    /// Whether a coin cell, or else a cylindrical one, can have it.
    #[must_use]
    pub fn suits(&self, coin: bool) -> bool {
        match self {
            Self::GasBubble(_) => true,
            Self::SpacerTilt(_)
            | Self::ElectrodeShift(_)
            | Self::LithiumPitting(_)
            | Self::MissingSpring(_) => coin,
            _ => !coin,
        }
    }
}
