//! Curves of detection as one SVG. Computes nothing.

use std::fmt::Write as _;

/// One kind in one beam.
pub(crate) struct Panel {
    pub(crate) title: String,
    /// Size in mm, found.
    pub(crate) points: Vec<(f64, bool)>,
    /// Size in mm, probability, its band.
    pub(crate) curve: Vec<[f64; 4]>,
}

const WIDE: f64 = 220.0;
const HIGH: f64 = 160.0;
const ACROSS: usize = 4;
/// Largest size drawn, mm; larger ones stand there.
const MOST: f64 = 1.0;

fn x(size: f64) -> f64 {
    40.0 + (WIDE - 56.0) * size.min(MOST) / MOST
}

fn y(share: f64) -> f64 {
    HIGH - 38.0 - (HIGH - 68.0) * share
}

/// The panels, four in a row.
pub(crate) fn svg(panels: &[Panel]) -> String {
    let rows = panels.len().div_ceil(ACROSS);
    let (width, height) = (WIDE * ACROSS as f64, HIGH * rows as f64);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"10\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (k, panel) in panels.iter().enumerate() {
        let (column, row) = ((k % ACROSS) as f64, (k / ACROSS) as f64);
        let _ = writeln!(text, "<g transform=\"translate({},{})\">", column * WIDE, row * HIGH);
        draw(&mut text, panel);
        text.push_str("</g>\n");
    }
    text + "</svg>\n"
}

fn axes(text: &mut String) {
    let (left, right, middle) = (x(0.0), x(MOST), y(0.5));
    for share in [0.0, 0.5, 1.0] {
        let at = y(share);
        let _ = writeln!(
            text,
            "<path d=\"M{left} {at}H{right}\" stroke=\"#ccc\"/><text x=\"20\" y=\"{}\">{share}</text>",
            at + 3.0
        );
    }
    for size in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{size}</text>",
            x(size),
            HIGH - 22.0
        );
    }
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">size / mm</text>\n\
         <text transform=\"translate(12,{middle}) rotate(-90)\" text-anchor=\"middle\">share found</text>",
        0.5 * (left + right),
        HIGH - 8.0
    );
}

fn draw(text: &mut String, panel: &Panel) {
    let _ = writeln!(text, "<text x=\"40\" y=\"18\" font-weight=\"bold\">{}</text>", panel.title);
    axes(text);
    let line = |k: usize, points: &mut dyn Iterator<Item = &[f64; 4]>| -> String {
        points.map(|it| format!("{:.1},{:.1} ", x(it[0]), y(it[k]))).collect()
    };
    if !panel.curve.is_empty() {
        let band = line(2, &mut panel.curve.iter()) + &line(3, &mut panel.curve.iter().rev());
        let _ = writeln!(text, "<polygon points=\"{band}\" fill=\"#9ecae1\" opacity=\"0.6\"/>");
        let middle = line(1, &mut panel.curve.iter());
        let _ = writeln!(text, "<polyline points=\"{middle}\" fill=\"none\" stroke=\"#08519c\"/>");
    }
    for (size, found) in &panel.points {
        let at = y(if *found { 1.0 } else { 0.0 });
        let colour = if *found { "#238b45" } else { "#cb181d" };
        let _ = writeln!(
            text,
            "<circle cx=\"{:.1}\" cy=\"{at:.1}\" r=\"2.5\" fill=\"{colour}\" opacity=\"0.7\"/>",
            x(*size)
        );
    }
}
