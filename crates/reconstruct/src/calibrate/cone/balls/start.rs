//! A first geometry from the orbits of several balls, in closed form. Knows no pixels' noise.
//!
//! With the images A, B and Z of the directions across and along the beam and up the axis (the
//! source being 1 before the axis), a ball at (x, y, z) has the orbit `cosine = x·A + y·B`,
//! `sine = x·B − y·A`, `constant = B + z·Z`. So `A + iB = μ·(cosine + i·sine)` for some complex μ of
//! each ball; B is where the line through all constants (the axis) meets the lines through cosine
//! and sine (the source's plane).

use super::{BallError, orbit::Orbit};

/// The balls must differ in height by this part of the frame's rows.
const HEIGHT: f64 = 0.05;
/// Orbits narrower than this, in pixels, tell no distance.
const NARROW: f64 = 4.0;

/// The geometry as the orbits have it, in pixels and in distances from source to axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Start {
    /// Source to detector, pixels.
    pub(super) distance: f64,
    /// Detector `[row, column]` of the central ray.
    pub(super) centre: [f64; 2],
    pub(super) roll: f64,
    /// `[z, y, x]` of the balls at the angle 0.
    pub(super) balls: Vec<[f64; 3]>,
}

/// The first geometry. `rows`: of the detector.
pub(super) fn start(orbits: &[Orbit], rows: f64) -> Result<Start, BallError> {
    let heights: Vec<f64> = orbits.iter().map(|orbit| orbit.constant[1]).collect();
    let low = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let height_px = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low;
    let needed_px = HEIGHT * rows;
    if height_px < needed_px {
        let balls = orbits.len();
        return Err(BallError::OneHeight { balls, height_px, needed_px });
    }
    // The axis: column = first + slope·row.
    let axis = line(orbits.iter().map(|orbit| (orbit.constant[1], orbit.constant[0], 1.0)));
    let (row, _) = horizon(orbits, axis).ok_or(BallError::NoFit { balls: orbits.len() })?;
    let centre = [row, axis.0 + axis.1 * row];
    let turned: Vec<(f64, [f64; 2])> =
        orbits.iter().filter_map(|orbit| distance(orbit, centre)).collect();
    let mut distances: Vec<f64> = turned.iter().map(|(distance, _)| *distance).collect();
    distances.sort_by(f64::total_cmp);
    let &distance_px =
        distances.get(distances.len() / 2).ok_or(BallError::NoFit { balls: orbits.len() })?;
    if distance_px <= 0.0 {
        return Err(BallError::Reversed { distance_px });
    }
    let balls = orbits.iter().map(|orbit| {
        let [y, x] = distance(orbit, centre).map_or([0.0; 2], |(_, place)| place);
        let up = (orbit.constant[1] - row).hypot(orbit.constant[0] - centre[1]);
        [up.copysign(orbit.constant[1] - row) / distance_px, y, x]
    });
    Ok(Start { distance: distance_px, centre, roll: axis.1.atan(), balls: balls.collect() })
}

/// `value = first + slope·x` by weighted least squares of `(x, value, weight)`.
fn line(points: impl Iterator<Item = (f64, f64, f64)> + Clone) -> (f64, f64) {
    let sum = |of: &dyn Fn((f64, f64, f64)) -> f64| points.clone().map(of).sum::<f64>();
    let all = sum(&|(_, _, w)| w);
    let (x, value) = (sum(&|(x, _, w)| w * x) / all, sum(&|(_, v, w)| w * v) / all);
    let spread = sum(&|(at, _, w)| w * (at - x).powi(2));
    let slope = sum(&|(at, v, w)| w * (at - x) * (v - value)) / spread.max(f64::MIN_POSITIVE);
    (value - slope * x, slope)
}

/// Row at which the source's plane meets the axis `column = first + slope·row`, and the weight of
/// what the orbits say.
fn horizon(orbits: &[Orbit], (first, slope): (f64, f64)) -> Option<(f64, f64)> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for orbit in orbits {
        let (c, s) = (orbit.cosine, orbit.sine);
        let plane =
            [c[1] * s[2] - c[2] * s[1], c[2] * s[0] - c[0] * s[2], c[0] * s[1] - c[1] * s[0]];
        // plane · [first + slope·row, row, 1] = 0
        let (by_row, rest) = (plane[0] * slope + plane[1], plane[0] * first + plane[2]);
        // The orbit's width times its change of scale: what the plane is known by.
        let weight = by_row * by_row;
        let row = -rest / by_row;
        if row.is_finite() {
            sum += weight * row;
            weights += weight;
        }
    }
    (weights > 0.0).then(|| (sum / weights, weights))
}

/// Distance of the detector as one orbit has it, and the ball's `[y, x]`.
fn distance(orbit: &Orbit, [row, column]: [f64; 2]) -> Option<(f64, [f64; 2])> {
    let (c, s) = (orbit.cosine, orbit.sine);
    // As directions at the central pixel: B is then [0, 0, 1].
    let at = |v: [f64; 3]| [v[0] - v[2] * column, v[1] - v[2] * row, v[2]];
    let (c, s) = (at(c), at(s));
    let width = c[0].hypot(c[1]).max(s[0].hypot(s[1]));
    if width < NARROW {
        return None;
    }
    // p·sine + q·cosine = B = [0, 0, 1], pixels over the width of the orbit.
    let unit = |v: [f64; 3]| [v[0] / width, v[1] / width, v[2]];
    let (u, v) = (unit(s), unit(c));
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (uu, uv, vv) = (dot(u, u), dot(u, v), dot(v, v));
    let determinant = uu * vv - uv * uv;
    let p = (u[2] * vv - v[2] * uv) / determinant;
    let q = (v[2] * uu - u[2] * uv) / determinant;
    let across: [f64; 2] = std::array::from_fn(|k| p * c[k] - q * s[k]);
    let length = across[0].hypot(across[1]).copysign(across[0]);
    let square = p * p + q * q;
    (length.is_finite() && square > 0.0).then(|| (length, [q / square, p / square]))
}

#[cfg(test)]
mod tests {
    use super::{super::orbit::Seen, *};
    use voltomo_types::{ConeCircle, Millimetre, Radian};

    #[test]
    fn the_geometry_of_clean_orbits_comes_out() {
        let circle = ConeCircle {
            source_to_axis: Millimetre(1.0),
            source_to_detector: Millimetre(2400.0),
            pixel: Millimetre(1.0),
            centre: [512.0, 490.0],
            roll: Radian(0.015),
            pitch: Radian(0.0),
            yaw: Radian(0.0),
        };
        let balls = [[0.12, 0.03, -0.1], [-0.08, 0.1, 0.02], [0.02, -0.05, -0.09]];
        let orbits: Vec<Orbit> = balls
            .iter()
            .map(|ball| {
                let seen: Vec<Seen> = (0..60)
                    .map(|k| {
                        let angle = f64::from(k) * 0.1;
                        let place = circle.view(Radian(angle)).detector_position(*ball).unwrap();
                        Seen { angle, place }
                    })
                    .collect();
                Orbit::through(&seen).unwrap()
            })
            .collect();
        let start = start(&orbits, 1024.0).unwrap();
        assert!((start.distance - 2400.0).abs() < 1.0, "{start:?}");
        assert!((start.centre[0] - 512.0).abs() < 0.5 && (start.centre[1] - 490.0).abs() < 0.5);
        assert!((start.roll - 0.015).abs() < 1e-3);
        for (found, ball) in start.balls.iter().zip(balls) {
            assert!((0..3).all(|k| (found[k] - ball[k]).abs() < 1e-3), "{found:?} {ball:?}");
        }
    }
}
