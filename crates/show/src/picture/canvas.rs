//! A grid of coloured pixels to draw on. Knows no arrays and no files.

/// A colour as red, green and blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const PAPER: Colour = [255; 3];
pub(crate) const INK: Colour = [32, 34, 38];
pub(super) const PALE_INK: Colour = [96, 100, 108];
pub(super) const FRAME: Colour = [150, 154, 160];

/// Pixels of red, green and blue, row by row from the top left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Picture {
    /// A picture of one colour.
    #[must_use]
    pub fn new(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// A picture `[width, height]` of these pixels, row by row; those that lack are black.
    pub(crate) fn of_pixels([width, height]: [usize; 2], mut pixels: Vec<Colour>) -> Self {
        pixels.resize(width * height, [0; 3]);
        Self { width, height, pixels }
    }

    /// Pixels across.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Colour of the pixel in column `x` and row `y`; `None` beside the picture.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        (x < self.width && y < self.height).then(|| self.pixels[y * self.width + x])
    }

    /// Red, green and blue of all pixels, row by row.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Colours one pixel; beside the picture nothing happens.
    pub(super) fn put(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = colour;
        }
    }

    /// Mixes `colour` into one pixel: `share` 0 leaves it, 255 replaces it.
    pub(crate) fn mix(&mut self, [x, y]: [usize; 2], colour: Colour, share: u8) {
        let Some(under) = self.at(x, y) else { return };
        let mixed = std::array::from_fn(|channel| {
            let share = u16::from(share);
            let sum =
                u16::from(colour[channel]) * share + u16::from(under[channel]) * (255 - share);
            (sum / 255).to_le_bytes()[0]
        });
        self.put(x, y, mixed);
    }

    /// Fills the rectangle `[x, y, width, height]`.
    pub(super) fn fill(&mut self, [left, top, width, height]: [usize; 4], colour: Colour) {
        for y in top..top + height {
            (left..left + width).for_each(|x| self.put(x, y, colour));
        }
    }

    /// Draws a line so many pixels thick around (outside) the rectangle `[x, y, width, height]`.
    pub(super) fn frame(&mut self, rectangle: [usize; 4], thick: usize, colour: Colour) {
        let [left, top, width, height] = rectangle;
        let (outer_left, outer_top) = (left.saturating_sub(thick), top.saturating_sub(thick));
        let outer_width = width + 2 * thick;
        self.fill([outer_left, outer_top, outer_width, thick], colour);
        self.fill([outer_left, top + height, outer_width, thick], colour);
        self.fill([outer_left, top, thick, height], colour);
        self.fill([left + width, top, thick, height], colour);
    }

    /// Lays another picture on this one, its top left corner at `(x, y)`.
    pub(super) fn paste(&mut self, other: &Self, left: usize, top: usize) {
        for y in 0..other.height {
            for x in 0..other.width {
                self.put(left + x, top + y, other.pixels[y * other.width + x]);
            }
        }
    }
}
