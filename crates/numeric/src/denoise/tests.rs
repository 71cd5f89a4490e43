//! Each filter against a slow twin in `f64` that shares nothing with it, and closed forms.

use ndarray::{Array3, ArrayView3, s};

use super::{
    Bilateral, Gaussian, Median, NonLocalMeans, Outliers, RemoveOutliers, SliceFilter,
    TotalVariation, noise_level,
};
use crate::{cast::to_f32, random::Random};

/// A step with noise, wider than one group of columns.
fn picture(shape: (usize, usize, usize)) -> Array3<f32> {
    let mut random = Random::new(9);
    Array3::from_shape_fn(shape, |(z, y, x)| {
        let step = if 3 * x + y + 2 * z > shape.2 { 1.0 } else { 0.3 };
        to_f32(step + 0.05 * random.normal())
    })
}

fn filtered(filter: &dyn SliceFilter, volume: ArrayView3<'_, f32>) -> Array3<f32> {
    let mut result = Array3::zeros(volume.dim());
    for (z, mut slice) in result.outer_iter_mut().enumerate() {
        filter.slice(volume, z, slice.as_slice_mut().unwrap());
    }
    result
}

/// The value at a place, the edge's beyond it.
fn at(volume: ArrayView3<'_, f32>, place: [isize; 3]) -> f64 {
    let shape: [usize; 3] = volume.dim().into();
    let inside = |axis: usize| place[axis].clamp(0, shape[axis].cast_signed() - 1).unsigned_abs();
    f64::from(volume[[inside(0), inside(1), inside(2)]])
}

fn places(half: [isize; 3]) -> Vec<[isize; 3]> {
    let mut all = Vec::new();
    for z in -half[0]..=half[0] {
        for y in -half[1]..=half[1] {
            all.extend((-half[2]..=half[2]).map(|x| [z, y, x]));
        }
    }
    all
}

fn sum(a: [isize; 3], b: [isize; 3]) -> [isize; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// Holds a filter to a slow one, in a frame and in a volume, to 10⁻⁵ of a picture of height 1.
fn assert_twin(filter: &dyn SliceFilter, slow: &dyn Fn(ArrayView3<'_, f32>, [isize; 3]) -> f64) {
    for shape in [(1, 17, 70), (6, 9, 11)] {
        let volume = picture(shape);
        let fast = filtered(filter, volume.view());
        for ((z, y, x), value) in fast.indexed_iter() {
            let expected = slow(volume.view(), [z, y, x].map(usize::cast_signed));
            let found = f64::from(*value);
            assert!((found - expected).abs() < 1e-5, "{shape:?} {z} {y} {x}: {found} {expected}");
        }
    }
}

/// Depth of a cubic kernel: none in a frame.
fn depth(volume: ArrayView3<'_, f32>, half: isize) -> isize {
    if volume.dim().0 > 1 { half } else { 0 }
}

fn slow_median(volume: ArrayView3<'_, f32>, place: [isize; 3], square: isize) -> f64 {
    let near = |by: &[isize; 3]| by.iter().map(|d| d * d).sum::<isize>() <= square;
    let around = places([depth(volume, 12), 12, 12]).into_iter().filter(near);
    let mut values: Vec<f64> = around.map(|by| at(volume, sum(place, by))).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn median_agrees_with_sorting_the_circle() {
    for (radius, square) in [(0.5, 1), (1.0, 2), (2.0, 5), (3.0, 10)] {
        assert_twin(&Median { radius }, &|volume, at| slow_median(volume, at, square));
    }
}

/// More pixels than are sorted together.
#[test]
fn median_of_a_wide_circle_agrees_with_sorting() {
    let (frame, filter) = (picture((1, 20, 70)), Median { radius: 9.0 });
    let fast = filtered(&filter, frame.view());
    for x in 0..70 {
        assert_eq!(
            f64::from(fast[[0, 7, x]]),
            slow_median(frame.view(), [0, 7, x.cast_signed()], 82)
        );
    }
}

#[test]
fn remove_outliers_replaces_what_exceeds_the_median_and_leaves_all_else() {
    let mut frame = Array3::from_elem((1, 9, 9), 100.0f32);
    frame[[0, 4, 4]] = 151.0;
    frame[[0, 2, 7]] = 150.0;
    frame[[0, 7, 2]] = 20.0;
    let bright = RemoveOutliers { radius: 2.0, threshold: 50.0, which: Outliers::Bright };
    let result = filtered(&bright, frame.view());
    // Exactly the threshold is no outlier.
    assert_eq!((result[[0, 4, 4]], result[[0, 2, 7]], result[[0, 7, 2]]), (100.0, 150.0, 20.0));
    let dark = RemoveOutliers { which: Outliers::Dark, ..bright };
    let result = filtered(&dark, frame.view());
    assert_eq!((result[[0, 4, 4]], result[[0, 2, 7]], result[[0, 7, 2]]), (151.0, 150.0, 100.0));
}

/// Five wild pixels of the nine in a square: their median, where a circle of 21 takes them out.
#[test]
fn remove_outliers_takes_groups_by_its_radius() {
    let mut frame = Array3::zeros((1, 11, 11));
    for place in [[5, 5], [5, 4], [5, 6], [4, 5], [6, 5]] {
        frame[[0, place[0], place[1]]] = 9.0f32;
    }
    let with = |radius: f64| {
        let filter = RemoveOutliers { radius, threshold: 1.0, which: Outliers::Bright };
        filtered(&filter, frame.view())[[0, 5, 5]]
    };
    assert_eq!((with(1.0), with(2.0)), (9.0, 0.0));
}

#[test]
fn gaussian_agrees_with_the_plain_weighted_mean() {
    let sigma = 1.3f64;
    assert_twin(&Gaussian { sigma }, &|volume, place| {
        let half = 6;
        let weight = |by: &[isize; 3]| {
            (-by.iter().map(|d| (d * d) as f64).sum::<f64>() / (2.0 * sigma * sigma)).exp()
        };
        let around = places([depth(volume, half), half, half]);
        let total: f64 = around.iter().map(weight).sum();
        around.iter().map(|by| weight(by) * at(volume, sum(place, *by))).sum::<f64>() / total
    });
}

#[test]
fn bilateral_agrees_with_its_formula() {
    let (sigma, range) = (1.5f64, 0.2f32);
    assert_twin(&Bilateral { sigma, range }, &|volume, place| {
        let own = at(volume, place);
        let (mut values, mut weights) = (0.0, 0.0);
        for by in places([depth(volume, 3), 3, 3]) {
            let far = by.iter().map(|d| (d * d) as f64).sum::<f64>();
            if far > 4.0 * sigma * sigma {
                continue;
            }
            let value = at(volume, sum(place, by));
            let apart = (value - own) / f64::from(range);
            let weight = (-far / (2.0 * sigma * sigma) - apart * apart / 2.0).exp();
            (values, weights) = (values + weight * value, weights + weight);
        }
        values / weights
    });
}

#[test]
fn non_local_means_agrees_with_its_formula() {
    let filter = NonLocalMeans { patch: 1, search: 2, noise: 0.05, strength: 0.06 };
    assert_twin(&filter, &|volume, place| {
        let (deep, patch) = (depth(volume, 2), places([depth(volume, 1), 1, 1]));
        let (mut values, mut weights) = (0.0, 0.0);
        for by in places([deep, 2, 2]) {
            let square = |p: &[isize; 3]| {
                let (here, there) = (sum(place, *p), sum(sum(place, *p), by));
                (at(volume, here) - at(volume, there)).powi(2)
            };
            let far = patch.iter().map(square).sum::<f64>() / patch.len() as f64;
            let weight = (-(far - 2.0 * 0.05 * 0.05).max(0.0) / (0.06 * 0.06)).exp();
            (values, weights) = (values + weight * at(volume, sum(place, by)), weights + weight);
        }
        values / weights
    });
}

/// Across one edge of height h between parts of m and n columns, every row alike: the parts come
/// nearer by λ/m and λ/n, exactly.
#[test]
fn total_variation_of_a_step_moves_both_sides_by_strength_over_width() {
    let (left, right, strength) = (6usize, 10usize, 0.6f32);
    let mut frame: Vec<f32> = (0..5 * 16).map(|k| if k % 16 < left { 0.0 } else { 1.0 }).collect();
    TotalVariation { strength, iterations: 4000 }.frame(&mut frame, 16);
    for (k, value) in frame.iter().enumerate() {
        let expected = if k % 16 < left { strength / 6.0 } else { 1.0 - strength / 10.0 };
        assert!((value - expected).abs() < 1e-3, "{k}: {value} {expected}");
    }
    assert_eq!(left + right, 16);
}

/// The slow twin: the same iteration in `f64`, straight from the formulas.
#[test]
fn total_variation_agrees_with_its_iteration_in_double_precision() {
    let (rows, columns, strength) = (12usize, 15usize, 0.1f64);
    let frame = picture((1, rows, columns));
    let f: Vec<f64> = frame.iter().map(|value| f64::from(*value)).collect();
    let mut p = vec![[0.0f64; 2]; f.len()];
    let g_of = |p: &[[f64; 2]]| -> Vec<f64> {
        let one = |k: usize| {
            let (y, x) = (k / columns, k % columns);
            let ahead = (if y + 1 < rows { p[k][0] } else { 0.0 })
                + if x + 1 < columns { p[k][1] } else { 0.0 };
            let behind = (if y > 0 { p[k - columns][0] } else { 0.0 })
                + if x > 0 { p[k - 1][1] } else { 0.0 };
            ahead - behind - f[k] / strength
        };
        (0..f.len()).map(one).collect()
    };
    for _ in 0..30 {
        let g = g_of(&p);
        for k in 0..f.len() {
            let y = if k / columns + 1 < rows { g[k + columns] - g[k] } else { 0.0 };
            let x = if k % columns + 1 < columns { g[k + 1] - g[k] } else { 0.0 };
            let length = 1.0 + 0.25 * (x * x + y * y).sqrt();
            p[k] = [(p[k][0] + 0.25 * y) / length, (p[k][1] + 0.25 * x) / length];
        }
    }
    let mut fast: Vec<f32> = frame.into_raw_vec_and_offset().0;
    let filter = TotalVariation { strength: to_f32(strength), iterations: 30 };
    filter.frame(&mut fast, columns);
    for (value, g) in fast.iter().zip(g_of(&p)) {
        assert!((f64::from(*value) + strength * g).abs() < 1e-5);
    }
}

#[test]
fn a_slab_with_its_reach_gives_the_bits_of_the_whole() {
    let volume = picture((9, 8, 10));
    let filters: [&dyn SliceFilter; 4] = [
        &Median { radius: 1.0 },
        &Gaussian { sigma: 0.5 },
        &Bilateral { sigma: 1.0, range: 0.1 },
        &NonLocalMeans { patch: 1, search: 1, noise: 0.05, strength: 0.05 },
    ];
    for filter in filters {
        let whole = filtered(filter, volume.view());
        let reach = filter.reach();
        let (first, end) = (4 - reach, 5 + reach);
        let slab = filtered(filter, volume.slice(s![first..end, .., ..]));
        let same = whole.slice(s![4, .., ..]) == slab.slice(s![reach, .., ..]);
        assert!(same, "reach {reach}");
    }
}

#[test]
fn the_level_of_noise_is_its_standard_deviation_beside_a_slope() {
    let mut random = Random::new(4);
    let frame: Vec<f32> =
        (0..300 * 200).map(|k| to_f32((k % 200) as f64 * 0.01 + 0.07 * random.normal())).collect();
    let level = noise_level(&frame, 200);
    assert!((level / 0.07 - 1.0).abs() < 0.03, "{level}");
    assert_eq!(noise_level(&frame[..400], 200), 0.0);
}
