//! What one image of a figure shows. Draws nothing.

use std::collections::BTreeMap;

use ndarray::ArrayView2;

use super::arrows::Arrow;
use super::colour_map::ColourMap;

/// What the numbers of a layer become.
#[derive(Debug, Clone, PartialEq)]
pub enum Coding<'a> {
    /// Colours of a scale.
    Scale {
        /// Which colours.
        colour_map: ColourMap,
        /// Numbers of the first and the last colour.
        limits: [f64; 2],
        /// What the numbers are, with their unit.
        quantity: String,
    },
    /// A colour for each label, with its name.
    Labels(&'a BTreeMap<usize, String>),
}

/// One array of a panel.
#[derive(Debug, Clone)]
pub struct Layer<'a> {
    /// `[row, column]`, row 0 at the top. All layers of a panel have one shape.
    pub values: ArrayView2<'a, f32>,
    /// What the numbers become.
    pub coding: Coding<'a>,
    /// How much of what is under it a layer hides, 0 to 1; the first hides the paper.
    pub opacity: f64,
}

/// One image of a figure.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// From the lowest to the highest.
    pub layers: Vec<Layer<'a>>,
    /// What stands above it; empty for nothing.
    pub caption: String,
    /// Elements outside the volume are paper; without it, what is no number has
    /// [`super::NOT_A_NUMBER`].
    pub outside: Option<ArrayView2<'a, bool>>,
    /// Places that arrows point to.
    pub arrows: Vec<Arrow>,
}
