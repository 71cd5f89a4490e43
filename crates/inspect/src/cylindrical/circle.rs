//! The can's circle in one picture. Knows no height and no part of a cell.

use ndarray::{Array2, ArrayView2};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_numeric::eigen::solve_symmetric;
use voltomo_numeric::threshold::otsu;

use crate::round::{harmonics, median};

/// Directions in which the edge is looked for.
const ANGLES: usize = 360;
/// The coarse picture is at most so many pixels wide.
const COARSE: usize = 256;

/// A circle, in pixels of its picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Circle {
    /// `[y, x]`.
    pub(super) centre: [f64; 2],
    /// Its radius: where the value is half-way between outside and wall.
    pub(super) radius: f64,
    /// Standard deviation of each coordinate of the centre.
    pub(super) sigma: f64,
    /// Robust standard deviation of the edge about the circle.
    pub(super) scatter: f64,
    /// Share of the directions in which the edge was found near the circle.
    pub(super) covered: f64,
    /// Share of the circle that lies outside the picture.
    pub(super) outside: f64,
    /// Value half-way between outside and wall.
    pub(super) level: f64,
}

impl Circle {
    /// Whether it is a circle that a can may leave, rather than the best through anything.
    #[must_use]
    pub(super) fn is_round(&self) -> bool {
        self.covered > 0.6 && self.scatter < 0.02 * self.radius + 0.5 && self.radius > 8.0
    }
}

/// The outermost circle of a picture that is darker outside; `None` where nothing like it is seen.
#[must_use]
pub(super) fn find_circle(picture: ArrayView2<'_, f32>) -> Option<Circle> {
    let (rows, columns) = picture.dim();
    let factor = rows.max(columns).div_ceil(COARSE).max(1);
    if rows < 16 || columns < 16 {
        return None;
    }
    let coarse = block_mean(picture, factor);
    let threshold = otsu(coarse.iter().copied())?;
    let (centre, radius) = coarse_circle(&coarse, threshold)?;
    let scale = factor as f64;
    let shift = 0.5 * (scale - 1.0);
    let start = (centre.map(|it| it * scale + shift), radius * scale);
    fine_circle(picture, start, scale)
}

fn block_mean(picture: ArrayView2<'_, f32>, factor: usize) -> Array2<f32> {
    if factor == 1 {
        return picture.to_owned();
    }
    let (rows, columns) = picture.dim();
    let scale = (factor * factor) as f32;
    Array2::from_shape_fn((rows / factor, columns / factor), |(i, j)| {
        let (y, x) = (i * factor, j * factor);
        picture.slice(ndarray::s![y..y + factor, x..x + factor]).sum() / scale
    })
}

/// Value at a place, linear between pixels; NaN outside.
fn at(picture: &ArrayView2<'_, f32>, [y, x]: [f64; 2]) -> f64 {
    let (rows, columns) = picture.dim();
    if !(y >= 0.0 && x >= 0.0 && y <= (rows - 1) as f64 && x <= (columns - 1) as f64) {
        return f64::NAN;
    }
    let (i, j) = (to_index(y).min(rows - 2), to_index(x).min(columns - 2));
    let (v, u) = (to_f32(y - i as f64), to_f32(x - j as f64));
    let line = |i: usize| picture[[i, j]] + u * (picture[[i, j + 1]] - picture[[i, j]]);
    f64::from(line(i) + v * (line(i + 1) - line(i)))
}

/// Outermost place along a ray where the value rises above a level and stays so for two samples;
/// from `far` inwards to `near`, in steps.
fn outermost(
    value: impl Fn(f64) -> f64,
    [near, far]: [f64; 2],
    step: f64,
    level: f64,
) -> Option<f64> {
    let mut before = f64::NAN;
    let mut radius = far;
    while radius >= near {
        let here = value(radius);
        if here > level && value(radius - step) > level {
            // Above the level at the border of the picture: the edge lies outside.
            return (before <= level)
                .then(|| radius + step * (here - level) / (here - before).max(1e-30));
        }
        before = here;
        radius -= step;
    }
    None
}

fn directions() -> impl Iterator<Item = (f64, [f64; 2])> {
    (0..ANGLES).map(|k| {
        let angle = std::f64::consts::TAU * k as f64 / ANGLES as f64;
        (angle, [angle.sin(), angle.cos()])
    })
}

fn coarse_circle(coarse: &Array2<f32>, threshold: f32) -> Option<([f64; 2], f64)> {
    let level = f64::from(threshold);
    let mask = || coarse.indexed_iter().filter(|(_, value)| **value > threshold);
    let share = mask().count() as f64 / coarse.len() as f64;
    if !(0.002..0.97).contains(&share) {
        return None;
    }
    let mut centre = [
        median(mask().map(|((i, _), _)| i as f64).collect())?,
        median(mask().map(|((_, j), _)| j as f64).collect())?,
    ];
    let reach = (coarse.nrows() as f64).hypot(coarse.ncols() as f64);
    let view = coarse.view();
    let mut radius = 0.0;
    for _ in 0..4 {
        let edge: Vec<[f64; 2]> = directions()
            .filter_map(|(_, [sin, cos])| {
                let place = |r: f64| [centre[0] + r * sin, centre[1] + r * cos];
                let found = outermost(|r| at(&view, place(r)), [2.0, reach], 0.5, level)?;
                Some(place(found))
            })
            .collect();
        (centre, radius) = circle_through(&edge)?;
    }
    (radius > 3.0).then_some((centre, radius))
}

/// The circle through most points `[y, x]`: Kåsa's linear fit with Tukey's biweight.
///
/// Source: Kåsa 1976, doi:10.1109/TIM.1976.6312298.
fn circle_through(points: &[[f64; 2]]) -> Option<([f64; 2], f64)> {
    if points.len() < 24 {
        return None;
    }
    let middle = [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / points.len() as f64);
    let mut weights = vec![1.0; points.len()];
    let mut found = (middle, 0.0);
    for _ in 0..10 {
        let (mut matrix, mut right) = ([0.0; 9], [0.0; 3]);
        for (point, weight) in points.iter().zip(&weights) {
            let [y, x] = [point[0] - middle[0], point[1] - middle[1]];
            let (base, value) = ([y, x, 1.0], y * y + x * x);
            for i in 0..3 {
                right[i] += weight * base[i] * value;
                (0..3).for_each(|j| matrix[3 * i + j] += weight * base[i] * base[j]);
            }
        }
        let [a, b, c] = solve_symmetric(&matrix, &right).try_into().ok()?;
        let square: f64 = c + 0.25 * (a * a + b * b);
        if !(square.is_finite() && square > 0.0) {
            return None;
        }
        found = ([middle[0] + 0.5 * a, middle[1] + 0.5 * b], square.sqrt());
        let ([y, x], radius) = found;
        let misses: Vec<f64> = points.iter().map(|p| (p[0] - y).hypot(p[1] - x) - radius).collect();
        let sigma = 1.4826 * median(misses.iter().map(|it| it.abs()).collect())?;
        let reach = (4.685 * sigma).max(0.5);
        weights = misses.iter().map(|it| (1.0 - (it / reach).powi(2)).max(0.0).powi(2)).collect();
    }
    Some(found)
}

/// The edge of the coarse circle at the picture's own resolution.
fn fine_circle(
    picture: ArrayView2<'_, f32>,
    (mut centre, mut radius): ([f64; 2], f64),
    scale: f64,
) -> Option<Circle> {
    let play = (3.0 * scale).max(0.04 * radius);
    let mut found = None;
    for _ in 0..3 {
        let place = |r: f64, [sin, cos]: [f64; 2]| [centre[0] + r * sin, centre[1] + r * cos];
        let value = |r: f64, to: [f64; 2]| at(&picture, place(r, to));
        let inside = |to: [f64; 2]| {
            let [y, x] = place(radius, to);
            y >= 0.0 && x >= 0.0 && y < picture.nrows() as f64 && x < picture.ncols() as f64
        };
        let outside = directions().filter(|(_, to)| !inside(*to)).count() as f64 / ANGLES as f64;
        let air =
            directions().flat_map(|(_, to)| [1.2, 1.6, 2.0].map(|k| value(radius + k * play, to)));
        let air = median(air.collect())?;
        let peak = directions().map(|(_, to)| peak(|r| value(r, to), radius, play));
        let level = air + 0.5 * (median(peak.collect())? - air);
        let ends = [radius - play, radius + 2.0 * play];
        let edge: Vec<(f64, f64)> = directions()
            .filter_map(|(angle, to)| Some((angle, outermost(|r| value(r, to), ends, 0.5, level)?)))
            .collect();
        let fit = harmonics(&edge, 2)?;
        let covered = fit.kept * edge.len() as f64 / ANGLES as f64;
        // Angles run from x towards y: the cosine is a shift along x.
        let shift = [fit.terms[2], fit.terms[1]];
        centre = [centre[0] + shift[0], centre[1] + shift[1]];
        radius = fit.terms[0];
        let sigma = fit.sigmas[1].max(fit.sigmas[2]);
        found =
            Some(Circle { centre, radius, sigma, scatter: fit.scatter, covered, outside, level });
    }
    found
}

/// Highest value of three neighbours' mean near a radius.
fn peak(value: impl Fn(f64) -> f64, radius: f64, play: f64) -> f64 {
    let steps = to_index(2.0 * play);
    let values: Vec<f64> = (0..=steps).map(|k| value(radius - play + k as f64)).collect();
    let means = values.windows(3).map(|three| three.iter().sum::<f64>() / 3.0);
    means.fold(f64::NAN, f64::max)
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::random::Random;

    use super::*;

    /// A ring of value 10 and a disc of value 1 in it, edges blurred over a pixel, with noise.
    fn can(centre: [f64; 2], radius: f64, noise: f64) -> Array2<f32> {
        let mut chance = Random::new(3);
        Array2::from_shape_fn((300, 320), |(y, x)| {
            let r = (y as f64 - centre[0]).hypot(x as f64 - centre[1]);
            let inside = |edge: f64| (edge - r + 0.5).clamp(0.0, 1.0);
            let value = 10.0 * inside(radius) - 9.0 * inside(radius - 6.0);
            to_f32(value + noise * chance.normal())
        })
    }

    #[test]
    fn a_can_is_found_to_a_hundredth_of_a_pixel() {
        let found = find_circle(can([151.3, 148.8], 120.4, 0.3).view()).unwrap();
        assert!(found.is_round(), "{found:?}");
        assert!((found.radius - 120.4).abs() < 0.03, "{found:?}");
        assert!((found.centre[0] - 151.3).hypot(found.centre[1] - 148.8) < 0.02, "{found:?}");
        assert_eq!(found.outside, 0.0);
    }

    #[test]
    fn half_a_can_is_no_whole_circle() {
        let half = can([10.0, 160.0], 120.4, 0.1);
        let found = find_circle(half.view()).unwrap();
        assert!(found.outside > 0.3 && !found.is_round(), "{found:?}");
        assert!((found.radius - 120.4).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn noise_holds_no_circle() {
        let mut chance = Random::new(5);
        let noise = Array2::from_shape_fn((200, 200), |_| to_f32(chance.normal()));
        assert!(!find_circle(noise.view()).is_some_and(|circle| circle.is_round()));
        assert_eq!(find_circle(Array2::zeros((200, 200)).view()), None);
        assert_eq!(find_circle(Array2::zeros((1, 1)).view()), None);
    }
}
