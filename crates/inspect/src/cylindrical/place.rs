//! The cell found in each volume, and both agreed on one frame. Knows no part of the cell.

use voltomo_types::{
    Finding, FindingKind, HeightOrigin, Measure, MeasureUnit, Probe, Transform, Verdict,
};

use super::cell::{CylindricalCell, Placed};
use super::frame::{Body, LidBy, find_frame};
use super::settings::CylindricalSettings;
use crate::error::{InspectError, name};
use crate::frame::CellFrame;
use crate::seen::{Seen, Views};

/// Share of a square volume that its round field leaves out, and a little more.
const CORNERS: f64 = 0.23;

/// Finds the cell in every volume there is, and hangs both views on one frame where a registration
/// is known; returned beside it, a finding for each volume in which no cell was found.
///
/// # Errors
/// No volume at all, or none in which the cell is found: then what was wrong with the first.
pub fn place<'a>(
    views: &Views<'a>,
    settings: &CylindricalSettings,
) -> Result<(CylindricalCell<'a>, Vec<Finding>), InspectError> {
    let find = |seen: Option<Seen<'a>>| {
        seen.map(|seen| find_frame(&seen, settings).map(|body| Placed { seen, body }))
    };
    let (mut cell, mut lost, mut errors) = (CylindricalCell::default(), Vec::new(), Vec::new());
    for (seen, into) in [(views.xray, &mut cell.xray), (views.neutron, &mut cell.neutron)] {
        match find(seen) {
            None => {}
            Some(Ok(placed)) => *into = Some(placed),
            Some(Err(error)) => {
                let lose = |seen: Seen<'_>| {
                    Finding::cannot_tell(FindingKind::Cell, seen.probe, error.to_string())
                };
                lost.extend(seen.map(lose));
                errors.push(error);
            }
        }
    }
    if cell.best().is_none() {
        return Err(errors.into_iter().next().unwrap_or(InspectError::NoVolume));
    }
    if let (Some(xray), Some(neutron), Some(xray_from_neutron)) =
        (&mut cell.xray, &mut cell.neutron, views.xray_from_neutron)
    {
        agree(&mut xray.body, &mut neutron.body, &xray_from_neutron);
        cell.is_registered = true;
    }
    Ok((cell, lost))
}

/// One frame for both: the axis of the X-rays, heights and lid of the view that knows them better. Of
/// two that know as much the neutrons tell: a cone beam smears the flat faces that heights begin at.
fn agree(xray: &mut Body, neutron: &mut Body, xray_from_neutron: &Transform) {
    let Some(neutron_from_xray) = xray_from_neutron.inverse() else { return };
    let rank = |body: &Body| match body.counted_from {
        HeightOrigin::Bottom => 2,
        HeightOrigin::NominalTop => 1,
        HeightOrigin::Volume => 0,
    };
    let is_lid_known = |body: &Body| body.lid_by != LidBy::Assumed;
    if (is_lid_known(neutron), rank(neutron)) >= (is_lid_known(xray), rank(xray)) {
        let middle = xray.frame.volume_point(0.5 * (xray.seen[0] + xray.seen[1]), 0.0, 0.0);
        let cell_of = |point| neutron.frame.cell_from_volume.apply(neutron_from_xray.apply(point));
        let height = cell_of(middle)[0];
        let further = cell_of([middle[0] + 1.0, middle[1], middle[2]])[0];
        let column = xray.frame.volume_from_cell.matrix.map(|row| row[0]);
        let slope = [column[1] / column[0], column[2] / column[0]];
        let frame = CellFrame::new(middle, height, slope, further < height);
        *xray = xray.in_frame(frame);
        (xray.lid_by, xray.counted_from) = (neutron.lid_by, neutron.counted_from);
        xray.height = neutron.height;
    }
    let volume_from_cell = xray.frame.volume_from_cell.then(&neutron_from_xray);
    let cell_from_volume = xray_from_neutron.then(&xray.frame.cell_from_volume);
    let frame = CellFrame { volume_from_cell, cell_from_volume, tab_angle: None };
    *neutron = neutron.in_frame(frame);
    (neutron.lid_by, neutron.counted_from) = (xray.lid_by, xray.counted_from);
    neutron.height = xray.height;
}

/// What of the cell is in a volume, and how it stands there.
pub(super) fn body_finding(placed: &Placed<'_>) -> Finding {
    let body = &placed.body;
    let mm = MeasureUnit::Millimetre;
    let mut measures =
        vec![Measure::new("diameter", 2.0 * body.radius, Some(2.0 * body.radius_sigma), mm)];
    if let (Some(bottom), Some(top)) = (body.bottom, body.top) {
        let sigma = 0.25 * 2.0_f64.sqrt() * placed.seen.grid.voxel;
        measures.push(Measure::new("height", top - bottom, Some(sigma), mm));
    }
    if let Some([low, high]) = body.groove {
        let sigma = Some(0.5 * placed.seen.grid.voxel);
        measures.push(Measure::new("groove_from", low, sigma, mm));
        measures.push(Measure::new("groove_to", high, sigma, mm));
    }
    measures.push(Measure::new("tilt", body.tilt.to_degrees(), None, MeasureUnit::Degree));
    let is_lid_known = body.lid_by != LidBy::Assumed;
    Finding {
        kind: FindingKind::Cell,
        place: None,
        extent_mm: None,
        measures,
        confidence: if is_lid_known { 0.99 } else { 0.8 },
        shown_by: vec![placed.seen.probe],
        verdict: Verdict::Seen,
        slice: None,
        note: body_note(placed),
    }
}

/// Share of a volume's voxels that hold no number, from every so many of them.
fn unknown_share(seen: &Seen<'_>) -> f64 {
    const EVERY: usize = 7;
    let looked_at = seen.attenuation.iter().step_by(EVERY);
    let (count, unknown) = looked_at.fold((0.0, 0.0), |(count, unknown), value| {
        (count + 1.0, unknown + f64::from(u8::from(!value.is_finite())))
    });
    unknown / f64::max(count, 1.0)
}

/// What is said of a volume that holds no numbers in more than its corners.
fn missing_note(seen: &Seen<'_>) -> String {
    let unknown = unknown_share(seen);
    if unknown < CORNERS {
        return String::new();
    }
    format!(" {:.0} % of its voxels hold no number: what lies there is not seen.", 100.0 * unknown)
}

fn body_note(placed: &Placed<'_>) -> String {
    let body = &placed.body;
    let edge = match placed.seen.probe {
        Probe::Neutron => "; its diameter is that of can and sleeve, which neutrons see",
        Probe::Xray => "",
    };
    let missing = missing_note(&placed.seen);
    let part = match (body.bottom.is_some(), body.top.is_some()) {
        (true, true) => "whole".to_string(),
        (true, false) => "without its top".to_string(),
        (false, true) => "without its bottom".to_string(),
        (false, false) => "without both its ends".to_string(),
    };
    let end = if body.is_lid_first() {
        "towards slice 0"
    } else {
        "towards the last slice (upside down)"
    };
    let by = match body.lid_by {
        LidBy::Settings => "as set",
        LidBy::Groove => "by the can's groove",
        LidBy::Ends => "by stud and floor",
        LidBy::Assumed => "assumed, nothing in the volume tells",
    };
    let from = match body.counted_from {
        HeightOrigin::Bottom => "from the bottom",
        HeightOrigin::NominalTop => "from the top at its nominal height",
        HeightOrigin::Volume => "from the lower end of the volume",
    };
    format!(
        "A cylindrical cell in the {} volume, {part}; heights {:.1} to {:.1} mm, counted {from}; lid {end}, {by}{edge}.{missing}",
        name(placed.seen.probe),
        body.seen[0],
        body.seen[1]
    )
}
