//! Several arrays side by side in one window, each with a caption. Knows no reconstruction.

use ndarray::ArrayView2;

use super::canvas::{FRAME, Picture};
use super::slice::{GAP, Key, Sheet, SliceStyle};
use super::text::{LABEL, MARKED};
use super::window::{coloured, fitted};

const CAPTION_GAP: usize = 5;
const MARK: [u8; 3] = [20, 90, 170];

/// One picture of a contact sheet.
#[derive(Debug, Clone)]
pub struct Tile<'a> {
    /// `[row, column]`; all tiles of a sheet have pixels of one size.
    pub values: ArrayView2<'a, f32>,
    /// What stands above it.
    pub caption: String,
    /// Whether it is the one that is meant: it gets a blue frame.
    pub is_marked: bool,
}

/// All tiles in rows of `columns`, in one window, with one colour bar and one scale bar. Captions
/// too long for their tile are cut.
///
/// `style.longest_side` is shared by the tiles of a row.
#[must_use]
pub fn contact_sheet(tiles: &[Tile], columns: usize, style: &SliceStyle) -> Picture {
    let columns = columns.clamp(1, tiles.len().max(1));
    let arrays: Vec<_> = tiles.iter().map(|tile| tile.values).collect();
    let limits = style.window.limits(&arrays);
    let side = arrays.iter().map(|array| array.nrows().max(array.ncols())).max().unwrap_or(1);
    // One zoom for all tiles, that of the largest.
    let (longest, shortest) = zoom_limits(side, style.longest_side / columns);
    let images: Vec<_> = arrays
        .iter()
        .map(|array| {
            let own = array.nrows().max(array.ncols()).max(1);
            let fitted = fitted(*array, (own * longest).div_ceil(side), own * shortest / side);
            (coloured(&fitted.values, limits, style.colour_map), fitted.zoom)
        })
        .collect();
    let width = images.iter().map(|(image, _)| image.width()).max().unwrap_or(1);
    let height = images.iter().map(|(image, _)| image.height()).max().unwrap_or(1);
    let caption_height = LABEL.line_height() + CAPTION_GAP;
    let step = [width + GAP, caption_height + height + GAP];
    let area = [columns * step[0] - GAP, tiles.len().div_ceil(columns).max(1) * step[1] - GAP];
    let zoom = images.first().map_or(1.0, |(_, zoom)| *zoom);
    let pixels_per_unit = zoom / style.pixel_size;
    let sheet =
        Sheet { style, key: Key::of(style, limits), pixels_per_unit, inset: caption_height };
    let (mut picture, [left, top]) = sheet.blank(area);
    for (index, (tile, (image, _))) in tiles.iter().zip(&images).enumerate() {
        let corner = [left + index % columns * step[0], top + index / columns * step[1]];
        draw_tile(&mut picture, corner, tile, image);
    }
    picture
}

/// Longest and shortest side to fit the largest tile to, so that all get the same zoom.
fn zoom_limits(side: usize, room: usize) -> (usize, usize) {
    if side > room {
        (side.div_ceil(side.div_ceil(room.max(1))), 1)
    } else {
        (side, side * (room / side.max(1)).clamp(1, 8))
    }
}

fn draw_tile(picture: &mut Picture, [left, top]: [usize; 2], tile: &Tile, image: &Picture) {
    let font = if tile.is_marked { MARKED } else { LABEL };
    let caption = font.cut(&tile.caption, image.width() + GAP - 4);
    font.write(picture, [left, top], &caption);
    let top = top + font.line_height() + CAPTION_GAP;
    let (thick, colour) = if tile.is_marked { (3, MARK) } else { (1, FRAME) };
    picture.frame([left, top, image.width(), image.height()], thick, colour);
    picture.paste(image, left, top);
}
