//! What says which colour is what, for pixels and vectors. Knows no arrays.

use voltomo_numeric::cast::to_index;

use super::canvas::{FRAME, INK};
use super::colour_bar::{self, ColourBar};
use super::drawing::{Drawing, Item};
use super::legend::{self, Legend};
use super::text::LABEL;

/// A colour bar, or a list of names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    Bar(ColourBar),
    Legend(Legend),
}

impl Key {
    pub(super) fn width(&self) -> f64 {
        match self {
            Self::Bar(bar) => bar.width() as f64,
            Self::Legend(legend) => legend.width() as f64,
        }
    }

    /// How high it is, where a bar is `bar` high.
    pub(super) fn height(&self, bar: f64) -> f64 {
        match self {
            Self::Bar(_) => bar,
            Self::Legend(legend) => legend.height() as f64,
        }
    }

    /// Draws it with its top left corner at `[x, y]`.
    pub(super) fn draw(&self, drawing: &mut Drawing, corner: [f64; 2], height: f64) {
        drawing.push(Item::Open("key"));
        match self {
            Self::Bar(bar) => draw_bar(drawing, bar, (corner, height)),
            Self::Legend(legend) => draw_legend(drawing, legend, corner),
        }
        drawing.push(Item::Close);
    }
}

fn draw_bar(drawing: &mut Drawing, bar: &ColourBar, ([left, top], height): ([f64; 2], f64)) {
    let width = colour_bar::WIDTH as f64;
    let place = [left, top, width, height];
    drawing.push(Item::Ramp { place, map: bar.map });
    drawing.push(Item::Frame { place, colour: FRAME });
    let line = LABEL.line_height() as f64;
    let last = to_index(height).saturating_sub(1).max(1);
    let tick = colour_bar::TICK as f64;
    for (number, text) in bar.ticks() {
        let y = top + bar.row_of(number, last) as f64;
        drawing.rectangle([left + width, y, tick, 1.0], INK);
        let beside = left + width + tick + colour_bar::GAP as f64;
        drawing.text([beside, y - 0.5 * line], &text, LABEL);
    }
    let quantity = LABEL.cut(&bar.quantity, to_index(height));
    let foot = top + 0.5 * (height + LABEL.width_of(&quantity) as f64);
    let at = [left + bar.width() as f64 - line, foot];
    drawing.push(Item::Text { at, text: quantity, font: LABEL, is_upwards: true });
}

fn draw_legend(drawing: &mut Drawing, Legend(lines): &Legend, [left, top]: [f64; 2]) {
    let swatch = legend::SWATCH as f64;
    for (line, (colour, name)) in lines.iter().enumerate() {
        let top = top + (line * Legend::LINE + 1) as f64;
        let place = [left, top, swatch, swatch];
        drawing.rectangle(place, *colour);
        drawing.push(Item::Frame { place, colour: FRAME });
        let name = LABEL.cut(name, legend::LONGEST_NAME);
        drawing.text([left + swatch + legend::GAP as f64, top - 1.0], &name, LABEL);
    }
}
