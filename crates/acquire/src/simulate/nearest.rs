//! The valid word nearest to a mistyped one. Knows no keys.

/// The candidate with the fewest edits to `word`, if it is near enough to be meant.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let measured = candidates.into_iter().map(|candidate| (edits(word, candidate), candidate));
    let (distance, best) = measured.min()?;
    (distance <= 1 + word.chars().count() / 3).then_some(best)
}

/// Least number of insertions, deletions and replacements. Source: Levenshtein 1966.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (i, left) in from.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in to.iter().enumerate() {
            let replaced = above[j] + usize::from(left != *right);
            row.push(replaced.min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_finds_a_wrong_letter_and_refuses_a_stranger() {
        let keys = ["wall_mm", "base_mm", "outer_diameter_mm"];
        assert_eq!(nearest("wal_mm", keys), Some("wall_mm"));
        assert_eq!(nearest("colour_of_the_can", keys), None);
    }
}
