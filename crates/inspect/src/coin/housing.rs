//! Height and diameters of the housing, and what lies above what. Knows nothing beside the axis.

use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Verdict};

use super::discs::Disc;
use super::fit::Estimate;
use super::rays::crossing;
use super::report::{Report, measure};
use super::stack::Stack;

/// The lip of the can is looked for so far from its outer edge, mm.
const LIP_MM: [f64; 2] = [0.5, 0.2];
/// A rim that is so near to a circle is one, mm.
const ROUND_MM: f64 = 0.06;

/// The cell as a whole, and its can.
pub(super) fn housing(report: Report<'_>, stack: &Stack, discs: &[Disc]) -> Vec<Finding> {
    vec![cell(report, stack, discs), can(report)]
}

/// The cell as a whole, of a volume in which its faces are smeared.
pub(super) fn smeared(report: Report<'_>, stack: &Stack) -> Finding {
    let mut found = cell(report, stack, &[]);
    found.measures.retain(|measure| ["diameter", "face_flatness"].contains(&measure.name.as_str()));
    found.verdict = Verdict::CannotTell;
    found.note = format!(
        "The faces of this coin are no planes but uneven by {:.2} mm: the volume is smeared, as by a \
         wrong tilt or centre of the rotation axis (`reconstruct.tilt_deg`, \
         `reconstruct.centre_px`), or the housing is bent. The inside was not looked at.",
        report.pose.flatness
    );
    found
}

fn cell(report: Report<'_>, stack: &Stack, discs: &[Disc]) -> Finding {
    let pose = report.pose;
    let (height, diameter) = (pose.height.value, 2.0 * pose.radius.value);
    let lean = pose.upright.frame.volume_from_cell.matrix.map(|row| row[0].abs());
    let lean = lean.into_iter().fold(0.0, f64::max).min(1.0).acos().to_degrees();
    let side = if pose.is_up_known() {
        "the cap is the narrower side"
    } else {
        "which side is the cap cannot be told: both are as wide"
    };
    let note = format!("Coin cell, {diameter:.2} mm wide and {height:.2} mm high; {side}.");
    let mut found = report.along(FindingKind::Cell, [0.5 * height, 0.0, 0.0], note);
    let lean = Estimate { value: lean, sigma: pose.lean_deg };
    let twice = Estimate { value: diameter, sigma: 2.0 * pose.radius.sigma };
    found.extent_mm = Some([diameter, diameter, height]);
    found.confidence = if pose.is_up_known() { 0.999 } else { 0.5 };
    found.measures = vec![
        measure("height", pose.height, MeasureUnit::Millimetre),
        measure("diameter", twice, MeasureUnit::Millimetre),
        measure("tilt", lean, MeasureUnit::Degree),
        Measure::new("face_flatness", pose.flatness, None, MeasureUnit::Millimetre),
    ];
    found.measures.extend(layers(report, stack));
    found.measures.extend(rims(discs));
    found
}

/// Heights of the faces that the profile along the axis shows, from below.
fn layers(report: Report<'_>, stack: &Stack) -> Vec<Measure> {
    let sigma = 0.25 * report.pose.upright.step;
    let height =
        |name: &str, value: f64| measure(name, Estimate { value, sigma }, MeasureUnit::Millimetre);
    let mut list = Vec::new();
    if let Some(band) = stack.band() {
        list.push(height("band_height", band.z));
    }
    if let (Some([_, high]), Some(low)) = (stack.chip, stack.bright_from()) {
        list.extend([height("bright_layer_low", low), height("bright_layer_high", high)]);
    }
    if let Some([low, high]) = stack.cavity {
        list.extend([height("spacer_top", low), height("cap_inside", high)]);
    }
    list
}

/// Diameters of discs: slices next to one another with the same rim.
fn rims(discs: &[Disc]) -> Vec<Measure> {
    let mut list = Vec::new();
    let mut run: Vec<&Disc> = Vec::new();
    for disc in discs.iter().filter(|disc| disc.scatter < ROUND_MM) {
        let is_same = |last: &&Disc| (last.radius.value - disc.radius.value).abs() < 0.06;
        if !run.last().is_none_or(is_same) {
            list.extend(diameter(&run, list.len()));
            run.clear();
        }
        run.push(disc);
    }
    list.extend(diameter(&run, list.len()));
    list
}

fn diameter(run: &[&Disc], before: usize) -> Option<Measure> {
    let middle = run.get(run.len() / 2).filter(|_| run.len() > 1)?;
    let sigma = 2.0 * middle.radius.sigma;
    let name = format!("disc_{}_at_{:.2}_mm_diameter", before + 1, middle.z);
    let value = Estimate { value: 2.0 * middle.radius.value, sigma };
    Some(measure(&name, value, MeasureUnit::Millimetre))
}

fn can(report: Report<'_>) -> Finding {
    let pose = report.pose;
    let diameter = Estimate { value: 2.0 * pose.radius.value, sigma: 2.0 * pose.radius.sigma };
    let cap = Estimate {
        value: 2.0 * pose.cap_radius.value,
        sigma: 2.0 * pose.cap_radius.sigma + 0.5 * pose.upright.step,
    };
    let note = format!(
        "Can {:.2} mm wide; the cap measures {:.2} mm a little below its face.",
        diameter.value, cap.value
    );
    let at = [0.5 * pose.height.value, 0.0, pose.radius.value];
    let mut found = report.along(FindingKind::Can, at, note);
    found.measures = vec![
        measure("outer_diameter", diameter, MeasureUnit::Millimetre),
        measure("cap_diameter", cap, MeasureUnit::Millimetre),
        Measure::new("roughness", pose.roughness, None, MeasureUnit::Millimetre),
    ];
    if let Some(height) = lip(report) {
        found.measures.push(measure("can_height", height, MeasureUnit::Millimetre));
    }
    found
}

/// Height of the crimped lip.
fn lip(report: Report<'_>) -> Option<Estimate> {
    let pose = report.pose;
    let ring = LIP_MM.map(|inward| pose.radius.value - inward);
    let layers = pose.upright.layers(ring).value;
    let count = layers.len();
    let level = pose.rays.middle(0.0, 0.5 * pose.steel.value);
    let slice = crossing(&layers, (0..count).rev(), level, true)?;
    Some(Estimate { value: pose.upright.height(slice), sigma: pose.upright.step })
}
