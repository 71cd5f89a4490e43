//! Lists of indices to leave out, as a recipe writes them. Knows no frame.

use std::ops::Range;

use voltomo_types::parse_range;

/// The ranges of a skip list `3,17,100:110`; the error is the part that is none.
pub(crate) fn parse_skip(text: &str) -> Result<Vec<Range<usize>>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let single = part.parse().ok().map(|index: usize| index..index.saturating_add(1));
            single.or_else(|| parse_range(part)).ok_or_else(|| format!("`{part}`"))
        })
        .collect()
}
