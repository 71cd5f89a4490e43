//! Ranges `A:B` of indices, as a recipe writes them. Knows no grid.

use std::ops::Range;

/// `A:B` as a range that is not empty.
pub(crate) fn parse_range(text: &str) -> Option<Range<usize>> {
    let (start, end) = text.split_once(':')?;
    let range = start.trim().parse().ok()?..end.trim().parse().ok()?;
    (!range.is_empty()).then_some(range)
}
