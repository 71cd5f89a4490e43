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

fn reason(ending: Ending) -> &'static str {
    match ending {
        Ending::Iterations => "as many as asked for",
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
