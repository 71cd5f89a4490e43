//! What a file may say of a cylindrical cell: every dimension by name. Builds nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::simulate::cell::defect::Defect;
use crate::simulate::material::MaterialDefinition;

/// The word that a cylindrical cell's file begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CylindricalKind {
    /// A roll in a deep-drawn can.
    #[default]
    Cylindrical,
}

/// A cylindrical cell. Defaults: the sodium-ion 18650 of 1.5 Ah.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CylindricalFile {
    /// `cylindrical`.
    pub kind: CylindricalKind,
    /// Name of the cell.
    pub name: String,
    /// A sentence for the reader.
    pub description: String,
    /// From the outer face of the can's floor to the top of the stud.
    pub height_mm: f64,
    /// The can, which is the negative terminal.
    pub can: Can,
    /// The groove that carries the lid.
    pub bead: Bead,
    /// The lid, which is the positive terminal.
    pub lid: Lid,
    /// The vent disc under the lid.
    pub vent: Disc,
    /// The resistor that opens when hot, between vent disc and lid.
    pub ptc: Ptc,
    /// The ring between lid and can.
    pub gasket: Gasket,
    /// The disc on top of the roll.
    pub top_insulator: Insulator,
    /// The disc under the roll.
    pub bottom_insulator: Insulator,
    /// How the stack is wound.
    pub roll: Roll,
    /// The negative electrode, innermost of the stack.
    pub anode: Electrode,
    /// The positive electrode.
    pub cathode: Electrode,
    /// Both separators.
    pub separator: Separator,
    /// From the middle of the cathode to the vent disc.
    pub positive_tab: Tab,
    /// From the outer end of the anode to the middle of the can's floor.
    pub negative_tab: Tab,
    /// The tape that holds the last turn.
    pub tape: Wrap,
    /// The tube around the can.
    pub sleeve: Wrap,
    /// What the pores are filled with.
    pub electrolyte: Electrolyte,
    /// Substances of this cell's own, `[materials.NAME]`.
    pub materials: BTreeMap<String, MaterialDefinition>,
    /// What is wrong with this cell.
    pub defect: Vec<Defect>,
}

impl Default for CylindricalFile {
    fn default() -> Self {
        Self {
            kind: CylindricalKind::Cylindrical,
            name: "cylindrical".into(),
            description: String::new(),
            height_mm: 65.0,
            can: Can::default(),
            bead: Bead::default(),
            lid: Lid::default(),
            vent: Disc { material: "aluminium".into(), diameter_mm: 16.4, thickness_mm: 0.35 },
            ptc: Ptc::default(),
            gasket: Gasket::default(),
            top_insulator: Insulator { hole_mm: 3.0, slot_mm: 4.5, ..Insulator::default() },
            bottom_insulator: Insulator::default(),
            roll: Roll::default(),
            anode: Electrode::anode(),
            cathode: Electrode::cathode(),
            separator: Separator::default(),
            positive_tab: Tab { material: "aluminium".into(), ..Tab::default() },
            negative_tab: Tab { material: "nickel".into(), ..Tab::default() },
            tape: Wrap { material: "tape".into(), thickness_um: 40.0 },
            sleeve: Wrap { material: "pvc".into(), thickness_um: 100.0 },
            electrolyte: Electrolyte::default(),
            materials: BTreeMap::new(),
            defect: Vec::new(),
        }
    }
}

/// The can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Can {
    /// Material of wall and floor.
    pub material: String,
    /// Outer diameter, without the sleeve.
    pub outer_diameter_mm: f64,
    /// From the outer face of the floor to the upper face of the crimped lip.
    pub height_mm: f64,
    /// Thickness of the wall.
    pub wall_mm: f64,
    /// Thickness of the floor.
    pub base_mm: f64,
    /// Bevel of the outer bottom edge.
    pub corner_mm: f64,
    /// How far the crimped lip reaches inwards from the can's outer face.
    pub lip_mm: f64,
}

impl Default for Can {
    fn default() -> Self {
        Self {
            material: "can_steel".into(),
            outer_diameter_mm: 18.2,
            height_mm: 64.7,
            wall_mm: 0.22,
            base_mm: 0.3,
            corner_mm: 0.2,
            lip_mm: 1.5,
        }
    }
}

/// The groove pressed into the can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bead {
    /// How deep it is; 0 for none.
    pub depth_mm: f64,
    /// How tall it is.
    pub width_mm: f64,
    /// From the can's upper end down to its middle.
    pub below_top_mm: f64,
}

impl Default for Bead {
    fn default() -> Self {
        Self { depth_mm: 1.1, width_mm: 1.1, below_top_mm: 3.15 }
    }
}

/// The lid with its stud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lid {
    /// Material.
    pub material: String,
    /// Diameter of the plate.
    pub diameter_mm: f64,
    /// Thickness of plate and stud.
    pub thickness_mm: f64,
    /// Diameter of the stud in its middle.
    pub stud_diameter_mm: f64,
}

impl Default for Lid {
    fn default() -> Self {
        Self {
            material: "can_steel".into(),
            diameter_mm: 16.4,
            thickness_mm: 0.6,
            stud_diameter_mm: 8.5,
        }
    }
}

/// A flat disc.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Disc {
    /// Material.
    pub material: String,
    /// Diameter.
    pub diameter_mm: f64,
    /// Thickness.
    pub thickness_mm: f64,
}

impl Default for Disc {
    fn default() -> Self {
        Self { material: "aluminium".into(), diameter_mm: 16.4, thickness_mm: 0.35 }
    }
}

/// The resistor ring; often absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ptc {
    /// Whether the cell has one.
    pub present: bool,
    /// Material.
    pub material: String,
    /// Diameter of its hole.
    pub hole_mm: f64,
    /// Thickness.
    pub thickness_mm: f64,
}

impl Default for Ptc {
    fn default() -> Self {
        Self { present: false, material: "pe".into(), hole_mm: 9.0, thickness_mm: 0.3 }
    }
}

/// The gasket: a wall around the lid, a flange under the vent disc, a skirt down from the flange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gasket {
    /// Material.
    pub material: String,
    /// Thickness of the wall between lid and can.
    pub wall_mm: f64,
    /// Thickness of the flange under the vent disc.
    pub flange_mm: f64,
    /// Diameter of the hole in the flange.
    pub hole_mm: f64,
    /// How far the skirt hangs down from the flange's upper face.
    pub skirt_mm: f64,
}

impl Default for Gasket {
    fn default() -> Self {
        Self { material: "pp".into(), wall_mm: 0.65, flange_mm: 0.4, hole_mm: 13.6, skirt_mm: 1.0 }
    }
}

/// An insulating disc with a hole, and a slot for a tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Insulator {
    /// Material.
    pub material: String,
    /// Thickness.
    pub thickness_mm: f64,
    /// Diameter.
    pub diameter_mm: f64,
    /// Diameter of the hole in the middle.
    pub hole_mm: f64,
    /// Length of the slot that lets the tab through; 0 for none.
    pub slot_mm: f64,
}

impl Default for Insulator {
    fn default() -> Self {
        Self {
            material: "pp".into(),
            thickness_mm: 0.25,
            diameter_mm: 16.5,
            hole_mm: 3.0,
            slot_mm: 0.0,
        }
    }
}

/// How the stack is wound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Roll {
    /// Mean diameter of the void that the mandrel leaves; the spiral's edge runs half a pitch to
    /// either side of it.
    pub core_diameter_mm: f64,
    /// Turns of the anode.
    pub turns: f64,
    /// Where the winding begins, counted from +x towards +y.
    pub start_angle_deg: f64,
    /// Turns by which the cathode and its outer separator end before the anode.
    pub cathode_ends_early_turns: f64,
    /// Turns at the inner end whose anode is coated on its outer side only: no cathode faces the other.
    pub one_sided_turns: f64,
    /// Where the positive tab stands along the cathode: 0 at its inner end, 1 at its outer end.
    pub tab_along_cathode: f64,
}

impl Default for Roll {
    fn default() -> Self {
        Self {
            core_diameter_mm: 3.5,
            turns: 17.4,
            start_angle_deg: 356.0,
            cathode_ends_early_turns: 0.25,
            one_sided_turns: 0.0,
            tab_along_cathode: 0.477,
        }
    }
}

/// A foil with a coat on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Electrode {
    /// Material of the foil.
    pub foil: String,
    /// Thickness of the foil.
    pub foil_um: f64,
    /// Material of the coat, pores filled.
    pub coat: String,
    /// Material of the coat with empty pores.
    pub coat_dry: String,
    /// Thickness of one coat.
    pub coat_um: f64,
    /// Height of foil and coat.
    pub height_mm: f64,
}

impl Electrode {
    /// Hard carbon on aluminium.
    #[must_use]
    pub fn anode() -> Self {
        Self {
            foil: "aluminium".into(),
            foil_um: 15.0,
            coat: "hard_carbon_coat_soaked".into(),
            coat_dry: "hard_carbon_coat_dry".into(),
            coat_um: 95.0,
            height_mm: 57.5,
        }
    }

    /// Layered sodium nickel iron manganese oxide on aluminium.
    #[must_use]
    pub fn cathode() -> Self {
        Self {
            foil: "aluminium".into(),
            foil_um: 15.0,
            coat: "nfm111_coat_soaked".into(),
            coat_dry: "nfm111_coat_dry".into(),
            coat_um: 70.0,
            height_mm: 56.0,
        }
    }

    /// Foil and both coats, µm.
    #[must_use]
    pub fn thickness_um(&self) -> f64 {
        self.foil_um + 2.0 * self.coat_um
    }
}

impl Default for Electrode {
    fn default() -> Self {
        Self::cathode()
    }
}

/// The separators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Separator {
    /// Material, pores filled.
    pub material: String,
    /// Material with empty pores.
    pub material_dry: String,
    /// Thickness of one.
    pub thickness_um: f64,
    /// Height.
    pub height_mm: f64,
}

impl Default for Separator {
    fn default() -> Self {
        Self {
            material: "pe_membrane_soaked".into(),
            material_dry: "pe_membrane_dry".into(),
            thickness_um: 20.0,
            height_mm: 60.0,
        }
    }
}

/// A strip of metal that leads the current out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tab {
    /// Material.
    pub material: String,
    /// Thickness.
    pub thickness_mm: f64,
    /// Width.
    pub width_mm: f64,
}

impl Default for Tab {
    fn default() -> Self {
        Self { material: "aluminium".into(), thickness_mm: 0.1, width_mm: 4.0 }
    }
}

/// A thin layer around something; thickness 0 for none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wrap {
    /// Material.
    pub material: String,
    /// Thickness.
    pub thickness_um: f64,
}

impl Default for Wrap {
    fn default() -> Self {
        Self { material: "pet".into(), thickness_um: 40.0 }
    }
}

/// The electrolyte outside the pores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Electrolyte {
    /// Material.
    pub material: String,
    /// Height of the free pool above the can's floor; 0 for none.
    pub pool_mm: f64,
}

impl Default for Electrolyte {
    fn default() -> Self {
        Self { material: "electrolyte_napf6".into(), pool_mm: 0.0 }
    }
}
