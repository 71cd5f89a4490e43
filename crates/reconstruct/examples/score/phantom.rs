//! A can with a denser wall, rods, balls and holes, in closed form: its noisy projections, its truth,
//! and how far a volume is from it. Knows no method.

use ndarray::{Array3, Axis, Zip};
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use std::f64::consts::PI;
use voltomo_types::ParallelGeometry;

/// Counts in the open beam.
const OPEN_BEAM: f64 = 20_000.0;

/// An ellipsoid: middle and half axes `[z, y, x]` as parts of half the side, µ times the side.
struct Body {
    middle: [f64; 3],
    half: [f64; 3],
    depth: f64,
}

/// A can with a denser wall, rods, balls and holes.
fn bodies() -> Vec<Body> {
    let body = |middle, half, depth| Body { middle, half, depth };
    let mut all = vec![
        body([0.0; 3], [40.0, 0.88, 0.84], 1.4),
        body([0.0; 3], [40.0, 0.80, 0.76], -0.6),
        body([0.3, -0.3, 0.2], [0.4, 0.25, 0.15], 1.0),
        body([-0.4, 0.3, -0.3], [0.3, 0.2, 0.3], -0.7),
        body([0.0, 0.35, 0.35], [40.0, 0.08, 0.08], 2.0),
    ];
    for k in 0..24 {
        let turn = f64::from(k) * 2.399_963;
        let radius = 0.15 + 0.022 * f64::from(k);
        let size = 0.02 + 0.004 * f64::from(k % 5);
        let middle = [(f64::from(k) * 0.37).sin() * 0.8, radius * turn.sin(), radius * turn.cos()];
        all.push(body(middle, [size; 3], if k % 3 == 0 { -0.7 } else { 1.2 }));
    }
    all
}

/// Chords, the mean of four rays across a pixel.
pub(crate) fn projections(geometry: &ParallelGeometry, side: usize) -> Array3<f32> {
    let (half, bodies) = (side as f64 / 2.0, bodies());
    let mut all = Array3::zeros((geometry.angles.len(), side, side));
    let views = all.axis_iter_mut(Axis(0)).into_par_iter().zip(&geometry.angles);
    views.for_each(|(mut view, angle)| {
        let (sin, cos) = angle.0.sin_cos();
        for ((row, column), value) in view.indexed_iter_mut() {
            let z = (row as f64 + 0.5) / half - 1.0;
            let chord = |part: usize| {
                let s = (column as f64 + 0.125 + 0.25 * part as f64) / half - 1.0;
                let of_body = |body: &Body| {
                    let away = s - (body.middle[2] * cos - body.middle[1] * sin);
                    let rest = 1.0 - ((z - body.middle[0]) / body.half[0]).powi(2);
                    let width = (body.half[2] * cos).powi(2) + (body.half[1] * sin).powi(2);
                    let inside = (width * rest - away * away).max(0.0).sqrt();
                    2.0 * body.half[1] * body.half[2] * inside / width * half * body.depth
                };
                bodies.iter().map(of_body).sum::<f64>() / side as f64
            };
            *value = voltomo_numeric::cast::to_f32((0..4).map(chord).sum::<f64>() / 4.0);
        }
    });
    all
}

/// Normal noise with the variance of counts.
pub(crate) fn noisy(mut all: Array3<f32>) -> Array3<f32> {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    for value in &mut all {
        let [a, b]: [f64; 2] = [random.random(), random.random()];
        let normal = (-2.0 * (1.0 - a).ln()).sqrt() * (2.0 * PI * b).cos();
        let sigma = (f64::from(*value) / 2.0).exp() / OPEN_BEAM.sqrt();
        *value += voltomo_numeric::cast::to_f32(sigma * normal);
    }
    all
}

/// Means over voxels, of 3 × 3 × 3 points.
pub(crate) fn truth(side: usize) -> Array3<f32> {
    let (half, bodies) = (side as f64 / 2.0, bodies());
    let mut all = Array3::zeros((side, side, side));
    all.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(z, mut slice)| {
        for ((y, x), value) in slice.indexed_iter_mut() {
            let point = |part: usize| {
                let at = |index: usize, part: usize| {
                    (index as f64 + (part % 3) as f64 / 3.0 + 1.0 / 6.0) / half - 1.0
                };
                let point = [at(z, part / 9), at(y, part / 3), at(x, part)];
                let holds = |body: &&Body| {
                    let squares =
                        (0..3).map(|k| ((point[k] - body.middle[k]) / body.half[k]).powi(2));
                    squares.sum::<f64>() <= 1.0
                };
                bodies.iter().filter(holds).map(|body| body.depth).sum::<f64>()
            };
            let sum: f64 = (0..27).map(point).sum();
            *value = voltomo_numeric::cast::to_f32(sum / 27.0 / side as f64);
        }
    });
    all
}

/// Root mean square difference within 0.9 of the half side, over the µ of the wall.
pub(crate) fn error(found: &Array3<f32>, truth: &Array3<f32>) -> f64 {
    let (depth, side, _) = found.dim();
    let half = side as f64 / 2.0;
    let (mut sum, mut count) = (0.0, 0.0);
    for z in 0..depth {
        let slices = (found.index_axis(Axis(0), z), truth.index_axis(Axis(0), z));
        Zip::indexed(slices.0).and(slices.1).for_each(|(y, x), found, truth| {
            let away = (y as f64 + 0.5 - half).hypot(x as f64 + 0.5 - half);
            if away < 0.9 * half {
                sum += f64::from(found - truth).powi(2);
                count += 1.0;
            }
        });
    }
    (sum / count).sqrt() / (1.4 / side as f64)
}
