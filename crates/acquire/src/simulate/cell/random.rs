//! Defects drawn by chance, of usual sizes, where they fit and apart from one another. Knows no beam.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltomo_numeric::cast::to_index;

use super::build::{assemble, own_library};
use super::coin::CoinFile;
use super::cylindrical::CylindricalFile;
use super::defect::{
    BentSeparator, CanDent, CoreCollapse, Defect, DryZone, ElectrodeShift, End, ForeignParticle,
    FreeElectrolyte, GasBubble, LithiumPitting, MissingSpring, Ovality, OverhangChange,
    RollOffCentre, Side, SpacerTilt, TabWedgeVoid, Telescoping, WindingGap,
};
use super::error::CellError;
use super::file::CellFile;
use super::record::DefectRecord;
use crate::simulate::material::Library;

/// Draws for each defect that is wanted, before there is no room.
const DRAWS: usize = 400;
/// Least distance between two places, mm.
const APART_MM: f64 = 0.5;
/// What foreign particles are made of.
const METALS: [&str; 3] = ["iron", "copper", "nickel"];
/// Kinds that a cell has once, or that touch all of it.
const ONCE: [&str; 12] = [
    "tab_wedge_void",
    "roll_off_centre",
    "free_electrolyte",
    "overhang_change",
    "telescoping",
    "core_collapse",
    "bent_separator",
    "ovality",
    "can_dent",
    "spacer_tilt",
    "electrode_shift",
    "missing_spring",
];

/// More defects than this are not a cell's any more.
const MOST: usize = 200;

/// Draws `count` defects for a cell: kinds, places and sizes by ChaCha8 from `seed`.
///
/// Each fits into the cell together with those of its file and those drawn before it, and local
/// ones lie apart. The same file, count and seed give the same defects.
///
/// # Errors
/// Materials of the file that cannot be made, and [`CellError::NoRoom`] where so many do not fit.
pub fn random_defects(file: &CellFile, count: usize, seed: u64) -> Result<Vec<Defect>, CellError> {
    if count > MOST {
        return Err(CellError::TooManyRandom { wanted: count, most: MOST });
    }
    let library = own_library(file, &Library::standard())?;
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
    let mut drawn: Vec<Defect> = Vec::new();
    for _ in 0..count * DRAWS {
        if drawn.len() == count {
            break;
        }
        let defect = match file {
            CellFile::Cylindrical(file) => chance.cylindrical(file),
            CellFile::Coin(file) => chance.coin(file),
        };
        let others = || file.defects().iter().chain(&drawn);
        let is_repeated = || others().any(|other| other.kind() == defect.kind());
        if clashes(&defect, others()) || (defect.is_single() && is_repeated()) {
            continue;
        }
        drawn.push(defect);
        if !fits(file, &drawn, &library) {
            drawn.pop();
        }
    }
    let found = drawn.len();
    if found < count {
        return Err(CellError::NoRoom { cell: file.name().into(), wanted: count, found });
    }
    Ok(drawn)
}

/// Whether a kind is there already that a cell has once.
fn clashes<'a>(defect: &Defect, mut others: impl Iterator<Item = &'a Defect>) -> bool {
    let kind = defect.kind();
    ONCE.contains(&kind) && others.any(|other| other.kind() == kind)
}

/// Whether the cell fits together, and the last defect lies apart from all others.
fn fits(file: &CellFile, drawn: &[Defect], library: &Library) -> bool {
    let draft = assemble(file, drawn, library);
    let records: Vec<DefectRecord> =
        draft.records.into_iter().filter(DefectRecord::is_defect).collect();
    let Some((last, others)) = records.split_last() else { return false };
    let apart = others.iter().all(|other| is_apart(last, other));
    apart && draft.fit.misfits().is_empty()
}

/// Whether two local defects share no place; those that touch the whole cell share all.
fn is_apart(a: &DefectRecord, b: &DefectRecord) -> bool {
    if [a, b].iter().any(|record| ONCE.contains(&record.kind.as_str())) {
        return true;
    }
    let gap_z = (a.place_mm[2] - b.place_mm[2]).abs() - 0.5 * (a.size_mm[2] + b.size_mm[2]);
    let [dx, dy] = [0, 1].map(|axis| a.place_mm[axis] - b.place_mm[axis]);
    let wide = |record: &DefectRecord| 0.5 * record.size_mm[0].max(record.size_mm[1]);
    gap_z > APART_MM || dx.hypot(dy) - wide(a) - wide(b) > APART_MM
}

/// Draws sizes and places.
struct Chance(ChaCha8Rng);

impl Chance {
    /// A number of a range, rounded to thousandths so that a file can hold it.
    fn within(&mut self, low: f64, high: f64) -> f64 {
        let share: f64 = self.0.random();
        (1e3 * (low + share * (high - low))).round() / 1e3
    }

    fn one_of(&mut self, count: usize) -> usize {
        let share: f64 = self.0.random();
        to_index((share * count as f64).floor()).min(count - 1)
    }

    fn angle(&mut self) -> f64 {
        self.within(0.0, 360.0)
    }

    fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + self.0.random_range(0..=high.saturating_sub(low))
    }

    fn cylindrical(&mut self, file: &CylindricalFile) -> Defect {
        match self.one_of(13) {
            0 => Defect::WindingGap(self.winding_gap(file)),
            1 => Defect::TabWedgeVoid(TabWedgeVoid {
                thickness_um: self.within(50.0, 150.0),
                width_mm: 4.0,
            }),
            2 => Defect::RollOffCentre(RollOffCentre {
                shift_mm: self.within(0.05, 0.2),
                angle_deg: self.angle(),
            }),
            3 => Defect::DryZone(self.dry_zone(file)),
            4 => Defect::FreeElectrolyte(FreeElectrolyte { height_mm: self.within(1.0, 3.0) }),
            5 => Defect::ForeignParticle(self.particle(file)),
            6 => Defect::OverhangChange(self.overhang(file)),
            7 => Defect::Telescoping(Telescoping {
                drift_mm: self.within(0.1, 0.8),
                sigma_mm: self.within(0.1, 0.3),
                seed: u64::from(self.whole(0, 9999)),
            }),
            8 => Defect::CoreCollapse(CoreCollapse {
                depth_mm: self.within(0.2, 1.2),
                angle_deg: self.angle(),
                arc_mm: self.within(1.5, 3.5),
                turns: f64::from(self.whole(2, 5)),
            }),
            9 => Defect::BentSeparator(BentSeparator {
                turns: self.whole(1, 3),
                bend_mm: self.within(0.4, 1.2),
            }),
            10 => Defect::CanDent(self.dent(file)),
            11 => Defect::Ovality(Ovality {
                difference_mm: self.within(0.05, 0.3),
                angle_deg: self.within(0.0, 180.0),
            }),
            _ => Defect::GasBubble(self.bubble(0.2, 0.25 * file.can.outer_diameter_mm, file)),
        }
    }

    fn winding_gap(&mut self, file: &CylindricalFile) -> WindingGap {
        WindingGap {
            turn: self.within(1.0, file.roll.turns - 1.0),
            angle_deg: self.angle(),
            arc_mm: self.within(1.0, 20.0),
            thickness_um: self.within(20.0, 300.0),
            z_mm: self.within(0.1, 0.9) * file.height_mm,
            height_mm: self.within(5.0, 50.0),
        }
    }

    fn dry_zone(&mut self, file: &CylindricalFile) -> DryZone {
        let outer = 0.5 * file.can.outer_diameter_mm;
        DryZone {
            radius_mm: self.within(0.3, 0.8) * outer,
            angle_deg: self.angle(),
            z_mm: self.within(0.1, 0.9) * file.height_mm,
            depth_mm: self.within(1.5, 4.0),
            arc_mm: self.within(2.0, 8.0),
            height_mm: self.within(2.0, 15.0),
        }
    }

    fn particle(&mut self, file: &CylindricalFile) -> ForeignParticle {
        ForeignParticle {
            material: METALS[self.one_of(METALS.len())].into(),
            diameter_um: self.within(30.0, 300.0),
            radius_mm: self.within(0.25, 0.9) * 0.5 * file.can.outer_diameter_mm,
            angle_deg: self.angle(),
            z_mm: self.within(0.1, 0.9) * file.height_mm,
        }
    }

    fn overhang(&mut self, file: &CylindricalFile) -> OverhangChange {
        let last = u32::try_from(to_index(file.roll.turns)).unwrap_or(1);
        let first_turn = self.whole(0, last.saturating_sub(3));
        OverhangChange {
            first_turn,
            last_turn: first_turn + self.whole(0, 2),
            end: if self.one_of(2) == 0 { End::Top } else { End::Bottom },
            change_mm: self.within(-1.5, -0.3),
        }
    }

    fn dent(&mut self, file: &CylindricalFile) -> CanDent {
        CanDent {
            depth_mm: self.within(0.1, 1.0),
            width_mm: self.within(2.0, 8.0),
            height_mm: self.within(2.0, 8.0),
            angle_deg: self.angle(),
            z_mm: self.within(0.15, 0.85) * file.height_mm,
        }
    }

    fn bubble(&mut self, least: f64, reach: f64, file: &CylindricalFile) -> GasBubble {
        GasBubble {
            diameter_mm: self.within(least, 2.0),
            height_mm: None,
            radius_mm: self.within(0.4, 1.6) * reach,
            angle_deg: self.angle(),
            z_mm: Some(self.within(0.1, 0.9) * file.height_mm),
        }
    }

    fn coin(&mut self, file: &CoinFile) -> Defect {
        let is_lithium = file.anode.coat == "lithium";
        match self.one_of(if is_lithium { 5 } else { 4 }) {
            0 => Defect::SpacerTilt(SpacerTilt {
                tilt_deg: self.within(1.0, 5.0),
                angle_deg: self.angle(),
            }),
            1 => Defect::ElectrodeShift(ElectrodeShift {
                electrode: if self.one_of(2) == 0 { Side::Cathode } else { Side::Anode },
                shift_mm: self.within(0.5, 2.0),
                angle_deg: self.angle(),
            }),
            2 => Defect::GasBubble(GasBubble {
                diameter_mm: self.within(0.2, 3.0),
                height_mm: None,
                radius_mm: self.within(0.0, 0.4) * file.cathode.diameter_mm,
                angle_deg: self.angle(),
                z_mm: None,
            }),
            3 => Defect::MissingSpring(MissingSpring {}),
            _ => Defect::LithiumPitting(LithiumPitting {
                depth_um: self.within(50.0, 300.0),
                diameter_mm: self.within(0.2, 1.5),
                radius_mm: self.within(0.0, 0.4) * file.anode.diameter_mm,
                angle_deg: self.angle(),
            }),
        }
    }
}
