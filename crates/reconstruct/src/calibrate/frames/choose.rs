//! Which opposite frames are registered. Knows no axis.

use std::{
    f64::consts::{PI, TAU},
    sync::Arc,
};

use super::image::{Opposites, load};
use crate::{
    ReconstructError,
    calibrate::{BandSource, partners::Pair},
};

/// Pairs that are registered at most: each is two whole frames to read.
const MOST_PAIRS: usize = 8;
/// Pairs whose opposite view is a worse mixture of frames than the best one's by more than this are
/// left out.
const MORE_MIXED: f64 = 0.3;

/// Some pairs all over the turn, each direction once, single frames before mixtures of two.
pub(super) fn chosen(pairs: &[Pair], angles: &[f64]) -> Vec<Pair> {
    let Some(first) = pairs.first().map(|pair| angles[pair.view]) else { return vec![] };
    let turn = |pair: &Pair| (angles[pair.view] - first + 1e-9).rem_euclid(TAU);
    let least = pairs.iter().map(mixed).fold(f64::INFINITY, f64::min);
    let good = pairs.iter().filter(|pair| mixed(pair) <= least + MORE_MIXED).copied();
    let mut good: Vec<Pair> = without_twins(good);
    good.sort_by(|a, b| turn(a).rem_euclid(PI).total_cmp(&turn(b).rem_euclid(PI)));
    let sectors = good.len().min(MOST_PAIRS);
    let best = |sector: usize| {
        let part = &good[sector * good.len() / sectors..(sector + 1) * good.len() / sectors];
        let middle = (part.len() - 1) / 2;
        let rank = |index: usize| (mixed(&part[index]), index.abs_diff(middle));
        let better = |a: &usize, b: &usize| {
            let (a, b) = (rank(*a), rank(*b));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        };
        (0..part.len()).min_by(better).map(|index| part[index])
    };
    (0..sectors).filter_map(best).collect()
}

/// How far the opposite view is from a single frame: |f·(1 − f)|, to which the error of a straight
/// line between two frames is proportional; 0 for one frame, 2 at the seam of half a turn.
fn mixed(pair: &Pair) -> f64 {
    let part = f64::from(pair.opposite[1].1);
    let mixed = (part * (1.0 - part)).abs();
    if mixed < 1e-4 { 0.0 } else { mixed }
}

/// How much larger standard deviations are than those of pairs that share no frame: at the seam of
/// half a turn both pairs are made of the same frames.
pub(super) fn of_shared_frames(chosen: &[Pair]) -> f64 {
    let at_seam = chosen.iter().filter(|pair| mixed(pair) > 1.0).count();
    if at_seam > 1 { std::f64::consts::SQRT_2 } else { 1.0 }
}

/// All pairs but those that are another one's, told from the other side.
fn without_twins(pairs: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let mut kept: Vec<Pair> = vec![];
    for pair in pairs {
        let is_twin = |other: &Pair| {
            single(&pair).is_some_and(|view| view == other.view) && single(other) == Some(pair.view)
        };
        if !kept.iter().any(is_twin) {
            kept.push(pair);
        }
    }
    kept
}

/// The one frame that is opposite, where it is one.
fn single(pair: &Pair) -> Option<usize> {
    pair.opposite.iter().find(|(_, weight)| (weight - 1.0).abs() < 1e-4).map(|(view, _)| *view)
}

/// All chosen pairs, binned.
pub(super) fn small(
    source: &dyn BandSource,
    chosen: &[Pair],
    bin: usize,
) -> Result<Vec<Arc<Opposites>>, ReconstructError> {
    chosen.iter().map(|pair| load(source, pair, bin).map(Arc::new)).collect()
}
