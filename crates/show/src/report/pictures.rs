//! Pictures in the page: small ones that lead to large ones. Draws none.

use super::content::{ReportFigure, ReportFinding, ReportPicture};
use super::html::Html;
use super::reduce::reduce_png;
use super::words::kind_name;
use crate::picture::png_uri;

/// Pixels across of a small picture: twice as many as it is wide in the page.
const THUMBNAIL: u32 = 320;
/// A picture so many times as wide as high takes the width of the page.
const WIDE: u32 = 2;

/// A small picture of a finding that leads to the large one.
pub(super) fn thumbnail(html: &mut Html, picture: &ReportPicture, number: usize) {
    html.raw("<a class=\"enlarge\"").attr("href", &format!("#picture-{number}"));
    html.attr("aria-label", &format!("Enlarge the picture of finding {number}")).raw(">");
    let small = ReportPicture { alt: String::new(), ..reduce_png(picture, THUMBNAIL) };
    image(html, &small);
    html.raw("</a>");
}

/// A picture itself.
fn image(html: &mut Html, picture: &ReportPicture) {
    html.raw("<img").attr("src", &png_uri(&picture.png)).attr("alt", &picture.alt);
    if picture.width > 0 && picture.height > 0 {
        html.attr("width", &picture.width.to_string()).attr("height", &picture.height.to_string());
    }
    html.raw(">");
}

/// The cell at a glance.
pub(super) fn overview(html: &mut Html, figure: &ReportFigure) {
    html.raw("<figure class=\"overview\" id=\"overview\"><a class=\"enlarge\" href=\"#overview\"");
    html.raw(" aria-label=\"Enlarge the overview\">");
    image(html, &figure.picture);
    html.raw("</a>");
    caption(html, figure);
    html.raw("</figure>");
}

/// Further pictures, each with its heading and caption.
pub(super) fn section(html: &mut Html, figures: &[ReportFigure]) {
    if figures.is_empty() {
        return;
    }
    html.raw("<section id=\"sections\" aria-labelledby=\"sections-title\">");
    html.raw("<h2 id=\"sections-title\">Sections and maps</h2><div class=\"gallery wide\">");
    for (k, figure) in figures.iter().enumerate() {
        let id = format!("figure-{}", k + 1);
        html.raw("<figure").attr("id", &id);
        let is_wide = figure.picture.width > WIDE * figure.picture.height;
        html.raw(if is_wide { " class=\"across\"" } else { "" }).raw("><a class=\"enlarge\"");
        html.attr("href", &format!("#{id}"))
            .attr("aria-label", &format!("Enlarge figure {}", k + 1));
        html.raw(">");
        image(html, &figure.picture);
        html.raw("</a>");
        caption(html, figure);
        html.raw("</figure>");
    }
    html.raw("</div></section>");
}

fn caption(html: &mut Html, figure: &ReportFigure) {
    if figure.title.trim().is_empty() && figure.caption.trim().is_empty() {
        return;
    }
    html.raw("<figcaption>").named("b", &figure.title).raw(" ");
    html.named("span", &figure.caption).raw("</figcaption>");
}

/// The pictures of the findings in full, each leading back to its row.
pub(super) fn gallery(html: &mut Html, findings: &[ReportFinding], order: &[usize]) {
    if findings.iter().all(|it| it.picture.is_none()) {
        return;
    }
    html.raw("<section id=\"pictures\" aria-labelledby=\"pictures-title\">");
    html.raw("<h2 id=\"pictures-title\">Pictures of the findings</h2><div class=\"gallery\">");
    for at in order {
        let Some(picture) = &findings[*at].picture else { continue };
        let number = at + 1;
        html.raw("<figure").attr("id", &format!("picture-{number}")).raw(">");
        image(html, picture);
        html.raw("<figcaption><a").attr("href", &format!("#finding-{number}")).raw(">Finding ");
        html.text(&number.to_string()).raw(": ").text(kind_name(findings[*at].finding.kind));
        html.raw("</a></figcaption></figure>");
    }
    html.raw("</div></section>");
}
