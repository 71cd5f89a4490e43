//! Numbers of each radiograph, as text. Opens no file.

use crate::CorrectError;

/// Reads `columns` numbers a line, apart by blanks or commas; `#` begins a comment, empty lines do
/// not count.
///
/// # Errors
/// The first line that holds something else; `key` is the recipe key that named the text.
pub(crate) fn parse(
    text: &str,
    columns: usize,
    key: &'static str,
) -> Result<Vec<Vec<f64>>, CorrectError> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let wanted = line.split('#').next().unwrap_or_default();
        let words = wanted.split([' ', '\t', ',', ';', '\r']).filter(|word| !word.is_empty());
        let numbers: Option<Vec<f64>> =
            words.map(|word| word.parse().ok().filter(|number: &f64| number.is_finite())).collect();
        match numbers {
            Some(numbers) if numbers.is_empty() => {}
            Some(numbers) if numbers.len() == columns => lines.push(numbers),
            _ => {
                let (line, text) = (index + 1, line.trim().to_string());
                return Err(CorrectError::BadNumbers { line, text, columns, key });
            }
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_without_comments_and_empty_lines() {
        let text = "# counts\n1.5\n\n 2e3 # two\n";
        assert_eq!(parse(text, 1, "key").unwrap(), [[1.5], [2000.0]]);
        assert_eq!(parse("0.5, -1\n2;3", 2, "key").unwrap(), [[0.5, -1.0], [2.0, 3.0]]);
    }

    #[test]
    fn bad_numbers_are_told_with_their_line_and_key() {
        for text in ["1\ntwo", "1\n2 3", "1\nNaN"] {
            let message = parse(text, 1, "correct.dose.monitor").unwrap_err().to_string();
            assert!(message.contains("line 2") && message.contains("`correct.dose.monitor`"));
        }
    }
}
