//! Finds inline modules in a file's code by their braces. Knows nothing of files.

use std::ops::Range;

const TEST_MARK: &str = "#[cfg(test)]";

/// The inline test modules of a file, each from its `#[cfg(test)]` to its closing brace.
pub(super) fn inline_tests(code: &str) -> impl Iterator<Item = &str> {
    test_ranges(code).into_iter().map(|range| &code[range])
}

/// The code without its inline test modules.
pub(super) fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    for range in test_ranges(code).into_iter().rev() {
        kept.replace_range(range, "");
    }
    kept
}

fn test_ranges(code: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(found) = code[from..].find(TEST_MARK) {
        let start = from + found;
        let Some(opening) = module_brace(&code[start + TEST_MARK.len()..]) else {
            from = start + TEST_MARK.len();
            continue;
        };
        let opening = start + TEST_MARK.len() + opening;
        let end = opening + closing_brace(&code[opening..]);
        ranges.push(start..end);
        from = end;
    }
    ranges
}

/// Where the brace of `mod name {` stands, if that is what follows.
fn module_brace(after_mark: &str) -> Option<usize> {
    let opening = after_mark.find('{')?;
    let between = &after_mark[..opening];
    (between.contains("mod ") && !between.contains(';')).then_some(opening)
}

fn closing_brace(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_modules_are_cut_out_and_what_follows_stays() {
        let code = "a\n#[cfg(test)]\nmod tests { fn b() {} }\nc\n#[cfg(test)]\nmod far;\nd";
        assert_eq!(inline_tests(code).count(), 1);
        assert_eq!(without_tests(code), "a\n\nc\n#[cfg(test)]\nmod far;\nd");
    }
}
