//! What a recipe may say about iterative methods. Knows no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// Widest volume that is solved, in widths of the frame.
pub(crate) const WIDEST_FIELD: f64 = 4.0;

/// How an iterative method goes on, and when it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IterativeSettings {
    /// Iterations at most, one of them being a pass over all views; left out, what is usual for
    /// the method: `sirt` and `sirt_fbp` 100, `cgls` 20, `sart` and `osem` 10, `os_sart` 20,
    /// `mlem` 50, `fista_tv` 60, `pdhg_tv` 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<usize>,
    /// Parts into which `os_sart` and `osem` divide the views: more converge sooner, and leave
    /// more noise. `sart` takes every view alone.
    pub subsets: usize,
    /// Factor on every correction of `sirt`, `sart`, `os_sart` and `sirt_fbp`, above 0 and below
    /// 2. Noisy data want less than 1 in `sart`: 0.1 to 0.5.
    pub relaxation: f64,
    /// Weight of the total variation in `fista_tv` and `pdhg_tv`, as a fraction of the largest
    /// value of Aᵀ·W·b (the back-projected data): the same number means the same smoothing for any
    /// attenuation, voxel size and count of views. 3e-4 is little, 3e-2 is much; noise wants more.
    pub tv_weight: f64,
    /// How much differences along the rotation axis count in the total variation, 0 to 1: 1 treats
    /// all directions alike, less lets slices differ. For layers across the axis that no ray sees
    /// edge-on (a flat cell inclined against the beam), 0.005 is usual.
    pub tv_along_axis: f64,
    /// Least attenuation coefficient, in the unit of the volume (0: no negative ones); left out,
    /// there is no bound. `mlem` and `osem` never go below 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Greatest attenuation coefficient, in the unit of the volume; left out, there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// How many times as wide as the frame the volume is that is solved, 1 to 4: where a sample is
    /// wider than the frame, what lies beside the frame must be explained too. Left out, it is 1
    /// where rows end in air, and as wide as the sample seems to be where they end inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<f64>,
    /// Whether the sample lies within the slices that are asked for, so that nothing beyond them is
    /// solved (cone beams, whose rays leave them): a flat sample that `reconstruct.rows` holds whole.
    pub within_rows: bool,
    /// What the iteration starts from: `zero`, `filtered` (the filtered back-projection), `coarser`
    /// (cone beams: what the same method finds in pixels and voxels twice as large, begun in the
    /// same way; much of what takes long is soon done there), or `auto` (`filtered` for `fista_tv` and `pdhg_tv`, a smooth one for all where `field` is wider
    /// than the frame, else `zero`).
    pub start: Start,
    /// Weigh every line integral by the counts behind it, 1/variance: a weighted least-squares
    /// fit, in which dark pixels count little.
    pub noise_weights: bool,
    /// Stop where the weighted squared residual a line integral is down to this: 1 is the noise
    /// itself (discrepancy principle), 1.0 to 1.2 is usual. Needs `noise_weights`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_at_discrepancy: Option<f64>,
    /// Stop where an iteration changes the volume by no more than this fraction of its norm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_at_change: Option<f64>,
}

impl Default for IterativeSettings {
    fn default() -> Self {
        Self {
            iterations: None,
            subsets: 10,
            relaxation: 1.0,
            tv_weight: 3e-3,
            tv_along_axis: 1.0,
            min: None,
            max: None,
            field: None,
            within_rows: false,
            start: Start::Auto,
            noise_weights: false,
            stop_at_discrepancy: None,
            stop_at_change: None,
        }
    }
}

/// What an iteration starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// What suits the method.
    Auto,
    /// Nothing.
    Zero,
    /// The filtered back-projection, held to the bounds.
    Filtered,
    /// The result in pixels and voxels twice as large.
    Coarser,
}

impl IterativeSettings {
    /// What cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = self.step_problems();
        found.extend(self.bound_problems());
        found.extend(self.stop_problems());
        if let Some(field) = self.field.filter(|field| !(1.0..=WIDEST_FIELD).contains(field)) {
            let expected = "a factor from 1 to 4 on the width of the frame, or no key";
            found.push(problem("field", field, expected));
        }
        found
    }

    fn step_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        if self.iterations == Some(0) {
            let expected = "1 or more; left out, what is usual for the method";
            found.push(problem("iterations", 0, expected));
        }
        if self.subsets == 0 {
            found.push(problem("subsets", 0, "1 or more; 10 is usual"));
        }
        if !(self.relaxation > 0.0 && self.relaxation < 2.0) {
            found.push(problem("relaxation", self.relaxation, "a factor above 0 and below 2"));
        }
        if !(self.tv_weight > 0.0 && self.tv_weight < 1.0) {
            let expected = "a fraction above 0 and below 1; 0.003 is usual";
            found.push(problem("tv_weight", self.tv_weight, expected));
        }
        if !(0.0..=1.0).contains(&self.tv_along_axis) {
            let expected = "a factor from 0 to 1; 1 treats all directions alike";
            found.push(problem("tv_along_axis", self.tv_along_axis, expected));
        }
        found
    }

    fn bound_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        for (key, bound) in [("min", self.min), ("max", self.max)] {
            if let Some(value) = bound.filter(|value| !value.is_finite()) {
                found.push(problem(key, value, "a finite attenuation coefficient, or no key"));
            }
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min >= max
        {
            found.push(problem("max", max, format!("more than `min` = {min}")));
        }
        found
    }

    fn stop_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        let positive = |value: f64| value > 0.0 && value.is_finite();
        if let Some(value) = self.stop_at_discrepancy.filter(|value| !positive(*value)) {
            let expected = "a squared residual in units of the variance, above 0; 1 is usual";
            found.push(problem("stop_at_discrepancy", value, expected));
        }
        if let (Some(value), false) = (self.stop_at_discrepancy, self.noise_weights) {
            let expected =
                "`noise_weights = true` beside it, since without them the noise is unknown";
            found.push(problem("stop_at_discrepancy", value, expected));
        }
        if let Some(value) = self.stop_at_change.filter(|value| !positive(*value)) {
            found.push(problem("stop_at_change", value, "a fraction above 0; 0.003 is usual"));
        }
        found
    }
}

fn problem(key: &str, found: impl ToString, expected: impl ToString) -> Problem {
    Problem::new(&format!("reconstruct.iterative.{key}"), found, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(settings: &IterativeSettings) -> Vec<String> {
        settings.problems().into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn default_settings_have_no_problem() {
        assert!(keys(&IterativeSettings::default()).is_empty());
    }

    #[test]
    fn each_unusable_setting_is_named_by_its_key() {
        let base = IterativeSettings::default;
        let weighted = || IterativeSettings { noise_weights: true, ..base() };
        let cases = [
            ("iterations", IterativeSettings { iterations: Some(0), ..base() }),
            ("subsets", IterativeSettings { subsets: 0, ..base() }),
            ("relaxation", IterativeSettings { relaxation: 2.0, ..base() }),
            ("relaxation", IterativeSettings { relaxation: f64::NAN, ..base() }),
            ("tv_weight", IterativeSettings { tv_weight: 0.0, ..base() }),
            ("tv_along_axis", IterativeSettings { tv_along_axis: 1.1, ..base() }),
            ("tv_along_axis", IterativeSettings { tv_along_axis: f64::NAN, ..base() }),
            ("min", IterativeSettings { min: Some(f64::NAN), ..base() }),
            ("max", IterativeSettings { max: Some(f64::INFINITY), ..base() }),
            ("field", IterativeSettings { field: Some(0.9), ..base() }),
            ("field", IterativeSettings { field: Some(f64::NAN), ..base() }),
            ("max", IterativeSettings { min: Some(1.0), max: Some(0.5), ..base() }),
            ("stop_at_discrepancy", IterativeSettings { stop_at_discrepancy: Some(1.0), ..base() }),
            (
                "stop_at_discrepancy",
                IterativeSettings { stop_at_discrepancy: Some(-1.0), ..weighted() },
            ),
            ("stop_at_change", IterativeSettings { stop_at_change: Some(0.0), ..base() }),
        ];
        for (key, settings) in cases {
            assert_eq!(keys(&settings), [format!("reconstruct.iterative.{key}")]);
        }
    }
}
