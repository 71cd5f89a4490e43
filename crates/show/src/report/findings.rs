//! The table of findings: what, how much, where, by which beam, with its picture. Judges nothing.

use voltomo_types::{Finding, Measure, Verdict};

use super::content::ReportFinding;
use super::html::Html;
use super::issue::{beyond, ordered, telling_measure};
use super::map::CellSize;
use super::number::fixed;
use super::pictures;
use super::place;
use super::words::{
    beam_name, kind_name, limit, measure_name, measured, verdict_class, verdict_name, verdict_sign,
};

/// Verdicts in the order of the table.
pub(super) const ORDER: [Verdict; 5] =
    [Verdict::Fail, Verdict::Doubtful, Verdict::Pass, Verdict::Seen, Verdict::CannotTell];
/// A note of more letters is folded.
const LONG_NOTE: usize = 420;

/// A verdict as a word with its sign, in its colour.
pub(super) fn chip(html: &mut Html, verdict: Verdict) {
    html.raw("<span").attr("class", &format!("chip {}", verdict_class(verdict)));
    html.raw("><span aria-hidden=\"true\">").text(verdict_sign(verdict)).raw("</span> ");
    html.text(verdict_name(verdict)).raw("</span>");
}

/// How many findings there are of each verdict, each a link to them.
pub(super) fn tally(html: &mut Html, findings: &[ReportFinding]) {
    html.raw("<ul class=\"tally\" aria-label=\"Findings by verdict\">");
    for verdict in ORDER {
        let count = findings.iter().filter(|it| it.finding.verdict == verdict).count();
        if count > 0 {
            html.raw("<li><a").attr("href", &format!("#{}", verdict_class(verdict))).raw(">");
            html.raw("<b>").text(&count.to_string()).raw("</b> ");
            chip(html, verdict);
            html.raw("</a></li>");
        }
    }
    html.raw("</ul>");
}

/// The whole section.
pub(super) fn section(html: &mut Html, findings: &[ReportFinding]) {
    html.raw("<section id=\"findings\" aria-labelledby=\"findings-title\">");
    html.raw("<h2 id=\"findings-title\">Findings</h2>");
    if findings.is_empty() {
        html.raw("<p>Nothing was found.</p></section>");
        return;
    }
    html.raw("<p class=\"lead\">Values are given ± one standard deviation. A finding fails or ");
    html.raw("passes where its limit is two standard deviations away, and is doubtful between. ");
    html.raw(
        "Heights count from the outer face of the cell’s bottom, if not said otherwise above; ",
    );
    html.raw("angles from the positive tab where one was found.</p>");
    filter(html, findings);
    html.raw("<div class=\"table-box\"><table class=\"findings\" role=\"table\" aria-labelledby=\"findings-title\">");
    html.raw("<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">Finding</th>");
    html.raw("<th scope=\"col\" role=\"columnheader\">Measured</th>");
    html.raw("<th scope=\"col\" role=\"columnheader\">Where</th>");
    html.raw("<th scope=\"col\" role=\"columnheader\">What it is</th>");
    html.raw("<th scope=\"col\" role=\"columnheader\">Picture</th></tr></thead>");
    let size = CellSize::of(findings);
    let order = ordered(findings);
    for verdict in ORDER {
        let rows = order.iter().filter(|number| findings[**number].finding.verdict == verdict);
        let rows: Vec<usize> = rows.copied().collect();
        if !rows.is_empty() {
            group(html, verdict, rows.len());
            for number in rows {
                row(html, (&findings[number], number + 1), size.as_ref());
            }
            html.raw("</tbody>");
        }
    }
    html.raw("</table></div></section>");
}

/// Buttons that the script brings to life; without it they stay hidden.
fn filter(html: &mut Html, findings: &[ReportFinding]) {
    html.raw("<div class=\"filter\" hidden role=\"group\" aria-label=\"Which findings to list\">");
    for verdict in ORDER {
        if findings.iter().any(|it| it.finding.verdict == verdict) {
            html.raw("<button type=\"button\" aria-pressed=\"true\"");
            html.attr("data-shows", verdict_class(verdict)).raw(">");
            html.text(verdict_name(verdict)).raw("</button>");
        }
    }
    html.raw("<label>Words <input type=\"search\" autocomplete=\"off\"></label>");
    html.raw("<span class=\"shown\" role=\"status\"></span></div>");
}

fn group(html: &mut Html, verdict: Verdict, count: usize) {
    html.raw("<tbody role=\"rowgroup\"").attr("id", verdict_class(verdict)).raw(">");
    html.raw(
        "<tr class=\"group\" role=\"row\"><th scope=\"rowgroup\" colspan=\"5\" role=\"rowheader\">",
    );
    chip(html, verdict);
    let noun = if count == 1 { "finding" } else { "findings" };
    html.text(&format!(" {count} {noun}")).raw("</th></tr>");
}

fn row(html: &mut Html, (found, number): (&ReportFinding, usize), size: Option<&CellSize>) {
    let finding = &found.finding;
    html.raw("<tr role=\"row\"").attr("id", &format!("finding-{number}"));
    html.attr("class", &format!("row {}", verdict_class(finding.verdict))).raw(">");
    html.raw("<th scope=\"row\" role=\"rowheader\"><span class=\"number\">");
    html.text(&number.to_string()).raw("</span> <b>").text(kind_name(finding.kind));
    html.raw("</b> ");
    chip(html, finding.verdict);
    html.raw("</th><td role=\"cell\" data-label=\"Measured\">");
    measures(html, finding);
    html.raw("</td><td role=\"cell\" data-label=\"Where\">");
    where_it_is(html, found, size);
    html.raw("</td><td role=\"cell\" data-label=\"What it is\">");
    beams(html, finding);
    note(html, &finding.note);
    html.raw("</td><td role=\"cell\" data-label=\"Picture\">");
    match &found.picture {
        Some(picture) => pictures::thumbnail(html, picture, number),
        None => drop(html.raw("<span class=\"none\">none</span>")),
    }
    html.raw("</td></tr>");
}

/// The telling measure large, with its limit; the others folded.
fn measures(html: &mut Html, finding: &Finding) {
    let Some(telling) = telling_measure(finding) else {
        html.raw("<span class=\"none\">nothing</span>");
        return;
    };
    html.raw("<p class=\"value\">")
        .text(&measured(telling))
        .raw("</p><p class=\"name\" dir=\"auto\">");
    html.text(&measure_name(telling)).raw("</p>");
    if let Some(limit) = limit(telling) {
        html.raw("<p class=\"limit\">limit ").text(&limit);
        if let Some(by) = how_far(telling) {
            html.raw("<br>").text(&by);
        }
        html.raw("</p>");
    }
    let others: Vec<&Measure> =
        finding.measures.iter().filter(|it| !std::ptr::eq(*it, telling)).collect();
    if others.is_empty() {
        return;
    }
    html.raw("<details class=\"more\"><summary>")
        .text(&others.len().to_string())
        .raw(" more</summary><dl>");
    for measure in others {
        html.raw("<div><dt dir=\"auto\">")
            .text(&measure_name(measure))
            .raw("</dt><dd>")
            .text(&measured(measure));
        if let Some(limit) = limit(measure) {
            html.raw(" <span class=\"limit\">(limit ").text(&limit).raw(")</span>");
        }
        html.raw("</dd></div>");
    }
    html.raw("</dl></details>");
}

/// How far beyond its limit a measure is: in limits, and in standard deviations.
fn how_far(measure: &Measure) -> Option<String> {
    let share = beyond(measure).filter(|it| *it > 0.0)?;
    let limit = measure.limit.as_ref()?;
    let by = limit.most.map(|most| measure.value - most).filter(|by| *by > 0.0);
    let by = by.or(limit.least.map(|least| least - measure.value))?;
    let sigma = measure.uncertainty.filter(|it| it.is_finite() && *it > 0.0);
    let sigmas =
        sigma.map(|sigma| format!("{}\u{a0}σ", fixed(by / sigma, usize::from(by < 10.0 * sigma))));
    let is_at_zero = [limit.least, limit.most].contains(&Some(0.0));
    let share = (!is_at_zero).then(|| format!("{}\u{a0}%", fixed(100.0 * share, 0)));
    let told: Vec<String> = share.into_iter().chain(sigmas).collect();
    (!told.is_empty()).then(|| format!("beyond by {}", told.join(" = ")))
}

fn where_it_is(html: &mut Html, found: &ReportFinding, size: Option<&CellSize>) {
    let (Some(spot), Some(size)) = (place::spot(&found.finding), size) else {
        html.raw("<span class=\"none\">the cell as a whole</span>");
        return;
    };
    html.raw("<div class=\"where\">");
    place::dial(html, &spot, (size.radius_mm, size.turn));
    html.raw("<ul>");
    for line in place::lines(found) {
        html.raw("<li>").text(&line).raw("</li>");
    }
    html.raw("</ul></div>");
}

fn beams(html: &mut Html, finding: &Finding) {
    html.raw("<p class=\"beams\">");
    for beam in &finding.shown_by {
        html.raw("<span class=\"beam\">").text(beam_name(*beam)).raw("</span> ");
    }
    if finding.confidence > 0.0 && finding.verdict != Verdict::CannotTell {
        let percent = (100.0 * finding.confidence.clamp(0.0, 1.0)).floor();
        html.raw("<span class=\"sure\">");
        // What stands out of the noise by chance is no finding, and no measurement is certain.
        let share = if percent < 100.0 { fixed(percent, 0) } else { "over 99".into() };
        html.raw(if percent < 50.0 { "may be nothing: " } else { "" }).text(&share);
        html.raw("\u{a0}% sure that it is there</span>");
    }
    html.raw("</p>");
}

fn note(html: &mut Html, note: &str) {
    if note.trim().is_empty() {
        return;
    }
    let Some((end, _)) = note.char_indices().nth(LONG_NOTE) else {
        html.raw("<p class=\"note\" dir=\"auto\">").text(note).raw("</p>");
        return;
    };
    html.raw("<p class=\"note\" dir=\"auto\">").text(&note[..end]).raw("…</p><details><summary>");
    html.raw("The whole note</summary><p class=\"note\" dir=\"auto\">")
        .text(note)
        .raw("</p></details>");
}
