//! Values that part a distribution in two. Knows no pictures.

/// Levels that the distribution is cut into.
const LEVELS: usize = 256;

/// The value that parts the finite values into two classes of the largest difference, weighted by
/// their sizes; `None` where fewer than two values differ.
///
/// The distribution is cut into 256 levels from its least to its largest value.
/// Source: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
#[must_use]
pub fn otsu(values: impl Iterator<Item = f32> + Clone) -> Option<f32> {
    let finite = values.filter(|value| value.is_finite());
    let start = (f32::INFINITY, f32::NEG_INFINITY);
    let (low, high) = finite.clone().fold(start, |(low, high), it| (low.min(it), high.max(it)));
    // Nothing finite leaves them at infinity, the wrong way round.
    if low >= high {
        return None;
    }
    let scale = LEVELS as f32 / (high - low);
    let mut counts = [0u64; LEVELS];
    for value in finite {
        let level = crate::cast::to_index(f64::from((value - low) * scale));
        counts[level.min(LEVELS - 1)] += 1;
    }
    let moment = |(level, count): (usize, &u64)| level as f64 * *count as f64;
    let total: u64 = counts.iter().sum();
    let all: f64 = counts.iter().enumerate().map(moment).sum();
    let (mut below, mut sum) = (0u64, 0.0);
    let (mut best, mut largest, mut ties) = (0usize, 0.0, 0usize);
    for (level, count) in counts.iter().enumerate() {
        below += count;
        sum += moment((level, count));
        let (a, b) = (below as f64, (total - below) as f64);
        if below == 0 || below == total {
            continue;
        }
        let between = a * b * (sum / a - (all - sum) / b).powi(2);
        if between > largest {
            (best, largest, ties) = (level, between, 0);
        } else if between == largest {
            ties += 1;
        }
    }
    // Empty levels between two classes part them equally well: their middle is taken.
    let level = best as f64 + 0.5 * ties as f64 + 1.0;
    Some(low + crate::cast::to_f32(level) / scale)
}

#[cfg(test)]
mod tests {
    use super::otsu;

    #[test]
    fn two_peaks_are_parted_between_them() {
        let values = (0..100).map(|k| if k < 70 { 1.0 } else { 3.0 } + 0.002 * k as f32);
        let found = otsu(values).unwrap();
        assert!((1.2..3.0).contains(&found), "{found}");
    }

    #[test]
    fn the_largest_difference_is_found_as_by_trying_all() {
        let values: Vec<f32> =
            (0..500u32).map(|k| ((k * k * 7919) % 1009) as f32 / 100.0).collect();
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
}
