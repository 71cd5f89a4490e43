//! The list that says which colour is which category. Knows no arrays.

use super::canvas::{Colour, FRAME, Picture};
use super::text::LABEL;

pub(super) const SWATCH: usize = 14;
pub(super) const GAP: usize = 8;
/// Longer names are cut.
pub(super) const LONGEST_NAME: usize = 260;

/// Colours and what they stand for, from the top.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Legend(pub(super) Vec<(Colour, String)>);

impl Legend {
    pub(super) const LINE: usize = 20;

    /// Pixels that the list is wide.
    pub(super) fn width(&self) -> usize {
        let widest = self.0.iter().map(|(_, name)| LABEL.width_of(name)).max().unwrap_or(0);
        SWATCH + GAP + widest.min(LONGEST_NAME)
    }

    /// Pixels that the list is high.
    pub(super) fn height(&self) -> usize {
        self.0.len() * Self::LINE
    }

    /// Draws it with its top left corner at `(left, top)`.
    pub(super) fn draw(&self, picture: &mut Picture, [left, top]: [usize; 2]) {
        for (line, (colour, name)) in self.0.iter().enumerate() {
            let top = top + line * Self::LINE + 1;
            picture.fill([left, top, SWATCH, SWATCH], *colour);
            picture.frame([left, top, SWATCH, SWATCH], 1, FRAME);
            let name = LABEL.cut(name, LONGEST_NAME);
            LABEL.write(picture, [left + SWATCH + GAP, top - 1], &name);
        }
    }
}
