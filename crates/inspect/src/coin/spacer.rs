//! The upper face of the stack: how the spacer under the spring leans. Knows no spring.

use voltomo_types::{Finding, FindingKind, MeasureUnit};

use super::band::slope;
use super::fit::{Estimate, Surface};
use super::pose::{FLAT, Pose};
use super::rays::crossing;
use super::report::{Report, confidence, measure};
use super::stack::Stack;

/// The face is looked at every so many mm.
const PATCH_MM: f64 = 0.5;

/// The tilt of the spacer against the housing.
pub(super) fn tilt(report: Report<'_>, stack: &Stack) -> Finding {
    let Some(plane) = face(report.pose) else {
        let note = "No gas above the stack, so the face of the upper spacer cannot be seen.";
        return report.cannot_tell(FindingKind::SpacerTilt, note);
    };
    let pose = report.pose;
    let found = slope(&plane);
    let angle = Estimate { value: found.value, sigma: found.sigma.hypot(pose.lean_deg) };
    let towards = plane.terms[1].atan2(plane.terms[2]);
    let wide = 1.55 * pose.radius.value;
    let rise = wide * angle.value.to_radians().sin();
    let below = stack.chip.map(|chip| chip[1]).or(stack.band().map(|band| band.z));
    let z = 0.5 * (plane.terms[0] + below.unwrap_or(plane.terms[0]));
    let degrees = towards.to_degrees().rem_euclid(360.0);
    let note = format!(
        "The upper spacer leans by {:.2}° against the housing, its higher side towards {degrees:.0}°.",
        angle.value
    );
    let mut finding = report.along(FindingKind::SpacerTilt, [z, 0.0, 0.0], note);
    if let Some(slice) = &mut finding.slice {
        slice.position = degrees.rem_euclid(180.0);
    }
    let of_direction = (angle.sigma / angle.value.max(1e-9)).atan().to_degrees();
    finding.extent_mm = Some([wide, wide, rise]);
    finding.confidence = confidence(angle.value / angle.sigma);
    finding.measures = vec![
        measure("tilt", angle, MeasureUnit::Degree),
        measure("direction", Estimate { value: degrees, sigma: of_direction }, MeasureUnit::Degree),
        measure(
            "rise",
            Estimate { value: rise, sigma: wide * angle.sigma.to_radians() },
            MeasureUnit::Millimetre,
        ),
    ];
    finding
}

/// The face below the gas under the cap, as a plane over y and x.
pub(super) fn face(pose: &Pose) -> Option<Surface> {
    let upright = &pose.upright;
    let reach = FLAT * pose.radius.value;
    let level = pose.rays.middle(0.0, pose.steel.value);
    let count = voltomo_numeric::cast::to_index(2.0 * reach / PATCH_MM);
    let places = (0..=count).flat_map(|j| (0..=count).map(move |i| [j, i]));
    let points: Vec<[f64; 3]> = places
        .map(|at| at.map(|k| k as f64 * PATCH_MM - reach))
        .filter(|[y, x]| y.hypot(*x) <= reach)
        .filter_map(|[y, x]| {
            let column = upright.column([y, x], 0.5 * PATCH_MM);
            let to = |place: f64| (0..=voltomo_numeric::cast::to_index(place)).rev();
            let top = crossing(&column, (0..column.len()).rev(), level, true)?;
            let under = crossing(&column, to(top), level, false)?;
            Some([upright.height(crossing(&column, to(under), level, true)?), y, x])
        })
        .collect();
    let surface = Surface::through(&points, 1)?;
    (surface.kept > 0.5).then_some(surface)
}
