//! An array of labels, each in its own colour, with a legend. Knows no materials.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{Array2, ArrayView2};
use voltomo_numeric::cast::to_index;

use super::canvas::{Colour, Picture};
use super::colour_map::NOT_A_NUMBER;
use super::legend::Legend;
use super::slice::{Key, SHORTEST, SliceStyle, framed};
use super::window::{Fitted, blocks};

/// Colours that the eye tells apart best, the earlier ones most easily.
///
/// Source: Kelly 1965, Twenty-two colors of maximum contrast, Color Engineering 3(26); without
/// white and black.
const KELLY: [Colour; 20] = [
    [255, 179, 0],
    [128, 62, 117],
    [255, 104, 0],
    [166, 189, 215],
    [193, 0, 32],
    [206, 162, 98],
    [129, 112, 102],
    [0, 125, 52],
    [246, 118, 142],
    [0, 83, 138],
    [255, 122, 92],
    [83, 55, 122],
    [255, 142, 0],
    [179, 40, 81],
    [244, 200, 0],
    [127, 24, 13],
    [147, 170, 0],
    [89, 51, 21],
    [241, 58, 19],
    [35, 44, 22],
];

/// Colour of a label: black for 0, the rest by their number, half as strong from the 21st on.
#[must_use]
pub fn label_colour(label: usize) -> [u8; 3] {
    let Some(index) = label.checked_sub(1) else { return [0; 3] };
    let colour = KELLY[index % KELLY.len()];
    if (index / KELLY.len()).is_multiple_of(2) {
        return colour;
    }
    colour.map(|level| 128 + level / 2)
}

/// A picture of `labels` (`[row, column]`, whole numbers, row 0 at the top): a colour for each, and
/// a legend of those that are there, with their `names`. Of the style, window, colours and quantity
/// stand aside. Where the array is drawn smaller, each pixel shows the label of one element.
#[must_use]
pub fn label_picture(
    labels: ArrayView2<f32>,
    names: &BTreeMap<usize, String>,
    style: &SliceStyle,
) -> Picture {
    let middle = |group: ArrayView2<f32>| group[[group.nrows() / 2, group.ncols() / 2]];
    let Fitted { values, zoom } = blocks(labels, (style.longest_side, SHORTEST), middle);
    let image = in_colours(&values);
    let there: BTreeSet<usize> = values.iter().filter_map(|value| label(*value)).collect();
    let line = |label: &usize| {
        let name = names.get(label).cloned();
        (label_colour(*label), name.unwrap_or_else(|| format!("label {label}")))
    };
    let key = Key::Legend(Legend(there.iter().map(line).collect()));
    framed(&image, style, (key, zoom))
}

/// The label that a number stands for; none where it is no whole number from 0 on.
pub(super) fn label(value: f32) -> Option<usize> {
    (value >= 0.0 && value.fract() == 0.0).then(|| to_index(f64::from(value)))
}

fn in_colours(values: &Array2<f32>) -> Picture {
    let (rows, columns) = values.dim();
    let mut picture = Picture::new(columns, rows, NOT_A_NUMBER);
    for ((y, x), value) in values.indexed_iter() {
        picture.put(x, y, label(*value).map_or(NOT_A_NUMBER, label_colour));
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_colours_of_their_own() {
        let all: BTreeSet<_> = (0..=40).map(label_colour).collect();
        assert_eq!(all.len(), 41);
        assert!(!all.contains(&NOT_A_NUMBER));
        assert_eq!(
            (label(7.0), label(0.5), label(-1.0), label(f32::NAN)),
            (Some(7), None, None, None)
        );
    }
}
