//! The method of a run, as plan, log and record name it. Chooses nothing.

use serde::Serialize;
use voltomo_reconstruct::{Choice, kernel::simd::simd_name};

/// Which method a run takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MethodPlan {
    /// Its name in a recipe; never `auto`.
    pub name: &'static str,
    /// Why it is taken.
    pub why: String,
    /// Instructions of the processor that its kernels are made of.
    pub kernel: &'static str,
}

impl MethodPlan {
    pub(crate) fn new(choice: &Choice) -> Self {
        Self { name: choice.method.name(), why: choice.why.to_string(), kernel: simd_name() }
    }

    /// The method as a line for a person.
    #[must_use]
    pub(crate) fn line(&self) -> String {
        format!("method       {} ({}), kernels for {}", self.name, self.why, self.kernel)
    }
}

/// Which method a run took, and how fast it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodRecord {
    /// Name, reason and kernels.
    #[serde(flatten)]
    pub plan: MethodPlan,
    /// Seconds of reconstruction.
    pub seconds: f64,
    /// Thousand million voxels times views a second (of a resumed run: in its own slabs), twice
    /// for every iteration, which projects and back-projects.
    pub giga_updates_per_second: f64,
}

impl MethodRecord {
    /// `updates`: voxels times views that took so many `seconds`.
    pub(crate) fn new(plan: &MethodPlan, seconds: f64, updates: f64) -> Self {
        let giga_updates_per_second = if seconds > 0.0 { updates / seconds / 1e9 } else { 0.0 };
        Self { plan: plan.clone(), seconds, giga_updates_per_second }
    }
}
