//! One thing that an inspection saw. Judges nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Probe;

/// What is built into a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// A wound cell in a round can: 18650, 21700, 4680.
    Cylindrical,
    /// A coin cell: 2032 and its kin.
    Coin,
}

/// What a finding is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The cell as a whole: its kind, its frame, what of it is in the volume.
    Cell,
    /// Outer and inner diameter, wall, ovality of the can.
    Can,
    /// A dent of the can.
    CanDent,
    /// The can is not round.
    Ovality,
    /// The void that the winding mandrel left.
    MandrelVoid,
    /// The innermost windings fell inward.
    CoreCollapse,
    /// The spiral as a whole: number of windings, pitch, evenness.
    Windings,
    /// A gap or delamination between two windings.
    WindingGap,
    /// The roll does not sit in the middle of the can.
    RollOffCentre,
    /// The space between roll and can.
    RollCanGap,
    /// A positive or negative tab.
    Tab,
    /// A void along a tab.
    TabVoid,
    /// The lead from the roll to the lid.
    LidLead,
    /// Anode beyond cathode, axially; negative where the cathode stands out.
    Overhang,
    /// Edges of the windings at unequal heights.
    EdgeAlignment,
    /// A drift of the windings' edges from the core outwards.
    Telescoping,
    /// Separator or electrode above the edge of the roll.
    BentSeparator,
    /// An insulating disc.
    Insulator,
    /// The sealing ring.
    Gasket,
    /// A zone of uniform attenuation: roll soaked with electrolyte.
    UniformZone,
    /// A zone without electrolyte.
    DryZone,
    /// Electrolyte outside the roll.
    ElectrolytePool,
    /// A bubble of gas in what ought to be full.
    GasBubble,
    /// A void of no other kind.
    Void,
    /// Something dense that does not belong there.
    ForeignParticle,
    /// The band of the separator in a coin cell.
    SeparatorBand,
    /// The cavity of punch or spring in a coin cell.
    PunchCavity,
    /// No spring where one ought to be.
    MissingSpring,
    /// A spacer that is not parallel to the housing.
    SpacerTilt,
    /// An electrode beside the axis of its cell.
    ElectrodeShift,
    /// Lithium of uneven thickness.
    LithiumPitting,
    /// Rays without light: what is behind them cannot be told.
    Starvation,
    /// Two states or two cells differ.
    Difference,
}

/// Whether a finding tells of something wrong.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No limit applies: a part or a property of the cell.
    Seen,
    /// Within its limits.
    Pass,
    /// The limit lies within the uncertainty.
    Doubtful,
    /// Beyond its limits.
    Fail,
    /// Looked for, and this volume cannot tell.
    CannotTell,
}

/// What a measure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MeasureUnit {
    /// Millimetres.
    #[serde(rename = "mm")]
    Millimetre,
    /// Square millimetres.
    #[serde(rename = "mm2")]
    SquareMillimetre,
    /// Cubic millimetres.
    #[serde(rename = "mm3")]
    CubicMillimetre,
    /// Degrees.
    #[serde(rename = "deg")]
    Degree,
    /// Attenuation, 1/cm.
    #[serde(rename = "1/cm")]
    PerCentimetre,
    /// A share or a ratio.
    #[serde(rename = "1")]
    One,
    /// A number of things.
    #[serde(rename = "count")]
    Count,
}

impl MeasureUnit {
    /// The unit as printed behind a number; nothing for shares and counts.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Millimetre => "mm",
            Self::SquareMillimetre => "mm²",
            Self::CubicMillimetre => "mm³",
            Self::Degree => "°",
            Self::PerCentimetre => "1/cm",
            Self::One | Self::Count => "",
        }
    }
}

/// What a measure is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    /// Key of the limit in the file of limits.
    pub key: String,
    /// Nothing below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// Nothing above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
}

/// One figure of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// What was measured, in the field's words, such as `outer_diameter`.
    pub name: String,
    /// How much, in `unit`.
    pub value: f64,
    /// One standard deviation, in `unit`; absent where nothing is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<f64>,
    /// What it is counted in.
    pub unit: MeasureUnit,
    /// What it is held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

impl Measure {
    /// A measure without a limit.
    #[must_use]
    pub fn new(name: &str, value: f64, uncertainty: Option<f64>, unit: MeasureUnit) -> Self {
        Self { name: name.into(), value, uncertainty, unit, limit: None }
    }
}

/// Where in the cell something is, in the cell's own frame and in the volume's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellPlace {
    /// Height above the outer face of the cell's bottom, mm; of a volume that does not hold the
    /// bottom, from its top: then the top is the cell's nominal height; of a volume that holds
    /// neither, above the volume's lower end.
    pub z_mm: f64,
    /// Distance from the cell's axis, mm.
    pub radius_mm: f64,
    /// Direction from the cell's axis, degrees; from the positive tab where one was found, else
    /// from +x of the volume; from +x towards +y.
    pub angle_deg: f64,
    /// The same point in the frame of the volume, `[z, y, x]`, mm.
    pub volume_mm: [f64; 3],
}

/// A direction in which a volume is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SliceDirection {
    /// At right angles to z.
    Z,
    /// At right angles to y.
    Y,
    /// At right angles to x.
    X,
    /// Through the cell's axis, at an angle about it.
    Axial,
}

/// The slice that shows a finding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownSlice {
    /// How it is cut.
    pub direction: SliceDirection,
    /// Where: mm in the frame of the volume, or degrees about the cell's axis from +x.
    pub position: f64,
}

/// One thing that the inspection saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// Its middle; absent where it is the cell as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<CellPlace>,
    /// Extent `[radial, tangential, axial]`, mm, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extent_mm: Option<[f64; 3]>,
    /// What was measured; the first is what the finding is known by.
    pub measures: Vec<Measure>,
    /// How probable it is that the finding is there, 0 to 1.
    pub confidence: f64,
    /// The beams that show it.
    pub shown_by: Vec<Probe>,
    /// The worst of its measures against their limits.
    pub verdict: Verdict,
    /// The slice that shows it best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<ShownSlice>,
    /// A sentence for a person.
    pub note: String,
}

impl Finding {
    /// What is said where the volume of a beam cannot tell of a kind of finding, and why.
    #[must_use]
    pub fn cannot_tell(kind: FindingKind, probe: Probe, why: String) -> Self {
        Self {
            kind,
            place: None,
            extent_mm: None,
            measures: Vec::new(),
            confidence: 0.0,
            shown_by: vec![probe],
            verdict: Verdict::CannotTell,
            slice: None,
            note: why,
        }
    }

    /// The first measure of that name.
    #[must_use]
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.name == name)
    }
}
