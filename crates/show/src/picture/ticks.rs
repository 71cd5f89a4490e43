//! Round numbers along an axis, and the axes of a picture. Knows no arrays.

use voltomo_numeric::cast::to_index;

use super::canvas::INK;
use super::drawing::{Drawing, Item};
use super::text::LABEL;

const LENGTH: f64 = 5.0;
const GAP: f64 = 6.0;

/// What is counted along a side of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Counting {
    /// What it is, with its unit: `angle in °`.
    pub name: String,
    /// Numbers at the middle of the first and the last element.
    pub range: [f64; 2],
}

/// Round numbers within a range, at most about `most`, with their texts; parts of a full turn
/// where `is_angle` and the range is wide.
pub(super) fn ticks([a, b]: [f64; 2], most: f64, is_angle: bool) -> Vec<(f64, String)> {
    let (low, high) = (a.min(b), a.max(b));
    if !(a.is_finite() && b.is_finite()) {
        return Vec::new();
    }
    if !(high - low).is_normal() {
        return vec![(low, format!("{low:.3}"))];
    }
    let least = (high - low) / most.max(1.0);
    let turns = [10.0, 15.0, 30.0, 45.0, 60.0, 90.0].into_iter().find(|step| *step >= least);
    let step = match turns.filter(|_| is_angle && high - low > 60.0) {
        Some(step) => step,
        None => {
            let decade = 10_f64.powf(least.log10().floor());
            let mut steps = [1.0, 2.0, 5.0].into_iter().map(|part| part * decade);
            steps.find(|step| *step >= least).unwrap_or(10.0 * decade)
        }
    };
    let digits = to_index((-(step * 1.000_001).log10().floor()).clamp(0.0, 9.0));
    let first = (low / step - 1e-6).ceil();
    let numbers = (0..64).map(|k| (first + f64::from(k)) * step);
    let inside = numbers.take_while(|number| *number <= high + step * 1e-6);
    inside.map(|number| (number, format!("{:.digits$}", number + 0.0))).collect()
}

impl Counting {
    fn is_angle(&self) -> bool {
        self.name.contains('°')
    }

    /// Pixels from the first element's edge to a number, over `length` pixels of `count` elements.
    fn along(&self, number: f64, (length, count): (f64, usize)) -> f64 {
        let [first, last] = self.range;
        let step = length / count.max(1) as f64;
        let span = if last == first { 1.0 } else { last - first };
        step * ((number - first) / span * (count.max(1) - 1) as f64 + 0.5)
    }

    /// Pixels that it takes beside a picture so high, at its left.
    pub(super) fn width(&self, height: f64) -> f64 {
        let texts = ticks(self.range, height / 50.0, self.is_angle());
        let widest = texts.iter().map(|(_, text)| LABEL.width_of(text)).max().unwrap_or(0);
        LABEL.line_height() as f64 + GAP + widest as f64 + GAP + LENGTH
    }

    /// Pixels that it takes below a picture.
    pub(super) fn height() -> f64 {
        LENGTH + 2.0 * (GAP + LABEL.line_height() as f64)
    }

    /// Draws it below the rectangle `[x, y, width, height]` of so many columns.
    pub(super) fn draw_below(&self, drawing: &mut Drawing, place: [f64; 4], columns: usize) {
        let [left, top, width, height] = place;
        let line = LABEL.line_height() as f64;
        for (number, text) in ticks(self.range, width / 90.0, self.is_angle()) {
            let x = left + self.along(number, (width, columns));
            drawing.rectangle([x, top + height, 1.0, LENGTH], INK);
            let start = x - 0.5 * LABEL.width_of(&text) as f64;
            drawing.text([start.max(0.0), top + height + LENGTH + 2.0], &text, LABEL);
        }
        let start = left + 0.5 * (width - LABEL.width_of(&self.name) as f64).max(0.0);
        drawing.text([start, top + height + LENGTH + GAP + line], &self.name, LABEL);
    }

    /// Draws it at the left of the rectangle `[x, y, width, height]` of so many rows.
    pub(super) fn draw_left(&self, drawing: &mut Drawing, place: [f64; 4], rows: usize) {
        let [left, top, _, height] = place;
        let line = LABEL.line_height() as f64;
        for (number, text) in ticks(self.range, height / 50.0, self.is_angle()) {
            let y = top + self.along(number, (height, rows));
            drawing.rectangle([left - LENGTH, y, LENGTH, 1.0], INK);
            let start = left - LENGTH - GAP - LABEL.width_of(&text) as f64;
            drawing.text([start.max(0.0), (y - 0.5 * line).max(0.0)], &text, LABEL);
        }
        let name = LABEL.cut(&self.name, to_index(height));
        let foot = top + 0.5 * (height + LABEL.width_of(&name) as f64);
        let at = [left - self.width(height), foot];
        drawing.push(Item::Text { at, text: name, font: LABEL, is_upwards: true });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_angles_are_parts_of_a_turn() {
        let texts = |range, most, angle| -> Vec<String> {
            ticks(range, most, angle).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(
            texts([0.0, 359.7], 9.0, true),
            ["0", "45", "90", "135", "180", "225", "270", "315"]
        );
        assert_eq!(texts([-12.2, 12.3], 6.0, false), ["-10", "-5", "0", "5", "10"]);
        assert_eq!(texts([0.31, 0.19], 4.0, false), ["0.20", "0.25", "0.30"]);
        assert_eq!(texts([2.0, 2.0], 4.0, false), ["2.000"]);
        assert!(texts([f64::NAN, 1.0], 4.0, false).is_empty());
    }

    #[test]
    fn a_number_stands_at_the_middle_of_its_element() {
        let counting = Counting { name: "angle in °".into(), range: [0.0, 270.0] };
        assert_eq!(counting.along(90.0, (400.0, 4)), 150.0);
        let alone = Counting { name: "z".into(), range: [3.0, 3.0] };
        assert_eq!(alone.along(3.0, (100.0, 1)), 50.0);
    }
}
