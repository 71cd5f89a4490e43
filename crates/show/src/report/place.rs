//! Where a finding is, in words and as a small dial. Finds nothing.

use voltomo_types::{CellPart, Finding, FindingKind, HeightOrigin, MeasureUnit};

use super::content::ReportFinding;
use super::html::Html;
use super::number::fixed;

/// From this height on a finding is told from where to where, mm.
const TALL_MM: f64 = 2.0;
/// So near to where the volume ends, a finding may go on beyond it, mm.
const AT_THE_END_MM: f64 = 1.0;

/// How long the arrow of a shift is drawn.
pub(super) const SHIFT: f64 = 14.0;

/// Where a finding is, reduced to what a drawing needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    /// Lowest and highest point, mm above the bottom.
    pub(super) heights_mm: [f64; 2],
    /// Distance from the axis, mm.
    pub(super) radius_mm: f64,
    /// Direction and how far it reaches to both sides, degrees; `None` where it is all around or at
    /// the axis.
    pub(super) direction: Option<[f64; 2]>,
    /// Whether the direction is one in which something is moved, and not where something is.
    pub(super) is_shift: bool,
}

/// The spot of a finding that has a place made of numbers.
pub(super) fn spot(finding: &Finding) -> Option<Spot> {
    let at = finding.place?;
    let known = [at.z_mm, at.radius_mm, at.angle_deg].iter().all(|it| it.is_finite());
    if !known {
        return None;
    }
    let extent = finding.extent_mm.unwrap_or_default().map(|side| side.max(0.0));
    let [_, arc_mm, height_mm] = extent.map(|side| if side.is_finite() { side } else { 0.0 });
    let half = height_mm / 2.0;
    let heights_mm = [at.z_mm - half, at.z_mm + half];
    let is_shift = matches!(
        finding.kind,
        FindingKind::RollOffCentre | FindingKind::ElectrodeShift | FindingKind::SpacerTilt
    );
    // What reaches around the axis has no direction; what is at the axis has none either.
    let is_around = arc_mm > 2.0 * at.radius_mm && !is_shift;
    let half_arc =
        if is_shift { 0.0 } else { (arc_mm / 2.0 / at.radius_mm.max(1e-9)).to_degrees() };
    let direction = (!is_around && at.radius_mm > 1e-6)
        .then_some([at.angle_deg.rem_euclid(360.0), half_arc.min(180.0)]);
    Some(Spot { heights_mm, radius_mm: at.radius_mm, direction, is_shift })
}

/// The lines of a place in the table: height, distance from the axis, direction.
pub(super) fn lines(found: &ReportFinding) -> Vec<String> {
    let Some(spot) = spot(&found.finding) else { return Vec::new() };
    let mut lines = vec![heights(&spot, found.part.as_ref())];
    match spot.direction {
        _ if spot.is_shift => {}
        None => lines.push(around(&spot).into()),
        Some(_) => lines.push(format!("radius {}\u{a0}mm", near(spot.radius_mm))),
    }
    lines.extend(spot.direction.map(|[angle, _]| towards(&spot, angle)));
    lines
}

/// The spot of a finding, as high as all beams together show it, and what of the cell these hold.
pub(super) fn merged(
    found: &ReportFinding,
    others: &[&ReportFinding],
) -> Option<(Spot, Option<CellPart>)> {
    let (mut spot, mut part) = (spot(&found.finding)?, found.part);
    for other in others {
        let Some(theirs) = self::spot(&other.finding) else { continue };
        let [low, high] = theirs.heights_mm;
        spot.heights_mm = [spot.heights_mm[0].min(low), spot.heights_mm[1].max(high)];
        part = part.zip(other.part).map(|(part, theirs)| part.and(theirs)).or(part).or(other.part);
    }
    Some((spot, part))
}

/// The same in a sentence, height last; `others` show the same thing in other beams, and may show more
/// of its height.
pub(super) fn phrase(found: &ReportFinding, others: &[&ReportFinding]) -> Option<String> {
    let (spot, part) = merged(found, others)?;
    let mut told: Vec<String> =
        spot.direction.iter().map(|[angle, _]| towards(&spot, *angle)).collect();
    match spot.direction {
        _ if spot.is_shift => {}
        None => told.push(around(&spot).into()),
        Some(_) => told.push(format!("{}\u{a0}mm from the axis", near(spot.radius_mm))),
    }
    told.push(format!("at {}", heights(&spot, part.as_ref())));
    Some(told.join(", "))
}

fn around(spot: &Spot) -> &'static str {
    if spot.radius_mm > 1e-6 { "all around the axis" } else { "on the axis" }
}

fn towards(spot: &Spot, angle: f64) -> String {
    format!("{} {}", if spot.is_shift { "towards" } else { "at" }, degrees(angle))
}

/// From where to where, whether it may go on beyond the volume, and if heights are not the cell's.
fn heights(spot: &Spot, part: Option<&CellPart>) -> String {
    let [low, high] = spot.heights_mm;
    let mut told = if high - low >= TALL_MM {
        format!("heights {} to {}\u{a0}mm", near(low), near(high))
    } else {
        format!("height {}\u{a0}mm", near((low + high) / 2.0))
    };
    let Some(part) = part else { return told };
    if part.counted_from == HeightOrigin::Volume {
        told.push_str(" in the volume");
    }
    let is_tall = high - low >= TALL_MM;
    let below = is_tall && !part.holds_bottom && low < part.heights_mm[0] + AT_THE_END_MM;
    let above = is_tall && !part.holds_top && high > part.heights_mm[1] - AT_THE_END_MM;
    match (below, above) {
        (true, true) => told.push_str(" and perhaps beyond: the volume ends there"),
        (true, false) => told.push_str(" and perhaps below: the volume ends there"),
        (false, true) => told.push_str(" and perhaps above: the volume ends there"),
        (false, false) => {}
    }
    told
}

/// A length as it helps to find something: tenths, of small ones hundredths.
fn near(length_mm: f64) -> String {
    fixed(length_mm, if length_mm.abs() < 10.0 { 2 } else { 1 })
}

/// A direction, as `7°`.
pub(super) fn degrees(angle: f64) -> String {
    let whole = angle.round().rem_euclid(360.0);
    format!("{}{}", fixed(whole, 0), MeasureUnit::Degree.symbol())
}

/// A point on a dial of radius 1 seen as slices are drawn: 0 to the right, angles clockwise.
pub(super) fn on_dial(degrees: f64, radius: f64) -> [f64; 2] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [radius * cos, radius * sin]
}

/// A dial of the cell seen along its axis, the finding a dot or an arc in it. `turn`: where 0°
/// is drawn, degrees clockwise from the right.
pub(super) fn dial(html: &mut Html, spot: &Spot, (can_mm, turn): (f64, f64)) {
    html.raw("<svg class=\"dial\" viewBox=\"-22 -22 44 44\" aria-hidden=\"true\">");
    html.raw("<circle class=\"can\" r=\"20\"/><circle class=\"hub\" r=\"1\"/>");
    let radius = (20.0 * spot.radius_mm / can_mm.max(1e-9)).clamp(0.0, 20.0);
    mark(html, spot, (radius, turn));
    html.raw("</svg>");
}

/// The mark of a spot: a ring, an arc, an arrow or a dot at `radius` of the drawing.
pub(super) fn mark(html: &mut Html, spot: &Spot, (radius, turn): (f64, f64)) {
    let Some([angle, half_arc]) = spot.direction else {
        if radius > 0.5 {
            html.raw("<circle class=\"mark ring\"").at("r", radius).raw("/>");
        } else {
            html.raw("<circle class=\"mark dot\" r=\"3\"/>");
        }
        return;
    };
    let angle = angle + turn;
    if spot.is_shift {
        let [x, y] = on_dial(angle, SHIFT);
        let [left, right] = [-150.0, 150.0].map(|side| on_dial(angle + side, 5.0));
        let path = format!(
            "M0 0L{x:.1} {y:.1}M{:.1} {:.1}L{x:.1} {y:.1}L{:.1} {:.1}",
            x + left[0],
            y + left[1],
            x + right[0],
            y + right[1]
        );
        html.raw("<path class=\"mark arc arrow\"").attr("d", &path).raw("/>");
        return;
    }
    let [x, y] = on_dial(angle, radius);
    if radius * half_arc.to_radians() > 2.0 && half_arc < 179.0 {
        let [from, to] = [angle - half_arc, angle + half_arc].map(|it| on_dial(it, radius));
        let large = u8::from(half_arc > 90.0);
        let path = format!(
            "M{:.1} {:.1}A{radius:.1} {radius:.1} 0 {large} 1 {:.1} {:.1}",
            from[0], from[1], to[0], to[1]
        );
        html.raw("<path class=\"mark arc\"").attr("d", &path).raw("/>");
    } else {
        html.raw("<circle class=\"mark dot\" r=\"3\"").at("cx", x).at("cy", y).raw("/>");
    }
}
