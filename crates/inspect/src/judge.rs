//! Findings against limits. Knows no volume.

use voltomo_types::{Finding, Measure, Verdict};

use crate::limits::{Limits, kind_key};

/// How many standard deviations a limit must lie away for a verdict to be sure: 95 % of normal
/// errors.
pub const SURE_SIGMAS: f64 = 2.0;

/// Puts the limits on the measures of a finding, and the worst of them into its verdict.
///
/// The limit of a measure is looked up as `kind.measure`. A measure farther than two standard
/// deviations inside its limits passes, farther than that outside fails, and is doubtful between. A
/// finding without a limit stays `Seen`; one that cannot tell stays so.
#[must_use]
pub fn judge(mut finding: Finding, limits: &Limits) -> Finding {
    let kind = kind_key(finding.kind);
    let mut worst = Verdict::Seen;
    for measure in &mut finding.measures {
        measure.limit = limits.of(&kind, &measure.name);
        worst = worst.max(verdict(measure));
    }
    if finding.verdict != Verdict::CannotTell {
        finding.verdict = worst;
    }
    finding
}

/// Judges every finding of a list.
#[must_use]
pub fn judge_all(findings: Vec<Finding>, limits: &Limits) -> Vec<Finding> {
    findings.into_iter().map(|finding| judge(finding, limits)).collect()
}

/// One measure against its limit.
#[must_use]
pub fn verdict(measure: &Measure) -> Verdict {
    let Some(limit) = &measure.limit else { return Verdict::Seen };
    if !measure.value.is_finite() {
        return Verdict::CannotTell;
    }
    let below = limit.least.map_or(f64::INFINITY, |least| measure.value - least);
    let above = limit.most.map_or(f64::INFINITY, |most| most - measure.value);
    let room = below.min(above);
    let play = SURE_SIGMAS * measure.uncertainty.unwrap_or(0.0);
    if room.abs() < play {
        Verdict::Doubtful
    } else if room >= 0.0 {
        Verdict::Pass
    } else {
        Verdict::Fail
    }
}

#[cfg(test)]
mod tests {
    use voltomo_types::{FindingKind, MeasureUnit, Probe};

    use super::*;

    fn ovality(value: f64, uncertainty: f64) -> Finding {
        let unit = MeasureUnit::Millimetre;
        Finding {
            kind: FindingKind::Ovality,
            place: None,
            extent_mm: None,
            measures: vec![Measure::new("difference", value, Some(uncertainty), unit)],
            confidence: 1.0,
            shown_by: vec![Probe::Xray],
            verdict: Verdict::Seen,
            slice: None,
            note: String::new(),
        }
    }

    #[test]
    fn a_measure_near_its_limit_is_doubtful() {
        let limits = Limits::from_toml("[ovality]\ndifference = { most = 0.1 }").unwrap();
        for (value, uncertainty, wanted) in [
            (0.05, 0.01, Verdict::Pass),
            (0.09, 0.01, Verdict::Doubtful),
            (0.11, 0.01, Verdict::Doubtful),
            (0.13, 0.01, Verdict::Fail),
            (0.1, 0.0, Verdict::Pass),
        ] {
            assert_eq!(judge(ovality(value, uncertainty), &limits).verdict, wanted, "{value}");
        }
        let found = judge(ovality(0.05, 0.01), &limits);
        assert_eq!(found.measures[0].limit.as_ref().unwrap().key, "ovality.difference");
    }

    #[test]
    fn what_cannot_be_told_is_not_judged_and_what_has_no_limit_is_seen() {
        let limits = Limits::default();
        let mut blind = ovality(9.0, 0.0);
        blind.verdict = Verdict::CannotTell;
        assert_eq!(judge(blind, &limits).verdict, Verdict::CannotTell);
        let mut free = ovality(9.0, 0.0);
        free.measures[0].name = "direction".into();
        assert_eq!(judge(free, &limits).verdict, Verdict::Seen);
    }
}
