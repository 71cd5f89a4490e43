//! Small dense systems of linear equations. Knows no surfaces.

/// Solves `A·x = b` by elimination with pivots; `rows` are those of A, each with its entry of b
/// behind it. `None` where A is singular to 12 digits.
pub(crate) fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let count = rows.len();
    let largest = rows.iter().flat_map(|row| &row[..count]).fold(0.0f64, |m, v| m.max(v.abs()));
    for k in 0..count {
        let pivot = (k..count).max_by(|a, b| rows[*a][k].abs().total_cmp(&rows[*b][k].abs()))?;
        if rows[pivot][k].abs() <= 1e-12 * largest {
            return None;
        }
        rows.swap(k, pivot);
        let (upper, lower) = rows.split_at_mut(k + 1);
        for row in lower {
            let factor = row[k] / upper[k][k];
            row[k..].iter_mut().zip(&upper[k][k..]).for_each(|(a, b)| *a -= factor * b);
        }
    }
    let mut solution = vec![0.0; count];
    for k in (0..count).rev() {
        let known: f64 = (k + 1..count).map(|j| rows[k][j] * solution[j]).sum();
        solution[k] = (rows[k][count] - known) / rows[k][k];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_with_a_zero_on_its_diagonal_is_solved_and_a_singular_one_is_not() {
        let solved = solve(vec![vec![0.0, 2.0, 4.0], vec![3.0, 1.0, 5.0]]).unwrap();
        assert!((solved[0] - 1.0).abs() < 1e-12 && (solved[1] - 2.0).abs() < 1e-12);
        assert_eq!(solve(vec![vec![1.0, 2.0, 3.0], vec![2.0, 4.0, 6.0]]), None);
    }
}
