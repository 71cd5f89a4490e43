//! Points in groups about their means. Knows no meaning of the points.

/// Rounds at most; groups settle in a few dozen.
const ROUNDS: usize = 300;

/// The means of `groups` groups of weighted points, so that each point is nearest to the mean of
/// its group; in the order of their first coordinate.
///
/// `points`: coordinates and weight. The first mean is the point nearest to the mean of all, each
/// further one the point of the largest weighted square distance from those chosen, so nothing is
/// left to chance. A group that has lost its points stays where it was. Fewer groups come back
/// where fewer points differ.
/// Source: Lloyd 1982, doi:10.1109/TIT.1982.1056489; the start after Gonzalez 1985,
/// doi:10.1016/0304-3975(85)90224-5.
#[must_use]
pub fn k_means<const D: usize>(points: &[([f64; D], f64)], groups: usize) -> Vec<[f64; D]> {
    let Some(mut means) = start(points, groups) else {
        return Vec::new();
    };
    for _ in 0..ROUNDS {
        let mut sums = vec![([0.0; D], 0.0); means.len()];
        for (point, weight) in points {
            let (sum, total) = &mut sums[nearest(&means, point).0];
            sum.iter_mut().zip(point).for_each(|(sum, value)| *sum += weight * value);
            *total += weight;
        }
        let before = means.clone();
        for (mean, (sum, total)) in means.iter_mut().zip(sums).filter(|it| it.1.1 > 0.0) {
            *mean = sum.map(|value| value / total);
        }
        if before == means {
            break;
        }
    }
    means.sort_by(|a, b| a[0].total_cmp(&b[0]));
    means
}

/// The nearest mean, and its square distance; the first of equals.
#[must_use]
pub fn nearest<const D: usize>(means: &[[f64; D]], point: &[f64; D]) -> (usize, f64) {
    let square =
        |mean: &[f64; D]| mean.iter().zip(point).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let all = means.iter().map(square).enumerate();
    all.fold((0, f64::INFINITY), |best, it| if it.1 < best.1 { it } else { best })
}

/// Means to start from; `None` where there are no points or no groups.
fn start<const D: usize>(points: &[([f64; D], f64)], groups: usize) -> Option<Vec<[f64; D]>> {
    let total: f64 = points.iter().map(|point| point.1).sum();
    let mean: [f64; D] = std::array::from_fn(|axis| {
        points.iter().map(|(point, weight)| point[axis] * weight).sum::<f64>() / total
    });
    let plain: Vec<[f64; D]> = points.iter().map(|point| point.0).collect();
    let first = plain.get(nearest(&plain, &mean).0).filter(|_| groups > 0)?;
    let mut means = vec![*first];
    while means.len() < groups {
        let far = points.iter().map(|(point, weight)| (weight * nearest(&means, point).1, point));
        let (square, farthest) = far.fold((0.0, first), |a, b| if b.0 > a.0 { b } else { a });
        if square <= 0.0 {
            break;
        }
        means.push(*farthest);
    }
    Some(means)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Random, threshold::multi_otsu};

    #[test]
    fn groups_in_a_plane_are_found_about_their_middles() {
        let mut random = Random::new(2);
        let middles = [[0.0, 0.0], [1.0, 8.0], [9.0, 3.0]];
        let near = |k: usize| middles[k % 3].map(|it| it + 0.3 * random.normal());
        let points: Vec<([f64; 2], f64)> = (0..600).map(near).map(|point| (point, 1.0)).collect();
        let found = k_means(&points, 3);
        for (found, middle) in found.iter().zip(middles) {
            assert!((0..2).all(|axis| (found[axis] - middle[axis]).abs() < 0.1), "{found:?}");
        }
    }

    /// In one dimension the best groups are those of the thresholds of least variance within.
    #[test]
    fn groups_on_a_line_are_those_of_the_thresholds() {
        let counts: Vec<u64> = (0..90u64)
            .map(|k| [15, 45, 75].map(|m: u64| 100u64.saturating_sub(k.abs_diff(m).pow(2))))
            .map(|hills| hills.iter().sum())
            .collect();
        let points: Vec<([f64; 1], f64)> =
            counts.iter().enumerate().map(|(k, count)| ([k as f64], *count as f64)).collect();
        let means = k_means(&points, 3);
        let edges: Vec<usize> = means
            .windows(2)
            .map(|pair| crate::cast::to_index(0.5 * (pair[0][0] + pair[1][0])))
            .collect();
        let levels = multi_otsu(&counts, 3).unwrap();
        // Between the hills are empty levels, any of which parts them.
        assert!(edges.iter().zip(levels).all(|(a, b)| a.abs_diff(b) < 10), "{edges:?}");
        assert!(means.iter().zip([15.0, 45.0, 75.0]).all(|(a, b)| (a[0] - b).abs() < 1e-9));
    }

    #[test]
    fn fewer_points_than_groups_and_none_are_answered() {
        assert_eq!(k_means(&[([1.0], 1.0), ([1.0], 2.0)], 3), [[1.0]]);
        assert_eq!(k_means::<2>(&[], 3), [[0.0; 2]; 0]);
        assert_eq!(k_means(&[([1.0], 1.0)], 0), [[0.0; 1]; 0]);
    }
}
