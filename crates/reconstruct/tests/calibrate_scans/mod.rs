//! Scans of a cell of known axis, made of upright cylinders, with the noise of counting.

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_acquire::simulate::{Body, Exposure, Phantom, expose};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{ParallelGeometry, PixelFrame, Radian, RotationAxis};

/// A can with an empty core, and inserts of several sizes off the axis, some ending inside.
/// About a sixth of the beam comes through its middle. `scale` 1: radius 60, height 114 pixels.
pub(crate) fn cell(scale: f64) -> Phantom {
    let mut bodies = vec![
        Body::cylinder([0.0, 2.0, -3.0], 60.0, 57.0, 0.030),
        Body::cylinder([0.0, 2.0, -3.0], 56.0, 54.0, -0.018),
        Body::cylinder([2.0, 1.0, -1.0], 9.0, 51.0, -0.009),
    ];
    for k in 0..8_u8 {
        let k = f64::from(k);
        let (turn, distance) = (0.9 + 2.4 * k, 20.0 + 3.5 * k);
        let (radius, height, z) = (3.0 + k % 3.0 * 3.0, 14.0 + 5.0 * k, -33.0 + 8.5 * k);
        let centre = [z, distance * turn.sin(), distance * turn.cos()];
        let attenuation = if k % 2.0 == 0.0 { 0.03 } else { 0.015 };
        bodies.push(Body::cylinder(centre, radius, height, attenuation));
    }
    for body in &mut bodies {
        body.centre = body.centre.map(|length| length * scale);
        body.half_axes = body.half_axes.map(|length| length * scale);
        body.attenuation /= scale;
    }
    Phantom { bodies }
}

/// A geometry with even angles from 0 (end excluded), in degrees.
pub(crate) fn geometry(
    frame: PixelFrame,
    (centre, tilt_deg): (f64, f64),
    (views, arc_deg): (usize, f64),
) -> ParallelGeometry {
    let angle = |k: usize| Radian::from_degrees(k as f64 * arc_deg / views as f64);
    ParallelGeometry {
        angles: (0..views).map(angle).collect(),
        axis: RotationAxis { centre, tilt: Radian::from_degrees(tilt_deg) },
        frame,
        pixel: None,
    }
}

/// Exact line integrals of upright round cylinders, `[angle, row, column]`, each pixel the mean of
/// four flat beams: as `voltomo_acquire::simulate::project`, and faster.
pub(crate) fn project(
    phantom: &Phantom,
    geometry: &ParallelGeometry,
    (rows, columns): (usize, usize),
) -> Array3<f32> {
    let mut projections = Array3::zeros((geometry.angles.len(), rows, columns));
    let bin = geometry.frame.bin as f64;
    let frames = projections.axis_iter_mut(Axis(0)).into_par_iter().zip(&geometry.angles);
    frames.for_each(|(mut frame, angle)| {
        let (sin, cos) = angle.0.sin_cos();
        let bodies: Vec<[f64; 5]> = phantom
            .bodies
            .iter()
            .map(|body| {
                let [z, y, x] = body.centre;
                let [height, radius, _] = body.half_axes;
                [z, height, x * cos - y * sin, radius * radius, 2.0 * body.attenuation]
            })
            .collect();
        for ((row, column), value) in frame.indexed_iter_mut() {
            let rays = [(-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)];
            let sum: f64 = rays
                .iter()
                .map(|(down, right)| {
                    let row = geometry.frame.detector_row(row as f64 + down);
                    let column = geometry.frame.detector_column(column as f64 + right);
                    through(&bodies, geometry.ray([row, column]), bin / 2.0)
                })
                .sum();
            *value = to_f32(sum / 4.0);
        }
    });
    projections
}

/// Mean over `height` along the axis, exact but for the tilt, so that level ends are as sharp as
/// pixels are and no sharper.
fn through(bodies: &[[f64; 5]], [z, s]: [f64; 2], height: f64) -> f64 {
    bodies
        .iter()
        .map(|[middle, half, across, square, twice]| {
            let inside = (square - (s - across) * (s - across)).max(0.0);
            let covered = ((half - (z - middle).abs()) / height + 0.5).clamp(0.0, 1.0);
            covered * twice * inside.sqrt()
        })
        .sum()
}

/// The line integrals as 500 counts of open beam show them, divided by the true open beam.
pub(crate) fn counted(exact: &Array3<f32>, seed: u64) -> Array3<f32> {
    let exposure = Exposure { open_beam: 500.0, dark: 0.0, seed: Some(seed) };
    expose(exact, exposure, &[]).mapv(|count| -(count.max(1.0) / 500.0).ln())
}
