//! Title, key and scale bar about an image that was made elsewhere. Knows no arrays.

use voltomo_types::LengthUnit;

use super::canvas::{Colour, Picture};
use super::colour_bar::ColourBar;
use super::colour_map::ColourMap;
use super::legend::Legend;
use super::scale_bar;
use super::slice::{Key, MARGIN, Sheet, SliceStyle};
use super::text::SUBTITLE;

/// What stands beside an image.
pub(crate) enum Side {
    /// Which colour is which number.
    Bar {
        map: ColourMap,
        /// Numbers of the first and the last colour.
        limits: [f64; 2],
        quantity: String,
    },
    /// Which colour is which name.
    Legend(Vec<(Colour, String)>),
}

/// What surrounds an image.
pub(crate) struct Surround<'a> {
    pub(crate) title: &'a [String],
    pub(crate) side: Side,
    /// Edge of a pixel, in `unit`.
    pub(crate) pixel_size: f64,
    pub(crate) unit: LengthUnit,
    /// Stands beside the scale bar.
    pub(crate) note: &'a str,
}

impl Surround<'_> {
    /// The image with all that.
    pub(crate) fn about(self, image: &Picture) -> Picture {
        let style =
            SliceStyle { title: self.title.to_vec(), unit: self.unit, ..Default::default() };
        let key = match self.side {
            Side::Bar { map, limits, quantity } => Key::Bar(ColourBar { map, limits, quantity }),
            Side::Legend(lines) => Key::Legend(Legend(lines)),
        };
        let sheet = Sheet { style: &style, key, pixels_per_unit: 1.0 / self.pixel_size, inset: 0 };
        let (mut picture, [left, top]) = sheet.blank([image.width(), image.height()]);
        picture.paste(image, left, top);
        // Beyond the longest bar and its label.
        let note_left = MARGIN + image.width() / 4 + 100;
        let note_top = picture.height() - (scale_bar::HEIGHT + MARGIN - 6);
        let note = SUBTITLE.cut(self.note, picture.width().saturating_sub(note_left + MARGIN));
        SUBTITLE.write(&mut picture, [note_left, note_top], &note);
        picture
    }
}
