//! Plots as SVG: axes with round ticks, lines with gaps where nothing is known, levels with names.
//! Knows neither cells nor limits.

use voltomo_types::{Counted, Curve, CurveLine};

use super::html::Html;
use super::number::{UNKNOWN, plain};
use super::ticks::Ticks;

/// The drawing, and in it left, right, top and bottom of what the axes frame.
pub(super) const SIZE: [f64; 2] = [480.0, 300.0];
pub(super) const FRAME: [f64; 4] = [74.0, 466.0, 14.0, 250.0];
/// More lines than this are coloured along a ramp instead of one by one.
const DISTINCT: usize = 5;
/// More places than this are drawn as the range of each of so many groups.
const MOST_PLACES: usize = 1400;
/// A level so many times farther away than the lines reach is named at the rim.
const FAR_LEVEL: f64 = 6.0;

/// Two axes: which numbers they reach, and where those lie in the drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axes {
    pub(super) across: [f64; 2],
    pub(super) up: [f64; 2],
    pub(super) across_ticks: Ticks,
    pub(super) up_ticks: Ticks,
}

impl Axes {
    /// Axes over two ranges; a range of no length is widened.
    pub(super) fn new(across: [f64; 2], up: [f64; 2], names: [&Counted; 2]) -> Self {
        let [across, up] = [across, up].map(widened);
        let is_clock =
            |range: [f64; 2], name: &Counted| name.unit == "°" && range[1] - range[0] > 90.0;
        Self {
            across_ticks: Ticks::between(across, 6, is_clock(across, names[0])),
            up_ticks: Ticks::between(up, 5, is_clock(up, names[1])),
            across,
            up,
        }
    }

    fn x(&self, value: f64) -> f64 {
        let [left, right, ..] = FRAME;
        left + (right - left) * (value - self.across[0]) / (self.across[1] - self.across[0])
    }

    fn y(&self, value: f64) -> f64 {
        let [.., top, bottom] = FRAME;
        bottom - (bottom - top) * (value - self.up[0]) / (self.up[1] - self.up[0])
    }

    /// Draws grid, numbers and names.
    pub(super) fn draw(&self, html: &mut Html, names: [&Counted; 2]) {
        let [left, right, top, bottom] = FRAME;
        for at in &self.up_ticks.at {
            html.raw("<path class=\"grid\"");
            html.attr("d", &format!("M{left} {:.1}H{right}", self.y(*at)))
                .raw("/><text class=\"left\"");
            html.at("x", left - 7.0).at("y", self.y(*at) + 4.0).raw(">");
            html.text(&self.up_ticks.label(*at)).raw("</text>");
        }
        for at in &self.across_ticks.at {
            html.raw("<path class=\"tick\"");
            html.attr("d", &format!("M{:.1} {bottom}v5", self.x(*at)))
                .raw("/><text class=\"clock\"");
            html.at("x", self.x(*at)).at("y", bottom + 19.0).raw(">");
            html.text(&self.across_ticks.label(*at)).raw("</text>");
        }
        html.raw("<path class=\"axis\"");
        html.attr("d", &format!("M{left} {top}V{bottom}H{right}")).raw("/>");
        html.raw("<text class=\"clock\"").at("x", (left + right) / 2.0).at("y", SIZE[1] - 8.0);
        html.raw(">").text(&titled(names[0], self.across_ticks.exponent)).raw("</text>");
        let middle = (top + bottom) / 2.0;
        html.raw("<text class=\"clock\"")
            .attr("transform", &format!("translate(15 {middle}) rotate(-90)"));
        html.raw(">").text(&titled(names[1], self.up_ticks.exponent)).raw("</text>");
    }
}

/// What an axis counts: `overhang, mm`, with the power of ten that its numbers leave out.
fn titled(counted: &Counted, exponent: i32) -> String {
    let power: String = exponent.to_string().chars().map(raised).collect();
    let unit = match (counted.unit.as_str(), exponent) {
        (unit, 0) => unit.to_string(),
        ("", _) => format!("×\u{2009}10{power}"),
        (unit, _) => format!("10{power}\u{a0}{unit}"),
    };
    if unit.is_empty() { counted.name.clone() } else { format!("{}, {unit}", counted.name) }
}

fn raised(digit: char) -> char {
    let digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let place = digit.to_digit(10).and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| digits.chars().nth(place)).unwrap_or('⁻')
}

fn widened([low, high]: [f64; 2]) -> [f64; 2] {
    match (low.is_finite() && high.is_finite(), high > low) {
        (false, _) => [0.0, 1.0],
        (true, true) => [low, high],
        (true, false) => [low - 0.1 * low.abs().max(1.0), low + 0.1 * low.abs().max(1.0)],
    }
}

/// Lowest and highest of the numbers that are finite; infinities the wrong way round of none.
fn reach(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let finite = values.filter(|it| it.is_finite());
    finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], it| [low.min(it), high.max(it)])
}

/// One curve as a figure; `number` counts the plots of the page from 1.
pub(super) fn figure(html: &mut Html, curve: &Curve, number: usize) {
    let axes = axes(curve);
    let names = [&curve.across, &curve.quantity];
    html.raw("<figure class=\"plot\"")
        .attr("id", &format!("plot-{number}"))
        .raw("><h3 dir=\"auto\">");
    html.text(&curve.title).raw("</h3>");
    if curve.lines.iter().all(|line| line.values.iter().all(|value| !value.is_finite())) {
        html.raw("<p class=\"none\">Nothing could be measured along it.</p></figure>");
        return;
    }
    html.raw("<svg viewBox=\"0 0 480 300\" role=\"img\"");
    html.attr("aria-label", &spoken(curve)).raw(">");
    axes.draw(html, names);
    html.raw("<svg class=\"lines\" viewBox=\"74 14 392 236\" x=\"74\" y=\"14\" width=\"392\" height=\"236\">");
    let count = curve.lines.len();
    for (k, line) in curve.lines.iter().enumerate() {
        stroke(html, (k, count), &path(&axes, &curve.along, &line.values));
    }
    html.raw("</svg>");
    levels(html, &axes, &curve.levels);
    html.raw("</svg>");
    legend(html, &curve.lines);
    html.raw("</figure>");
}

/// Axes that hold the lines, and the levels where these are near enough.
fn axes(curve: &Curve) -> Axes {
    let values = curve.lines.iter().flat_map(|line| line.values.iter().copied());
    let [low, high] = reach(values);
    let span = if high > low { high - low } else { 0.1 * low.abs().max(1.0) };
    let near = |level: f64| level > low - FAR_LEVEL * span && level < high + FAR_LEVEL * span;
    let near_levels = curve.levels.iter().map(|(_, level)| *level).filter(|level| near(*level));
    let [low, high] = reach([low, high].into_iter().chain(near_levels));
    let margin = 0.06 * (high - low).max(0.0);
    let names = [&curve.across, &curve.quantity];
    let across = reach(curve.along.iter().copied());
    let across = if curve.across.unit == "°" { whole_turn(across) } else { across };
    Axes::new(across, [low - margin, high + margin], names)
}

/// Directions that miss little of a turn, widened to it.
fn whole_turn([low, high]: [f64; 2]) -> [f64; 2] {
    if (330.0..=360.0).contains(&(high - low)) {
        [(low / 90.0).floor() * 90.0, (high / 90.0).ceil() * 90.0]
    } else {
        [low, high]
    }
}

/// What a screen reader says of a plot.
fn spoken(curve: &Curve) -> String {
    let mut told = format!("Plot of {} over {}", curve.quantity.name, curve.across.name);
    for line in curve.lines.iter().take(DISTINCT) {
        let [low, high] = reach(line.values.iter().copied());
        let name = if line.label.is_empty() { "values" } else { line.label.as_str() };
        told += &match low <= high {
            true => {
                format!("; {name} from {} to {} {}", plain(low), plain(high), curve.quantity.unit)
            }
            false => format!("; {name} {UNKNOWN}"),
        };
    }
    for (name, level) in &curve.levels {
        told += &format!("; level {name} at {}", plain(*level));
    }
    told
}

/// The path of a line, broken where nothing is known; a lone value is a dot (a line of no length,
/// with round ends).
fn path(axes: &Axes, along: &[f64], values: &[f64]) -> String {
    let places = along.len().min(values.len());
    let group = places.div_ceil(MOST_PLACES).max(1);
    let mut path = String::new();
    let mut is_down = false;
    for start in (0..places).step_by(group) {
        let end = (start + group).min(places);
        let mut points = extremes(&along[start..end], &values[start..end]);
        points.retain(|[x, y]| x.is_finite() && y.is_finite());
        if points.is_empty() {
            is_down = false;
        }
        for [x, y] in points {
            let letter = if is_down { 'L' } else { 'M' };
            path += &format!("{letter}{:.1} {:.1}", axes.x(x), axes.y(y));
            if !is_down {
                path += "h0";
            }
            is_down = true;
        }
    }
    path
}

/// Of a group of places lowest and highest, in their order; of one place that place.
fn extremes(along: &[f64], values: &[f64]) -> Vec<[f64; 2]> {
    let known = || (0..values.len()).filter(|k| values[*k].is_finite());
    let low = known().min_by(|a, b| values[*a].total_cmp(&values[*b]));
    let high = known().max_by(|a, b| values[*a].total_cmp(&values[*b]));
    let Some((low, high)) = low.zip(high) else { return Vec::new() };
    let mut kept = vec![low.min(high), low.max(high)];
    kept.dedup();
    kept.into_iter().map(|k| [along[k], values[k]]).collect()
}

/// A line of a plot, or of its legend, in its own colour and dashes.
fn stroke(html: &mut Html, (k, count): (usize, usize), path: &str) {
    if count > DISTINCT {
        let share = k as f64 / (count - 1) as f64;
        html.raw("<path class=\"line ramp\"").attr("style", &format!("--t:{:.0}%", 100.0 * share));
    } else {
        let classes = ["line l0", "line l1", "line l2", "line l3", "line l4"];
        html.raw("<path").attr("class", classes[k.min(DISTINCT - 1)]);
    }
    html.attr("d", path).raw("/>");
}

/// Levels across the plot with their names; one that is too far away is named at the rim.
fn levels(html: &mut Html, axes: &Axes, levels: &[(String, f64)]) {
    let [left, right, top, bottom] = FRAME;
    let mut taken: Vec<f64> = Vec::new();
    for (name, level) in levels.iter().filter(|(_, level)| level.is_finite()) {
        let y = axes.y(*level);
        let is_shown = (top - 0.5..=bottom + 0.5).contains(&y);
        let mut label = match is_shown {
            true if y < top + 17.0 => y + 15.0,
            true => y - 5.0,
            false => y.clamp(top + 12.0, bottom - 6.0),
        };
        if is_shown {
            let line = format!("M{left} {y:.1}H{right}");
            html.raw("<path class=\"level\"").attr("d", &line).raw("/>");
        }
        while taken.iter().any(|other| (other - label).abs() < 14.0) && label < bottom - 14.0 {
            label += 14.0;
        }
        taken.push(label);
        let arrow = match (is_shown, y < top) {
            (true, _) => "",
            (false, true) => "↑ ",
            (false, false) => "↓ ",
        };
        let value = if is_shown { String::new() } else { format!(" {}", plain(*level)) };
        html.raw("<text class=\"level-name\"").at("x", right - 4.0).at("y", label).raw(">");
        html.text(&format!("{arrow}{name}{value}")).raw("</text>");
    }
}

/// The names of the lines, each beside a piece of its line; of many lines that have a ramp too.
fn legend(html: &mut Html, lines: &[CurveLine]) {
    if lines.iter().all(|line| line.label.trim().is_empty()) {
        return;
    }
    html.raw("<ul class=\"legend\">");
    for (k, line) in lines.iter().enumerate() {
        html.raw("<li><svg viewBox=\"0 0 26 8\" aria-hidden=\"true\">");
        stroke(html, (k, lines.len()), "M1 4H25");
        html.raw("</svg>").named("span", &line.label).raw("</li>");
    }
    html.raw("</ul>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: Vec<f64>) -> Curve {
        let lines = vec![CurveLine { label: String::new(), values }];
        Curve {
            name: "overhang".into(),
            title: "Overhang".into(),
            across: Counted::new("angle", "°"),
            quantity: Counted::new("overhang", "mm"),
            along: vec![0.0, 90.0, 180.0, 270.0, 360.0],
            lines,
            levels: vec![("limit".into(), 0.0), ("nominal".into(), 90.0)],
        }
    }

    fn drawn(curve: &Curve) -> String {
        let mut html = Html::default();
        figure(&mut html, curve, 1);
        html.into_text()
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known_and_a_lone_value_is_a_dot() {
        let curve = curve(vec![0.5, 0.6, f64::NAN, 0.7, f64::NAN]);
        let path = path(&axes(&curve), &curve.along, &curve.lines[0].values);
        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert_eq!(path.matches('L').count(), 1, "{path}");
        assert!(path.ends_with("h0") && !path.contains("NaN"), "{path}");
    }

    #[test]
    fn a_near_level_is_within_the_axes_and_a_far_one_is_named_at_the_rim() {
        let curve = curve(vec![0.5, 0.6, 0.55, 0.7, 0.6]);
        let [low, high] = axes(&curve).up;
        assert!(low < 0.0 && high < 1.0, "{low} {high}");
        let text = drawn(&curve);
        assert_eq!(text.matches("class=\"level\"").count(), 1);
        assert!(text.contains("↑ nominal 90"));
    }

    #[test]
    fn many_places_keep_their_extremes() {
        let mut long = curve(Vec::new());
        long.along = (0..20_000).map(f64::from).collect();
        long.lines[0].values = vec![0.1; 20_000];
        long.lines[0].values[7003] = 0.9;
        long.levels.clear();
        let axes = axes(&long);
        let path = path(&axes, &long.along, &long.lines[0].values);
        assert!(path.len() < 60_000, "{}", path.len());
        assert!(path.contains(&format!(" {:.1}", axes.y(0.9))), "the peak is lost");
    }

    #[test]
    fn a_turn_of_which_little_is_missing_is_drawn_whole() {
        assert_eq!(whole_turn([2.0, 358.0]), [0.0, 360.0]);
        assert_eq!(whole_turn([-179.0, 179.0]), [-180.0, 180.0]);
        assert_eq!(whole_turn([10.0, 100.0]), [10.0, 100.0]);
    }

    #[test]
    fn curves_without_numbers_are_drawn_without_any() {
        for values in [vec![], vec![f64::NAN; 5], vec![f64::INFINITY; 5], vec![0.0; 5]] {
            let text = drawn(&curve(values));
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }
}
