//! One kind of a material in the plane of both µ: where it is, how wide, how often. Knows no fit.

use voltomo_types::Material;

use crate::{expected::Expected, level_axis::LevelAxis};

/// An expected point speaks for its mean and variance as this share of all voxels would.
const TRUST: f64 = 5e-4;
/// A mean may leave its point by so many spreads; that of a material that others imitate less, or
/// it would settle on their edges.
const REACH: f64 = 1.2;
const IMITATED_REACH: f64 = 0.5;
/// No part falls below this, so that none dies.
pub(crate) const LEAST: f64 = 1e-7;

/// Whether voxels shared by two other materials, void and steel say, look like this one.
pub(crate) fn is_imitated(material: Material) -> bool {
    matches!(
        material,
        Material::Aluminium | Material::Electrolyte | Material::Lithium | Material::CopperOrNickel
    )
}

/// One normal distribution, both beams independent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Component {
    pub(crate) material: Material,
    pub(crate) mean: [f64; 2],
    pub(crate) variance: [f64; 2],
    /// Share of all voxels.
    pub(crate) weight: f64,
    /// Where it was expected, with the variance that it started with.
    expected: [[f64; 2]; 2],
    /// Least and largest mean.
    ends: [[f64; 2]; 2],
    /// Least and largest variance.
    width: [[f64; 2]; 2],
}

impl Component {
    pub(crate) fn new(point: &Expected, axes: &[LevelAxis; 2], weight: f64) -> Self {
        let points = [point.neutron, point.xray];
        let reach = if is_imitated(point.material) { IMITATED_REACH } else { REACH };
        let ends = points.map(|[mean, spread]| [mean - reach * spread, mean + reach * spread]);
        let width = [0, 1].map(|beam| {
            let level = axes[beam].width(points[beam][0]);
            let most = [0.3, 0.15][beam] + [0.03, 0.1][beam] * points[beam][0];
            [level * level / 6.0, most * most]
        });
        let start = |beam: usize| (0.15 + 0.08 * points[beam][0]).powi(2);
        let variance = [0, 1].map(|beam| start(beam).clamp(width[beam][0], width[beam][1]));
        let mean = points.map(|point| point[0]);
        let expected = [0, 1].map(|beam| [mean[beam], variance[beam]]);
        Self { material: point.material, mean, variance, weight, expected, ends, width }
    }

    pub(crate) fn update(&mut self, sums: &Sums, total: f64) {
        self.weight = (sums.weight / total).max(LEAST);
        for beam in 0..2 {
            let [weight, first, second] = sums.moments[beam];
            let [expected, variance] = self.expected[beam];
            let trust = TRUST * total;
            let all = weight + trust;
            let [low, high] = self.ends[beam];
            let mean = ((first + trust * expected) / all).clamp(low, high);
            let square = second - 2.0 * mean * first + mean * mean * weight;
            let [least, most] = self.width[beam];
            self.mean[beam] = mean;
            self.variance[beam] = ((square + trust * variance) / all).clamp(least, most);
        }
    }
}

/// Standard deviations of both beams where nothing is.
pub(crate) fn noise(components: &[Component]) -> [f64; 2] {
    let void = components.iter().find(|it| it.material == Material::Void);
    void.map_or([0.2, 0.1], |void| void.variance.map(f64::sqrt))
}

/// What is noisier than void by more than its own unevenness is no single material.
pub(crate) fn limit_widths(components: &mut [Component]) {
    let noise = noise(components);
    for component in components.iter_mut().filter(|it| it.material != Material::Void) {
        for beam in 0..2 {
            let most =
                [1.15, 1.3][beam] * noise[beam] + [0.03, 0.1][beam] * component.mean[beam].max(0.0);
            component.variance[beam] = component.variance[beam].min(most * most);
        }
    }
}

/// Puts copper and nickel where steel tells: hardening of the X-ray beam moves the heavy metals
/// together, farther than they are apart.
pub(crate) fn tie_metals(components: &mut [Component]) {
    let steel = components.iter().find(|it| it.material == Material::Steel);
    let Some(ratio) = steel.map(|steel| steel.mean[1] / steel.expected[1][0]) else {
        return;
    };
    for metal in components.iter_mut().filter(|it| it.material == Material::CopperOrNickel) {
        metal.mean[1] = ratio * metal.expected[1][0];
    }
}

/// Sums of one component.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    weight: f64,
    /// Of each beam: weight, weight × value, weight × value².
    moments: [[f64; 3]; 2],
}

impl Sums {
    pub(crate) fn add(&mut self, values: [f64; 2], weight: f64) {
        self.weight += weight;
        for (moments, value) in self.moments.iter_mut().zip(values).filter(|it| !it.1.is_nan()) {
            moments[0] += weight;
            moments[1] += weight * value;
            moments[2] += weight * value * value;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.weight += other.weight;
        for (moments, others) in self.moments.iter_mut().zip(&other.moments) {
            moments.iter_mut().zip(others).for_each(|(sum, more)| *sum += more);
        }
    }
}
