//! The known word nearest to a mistyped one. Knows no materials.

/// `, did you mean …`, or nothing where no candidate is near.
pub(super) fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let lower = word.to_lowercase();
    let distance = |candidate: &str| edit_distance(&lower, &candidate.to_lowercase());
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let best = candidates.iter().map(|candidate| (distance(candidate), *candidate)).min();
    // A part of a name, as of `can_steel`, where nothing is near.
    let holds = |candidate: &&&str| word.len() >= 3 && candidate.to_lowercase().contains(&lower);
    let longer = candidates.iter().filter(holds).min_by_key(|candidate| candidate.len());
    match best {
        Some((distance, best)) if distance <= 1 + word.len() / 3 => {
            format!(", did you mean `{best}`?")
        }
        _ => longer.map_or_else(String::new, |name| format!(", did you mean `{name}`?")),
    }
}

/// The candidate that differs from a word of four letters or more by one letter, or by small and
/// great ones alone.
pub(super) fn lookalike<'a>(
    word: &str,
    mut candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let most = usize::from(word.len() >= 4);
    candidates.find(|candidate| edit_distance(&lower, &candidate.to_lowercase()) <= most)
}

/// Least number of insertions, deletions and replacements.
/// Source: Wagner & Fischer 1974, doi:10.1145/321796.321811.
fn edit_distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, left) in from.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, &right) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hint_names_a_near_word_and_stays_silent_on_a_stranger() {
        assert_eq!(hint("ss340", ["ss304", "pp_solid"]), ", did you mean `ss304`?");
        assert_eq!(hint("steel", ["ss304", "can_steel"]), ", did you mean `can_steel`?");
        assert_eq!(lookalike("SS304", ["iron", "ss304"].into_iter()), Some("ss304"));
        assert_eq!(lookalike("Fe2O3", ["iron", "ss304"].into_iter()), None);
        assert_eq!(hint("unobtainium", ["ss304", "pp_solid"]), "");
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }
}
