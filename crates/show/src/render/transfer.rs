//! Which colour and which opacity an attenuation has. Knows no rays.

use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Probe, Problem};

use super::histogram::Levels;
use super::lattice::floor;
use crate::picture::ColourMap;

/// Steps of the tables; one is far finer than any ramp of opacity that a picture needs.
const STEPS: usize = 4096;

/// Opacity of one attenuation; between two such points it is a straight line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlPoint {
    /// Attenuation, in the volume's unit (1/cm).
    pub attenuation: f64,
    /// How fast light is lost there: k in 1 − exp(−k·d), per unit of the grid (1/mm).
    pub opacity: f64,
}

/// Colour and opacity of every attenuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferFunction {
    /// Colours from low to high.
    pub colour_map: ColourMap,
    /// Attenuations of the first and the last colour.
    pub colour_limits: [f64; 2],
    /// Opacities by rising attenuation; before the first and beyond the last it stays as it is.
    pub opacity: Vec<ControlPoint>,
}

impl TransferFunction {
    /// What suits a volume, from its own histogram: air and noise are transparent, what is denser
    /// is opaque within a few voxels. Colours run from a little below the least that is seen to a
    /// high percentile of it, but not far beyond the usual matter: so a
    /// steel can leaves the electrodes their colours, and is itself beyond the last one.
    ///
    /// `attenuation`: `[z, y, x]`; numbers that are not finite stand aside. `voxel`: edge of a
    /// voxel. `None` where no number is finite.
    /// Source of the threshold: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
    #[must_use]
    pub fn preset(
        attenuation: ArrayView3<f32>,
        voxel: f64,
        (probe, colour_map): (Option<Probe>, ColourMap),
    ) -> Option<Self> {
        let levels = Levels::of(attenuation)?;
        let contrast = levels.bulk - levels.air;
        let begin = levels.begin();
        let full = begin + 0.4 * contrast;
        let heaviest = if probe == Some(Probe::Neutron) { 2.0 } else { 2.4 };
        let most = levels.air + heaviest * contrast;
        let high = levels.percentile_above(begin, 98.0).min(most).max(full);
        // The least matter that is seen gets a colour of its own, not that of air.
        let low = levels.air + 0.6 * (begin - levels.air);
        let per_voxel = |opacity: f64| opacity / voxel;
        let opacity = vec![
            ControlPoint { attenuation: begin, opacity: 0.0 },
            ControlPoint { attenuation: full, opacity: per_voxel(2.0) },
        ];
        Some(Self { colour_map, colour_limits: [low, high], opacity })
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let [low, high] = self.colour_limits;
        if !(low < high && (high - low).is_finite()) {
            let found = format!("{:?}", self.colour_limits);
            let expected = "two finite numbers, the lower one first";
            problems.push(Problem::new("transfer.colour_limits", found, expected));
        }
        let key = "transfer.opacity";
        if self.opacity.is_empty() {
            problems.push(Problem::new(key, "no control point", "at least one"));
        }
        for (at, point) in self.opacity.iter().enumerate() {
            if !(point.opacity >= 0.0 && point.opacity.is_finite()) {
                let key = format!("{key}[{at}].opacity");
                problems.push(Problem::new(&key, point.opacity, "a finite number, 0 or above"));
            }
            let before = at.checked_sub(1).map(|at| self.opacity[at].attenuation);
            let rises = before.is_none_or(|before| before < point.attenuation);
            if !(rises && point.attenuation.is_finite()) {
                let key = format!("{key}[{at}].attenuation");
                let expected = "a finite number above that of the point before";
                problems.push(Problem::new(&key, point.attenuation, expected));
            }
        }
        problems
    }

    /// Opacity of an attenuation, per unit of the grid; 0 where it is not finite.
    #[must_use]
    pub fn opacity_at(&self, attenuation: f64) -> f64 {
        if !attenuation.is_finite() {
            return 0.0;
        }
        let above = self.opacity.partition_point(|point| point.attenuation <= attenuation);
        match (above.checked_sub(1).map(|at| self.opacity[at]), self.opacity.get(above)) {
            (Some(low), Some(high)) => {
                let share = (attenuation - low.attenuation) / (high.attenuation - low.attenuation);
                low.opacity + share * (high.opacity - low.opacity)
            }
            (Some(only), None) => only.opacity,
            (None, first) => first.map_or(0.0, |only| only.opacity),
        }
    }

    /// Colour of an attenuation, 0 to 1 a channel.
    pub(super) fn colour_at(&self, attenuation: f64) -> [f64; 3] {
        let [low, high] = self.colour_limits;
        let colour = self.colour_map.colour((attenuation - low) / (high - low));
        colour.map(|level| f64::from(level) / 255.0)
    }

    fn most_opacity(&self) -> f64 {
        self.opacity.iter().map(|point| point.opacity).fold(0.0, f64::max)
    }

    /// The tables of this transfer function for voxels of an edge.
    pub(super) fn tables(&self, voxel: f64) -> Tables {
        let ends = [self.opacity.first(), self.opacity.last()]
            .map(|point| point.map_or(self.colour_limits[0], |point| point.attenuation));
        let low = ends[0].min(self.colour_limits[0]);
        let high = ends[1].max(self.colour_limits[1]);
        let step = (high - low) / (STEPS - 1) as f64;
        let mut sums = Vec::with_capacity(STEPS);
        let mut points = Vec::with_capacity(STEPS);
        let mut shown_before = vec![0];
        let mut sum = [0.0; 4];
        let mut last: Option<[f64; 4]> = None;
        for index in 0..STEPS {
            let attenuation = low + index as f64 * step;
            let opacity = self.opacity_at(attenuation) * voxel;
            let colour = self.colour_at(attenuation);
            let weighted: [f64; 4] =
                std::array::from_fn(|part| colour.get(part).map_or(1.0, |c| *c) * opacity);
            let before = last.unwrap_or(weighted);
            sum = std::array::from_fn(|part| sum[part] + 0.5 * (before[part] + weighted[part]));
            last = Some(weighted);
            sums.push(sum.map(to_f32));
            points.push([colour[0], colour[1], colour[2], opacity].map(to_f32));
            shown_before.push(shown_before[index] + usize::from(opacity > 0.0));
        }
        let full = to_f32(0.25 * self.most_opacity() * voxel);
        let opacities = points.iter().map(|point: &[f32; 4]| 1.0 - (-point[3]).exp()).collect();
        Tables {
            low: to_f32(low),
            per_step: to_f32(1.0 / step),
            sums,
            points,
            opacities,
            shown_before,
            full,
        }
    }
}

/// A transfer function made ready for short stretches of rays, in voxels.
///
/// Along a stretch on which the attenuation runs from a to b, the optical depth a voxel is
/// (K(b) − K(a)) / (b − a) with K the integral of the opacity, and the colour the mean of the
/// colours weighted by opacity. So steep ramps need no short steps.
/// Source: Engel, Kraus & Ertl 2001, doi:10.1145/383507.383515.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    low: f32,
    per_step: f32,
    /// Integrals, up to each step, of red, green, blue, each times the opacity, and of the opacity.
    sums: Vec<[f32; 4]>,
    /// Red, green, blue and opacity at each step.
    points: Vec<[f32; 4]>,
    /// Opacity of a voxel, 0 to 1, at each step.
    opacities: Vec<f32>,
    /// How many steps before each have any opacity.
    shown_before: Vec<usize>,
    /// Opacity from which on a cut face is opaque.
    full: f32,
}

impl Tables {
    /// Where an attenuation stands in the tables; `None` where it is not finite.
    #[inline]
    fn place(&self, attenuation: f32) -> f32 {
        ((attenuation - self.low) * self.per_step).clamp(0.0, (STEPS - 1) as f32)
    }

    #[inline]
    fn between(table: &[[f32; 4]], place: f32) -> [f32; 4] {
        let index = floor(place).min(STEPS - 2);
        let share = place - index as f32;
        let (low, high) = (&table[index], &table[index + 1]);
        std::array::from_fn(|part| low[part] + share * (high[part] - low[part]))
    }

    /// Colour and optical depth a voxel of a stretch between two attenuations; no depth where one
    /// is not finite.
    #[inline]
    pub(super) fn stretch(&self, front: f32, back: f32) -> ([f32; 3], f32) {
        let (a, b) = (self.place(front), self.place(back));
        let way = b - a;
        if !way.is_finite() {
            return ([0.0; 3], 0.0);
        }
        if way.abs() < 4.0 {
            let [red, green, blue, depth] = Self::between(&self.points, 0.5 * (a + b));
            return ([red, green, blue], depth);
        }
        let (from, to) = (Self::between(&self.sums, a), Self::between(&self.sums, b));
        let depth = to[3] - from[3];
        if depth == 0.0 {
            return ([0.0; 3], 0.0);
        }
        ([0, 1, 2].map(|channel| (to[channel] - from[channel]) / depth), depth / way)
    }

    /// Colour of one attenuation and how opaque it is on the face of a cut, 0 to 1.
    pub(super) fn face(&self, attenuation: f32) -> ([f32; 3], f32) {
        if !attenuation.is_finite() {
            return ([0.0; 3], 0.0);
        }
        let [red, green, blue, opacity] = Self::between(&self.points, self.place(attenuation));
        let share = if opacity > 0.0 { (opacity / self.full).min(1.0) } else { 0.0 };
        ([red, green, blue], share)
    }

    /// Colour of one attenuation.
    #[inline]
    pub(super) fn colour(&self, attenuation: f32) -> [f32; 3] {
        let [red, green, blue, _] = Self::between(&self.points, self.place(attenuation));
        [red, green, blue]
    }

    /// Opacity of a voxel, 0 to 1.
    pub(super) fn opacity(&self, attenuation: f32) -> f32 {
        if !attenuation.is_finite() {
            return 0.0;
        }
        self.opacities[floor(self.place(attenuation) + 0.5)]
    }

    /// Whether anything between two attenuations has any opacity.
    pub(super) fn show_any(&self, [least, most]: [f32; 2]) -> bool {
        if least > most {
            return false;
        }
        let first = floor(self.place(least)).saturating_sub(1);
        let end = (floor(self.place(most)) + 3).min(STEPS);
        self.shown_before[end] > self.shown_before[first]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> TransferFunction {
        let point = |attenuation, opacity| ControlPoint { attenuation, opacity };
        let opacity = vec![point(1.0, 0.0), point(2.0, 4.0), point(3.0, 4.0)];
        TransferFunction { colour_map: ColourMap::Grey, colour_limits: [0.0, 4.0], opacity }
    }

    #[test]
    fn a_stretch_over_a_ramp_has_the_integral_of_the_ramp() {
        let tables = ramp().tables(0.5);
        for (from, to, expected) in [(1.0, 2.0, 1.0), (0.0, 2.0, 0.5), (3.0, 1.0, 1.5)] {
            let (_, depth) = tables.stretch(from, to);
            assert!((depth - expected).abs() < 1e-3, "{from} {to}: {depth}");
        }
        assert_eq!(tables.stretch(0.0, 0.9).1, 0.0);
        assert_eq!(tables.stretch(f32::NAN, 2.0).1, 0.0);
        let (colour, _) = tables.stretch(2.0, 3.0);
        assert!((colour[0] - 2.5 / 4.0).abs() < 5e-3, "{colour:?}");
    }

    #[test]
    fn nothing_is_shown_below_the_ramp() {
        let tables = ramp().tables(0.5);
        assert!(!tables.show_any([-3.0, 0.99]) && tables.show_any([-3.0, 1.01]));
        assert!(!tables.show_any([f32::INFINITY, f32::NEG_INFINITY]));
    }
}
