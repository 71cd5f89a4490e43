//! The evidence for each material in each cell of the joint histogram. Knows no neighbours.

use voltomo_numeric::cast::to_f32;
use voltomo_types::Material;

use crate::{
    component::{Component, is_imitated},
    joint_histogram::JointHistogram,
    mixture::Mixture,
};

/// Materials, and what none of them explains.
pub(crate) const LABELS: usize = 9;
/// The label of what no material explains.
pub(crate) const STRANGE: u8 = 8;
/// The bit of a cell's number that says that µ changes fast there.
pub(crate) const STEEP: u16 = 1 << 15;
/// At an edge, a material whose µ two others have together is so much less credible.
const AT_AN_EDGE: f64 = 1e-3;
/// Logarithm of no evidence at all.
const NONE: f32 = -60.0;

/// The material of a label.
pub(crate) fn material(label: u8) -> Material {
    Material::of_number(label).unwrap_or(Material::Unknown)
}

/// Logarithms of the evidence by cell, first where µ changes slowly, then where it changes fast;
/// about 3 MB.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LabelTable {
    /// By cell and label.
    pub(crate) logarithms: Vec<[f32; LABELS]>,
    /// The label of most evidence in each cell.
    pub(crate) first: Vec<u8>,
    /// Whether it matters that µ changes fast there.
    pub(crate) is_imitated: Vec<bool>,
    /// Bit by bit the labels that the beams cannot tell from another one, by cell.
    pub(crate) doubtful: Vec<u16>,
}

impl LabelTable {
    /// `ghosts`: components that look like void and were left out of the mixture; what looks like
    /// one of them is in doubt all the same. `separation`: how far apart two normal distributions must be to be told apart, in their
    /// standard deviations.
    pub(crate) fn new(
        histogram: &JointHistogram,
        mixture: &Mixture,
        ghosts: &[Component],
        separation: f64,
    ) -> Self {
        let all = [&mixture.components, ghosts].concat();
        let doubts = [[true, true], [true, false], [false, true]]
            .map(|beams| doubts(&all, beams, separation));
        let mut table = Self {
            logarithms: Vec::new(),
            first: Vec::new(),
            is_imitated: Vec::new(),
            doubtful: Vec::new(),
        };
        let mut densities = Vec::new();
        let cells = 0..usize::from(STEEP);
        for (cell, is_steep) in
            [false, true].into_iter().flat_map(|it| cells.clone().map(move |cell| (cell, it)))
        {
            let values = histogram.values(cell);
            mixture.densities(values, &mut densities);
            let beams = match values.map(f64::is_nan) {
                [false, false] => 0,
                [false, true] => 1,
                _ => 2,
            };
            let mut row = Row::new(mixture.strange_density(values));
            for (index, component) in mixture.components.iter().enumerate() {
                let is_less = is_steep && is_imitated(component.material);
                let credible = if is_less { AT_AN_EDGE } else { 1.0 };
                row.add(component.material, (index, credible * densities[index]));
            }
            for (node, density) in mixture.nodes.iter().zip(&densities[mixture.components.len()..])
            {
                let index = node.nearer[beams];
                row.add(mixture.components[index].material, (index, *density));
            }
            table.push(&row, &doubts[beams], values.iter().all(|value| value.is_nan()));
        }
        table.is_imitated = table.logarithms.iter().map(holds_imitated).collect();
        table
    }

    fn push(&mut self, row: &Row, doubts: &[bool], is_unseen: bool) {
        let logarithm = |sum: f64| if sum > 0.0 { to_f32(sum.ln()).max(NONE) } else { NONE };
        let mut logarithms = row.sums.map(logarithm);
        if is_unseen {
            // Neighbours may not speak for what no beam saw.
            logarithms = [NONE; LABELS];
            logarithms[usize::from(STRANGE)] = 0.0;
        }
        let mut first = 0;
        for label in 1..STRANGE + 1 {
            if logarithms[usize::from(label)] > logarithms[usize::from(first)] {
                first = label;
            }
        }
        let is_doubtful = |it: &(usize, &(usize, f64))| it.1.1 > 0.0 && doubts[it.1.0];
        let bits = row.most.iter().enumerate().filter(is_doubtful).map(|it| 1 << it.0);
        self.doubtful.push(bits.sum());
        self.logarithms.push(logarithms);
        self.first.push(first);
    }
}

/// Whether a material that others imitate has a part in the evidence that is worth a look at
/// neighbours.
fn holds_imitated(logarithms: &[f32; LABELS]) -> bool {
    let most = logarithms.iter().copied().fold(NONE, f32::max);
    (0..).zip(logarithms).any(|(label, it)| is_imitated(material(label)) && *it > most - 10.0)
}

/// The evidence in one cell.
struct Row {
    sums: [f64; LABELS],
    /// Of each material: the component of most evidence, and that.
    most: [(usize, f64); LABELS],
}

impl Row {
    fn new(strange: f64) -> Self {
        let mut sums = [0.0; LABELS];
        sums[usize::from(STRANGE)] = strange;
        Self { sums, most: [(0, 0.0); LABELS] }
    }

    fn add(&mut self, material: Material, (component, density): (usize, f64)) {
        let label = usize::from(material.number().min(STRANGE));
        self.sums[label] += density;
        if density > self.most[label].1 {
            self.most[label] = (component, density);
        }
    }
}

/// Distance of two distributions in their standard deviations, by the beams that are there.
fn distance(a: &Component, b: &Component, beams: [bool; 2]) -> f64 {
    let part = |beam: usize| {
        let variance = 0.5 * (a.variance[beam] + b.variance[beam]);
        (a.mean[beam] - b.mean[beam]).powi(2) / variance
    };
    (0..2).filter(|beam| beams[*beam]).map(part).sum::<f64>().sqrt()
}

/// Whether each component cannot be told from one of another material. Void is what no beam sees:
/// it is in no doubt, but what looks like it is.
fn doubts(components: &[Component], beams: [bool; 2], separation: f64) -> Vec<bool> {
    let is_doubtful = |a: &Component| {
        if a.material == Material::Void {
            return false;
        }
        let others = components.iter().filter(|b| b.material != a.material);
        others.into_iter().any(|b| distance(a, b, beams) < separation)
    };
    components.iter().map(is_doubtful).collect()
}

/// Whether each component looks like void.
pub(crate) fn unseen(components: &[Component], beams: [bool; 2], separation: f64) -> Vec<bool> {
    let void = components.iter().find(|it| it.material == Material::Void);
    let is_unseen = |it: &Component| {
        let distance = void.map(|void| distance(void, it, beams));
        it.material != Material::Void && distance.is_some_and(|distance| distance < separation)
    };
    components.iter().map(is_unseen).collect()
}

/// Pairs of materials of which kinds cannot be told apart, sorted.
pub(crate) fn inseparable(
    components: &[Component],
    beams: [bool; 2],
    separation: f64,
) -> Vec<[Material; 2]> {
    let mut pairs: Vec<[Material; 2]> = Vec::new();
    for (index, a) in components.iter().enumerate() {
        let others = components[index + 1..].iter().filter(|b| b.material != a.material);
        let near = others.filter(|b| distance(a, b, beams) < separation);
        pairs.extend(near.map(|b| [a.material.min(b.material), a.material.max(b.material)]));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
