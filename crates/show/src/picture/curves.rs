//! Curves over whole numbers, with axes and labels. Knows no iteration.

use voltomo_numeric::cast::{to_f32, to_index};

use super::canvas::{Colour, FRAME, INK, PAPER, Picture};
use super::scale_bar::{decimal, round_length};
use super::slice::MARGIN;
use super::text::{HEADING, LABEL, SUBTITLE};

/// The area of the curves in pixels, width and height.
const AREA: [usize; 2] = [720, 400];
const TICK: usize = 5;
const GAP: usize = 6;
const GRID: Colour = [228, 230, 234];
const CURVE: Colour = [20, 90, 170];
const LEVEL: Colour = [190, 80, 30];
/// Below this ratio of the largest to the smallest value the numbers at the axis are even steps.
const WIDE: f64 = 8.0;

/// How curves are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CurveStyle {
    /// Lines above the picture, the first one as a heading.
    pub title: Vec<String>,
    /// What is counted along the axis below.
    pub across: String,
    /// What the values are, with their unit.
    pub quantity: String,
    /// A level to compare with, and its name.
    pub level: Option<(f64, String)>,
}

/// A picture of curves, each a value for 1, 2, 3 …, over a logarithmic axis.
///
/// Values that are not above 0 are left out. Without any value the area stays empty.
#[must_use]
pub fn curve_picture(curves: &[&[f64]], style: &CurveStyle) -> Picture {
    let plot = Plot::new(curves, style);
    let title_height = if style.title.is_empty() {
        0
    } else {
        HEADING.line_height() + (style.title.len() - 1) * (SUBTITLE.line_height() + 4) + 14
    };
    let numbers = plot.ticks().iter().map(|(_, text)| LABEL.width_of(text)).max().unwrap_or(0);
    let left = MARGIN + LABEL.line_height() + GAP + numbers + GAP + TICK;
    let top = MARGIN + title_height;
    let height = top + AREA[1] + TICK + GAP + 2 * (LABEL.line_height() + GAP) + MARGIN;
    let mut picture = Picture::new(left + AREA[0] + 2 * MARGIN, height, PAPER);
    let mut line_top = MARGIN - 6;
    for (index, line) in style.title.iter().enumerate() {
        let font = if index == 0 { HEADING } else { SUBTITLE };
        font.write(&mut picture, [MARGIN, line_top], line);
        line_top += font.line_height() + 4;
    }
    plot.draw(&mut picture, [left, top]);
    let quantity = LABEL.cut(&style.quantity, AREA[1]);
    let bottom = top + (AREA[1] + LABEL.width_of(&quantity)) / 2;
    LABEL.write_upwards(&mut picture, [MARGIN - 6, bottom], &quantity);
    picture
}

/// Curves within their limits.
struct Plot<'a> {
    curves: &'a [&'a [f64]],
    style: &'a CurveStyle,
    /// The least and the largest value shown.
    limits: [f64; 2],
    /// Values of the longest curve.
    count: usize,
}

impl<'a> Plot<'a> {
    fn new(curves: &'a [&'a [f64]], style: &'a CurveStyle) -> Self {
        let level = style.level.as_ref().map(|(level, _)| *level);
        let values = curves.iter().flat_map(|curve| curve.iter().copied()).chain(level);
        let shown = values.filter(|value| *value > 0.0 && value.is_finite());
        let (low, high) =
            shown.fold((f64::INFINITY, 0.0), |(low, high), v| (v.min(low), v.max(high)));
        let limits = if high > 0.0 { [low / 1.1, high * 1.1] } else { [0.1, 1.0] };
        let count = curves.iter().map(|curve| curve.len()).max().unwrap_or(0).max(2);
        Self { curves, style, limits, count }
    }

    /// Pixels from the left of the area to value number `index`, counted from 0.
    fn across(&self, index: f64) -> f64 {
        index / (self.count - 1) as f64 * (AREA[0] - 1) as f64
    }

    /// Pixels from the top of the area to a value.
    fn down(&self, value: f64) -> f64 {
        let [low, high] = self.limits;
        (high / value).ln() / (high / low).ln() * (AREA[1] - 1) as f64
    }

    /// Round numbers on the logarithmic axis, with their texts.
    fn ticks(&self) -> Vec<(f64, String)> {
        let [low, high] = self.limits;
        let numbers: Vec<f64> = if high / low < WIDE {
            let step = round_length((high - low) / 3.0);
            let first = (low / step).ceil();
            (0..12).map(|k| (first + f64::from(k)) * step).take_while(|v| *v <= high).collect()
        } else {
            let decades = (high / low).log10();
            let steps: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
            let (first, last) = (low.log10().floor(), high.log10().ceil());
            let count = u32::try_from(to_index(last - first)).unwrap_or(0);
            let every = count.div_ceil(8).max(1);
            let decade = |k: u32| 10f64.powf(first + f64::from(k));
            let decades = (0..=count).filter(|k| k % every == 0).map(decade);
            decades.flat_map(|decade| steps.iter().map(move |step| step * decade)).collect()
        };
        let inside = numbers.into_iter().filter(|number| (low..=high).contains(number));
        inside.map(|number| (number, number_text(number))).collect()
    }

    fn draw(&self, picture: &mut Picture, [left, top]: [usize; 2]) {
        for (value, text) in self.ticks() {
            let y = top + to_index(self.down(value).round());
            picture.fill([left, y, AREA[0], 1], GRID);
            picture.fill([left - TICK, y, TICK, 1], INK);
            let text_left = left - TICK - GAP - LABEL.width_of(&text);
            LABEL.write(picture, [text_left, y.saturating_sub(LABEL.line_height() / 2)], &text);
        }
        self.draw_axis_below(picture, [left, top + AREA[1]]);
        if let Some((level, name)) = &self.style.level {
            let y = top + to_index(self.down(*level).round());
            picture.fill([left, y, AREA[0], 1], LEVEL);
            let above = y.saturating_sub(LABEL.line_height() + 2);
            LABEL.write(picture, [left + GAP, above], name);
        }
        picture.frame([left, top, AREA[0], AREA[1]], 1, FRAME);
        // Many curves shine through each other.
        let share = if self.curves.len() > 4 { 110 } else { 255 };
        self.curves.iter().for_each(|curve| self.draw_curve(picture, curve, ([left, top], share)));
    }

    fn draw_axis_below(&self, picture: &mut Picture, [left, top]: [usize; 2]) {
        let step = to_index(round_length((self.count as f64 / 6.0).max(1.0))).max(1);
        let numbers =
            std::iter::once(1).chain((step..=self.count).step_by(step).filter(|k| *k > 1));
        for number in numbers {
            let x = left + to_index(self.across((number - 1) as f64).round());
            picture.fill([x, top, 1, TICK], INK);
            let text = number.to_string();
            let text_left = x.saturating_sub(LABEL.width_of(&text) / 2);
            // The first number makes room for the second where both would touch.
            if number > 1 || self.across((step - 1) as f64) > 40.0 || step == 1 {
                LABEL.write(picture, [text_left, top + TICK + 2], &text);
            }
        }
        let text_left = left + AREA[0].saturating_sub(LABEL.width_of(&self.style.across)) / 2;
        let text_top = top + TICK + GAP + LABEL.line_height();
        LABEL.write(picture, [text_left, text_top], &self.style.across);
    }

    /// Straight lines from value to value, two pixels thick, and a dot at each where they are few.
    fn draw_curve(
        &self,
        picture: &mut Picture,
        curve: &[f64],
        ([left, top], share): ([usize; 2], u8),
    ) {
        let points: Vec<[f64; 2]> = (0..curve.len())
            .filter(|index| curve[*index] > 0.0 && curve[*index].is_finite())
            .map(|index| [self.across(index as f64), self.down(curve[index])])
            .collect();
        let mut place = |[x, y]: [f64; 2], colour_share: u8| {
            let [x, y] = [left + to_index(x.round()), top + to_index(y.round())];
            picture.mix([x, y], CURVE, colour_share);
            picture.mix([x, y + 1], CURVE, colour_share);
        };
        for pair in points.windows(2) {
            let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
            let steps = to_index((x1 - x0).abs().max((y1 - y0).abs()).ceil()).max(1);
            for k in 0..steps {
                let part = k as f64 / steps as f64;
                place([x0 + part * (x1 - x0), y0 + part * (y1 - y0)], share);
            }
        }
        if curve.len() <= 40 {
            for [x, y] in points {
                let dot = (0..49).map(|k| [f64::from(k % 7) - 3.0, f64::from(k / 7) - 3.0]);
                let round = dot.filter(|[x, y]| to_f32(x.hypot(*y)) < 3.3);
                round.for_each(|[dx, dy]| place([(x + dx).max(0.0), (y + dy).max(0.0)], share));
            }
        }
    }
}

/// A number with the digits that it needs, in powers of ten where it is far from 1.
fn number_text(number: f64) -> String {
    if (1e-4..1e6).contains(&number) { decimal(number) } else { format!("{number:.0e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style() -> CurveStyle {
        CurveStyle {
            title: vec!["Residual".into()],
            across: "iteration".into(),
            quantity: "residual".into(),
            level: None,
        }
    }

    #[test]
    fn numbers_at_the_axis_are_round_and_within_the_limits() {
        let texts = |values: &[f64]| -> Vec<String> {
            let (curves, style) = ([values], style());
            Plot::new(&curves, &style).ticks().into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts(&[1.0, 0.011]), ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
        assert_eq!(texts(&[0.9, 0.6]), ["0.6", "0.7", "0.8", "0.9"]);
        assert_eq!(texts(&[1e3, 1e-6])[..3], ["1e-5", "0.001", "0.1"]);
    }

    #[test]
    fn a_curve_goes_through_its_values_and_a_level_lies_where_it_belongs() {
        let values = [1.0, 0.5, 0.25];
        let style = CurveStyle { level: Some((0.5, "half".into())), ..style() };
        let curves = [&values[..]];
        let plot = Plot::new(&curves, &style);
        let mut picture = Picture::new(AREA[0] + 100, AREA[1] + 100, PAPER);
        plot.draw(&mut picture, [50, 20]);
        for (index, value) in values.iter().enumerate() {
            let x = 50 + to_index(plot.across(index as f64).round());
            let y = 20 + to_index(plot.down(*value).round());
            assert_eq!(picture.at(x.min(50 + AREA[0] - 1), y), Some(CURVE), "{value}");
        }
        let half = 20 + to_index(plot.down(0.5).round());
        assert_eq!(picture.at(50 + 7, half), Some(LEVEL));
    }

    #[test]
    fn no_value_or_a_value_that_is_none_still_gives_a_picture() {
        let empty = curve_picture(&[], &style());
        let odd = curve_picture(&[&[f64::NAN, 0.0, -1.0]], &style());
        assert_eq!((empty.width() > 700, odd.height() > 400), (true, true));
    }
}
