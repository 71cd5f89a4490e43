//! Voxels that two materials share. Knows no voxels.
//!
//! A blurred edge between a and b shows µ = α·a + (1 − α)·b; the beams are blurred differently, so
//! each has its own α, and all of the rectangle between both points can occur. After Santago &
//! Gage 1993, doi:10.1109/42.241873, with two values a voxel.

use voltomo_types::Material;

use crate::component::Component;

/// Shares α that are looked at, and half the width that each stands for. An edge's blur leaves
/// most voxels near either end.
const SHARES: [[f64; 2]; 8] = [
    [0.0, 0.02],
    [0.04, 0.03],
    [0.12, 0.06],
    [0.32, 0.15],
    [0.68, 0.15],
    [0.88, 0.06],
    [0.96, 0.03],
    [1.0, 0.02],
];

/// By so much the shares of both beams usually differ.
const APART: f64 = 0.35;

/// A contrast of so many standard deviations is plain enough for half of it to be told.
const PLAIN: f64 = 6.0;

/// Which materials are looked at as neighbours. An edge between steel and aluminium shows what one
/// between steel and void does, and one between steel and lithium what one between steel and plastic
/// does.
const PAIRS: [(Material, Material); 13] = [
    (Material::Void, Material::Steel),
    (Material::Void, Material::Aluminium),
    (Material::Void, Material::CopperOrNickel),
    (Material::Void, Material::ElectrodeRoll),
    (Material::Void, Material::Electrolyte),
    (Material::Void, Material::Plastic),
    (Material::Void, Material::Lithium),
    (Material::Steel, Material::ElectrodeRoll),
    (Material::Steel, Material::Electrolyte),
    (Material::Steel, Material::Plastic),
    (Material::ElectrodeRoll, Material::Electrolyte),
    (Material::ElectrodeRoll, Material::Plastic),
    (Material::ElectrodeRoll, Material::CopperOrNickel),
];

/// Two materials, by their most frequent kinds, and how many voxels they share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    /// Components.
    pub(crate) ends: [usize; 2],
    /// Share of all voxels.
    pub(crate) weight: f64,
}

/// A point of the rectangle between two materials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    /// Number of the pair.
    pub(crate) pair: usize,
    pub(crate) mean: [f64; 2],
    pub(crate) variance: [f64; 2],
    /// The component that it is labelled as: where both beams are there, and by each alone.
    pub(crate) nearer: [usize; 3],
    /// Its share of the pair.
    pub(crate) share: f64,
}

/// The pairs of the materials that components stand for, each with an equal part of `share`.
pub(crate) fn pairs(components: &[Component], share: f64) -> Vec<Pair> {
    let most = |material: Material| {
        let of = components.iter().enumerate().filter(|it| it.1.material == material);
        of.max_by(|a, b| a.1.weight.total_cmp(&b.1.weight)).map(|it| it.0)
    };
    let ends: Vec<[usize; 2]> =
        PAIRS.iter().filter_map(|(a, b)| Some([most(*a)?, most(*b)?])).collect();
    let weight = share / ends.len().max(1) as f64;
    ends.into_iter().map(|ends| Pair { ends, weight }).collect()
}

/// The points between the ends of all pairs.
pub(crate) fn nodes(components: &[Component], pairs: &[Pair]) -> Vec<Node> {
    let likely = likely_shares();
    let mut nodes = Vec::with_capacity(pairs.len() * likely.len());
    for (number, pair) in pairs.iter().enumerate() {
        let ends = pair.ends.map(|end| average(components, components[end].material));
        nodes.extend(
            likely.iter().map(|(shares, part)| node((number, pair), &ends, *shares, *part)),
        );
    }
    nodes
}

/// Shares of both beams, with how often they occur together: one may be blurred more, but both see
/// the same edge.
fn likely_shares() -> Vec<([[f64; 2]; 2], f64)> {
    let all = SHARES.iter().flat_map(|n| SHARES.iter().map(move |x| [*n, *x]));
    let is_shared = |[n, x]: &[[f64; 2]; 2]| n[0] != x[0] || (n[0] > 0.0 && n[0] < 1.0);
    let often = |[n, x]: &[[f64; 2]; 2]| (-((n[0] - x[0]) / APART).powi(2)).exp();
    let likely: Vec<_> =
        all.filter(is_shared).map(|it| (it, often(&it))).filter(|it| it.1 > 0.01).collect();
    let sum: f64 = likely.iter().map(|it| it.1).sum();
    likely.into_iter().map(|(shares, often)| (shares, often / sum)).collect()
}

/// Where a material of several kinds is as a whole, and the least of their variances.
struct End {
    mean: [f64; 2],
    variance: [f64; 2],
}

fn average(components: &[Component], material: Material) -> End {
    let kinds = components.iter().filter(|it| it.material == material);
    let total: f64 = kinds.clone().map(|it| it.weight).sum();
    let mean = [0, 1]
        .map(|beam: usize| kinds.clone().map(|it| it.weight * it.mean[beam]).sum::<f64>() / total);
    let least =
        |beam: usize| kinds.clone().map(|it| it.variance[beam]).fold(f64::INFINITY, f64::min);
    End { mean, variance: [0, 1].map(least) }
}

fn node(
    (number, pair): (usize, &Pair),
    [a, b]: &[End; 2],
    shares: [[f64; 2]; 2],
    share: f64,
) -> Node {
    let alpha = shares.map(|share| share[0]);
    let mean = [0, 1].map(|beam| alpha[beam] * a.mean[beam] + (1.0 - alpha[beam]) * b.mean[beam]);
    let contrast = [0, 1].map(|beam| (a.mean[beam] - b.mean[beam]).abs());
    let noise = [0, 1].map(|beam| a.variance[beam].min(b.variance[beam]));
    let variance = [0, 1].map(|beam| noise[beam] + (contrast[beam] * shares[beam][1]).powi(2));
    let of = |beam: usize| pair.ends[usize::from(alpha[beam] < 0.5)];
    // X-rays are the sharper beam; neutrons decide where X-rays hardly see the difference.
    let is_seen_by_xrays = contrast[1] >= PLAIN * noise[1].sqrt();
    let both = of(usize::from(is_seen_by_xrays));
    Node { pair: number, mean, variance, nearer: [both, of(0), of(1)], share }
}
