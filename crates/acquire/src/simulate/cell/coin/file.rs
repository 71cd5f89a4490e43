//! What a file may say of a coin cell: every dimension by name. Builds nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::simulate::cell::defect::Defect;
use crate::simulate::material::MaterialDefinition;

/// The word that a coin cell's file begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoinKind {
    /// A flat stack between can and cap.
    #[default]
    Coin,
}

/// A coin cell, the positive can below. Defaults: a 2032 with a cathode against lithium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoinFile {
    /// `coin`.
    pub kind: CoinKind,
    /// Name of the cell.
    pub name: String,
    /// A sentence for the reader.
    pub description: String,
    /// From the can's outer face to the cap's. What the stack leaves of it is the spring's cavity.
    pub height_mm: f64,
    /// How it stands in the instrument.
    pub mount: Mount,
    /// The positive can.
    pub can: Can,
    /// The negative cap.
    pub cap: Cap,
    /// The ring between can and cap.
    pub gasket: Gasket,
    /// The disc on the can's floor; thickness 0 for none.
    pub lower_spacer: Spacer,
    /// The disc on the negative electrode; thickness 0 for none.
    pub upper_spacer: Spacer,
    /// What presses the stack together.
    pub spring: Spring,
    /// The positive electrode, its coat upwards.
    pub cathode: Electrode,
    /// Between the electrodes.
    pub separator: Separator,
    /// The negative electrode, its coat downwards. A lithium chip is a coat without a foil.
    pub anode: Electrode,
    /// Substances of this cell's own, `[materials.NAME]`.
    pub materials: BTreeMap<String, MaterialDefinition>,
    /// What is wrong with this cell.
    pub defect: Vec<Defect>,
}

impl Default for CoinFile {
    fn default() -> Self {
        Self {
            kind: CoinKind::Coin,
            name: "coin".into(),
            description: String::new(),
            height_mm: 3.2,
            mount: Mount::Flat,
            can: Can::default(),
            cap: Cap::default(),
            gasket: Gasket::default(),
            lower_spacer: Spacer::default(),
            upper_spacer: Spacer::default(),
            spring: Spring::default(),
            cathode: Electrode::cathode(),
            separator: Separator::default(),
            anode: Electrode::lithium(),
            materials: BTreeMap::new(),
            defect: Vec::new(),
        }
    }
}

/// How a coin stands in the instrument, whose rotation axis is upright.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mount {
    /// Its axis on the rotation axis: every view sees the layers edge-on.
    #[default]
    Flat,
    /// On its rim, its axis level: views from edge-on to face-on. The middle of its thickness is
    /// on the rotation axis, its lowest point at z = 0; what was up, z, is now x, x is y, y is z.
    Standing,
}

/// The positive can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Can {
    /// Material.
    pub material: String,
    /// Outer diameter.
    pub outer_diameter_mm: f64,
    /// From the outer face of the floor to the upper face of the crimped lip.
    pub height_mm: f64,
    /// Thickness of floor, wall and lip.
    pub wall_mm: f64,
    /// How far the crimped lip reaches inwards from the inner face of the wall.
    pub lip_mm: f64,
    /// Bevel of the outer edges.
    pub corner_mm: f64,
}

impl Default for Can {
    fn default() -> Self {
        Self {
            material: "ss304".into(),
            outer_diameter_mm: 20.0,
            height_mm: 2.85,
            wall_mm: 0.25,
            lip_mm: 0.4,
            corner_mm: 0.15,
        }
    }
}

/// The negative cap: a disc, a slanting shoulder, a wall that stands on the gasket's foot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cap {
    /// Material.
    pub material: String,
    /// Diameter of the flat top.
    pub diameter_mm: f64,
    /// Outer diameter of its wall, below the shoulder.
    pub rim_diameter_mm: f64,
    /// From the top to the lower end of the wall.
    pub height_mm: f64,
    /// Thickness.
    pub wall_mm: f64,
    /// Height of the shoulder.
    pub shoulder_mm: f64,
}

impl Default for Cap {
    fn default() -> Self {
        Self {
            material: "ss304".into(),
            diameter_mm: 17.6,
            rim_diameter_mm: 18.8,
            height_mm: 2.65,
            wall_mm: 0.25,
            shoulder_mm: 0.9,
        }
    }
}

/// The gasket: an L-ring, its foot under the cap's wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gasket {
    /// Material.
    pub material: String,
    /// Thickness of its wall, between cap and can.
    pub wall_mm: f64,
    /// Thickness of its foot, between cap and floor.
    pub foot_mm: f64,
    /// Inner diameter of its foot.
    pub hole_mm: f64,
    /// Height.
    pub height_mm: f64,
}

impl Default for Gasket {
    fn default() -> Self {
        Self { material: "pp".into(), wall_mm: 0.35, foot_mm: 0.3, hole_mm: 17.4, height_mm: 2.35 }
    }
}

/// A flat disc of metal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spacer {
    /// Material.
    pub material: String,
    /// Diameter.
    pub diameter_mm: f64,
    /// Thickness; 0 for none.
    pub thickness_mm: f64,
}

impl Default for Spacer {
    fn default() -> Self {
        Self { material: "ss304".into(), diameter_mm: 15.5, thickness_mm: 0.5 }
    }
}

/// Forms of a spring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpringForm {
    /// A ring that waves.
    #[default]
    Wave,
    /// A conical disc spring, its wide end down.
    Cone,
    /// A solid pressure punch.
    Punch,
    /// No spring.
    None,
}

/// What presses the stack together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spring {
    /// `wave`, `cone`, `punch` or `none`.
    pub form: SpringForm,
    /// Material.
    pub material: String,
    /// Outer diameter.
    pub diameter_mm: f64,
    /// Radial width of the ring, or of the cone.
    pub width_mm: f64,
    /// Thickness of the strip.
    pub strip_mm: f64,
    /// Height without load; a lower cavity presses it.
    pub free_height_mm: f64,
    /// Waves of a turn.
    pub waves: u32,
}

impl Default for Spring {
    fn default() -> Self {
        Self {
            form: SpringForm::Wave,
            material: "ss304".into(),
            diameter_mm: 15.4,
            width_mm: 1.75,
            strip_mm: 0.25,
            free_height_mm: 1.3,
            waves: 3,
        }
    }
}

/// A round electrode with a coat on the side of the separator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Electrode {
    /// Material of the foil.
    pub foil: String,
    /// Thickness of the foil; 0 for none.
    pub foil_um: f64,
    /// Material of the coat, or of the chip.
    pub coat: String,
    /// Thickness of the coat, or of the chip.
    pub coat_um: f64,
    /// Diameter.
    pub diameter_mm: f64,
}

impl Electrode {
    /// A cathode on aluminium.
    #[must_use]
    pub fn cathode() -> Self {
        Self {
            foil: "aluminium".into(),
            foil_um: 16.0,
            coat: "nmc622_coat_soaked".into(),
            coat_um: 80.0,
            diameter_mm: 14.0,
        }
    }

    /// A chip of lithium.
    #[must_use]
    pub fn lithium() -> Self {
        Self {
            foil: "copper".into(),
            foil_um: 0.0,
            coat: "lithium".into(),
            coat_um: 450.0,
            diameter_mm: 15.6,
        }
    }

    /// Foil and coat, mm.
    #[must_use]
    pub fn thickness_mm(&self) -> f64 {
        1e-3 * (self.foil_um + self.coat_um)
    }
}

impl Default for Electrode {
    fn default() -> Self {
        Self::cathode()
    }
}

/// The separator, and the gas beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Separator {
    /// Material, soaked or dry, as it lies in the cell.
    pub material: String,
    /// Thickness.
    pub thickness_um: f64,
    /// Diameter.
    pub diameter_mm: f64,
    /// Gas between the separator and the cathode; 0 where all is wetted.
    pub gas_gap_mm: f64,
}

impl Default for Separator {
    fn default() -> Self {
        Self {
            material: "pp_membrane_soaked".into(),
            thickness_um: 25.0,
            diameter_mm: 18.0,
            gas_gap_mm: 0.10,
        }
    }
}
