//! The separator as a dark band: depth, thickness, place, flatness, tilt. Knows no other layer.

use voltomo_numeric::least_squares::parabola_minimum;
use voltomo_types::{Finding, FindingKind, MeasureUnit, Verdict};

use super::fit::{Estimate, Surface};
use super::pose::{FLAT, Pose};
use super::report::{Report, confidence, measure};
use super::stack::{Dip, Stack};

/// Columns in which the band is looked for, and their half width, mm.
const PATCH_MM: f64 = 0.6;
/// How far from its mean height the band is looked for, mm.
const REACH_MM: f64 = 0.2;

/// The band, or why there is none.
pub(super) fn band(report: Report<'_>, stack: &Stack) -> Finding {
    match stack.band() {
        Some(dip) => seen(report, dip),
        None => absent(report, stack),
    }
}

fn seen(report: Report<'_>, dip: &Dip) -> Finding {
    let pose = report.pose;
    let lesser = dip.shoulders[0].min(dip.shoulders[1]);
    let note = format!(
        "Dark band across the cell at {:.2} mm: {:.2} /cm between {:.2} and {:.2} /cm. Gas at the \
         separator, about {:.2} mm of it: a wetted separator shows no such band.",
        dip.z, dip.least, dip.shoulders[0], dip.shoulders[1], dip.gas_mm.value
    );
    let mut found = report.along(FindingKind::SeparatorBand, [dip.z, 0.0, 0.0], note);
    let share = Estimate { value: dip.depth.value / lesser, sigma: dip.depth.sigma / lesser };
    let height = Estimate { value: dip.z, sigma: 0.25 * pose.upright.step };
    let least = Estimate { value: dip.least, sigma: dip.depth.sigma };
    found.confidence = confidence(dip.depth.value / dip.depth.sigma);
    found.measures = vec![
        measure("depth", dip.depth, MeasureUnit::PerCentimetre),
        measure("contrast", share, MeasureUnit::One),
        measure("attenuation", least, MeasureUnit::PerCentimetre),
        measure("height", height, MeasureUnit::Millimetre),
        measure("gas_thickness", dip.gas_mm, MeasureUnit::Millimetre),
    ];
    if let Some(plane) = plane(pose, dip.z) {
        let tilt = slope(&plane);
        let flatness = Estimate { value: plane.scatter, sigma: 0.5 * plane.scatter };
        found.measures.push(measure("flatness", flatness, MeasureUnit::Millimetre));
        found.measures.push(measure("tilt", tilt, MeasureUnit::Degree));
    }
    let wide = 2.0 * FLAT * pose.radius.value;
    found.extent_mm = Some([wide, wide, dip.gas_mm.value]);
    found
}

fn absent(report: Report<'_>, stack: &Stack) -> Finding {
    let most = stack
        .dips
        .iter()
        .map(|dip| dip.depth)
        .max_by(|a, b| a.value.total_cmp(&b.value))
        .unwrap_or(Estimate { value: 0.0, sigma: stack.noise() });
    let note = format!(
        "No dark band between the electrodes (deepest dip {:.3} /cm): the picture of a wetted \
         separator, which is as bright as what is beside it and thinner than the picture is sharp.",
        most.value
    );
    let mut found = report.finding(FindingKind::SeparatorBand, note);
    found.measures = vec![measure("depth", most, MeasureUnit::PerCentimetre)];
    found.verdict = Verdict::Seen;
    found.confidence = 0.0;
    found
}

/// Slope of a plane in degrees.
pub(super) fn slope(plane: &Surface) -> Estimate {
    let value = plane.terms[1].hypot(plane.terms[2]).atan().to_degrees();
    Estimate { value, sigma: plane.sigmas[1].hypot(plane.sigmas[2]).to_degrees() }
}

/// The band's middle over y and x.
fn plane(pose: &Pose, z: f64) -> Option<Surface> {
    let upright = &pose.upright;
    let reach = FLAT * pose.radius.value;
    let count = voltomo_numeric::cast::to_index(2.0 * reach / PATCH_MM);
    let places = (0..=count).flat_map(|j| (0..=count).map(move |i| [j, i]));
    let points: Vec<[f64; 3]> = places
        .map(|at| at.map(|k| k as f64 * PATCH_MM - reach))
        .filter(|[y, x]| y.hypot(*x) <= reach)
        .filter_map(|[y, x]| {
            let column = upright.column([y, x], PATCH_MM);
            let range = upright.slice(z - REACH_MM)..=upright.slice(z + REACH_MM);
            let light = |k: usize| pose.rays.light(column.get(k).copied().unwrap_or(f64::NAN));
            let k = range.clone().max_by(|a, b| light(*a).total_cmp(&light(*b)))?;
            if k == 0 || k == *range.start() || k == *range.end() {
                return None;
            }
            let place = k as f64 + parabola_minimum([k - 1, k, k + 1].map(|k| -light(k)));
            Some([upright.height(place), y, x])
        })
        .collect();
    Surface::through(&points, 1)
}
