//! What stands beside the findings: volumes, quality figures, recipe, provenance, files, warnings.
//! Judges nothing.

use super::content::{FileLink, QualityTable, ReportVolume, TextBlock};
use super::findings::chip;
use super::html::{Html, link};
use super::words::beam_name;

/// Which volumes were looked at.
pub(super) fn volumes(html: &mut Html, volumes: &[ReportVolume]) {
    if volumes.is_empty() {
        return;
    }
    html.raw("<section id=\"volumes\" aria-labelledby=\"volumes-title\"><h2 id=\"volumes-title\">");
    html.raw("What was inspected</h2><div class=\"table-box\"><table class=\"pairs\"><thead><tr>");
    html.raw("<th scope=\"col\">Beam</th><th scope=\"col\">Volume</th><th scope=\"col\">What is ");
    html.raw("known of it</th></tr></thead><tbody>");
    for volume in volumes {
        html.raw("<tr><th scope=\"row\">").text(beam_name(volume.probe)).raw("</th><td>");
        html.named("code", &volume.path).raw("</td><td>");
        let facts = volume.facts.iter().map(|(name, value)| format!("{name}: {value}"));
        html.text(&facts.collect::<Vec<_>>().join("; ")).raw("</td></tr>");
    }
    html.raw("</tbody></table></div></section>");
}

/// Quality figures, a table for each scan.
pub(super) fn quality(html: &mut Html, tables: &[QualityTable]) {
    if tables.iter().all(|table| table.rows.is_empty()) {
        return;
    }
    html.raw("<section id=\"quality\" aria-labelledby=\"quality-title\"><h2 id=\"quality-title\">");
    html.raw("How good the scans are</h2><div class=\"tables\">");
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        html.raw("<div class=\"table-box\"><table class=\"quality\"><caption>");
        html.named("span", &table.title).raw("</caption><thead><tr><th scope=\"col\">Figure</th>");
        html.raw(
            "<th scope=\"col\">Value</th><th scope=\"col\">What it is</th></tr></thead><tbody>",
        );
        for row in &table.rows {
            html.raw("<tr><th scope=\"row\" dir=\"auto\">")
                .text(&row.name)
                .raw("</th><td class=\"number\">");
            html.text(&row.value);
            if !row.unit.is_empty() {
                html.raw("\u{a0}").text(&row.unit);
            }
            if let Some(verdict) = row.judged {
                html.raw(" ");
                chip(html, verdict);
            }
            html.raw("</td><td dir=\"auto\">").text(&row.note).raw("</td></tr>");
        }
        html.raw("</tbody></table></div>");
    }
    html.raw("</div></section>");
}

/// Recipes and the like, folded.
pub(super) fn texts(html: &mut Html, texts: &[TextBlock]) {
    if texts.is_empty() {
        return;
    }
    html.raw("<section id=\"recipe\" aria-labelledby=\"recipe-title\"><h2 id=\"recipe-title\">");
    html.raw("Recipe</h2>");
    for block in texts {
        html.raw("<details class=\"text\"><summary dir=\"auto\">").text(&block.title);
        html.raw("</summary><pre tabindex=\"0\" dir=\"auto\">")
            .text(&block.text)
            .raw("</pre></details>");
    }
    html.raw("</section>");
}

/// Versions, hashes, devices.
pub(super) fn provenance(html: &mut Html, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    html.raw("<section id=\"provenance\" aria-labelledby=\"provenance-title\">");
    html.raw("<h2 id=\"provenance-title\">Where it comes from</h2><div class=\"table-box\">");
    html.raw("<table class=\"pairs\"><tbody>");
    for (name, value) in rows {
        html.raw("<tr><th scope=\"row\" dir=\"auto\">").text(name).raw("</th><td dir=\"auto\">");
        html.text(value).raw("</td></tr>");
    }
    html.raw("</tbody></table></div></section>");
}

/// Files beside the report.
pub(super) fn files(html: &mut Html, files: &[FileLink]) {
    if files.is_empty() {
        return;
    }
    html.raw("<section id=\"files\" aria-labelledby=\"files-title\"><h2 id=\"files-title\">Files");
    html.raw("</h2><ul class=\"files\">");
    for file in files {
        html.raw("<li><a").attr("href", &link(&file.path)).raw(">").named("code", &file.path);
        html.raw("</a> ").named("span", &file.title).raw("</li>");
    }
    html.raw("</ul></section>");
}

/// What a person should have read.
pub(super) fn warnings(html: &mut Html, warnings: &[String]) {
    if warnings.is_empty() {
        return;
    }
    html.raw("<section id=\"warnings\" class=\"warnings\" aria-labelledby=\"warnings-title\">");
    html.raw("<h2 id=\"warnings-title\">Warnings</h2><ul>");
    for warning in warnings {
        html.raw("<li dir=\"auto\">").text(warning).raw("</li>");
    }
    html.raw("</ul></section>");
}
