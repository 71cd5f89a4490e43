//! What a run notes as it goes: its beginning, seconds and warnings. Judges nothing itself.

use std::{collections::BTreeMap, time::Instant};

use crate::{provenance::now, watch::Watch};

/// Seconds and warnings of a run.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) began: String,
    pub(crate) seconds: BTreeMap<String, f64>,
    pub(crate) warnings: Vec<String>,
    /// Figures beyond their limits.
    pub(crate) findings: Vec<String>,
    /// Voxels times views that were summed.
    pub(crate) updates: f64,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            began: now(),
            seconds: BTreeMap::new(),
            warnings: Vec::new(),
            findings: Vec::new(),
            updates: 0.0,
        }
    }

    pub(crate) fn time<T>(&mut self, step: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        *self.seconds.entry(step.into()).or_default() += start.elapsed().as_secs_f64();
        result
    }

    /// Seconds of a step so far.
    pub(crate) fn spent(&self, step: &str) -> f64 {
        self.seconds.get(step).copied().unwrap_or(0.0)
    }

    /// Notes findings, and tells them at once.
    pub(crate) fn find_all(
        &mut self,
        findings: impl IntoIterator<Item = String>,
        watch: &dyn Watch,
    ) {
        for finding in findings {
            watch.warn(&finding);
            self.findings.push(finding);
        }
    }

    pub(crate) fn warn_all(&mut self, warnings: &[String], watch: &dyn Watch) {
        warnings.iter().for_each(|warning| watch.warn(warning));
        self.warnings.extend_from_slice(warnings);
    }
}
