//! The page from top to bottom. Knows where everything stands, and not what it says.

use std::io::{self, Write};

use voltomo_types::Verdict;

use super::beside;
use super::content::ReportContent;
use super::findings;
use super::heat;
use super::html::Html;
use super::issue::{issues, ordered};
use super::looked::looked_at;
use super::map::{self, CellSize};
use super::pictures;
use super::plot;
use super::summary::{Summary, SummaryPoint, summarise};
use super::words::{cell_name, verdict_class, verdict_sign};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// The page may load nothing, from nowhere; what it shows stands in it.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes the report as one HTML file. Memory: the file, that is four thirds of the pictures.
///
/// # Errors
/// What `into` says.
pub fn write_html(content: &ReportContent, mut into: impl Write) -> io::Result<()> {
    let mut html = Html::default();
    head(&mut html, content);
    let summary = summarise(content);
    top(&mut html, content);
    html.raw("<main id=\"main\" tabindex=\"-1\">");
    verdict(&mut html, content, &summary);
    beside::warnings(&mut html, &content.warnings);
    findings::section(&mut html, &content.findings);
    plots(&mut html, content);
    pictures::section(&mut html, &content.figures);
    pictures::gallery(&mut html, &content.findings, &ordered(&content.findings));
    beside::quality(&mut html, &content.quality);
    beside::volumes(&mut html, &content.volumes);
    beside::texts(&mut html, &content.texts);
    beside::provenance(&mut html, &content.provenance);
    beside::files(&mut html, &content.files);
    html.raw("</main>");
    foot(&mut html);
    into.write_all(html.into_text().as_bytes())?;
    into.flush()
}

/// The cell's name, else what it is.
fn title(content: &ReportContent) -> &str {
    match content.title.trim() {
        "" => cell_name(content.cell),
        title => title,
    }
}

fn head(html: &mut Html, content: &ReportContent) {
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\"").attr("content", POLICY).raw(">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    html.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<title>").text(title(content));
    html.raw(": ")
        .text(summarise(content).word)
        .raw("</title>\n<link rel=\"icon\" href=\"data:,\">\n");
    html.raw("<style>\n").raw(STYLE).raw("</style>\n</head>\n<body>\n");
}

fn top(html: &mut Html, content: &ReportContent) {
    html.raw("<a class=\"skip\" href=\"#main\">Skip to the verdict</a>\n<header class=\"top\">");
    html.raw("<p class=\"eyebrow\">Inspection report: ")
        .text(&cell_name(content.cell).to_lowercase());
    html.raw("</p><h1 dir=\"auto\">").text(title(content)).raw("</h1>");
    html.raw("<nav aria-label=\"Sections of this report\"><ul>");
    html.raw("<li><a href=\"#verdict\">Verdict</a></li>");
    let has_quality = content.quality.iter().any(|table| !table.rows.is_empty());
    let has_plots = !content.curves.is_empty() || !content.heat_maps.is_empty();
    let has_pictures = content.findings.iter().any(|it| it.picture.is_some());
    link(html, true, ("#findings", "Findings"));
    link(html, has_plots, ("#plots", "Plots"));
    link(html, !content.figures.is_empty(), ("#sections", "Sections"));
    link(html, has_pictures, ("#pictures", "Pictures"));
    link(html, has_quality, ("#quality", "Quality"));
    link(html, !content.texts.is_empty(), ("#recipe", "Recipe"));
    link(html, !content.provenance.is_empty(), ("#provenance", "Provenance"));
    link(html, !content.files.is_empty(), ("#files", "Files"));
    html.raw("</ul></nav></header>\n");
}

fn link(html: &mut Html, is_there: bool, (to, name): (&'static str, &'static str)) {
    if is_there {
        html.raw("<li><a href=\"").raw(to).raw("\">").raw(name).raw("</a></li>");
    }
}

/// The verdict: a word, what is wrong and where, and a drawing of it.
fn verdict(html: &mut Html, content: &ReportContent, summary: &Summary) {
    html.raw("<section id=\"verdict\" aria-labelledby=\"verdict-title\"");
    html.attr("class", &format!("verdict {}", verdict_class(content.verdict)));
    html.raw(
        "><div class=\"told\"><h2 id=\"verdict-title\"><span class=\"sign\" aria-hidden=\"true\">",
    );
    html.text(verdict_sign(content.verdict)).raw("</span> ").text(summary.word).raw("</h2>");
    html.raw("<p class=\"lead\">").text(&summary.lead).raw("</p>");
    points(html, &summary.points, "points");
    if !summary.unjudged.is_empty() {
        html.raw("<p class=\"lead\">Seen, and without a limit to judge it by:</p>");
        points(html, &summary.unjudged, "points unjudged");
    }
    looked_at(html, &content.volumes);
    findings::tally(html, &content.findings);
    html.raw("</div>");
    if let Some(overview) = &content.overview {
        pictures::overview(html, overview);
    }
    let drawn = issues(&content.findings, content.verdict);
    let is_drawn = matches!(content.verdict, Verdict::Fail | Verdict::Doubtful);
    if let Some(size) = CellSize::of(&content.findings).filter(|_| is_drawn) {
        let shown = &drawn[..drawn.len().min(summary.points.len())];
        map::draw(html, &size, (&content.findings, shown, content.verdict));
    }
    html.raw("</section>");
}

fn points(html: &mut Html, points: &[SummaryPoint], class: &str) {
    if points.is_empty() {
        return;
    }
    html.raw("<ol").attr("class", class).raw(">");
    for point in points {
        html.raw("<li><span class=\"what\" dir=\"auto\">")
            .text(&capital(&point.text))
            .raw("</span> ");
        html.raw("<span class=\"because\">");
        if !point.because.is_empty() {
            html.text(&point.because).raw("; ");
        }
        html.raw(if point.findings.len() == 1 { "finding " } else { "findings " });
        for (k, number) in point.findings.iter().enumerate() {
            html.raw(if k == 0 { "<a" } else { ", <a" });
            html.attr("href", &format!("#finding-{number}")).raw(">");
            html.text(&number.to_string()).raw("</a>");
        }
        html.raw("</span></li>");
    }
    html.raw("</ol>");
}

/// The text with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn plots(html: &mut Html, content: &ReportContent) {
    if content.curves.is_empty() && content.heat_maps.is_empty() {
        return;
    }
    html.raw(
        "<section id=\"plots\" aria-labelledby=\"plots-title\"><h2 id=\"plots-title\">Plots</h2>",
    );
    html.raw("<div class=\"plots\">");
    for (k, curve) in content.curves.iter().enumerate() {
        plot::figure(html, curve, k + 1);
    }
    for (k, map) in content.heat_maps.iter().enumerate() {
        heat::figure(html, map, content.curves.len() + k + 1);
    }
    html.raw("</div></section>");
}

fn foot(html: &mut Html) {
    html.raw("<footer><p>Made by voltomo. This page is complete in itself: it loads nothing.</p>");
    html.raw("</footer>\n<dialog id=\"viewer\" aria-label=\"Picture\"><form method=\"dialog\">");
    html.raw("<button autofocus>Close</button></form><img alt=\"\"><p></p></dialog>\n<script>\n");
    html.raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
}
