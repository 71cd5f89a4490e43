//! A surface of a cell laid flat, in colours with axes. Knows no cell.

use ndarray::s;
use voltomo_numeric::cast::to_index;
use voltomo_types::{Counted, UnrolledMap};

use super::canvas::{FRAME, PAPER, Picture};
use super::colour_bar::ColourBar;
use super::colour_map::ColourMap;
use super::drawing::{Drawing, Item};
use super::keys::Key;
use super::text::HEADING;
use super::ticks::Counting;
use super::window::Window;

const MARGIN: f64 = 24.0;
const GAP: f64 = 18.0;
const WIDTH: f64 = 900.0;
const HEIGHTS: [f64; 2] = [200.0, 640.0];

/// A map with its title, axes and colour bar; the lowest row is at the bottom. Where nothing is
/// known the paper is left. `limits`: numbers of the first and the last colour; all of them without.
#[must_use]
pub fn map_figure(map: &UnrolledMap, colour_map: ColourMap, limits: Option<[f64; 2]>) -> Drawing {
    let (rows, columns) = map.values.dim();
    let limits =
        limits.unwrap_or_else(|| Window::Percentiles([0.0, 100.0]).limits(&[map.values.view()]));
    let across = Counting { name: "angle in °".into(), range: map.angle_range };
    let down = Counting { name: in_words(&map.up), range: [map.up_range[1], map.up_range[0]] };
    let height = (WIDTH * rows as f64 / columns.max(1) as f64).clamp(HEIGHTS[0], HEIGHTS[1]);
    let bar = ColourBar { map: colour_map, limits, quantity: in_words(&map.quantity) };
    let key = Key::Bar(bar);
    let left = MARGIN + down.width(height);
    let top = MARGIN + HEADING.line_height() as f64 + 8.0;
    let width =
        (left + WIDTH + GAP + key.width()).max(MARGIN + HEADING.width_of(&map.title) as f64);
    let size = [width + MARGIN, top + height + Counting::height() + 0.7 * MARGIN];
    let mut drawing = Drawing::new(size.map(|side| to_index(side.ceil())));
    drawing.text([MARGIN, MARGIN - 6.0], &map.title, HEADING);
    let place = [left, top, WIDTH, height];
    let mut image = Picture::new(columns, rows, PAPER);
    // The lowest row comes first in the map and last in a picture.
    for ((y, x), value) in map.values.slice(s![..;-1, ..]).indexed_iter() {
        if value.is_finite() {
            let position = (f64::from(*value) - limits[0]) / (limits[1] - limits[0]);
            image.put(x, y, colour_map.colour(position));
        }
    }
    if rows > 0 && columns > 0 {
        drawing.push(Item::Image { place, image });
    }
    drawing.push(Item::Frame { place, colour: FRAME });
    across.draw_below(&mut drawing, place, columns);
    down.draw_left(&mut drawing, place, rows);
    key.draw(&mut drawing, [left + WIDTH + GAP, top], height);
    drawing
}

/// What is counted, with its unit.
pub(super) fn in_words(counted: &Counted) -> String {
    match counted.unit.as_str() {
        "" => counted.name.clone(),
        unit => format!("{} in {unit}", counted.name),
    }
}
