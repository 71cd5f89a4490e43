//! How an iteration goes: when each problem ends, and what is told on the way. Knows no method.

use super::system::System;
use crate::reconstruction::Progress;

/// When an iteration ends, apart from the count of its iterations.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StopRule {
    /// Weighted squared residual a ray at which a problem is solved.
    pub discrepancy: Option<f64>,
    /// Change of the volume over its norm at which a problem is solved.
    pub change: Option<f64>,
}

/// The curve of an iteration: sums over all rays, so that those of slabs add up.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Curve {
    /// `‖b‖²_W`.
    pub data: f64,
    /// `‖A·µ − b‖²_W` after each iteration.
    pub residual: Vec<f64>,
    /// What the method minimises, after each iteration; empty where it has no such function.
    pub objective: Vec<f64>,
}

impl Curve {
    /// `‖A·µ − b‖_W/‖b‖_W` after each iteration.
    #[must_use]
    pub fn relative(&self) -> Vec<f64> {
        self.residual.iter().map(|residual| (residual / self.data).sqrt()).collect()
    }

    /// The curve of this slab and another; the shorter one goes on with its last value.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        Self {
            data: self.data + other.data,
            residual: sum(&self.residual, &other.residual),
            objective: sum(&self.objective, &other.objective),
        }
    }
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |curve: &[f64], k: usize| curve.get(k).or(curve.last()).copied().unwrap_or(0.0);
    (0..a.len().max(b.len())).map(|k| at(a, k) + at(b, k)).collect()
}

/// What an iteration tells when it is done; a figure for each problem.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// `‖A·µ − b‖²_W`.
    pub(super) residual: Vec<f64>,
    /// What is minimised; may be empty.
    pub(super) objective: Vec<f64>,
    /// `‖change of µ‖/‖µ‖`; may be empty.
    pub(super) change: Vec<f64>,
}

/// One iteration from its start to its end.
pub(super) struct Course<'a> {
    total: usize,
    rule: StopRule,
    progress: &'a dyn Progress,
    ray_counts: Vec<f64>,
    active: Vec<bool>,
    /// The last figures of each problem; those of a finished one stay.
    residual: Vec<f64>,
    objective: Vec<f64>,
    curve: Curve,
    cancelled: bool,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        system: &System<'_>,
        (total, rule): (usize, StopRule),
        progress: &'a dyn Progress,
    ) -> Self {
        let groups = system.group_count();
        Self {
            total,
            rule,
            progress,
            ray_counts: system.ray_counts(),
            active: vec![true; groups],
            residual: vec![0.0; groups],
            objective: vec![],
            curve: Curve { data: system.data_squares().iter().sum(), ..Default::default() },
            cancelled: false,
        }
    }

    /// Whether another iteration is to be done.
    pub(super) fn goes_on(&mut self) -> bool {
        let is_open = self.done() < self.total && self.active.contains(&true);
        self.cancelled = is_open && self.progress.is_cancelled();
        is_open && !self.cancelled
    }

    /// 1 for problems that go on, 0 for those that are solved.
    pub(super) fn going(&self) -> Vec<f32> {
        self.active.iter().map(|active| if *active { 1.0 } else { 0.0 }).collect()
    }

    pub(super) fn is_going(&self, group: usize) -> bool {
        self.active[group]
    }

    /// A problem that cannot be improved.
    pub(super) fn end(&mut self, group: usize) {
        self.active[group] = false;
    }

    /// Whether the change of the volume is to be measured.
    pub(super) fn wants_change(&self) -> bool {
        self.rule.change.is_some()
    }

    pub(super) fn done(&self) -> usize {
        self.curve.residual.len()
    }

    /// Writes an iteration down.
    pub(super) fn step(&mut self, report: &Report) {
        if self.objective.is_empty() {
            self.objective.clone_from(&report.objective);
        }
        for group in 0..self.active.len() {
            if !self.active[group] {
                continue;
            }
            self.residual[group] = report.residual[group];
            if let Some(objective) = report.objective.get(group) {
                self.objective[group] = *objective;
            }
            let noise = |tau: f64| report.residual[group] <= tau * self.ray_counts[group];
            let still = |limit: f64| report.change.get(group).is_some_and(|c| *c <= limit);
            if self.rule.discrepancy.is_some_and(noise) || self.rule.change.is_some_and(still) {
                self.active[group] = false;
            }
        }
        self.curve.residual.push(self.residual.iter().sum());
        if !self.objective.is_empty() {
            self.curve.objective.push(self.objective.iter().sum());
        }
        let relative = (self.curve.residual[self.done() - 1] / self.curve.data).sqrt();
        self.progress.step(self.done(), self.total, relative);
    }

    /// The curve, and a note where the iteration was stopped.
    pub(super) fn finish(self) -> (Curve, Option<String>) {
        let (done, total) = (self.done(), self.total);
        let note = self.cancelled.then(|| {
            format!("stopped at iteration {done} of {total}: the volume is what it was by then")
        });
        (self.curve, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_slabs_add_up_and_the_shorter_goes_on_with_its_last_value() {
        let long = Curve { data: 10.0, residual: vec![5.0, 3.0, 2.0], objective: vec![] };
        let short = Curve { data: 6.0, residual: vec![4.0], objective: vec![] };
        let both = long.with(&short);
        assert_eq!((both.data, both.residual), (16.0, vec![9.0, 7.0, 6.0]));
    }
}
