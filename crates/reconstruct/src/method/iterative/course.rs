//! How an iteration goes: when each problem ends, and what is told on the way. Knows no method.

use super::system::System;
use crate::{
    curve::{Curve, Ending},
    reconstruction::Progress,
};

/// When an iteration ends, apart from the count of its iterations.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StopRule {
    /// Weighted squared residual a ray at which a problem is solved.
    pub discrepancy: Option<f64>,
    /// Change of the volume over its norm at which a problem is solved.
    pub change: Option<f64>,
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
    /// Why each problem ended; `None` while it goes on.
    endings: Vec<Option<Ending>>,
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
        let ray_counts = system.ray_counts();
        let curve = Curve {
            planned: total,
            rays: ray_counts.iter().sum(),
            data: system.data_squares().iter().sum(),
            ..Default::default()
        };
        Self {
            total,
            rule,
            progress,
            ray_counts,
            endings: vec![None; groups],
            residual: vec![0.0; groups],
            objective: vec![],
            curve,
            cancelled: false,
        }
    }

    /// Whether another iteration is to be done.
    pub(super) fn goes_on(&mut self) -> bool {
        let is_open = self.done() < self.total && self.endings.contains(&None);
        self.cancelled = is_open && self.progress.is_cancelled();
        is_open && !self.cancelled
    }

    /// 1 for problems that go on, 0 for those that are solved.
    pub(super) fn going(&self) -> Vec<f32> {
        let going = |ending: &Option<Ending>| if ending.is_none() { 1.0 } else { 0.0 };
        self.endings.iter().map(going).collect()
    }

    pub(super) fn is_going(&self, group: usize) -> bool {
        self.endings[group].is_none()
    }

    /// Stopped by a person before the first iteration.
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// A problem that cannot be improved.
    pub(super) fn end(&mut self, group: usize) {
        self.endings[group].get_or_insert(Ending::Solved);
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
        for group in 0..self.endings.len() {
            if self.endings[group].is_some() {
                continue;
            }
            self.residual[group] = report.residual[group];
            if let Some(objective) = report.objective.get(group) {
                self.objective[group] = *objective;
            }
            let noise = |tau: f64| report.residual[group] <= tau * self.ray_counts[group];
            let still = |limit: f64| report.change.get(group).is_some_and(|c| *c <= limit);
            if self.rule.discrepancy.is_some_and(noise) {
                self.endings[group] = Some(Ending::Discrepancy);
            } else if self.rule.change.is_some_and(still) {
                self.endings[group] = Some(Ending::Change);
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
    pub(super) fn finish(mut self) -> (Curve, Option<String>) {
        let (done, total) = (self.done(), self.total);
        let last = if self.cancelled { Ending::Cancelled } else { Ending::Iterations };
        for ending in &self.endings {
            *self.curve.endings.entry(ending.unwrap_or(last)).or_default() += 1;
        }
        let note = self.cancelled.then(|| {
            format!("stopped at iteration {done} of {total}: the volume is what it was by then")
        });
        (self.curve, note)
    }
}
