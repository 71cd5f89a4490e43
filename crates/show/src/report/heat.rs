//! Two-dimensional plots: numbers as colours between two axes. Knows no cells.

use ndarray::ArrayView2;
use voltomo_numeric::cast::to_index;

use super::content::HeatMap;
use super::html::Html;
use super::number::plain;
use super::plot::{Axes, FRAME};
use super::reduce::encode_rgba;
use crate::picture::{ColourMap, png_uri};

/// More rows or columns than this are put together.
const MOST_CELLS: usize = 400;

/// One map as a figure; `number` counts the plots of the page from 1.
pub(super) fn figure(html: &mut Html, map: &HeatMap, number: usize) {
    let names = [&map.across, &map.up];
    let axes = Axes::new(map.across_range, map.up_range, names);
    let [low, high] = range(map);
    html.raw("<figure class=\"plot\"")
        .attr("id", &format!("plot-{number}"))
        .raw("><h3 dir=\"auto\">");
    html.text(&map.title).raw("</h3><svg viewBox=\"0 0 480 300\" role=\"img\"");
    let spoken = format!(
        "{} over {} and {}, from {} to {} {}",
        map.quantity.name,
        map.across.name,
        map.up.name,
        plain(f64::from(low)),
        plain(f64::from(high)),
        map.quantity.unit
    );
    html.attr("aria-label", &spoken).raw(">");
    axes.draw(html, names);
    if let Some(png) = picture(map, [low, high]) {
        let [left, right, top, bottom] = FRAME;
        html.raw("<image preserveAspectRatio=\"none\" class=\"pixels\"").at("x", left).at("y", top);
        html.at("width", right - left).at("height", bottom - top);
        html.attr("href", &png_uri(&png)).raw("/>");
    }
    html.raw("</svg><p class=\"scale\"><span>").text(&plain(f64::from(low)));
    html.raw("</span><span class=\"bar\"></span><span>").text(&plain(f64::from(high)));
    html.raw(" ").text(&map.quantity.unit).raw("</span> <span>").text(&map.quantity.name);
    html.raw(if map.is_logarithmic { ", even steps in its logarithm" } else { "" });
    html.raw("</span></p></figure>");
}

/// Least and greatest number that has a colour; of a logarithm those above 0.
fn range(map: &HeatMap) -> [f32; 2] {
    let counts = |it: &&f32| it.is_finite() && (!map.is_logarithmic || **it > 0.0);
    let start = [f32::INFINITY, f32::NEG_INFINITY];
    let found = map.values.iter().filter(counts);
    let [low, high] = found.fold(start, |[low, high], it| [low.min(*it), high.max(*it)]);
    if low <= high { [low, high] } else { [f32::NAN; 2] }
}

/// The map as a PNG, highest row first; what has no number is transparent.
fn picture(map: &HeatMap, [low, high]: [f32; 2]) -> Option<Vec<u8>> {
    let scaled = |value: f32| if map.is_logarithmic { value.ln() } else { value };
    let [first, last] = [low, high].map(scaled).map(f64::from);
    let span = (last - first).max(f64::MIN_POSITIVE);
    let [rows, columns] = [map.values.nrows(), map.values.ncols()].map(|side| side.min(MOST_CELLS));
    let mut pixels = Vec::with_capacity(4 * rows * columns);
    for row in (0..rows).rev() {
        for column in 0..columns {
            let value = greatest(map.values.view(), [row, column], [rows, columns]);
            let position = (f64::from(scaled(value)) - first) / span;
            let [red, green, blue] = ColourMap::Viridis.colour(position.clamp(0.0, 1.0));
            let is_known = value.is_finite() && position.is_finite();
            pixels.extend([red, green, blue, if is_known { 255 } else { 0 }]);
        }
    }
    encode_rgba([columns, rows], &pixels)
}

/// The greatest number of those that one pixel stands for; NaN where there is none.
fn greatest(values: ArrayView2<f32>, at: [usize; 2], pixels: [usize; 2]) -> f32 {
    let sides = [values.nrows(), values.ncols()];
    let [rows, columns] = [0, 1].map(|axis| {
        let edge = |k: usize| to_index((k * sides[axis]) as f64 / pixels[axis] as f64);
        edge(at[axis])..edge(at[axis] + 1).max(edge(at[axis]) + 1)
    });
    let cells = rows.flat_map(|row| columns.clone().map(move |column| [row, column]));
    cells.filter_map(|cell| values.get(cell).copied()).fold(f32::NAN, f32::max)
}
