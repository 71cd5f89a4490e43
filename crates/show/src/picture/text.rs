//! Letters on a picture: Noto Sans Mono as grey levels. Knows no layout.
//!
//! Letters: Noto Sans Mono, copyright The Noto Project Authors, SIL Open Font Licence 1.1, as
//! rastered by the crate `noto-sans-mono-bitmap`.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use super::canvas::{Colour, INK, PALE_INK, Picture};

/// How a line of text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Font {
    weight: FontWeight,
    height: RasterHeight,
    colour: Colour,
}

/// The first line of a title.
pub(super) const HEADING: Font =
    Font { weight: FontWeight::Bold, height: RasterHeight::Size20, colour: INK };
/// Further lines of a title.
pub(super) const SUBTITLE: Font =
    Font { weight: FontWeight::Regular, height: RasterHeight::Size16, colour: PALE_INK };
/// Numbers beside bars, and captions.
pub(crate) const LABEL: Font =
    Font { weight: FontWeight::Regular, height: RasterHeight::Size16, colour: INK };
/// The caption of the tile that is meant.
pub(super) const MARKED: Font =
    Font { weight: FontWeight::Bold, height: RasterHeight::Size16, colour: [20, 90, 170] };

/// The caption of an arrow.
pub(super) const CAPTION: Font =
    Font { weight: FontWeight::Bold, height: RasterHeight::Size16, colour: INK };

impl Font {
    /// Whether its strokes are thick.
    pub(super) fn is_bold(self) -> bool {
        matches!(self.weight, FontWeight::Bold)
    }

    /// Its colour.
    pub(super) fn colour(self) -> Colour {
        self.colour
    }

    /// The same in another colour.
    pub(crate) fn in_colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// Pixels that a line of this text is wide.
    pub(crate) fn width_of(self, text: &str) -> usize {
        text.chars().count() * get_raster_width(self.weight, self.height)
    }

    /// Pixels that a line is high.
    pub(crate) fn line_height(self) -> usize {
        self.height.val()
    }

    /// As much of `text` as fits into so many pixels, with two dots where it is cut.
    pub(crate) fn cut(self, text: &str, width: usize) -> String {
        if self.width_of(text) <= width {
            return text.into();
        }
        let fitting = (width / get_raster_width(self.weight, self.height)).saturating_sub(2);
        text.chars().take(fitting).chain("..".chars()).collect()
    }

    /// Writes `text` with its top left corner at `(left, top)`.
    pub(crate) fn write(self, picture: &mut Picture, [left, top]: [usize; 2], text: &str) {
        self.each_pixel(text, |x, y, share| picture.mix([left + x, top + y], self.colour, share));
    }

    /// Writes `text` upwards; `(left, bottom)` is where it begins.
    pub(super) fn write_upwards(
        self,
        picture: &mut Picture,
        [left, bottom]: [usize; 2],
        text: &str,
    ) {
        self.each_pixel(text, |x, y, share| {
            picture.mix([left + y, bottom.saturating_sub(x)], self.colour, share);
        });
    }

    fn each_pixel(self, text: &str, mut draw: impl FnMut(usize, usize, u8)) {
        let advance = get_raster_width(self.weight, self.height);
        for (index, letter) in text.chars().enumerate() {
            let glyph = get_raster(plain(letter), self.weight, self.height)
                .or_else(|| get_raster('?', self.weight, self.height));
            let rows = glyph.iter().flat_map(|glyph| glyph.rows().enumerate());
            for (y, row) in rows {
                row.iter().enumerate().for_each(|(x, &share)| draw(index * advance + x, y, share));
            }
        }
    }
}

/// A letter that the font has, for some that it lacks.
fn plain(letter: char) -> char {
    match letter {
        'μ' => 'µ',
        '–' | '—' | '−' => '-',
        '’' | '‘' => '\'',
        other => other,
    }
}
