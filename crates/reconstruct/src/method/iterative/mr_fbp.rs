//! MR-FBP: the filter of filtered back-projection fitted to the data. Knows no ramp.

use std::ops::Range;

use ndarray::{Array3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    course::{Course, Report},
    system::System,
};

/// Pixels of the filter that stand alone before its bins grow.
const ALONE: usize = 4;

/// Added to the diagonal of the scaled normal equations: bins that hardly differ stay finite.
const DAMPING: f64 = 1e-9;

/// Minimum-residual filtered back-projection.
///
/// `µ = Σ_k c_k·Aᵀ(e_k ∗ b)`, `e_k` being 1 in the `k`-th bin of the filter: pixels at a distance
/// of 0, 1, 2, 3, then two, four, eight … together, up to the width of the detector. Each slice has
/// the `c` with which `‖A·µ − b‖_W` is least. It takes one projection and back-projection a bin, and
/// has less noise and fewer streaks than the ramp filter where views are few or noisy. Bounds are
/// applied to the result.
///
/// The iterations of the course are the bins; stopped early, it does with those that it has. Memory
/// beside data and volume: the rays once and once more for every bin.
/// Source: Pelt & Batenburg 2014, doi:10.1109/TIP.2014.2341971.
pub(super) fn mr_fbp(system: &System<'_>, volume: &mut Array3<f32>, course: &mut Course<'_>) {
    let bins = bins(system.data().dim().2);
    let mut rays = system.zero_rays();
    let mut images: Vec<Array3<f32>> = vec![];
    let mut fits: Vec<Fit> = vec![Fit::default(); system.group_count()];
    let squares = system.data_squares();
    while course.goes_on() {
        let alone: Vec<f64> = (0..=images.len()).map(|k| f64::from(k == images.len())).collect();
        filter(system, (&bins, |_| &alone[..]), &mut rays);
        system.backproject(&rays, volume);
        let mut image = system.zero_rays();
        system.project(volume, &mut image);
        let data = system.products_with_data(&image);
        let products: Vec<Vec<f64>> =
            images.iter().chain([&image]).map(|other| system.ray_products(&image, other)).collect();
        for (group, fit) in fits.iter_mut().enumerate() {
            fit.add(products.iter().map(|product| product[group]).collect(), data[group]);
        }
        images.push(image);
        let residual = fits.iter().zip(&squares).map(|(fit, all)| all - fit.explained()).collect();
        course.step(&Report { residual, ..Default::default() });
    }
    if !images.is_empty() {
        filter(system, (&bins, |group: usize| &fits[group].factors[..]), &mut rays);
        system.backproject(&rays, volume);
    }
    system.constrain(volume);
}

/// Bins of the filter on rows of so many columns, by the distance in pixels.
pub(super) fn bins(columns: usize) -> Vec<Range<usize>> {
    let mut bins: Vec<_> = (0..ALONE.min(columns)).map(|n| n..n + 1).collect();
    let (mut first, mut width) = (ALONE, 2);
    while first < columns {
        bins.push(first..(first + width).min(columns));
        (first, width) = (first + width, 2 * width);
    }
    bins
}

/// `into ← Σ_k factor_k·(e_k ∗ b)`, the factors given for each problem; beside the detector is 0.
fn filter<'f>(
    system: &System<'_>,
    (bins, factors): (&[Range<usize>], impl Fn(usize) -> &'f [f64] + Sync),
    into: &mut Array3<f32>,
) {
    let views = into.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
    views.for_each(|(view, mut rows)| {
        for (row, mut into) in rows.outer_iter_mut().enumerate() {
            let factors = factors(system.group_of(row));
            let data = system.data();
            // before[j]: sum of the values before column j.
            let mut before = vec![0.0; into.len() + 1];
            for (j, value) in data.slice(s![view, row, ..]).iter().enumerate() {
                before[j + 1] = before[j] + f64::from(*value);
            }
            for (j, into) in into.iter_mut().enumerate() {
                let terms = bins.iter().zip(factors);
                *into =
                    to_f32(terms.map(|(bin, factor)| factor * both_sides(&before, j, bin)).sum());
            }
        }
    });
}

/// Sum of the values at distances from column `j` that a bin holds.
fn both_sides(before: &[f64], j: usize, bin: &Range<usize>) -> f64 {
    let count = before.len() - 1;
    let at = |j: usize| before[j.min(count)];
    let right = at(j + bin.end) - at(j + bin.start);
    // Columns j − end + 1 … j − start.
    let left = if bin.start > j {
        0.0
    } else {
        at(j + 1 - bin.start) - at((j + 1).saturating_sub(bin.end))
    };
    if bin.start == 0 { right } else { right + left }
}

/// The normal equations of one problem.
#[derive(Debug, Clone, Default)]
struct Fit {
    /// Lower triangle of the products of images.
    products: Vec<Vec<f64>>,
    data: Vec<f64>,
    factors: Vec<f64>,
}

impl Fit {
    /// Another bin: its products with all bins so far and itself, and with the data.
    fn add(&mut self, products: Vec<f64>, data: f64) {
        self.products.push(products);
        self.data.push(data);
        self.factors = self.solved();
    }

    /// How much of `‖b‖²_W` the fit explains.
    fn explained(&self) -> f64 {
        self.factors.iter().zip(&self.data).map(|(factor, data)| factor * data).sum()
    }

    /// By Cholesky's decomposition, each image scaled to a norm of 1.
    fn solved(&self) -> Vec<f64> {
        let count = self.data.len();
        let norm = |k: usize| self.products[k][k].max(f64::MIN_POSITIVE).sqrt();
        let mut lower = vec![vec![0.0; count]; count];
        for row in 0..count {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
                let scaled = self.products[row][column] / norm(row) / norm(column) - known;
                lower[row][column] = if row == column {
                    (scaled + DAMPING).max(DAMPING).sqrt()
                } else {
                    scaled / lower[column][column]
                };
            }
        }
        let mut found: Vec<f64> = (0..count).map(|k| self.data[k] / norm(k)).collect();
        for row in 0..count {
            let known: f64 = (0..row).map(|k| lower[row][k] * found[k]).sum();
            found[row] = (found[row] - known) / lower[row][row];
        }
        for row in (0..count).rev() {
            let known: f64 = (row + 1..count).map(|k| lower[k][row] * found[k]).sum();
            found[row] = (found[row] - known) / lower[row][row];
        }
        found.iter().enumerate().map(|(k, value)| value / norm(k)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_follow_each_other_up_to_the_width() {
        let bins = bins(37);
        assert_eq!(bins[..6], [0..1, 1..2, 2..3, 3..4, 4..6, 6..10]);
        assert!(bins.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(bins[bins.len() - 1].end, 37);
    }

    #[test]
    fn sums_of_a_bin_agree_with_the_plain_ones() {
        let values = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0];
        let mut before = vec![0.0];
        values.iter().for_each(|value| before.push(before[before.len() - 1] + value));
        for (bin, j) in [(0..1, 2), (1..2, 0), (2..5, 3), (4..9, 6), (1..7, 1), (6..20, 2)] {
            let in_bin = |i: &usize| bin.contains(&i.abs_diff(j));
            let plain: f64 = (0..values.len()).filter(in_bin).map(|i| values[i]).sum();
            assert_eq!(both_sides(&before, j, &bin), plain, "{bin:?} {j}");
        }
    }

    #[test]
    fn normal_equations_are_solved() {
        let mut fit = Fit::default();
        fit.add(vec![4.0], 8.0);
        fit.add(vec![2.0, 3.0], 7.0);
        let expected = [1.25, 1.5];
        assert!(fit.factors.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
