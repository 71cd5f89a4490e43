//! Sums of products of rows, and the regression that they give. Knows no volume.

/// `Σ w wᵀ` over rows `w`, of which the last value is what the others are to explain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sums {
    /// Values a row.
    pub(crate) size: usize,
    /// Rows on and right of the diagonal.
    products: Vec<f64>,
    /// Rows.
    pub(crate) count: usize,
    /// Sum of the last values.
    total: f64,
}

impl Sums {
    /// Nothing yet, for rows of so many values.
    pub(crate) fn new(size: usize) -> Self {
        Self { size, products: vec![0.0; size * (size + 1) / 2], count: 0, total: 0.0 }
    }

    /// Adds a row.
    #[inline]
    pub(crate) fn add(&mut self, row: &[f64]) {
        let mut at = 0;
        for (i, a) in row.iter().enumerate() {
            let right = &row[i..];
            let products = &mut self.products[at..at + right.len()];
            products.iter_mut().zip(right).for_each(|(sum, b)| *sum += a * b);
            at += right.len();
        }
        self.count += 1;
        self.total += row[row.len() - 1];
    }

    /// Adds other sums, with a weight.
    pub(crate) fn add_sums(&mut self, other: &Self, weight: f64) {
        let products = self.products.iter_mut().zip(&other.products);
        products.for_each(|(sum, value)| *sum += weight * value);
        self.count += other.count;
        self.total += weight * other.total;
    }

    /// Place of a product in memory; `i` ≤ `j`.
    fn at(&self, i: usize, j: usize) -> usize {
        i * self.size - i * (i + 1) / 2 + j
    }

    /// The first `columns` values eliminated from the others, as least squares do.
    ///
    /// Values that those before them explain but for a 10⁹th are left out.
    /// Source: Golub & Van Loan 1996, section 4.1.
    pub(crate) fn eliminated(&self, columns: usize) -> Eliminated {
        let mut left = self.clone();
        let mut is_used = vec![false; columns];
        for (i, used) in is_used.iter_mut().enumerate() {
            let pivot = left.products[left.at(i, i)];
            *used = pivot > 1e-9 * self.products[self.at(i, i)];
            if !*used {
                continue;
            }
            let (above, below) =
                left.products.split_at_mut(self.at(i + 1, i + 1).min(self.products.len()));
            let row = &above[self.at(i, i)..];
            let mut start = 0;
            for j in i + 1..self.size {
                let share = row[j - i] / pivot;
                let length = self.size - j;
                let line = &mut below[start..start + length];
                line.iter_mut()
                    .zip(&row[j - i..])
                    .for_each(|(value, above)| *value -= share * above);
                start += length;
            }
        }
        Eliminated { left, is_used }
    }

    /// Sum of squares of the last values about their mean.
    pub(crate) fn spread(&self) -> f64 {
        let last = self.size - 1;
        let mean_part =
            if self.count > 0 { self.total * self.total / self.count as f64 } else { 0.0 };
        (self.products[self.at(last, last)] - mean_part).max(0.0)
    }

    /// Coefficients of all values but the last that explain it best.
    pub(crate) fn solution(&self) -> Vec<f64> {
        self.eliminated(self.size - 1).coefficients(self.size - 1)
    }
}

/// Sums of which the first values are eliminated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Eliminated {
    left: Sums,
    is_used: Vec<bool>,
}

impl Eliminated {
    /// Coefficients of the eliminated values that explain the value `column` best; 0 of those that
    /// were left out.
    pub(crate) fn coefficients(&self, column: usize) -> Vec<f64> {
        let mut found = vec![0.0; self.is_used.len()];
        for i in (0..found.len()).rev().filter(|i| self.is_used[*i]) {
            let row = &self.left.products[self.left.at(i, i)..];
            let known: f64 = (i + 1..found.len()).map(|k| row[k - i] * found[k]).sum();
            found[i] = (row[column - i] - known) / row[0];
        }
        found
    }

    /// Sum of squares of the last value that stays unexplained.
    pub(crate) fn unexplained(&self) -> f64 {
        self.left.products.last().map_or(0.0, |value| value.max(0.0))
    }

    /// Sums of the values that stay, without what the eliminated ones explain.
    pub(crate) fn rest(&self) -> Sums {
        let columns = self.is_used.len();
        let size = self.left.size - columns;
        let products = self.left.products[self.left.at(columns, columns)..].to_vec();
        Sums { size, products, count: self.left.count, total: 0.0 }
    }
}

/// Solves `matrix · x = right` for a symmetric positive matrix, of which rows on and left of the
/// diagonal are given; both are overwritten. `None` where the matrix is not positive.
///
/// Source: Golub & Van Loan 1996, section 4.2.
pub(crate) fn cholesky(matrix: &mut [f64], right: &mut [f64]) -> Option<Vec<f64>> {
    let size = right.len();
    for i in 0..size {
        let (above, rest) = matrix.split_at_mut(i * size);
        let row = &mut rest[..size];
        for j in 0..i {
            let other = &above[j * size..j * size + j + 1];
            let sum: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            row[j] = (row[j] - sum) / other[j];
        }
        let square = row[i] - row[..i].iter().map(|value| value * value).sum::<f64>();
        if !(square > 0.0 && square.is_finite()) {
            return None;
        }
        row[i] = square.sqrt();
        let sum: f64 = row[..i].iter().zip(&right[..i]).map(|(a, b)| a * b).sum();
        right[i] = (right[i] - sum) / row[i];
    }
    let mut found = right.to_vec();
    for i in (0..size).rev() {
        let row = &matrix[i * size..(i + 1) * size];
        found[i] /= row[i];
        let value = found[i];
        found[..i].iter_mut().zip(row).for_each(|(below, entry)| *below -= entry * value);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_sum_of_columns_is_found_and_explained() {
        let mut sums = Sums::new(4);
        for k in 0..50u32 {
            let x = f64::from(k) / 10.0;
            let row = [1.0, x, (x * 3.0).sin(), 0.5 - 2.0 * x + 4.0 * (x * 3.0).sin()];
            sums.add(&row);
        }
        let found = sums.solution();
        for (found, wanted) in found.iter().zip([0.5, -2.0, 4.0]) {
            assert!((found - wanted).abs() < 1e-9, "{found}");
        }
    }

    #[test]
    fn what_is_eliminated_first_changes_no_coefficient_and_copies_are_left_out() {
        let mut sums = Sums::new(5);
        for k in 0..40u32 {
            let x = f64::from(k) / 7.0;
            sums.add(&[
                1.0,
                1.0,
                x,
                x.sin(),
                3.0 + 0.5 * x - 2.0 * x.sin() + 0.01 * (9.0 * x).cos(),
            ]);
        }
        let at_once = sums.solution();
        assert_eq!(at_once[1], 0.0, "a copy of the first");
        let eliminated = sums.eliminated(2);
        let rest = eliminated.rest().solution();
        assert!((rest[0] - at_once[2]).abs() < 1e-9 && (rest[1] - at_once[3]).abs() < 1e-9);
        let left = sums.eliminated(4).unexplained();
        assert!(left > 0.0 && left < 40.0 * 1e-4, "{left}");
    }

    #[test]
    fn positive_equations_are_solved_and_others_refused() {
        let mut matrix = vec![4.0, 0.0, 0.0, 1.0, 3.0, 0.0, -1.0, 0.5, 2.0];
        let found = cholesky(&mut matrix, &mut [5.0, 8.0, 6.0]).unwrap();
        let product =
            [4.0 * found[0] + found[1] - found[2], found[0] + 3.0 * found[1] + 0.5 * found[2]];
        assert!((product[0] - 5.0).abs() < 1e-12 && (product[1] - 8.0).abs() < 1e-12, "{found:?}");
        assert_eq!(cholesky(&mut [1.0, 0.0, 2.0, 1.0], &mut [1.0, 1.0]), None);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let row = |k: u32| [1.0, f64::from(k * k % 7), f64::from(k)];
        let (mut whole, mut first, mut second) = (Sums::new(3), Sums::new(3), Sums::new(3));
        for k in 0..10 {
            whole.add(&row(k));
            if k < 4 { first.add(&row(k)) } else { second.add(&row(k)) }
        }
        first.add_sums(&second, 1.0);
        assert_eq!(first, whole);
    }
}
