//! The cell from above and from the side, with the places of what is wrong numbered in it. Finds
//! nothing.

use voltomo_types::{FindingKind, Verdict};

use super::content::ReportFinding;
use super::html::{Html, coordinate};
use super::issue::Issue;
use super::place::{SHIFT, Spot, mark, merged, on_dial, spot};
use super::ticks::Ticks;
use super::words::verdict_class;

/// Radius of the can in the drawing from above.
const CAN: f64 = 105.0;
/// How much larger than in a dial the arrow of a shift is.
const ARROW: f64 = 4.5;
/// Half a number's disc.
const LABEL: f64 = 10.0;
/// The drawing from the side: left, right, top, bottom of the half section.
const SIDE: [f64; 4] = [48.0, 236.0, 26.0, 236.0];

/// What the drawings need to know of the cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CellSize {
    /// Radius of the can, mm.
    pub(super) radius_mm: f64,
    /// Where 0° lies in the slices, degrees clockwise from the right.
    pub(super) turn: f64,
    /// Lowest and highest place that anything was found at, mm.
    heights_mm: [f64; 2],
    /// Whether 0° is the positive tab.
    pub(super) is_from_tab: bool,
}

impl CellSize {
    /// As far as the findings tell; `None` where none has a place.
    pub(super) fn of(findings: &[ReportFinding]) -> Option<Self> {
        let spots: Vec<Spot> = findings.iter().filter_map(|it| spot(&it.finding)).collect();
        let fold = |start: f64, fold: fn(f64, f64) -> f64, of: fn(&Spot) -> f64| {
            spots.iter().map(of).fold(start, fold)
        };
        let farthest = fold(0.0, f64::max, |spot| spot.radius_mm);
        let low = fold(f64::INFINITY, f64::min, |spot| spot.heights_mm[0]);
        let high = fold(f64::NEG_INFINITY, f64::max, |spot| spot.heights_mm[1]);
        if spots.is_empty() {
            return None;
        }
        let told = diameter(findings).map(|diameter| diameter / 2.0);
        let radius_mm = told.unwrap_or(farthest * 1.1).max(farthest).max(0.1);
        let is_tab = |it: &ReportFinding| {
            it.finding.kind == FindingKind::Tab && it.finding.verdict != Verdict::CannotTell
        };
        Some(Self {
            radius_mm,
            turn: turn(findings),
            heights_mm: [low, high],
            is_from_tab: findings.iter().any(is_tab),
        })
    }
}

/// The can's diameter, else the cell's.
fn diameter(findings: &[ReportFinding]) -> Option<f64> {
    let of = |kind: FindingKind, name: &str| {
        let found = findings.iter().filter(|it| it.finding.kind == kind);
        let mut values = found.filter_map(|it| Some(it.finding.measure(name)?.value));
        values.find(|value| value.is_finite() && *value > 0.0)
    };
    of(FindingKind::Can, "outer_diameter").or(of(FindingKind::Cell, "diameter"))
}

/// Where 0° lies in the slices: the mean over the findings whose place in the volume tells it; 0 where
/// they disagree.
fn turn(findings: &[ReportFinding]) -> f64 {
    let mut sum = [0.0; 3];
    for place in findings.iter().filter_map(|it| it.finding.place) {
        let [_, y, x] = place.volume_mm;
        let is_about_axis = (y.hypot(x) - place.radius_mm).abs() < 0.3 && place.radius_mm > 0.5;
        if is_about_axis && place.angle_deg.is_finite() {
            let [cos, sin] = on_dial(y.atan2(x).to_degrees() - place.angle_deg, 1.0);
            sum = [sum[0] + cos, sum[1] + sin, sum[2] + 1.0];
        }
    }
    let length = sum[0].hypot(sum[1]);
    if sum[2] > 0.0 && length > 0.97 * sum[2] { sum[1].atan2(sum[0]).to_degrees() } else { 0.0 }
}

/// Draws both views; the numbers are those of the issues.
pub(super) fn draw(
    html: &mut Html,
    size: &CellSize,
    (findings, issues, verdict): (&[ReportFinding], &[Issue], Verdict),
) {
    let of = |issue: &Issue| {
        let told: Vec<_> = issue.findings.iter().map(|number| &findings[*number]).collect();
        merged(told[0], &told[1..]).map(|(spot, _)| spot)
    };
    let spots: Vec<(usize, Spot)> =
        issues.iter().enumerate().filter_map(|(k, issue)| Some((k + 1, of(issue)?))).collect();
    if spots.is_empty() {
        return;
    }
    html.raw("<figure class=\"map\"><div class=\"views\">");
    from_above(html, size, (&spots, verdict_class(verdict)));
    from_the_side(html, size, (&spots, verdict_class(verdict)));
    html.raw("</div><figcaption>Where it is: the numbers are those of the list. Left: along the ");
    html.raw("axis, turned as the slices are; 0° is ");
    html.raw(if size.is_from_tab { "the positive tab. " } else { "+x of the volume. " });
    html.raw("Right: height against distance from the axis; only the ");
    html.raw("heights where something was found are drawn.</figcaption></figure>");
}

fn from_above(html: &mut Html, size: &CellSize, (spots, class): (&[(usize, Spot)], &'static str)) {
    html.raw(
        "<svg viewBox=\"-140 -140 280 280\" role=\"img\" aria-label=\"The cell seen along its ",
    );
    html.raw("axis, with the places of what is listed\"><circle class=\"can\"").at("r", CAN);
    html.raw("/><circle class=\"hub\" r=\"2\"/>");
    for quarter in [0.0, 90.0, 180.0, 270.0] {
        let [inner, outer, label] =
            [CAN - 6.0, CAN + 3.0, CAN + 19.0].map(|radius| on_dial(quarter + size.turn, radius));
        html.raw("<path class=\"tick\"");
        let path = format!("M{:.1} {:.1}L{:.1} {:.1}", inner[0], inner[1], outer[0], outer[1]);
        html.attr("d", &path).raw("/><text class=\"clock\"");
        html.at("x", label[0]).at("y", label[1] + 4.0).raw(">");
        html.text(&format!("{quarter}°")).raw("</text>");
    }
    let mut labels = Labels::default();
    for (number, spot) in spots {
        let radius = CAN * (spot.radius_mm / size.radius_mm).min(1.0);
        html.raw("<g").attr("class", class);
        if spot.is_shift {
            // A shift is small beside the can: its arrow shows the direction alone.
            html.attr("transform", &format!("scale({ARROW})"));
        }
        html.raw(">");
        mark(html, spot, (radius, size.turn));
        html.raw("</g>");
        let at = match spot.direction {
            Some([angle, _]) if spot.is_shift => {
                on_dial(angle + size.turn, SHIFT * ARROW + LABEL + 2.0)
            }
            // Beside the end of an arc, where the next one is not.
            Some([angle, half_arc]) => {
                on_dial(angle + size.turn + half_arc.min(150.0), radius + LABEL + 4.0)
            }
            None => on_dial(-60.0, radius),
        };
        labels.put(html, (*number, class), at);
    }
    html.raw("</svg>");
}

fn from_the_side(
    html: &mut Html,
    size: &CellSize,
    (spots, class): (&[(usize, Spot)], &'static str),
) {
    let [left, right, top, bottom] = SIDE;
    let [low, high] = size.heights_mm;
    let margin = 0.06 * (high - low).max(1.0);
    let [low, high] = [low - margin, high + margin];
    let across = |radius: f64| left + (right - left) * (radius / size.radius_mm).min(1.0);
    let up = |z: f64| bottom - (bottom - top) * (z - low) / (high - low);
    html.raw(
        "<svg viewBox=\"0 0 280 280\" role=\"img\" aria-label=\"Height against distance from ",
    );
    html.raw("the axis of what is listed\"><rect class=\"can\"").at("x", left).at("y", top);
    html.at("width", right - left).at("height", bottom - top).raw("/><path class=\"axis\"");
    html.attr("d", &format!("M{left} {}V{}", top - 6.0, bottom + 6.0)).raw("/>");
    let heights = Ticks::between([low, high], 6, false);
    for at in &heights.at {
        html.raw("<path class=\"tick\"").attr("d", &format!("M{} {:.1}h-5", left, up(*at)));
        html.raw("/><text class=\"left\"").at("x", left - 8.0).at("y", up(*at) + 4.0).raw(">");
        html.text(&heights.label(*at)).raw("</text>");
    }
    let radii = Ticks::between([0.0, size.radius_mm], 4, false);
    for at in &radii.at {
        html.raw("<path class=\"tick\"").attr("d", &format!("M{:.1} {bottom}v5", across(*at)));
        html.raw("/><text class=\"clock\"").at("x", across(*at)).at("y", bottom + 18.0).raw(">");
        html.text(&radii.label(*at)).raw("</text>");
    }
    html.raw("<text class=\"start\" x=\"8\" y=\"14\">height, mm</text>");
    html.raw("<text class=\"clock\" x=\"142\" y=\"272\">distance from the axis, mm</text>");
    let mut labels = Labels::default();
    for (number, spot) in spots {
        let [from, to] = spot.heights_mm.map(up);
        let x = across(spot.radius_mm);
        html.raw("<path class=\"mark bar ").text(class).raw("\"");
        html.attr("d", &format!("M{x:.1} {:.1}V{:.1}", from + 1.5, to - 1.5)).raw("/>");
        labels.put(html, (*number, class), [x + 16.0, (from + to) / 2.0]);
    }
    html.raw("</svg>");
}

/// The numbers that are drawn already, so that none lies upon another.
#[derive(Default)]
struct Labels {
    taken: Vec<[f64; 2]>,
}

impl Labels {
    fn put(&mut self, html: &mut Html, (number, class): (usize, &'static str), at: [f64; 2]) {
        let is_free = |place: &[f64; 2]| {
            let apart = |it: &[f64; 2]| (it[0] - place[0]).hypot(it[1] - place[1]);
            self.taken.iter().all(|it| apart(it) > 2.0 * LABEL)
        };
        let rings = [0.0, 22.0, 44.0, 66.0];
        let places = rings.iter().flat_map(|ring| {
            (0..8).map(|k| {
                let [x, y] = on_dial(45.0 * f64::from(k), *ring);
                [at[0] + x, at[1] + y]
            })
        });
        let place = places.into_iter().find(is_free).unwrap_or(at);
        self.taken.push(place);
        let [x, y] = place.map(coordinate);
        html.raw("<g class=\"number ").text(class).raw("\"><circle").attr("cx", &x);
        html.attr("cy", &y).at("r", LABEL).raw("/><text").attr("x", &x);
        html.at("y", place[1] + 4.2).raw(">").text(&number.to_string()).raw("</text></g>");
    }
}
