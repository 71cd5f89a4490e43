//! Whether light came through at all: what is behind starved rays cannot be told. Knows no defect.

use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Probe, Verdict};

use super::pose::FLAT;
use super::report::Report;
use super::stack::Stack;
use crate::round::median_and_sigma;

/// The finding that a volume is starved, with its reasons; `None` of a volume that is not.
pub(super) fn starvation(
    report: Report<'_>,
    stack: &Stack,
    (is_quantitative, share): (bool, Option<f64>),
) -> Option<Finding> {
    let (pose, settings) = (report.pose, report.settings);
    let mut reasons = Vec::new();
    let mut measures = Vec::new();
    if let Some(share) = share {
        measures.push(Measure::new("starved_share", share, None, MeasureUnit::One));
        if share > settings.starved_share {
            reasons.push(format!("no light came through {:.0} % of its rays", 100.0 * share));
        }
    }
    if report.probe == Probe::Xray {
        let steel = pose.steel.value;
        measures.push(Measure::new("steel", steel, None, MeasureUnit::PerCentimetre));
        if is_quantitative && steel < settings.least_steel_per_cm {
            reasons.push(format!(
                "its steel reads {steel:.1} /cm, where {:.1} is the least that any beam sees",
                settings.least_steel_per_cm
            ));
        }
        let clear = clearness(report, stack);
        measures.push(Measure::new("contrast_to_noise", clear, None, MeasureUnit::One));
        if clear < settings.least_contrast {
            reasons.push(format!(
                "steel and gas inside differ by {clear:.1} times the streaks of a layer"
            ));
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let note = format!(
        "The inside of this coin cannot be recovered: {}. Look at it with neutrons, or tilt it and \
         raise the tube voltage.",
        reasons.join("; ")
    );
    let at = [0.5 * pose.height.value, 0.0, 0.0];
    let mut found = report.along(FindingKind::Starvation, at, note);
    found.measures = measures;
    found.verdict = Verdict::CannotTell;
    found.confidence = 0.5_f64.powi(i32::try_from(reasons.len()).unwrap_or(1)).mul_add(-1.0, 1.0);
    Some(found)
}

/// Greatest difference of two layers over the scatter of the voxels within a layer.
fn clearness(report: Report<'_>, stack: &Stack) -> f64 {
    let upright = &report.pose.upright;
    let reach = FLAT * report.pose.radius.value;
    let range = upright.slice(0.0)..=upright.slice(report.pose.height.value);
    let scatter: Vec<f64> = range
        .clone()
        .filter_map(|k| {
            let slice = upright.mu.index_axis(ndarray::Axis(0), k);
            let inside = slice.indexed_iter().filter(|((j, i), mu)| {
                mu.is_finite() && upright.across(*j).hypot(upright.across(*i)) < reach
            });
            let values: Vec<f64> = inside.map(|(_, mu)| f64::from(*mu)).collect();
            median_and_sigma(&values).map(|(_, sigma)| sigma)
        })
        .collect();
    let layers = range.map(|k| stack.layers.value[k]);
    let (low, high) = layers
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mu| (low.min(mu), high.max(mu)));
    let noise = crate::round::median(scatter).unwrap_or(f64::INFINITY);
    (high - low) / noise.max(f64::MIN_POSITIVE)
}
