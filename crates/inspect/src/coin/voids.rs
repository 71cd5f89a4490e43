//! Gas in the electrodes: bubbles in a coat, pits in the lithium. Knows no spring and no band's depth.

use ndarray::Axis;
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit};

use super::discs::Disc;
use super::fit::Estimate;
use super::rays::crossing;
use super::report::{Report, confidence, measure};
use super::stack::{ELECTRODE_MM, Stack};
use super::sunken::{Relief, Sunken, relief, sunken};
use super::upright::mean;
use crate::round::median_and_sigma;

/// Nearer to an electrode's rim nothing is looked for, mm.
const RIM_MM: f64 = 0.8;
/// Height of a thin electrode's picture, mm: itself and the blur of one side.
const THIN_MM: f64 = 0.2;
/// A place is followed so far beyond its layer, mm.
const AROUND_MM: f64 = 0.25;
/// Evenness is told over this width, mm.
const EVEN_MM: f64 = 0.48;

/// One layer that is looked at from above.
struct Zone {
    heights: [f64; 2],
    about: [f64; 2],
    reach: f64,
}

/// A place, and how deep it goes.
struct Seen {
    place: Sunken,
    /// Middle of what is missing, mm.
    z: f64,
    /// Lower and upper end of what is missing, at half, mm.
    ends: [f64; 2],
}

/// Bubbles and pits, and the evenness of the chip as measures of the cell.
pub(super) fn voids(
    report: Report<'_>,
    stack: &Stack,
    discs: &[Disc],
) -> (Vec<Finding>, Vec<Measure>) {
    let Some(meeting) = stack.meeting() else { return (Vec::new(), Vec::new()) };
    let (mut seen, mut measures) = (Vec::new(), Vec::new());
    for zone in zones(stack, meeting, discs) {
        let upright = &report.pose.upright;
        let map = upright.slab(zone.heights);
        let relief = relief(upright, &map, zone.about, zone.reach);
        if stack.chip.is_some_and(|chip| zone.heights[1] > chip[0] + 2.0 * ELECTRODE_MM) {
            measures = evenness(report, stack, &relief);
        }
        let places = sunken(upright, &relief, report.settings.void_sigmas);
        seen.extend(places.into_iter().map(|place| deep(report, &zone, place)));
    }
    seen.sort_by(|a, b| b.place.sigmas.total_cmp(&a.place.sigmas));
    let mut findings: Vec<(Sunken, Finding)> = Vec::new();
    for one in seen {
        let apart = |other: &Sunken| {
            let [dy, dx] = [0, 1].map(|i| one.place.middle[i] - other.middle[i]);
            dx.hypot(dy) > 0.5 * (one.place.diameter.value + other.diameter.value)
        };
        if findings.iter().all(|(other, _)| apart(other)) {
            let finding = finding(report, stack, &one);
            findings.push((one.place, finding));
        }
    }
    (findings.into_iter().map(|(_, finding)| finding).collect(), measures)
}

/// The thin electrode below where they meet, and the chip or the thin electrode above.
fn zones(stack: &Stack, meeting: f64, discs: &[Disc]) -> Vec<Zone> {
    let above = match stack.chip {
        Some([_, high]) => [meeting + 0.5 * ELECTRODE_MM, high],
        None => [meeting + 0.5 * ELECTRODE_MM, meeting + 0.5 * ELECTRODE_MM + THIN_MM],
    };
    let below = [meeting - THIN_MM, meeting - 0.2 * ELECTRODE_MM];
    let zone = |heights: [f64; 2]| {
        let inside = |disc: &&Disc| (heights[0]..=heights[1]).contains(&disc.z);
        // The disc that lies farthest beside the axis, so that no rim is within reach.
        let disc = discs.iter().filter(inside).max_by(|a, b| a.shift().total_cmp(&b.shift()))?;
        let radii = discs.iter().filter(|disc| disc.z <= above[1]).map(|disc| disc.radius.value);
        let least = radii.fold(f64::INFINITY, f64::min);
        let beside = (disc.shift() - 0.3).max(0.0);
        let reach = least - RIM_MM - beside;
        (reach > 1.0).then_some(Zone { heights, about: disc.middle, reach })
    };
    [below, above].into_iter().filter_map(zone).collect()
}

/// Thickness of the bright layer, and how far it is from even.
fn evenness(report: Report<'_>, stack: &Stack, relief: &Relief) -> Vec<Measure> {
    let (Some([_, high]), Some(low)) = (stack.chip, stack.bright_from()) else { return Vec::new() };
    let upright = &report.pose.upright;
    let smooth = upright.smoothed(&relief.rest, EVEN_MM);
    let inside = smooth.iter().zip(&relief.rest).filter(|(_, rest)| rest.is_finite());
    let values: Vec<f64> = inside.map(|(value, _)| *value).collect();
    let uneven = median_and_sigma(&values).map_or(f64::NAN, |(_, sigma)| sigma);
    let thick = Estimate { value: high - low, sigma: 0.5 * upright.step };
    let share = uneven / relief.mean;
    vec![
        measure("bright_layer_thickness", thick, MeasureUnit::Millimetre),
        Measure::new("bright_layer_unevenness", share, None, MeasureUnit::One),
    ]
}

/// Where along the axis a place lacks matter: its own column less that of its surroundings.
fn deep(report: Report<'_>, zone: &Zone, place: Sunken) -> Seen {
    let upright = &report.pose.upright;
    let slices =
        upright.slice(zone.heights[0] - AROUND_MM)..=upright.slice(zone.heights[1] + AROUND_MM);
    let (own, around) = surroundings(report, zone, &place);
    let mean_of = |k: usize, places: &[[usize; 2]]| {
        let slice = upright.mu.index_axis(Axis(0), k);
        let values = places.iter().map(|at| f64::from(slice[*at]));
        mean(values.filter(|mu| mu.is_finite()))
    };
    // As a share of what is around: layers of unlike µ count alike, and gas for nothing.
    let least = 0.2 * report.pose.steel.value;
    let missing: Vec<f64> = slices
        .clone()
        .map(|k| {
            let full = mean_of(k, &around);
            if full > least { 1.0 - mean_of(k, &own) / full } else { 0.0 }
        })
        .collect();
    let first = *slices.start() as f64;
    let most = missing.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let peak = missing.iter().position(|value| *value >= most).unwrap_or(0);
    let half = 0.5 * most;
    let low = crossing(&missing, (0..=peak).rev(), half, false).unwrap_or(0.0);
    let high = crossing(&missing, peak..missing.len(), half, false);
    let high = high.unwrap_or((missing.len() - 1) as f64);
    let inside = missing
        .iter()
        .enumerate()
        .filter(|(k, value)| **value > 0.0 && (low - 0.5..=high + 0.5).contains(&(*k as f64)));
    let (sum, weight) = inside
        .fold((0.0, 0.0), |(sum, weight), (k, value)| (sum + k as f64 * value, weight + value));
    let z = upright.height(first + if weight > 0.0 { sum / weight } else { peak as f64 });
    Seen { place, z, ends: [low, high].map(|at| upright.height(first + at)) }
}

/// Rows and columns of a place, and of what lies beside it as far from the middle of the layer.
fn surroundings(
    report: Report<'_>,
    zone: &Zone,
    place: &Sunken,
) -> (Vec<[usize; 2]>, Vec<[usize; 2]>) {
    let upright = &report.pose.upright;
    let width = place.diameter.value;
    let near = (0.3 * width).max(upright.step);
    let from_middle = |[y, x]: [f64; 2]| (y - zone.about[0]).hypot(x - zone.about[1]);
    let radius = from_middle(place.middle);
    let (mut own, mut around) = (Vec::new(), Vec::new());
    let rows = upright.mu.dim().1;
    for at in (0..rows).flat_map(|j| (0..rows).map(move |i| [j, i])) {
        let here = at.map(|index| upright.across(index));
        let away = (here[0] - place.middle[0]).hypot(here[1] - place.middle[1]);
        let is_beside = (from_middle(here) - radius).abs() < near || radius < near;
        if away < near {
            own.push(at);
        } else if (0.75 * width..3.0 * width).contains(&away) && is_beside {
            around.push(at);
        }
    }
    (own, around)
}

fn finding(report: Report<'_>, stack: &Stack, seen: &Seen) -> Finding {
    // Above the middle of the gas at the separator, or above a coat's height of a bright layer
    // without it, lies the lithium.
    let face = stack.band().map(|band| band.z + 0.5 * ELECTRODE_MM);
    let face = face.or(stack.chip.map(|chip| chip[0] + ELECTRODE_MM));
    let chip = stack.chip.filter(|_| face.is_some_and(|face| seen.z > face));
    let Sunken { middle, diameter, missing, sigmas } = seen.place.clone();
    let step = report.pose.upright.step;
    let degrees = middle[0].atan2(middle[1]).to_degrees().rem_euclid(360.0);
    let radius = middle[0].hypot(middle[1]);
    let at = [seen.z, middle[0], middle[1]];
    let place = format!("{radius:.1} mm from the axis towards {degrees:.0}°");
    let (kind, name, depth, note) = match chip {
        Some(chip) => {
            let depth = (seen.ends[1] - chip[0]).max(0.0);
            let note = format!(
                "Pit in the face of the lithium, {:.1} mm wide and {depth:.2} mm deep, {place}.",
                diameter.value
            );
            (FindingKind::LithiumPitting, "depth", depth, note)
        }
        None => {
            let depth = seen.ends[1] - seen.ends[0];
            let note =
                format!("Bubble of gas at the electrode, {:.1} mm wide, {place}.", diameter.value);
            (FindingKind::GasBubble, "height", depth, note)
        }
    };
    let mut found = report.across(kind, at, note);
    found.confidence = confidence(sigmas);
    found.extent_mm = Some([diameter.value, diameter.value, depth]);
    found.measures = vec![
        measure("diameter", diameter, MeasureUnit::Millimetre),
        measure(
            name,
            Estimate { value: depth, sigma: 0.5 * step + 0.025 },
            MeasureUnit::Millimetre,
        ),
        measure("missing", missing, MeasureUnit::One),
    ];
    found
}
