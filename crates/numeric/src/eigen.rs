//! Eigenvalues and eigenvectors of symmetric matrices. Knows no statistics.

/// Sweeps that are enough for any matrix: each about squares what is left off the diagonal.
const SWEEPS: usize = 60;

/// One eigenvalue and its eigenvector of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalue.
    pub value: f64,
    /// Its vector; the largest component is positive.
    pub vector: Vec<f64>,
}

/// All eigenvalues of a symmetric matrix and their vectors, the largest value first.
///
/// `matrix`: `size` rows of `size` values; only what stands on and above the diagonal counts. By
/// Jacobi's rotations: n³ operations a sweep, a few sweeps.
/// Source: Jacobi 1846, doi:10.1515/crll.1846.30.51; Golub & Van Loan 1996, section 8.4.
///
/// # Panics
/// If the matrix is not square.
#[must_use]
pub fn symmetric(matrix: &[f64], size: usize) -> Vec<Eigen> {
    assert_eq!(matrix.len(), size * size, "a square matrix");
    let mut rows: Vec<Vec<f64>> = (0..size)
        .map(|i| (0..size).map(|j| matrix[i.min(j) * size + i.max(j)]).collect())
        .collect();
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let whole: f64 = rows.iter().flatten().map(|value| value * value).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..size).flat_map(|i| rows[i][i + 1..].iter().map(|v| v * v)).sum();
        if off <= 1e-30 * whole {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut rows, &mut vectors, [p, q]);
            }
        }
    }
    let mut found: Vec<Eigen> = vectors
        .into_iter()
        .enumerate()
        .map(|(k, vector)| Eigen { value: rows[k][k], vector: upright(vector) })
        .collect();
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    found
}

/// The shortest x with `matrix·x` nearest to `right`, for a symmetric matrix without negative
/// eigenvalues; directions in which it is a 10⁹th of its largest or less are left at nought.
///
/// # Panics
/// If the matrix is not as wide as `right` is long.
#[must_use]
pub fn solve_symmetric(matrix: &[f64], right: &[f64]) -> Vec<f64> {
    let eigen = symmetric(matrix, right.len());
    let least = 1e-9 * eigen.first().map_or(0.0, |one| one.value);
    let mut found = vec![0.0; right.len()];
    for one in eigen.iter().filter(|one| one.value > least) {
        let along: f64 = one.vector.iter().zip(right).map(|(v, r)| v * r).sum();
        found.iter_mut().zip(&one.vector).for_each(|(x, v)| *x += v * along / one.value);
    }
    found
}

/// Turns the axes p and q so that nothing is left between them; `vectors` are rows.
fn rotate(rows: &mut [Vec<f64>], vectors: &mut [Vec<f64>], [p, q]: [usize; 2]) {
    let between = rows[p][q];
    if between == 0.0 {
        return;
    }
    let slope = (rows[q][q] - rows[p][p]) / (2.0 * between);
    let tan = slope.signum() / (slope.abs() + (slope * slope + 1.0).sqrt());
    let cos = 1.0 / (tan * tan + 1.0).sqrt();
    let sin = tan * cos;
    for row in rows.iter_mut() {
        (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
    }
    for pair in [&mut *rows, vectors] {
        let (before, after) = pair.split_at_mut(q);
        for (a, b) in before[p].iter_mut().zip(after[0].iter_mut()) {
            (*a, *b) = (cos * *a - sin * *b, sin * *a + cos * *b);
        }
    }
}

/// With its largest component positive, so that the sign does not hang on rounding.
fn upright(vector: Vec<f64>) -> Vec<f64> {
    let largest = vector.iter().copied().fold(0.0f64, |a, b| if b.abs() > a.abs() { b } else { a });
    let sign = if largest < 0.0 { -1.0 } else { 1.0 };
    vector.into_iter().map(|value| sign * value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second difference of n points has the eigenvalues 2 − 2·cos(kπ/(n + 1)).
    #[test]
    fn the_second_difference_has_its_known_eigenvalues() {
        let n = 7;
        let entry = |k: usize| match (k / n).abs_diff(k % n) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let matrix: Vec<f64> = (0..n * n).map(entry).collect();
        let found = symmetric(&matrix, n);
        for (k, one) in found.iter().enumerate() {
            let angle = (n - k) as f64 * std::f64::consts::PI / (n + 1) as f64;
            assert!((one.value - (2.0 - 2.0 * angle.cos())).abs() < 1e-12, "{k}");
            for i in 0..n {
                let product: f64 = (0..n).map(|j| matrix[i * n + j] * one.vector[j]).sum();
                assert!((product - one.value * one.vector[i]).abs() < 1e-12, "{k} {i}");
            }
        }
    }

    #[test]
    fn equations_are_solved_and_what_they_do_not_hold_is_nought() {
        let found = solve_symmetric(&[4.0, 1.0, 1.0, 3.0], &[6.0, 7.0]);
        assert!((found[0] - 1.0).abs() < 1e-12 && (found[1] - 2.0).abs() < 1e-12, "{found:?}");
        let found = solve_symmetric(&[1.0, 1.0, 1.0, 1.0], &[2.0, 2.0]);
        assert!((found[0] - 1.0).abs() < 1e-12 && (found[1] - 1.0).abs() < 1e-12, "{found:?}");
        assert_eq!(solve_symmetric(&[0.0], &[1.0]), [0.0]);
    }

    #[test]
    fn a_diagonal_matrix_is_sorted_and_one_of_nothing_is_nothing() {
        let values: Vec<f64> =
            symmetric(&[1.0, 0.0, 0.0, 3.0], 2).iter().map(|e| e.value).collect();
        assert_eq!(values, [3.0, 1.0]);
        assert_eq!(symmetric(&[0.0; 4], 2)[0].value, 0.0);
        assert!(symmetric(&[], 0).is_empty());
    }
}
