//! The bar that says which colour is which number. Knows no arrays.

use voltomo_numeric::cast::to_index;

use super::canvas::{FRAME, INK, Picture};
use super::colour_map::ColourMap;
use super::scale_bar::round_length;
use super::text::LABEL;

pub(super) const WIDTH: usize = 18;
pub(super) const TICK: usize = 5;
pub(super) const GAP: usize = 6;

/// What a colour bar shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColourBar {
    pub(super) map: ColourMap,
    /// Numbers of the first and the last colour.
    pub(super) limits: [f64; 2],
    /// What is shown, with its unit.
    pub(super) quantity: String,
}

impl ColourBar {
    /// Pixels that the bar with its numbers and its quantity is wide.
    pub(super) fn width(&self) -> usize {
        let widest = self.ticks().iter().map(|(_, text)| LABEL.width_of(text)).max();
        WIDTH + TICK + GAP + widest.unwrap_or(0) + GAP + LABEL.line_height()
    }

    /// Draws it with its top left corner at `(left, top)`.
    pub(super) fn draw(&self, picture: &mut Picture, [left, top]: [usize; 2], height: usize) {
        let last = height.saturating_sub(1).max(1);
        for y in 0..height {
            let colour = self.map.colour(1.0 - y as f64 / last as f64);
            picture.fill([left, top + y, WIDTH, 1], colour);
        }
        picture.frame([left, top, WIDTH, height], 1, FRAME);
        let text_left = left + WIDTH + TICK + GAP;
        for (number, text) in self.ticks() {
            let y = top + self.row_of(number, last);
            picture.fill([left + WIDTH, y, TICK, 1], INK);
            LABEL.write(picture, [text_left, y.saturating_sub(LABEL.line_height() / 2)], &text);
        }
        let quantity = LABEL.cut(&self.quantity, height);
        let along = LABEL.width_of(&quantity);
        let bottom = top + (height + along) / 2;
        let text_right = left + self.width() - LABEL.line_height();
        LABEL.write_upwards(picture, [text_right, bottom], &quantity);
    }

    /// Pixel row of a number, counted from the top of a bar whose last row is `last`.
    pub(super) fn row_of(&self, number: f64, last: usize) -> usize {
        let [low, high] = self.limits;
        to_index(((high - number) / (high - low) * last as f64).round())
    }

    /// Round numbers within the limits, with their digits.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let [low, high] = self.limits;
        let step = round_length((high - low) / 3.0);
        let digits = to_index((-step.log10().floor()).clamp(0.0, 9.0));
        let first = (low / step - 1e-6).ceil();
        let numbers = (0..12).map(|index| (first + f64::from(index)) * step);
        let inside = numbers.take_while(|number| *number <= high + step * 1e-6);
        // Adding 0 turns −0 into 0.
        inside.map(|number| (number, format!("{:.digits$}", number + 0.0))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(limits: [f64; 2]) -> ColourBar {
        ColourBar { map: ColourMap::Grey, limits, quantity: "attenuation in 1/cm".into() }
    }

    #[test]
    fn ticks_are_round_numbers_within_the_limits() {
        let texts = |limits| bar(limits).ticks().into_iter().map(|(_, text)| text);
        let text: Vec<_> = texts([-0.03, 1.27]).collect();
        assert_eq!(text, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"]);
        assert_eq!(texts([0.0, 65535.0]).collect::<Vec<_>>(), ["0", "20000", "40000", "60000"]);
        let small: Vec<_> = texts([-0.0021, 0.0019]).collect();
        assert_eq!(small, ["-0.002", "-0.001", "0.000", "0.001"]);
    }

    #[test]
    fn a_tick_stands_beside_the_colour_of_its_number() {
        let bar = bar([0.0, 1.0]);
        let mut picture = Picture::new(200, 320, [255; 3]);
        bar.draw(&mut picture, [10, 10], 300);
        let row = 10 + bar.row_of(0.4, 299);
        assert_eq!(picture.at(10 + WIDTH + 2, row), Some(INK));
        let level = picture.at(14, row).unwrap()[0];
        assert!((f64::from(level) - 0.4 * 255.0).abs() <= 1.0, "{level}");
    }
}
