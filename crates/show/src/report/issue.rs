//! What is wrong, worst first: findings beyond their limits, those of both beams put together.
//! Words nothing.

use std::cmp::Ordering;

use voltomo_types::{Finding, Measure, Verdict};

use super::content::ReportFinding;
use super::place::on_dial;

/// Findings of two beams so near to each other across the axis are one thing, mm.
const SAME_MM: f64 = 1.0;

/// One thing that is wrong, as one or more beams show it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Issue {
    /// Which findings tell of it, counted from 0; the surest first.
    pub(super) findings: Vec<usize>,
    /// How far beyond its limit the surest is, in limits.
    pub(super) beyond: f64,
}

/// The findings of one verdict, worst first; those of the same kind at the same place that
/// different beams show are one, told by the beam that is surest of its size.
pub(super) fn issues(findings: &[ReportFinding], verdict: Verdict) -> Vec<Issue> {
    let mut issues: Vec<Issue> = Vec::new();
    for number in ordered(findings) {
        let finding = &findings[number].finding;
        if finding.verdict != verdict {
            continue;
        }
        let known = issues.iter_mut().find(|issue| {
            issue.findings.iter().all(|other| is_same(&findings[*other].finding, finding))
        });
        match known {
            Some(issue) => issue.findings.push(number),
            None => issues.push(Issue { findings: vec![number], beyond: beyond_limit(finding) }),
        }
    }
    for issue in &mut issues {
        let doubt = |number: &usize| relative_doubt(&findings[*number].finding);
        issue.findings.sort_by(|first, second| doubt(first).total_cmp(&doubt(second)));
        issue.beyond = beyond_limit(&findings[issue.findings[0]].finding);
    }
    issues.sort_by(|first, second| second.beyond.total_cmp(&first.beyond));
    issues
}

/// The standard deviation of the telling measure as a part of it.
fn relative_doubt(finding: &Finding) -> f64 {
    let told = telling_measure(finding).and_then(|it| Some(it.uncertainty? / it.value.abs()));
    told.filter(|doubt| doubt.is_finite()).unwrap_or(f64::INFINITY)
}

/// The numbers of the findings, from 0, as the table lists them: fail, doubtful, pass, seen, cannot
/// tell; beyond limits the worst first, else as they came.
pub(super) fn ordered(findings: &[ReportFinding]) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..findings.len()).collect();
    numbers.sort_by(|first, second| {
        let [first_found, second_found] = [*first, *second].map(|it| &findings[it].finding);
        let by_verdict = rank(first_found.verdict).cmp(&rank(second_found.verdict));
        let is_judged = rank(first_found.verdict) < rank(Verdict::Pass);
        let by_size = match is_judged {
            true => beyond_limit(second_found).total_cmp(&beyond_limit(first_found)),
            false => Ordering::Equal,
        };
        by_verdict.then(by_size).then(first.cmp(second))
    });
    numbers
}

fn rank(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Doubtful => 1,
        Verdict::Pass => 2,
        Verdict::Seen => 3,
        Verdict::CannotTell => 4,
    }
}

/// The measure that is farthest beyond its limit, or nearest to it; without limits the first.
pub(super) fn telling_measure(finding: &Finding) -> Option<&Measure> {
    let judged = finding.measures.iter().filter_map(|it| Some((beyond(it)?, it)));
    let worst = judged.max_by(|first, second| first.0.total_cmp(&second.0));
    worst.map(|(_, measure)| measure).or(finding.measures.first())
}

/// How far beyond its limits a finding is, in limits; below 0 within them.
fn beyond_limit(finding: &Finding) -> f64 {
    let each = finding.measures.iter().filter_map(beyond);
    each.max_by(f64::total_cmp).unwrap_or(f64::NEG_INFINITY)
}

/// How far beyond its limit a measure is, in limits; of a limit at 0 in standard deviations.
pub(super) fn beyond(measure: &Measure) -> Option<f64> {
    let limit = measure.limit.as_ref().filter(|_| measure.value.is_finite())?;
    let above = limit.most.map(|most| (measure.value - most, most));
    let below = limit.least.map(|least| (least - measure.value, least));
    let far = above.into_iter().chain(below).max_by(|first, second| first.0.total_cmp(&second.0));
    let (by, level) = far?;
    let sigma = measure.uncertainty.filter(|it| *it > 0.0).unwrap_or(f64::MIN_POSITIVE);
    Some(by / if level == 0.0 { sigma } else { level.abs() })
}

/// Whether two findings are one thing that two beams show.
fn is_same(first: &Finding, second: &Finding) -> bool {
    let is_other_beam = first.shown_by.iter().all(|beam| !second.shown_by.contains(beam));
    let is_near = match (first.place, second.place) {
        (Some(first), Some(second)) => {
            let [first, second] = [first, second].map(|at| on_dial(at.angle_deg, at.radius_mm));
            (first[0] - second[0]).hypot(first[1] - second[1]) < SAME_MM
        }
        (None, None) => true,
        _ => false,
    };
    first.kind == second.kind && is_other_beam && is_near
}
