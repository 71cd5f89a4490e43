//! Blanks comments and the insides of texts, so that a rule finds words in code only.
//! Keeps every line where it was. Knows Rust's quotes, not its grammar.

/// The same lines with comments, texts and characters blanked.
pub(super) fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = blank_length(rest, code.chars().last());
        let (taken, kept) = match length {
            Some(length) => (length, false),
            None => (first.len_utf8(), true),
        };
        let (piece, after) = rest.split_at(taken);
        if kept {
            code.push_str(piece);
        } else {
            code.extend(piece.chars().filter(|c| *c == '\n'));
            code.push(' ');
        }
        rest = after;
    }
    code
}

/// Bytes to blank at the start of `rest`; `None` where code stands there.
fn blank_length(rest: &str, before: Option<char>) -> Option<usize> {
    let is_inside_a_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_length(rest));
    }
    if rest.starts_with('"') {
        return Some(text_length(rest));
    }
    if !is_inside_a_name && rest.starts_with(['r', 'b', 'c']) {
        return raw_text_length(rest);
    }
    if rest.starts_with('\'') { character_length(rest) } else { None }
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let bytes = rest.as_bytes();
    for (at, pair) in bytes.windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 2;
        }
    }
    rest.len()
}

fn text_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, `br"…"`, `cr"…"`.
fn raw_text_length(rest: &str) -> Option<usize> {
    let raw = rest.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let opened = raw[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = opened.find(&end).map_or(opened.len(), |at| at + end.len());
    Some(rest.len() - opened.len() + inside)
}

/// `'x'` or `'\n'`, and not the lifetime `'x`.
fn character_length(rest: &str) -> Option<usize> {
    let mut inside = rest.char_indices().skip(1);
    let (_, first) = inside.next()?;
    if first == '\\' {
        let end = rest[3..].find('\'')?;
        return Some(3 + end + 1);
    }
    inside.next().filter(|(_, second)| *second == '\'').map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_go_and_code_and_lines_stay() {
        let code =
            code_only("a(); // todo!()\n/* todo!()\n */ b(\"todo!()\", r#\"a \"todo!()\"#);\nc");
        assert!(!code.contains("todo"), "{code}");
        assert_eq!(code.lines().count(), 4);
        assert!(code.contains("a();") && code.contains("b(") && code.ends_with('c'), "{code}");
    }

    #[test]
    fn a_quote_as_a_character_opens_no_text_and_a_lifetime_is_code() {
        let code = code_only("f('\"'); g('\\''); fn h<'a>(x: &'a str) { todo!() }");
        assert!(code.contains("fn h<'a>(x: &'a str) { todo!() }"), "{code}");
    }
}
