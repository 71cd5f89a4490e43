//! What the correction of beam hardening did, for the record. Measures nothing.

use serde::Serialize;
use voltomo_correct::{Cupping, MetalLevels};

/// Cupping may grow by so much, %, before it is told: that of a slice is uncertain by as much.
const WORSE: f64 = 1.0;

/// What the correction of beam hardening did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HardeningRecord {
    /// Attenuation of metal and of the rest in each reconstruction that metal was looked for in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metal: Vec<MetalLevels>,
    /// The slice that was looked at.
    pub slice: usize,
    /// Cupping of that slice without the correction; the profile by radius in it.
    pub before: Option<Cupping>,
    /// Cupping with it, about the same centre.
    pub after: Option<Cupping>,
}

impl HardeningRecord {
    /// The figures as a sentence.
    pub(crate) fn line(&self) -> Option<String> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        Some(format!(
            "beam hardening: cupping {:.1} % before, {:.1} % after (edge against middle, slice {})",
            before.percent, after.percent, self.slice
        ))
    }

    /// What is in doubt where the middle is farther from its edge than without the correction.
    pub(crate) fn finding(&self) -> Option<String> {
        let (before, after) = (self.before.as_ref()?.percent, self.after.as_ref()?.percent);
        let is_better = after.abs() <= before.abs() + WORSE;
        (!is_better).then(|| {
            format!(
                "the correction of beam hardening makes cupping worse: {before:.1} % before, \
                 {after:.1} % after, expected nearer to 0 (a roll whose gaps lie outwards has some \
                 -6 % by itself): see `correct.beam_hardening` and \
                 3-reconstruct/beam-hardening.png; scatter that stays makes cups, too"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(before: f64, after: f64) -> HardeningRecord {
        let cupping = |percent: f64| Cupping {
            percent,
            middle: 1.0,
            edge: 1.0 + percent / 100.0,
            centre: [0.0, 0.0],
            radius: 9.0,
            profile: Vec::new(),
        };
        let [before, after] = [before, after].map(|percent| Some(cupping(percent)));
        HardeningRecord { metal: Vec::new(), slice: 3, before, after }
    }

    #[test]
    fn cupping_that_grows_is_a_finding() {
        let told = record(13.8, -125.8).finding().unwrap();
        assert!(told.contains("13.8 % before, -125.8 % after"), "{told}");
        assert_eq!(record(13.8, -5.9).finding(), None);
        assert_eq!(record(0.4, -0.6).finding(), None);
    }
}
