//! One array with title, colour bar and scale bar. Knows no reconstruction.

use ndarray::ArrayView2;
use voltomo_types::LengthUnit;

use super::canvas::{FRAME, PAPER, Picture};
use super::colour_bar::ColourBar;
use super::colour_map::ColourMap;
use super::legend::Legend;
use super::marks::{self, Mark};
use super::scale_bar::{self, Scale};
use super::text::{HEADING, SUBTITLE};
use super::window::{Window, coloured, fitted};

pub(super) const MARGIN: usize = 24;
pub(super) const GAP: usize = 14;
const LINE_GAP: usize = 4;
/// Small arrays are shown with pixels repeated up to about this size.
pub(super) const SHORTEST: usize = 560;

/// How an array is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct SliceStyle {
    /// Colours of low and high numbers.
    pub colour_map: ColourMap,
    /// Numbers of the first and the last colour.
    pub window: Window,
    /// What the numbers are, with their unit: `attenuation in 1/cm`. Stands beside the colour bar.
    pub quantity: String,
    /// Edge of a pixel of the array, in `unit`.
    pub pixel_size: f64,
    /// What `pixel_size` is measured in.
    pub unit: LengthUnit,
    /// Lines above the picture, the first one as a heading.
    pub title: Vec<String>,
    /// The longer side of the array is drawn with at most so many pixels.
    pub longest_side: usize,
    /// Places that are framed.
    pub marks: Vec<Mark>,
}

impl Default for SliceStyle {
    fn default() -> Self {
        Self {
            colour_map: ColourMap::Grey,
            window: Window::default(),
            quantity: String::new(),
            pixel_size: 1.0,
            unit: LengthUnit::Pixel,
            title: Vec::new(),
            longest_side: 1200,
            marks: Vec::new(),
        }
    }
}

/// A picture of `values` (`[row, column]`, row 0 at the top) in the window's colours, with title,
/// colour bar and scale bar. Numbers that are not finite get [`super::NOT_A_NUMBER`].
#[must_use]
pub fn slice_picture(values: ArrayView2<f32>, style: &SliceStyle) -> Picture {
    let limits = style.window.limits(&[values]);
    let fitted = fitted(values, style.longest_side, SHORTEST);
    let mut image = coloured(&fitted.values, limits, style.colour_map);
    marks::draw(&mut image, &style.marks, fitted.zoom);
    framed(&image, style, (Key::of(style, limits), fitted.zoom))
}

/// An image with what surrounds it; `zoom` pixels of it show one of the array.
pub(super) fn framed(image: &Picture, style: &SliceStyle, (key, zoom): (Key, f64)) -> Picture {
    let sheet = Sheet { style, key, pixels_per_unit: zoom / style.pixel_size, inset: 0 };
    let (mut picture, [left, top]) = sheet.blank([image.width(), image.height()]);
    picture.frame([left, top, image.width(), image.height()], 1, FRAME);
    picture.paste(image, left, top);
    picture
}

/// What says which colour is what.
pub(super) enum Key {
    Bar(ColourBar),
    Legend(Legend),
}

impl Key {
    /// The colour bar of a style.
    pub(super) fn of(style: &SliceStyle, limits: [f64; 2]) -> Self {
        Self::Bar(ColourBar { map: style.colour_map, limits, quantity: style.quantity.clone() })
    }

    fn width(&self) -> usize {
        match self {
            Self::Bar(bar) => bar.width(),
            Self::Legend(legend) => legend.width(),
        }
    }

    /// How high it is beside an area of this height.
    fn height(&self, area: usize) -> usize {
        match self {
            Self::Bar(_) => area.max(140),
            Self::Legend(legend) => legend.height(),
        }
    }

    fn draw(&self, picture: &mut Picture, corner: [usize; 2], height: usize) {
        match self {
            Self::Bar(bar) => bar.draw(picture, corner, height),
            Self::Legend(legend) => legend.draw(picture, corner),
        }
    }
}

/// What surrounds one or several images: title, key, scale bar.
pub(super) struct Sheet<'a> {
    pub(super) style: &'a SliceStyle,
    pub(super) key: Key,
    pub(super) pixels_per_unit: f64,
    /// Pixels that the key begins below the area's top.
    pub(super) inset: usize,
}

impl Sheet<'_> {
    /// The surroundings of an area `[width, height]`, and where its top left corner is.
    pub(super) fn blank(&self, [width, height]: [usize; 2]) -> (Picture, [usize; 2]) {
        let key_height = self.key.height(height - self.inset);
        let top = MARGIN + self.title_height();
        let key_left = MARGIN + width + GAP + 4;
        let scale_top = top + height.max(self.inset + key_height) + GAP;
        let longest = self.title_width();
        let right = (key_left + self.key.width()).max(MARGIN + longest) + MARGIN;
        let mut picture = Picture::new(right, scale_top + scale_bar::HEIGHT + MARGIN - 6, PAPER);
        self.write_title(&mut picture);
        self.key.draw(&mut picture, [key_left, top + self.inset], key_height);
        let scale = Scale { pixels_per_unit: self.pixels_per_unit, unit: self.style.unit };
        scale_bar::draw(&mut picture, [MARGIN, scale_top], width, scale);
        (picture, [MARGIN, top])
    }

    fn write_title(&self, picture: &mut Picture) {
        let mut top = MARGIN - 6;
        for (index, line) in self.style.title.iter().enumerate() {
            let font = if index == 0 { HEADING } else { SUBTITLE };
            font.write(picture, [MARGIN, top], line);
            top += font.line_height() + LINE_GAP;
        }
    }

    fn title_height(&self) -> usize {
        match self.style.title.len() {
            0 => 0,
            lines => {
                let rest = (lines - 1) * (SUBTITLE.line_height() + LINE_GAP);
                HEADING.line_height() + LINE_GAP + rest + 4
            }
        }
    }

    fn title_width(&self) -> usize {
        let lines = self.style.title.iter().enumerate();
        let widths =
            lines.map(
                |(index, line)| {
                    if index == 0 { HEADING.width_of(line) } else { SUBTITLE.width_of(line) }
                },
            );
        widths.max().unwrap_or(0)
    }
}
