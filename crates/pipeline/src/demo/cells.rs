//! Which cells are shown, and in which instruments. Simulates nothing.

use crate::simulate::{SimulateError, builtin_cell};

/// A cell of the demonstration.
#[derive(Debug)]
pub(super) struct ShownCell {
    /// Folder for everything about it.
    pub(super) folder: &'static str,
    /// What it is, for a person.
    pub(super) about: &'static str,
    /// The built-in cell.
    name: &'static str,
    /// What is added to it.
    more: &'static str,
    /// `cylindrical` or `coin`.
    kind: &'static str,
    /// How it is scanned.
    pub(super) scans: &'static [ShownScan],
}

/// A scan of such a cell.
#[derive(Debug)]
pub(super) struct ShownScan {
    /// Built-in instrument.
    pub(super) instrument: &'static str,
    /// Its preset.
    pub(super) preset: &'static str,
    /// Folder of the scan.
    pub(super) folder: &'static str,
    /// Whether volumes of the truth are written.
    pub(super) has_truth: bool,
    /// Table of the beam in a cell's recipe.
    table: &'static str,
    /// What is changed in the recipe that the simulation wrote.
    settings: &'static str,
}

/// A sixth flaw, beside those that the wound cell has anyway.
const DENT: &str = "
# A dent in the can, as of a fall on an edge.
[[defect]]
kind = \"can_dent\"
depth_mm = 0.25
width_mm = 5.0
height_mm = 4.0
angle_deg = 60.0
z_mm = 50.0
";

/// All of them, in order.
pub(super) const CELLS: &[ShownCell] = &[
    ShownCell {
        folder: "18650",
        about: "a wound cell, 18650, sodium-ion",
        name: "18650-na-1500",
        more: DENT,
        kind: "cylindrical",
        scans: &[
            ShownScan {
                instrument: "titan",
                preset: "demo",
                folder: "neutron-scan",
                has_truth: true,
                table: "neutron",
                settings: "",
            },
            ShownScan {
                instrument: "imax",
                preset: "demo",
                folder: "xray-scan",
                has_truth: false,
                table: "xray",
                settings: "",
            },
        ],
    },
    ShownCell {
        folder: "coin",
        about: "a coin cell, 2032, potassium against lithium",
        name: "2032-k-li",
        more: "",
        kind: "coin",
        scans: &[
            ShownScan {
                instrument: "titan",
                preset: "coin_demo",
                folder: "neutron-scan",
                has_truth: false,
                table: "neutron",
                settings: "",
            },
            ShownScan {
                instrument: "imax",
                preset: "coin_demo",
                folder: "xray-scan",
                has_truth: false,
                table: "xray",
                settings: "",
            },
        ],
    },
];

impl ShownCell {
    /// The cell as it is built, as the text of a cell's file.
    pub(super) fn description(&self) -> Result<String, SimulateError> {
        Ok(builtin_cell(self.name)?.to_string() + self.more)
    }

    /// The recipe that goes from its scans to its findings.
    pub(super) fn recipe(&self) -> String {
        let mut text = format!("[cell]\nkind = \"{}\"\nname = \"{}\"\n", self.kind, self.name);
        for scan in self.scans {
            let (table, folder) = (scan.table, scan.folder);
            text += &format!("\n[{table}]\nrecipe = \"{folder}/recipe.toml\"\n{}", scan.settings);
        }
        text
    }
}
