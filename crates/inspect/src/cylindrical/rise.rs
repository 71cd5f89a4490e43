//! Where a profile first rises from a void into the roll. Knows no angle and no height.

use ndarray::Array2;
use voltomo_numeric::cast::to_index;
use voltomo_types::Probe;

use super::survey::Survey;
use crate::round::median;

/// How a rise is told from noise, and where its plateau is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rise {
    /// From one value to the next, mm.
    step: f64,
    /// Least rise above the void.
    least: f64,
    /// Single sheets show behind the edge: no plateau.
    is_sheeted: bool,
    /// The plateau lies between so many values beyond the first rise.
    plateau: [usize; 2],
}

impl Rise {
    /// For profiles of a mean of the survey: its noise is measured in it.
    pub(super) fn of(survey: &Survey<'_>, mean: &Array2<f32>) -> Self {
        let step = survey.unrolled.radial_step;
        let contrast = survey.levels.roll - survey.levels.air;
        // Neighbouring angles show the same roll: what differs there is noise (and a little roll).
        let k = survey.unrolled.radius_index(0.02 * survey.body.radius);
        let near = mean.slice(ndarray::s![.., ..k.max(2)]);
        let values: Vec<f64> = near.iter().map(|it| f64::from(*it)).collect();
        let noise = crate::round::median_and_sigma(&values).map_or(0.0, |(_, sigma)| sigma);
        // Behind about two voxels or a resolution of 0.1 mm the blur of the edge is over.
        let first = to_index((0.09 / step).max(1.5).ceil());
        let last = first + to_index((0.1 / step).max(2.0).ceil());
        let is_sheeted = survey.seen.probe == Probe::Xray;
        Self { step, least: (6.0 * noise).max(0.1 * contrast), is_sheeted, plateau: [first, last] }
    }

    /// Median of the values within a radius.
    pub(super) fn inside(&self, mean: &Array2<f32>, radius: f64) -> Option<f64> {
        let end = to_index(radius / self.step).max(1);
        median(mean.slice(ndarray::s![.., ..end]).iter().map(|it| f64::from(*it)).collect())
    }

    /// Radius at which a profile, read outwards from the axis, is half-way from the void's level to
    /// the plateau behind it, or, where single sheets show, a tenth of the roll brighter than the void; `None` where it does not rise within the reach.
    pub(super) fn outwards(&self, profile: &[f64], (void, reach): (f64, f64)) -> Option<f64> {
        let end = to_index(reach / self.step).min(profile.len().saturating_sub(1));
        self.first(&profile[..end], void).map(|at| at * self.step)
    }

    /// As a number of values from the first of them.
    pub(super) fn first(&self, profile: &[f64], void: f64) -> Option<f64> {
        let is_up = |k: usize| profile.get(k).is_some_and(|it| it - void > self.least);
        let first = (1..profile.len()).find(|k| is_up(*k) && is_up(k + 1))?;
        let [from, to] = self.plateau.map(|it| (first + it).min(profile.len()));
        let plateau = median(profile[from.min(to.saturating_sub(1))..to].to_vec())?;
        // The innermost coat may be far darker than the sheet behind it.
        let level = if self.is_sheeted {
            void + self.least
        } else {
            void + 0.5 * (plateau - void).max(self.least)
        };
        let at = (first.saturating_sub(1)..profile.len() - 1)
            .find(|k| profile[*k] <= level && profile[k + 1] > level)
            .or((first > 0 && profile[first - 1] > level).then_some(first - 1))?;
        let (a, b) = (profile[at], profile[at + 1]);
        Some(at as f64 + ((level - a) / (b - a)).clamp(0.0, 1.0))
    }
}
