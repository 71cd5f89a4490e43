//! The thresholds against scikit-image, closed forms, and what a threshold cannot depend on.

use super::*;
use GlobalThreshold::*;

/// Three histograms of whole numbers that another program can make, too.
fn counts(kind: char) -> Vec<u64> {
    let hill = |height: i64, middle: i64, level: i64| (height - (level - middle).pow(2)).max(0);
    let two = |k: i64| 3 + k * 7919 % 11 + hill(1200, 70, k) + 2 * hill(1000, 180, k);
    let count = |k: i64| match kind {
        'a' => two(k),
        'b' => 1 + k * 31 % 7 + 60_000 / ((k - 20).pow(2) + 40),
        _ => two(k) + hill(700, 120, k),
    };
    (0..256).map(|k| u64::try_from(count(k)).unwrap()).collect()
}

/// Values of scikit-image 0.26.0 (BSD), `skimage.filters.threshold_…` of a picture of 8 bits with
/// the same counts: `np.repeat(np.arange(256, dtype=np.uint8), counts)`. The second has one mode,
/// and what it finds as the minimum is a ripple of the tail: left out.
#[test]
fn thresholds_are_those_of_scikit_image() {
    let methods = [Otsu, IsoData, Li, Yen, Triangle, Minimum, Mean];
    let expected = [
        ('a', [124.0, 124.0, 116.357, 211.0, 148.0, 125.0, 136.241]),
        ('b', [90.0, 89.0, 57.059, 86.0, 47.0, f64::NAN, 28.746]),
        ('c', [128.0, 128.0, 118.698, 211.0, 148.0, 140.0, 133.832]),
    ];
    for (kind, expected) in expected {
        for (method, expected) in methods.into_iter().zip(expected).filter(|it| !it.1.is_nan()) {
            let found = method.level(&counts(kind)).unwrap();
            assert_eq!(found, crate::cast::to_index(expected), "{kind} {method:?}");
        }
    }
}

/// As above, `threshold_multiotsu`; but for one level of the first, where its 32-bit sums fall one
/// beside the best (119, found by trying all pairs in whole numbers).
#[test]
fn thresholds_of_more_classes_are_those_of_scikit_image() {
    let expected = [
        ('a', vec![119, 180], vec![69, 125, 180]),
        ('b', vec![47, 130], vec![30, 74, 154]),
        ('c', vec![91, 148], vec![90, 140, 179]),
    ];
    for (kind, three, four) in expected {
        assert_eq!(multi_otsu(&counts(kind), 3), Some(three));
        assert_eq!(multi_otsu(&counts(kind), 4), Some(four));
    }
    assert_eq!(multi_otsu(&[0, 4, 0, 1], 3), None);
    assert_eq!(multi_otsu(&[2, 4, 0, 1], 3), Some(vec![0, 1]));
}

/// A histogram that is its own mirror picture is parted in its middle by whatever treats both
/// sides alike.
#[test]
fn an_even_histogram_is_parted_in_the_middle() {
    let half = |k: usize| 5 + (400u64).saturating_sub((k as u64).abs_diff(30).pow(2));
    let even: Vec<u64> = (0..128).map(|k: usize| half(k.min(127 - k))).collect();
    for method in
        [Huang, MaxEntropy, Shanbhag, Percentile, Moments, MinError, RenyiEntropy, Default]
    {
        let level = method.level(&even).unwrap();
        assert!((62..=64).contains(&level), "{method:?} {level}");
    }
    assert_eq!(Intermodes.level(&even), Some(63));
}

#[test]
fn moments_of_two_levels_are_kept_by_these() {
    let mut spikes = vec![0; 100];
    (spikes[10], spikes[90]) = (300, 700);
    let level = Moments.level(&spikes).unwrap();
    assert!((10..90).contains(&level), "{level}");
}

/// Two normal distributions of equal share and width cross half-way; unequal widths move the
/// crossing towards the narrower: solved here by trying all levels of the densities themselves.
#[test]
fn the_least_error_lies_where_the_densities_cross() {
    let density =
        |k: f64, mean: f64, width: f64| (-0.5 * ((k - mean) / width).powi(2)).exp() / width;
    let both = |k: f64| (density(k, 60.0, 6.0), density(k, 150.0, 25.0));
    let normal: Vec<u64> = (0..256)
        .map(|k| crate::cast::to_index(1e6 * (both(f64::from(k)).0 + both(f64::from(k)).1)) as u64)
        .collect();
    let crossing = (61..150).find(|k| both(f64::from(*k)).1 > both(f64::from(*k)).0).unwrap();
    let level = i32::try_from(MinError.level(&normal).unwrap()).unwrap();
    assert!((level - crossing).abs() <= 2, "{level} {crossing}");
}

#[test]
fn no_method_looks_at_empty_levels_at_the_ends() {
    let wide: Vec<u64> = [vec![0; 40], counts('a'), vec![0; 25]].concat();
    for method in GlobalThreshold::ALL {
        let moved = method.level(&counts('a')).map(|level| level + 40);
        assert_eq!(method.level(&wide), moved, "{method:?}");
    }
}

#[test]
fn every_method_parts_two_levels_and_none_parts_one() {
    for method in GlobalThreshold::ALL {
        assert_eq!(method.level(&[0, 0, 7, 0]), None, "{method:?}");
        assert_eq!(method.level(&[]), None, "{method:?}");
        if let Some(level) = method.level(&[0, 7, 9, 0]) {
            assert_eq!(level, 1, "{method:?}");
        }
    }
}

#[test]
fn a_method_that_finds_no_second_mode_says_so() {
    let hill: Vec<u64> = (0..50u64).map(|k| 900 - k.abs_diff(25).pow(2)).collect();
    assert_eq!(Minimum.level(&hill), None);
    assert_eq!(Intermodes.level(&hill), None);
}

#[test]
fn two_peaks_are_parted_between_them() {
    let values = (0..100).map(|k| if k < 70 { 1.0 } else { 3.0 } + 0.002 * k as f32);
    let found = otsu(values).unwrap();
    assert!((1.2..3.0).contains(&found), "{found}");
}

#[test]
fn the_largest_difference_is_found_as_by_trying_all() {
    let values: Vec<f32> = (0..500u32).map(|k| ((k * k * 7919) % 1009) as f32 / 100.0).collect();
    let between = |at: f32| {
        let (below, above): (Vec<f32>, Vec<f32>) = values.iter().partition(|it| **it < at);
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len().max(1) as f32;
        below.len() as f32 * above.len() as f32 * (mean(&below) - mean(&above)).powi(2)
    };
    let best = values.iter().map(|at| between(*at)).fold(0.0, f32::max);
    let found = between(otsu(values.iter().copied()).unwrap());
    assert!(found > 0.999 * best, "{found} of {best}");
}

#[test]
fn even_or_empty_values_have_no_threshold() {
    assert_eq!(otsu([2.0, 2.0].into_iter()), None);
    assert_eq!(otsu([f32::NAN].into_iter()), None);
}
