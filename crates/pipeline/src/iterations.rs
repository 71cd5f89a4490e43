//! How iterative methods go in a run: progress for a person, a stop between two iterations, and
//! what stands of them in the record. Computes nothing.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use voltomo_reconstruct::{Curve, Ending, Progress};

use crate::watch::Watch;

/// Advances that a slice takes: iterations are told within them.
pub(crate) const ADVANCES: usize = 100;

/// A norm of the residual over that of the data, and a χ² a line integral, beyond which the volume
/// does not explain what was measured.
const LARGE_RESIDUAL: f64 = 0.25;
const LARGE_CHI_SQUARE: f64 = 3.0;
/// The same where a volume explains all but the noise.
const AT_NOISE: f64 = 1.2;
/// A residual so many times its least one rises.
const RISING: f64 = 1.1;
/// Part of the residual that the last iteration takes off where more of them would pay.
const FALLING: f64 = 0.05;
const WHY_LARGE: &str = "more of `reconstruct.iterative.iterations`, or the data do not fit the \
                         geometry (`acquire.angles`, `reconstruct.centre_px`, rows that end inside \
                         the sample) or the bounds";

/// How the iteration of one slab went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlabIterations {
    /// Slices of the slab.
    pub slices: Range<usize>,
    /// Iterations at most.
    pub planned: usize,
    /// Iterations done.
    pub done: usize,
    /// `‖A·µ − p‖/‖p‖` after each, weighted where the method weighs line integrals.
    pub residual: Vec<f64>,
    /// Weighted squared residual a line integral after each, 1 being the noise itself; without
    /// weights unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chi_square: Option<Vec<f64>>,
    /// Why it ended, and how many problems for that reason: slices that are solved apart, or one
    /// for all of them.
    pub ended: BTreeMap<Ending, usize>,
}

impl SlabIterations {
    fn of(curve: &Curve, slices: Range<usize>, is_weighted: bool) -> Self {
        // Nothing but air, or nothing that weighs anything: JSON has no NaN.
        let finite = |curve: Vec<f64>| -> Vec<f64> {
            curve.into_iter().map(|value| if value.is_finite() { value } else { 0.0 }).collect()
        };
        Self {
            slices,
            planned: curve.planned,
            done: curve.residual.len(),
            residual: finite(curve.relative()),
            chi_square: is_weighted.then(|| finite(curve.per_ray())),
            ended: curve.endings.clone(),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.ended.contains_key(&Ending::Cancelled)
    }

    /// What a person must know where it was stopped; also what the volume says of itself then.
    #[must_use]
    pub(crate) fn stopped(&self) -> Option<String> {
        self.is_cancelled().then(|| {
            format!(
                "stopped at iteration {} of {}: the volume is what it was by then; run it anew, \
                 or set `reconstruct.iterative.iterations` to what is enough",
                self.done, self.planned
            )
        })
    }

    /// What puts the result in doubt: a residual that is large, or one that rises although the
    /// method minimises nothing but it (a penalty, as total variation, may well raise it).
    #[must_use]
    pub(crate) fn findings(slabs: &[Self], has_penalty: bool) -> Vec<String> {
        let least = |slab: &Self| slab.residual.iter().copied().reduce(f64::min);
        let rise = |slab: &Self| {
            let least = least(slab).filter(|least| *least > 0.0)?;
            Some(slab.last()? / least)
        };
        let is_weighted = slabs.iter().any(|slab| slab.chi_square.is_some());
        let part = most(slabs, Self::last).filter(|part| !is_weighted && *part > LARGE_RESIDUAL);
        let large = part.map(|part| {
            format!(
                "the volume leaves {:.0} % of the line integrals unexplained (norm of the residual); \
                 expected at most {:.0} %: {WHY_LARGE}",
                100.0 * part,
                100.0 * LARGE_RESIDUAL
            )
        });
        let rise = most(slabs, rise).filter(|rise| !has_penalty && *rise > RISING);
        let rising = rise.map(|rise| {
            format!(
                "the residual ended {rise:.2} times as large as it had been; expected it to fall: \
                 make `reconstruct.iterative.relaxation` or `reconstruct.iterative.subsets` smaller, \
                 or `reconstruct.iterative.iterations`"
            )
        });
        large.into_iter().chain(rising).collect()
    }

    /// What a person should know of how far iterations came.
    #[must_use]
    pub(crate) fn warnings(slabs: &[Self]) -> Vec<String> {
        let chi_square = |slab: &Self| slab.chi_square.as_ref()?.last().copied();
        let is_asked = |slab: &&Self| !slab.ended.contains_key(&Ending::Discrepancy);
        let chi_square = slabs.iter().filter(is_asked).filter_map(chi_square).reduce(f64::max);
        let chi_square = chi_square.filter(|chi| *chi > LARGE_CHI_SQUARE);
        let noisy = chi_square.map(|chi| {
            format!(
                "the volume leaves a residual of χ² = {chi:.1} a line integral, 1 being the noise: \
                 {WHY_LARGE}, or blur, scatter and beam hardening that the model does not have"
            )
        });
        let fall = |slab: &Self| {
            let is_cut = slab.ended.contains_key(&Ending::Iterations);
            let [.., before, last] = slab.residual[..] else { return None };
            let is_noise = slab
                .chi_square
                .as_ref()
                .and_then(|chi| chi.last())
                .is_some_and(|chi| *chi <= AT_NOISE);
            (is_cut && !is_noise && before > 0.0).then_some(1.0 - last / before)
        };
        let falling = most(slabs, fall).filter(|fall| *fall > FALLING).map(|fall| {
            format!(
                "the last iteration still took {:.0} % off the residual: the method is on its way, \
                 set `reconstruct.iterative.iterations` to more",
                100.0 * fall
            )
        });
        noisy.into_iter().chain(falling).collect()
    }

    /// The last residual over the norm of the data.
    fn last(&self) -> Option<f64> {
        self.residual.last().copied()
    }

    /// Why it ended, for a person: the reasons, the most frequent first.
    #[must_use]
    pub(crate) fn reasons(slabs: &[Self]) -> String {
        let mut counts = BTreeMap::<Ending, usize>::new();
        for (ending, count) in slabs.iter().flat_map(|slab| &slab.ended) {
            *counts.entry(*ending).or_default() += count;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let texts: Vec<_> = counts.into_iter().map(|(ending, _)| reason(ending)).collect();
        texts.join(", ")
    }
}

/// The largest figure of any slab.
fn most(slabs: &[SlabIterations], of: impl Fn(&SlabIterations) -> Option<f64>) -> Option<f64> {
    slabs.iter().filter_map(of).reduce(f64::max)
}

fn reason(ending: Ending) -> &'static str {
    match ending {
        Ending::Iterations => "all of them",
        Ending::Discrepancy => "down to the noise",
        Ending::Change => "hardly changes any more",
        Ending::Solved => "cannot be improved",
        Ending::Cancelled => "stopped",
    }
}

/// What becomes of a slab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is what the recipe asks for.
    Whole,
    /// It was stopped, and is the whole volume as it stands.
    AsItStands,
    /// It was stopped, and its slices would not be like those of other slabs.
    Nothing,
}

/// Listens to the method while it makes one slab.
pub(crate) struct Listener<'a> {
    watch: &'a dyn Watch,
    slab: Range<usize>,
    is_weighted: bool,
    told: Mutex<Option<SlabIterations>>,
}

impl<'a> Listener<'a> {
    /// `is_weighted`: whether line integrals weigh 1/variance.
    pub(crate) fn new(watch: &'a dyn Watch, slab: Range<usize>, is_weighted: bool) -> Self {
        Self { watch, slab, is_weighted, told: Mutex::default() }
    }

    /// The slices.
    pub(crate) fn slab(&self) -> Range<usize> {
        self.slab.clone()
    }

    /// How it went; `None` of a method without iterations.
    pub(crate) fn told(&self) -> Option<SlabIterations> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What becomes of the slab, of a volume of so many slices. Stopped before the first iteration,
    /// it is nothing worth keeping.
    pub(crate) fn kept(&self, slice_count: usize) -> Kept {
        match self.told() {
            Some(told) if told.is_cancelled() => {
                let is_volume = self.slab == (0..slice_count);
                if is_volume && told.done > 0 { Kept::AsItStands } else { Kept::Nothing }
            }
            _ => Kept::Whole,
        }
    }
}

impl Progress for Listener<'_> {
    fn step(&self, done: usize, total: usize, _residual: f64) {
        let part = ADVANCES * self.slab.len() * done / total.max(1);
        self.watch.advance(ADVANCES * self.slab.start + part);
    }

    fn is_cancelled(&self) -> bool {
        self.watch.is_cancelled()
    }

    fn ended(&self, curve: &Curve) {
        let told = SlabIterations::of(curve, self.slab.clone(), self.is_weighted);
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slab(residual: &[f64], chi_square: Option<f64>) -> SlabIterations {
        SlabIterations {
            slices: 0..4,
            planned: residual.len(),
            done: residual.len(),
            residual: residual.to_vec(),
            chi_square: chi_square.map(|last| vec![last]),
            ended: [(Ending::Iterations, 4)].into(),
        }
    }

    #[test]
    fn residuals_that_are_large_rise_or_still_fall_are_told_and_others_are_not() {
        let good = slab(&[0.4, 0.1, 0.05, 0.049], None);
        assert!(SlabIterations::findings(std::slice::from_ref(&good), false).is_empty());
        assert!(SlabIterations::warnings(std::slice::from_ref(&good)).is_empty());
        let finding = |residual: &[f64]| {
            let found = SlabIterations::findings(&[good.clone(), slab(residual, None)], false);
            assert_eq!(found.len(), 1, "{found:?}");
            found[0].clone()
        };
        assert!(finding(&[0.5, 0.4, 0.39]).contains("39 % of the line integrals"));
        let rising = [0.1, 0.05, 0.08];
        assert!(finding(&rising).contains("1.60 times as large"));
        assert!(SlabIterations::findings(&[slab(&rising, None)], true).is_empty(), "a penalty");
        let told = SlabIterations::warnings(&[slab(&[0.4, 0.2, 0.1], None)]);
        assert!(told[0].contains("still took 50 %"), "{told:?}");
        let told = SlabIterations::warnings(&[slab(&[0.4, 0.399], Some(7.0))]);
        assert!(told[0].contains("χ² = 7.0"), "{told:?}");
        assert!(SlabIterations::findings(&[slab(&[0.4, 0.399], Some(7.0))], false).is_empty());
    }
}
