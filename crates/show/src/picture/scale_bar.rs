//! A bar of a round length, with its length in words. Knows no arrays.

use voltomo_numeric::cast::to_index;
use voltomo_types::LengthUnit;

use super::canvas::{INK, Picture};
use super::text::LABEL;

/// Pixels that a scale bar and its label are high.
pub(super) const HEIGHT: usize = 16;
pub(super) const THICK: usize = 4;

/// How long things in a picture are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Pixels of the picture a unit of length.
    pub(super) pixels_per_unit: f64,
    pub(super) unit: LengthUnit,
}

/// The largest of 1, 2, 5, 10, 20, 50 … (and 0.5, 0.2, 0.1 …) that is not above `most`.
#[must_use]
pub fn round_length(most: f64) -> f64 {
    let decade = 10_f64.powf(most.log10().floor());
    let step = [5.0, 2.0].into_iter().find(|step| step * decade <= most * (1.0 + 1e-9));
    step.unwrap_or(1.0) * decade
}

/// A round length of at most a quarter of `width` pixels: how many pixels it is, and its words.
pub(super) fn bar(width: usize, scale: Scale) -> (usize, String) {
    let length = round_length(width as f64 / 4.0 / scale.pixels_per_unit);
    let pixels = to_index((length * scale.pixels_per_unit).round()).max(1);
    (pixels, format!("{} {}", decimal(length), scale.unit.symbol()))
}

/// Draws the bar at the left of `[left, top]`, at most a quarter of `width` pixels long.
pub(super) fn draw(picture: &mut Picture, [left, top]: [usize; 2], width: usize, scale: Scale) {
    let (pixels, text) = bar(width, scale);
    picture.fill([left, top + (HEIGHT - THICK) / 2, pixels, THICK], INK);
    LABEL.write(picture, [left + pixels + 8, top], &text);
}

/// A number without the tail that binary fractions leave.
pub(super) fn decimal(number: f64) -> String {
    let digits = to_index((2.0 - number.abs().max(1e-12).log10().floor()).clamp(0.0, 12.0));
    let text = format!("{number:.digits$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_bar_is_a_round_length() {
        let rounded = [0.37, 0.2, 9.99, 10.0, 73.0, 1234.0].map(|most| decimal(round_length(most)));
        assert_eq!(rounded, ["0.2", "0.2", "5", "10", "50", "1000"]);
    }

    #[test]
    fn the_bar_is_as_many_pixels_as_its_length_says() {
        let mut picture = Picture::new(600, HEIGHT, [255; 3]);
        let scale = Scale { pixels_per_unit: 1.0 / 0.029, unit: LengthUnit::Millimetre };
        draw(&mut picture, [10, 0], 500, scale);
        let row = HEIGHT / 2;
        let dark = (0..600).filter(|&x| picture.at(x, row) == Some(INK)).count();
        // 500 pixels are 14.5 mm; a quarter of it rounds down to 2 mm = 69 pixels.
        assert_eq!(picture.at(10 + 68, row), Some(INK));
        assert_eq!(picture.at(10 + 69, row), Some([255; 3]));
        assert!(dark >= 69);
    }
}
