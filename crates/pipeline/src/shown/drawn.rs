//! From the numbers of sections to a figure. Reads nothing.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2};
use voltomo_numeric::cast::to_f32;
use voltomo_show::picture::{
    Arrow, Coding, Counting, Drawing, FigureStyle, Layer, Orientation, Panel, Window, figure,
};
use voltomo_show::section::{Flat, Surface};
use voltomo_types::LengthUnit;

use super::options::{Shown, Together};
use super::source::Numbers;

/// Percentiles of the inside of a body that become the first and the last colour.
const INSIDE: [f64; 2] = [0.5, 99.5];

/// One volume's section, read.
pub(super) struct Section<'a> {
    pub(super) shown: &'a Shown,
    pub(super) numbers: Numbers,
    pub(super) values: Array2<f32>,
    /// Where the section leaves the volume.
    pub(super) outside: Array2<bool>,
    pub(super) names: BTreeMap<usize, String>,
    /// What tells it from the other one.
    pub(super) caption: String,
}

impl Section<'_> {
    /// Numbers of the first and the last colour.
    fn limits(&self, also: Option<ArrayView2<'_, f32>>) -> [f64; 2] {
        if let Some(range) = self.shown.range {
            return range.0.map(f64::from);
        }
        let seen: Vec<ArrayView2<'_, f32>> =
            std::iter::once(self.values.view()).chain(also).collect();
        match self.numbers {
            Numbers::Confidence => [0.0, 1.0],
            Numbers::Grey => Window::default().limits(&seen),
            _ => Window::Inside(INSIDE).limits(&seen),
        }
    }

    /// What the numbers are, with their unit.
    pub(super) fn quantity(&self) -> String {
        match self.numbers {
            Numbers::Attenuation(unit) => format!("µ, {unit}"),
            Numbers::Noise(unit) => format!("noise of µ, {unit}"),
            Numbers::Confidence => "probability".into(),
            Numbers::Labels => "label".into(),
            Numbers::Grey => "grey value".into(),
        }
    }

    fn layer(&self, limits: [f64; 2], (name, opacity): (&str, f64)) -> Layer<'_> {
        let [low, high] = limits.map(|it| f64::from(to_f32(it)));
        let coding = match self.numbers {
            Numbers::Labels => Coding::Labels(&self.names),
            _ => Coding::Scale {
                colour_map: self.shown.colours,
                limits,
                quantity: format!("{name}{} ({low:.3} to {high:.3})", self.quantity()),
            },
        };
        Layer { values: self.values.view(), coding, opacity }
    }

    /// What the numbers are and how they became colours, in a line.
    fn words(&self, limits: [f64; 2]) -> String {
        let [low, high] = limits;
        let (what, unit) = match self.numbers {
            Numbers::Labels => return "labels".into(),
            Numbers::Confidence => ("probability of the label", ""),
            Numbers::Attenuation(unit) => ("linear attenuation coefficient µ", unit),
            Numbers::Noise(unit) => ("noise of µ (one standard deviation)", unit),
            Numbers::Grey => ("grey values", ""),
        };
        let how = match (self.shown.range, self.numbers) {
            (Some(_), _) => ": as asked for".to_string(),
            (None, Numbers::Confidence) => String::new(),
            (None, Numbers::Grey) => ": all but the outermost 0.3 %".into(),
            (None, _) => format!(": air to {} % of the inside", INSIDE[1]),
        };
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        format!("{what}, colours {low:.3} to {high:.3}{unit}{how}")
    }
}

/// The sections as a figure.
pub(super) fn drawn(
    (section, other): (&Section<'_>, Option<(&Section<'_>, Together, bool)>),
    (surface, unit): (&Surface, LengthUnit),
    title: String,
    arrows: Vec<Arrow>,
) -> Drawing {
    let is_shared = other.is_some_and(|(_, _, same)| same);
    let shared = other.filter(|_| is_shared).map(|(other, ..)| other.values.view());
    let limits = section.limits(shared);
    // Bars that are not shared say whose they are.
    let named = |one: &Section<'_>| match (other, is_shared) {
        (Some(_), false) => format!("{}: ", one.caption),
        _ => String::new(),
    };
    let mut first = Panel {
        layers: vec![section.layer(limits, (&named(section), 1.0))],
        caption: String::new(),
        outside: Some(section.outside.view()),
        arrows,
    };
    let mut style = style((surface, unit), title);
    let mut panels = Vec::new();
    match other {
        None => {
            style.title.push(section.words(limits));
            panels.push(first);
        }
        Some((other, together, _)) => {
            let own = if is_shared { limits } else { other.limits(None) };
            let words =
                |one: &Section<'_>, limits| format!("{}: {}", one.caption, one.words(limits));
            style.title.extend([words(section, limits), words(other, own)]);
            if let Together::Fused(opacity) = together {
                first.layers.push(other.layer(own, (&named(other), opacity)));
                panels.push(first);
            } else {
                first.caption.clone_from(&section.caption);
                let layers = vec![other.layer(own, (&named(other), 1.0))];
                let outside = Some(other.outside.view());
                let (caption, arrows) = (other.caption.clone(), first.arrows.clone());
                panels.extend([first, Panel { layers, caption, outside, arrows }]);
                style.longest_side = 900;
            }
        }
    }
    figure(&panels, &style)
}

/// What surrounds a section: a scale bar and the orientation of a plane, axes of what was laid flat.
fn style((surface, unit): (&Surface, LengthUnit), title: String) -> FigureStyle {
    let style = FigureStyle { title: vec![title], unit, ..FigureStyle::default() };
    let [rows, columns] = surface.shape();
    let around = || {
        let last = 360.0 * (columns as f64 - 1.0) / columns as f64;
        Counting { name: "angle from +x towards +y in °".into(), range: [0.0, last] }
    };
    let symbol = unit.symbol();
    match surface.flat() {
        Flat::Plane { right, down, pixel, .. } => {
            let orientation = Some(Orientation { right: *right, down: *down });
            FigureStyle { pixel_size: Some(*pixel), orientation, ..style }
        }
        Flat::Cylinder { .. } => {
            let range = [0, rows - 1].map(|row| surface.point(row, 0)[0]);
            let down = Counting { name: format!("z in {symbol}"), range };
            FigureStyle { axes: Some([around(), down]), ..style }
        }
        Flat::Disc { radii: [first, step], .. } => {
            let range = [*first, first + step * (rows as f64 - 1.0)];
            let down = Counting { name: format!("radius in {symbol}"), range };
            FigureStyle { axes: Some([around(), down]), ..style }
        }
    }
}
