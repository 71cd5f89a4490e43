//! One or several sections as a figure: images, colour bars, scale bar, orientation, axes, arrows.
//! Knows no volume.

use ndarray::{ArrayView2, s};
use voltomo_types::LengthUnit;

use super::arrows::{self, Arrow};
use super::canvas::{FRAME, INK, PAPER, Picture};
use super::colour_bar::ColourBar;
use super::drawing::{Drawing, Item};
use super::keys::Key;
use super::layers;
use super::legend::Legend;
use super::orientation::{self, Orientation};
use super::panel::{Coding, Layer, Panel};
use super::scale_bar::{self, Scale};
use super::text::{HEADING, LABEL, SUBTITLE};
use super::ticks::Counting;

const MARGIN: f64 = 24.0;
const GAP: f64 = 18.0;
const LINE_GAP: f64 = 4.0;
/// An element of a small array is shown as a square of at most so many pixels.
const MOST_TIMES: usize = 24;
/// A colour bar need not be longer.
const LONGEST_BAR: f64 = 520.0;
const SHORTEST_BAR: f64 = 220.0;

/// What surrounds the images of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureStyle {
    /// Lines above, the first one as a heading.
    pub title: Vec<String>,
    /// Edge of an element, in `unit`; without it there is no scale bar.
    pub pixel_size: Option<f64>,
    /// What `pixel_size` is measured in.
    pub unit: LengthUnit,
    /// How the images lie in their volume.
    pub orientation: Option<Orientation>,
    /// What is counted across and down, for axes with numbers.
    pub axes: Option<[Counting; 2]>,
    /// The longer side of an image has at most so many pixels.
    pub longest_side: usize,
}

impl Default for FigureStyle {
    fn default() -> Self {
        Self {
            title: Vec::new(),
            pixel_size: None,
            unit: LengthUnit::Pixel,
            orientation: None,
            axes: None,
            longest_side: 1200,
        }
    }
}

/// A figure of images side by side. Colour bars that say the same stand there once.
#[must_use]
pub fn figure(panels: &[Panel<'_>], style: &FigureStyle) -> Drawing {
    let sheet = Sheet::new(panels, style);
    let mut drawing = Drawing::new(sheet.size());
    sheet.write_title(&mut drawing);
    let mut left = sheet.left();
    for (panel, image) in panels.iter().zip(&sheet.images) {
        let place = [left, sheet.top(), image.size[0], image.size[1]];
        sheet.draw_panel(&mut drawing, (panel, image), place);
        left += image.size[0] + GAP + sheet.axis_width();
    }
    left -= sheet.axis_width();
    for key in &sheet.keys {
        key.draw(&mut drawing, [left, sheet.top()], sheet.key_height());
        left += key.width() + GAP;
    }
    sheet.draw_foot(&mut drawing);
    drawing
}

/// An array in colours, one pixel an element or a block of them, and the size it is drawn at.
struct Image {
    pixels: Picture,
    size: [f64; 2],
}

struct Sheet<'a> {
    style: &'a FigureStyle,
    images: Vec<Image>,
    keys: Vec<Key>,
    has_captions: bool,
    /// Pixels for one element.
    zoom: f64,
}

impl<'a> Sheet<'a> {
    fn new(panels: &[Panel<'_>], style: &'a FigureStyle) -> Self {
        let sides = panels.iter().flat_map(|panel| panel.layers.first());
        let side = sides.map(|layer| layer.values.nrows().max(layer.values.ncols())).max();
        let side = side.unwrap_or(1).max(1);
        let block = side.div_ceil(style.longest_side.max(1));
        let times = (style.longest_side / side).clamp(1, MOST_TIMES);
        let zoom = times as f64 / block as f64;
        let images = panels.iter().map(|panel| Image::of(panel, block, times)).collect();
        let mut keys: Vec<Key> = Vec::new();
        for key in panels.iter().flat_map(|panel| &panel.layers).map(key) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let has_captions = panels.iter().any(|panel| !panel.caption.is_empty());
        Self { style, images, keys, has_captions, zoom }
    }

    fn title_height(&self) -> f64 {
        let line = SUBTITLE.line_height() as f64 + LINE_GAP;
        match self.style.title.len() {
            0 => 0.0,
            lines => HEADING.line_height() as f64 + LINE_GAP + (lines - 1) as f64 * line + 6.0,
        }
    }

    /// Top of the images.
    fn top(&self) -> f64 {
        let caption = if self.has_captions { LABEL.line_height() as f64 + 6.0 } else { 0.0 };
        MARGIN + self.title_height() + caption
    }

    fn left(&self) -> f64 {
        MARGIN + self.axis_width()
    }

    /// Pixels of the numbers at the left of each image.
    fn axis_width(&self) -> f64 {
        self.style.axes.as_ref().map_or(0.0, |[_, down]| down.width(self.height()))
    }

    /// Height of the highest image.
    fn height(&self) -> f64 {
        self.images.iter().map(|image| image.size[1]).fold(1.0, f64::max)
    }

    /// Width of all images with the gaps between.
    fn width(&self) -> f64 {
        let between = (GAP + self.axis_width()) * self.images.len().saturating_sub(1) as f64;
        self.images.iter().map(|image| image.size[0]).sum::<f64>() + between
    }

    fn key_height(&self) -> f64 {
        self.height().clamp(SHORTEST_BAR, LONGEST_BAR)
    }

    fn foot_height(&self) -> f64 {
        match (self.style.orientation, self.style.pixel_size) {
            (Some(_), _) => orientation::SIDE,
            (None, Some(_)) => scale_bar::HEIGHT as f64,
            (None, None) => 0.0,
        }
    }

    /// Top of what stands below the images and their axes.
    fn foot_top(&self) -> f64 {
        let keys = self.keys.iter().map(|key| key.height(self.key_height())).fold(0.0, f64::max);
        let axis = self.style.axes.as_ref().map_or(0.0, |_| Counting::height());
        self.top() + (self.height() + axis).max(keys) + 0.6 * GAP
    }

    fn size(&self) -> [usize; 2] {
        let keys: f64 = self.keys.iter().map(|key| GAP + key.width()).sum();
        let title = self.style.title.iter().enumerate().map(|(line, text)| {
            if line == 0 { HEADING.width_of(text) } else { SUBTITLE.width_of(text) }
        });
        let title = title.max().unwrap_or(0) as f64;
        let foot = if self.style.orientation.is_some() { orientation::SIDE + 160.0 } else { 0.0 };
        let width = (self.left() + self.width() + keys).max(MARGIN + title).max(MARGIN + foot);
        let height = self.foot_top() + self.foot_height() + 0.7 * MARGIN;
        [width + MARGIN, height].map(|side| voltomo_numeric::cast::to_index(side.ceil()))
    }

    fn write_title(&self, drawing: &mut Drawing) {
        drawing.push(Item::Open("title"));
        let mut top = MARGIN - 6.0;
        for (index, line) in self.style.title.iter().enumerate() {
            let font = if index == 0 { HEADING } else { SUBTITLE };
            drawing.text([MARGIN, top], line, font);
            top += font.line_height() as f64 + LINE_GAP;
        }
        drawing.push(Item::Close);
    }

    fn draw_panel(
        &self,
        drawing: &mut Drawing,
        (panel, image): (&Panel<'_>, &Image),
        place: [f64; 4],
    ) {
        let [left, top, width, height] = place;
        drawing.push(Item::Open("panel"));
        if !panel.caption.is_empty() {
            let caption = LABEL.cut(&panel.caption, voltomo_numeric::cast::to_index(width));
            let above = top - LABEL.line_height() as f64 - 6.0;
            drawing.text([left, above], &caption, LABEL);
        }
        drawing.push(Item::Image { place, image: image.pixels.clone() });
        drawing.push(Item::Frame { place, colour: FRAME });
        if let (Some([across, down]), Some(layer)) = (&self.style.axes, panel.layers.first()) {
            across.draw_below(drawing, place, layer.values.ncols());
            down.draw_left(drawing, place, layer.values.nrows());
        }
        drawing.push(Item::Close);
        let pixel =
            |arrow: &Arrow| [(arrow.at[1] + 0.5) * self.zoom, (arrow.at[0] + 0.5) * self.zoom];
        let places: Vec<_> =
            panel.arrows.iter().map(|arrow| (pixel(arrow), arrow.caption.as_str())).collect();
        let laid = arrows::lay(&places, [width, height]);
        drawing.leave_out(places.len() - laid.len());
        if !laid.is_empty() {
            arrows::draw(drawing, &laid, [left, top]);
        }
    }

    /// The scale bar at the left, the orientation at the right.
    fn draw_foot(&self, drawing: &mut Drawing) {
        let top = self.foot_top();
        let first = self.images.first().map_or(1.0, |image| image.size[0]);
        if let Some(orientation) = &self.style.orientation {
            let left = (self.left() + self.width() - orientation::SIDE).max(self.left() + 160.0);
            orientation::draw(drawing, orientation, [left, top]);
        }
        let Some(pixel) = self.style.pixel_size else { return };
        let scale = Scale { pixels_per_unit: self.zoom / pixel, unit: self.style.unit };
        let (length, text) = scale_bar::bar(voltomo_numeric::cast::to_index(first), scale);
        let middle = top + 0.5 * scale_bar::HEIGHT as f64;
        drawing.push(Item::Open("scale-bar"));
        let thick = scale_bar::THICK as f64;
        drawing.rectangle([self.left(), middle - 0.5 * thick, length as f64, thick], INK);
        let beside = self.left() + length as f64 + 8.0;
        drawing.text([beside, middle - 0.5 * LABEL.line_height() as f64], &text, LABEL);
        drawing.push(Item::Close);
    }
}

fn key(layer: &Layer<'_>) -> Key {
    match &layer.coding {
        Coding::Scale { colour_map, limits, quantity } => {
            Key::Bar(ColourBar { map: *colour_map, limits: *limits, quantity: quantity.clone() })
        }
        Coding::Labels(names) => Key::Legend(Legend(layers::legend(layer.values, names))),
    }
}

impl Image {
    fn of(panel: &Panel<'_>, block: usize, times: usize) -> Self {
        let (rows, columns) = panel.layers.first().map_or((0, 0), |layer| layer.values.dim());
        let (height, width) = (rows.div_ceil(block), columns.div_ceil(block));
        let mut pixels = Picture::new(width, height, PAPER);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let (bottom, right) = (((y + 1) * block).min(rows), ((x + 1) * block).min(columns));
            let part = s![y * block..bottom, x * block..right];
            let is_outside =
                |outside: &ArrayView2<'_, bool>| outside.slice(part).iter().any(|it| *it);
            if !panel.outside.as_ref().is_some_and(is_outside) {
                let values = panel.layers.iter().map(|layer| (layer, layer.values.slice(part)));
                pixels.put(x, y, layers::mixed(values));
            }
        }
        let scale = times as f64;
        Self { pixels, size: [width as f64 * scale, height as f64 * scale] }
    }
}
