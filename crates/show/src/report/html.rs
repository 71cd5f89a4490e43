//! HTML as it is put together: what is not ours is escaped, always. Knows no report.

/// A text of HTML that grows. Only literals of the program go in as they are.
#[derive(Debug, Default)]
pub(super) struct Html {
    text: String,
}

impl Html {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// A text of anybody's, escaped.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        escape(text, &mut self.text);
        self
    }

    /// A text of anybody's in an element of its own; its direction of writing stays its own.
    pub(super) fn named(&mut self, element: &'static str, text: &str) -> &mut Self {
        self.raw("<").raw(element).raw(" dir=\"auto\">").text(text);
        self.raw("</").raw(element).raw(">")
    }

    /// An attribute, with the space before it.
    pub(super) fn attr(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").text(value).raw("\"")
    }

    /// An attribute that is a number, at a tenth.
    pub(super) fn at(&mut self, name: &'static str, value: f64) -> &mut Self {
        self.attr(name, &coordinate(value))
    }

    /// What has been put together.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A place in a drawing: a tenth is fine enough, and what is not finite is at 0.
pub(super) fn coordinate(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), Into::into)
}

/// Escapes for texts and quoted attributes; control characters, which HTML forbids, become U+FFFD.
fn escape(text: &str, into: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            '\n' | '\t' => into.push(letter),
            '\r' => into.push_str("&#13;"),
            control if control.is_control() => into.push('\u{fffd}'),
            other => into.push(other),
        }
    }
}

/// A path below the report's folder as a link: nothing in it can be a scheme, a host or a query.
pub(super) fn link(path: &str) -> String {
    let mut link = String::from("./");
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-_./".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text() {
        let mut html = Html::default();
        html.raw("<p").attr("title", "\" onclick='x()'").raw(">").text("<script>&\u{0}\u{7f}");
        let found = html.into_text();
        assert_eq!(
            found,
            "<p title=\"&quot; onclick=&#39;x()&#39;\">&lt;script&gt;&amp;\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn a_link_is_always_a_file_beside_the_report() {
        assert_eq!(link("findings.csv"), "./findings.csv");
        assert_eq!(link("javascript:alert(1)"), "./javascript%3Aalert%281%29");
        assert_eq!(link("//host/a?b#c"), "./host/a%3Fb%23c");
        assert_eq!(link("Zelle ä.png"), "./Zelle%20%C3%A4.png");
        assert_eq!(link("../run.json"), "./../run.json");
    }

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        assert_eq!([1.25, 3.0, -0.04, f64::NAN].map(coordinate), ["1.2", "3", "-0", "0"]);
    }
}
