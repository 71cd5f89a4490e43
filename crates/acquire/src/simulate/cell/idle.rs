//! Defects that would change nothing. Builds nothing.

use voltomo_types::Problem;

use super::defect::{Defect, ElectrodeShift};

/// A change of less is none, mm.
const LEAST_MM: f64 = 1e-3;
/// A tilt of less is none, degrees.
const LEAST_DEG: f64 = 0.01;

/// Defects of a file that change nothing, or undo one another.
pub(super) fn problems(defects: &[Defect]) -> impl Iterator<Item = Problem> + '_ {
    defects.iter().enumerate().filter_map(|(index, defect)| {
        let (name, found, expected) =
            idle(defect).or_else(|| shifted(defect, &defects[..index]))?;
        Some(Problem::new(&format!("defect[{index}].{name}"), found, expected))
    })
}

/// Key, what was found, what was expected.
type Idle = (&'static str, String, &'static str);

fn idle(defect: &Defect) -> Option<Idle> {
    match defect {
        Defect::OverhangChange(change) if change.change_mm.abs() < LEAST_MM => {
            let expected = "at least 0.001 mm up or down: this changes nothing";
            Some(("change_mm", change.change_mm.to_string(), expected))
        }
        Defect::OverhangChange(change) if change.last_turn < change.first_turn => {
            Some(("last_turn", change.last_turn.to_string(), "`first_turn` or a later turn"))
        }
        Defect::Telescoping(it) if it.drift_mm.abs() < LEAST_MM && it.sigma_mm < LEAST_MM => {
            let found = format!("{}, and {} for `sigma_mm`", it.drift_mm, it.sigma_mm);
            Some(("drift_mm", found, "at least 0.001 mm for one of them: this changes nothing"))
        }
        Defect::BentSeparator(bent) if bent.turns == 0 => {
            Some(("turns", "0".into(), "1 or more: this changes nothing"))
        }
        Defect::SpacerTilt(tilt) if tilt.tilt_deg.abs() < LEAST_DEG => {
            let expected = "at least 0.01 degrees: this changes nothing";
            Some(("tilt_deg", tilt.tilt_deg.to_string(), expected))
        }
        _ => None,
    }
}

/// A second shift of an electrode.
fn shifted(defect: &Defect, before: &[Defect]) -> Option<Idle> {
    let Defect::ElectrodeShift(ElectrodeShift { electrode, .. }) = defect else { return None };
    let same =
        |other: &&Defect| matches!(other, Defect::ElectrodeShift(it) if it.electrode == *electrode);
    before.iter().find(same)?;
    let found = "a second shift of this electrode".to_string();
    Some(("electrode", found, "one for each electrode: add the two up"))
}
