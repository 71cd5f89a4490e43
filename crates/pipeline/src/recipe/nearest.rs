//! The valid word nearest to a mistyped one. Knows no recipe.

/// The candidate that begins with `word`, else the one with the fewest edits to it, if it is near
/// enough to be meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let near = |candidate: &str| match candidate.strip_prefix(word.as_str()) {
        Some(_) if word.len() > 1 => 0,
        _ => edit_distance(&word, candidate),
    };
    let (distance, best) =
        candidates.into_iter().map(|candidate| (near(candidate), candidate)).min()?;
    (distance <= 1 + word.len() / 3).then_some(best)
}

/// Least number of insertions, deletions, replacements and swaps of neighbours.
/// Source: Damerau 1964, doi:10.1145/363958.363994 (optimal string alignment).
fn edit_distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, &left) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &right) in to.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(left != right);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && left == to[j - 1] && from[i - 1] == right {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_a_swapped_letter_and_refuses_a_stranger() {
        let keys = ["pixel_mm", "angles", "crop_rows"];
        assert_eq!(nearest("pxiel_mm", keys), Some("pixel_mm"));
        assert_eq!(nearest("angle", keys), Some("angles"));
        assert_eq!(nearest("temperature", keys), None);
        assert_eq!(nearest("tif", ["tdf", "tiff"]), Some("tiff"));
    }

    #[test]
    fn edit_distance_counts_each_kind_of_edit_once() {
        assert_eq!(edit_distance("ab", "ba"), 1);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
