//! What a figure is drawn of, for pixels and for vectors alike. Knows no arrays.

use voltomo_numeric::cast::to_index;

use super::canvas::{Colour, PAPER, Picture};
use super::colour_map::ColourMap;
use super::polygon;
use super::text::Font;

/// One thing that is drawn; places are pixels from the top left.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// What follows belongs together, under a name.
    Open(&'static str),
    /// What belongs together ends.
    Close,
    /// A rectangle `[x, y, width, height]`.
    Rectangle { place: [f64; 4], colour: Colour, share: u8 },
    /// A line of one pixel about a rectangle.
    Frame { place: [f64; 4], colour: Colour },
    /// A line of text from its top left corner, or upwards from the left of its first letter's foot.
    Text { at: [f64; 2], text: String, font: Font, is_upwards: bool },
    /// A closed outline.
    Polygon { corners: Vec<[f64; 2]>, colour: Colour, share: u8 },
    /// An image on a rectangle.
    Image { place: [f64; 4], image: Picture },
    /// All colours of a map, the highest at the top.
    Ramp { place: [f64; 4], map: ColourMap },
}

/// A figure as things to draw: becomes pixels or vectors.
#[derive(Debug, Clone)]
pub struct Drawing {
    pub(super) size: [usize; 2],
    pub(super) items: Vec<Item>,
    /// Arrows that found no room.
    left_out: usize,
}

impl Drawing {
    pub(super) fn new(size: [usize; 2]) -> Self {
        Self { size, items: Vec::new(), left_out: 0 }
    }

    pub(super) fn push(&mut self, item: Item) {
        self.items.push(item);
    }

    pub(super) fn text(&mut self, at: [f64; 2], text: &str, font: Font) {
        self.push(Item::Text { at, text: text.into(), font, is_upwards: false });
    }

    pub(super) fn rectangle(&mut self, place: [f64; 4], colour: Colour) {
        self.push(Item::Rectangle { place, colour, share: 255 });
    }

    pub(super) fn line(&mut self, ends: [[f64; 2]; 2], width: f64, colour: Colour) {
        let corners = polygon::line(ends, width);
        self.push(Item::Polygon { corners, colour, share: 255 });
    }

    pub(super) fn leave_out(&mut self, arrows: usize) {
        self.left_out += arrows;
    }

    /// Arrows that lie on the picture and found no room for their caption.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The figure as pixels.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::new(self.size[0], self.size[1], PAPER);
        self.items.iter().for_each(|item| draw(&mut picture, item));
        picture
    }
}

fn whole(place: [f64; 4]) -> [usize; 4] {
    place.map(|side| to_index(side.round()))
}

fn draw(picture: &mut Picture, item: &Item) {
    match item {
        Item::Open(_) | Item::Close => {}
        Item::Rectangle { place, colour, share } => {
            let [left, top, width, height] = whole(*place);
            for y in top..top + height {
                (left..left + width).for_each(|x| picture.mix([x, y], *colour, *share));
            }
        }
        Item::Frame { place, colour } => picture.frame(whole(*place), 1, *colour),
        Item::Text { at, text, font, is_upwards } => {
            let at = at.map(|side| to_index(side.round()));
            if *is_upwards {
                font.write_upwards(picture, at, text);
            } else {
                font.write(picture, at, text);
            }
        }
        Item::Polygon { corners, colour, share } => {
            polygon::fill(picture, corners, (*colour, *share));
        }
        Item::Image { place, image } => {
            let [left, top, width, height] = whole(*place);
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let from = [x * image.width() / width, y * image.height() / height];
                if let Some(colour) = image.at(from[0], from[1]) {
                    picture.put(left + x, top + y, colour);
                }
            }
        }
        Item::Ramp { place, map } => {
            let [left, top, width, height] = whole(*place);
            let last = height.saturating_sub(1).max(1) as f64;
            for y in 0..height {
                picture.fill([left, top + y, width, 1], map.colour(1.0 - y as f64 / last));
            }
        }
    }
}
