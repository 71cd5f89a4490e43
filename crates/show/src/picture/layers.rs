//! The colour of a pixel that several arrays share. Knows no layout.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayView2;
use voltomo_numeric::cast::to_index;

use super::canvas::Colour;
use super::colour_map::NOT_A_NUMBER;
use super::labels::{label, label_colour};
use super::panel::{Coding, Layer};

/// Of an upper layer's colours, the part that becomes visible bit by bit: its lowest numbers leave
/// what is under them.
const FADING: f64 = 0.25;

/// The colour of a block of elements, the lowest layer first.
pub(super) fn mixed<'a, 'b: 'a>(
    layers: impl Iterator<Item = (&'a Layer<'b>, ArrayView2<'a, f32>)>,
) -> Colour {
    let mut colour = [255; 3];
    for (number, (layer, block)) in layers.enumerate() {
        let (own, share) = seen(layer, block);
        let share = match number {
            0 => 1.0,
            _ => share * layer.opacity.clamp(0.0, 1.0),
        };
        colour = std::array::from_fn(|k| {
            let (under, over) = (f64::from(colour[k]), f64::from(own[k]));
            to_index((under + share * (over - under)).round()).to_le_bytes()[0]
        });
    }
    colour
}

/// Colour of a block in its own layer, and how much of it an upper layer shows.
fn seen(layer: &Layer<'_>, block: ArrayView2<'_, f32>) -> (Colour, f64) {
    match &layer.coding {
        Coding::Scale { colour_map, limits: [low, high], .. } => {
            let value = f64::from(block.iter().sum::<f32>()) / block.len().max(1) as f64;
            if !value.is_finite() {
                return (NOT_A_NUMBER, 0.0);
            }
            let position = (value - low) / (high - low);
            (colour_map.colour(position), (position / FADING).clamp(0.0, 1.0))
        }
        Coding::Labels(_) => {
            let middle = block.get([block.nrows() / 2, block.ncols() / 2]);
            match middle.and_then(|value| label(*value)) {
                Some(label) => (label_colour(label), if label == 0 { 0.0 } else { 1.0 }),
                None => (NOT_A_NUMBER, 0.0),
            }
        }
    }
}

/// Colours and names of the labels that an array holds.
pub(super) fn legend(
    values: ArrayView2<'_, f32>,
    names: &BTreeMap<usize, String>,
) -> Vec<(Colour, String)> {
    let there: BTreeSet<usize> = values.iter().filter_map(|value| label(*value)).collect();
    let name = |label: &usize| names.get(label).cloned();
    there
        .iter()
        .map(|it| (label_colour(*it), name(it).unwrap_or_else(|| format!("label {it}"))))
        .collect()
}
