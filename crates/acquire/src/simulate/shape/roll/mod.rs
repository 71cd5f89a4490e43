//! A jelly roll as a true spiral of a stack of layers: what describes it. Knows no rays.

mod march;
mod plan;
mod point;
mod problem;
mod sheet;
mod strip;
mod strips;

pub(super) use plan::{RollPlan, materials};
pub(super) use strips::{RollCut, Stretch};

/// A jelly roll: a stack of layers wound into an Archimedean spiral.
///
/// The sheet is described unrolled: `turn` τ counts along it (0 at the inner end, 1 after one full
/// turn), `depth` counts through the stack from its inner face. The inner face of the stack stands
/// at r = core_radius + pitch·τ, at the angle start_angle + 2π·τ (anticlockwise), pitch being the
/// sum of all thicknesses: so at its outer end the roll reaches core_radius + pitch·(turns + 1).
/// Where a layer is absent (before its first turn, after its last) there is a void.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Roll {
    /// Axis of the roll, `[x, y]`, mm.
    pub centre: [f64; 2],
    /// Radius at which the sheet begins, mm.
    pub core_radius: f64,
    /// Angle at which the sheet begins, radians anticlockwise from x.
    pub start_angle: f64,
    /// Length of the sheet in turns.
    pub turns: f64,
    /// The stack from inside outwards.
    pub layers: Vec<RollLayer>,
    /// Axial offset at τ = 0, 1, 2, … mm, linear between and constant beyond (telescoping, uneven
    /// edges); layers with `moves` follow it. Empty: none.
    pub offsets: Vec<f64>,
    /// Other ends on chosen turns; the last one that holds a turn counts.
    pub edge_changes: Vec<EdgeChange>,
    /// Places of the unrolled sheet with another material; later ones win.
    pub patches: Vec<Patch>,
    /// Gaps that push outwards what is wound about them.
    pub gaps: Vec<Gap>,
    /// Inner turns pushed inwards.
    pub collapse: Option<Collapse>,
    /// Regions with the dry twins of the materials.
    pub dry_zones: Vec<DryZone>,
    /// Tape about the outermost turn.
    pub tape: Option<Tape>,
}

/// One layer of the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct RollLayer {
    /// Its name.
    pub name: String,
    /// Thickness, mm.
    pub thickness: f64,
    /// Index of its material.
    pub material: usize,
    /// Index of its material in a dry zone; the same where none is given.
    pub dry: Option<usize>,
    /// Lower and upper end, mm in the cell.
    pub z: [f64; 2],
    /// First and last turn τ (fractions count); `[0, infinity]` for all the sheet.
    pub turns: [f64; 2],
    /// Whether it follows the roll's axial offsets (electrodes do, separators may not).
    pub moves: bool,
}

/// Other ends of some layers on some turns: overhang changes.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeChange {
    /// Indices of the layers.
    pub layers: Vec<usize>,
    /// First and last turn τ.
    pub turns: [f64; 2],
    /// Added to the lower and to the upper end, mm.
    pub shift: [f64; 2],
}

/// A rectangle of the unrolled sheet with another material: bare foil, a tab in the place of coat.
///
/// It counts where the sheet is, also where a layer is absent or does not reach in z.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// First and last turn τ.
    pub turns: [f64; 2],
    /// Range through the stack from its inner face, mm.
    pub depth: [f64; 2],
    /// Lower and upper end, mm in the cell.
    pub z: [f64; 2],
    /// Index of the material; none for a void.
    pub material: Option<usize>,
}

/// How the thickness of a gap runs along its arc.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GapProfile {
    /// thickness · (1 − u²), u = −1…1 along the arc: a delamination.
    Lens,
    /// Full in the middle, falling linearly to 0 over so many mm at either end: a tab with wedges.
    Plateau {
        /// Length of the fall at either end, mm of the arc.
        taper: f64,
    },
}

/// A gap between two windings; everything outside it over its arc is pushed outwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Turn τ of its middle.
    pub turn: f64,
    /// Where in the stack it opens, mm from the inner face.
    pub depth: f64,
    /// Its whole length along the winding, mm; less than one turn.
    pub arc: f64,
    /// Greatest thickness, mm.
    pub thickness: f64,
    /// Lower and upper end, mm in the cell.
    pub z: [f64; 2],
    /// Its thickness along the arc.
    pub profile: GapProfile,
    /// What fills a plateau between its tapers (a tab), or a whole lens; none for a void.
    pub material: Option<usize>,
}

/// Inner turns buckled inwards about an angle; the room they leave opens between the turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Collapse {
    /// Angle of its middle, radians anticlockwise from x about the roll's axis.
    pub angle: f64,
    /// Half its width, radians, less than π; the push falls as 1 − u².
    pub half_width: f64,
    /// Push of the innermost turn, mm.
    pub depth: f64,
    /// Number of turns over which the push falls to nothing, in equal steps.
    pub turns: usize,
    /// Lower and upper end, mm in the cell.
    pub z: [f64; 2],
}

/// A region whose layers are of their dry materials.
#[derive(Debug, Clone, PartialEq)]
pub struct DryZone {
    /// Range of the distance from the roll's axis, mm.
    pub radius: [f64; 2],
    /// Begin and width, radians anticlockwise from x about the roll's axis; none for all round.
    pub angle: Option<[f64; 2]>,
    /// Lower and upper end, mm in the cell.
    pub z: [f64; 2],
}

/// Tape on the outer face of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Tape {
    /// Thickness, mm.
    pub thickness: f64,
    /// Index of its material.
    pub material: usize,
    /// First and last turn τ of the sheet that it lies on; usually the last turn or a part of it.
    pub turns: [f64; 2],
    /// Lower and upper end, mm in the cell.
    pub z: [f64; 2],
}
