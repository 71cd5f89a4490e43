//! Straight lines and parabolas through points. Knows no physics.

/// A straight line `value(x) = value + slope·x` with its uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Value at x = 0.
    pub value: f64,
    /// Slope.
    pub slope: f64,
    /// Standard deviation of the value at x = 0.
    pub value_sigma: f64,
    /// Standard deviation of the slope.
    pub slope_sigma: f64,
    /// Root-mean-square distance of the kept points from the line.
    pub residual: f64,
    /// Which points were kept.
    pub kept: Vec<bool>,
}

impl Line {
    /// The line's value at `x`.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.value + self.slope * x
    }
}

/// One measured point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where.
    pub x: f64,
    /// What was measured there.
    pub value: f64,
    /// Its standard deviation; the weight is 1/sigma².
    pub sigma: f64,
}

/// A straight line through most of the points, or (with `slope` given) one of that slope.
///
/// Starts from the weighted median of the slopes between points, then weighted least squares;
/// points further than `reach` robust standard deviations (1.4826 times the median distance, in
/// units of their own sigma, and at least 0.7) are dropped, and the fit repeated until none changes. The
/// uncertainties come from the scatter about the line where 6 points or more are kept, and never
/// fall below what the points' own sigmas give; with fewer points from those sigmas.
/// Points with a sigma that is not above 0, or a value that is no number, are left out.
/// Returns `None` for fewer than 1 usable point (2 where the slope is to be found).
/// Source: Theil 1950; Rousseeuw & Leroy 1987, chapter 2.
#[must_use]
pub fn robust_line(points: &[Point], slope: Option<f64>, reach: f64) -> Option<Line> {
    let mut kept: Vec<bool> = points.iter().map(is_usable).collect();
    let count = kept.iter().filter(|kept| **kept).count();
    if count < if slope.is_some() { 1 } else { 2 } {
        return None;
    }
    let mut line = median_line(points, &kept, slope)?;
    for _ in 0..20 {
        let next = within_reach(points, &kept, &line, reach);
        line = weighted_line(points, &next, slope)?;
        if next == kept {
            break;
        }
        kept = next;
    }
    line.kept = kept;
    Some(line)
}

fn is_usable(point: &Point) -> bool {
    point.value.is_finite() && point.sigma.is_finite() && point.sigma > 0.0
}

fn median_line(points: &[Point], kept: &[bool], slope: Option<f64>) -> Option<Line> {
    let usable: Vec<&Point> =
        points.iter().zip(kept).filter(|(_, k)| **k).map(|(p, _)| p).collect();
    let slope = match slope {
        Some(slope) => slope,
        None => weighted_median(slopes(&usable))?,
    };
    let heights = usable.iter().map(|p| (p.value - slope * p.x, p.sigma.powi(-2)));
    let value = weighted_median(heights.collect())?;
    let kept = kept.to_vec();
    Some(Line { value, slope, value_sigma: 0.0, slope_sigma: 0.0, residual: 0.0, kept })
}

/// Slopes between all pairs of points, each with the weight 1/variance.
fn slopes(points: &[&Point]) -> Vec<(f64, f64)> {
    let pairs =
        points.iter().enumerate().flat_map(|(i, a)| points[..i].iter().map(move |b| (a, b)));
    pairs
        .filter(|(a, b)| a.x != b.x)
        .map(|(a, b)| {
            let width = a.x - b.x;
            let variance = a.sigma * a.sigma + b.sigma * b.sigma;
            ((a.value - b.value) / width, width * width / variance)
        })
        .collect()
}

fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f64 = values.iter().map(|value| value.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    values
        .into_iter()
        .find(|(_, weight)| {
            sum += weight;
            sum >= half
        })
        .map(|(value, _)| value)
}

fn within_reach(points: &[Point], kept: &[bool], line: &Line, reach: f64) -> Vec<bool> {
    let distance = |p: &Point| ((p.value - line.at(p.x)) / p.sigma).abs();
    let mut distances: Vec<f64> =
        points.iter().zip(kept).filter(|(_, k)| **k).map(|(p, _)| distance(p)).collect();
    distances.sort_by(f64::total_cmp);
    let median = distances.get(distances.len() / 2).copied().unwrap_or(0.0);
    let limit = reach * (1.4826 * median).max(0.7);
    points.iter().map(|p| is_usable(p) && distance(p) <= limit).collect()
}

fn weighted_line(points: &[Point], kept: &[bool], slope: Option<f64>) -> Option<Line> {
    let used: Vec<&Point> = points.iter().zip(kept).filter(|(_, k)| **k).map(|(p, _)| p).collect();
    let weight = |p: &Point| p.sigma.powi(-2);
    let all: f64 = used.iter().map(|p| weight(p)).sum();
    let mean =
        |of: &dyn Fn(&Point) -> f64| used.iter().map(|p| weight(p) * of(p)).sum::<f64>() / all;
    let (mean_x, mean_value) = (mean(&|p| p.x), mean(&|p| p.value));
    let spread: f64 = used.iter().map(|p| weight(p) * (p.x - mean_x).powi(2)).sum();
    let product: f64 =
        used.iter().map(|p| weight(p) * (p.x - mean_x) * (p.value - mean_value)).sum();
    let free = slope.is_none();
    let slope = slope.unwrap_or(product / spread);
    let value = mean_value - slope * mean_x;
    let misfit: f64 =
        used.iter().map(|p| weight(p) * (p.value - value - slope * p.x).powi(2)).sum();
    let scale = scatter(misfit, used.len(), if free { 2 } else { 1 });
    let slope_variance = if free { scale / spread } else { 0.0 };
    let square = |p: &&Point| (p.value - value - slope * p.x).powi(2);
    let residual = (used.iter().map(square).sum::<f64>() / used.len() as f64).sqrt();
    let usable = value.is_finite() && slope.is_finite();
    usable.then(|| Line {
        value,
        slope,
        value_sigma: (scale / all + slope_variance * mean_x * mean_x).sqrt(),
        slope_sigma: slope_variance.sqrt(),
        residual,
        kept: kept.to_vec(),
    })
}

/// Factor from the points' own variances to those that their scatter shows: the variance of
/// Student's distribution, since the scatter of few points is itself uncertain.
fn scatter(misfit: f64, points: usize, parameters: usize) -> f64 {
    if points < 6 {
        return 1.0;
    }
    (misfit / (points - parameters - 2) as f64).max(1.0)
}

/// Offset of a parabola's lowest point from the middle of three equally spaced values, in steps
/// (−1 to 1); 0 where they are not convex.
#[must_use]
pub fn parabola_minimum([before, middle, after]: [f64; 3]) -> f64 {
    let bend = before - 2.0 * middle + after;
    if bend > 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f64, value: f64) -> Point {
        Point { x, value, sigma: 0.1 }
    }

    #[test]
    fn robust_line_ignores_a_third_of_wild_points() {
        let mut points: Vec<Point> = (0..20)
            .map(|k| f64::from(k) - 4.0)
            .map(|x| point(x, 3.0 - 0.25 * x + 0.01 * (7.0 * x).sin()))
            .collect();
        for wild in [0, 3, 7, 11, 12, 19] {
            points[wild].value += 5.0 + wild as f64;
        }
        let line = robust_line(&points, None, 4.0).unwrap();
        assert!((line.value - 3.0).abs() < 0.01 && (line.slope + 0.25).abs() < 0.002, "{line:?}");
        assert_eq!(line.kept.iter().filter(|kept| **kept).count(), 14);
    }

    #[test]
    fn robust_line_keeps_a_given_slope_and_needs_one_point_for_it() {
        let line = robust_line(&[point(2.0, 5.0)], Some(0.5), 4.0).unwrap();
        assert_eq!((line.value, line.slope), (4.0, 0.5));
        assert!((line.value_sigma - 0.1).abs() < 1e-12);
        assert_eq!(robust_line(&[point(2.0, 5.0)], None, 4.0), None);
        assert_eq!(robust_line(&[point(2.0, f64::NAN)], Some(0.0), 4.0), None);
    }

    /// 400 lines of 12 points with known noise: the stated sigma is the scatter of the slopes,
    /// widened by √(10/8) for 10 degrees of freedom.
    #[test]
    fn robust_line_states_the_uncertainty_that_it_has() {
        let mut state = 1_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let (mut squares, mut stated) = (0.0, 0.0);
        for _ in 0..400 {
            let mut noise = || (0..12).map(|_| uniform()).sum::<f64>() * 0.5;
            let points: Vec<Point> = (0..12).map(|k| point(f64::from(k) - 5.0, noise())).collect();
            let line = robust_line(&points, None, 4.0).unwrap();
            squares += line.slope.powi(2);
            stated += line.slope_sigma.powi(2);
        }
        let ratio = (stated / squares).sqrt();
        assert!((1.0..1.25).contains(&ratio), "{ratio}");
    }

    #[test]
    fn parabola_minimum_finds_the_lowest_point() {
        let at = |x: f64| 2.0 * (x - 0.3).powi(2) + 1.0;
        assert!((parabola_minimum([at(-1.0), at(0.0), at(1.0)]) - 0.3).abs() < 1e-12);
        assert_eq!(parabola_minimum([0.0, 1.0, 0.0]), 0.0);
    }
}
