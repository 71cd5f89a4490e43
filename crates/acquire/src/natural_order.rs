//! The order of names that a person expects: `proj_2` before `proj_10`. Opens no file.

use std::cmp::Ordering;

/// Compares two names; runs of digits count as numbers, letters without regard to case.
pub(crate) fn natural_order(left: &str, right: &str) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    while let (Some(a), Some(b)) = (next_piece(&mut left_rest), next_piece(&mut right_rest)) {
        let order = compare_pieces(a, b);
        if order != Ordering::Equal {
            return order;
        }
    }
    left_rest.len().cmp(&right_rest.len()).then_with(|| left.cmp(right))
}

/// The numbers in a name, in their order, and the name with `#` for each of them.
pub(crate) fn numbers_of(name: &str) -> (String, Vec<u64>) {
    let (mut pattern, mut numbers, mut rest) = (String::new(), Vec::new(), name);
    while let Some(piece) = next_piece(&mut rest) {
        match piece.parse() {
            Ok(number) => {
                numbers.push(number);
                pattern.push('#');
            }
            Err(_) => pattern.push_str(piece),
        }
    }
    (pattern, numbers)
}

fn next_piece<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let is_number = rest.chars().next()?.is_ascii_digit();
    let end = rest.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(rest.len());
    let (piece, others) = rest.split_at(end);
    *rest = others;
    Some(piece)
}

fn compare_pieces(left: &str, right: &str) -> Ordering {
    let is_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if !is_digit(left) || !is_digit(right) {
        return left.to_lowercase().cmp(&right.to_lowercase());
    }
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["p_10.tif", "p_2.tif", "P_1.tif", "p_2_b.tif", "p_02.tif", "a9", "p.tif"];
        names.sort_by(|a, b| natural_order(a, b));
        let sorted = ["a9", "p.tif", "P_1.tif", "p_02.tif", "p_2.tif", "p_2_b.tif", "p_10.tif"];
        assert_eq!(names, sorted);
    }

    #[test]
    fn numbers_longer_than_any_integer_are_ordered() {
        let (large, larger) = ("p99999999999999999999999998", "p99999999999999999999999999");
        assert_eq!(natural_order(large, larger), Ordering::Less);
        assert_eq!(numbers_of("a01_b20.tif"), ("a#_b#.tif".into(), vec![1, 20]));
    }
}
