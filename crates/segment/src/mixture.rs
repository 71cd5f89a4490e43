//! A mixture of normal distributions started at expected points, fitted to counts of pairs. Knows
//! no voxels.
//!
//! Expectation and maximisation, Dempster, Laird & Rubin 1977; the means stay near the points, so
//! that a component keeps its meaning.

use rayon::prelude::*;

use crate::{
    component::{Component, LEAST, Sums, limit_widths, tie_metals},
    expected::Expected,
    joint_histogram::JointHistogram,
    level_axis::LevelAxis,
    partial_volume::{Node, Pair, nodes, pairs},
};

/// The gain of the mean logarithm that is worth another round.
const GAIN: f64 = 1e-6;
/// Shares of all voxels at the start: voxels that two materials share, and strangers.
const SHARED: f64 = 0.2;
const STRANGE: f64 = 0.01;
/// Farther than so many variances nothing is added (its part is below 1e-17).
const FAR: f64 = 80.0;
/// Cells that one task looks at.
const CHUNK: usize = 256;

/// The fitted mixture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mixture {
    pub(crate) components: Vec<Component>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) nodes: Vec<Node>,
    /// The components, then the nodes.
    kernels: Vec<Kernel>,
    /// Share of voxels that nothing explains, and their even density for each beam.
    pub(crate) strange: f64,
    pub(crate) even: [f64; 2],
}

/// What one round adds up.
#[derive(Debug, Clone, Default)]
struct Round {
    components: Vec<Sums>,
    pairs: Vec<f64>,
    strange: f64,
    logarithm: f64,
}

/// A cell of the histogram that holds voxels: values, count.
type Filled = ([f64; 2], f64);

/// A weighted normal distribution of independent beams, ready for many values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kernel {
    weight: f64,
    mean: [f64; 2],
    /// 1 / variance, and 1 / √(2π · variance).
    inverse: [f64; 2],
    height: [f64; 2],
}

impl Kernel {
    fn new(weight: f64, mean: [f64; 2], variance: [f64; 2]) -> Self {
        let inverse = variance.map(|variance| 1.0 / variance);
        let height = variance.map(|variance| 1.0 / (std::f64::consts::TAU * variance).sqrt());
        Self { weight, mean, inverse, height }
    }

    /// Its density; a beam that is NaN is left out.
    #[inline]
    fn density(&self, values: [f64; 2]) -> f64 {
        let (mut square, mut density) = (0.0, self.weight);
        for (beam, value) in values.into_iter().enumerate() {
            if !value.is_nan() {
                square += (value - self.mean[beam]).powi(2) * self.inverse[beam];
                density *= self.height[beam];
            }
            if square > FAR {
                return 0.0;
            }
        }
        density * (-0.5 * square).exp()
    }
}

impl Mixture {
    /// The mixture that explains the counts best, near the points, after so many rounds at most;
    /// and the mean logarithm of its density.
    pub(crate) fn fit(
        histogram: &JointHistogram,
        points: &[Expected],
        rounds: usize,
    ) -> (Self, f64) {
        let filled = |(cell, count): (usize, &u64)| (histogram.values(cell), *count as f64);
        let cells: Vec<Filled> = histogram
            .counts
            .iter()
            .enumerate()
            .filter(|it| *it.1 > 0)
            .map(filled)
            .filter(|(values, _)| values.iter().any(|value| !value.is_nan()))
            .collect();
        let mut mixture = Self::start(&histogram.axes, points);
        let total: f64 = cells.iter().map(|cell| cell.1).sum();
        let mut before = -1e9;
        for _ in 0..rounds {
            let round = mixture.look(&cells);
            mixture.update(&round, total);
            let gain = round.logarithm / total - before;
            before += gain;
            if gain < GAIN {
                break;
            }
        }
        (mixture, before)
    }

    fn start(axes: &[LevelAxis; 2], points: &[Expected]) -> Self {
        let weight = (1.0 - SHARED - STRANGE) / points.len().max(1) as f64;
        let new = |point| Component::new(point, axes, weight);
        let components: Vec<Component> = points.iter().map(new).collect();
        let pairs = pairs(&components, SHARED);
        let nodes = nodes(&components, &pairs);
        let even = [0, 1].map(|beam: usize| 1.0 / axes[beam].range());
        let kernels = Vec::new();
        let mut start = Self { components, pairs, nodes, kernels, strange: STRANGE, even };
        start.prepare();
        start
    }

    /// Density of what nothing explains.
    pub(crate) fn strange_density(&self, values: [f64; 2]) -> f64 {
        let beams = values.iter().zip(self.even).filter(|it| !it.0.is_nan());
        self.strange * beams.map(|it| it.1).product::<f64>()
    }

    /// Weighted densities of the components, then of the nodes.
    pub(crate) fn densities(&self, values: [f64; 2], into: &mut Vec<f64>) {
        into.clear();
        into.extend(self.kernels.iter().map(|kernel| kernel.density(values)));
    }

    /// Makes the kernels of the components and nodes as they now are.
    fn prepare(&mut self) {
        let pure = self.components.iter().map(|it| Kernel::new(it.weight, it.mean, it.variance));
        let shared = self
            .nodes
            .iter()
            .map(|it| Kernel::new(self.pairs[it.pair].weight * it.share, it.mean, it.variance));
        self.kernels = pure.chain(shared).collect();
    }

    fn look(&self, cells: &[Filled]) -> Round {
        let empty = Round {
            components: vec![Sums::default(); self.components.len()],
            pairs: vec![0.0; self.pairs.len()],
            ..Round::default()
        };
        let parts: Vec<Round> =
            cells.par_chunks(CHUNK).map(|chunk| self.look_at(chunk, empty.clone())).collect();
        // In their order, so that the sums have the same bits for any number of threads.
        parts.into_iter().fold(empty, |mut all, part| {
            all.components.iter_mut().zip(&part.components).for_each(|(a, b)| a.merge(b));
            all.pairs.iter_mut().zip(&part.pairs).for_each(|(a, b)| *a += b);
            all.strange += part.strange;
            all.logarithm += part.logarithm;
            all
        })
    }

    fn look_at(&self, cells: &[Filled], mut round: Round) -> Round {
        let mut densities = Vec::new();
        for (values, count) in cells {
            self.densities(*values, &mut densities);
            let strange = self.strange_density(*values);
            let sum = densities.iter().sum::<f64>() + strange;
            let part = count / sum;
            let (pure, shared) = densities.split_at(self.components.len());
            for (sums, density) in round.components.iter_mut().zip(pure).filter(|it| *it.1 > 0.0) {
                sums.add(*values, density * part);
            }
            for (node, density) in self.nodes.iter().zip(shared) {
                round.pairs[node.pair] += density * part;
            }
            round.strange += strange * part;
            round.logarithm += count * sum.ln();
        }
        round
    }

    fn update(&mut self, round: &Round, total: f64) {
        for (component, sums) in self.components.iter_mut().zip(&round.components) {
            component.update(sums, total);
        }
        tie_metals(&mut self.components);
        limit_widths(&mut self.components);
        let weights: Vec<f64> = round.pairs.iter().map(|sum| (sum / total).max(LEAST)).collect();
        self.pairs = pairs(&self.components, 1.0);
        self.pairs.iter_mut().zip(weights).for_each(|(pair, weight)| pair.weight = weight);
        self.nodes = nodes(&self.components, &self.pairs);
        self.strange = (round.strange / total).max(LEAST);
        self.prepare();
    }
}
