//! Ranges `A:B` of indices, as a recipe writes them. Knows no grid.

use std::ops::Range;

/// `A:B`, whole numbers with A below B, as a half-open range; `None` where the text is no such thing.
#[must_use]
pub fn parse_range(text: &str) -> Option<Range<usize>> {
    let (start, end) = text.split_once(':')?;
    let range = start.trim().parse().ok()?..end.trim().parse().ok()?;
    (!range.is_empty()).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_half_open_and_never_empty_or_backwards() {
        assert_eq!(parse_range(" 3 : 17"), Some(3..17));
        for text in ["", "3", "3:3", "17:3", "-1:4", "1:2:3", "a:b"] {
            assert_eq!(parse_range(text), None, "{text}");
        }
    }
}
