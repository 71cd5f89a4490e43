//! A figure as SVG: its images as they are, all else as text and outlines that can be edited.

use std::fmt::Write as _;

use super::canvas::{Colour, Picture};
use super::colour_map::ColourMap;
use super::data_uri::png_uri;
use super::drawing::{Drawing, Item};
use super::png::encode_png;
use super::text::Font;
use crate::ShowError;

/// Advance of a letter of a monospaced font, in parts of its size.
const ADVANCE: f64 = 0.6;
/// Where letters stand, in parts of a line's height from its top.
const FOOT: f64 = 0.79;
/// Colours of a colour bar between which it is even.
const STOPS: usize = 64;
const LETTERS: &str = "'Noto Sans Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";

impl Drawing {
    /// The figure as the text of an SVG file, in pixels of 1/96 inch; its images are embedded as
    /// PNG with the pixels that they have.
    ///
    /// # Errors
    /// An image without pixels.
    pub fn svg(&self) -> Result<String, ShowError> {
        let [width, height] = self.size;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{LETTERS}\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
        );
        for (number, item) in self.items.iter().enumerate() {
            write(&mut text, item, number)?;
        }
        text.push_str("</svg>\n");
        Ok(text)
    }
}

fn write(text: &mut String, item: &Item, number: usize) -> Result<(), ShowError> {
    // Writing to a text cannot fail.
    let _ = match item {
        Item::Open(name) => writeln!(text, "<g class=\"{name}\">"),
        Item::Close => writeln!(text, "</g>"),
        Item::Rectangle { place, colour, share } => {
            writeln!(text, "<rect {}{}/>", rectangle(*place), paint(*colour, *share))
        }
        Item::Frame { place: [x, y, width, height], colour } => {
            let outer = [x - 0.5, y - 0.5, width + 1.0, height + 1.0];
            let colour = hex(*colour);
            writeln!(text, "<rect {} fill=\"none\" stroke=\"{colour}\"/>", rectangle(outer))
        }
        Item::Text { at, text: words, font, is_upwards } => {
            writeln!(text, "{}", letters((*at, *is_upwards), words, *font))
        }
        Item::Polygon { corners, colour, share } => {
            let corners: Vec<String> =
                corners.iter().map(|[x, y]| format!("{x:.2},{y:.2}")).collect();
            writeln!(text, "<polygon points=\"{}\"{}/>", corners.join(" "), paint(*colour, *share))
        }
        Item::Image { place, image } => writeln!(text, "{}", embedded(*place, image)?),
        Item::Ramp { place, map } => writeln!(text, "{}", ramp(*place, *map, number)),
    };
    Ok(())
}

fn rectangle([x, y, width, height]: [f64; 4]) -> String {
    format!("x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"")
}

fn hex([red, green, blue]: Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn paint(colour: Colour, share: u8) -> String {
    let opacity = match share {
        255 => String::new(),
        share => format!(" fill-opacity=\"{:.3}\"", f64::from(share) / 255.0),
    };
    format!(" fill=\"{}\"{opacity}", hex(colour))
}

fn letters(([x, y], is_upwards): ([f64; 2], bool), words: &str, font: Font) -> String {
    let size = font.width_of("m") as f64 / ADVANCE;
    let foot = FOOT * font.line_height() as f64;
    let place = if is_upwards {
        format!("transform=\"translate({:.2} {y:.2}) rotate(-90)\"", x + foot)
    } else {
        format!("x=\"{x:.2}\" y=\"{:.2}\"", y + foot)
    };
    let weight = if font.is_bold() { " font-weight=\"bold\"" } else { "" };
    let fill = hex(font.colour());
    format!("<text {place} font-size=\"{size:.2}\"{weight} fill=\"{fill}\">{}</text>", plain(words))
}

/// A text without what SVG would read as a mark.
fn plain(words: &str) -> String {
    let mut plain = String::new();
    for letter in words.chars() {
        match letter {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            letter if letter.is_control() => plain.push(' '),
            letter => plain.push(letter),
        }
    }
    plain
}

fn embedded(place: [f64; 4], image: &Picture) -> Result<String, ShowError> {
    let data = png_uri(&encode_png(image)?);
    Ok(format!(
        "<image {} preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" \
         href=\"{data}\"/>",
        rectangle(place)
    ))
}

fn ramp(place: [f64; 4], map: ColourMap, number: usize) -> String {
    let mut stops = String::new();
    for k in 0..=STOPS {
        let part = k as f64 / STOPS as f64;
        let colour = hex(map.colour(1.0 - part));
        let _ = write!(stops, "<stop offset=\"{part:.4}\" stop-color=\"{colour}\"/>");
    }
    format!(
        "<linearGradient id=\"bar{number}\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">{stops}\
         </linearGradient>\n<rect {} fill=\"url(#bar{number})\"/>",
        rectangle(place)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_text_whatever_they_hold() {
        let mut drawing = Drawing::new([100, 50]);
        drawing.text([1.0, 2.0], "µ < 1 & \"ä\"\u{7}", super::super::text::LABEL);
        let svg = drawing.svg().unwrap();
        assert!(svg.contains(">µ &lt; 1 &amp; &quot;ä&quot; </text>"), "{svg}");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }
}
