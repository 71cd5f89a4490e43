//! A rectangle of pixels and how a recipe writes it. Knows no frames.

use std::{fmt, ops::Range};

/// Pixels of a region that are too few for a mean.
pub(crate) const LEAST_PIXELS: usize = 25;

/// Rows and columns of a frame, half open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
}

impl Region {
    /// Reads `R0:R1,C0:C1`; the error says what was expected.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let form = "`R0:R1,C0:C1`, rows and columns of the frames as read, half open";
        let (rows, columns) = text.split_once(',').ok_or(form)?;
        let region = Self { rows: range(rows).ok_or(form)?, columns: range(columns).ok_or(form)? };
        if region.pixel_count() < LEAST_PIXELS {
            return Err(format!(
                "{form}, with at least {LEAST_PIXELS} pixels; this one has {}",
                region.pixel_count()
            ));
        }
        Ok(region)
    }

    pub(crate) fn pixel_count(&self) -> usize {
        self.rows.len() * self.columns.len()
    }
}

fn range(text: &str) -> Option<Range<usize>> {
    let (first, end) = text.split_once(':')?;
    Some(first.trim().parse().ok()?..end.trim().parse().ok()?)
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, columns } = self;
        write!(f, "{}:{},{}:{}", rows.start, rows.end, columns.start, columns.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_reads_what_it_writes() {
        let region = Region::parse("0:100, 3:40").unwrap();
        assert_eq!(region, Region { rows: 0..100, columns: 3..40 });
        assert_eq!(Region::parse(&region.to_string()).unwrap(), region);
    }

    #[test]
    fn a_region_that_is_none_says_what_was_expected() {
        for text in ["", "1:2", "a:b,0:9", "5:1,0:100", "0:4,0:6"] {
            assert!(Region::parse(text).unwrap_err().contains("R0:R1,C0:C1"), "{text}");
        }
    }
}
