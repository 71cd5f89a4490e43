//! Electrodes beside the axis. Knows no thickness.

use voltomo_types::{Finding, FindingKind, MeasureUnit};

use super::discs::Disc;
use super::fit::Estimate;
use super::report::{Report, confidence, measure};
use super::stack::{ELECTRODE_MM, Stack};

/// An electrode's rim is seen so far from where the electrodes meet, mm: they are thin, and the
/// blur of the spacers begins behind them.
const NEAR_MM: f64 = 0.2;
/// A rim farther from a circle, mm, is that of two discs at once.
const ROUND_MM: f64 = 0.08;
/// Share of a shift that the blur of the disc next to it may take.
const MIXED: f64 = 0.05;

/// The shift of the electrode on the can's side, and of that on the cap's side.
pub(super) fn shifts(report: Report<'_>, stack: &Stack, discs: &[Disc]) -> Vec<Finding> {
    let Some(z) = stack.meeting() else {
        let note = "Neither a band nor a bright layer shows where the electrodes are.";
        return vec![report.cannot_tell(FindingKind::ElectrodeShift, note)];
    };
    let top = stack.chip.map_or(z + NEAR_MM, |chip| chip[1] - ELECTRODE_MM);
    let step = report.pose.upright.step;
    let below = z - NEAR_MM.max(2.0 * step)..=z - 0.25 * step;
    let above = z + 0.5 * ELECTRODE_MM..=top.max(z + 2.5 * step);
    let sides = [("electrode on the can's side", below), ("electrode on the cap's side", above)];
    sides.into_iter().map(|(name, range)| shift(report, name, range, discs)).collect()
}

fn shift(
    report: Report<'_>,
    name: &str,
    range: std::ops::RangeInclusive<f64>,
    discs: &[Disc],
) -> Finding {
    let kind = FindingKind::ElectrodeShift;
    let round = discs.iter().filter(|disc| range.contains(&disc.z) && disc.scatter < ROUND_MM);
    let least = round.clone().min_by(|a, b| a.radius.value.total_cmp(&b.radius.value));
    // The slice that shows the electrode least mixed with what is beside it shows it farthest out.
    let Some(disc) = round.max_by(|a, b| a.shift().total_cmp(&b.shift())) else {
        let note = format!("The {name} has no round rim in this volume.");
        return report.cannot_tell(kind, &note);
    };
    let shift = disc.shift();
    let sigma = disc.sigma.hypot(MIXED * shift);
    let degrees = disc.middle[0].atan2(disc.middle[1]).to_degrees().rem_euclid(360.0);
    let note = format!(
        "The {name} ({:.1} mm wide, seen at {:.2} mm) lies {shift:.2} mm beside the axis, towards \
         {degrees:.0}°.",
        2.0 * least.map_or(disc.radius, |least| least.radius).value,
        disc.z
    );
    let mut found = report.across(kind, [disc.z, disc.middle[0], disc.middle[1]], note);
    let of_direction = (sigma / shift.max(1e-9)).atan().to_degrees();
    let radius = least.map_or(disc.radius, |least| least.radius);
    let diameter = Estimate { value: 2.0 * radius.value, sigma: 2.0 * radius.sigma };
    found.confidence = confidence(shift / sigma);
    found.extent_mm = Some([shift, diameter.value, report.pose.upright.step]);
    found.measures = vec![
        measure("shift", Estimate { value: shift, sigma }, MeasureUnit::Millimetre),
        measure("direction", Estimate { value: degrees, sigma: of_direction }, MeasureUnit::Degree),
        measure("diameter", diameter, MeasureUnit::Millimetre),
    ];
    found
}
