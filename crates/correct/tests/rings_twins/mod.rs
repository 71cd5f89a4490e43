//! Ring removal as plain and slow as the formulas, in f64. Shares nothing with the fast one.
#![allow(dead_code, reason = "each test file takes what it needs")]

use ndarray::Array2;
use voltomo_numeric::cast::to_index;

/// `…1 0 | 0 1 2 … n−1 | n−1 n−2…`
pub(crate) fn mirrored(index: isize, count: usize) -> usize {
    let mut index = index;
    loop {
        if index < 0 {
            index = -1 - index;
        } else if index >= count as isize {
            index = 2 * count as isize - 1 - index;
        } else {
            return index as usize;
        }
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Median over `window` columns of every row.
pub(crate) fn median_across(plane: &Array2<f64>, window: usize) -> Array2<f64> {
    let reach = window as isize / 2;
    Array2::from_shape_fn(plane.dim(), |(y, x)| {
        let near = (-reach..=reach).map(|step| mirrored(x as isize + step, plane.ncols()));
        median(near.map(|x| plane[[y, x]]).collect())
    })
}

/// The angles of each column, from the least value to the largest: `[rank, column]`.
pub(crate) fn order(sinogram: &Array2<f64>) -> Array2<usize> {
    let mut order = Array2::zeros(sinogram.dim());
    for (x, column) in sinogram.columns().into_iter().enumerate() {
        let mut angles: Vec<usize> = (0..column.len()).collect();
        angles.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
        angles.into_iter().enumerate().for_each(|(rank, angle)| order[[rank, x]] = angle);
    }
    order
}

pub(crate) fn sorted(sinogram: &Array2<f64>, order: &Array2<usize>) -> Array2<f64> {
    Array2::from_shape_fn(sinogram.dim(), |(rank, x)| sinogram[[order[[rank, x]], x]])
}

pub(crate) fn sent_back(sorted: &Array2<f64>, order: &Array2<usize>) -> Array2<f64> {
    let mut sinogram = sorted.clone();
    for ((rank, x), value) in sorted.indexed_iter() {
        sinogram[[order[[rank, x]], x]] = *value;
    }
    sinogram
}

/// Vo 2018, algorithm 3.
pub(crate) fn sorting(sinogram: &Array2<f64>, window: usize) -> Array2<f64> {
    let order = order(sinogram);
    sent_back(&median_across(&sorted(sinogram, &order), window), &order)
}

/// Gaussian mean along the angle, the scan mirrored at its ends, cut off at four deviations.
pub(crate) fn slow_part(sinogram: &Array2<f64>, waves: f64) -> Array2<f64> {
    let count = sinogram.nrows();
    let deviation = count as f64 / (std::f64::consts::TAU * waves);
    let reach = to_index((6.0 * deviation).ceil()) as isize;
    let weight = |step: isize| (-0.5 * (step as f64 / deviation).powi(2)).exp();
    let whole: f64 = (-reach..=reach).map(weight).sum();
    Array2::from_shape_fn(sinogram.dim(), |(y, x)| {
        let near = (-reach..=reach)
            .map(|step| weight(step) * sinogram[[mirrored(y as isize + step, count), x]]);
        near.sum::<f64>() / whole
    })
}

/// Vo 2018, algorithm 2.
pub(crate) fn filtering(sinogram: &Array2<f64>, window: usize, waves: f64) -> Array2<f64> {
    let slow = slow_part(sinogram, waves);
    sinogram - &slow + sorting(&slow, window)
}

/// Vo 2018, algorithm 4, with one more column at either side.
pub(crate) fn standing_out(figures: &[f64], threshold: f64) -> Vec<bool> {
    let count = figures.len();
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle: Vec<(f64, f64)> =
        (count / 4..count - count / 4).map(|k| (k as f64, sorted[k])).collect();
    let n = middle.len() as f64;
    let [x, y, xx, xy] =
        middle.iter().fold([0.0; 4], |[a, b, c, d], (x, y)| [a + x, b + y, c + x * x, d + x * y]);
    let slope = (n * xy - x * y) / (n * xx - x * x);
    let low = (y - slope * x) / n;
    let high = low + slope * (count - 1) as f64;
    let spread = high - low;
    let is_low = low - sorted[0] >= threshold * spread;
    let is_high = sorted[count - 1] - high >= threshold * spread;
    let beyond = |k: usize| {
        (is_low && figures[k] <= low - 0.5 * threshold * spread)
            || (is_high && figures[k] >= high + 0.5 * threshold * spread)
    };
    (0..count).map(|k| (k.saturating_sub(1)..=(k + 1).min(count - 1)).any(beyond)).collect()
}

/// Vo 2018, algorithm 5, by differences; columns that do not stand out are held to five.
pub(crate) fn large(
    sinogram: &Array2<f64>,
    window: usize,
    (threshold, drop): (f64, f64),
) -> Array2<f64> {
    let order = order(sinogram);
    let mut sorted = sorted(sinogram, &order);
    let smooth = median_across(&sorted, window);
    let dropped = to_index(0.5 * drop * sinogram.nrows() as f64);
    let level = |plane: &Array2<f64>, x: usize| {
        let column: Vec<f64> = plane.column(x).to_vec();
        let kept = &column[dropped..column.len() - dropped];
        kept.iter().sum::<f64>() / kept.len() as f64
    };
    let levels: Vec<f64> = (0..sorted.ncols()).map(|x| level(&smooth, x)).collect();
    let mean = levels.iter().map(|level| level.abs()).sum::<f64>() / levels.len() as f64;
    let stripes: Vec<f64> = (0..sorted.ncols()).map(|x| level(&sorted, x) - levels[x]).collect();
    let shares: Vec<f64> = stripes
        .iter()
        .zip(&levels)
        .map(|(stripe, level)| stripe / (level.abs() + 0.1 * mean))
        .collect();
    let line = Array2::from_shape_vec((1, stripes.len()), stripes.clone()).unwrap();
    let slow = median_across(&line, 5);
    for (x, is_wide) in standing_out(&shares, threshold).into_iter().enumerate() {
        for rank in 0..sorted.nrows() {
            let narrow = sorted[[rank, x]] - (stripes[x] - slow[[0, x]]);
            sorted[[rank, x]] = if is_wide { smooth[[rank, x]] } else { narrow };
        }
    }
    sent_back(&sorted, &order)
}

/// Vo 2018, algorithm 6 up to the bridges.
pub(crate) fn bridged(sinogram: &Array2<f64>, window: usize, threshold: f64) -> Array2<f64> {
    let (angles, columns) = sinogram.dim();
    let unrest: Vec<f64> = (0..columns)
        .map(|x| {
            let from_mean = |y: usize| {
                let near: Vec<f64> =
                    (y.saturating_sub(5)..(y + 6).min(angles)).map(|y| sinogram[[y, x]]).collect();
                (sinogram[[y, x]] - near.iter().sum::<f64>() / near.len() as f64).abs()
            };
            (0..angles).map(from_mean).sum()
        })
        .collect();
    let line = Array2::from_shape_vec((1, columns), unrest.clone()).unwrap();
    let usual = median_across(&line, window);
    let ratios: Vec<f64> = (0..columns).map(|x| unrest[x] / usual[[0, x]]).collect();
    let bad = standing_out(&ratios, threshold);
    Array2::from_shape_fn(sinogram.dim(), |(y, x)| {
        if !bad[x] {
            return sinogram[[y, x]];
        }
        let before = (0..x).rev().find(|x| !bad[*x]);
        let after = (x..columns).find(|x| !bad[*x]);
        match (before, after) {
            (Some(a), Some(b)) => {
                let share = (x - a) as f64 / (b - a) as f64;
                sinogram[[y, a]] * (1.0 - share) + sinogram[[y, b]] * share
            }
            (Some(only), None) | (None, Some(only)) => sinogram[[y, only]],
            (None, None) => sinogram[[y, x]],
        }
    })
}
