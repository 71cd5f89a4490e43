//! Curves over an even axis, with numbers, levels and names. Knows no cell.

use voltomo_numeric::cast::to_index;
use voltomo_types::Curve;

use super::canvas::{Colour, FRAME};
use super::drawing::{Drawing, Item};
use super::keys::Key;
use super::legend::Legend;
use super::text::{HEADING, LABEL};
use super::ticks::{Counting, ticks};
use super::unrolled_map::in_words;

const MARGIN: f64 = 24.0;
const GAP: f64 = 18.0;
const AREA: [f64; 2] = [760.0, 400.0];
const GRID: Colour = [228, 230, 234];
const LEVEL: Colour = [190, 80, 30];
/// Colours that the colour-blind tell apart, too. Source: Okabe & Ito 2008, "Color universal
/// design"; without black and yellow.
const COLOURS: [Colour; 6] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [230, 159, 0]];

/// The lines of a curve with axes, its levels and, where there are several lines, their names.
/// Where nothing is known a line has a gap.
#[must_use]
pub fn plot(curve: &Curve) -> Drawing {
    let levels = curve.levels.iter().map(|(_, level)| *level);
    let values = curve.lines.iter().flat_map(|line| line.values.iter().copied()).chain(levels);
    let [low, high] = range(values);
    let air = 0.05 * (high - low);
    let (low, high) = (low - air, high + air);
    let [first, last] = range(curve.along.iter().copied());
    let across = Counting { name: in_words(&curve.across), range: [first, last] };
    let down = Counting { name: in_words(&curve.quantity), range: [high, low] };
    let names: Vec<(Colour, String)> = curve
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.label.is_empty())
        .map(|(k, line)| (COLOURS[k % COLOURS.len()], line.label.clone()))
        .collect();
    let legend = (!names.is_empty()).then_some(Key::Legend(Legend(names)));
    let left = MARGIN + down.width(AREA[1]);
    let top = MARGIN + HEADING.line_height() as f64 + 8.0;
    let beside = legend.as_ref().map_or(0.0, |legend| GAP + legend.width());
    let width = (left + AREA[0] + beside).max(MARGIN + HEADING.width_of(&curve.title) as f64);
    let below = AREA[1].max(legend.as_ref().map_or(0.0, |legend| legend.height(0.0)));
    let size = [width + MARGIN, top + below + Counting::height() + 0.7 * MARGIN];
    let mut drawing = Drawing::new(size.map(|side| to_index(side.ceil())));
    drawing.text([MARGIN, MARGIN - 6.0], &curve.title, HEADING);
    let place = [left, top, AREA[0], AREA[1]];
    let area = Area { place, across: [first, last], down: [high, low] };
    area.draw_grid(&mut drawing);
    across.draw_below(&mut drawing, place, usize::MAX);
    down.draw_left(&mut drawing, place, usize::MAX);
    area.draw_levels(&mut drawing, &curve.levels);
    for (k, line) in curve.lines.iter().enumerate() {
        area.draw_line(&mut drawing, (&curve.along, &line.values), COLOURS[k % COLOURS.len()]);
    }
    drawing.push(Item::Frame { place, colour: FRAME });
    if let Some(legend) = legend {
        legend.draw(&mut drawing, [left + AREA[0] + GAP, top], 0.0);
    }
    drawing
}

/// The least and the largest number; never the same twice.
fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let known = values.filter(|value| value.is_finite());
    let (low, high) =
        known.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    match (low <= high, low < high) {
        (false, _) => [0.0, 1.0],
        (true, true) => [low, high],
        (true, false) => [low - 0.5 * low.abs().max(1.0), low + 0.5 * low.abs().max(1.0)],
    }
}

/// The rectangle of the curves `[x, y, width, height]`, with the numbers at its sides.
struct Area {
    place: [f64; 4],
    across: [f64; 2],
    down: [f64; 2],
}

impl Area {
    fn at(&self, along: f64, value: f64) -> [f64; 2] {
        let [left, top, width, height] = self.place;
        let part = |[first, last]: [f64; 2], it: f64| (it - first) / (last - first);
        [left + width * part(self.across, along), top + height * part(self.down, value)]
    }

    fn draw_grid(&self, drawing: &mut Drawing) {
        let [left, _, width, height] = self.place;
        for (number, _) in ticks([self.down[1], self.down[0]], height / 50.0, false) {
            drawing.rectangle([left, self.at(self.across[0], number)[1], width, 1.0], GRID);
        }
    }

    fn draw_levels(&self, drawing: &mut Drawing, levels: &[(String, f64)]) {
        let [left, top, width, _] = self.place;
        for (name, level) in levels.iter().filter(|(_, level)| level.is_finite()) {
            let y = self.at(self.across[0], *level)[1];
            drawing.rectangle([left, y, width, 1.0], LEVEL);
            let above = (y - LABEL.line_height() as f64 - 2.0).max(top);
            drawing.text([left + 6.0, above], name, LABEL);
        }
    }

    fn draw_line(&self, drawing: &mut Drawing, (along, values): (&[f64], &[f64]), colour: Colour) {
        let points: Vec<[f64; 2]> =
            along.iter().zip(values).map(|(along, value)| self.at(*along, *value)).collect();
        let is_known = |point: &[f64; 2]| point.iter().all(|side| side.is_finite());
        for pair in points.windows(2).filter(|pair| pair.iter().all(is_known)) {
            drawing.line([pair[0], pair[1]], 2.0, colour);
        }
        if points.iter().filter(|point| is_known(point)).count() <= 60 {
            for [x, y] in points.into_iter().filter(is_known) {
                drawing.line([[x - 2.5, y], [x + 2.5, y]], 5.0, colour);
            }
        }
    }
}
