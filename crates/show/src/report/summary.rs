//! The verdict in words: what is wrong, and where, the worst first. Judges nothing.

use voltomo_types::{Probe, Verdict};

use super::content::{ReportContent, ReportFinding};
use super::issue::{Issue, issues, telling_measure};
use super::place;
use super::words::{amiss, beam_name, complaint, kind_name, limit, measured};

/// So many things are told; the others stand in the table.
const MOST_POINTS: usize = 5;
/// So many letters of a note are told.
const NOTE_LETTERS: usize = 300;

/// One thing that the verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryPoint {
    /// What and where, without a capital and without a full stop.
    pub text: String,
    /// The limit that it breaks, and which beams show it; may be empty.
    pub because: String,
    /// Numbers of the findings that tell of it, the first finding is 1.
    pub findings: Vec<usize>,
}

/// The verdict on a cell in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// `Fails`, `Doubtful`, `Passes`, `Cannot tell`, `Not judged`.
    pub word: &'static str,
    /// A sentence that leads to the points.
    pub lead: String,
    /// At most five, the worst first.
    pub points: Vec<SummaryPoint>,
    /// What is seen, ought not to be there, and has no limit.
    pub unjudged: Vec<SummaryPoint>,
}

impl Summary {
    /// All in one sentence, for a terminal: `Fails: the can is dented by 0.2 mm, …; …`.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.points.is_empty() {
            return format!("{}. {}", self.word, self.lead);
        }
        let points: Vec<&str> = self.points.iter().map(|point| point.text.as_str()).collect();
        format!("{}: {}.", self.word, points.join("; ").trim_end_matches('.'))
    }
}

/// What the findings of a report come to.
#[must_use]
pub fn summarise(content: &ReportContent) -> Summary {
    let findings = &content.findings;
    let judged = match content.verdict {
        Verdict::Fail => beyond("Fails", findings, Verdict::Fail),
        Verdict::Doubtful => beyond("Doubtful", findings, Verdict::Doubtful),
        Verdict::Pass => passes(findings),
        Verdict::Seen => {
            let lead = "Nothing here has a limit, so nothing was judged.".into();
            Summary { word: "Not judged", lead, points: Vec::new(), unjudged: Vec::new() }
        }
        Verdict::CannotTell => blind(findings),
    };
    Summary { unjudged: unjudged(findings), ..judged }
}

/// What is seen and held against nothing, though a cell ought not to have it.
fn unjudged(findings: &[ReportFinding]) -> Vec<SummaryPoint> {
    let seen = findings.iter().enumerate();
    let seen = seen.filter(|(_, it)| it.finding.verdict == Verdict::Seen);
    let point = |(number, found): (usize, &ReportFinding)| {
        let measure = found.finding.measure(amiss(found.finding.kind)?)?;
        let what = complaint(found.finding.kind, measure);
        let text = match place::phrase(found, &[]) {
            Some(place) => format!("{what}, {place}"),
            None => what,
        };
        let because = beams(&found.finding.shown_by);
        (measure.value > 0.0).then(|| SummaryPoint { text, because, findings: vec![number + 1] })
    };
    seen.filter_map(point).take(MOST_POINTS).collect()
}

/// What lies beyond its limits, or may.
fn beyond(word: &'static str, findings: &[ReportFinding], verdict: Verdict) -> Summary {
    let all = issues(findings, verdict);
    let told = all.iter().take(MOST_POINTS);
    let points: Vec<_> = told.map(|issue| point(findings, issue)).collect();
    let lead = match (verdict, all.len()) {
        (_, 0) => "No finding says why.".into(),
        (Verdict::Doubtful, 1) => {
            "One thing is so near to its limit that it cannot be told whether it is beyond it:"
                .into()
        }
        (Verdict::Doubtful, count) => format!(
            "{} things are so near to their limits that it cannot be told whether they are beyond \
             them{}:",
            number(count),
            rest(count)
        ),
        (_, 1) => "One thing lies beyond its limit:".into(),
        (_, count) => {
            format!(
                "{} things lie beyond their limits, the worst first{}:",
                number(count),
                rest(count)
            )
        }
    };
    Summary { word, lead, points, unjudged: Vec::new() }
}

fn number(count: usize) -> String {
    let words = ["Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
    let word = count.checked_sub(2).and_then(|at| words.get(at));
    word.map_or_else(|| count.to_string(), ToString::to_string)
}

fn rest(count: usize) -> &'static str {
    if count > MOST_POINTS { "; five of them" } else { "" }
}

/// All within the limits, and what was not seen.
fn passes(findings: &[ReportFinding]) -> Summary {
    let lead = "Everything that has a limit lies within it";
    let unseen = |point: SummaryPoint| SummaryPoint {
        text: format!("cannot tell: {}", point.text),
        ..point
    };
    let points: Vec<_> = unknown(findings).into_iter().map(unseen).collect();
    let lead = match points.is_empty() {
        true => format!("{lead}."),
        false => format!("{lead}; of this nothing could be told:"),
    };
    Summary { word: "Passes", lead, points, unjudged: Vec::new() }
}

/// Why nothing could be judged.
fn blind(findings: &[ReportFinding]) -> Summary {
    let word = "Cannot tell";
    if findings.is_empty() {
        let lead = "Nothing was found, so nothing could be judged.".into();
        return Summary { word, lead, points: Vec::new(), unjudged: Vec::new() };
    }
    let points = unknown(findings);
    let lead = match points.is_empty() {
        true => "Nothing here could be held against a limit.".into(),
        false => "The cell could not be judged:".into(),
    };
    Summary { word, lead, points, unjudged: Vec::new() }
}

/// What could not be told, and why.
fn unknown(findings: &[ReportFinding]) -> Vec<SummaryPoint> {
    let unknown = findings.iter().enumerate();
    let unknown = unknown.filter(|(_, it)| it.finding.verdict == Verdict::CannotTell);
    let point = |(number, found): (usize, &ReportFinding)| SummaryPoint {
        text: match found.finding.note.trim() {
            "" => format!("{}: no reason is given", kind_name(found.finding.kind)),
            note => shortened(note.trim_end_matches('.')),
        },
        because: beams(&found.finding.shown_by),
        findings: vec![number + 1],
    };
    unknown.take(MOST_POINTS).map(point).collect()
}

/// One thing beyond its limit.
fn point(findings: &[ReportFinding], issue: &Issue) -> SummaryPoint {
    let found = &findings[issue.findings[0]];
    let worst = &found.finding;
    let others: Vec<_> = issue.findings[1..].iter().map(|number| &findings[*number]).collect();
    let measure = telling_measure(worst);
    let what = measure.map_or_else(
        || kind_name(worst.kind).to_lowercase(),
        |measure| complaint(worst.kind, measure),
    );
    let text = match place::phrase(found, &others) {
        Some(place) => format!("{what}, {place}"),
        None => what,
    };
    // What the sentence rounds stands here with its doubt.
    let exact = measure.filter(|it| it.uncertainty.is_some()).map(measured);
    let limit = measure.and_then(limit).map(|limit| format!("limit {limit}"));
    let mut shown: Vec<Probe> = Vec::new();
    for beam in issue.findings.iter().flat_map(|number| &findings[*number].finding.shown_by) {
        if !shown.contains(beam) {
            shown.push(*beam);
        }
    }
    let parts: Vec<String> = exact.into_iter().chain(limit).chain([beams(&shown)]).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    let findings = issue.findings.iter().map(|number| number + 1).collect();
    SummaryPoint { text, because: parts.join("; "), findings }
}

/// `seen by neutrons and X-rays`; nothing of no beam.
fn beams(shown: &[Probe]) -> String {
    let mut names: Vec<String> = shown.iter().map(|beam| beam_name(*beam).into()).collect();
    for name in &mut names {
        if name == "Neutrons" {
            *name = "neutrons".into();
        }
    }
    match names.is_empty() {
        true => String::new(),
        false => format!("seen by {}", names.join(" and ")),
    }
}

/// A note of a bearable length.
fn shortened(note: &str) -> String {
    match note.char_indices().nth(NOTE_LETTERS) {
        Some((end, _)) => format!("{}…", &note[..end]),
        None => note.into(),
    }
}
