//! Cone-beam scans of a cell of known axis, made of upright cylinders, with the noise of counting.

use ndarray::{Array3, Axis};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use voltomo_acquire::simulate::{Exposure, expose};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::calibrate::cone::ConeScan;
use voltomo_types::{ConeCircle, ConeView, Millimetre, PixelFrame, Radian};

/// An upright cylinder; lengths in detector pixels as seen on the axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cylinder {
    /// `[z, y, x]`.
    pub(crate) centre: [f64; 3],
    pub(crate) radius: f64,
    pub(crate) half_height: f64,
    pub(crate) attenuation: f64,
}

/// A can with an empty core, and inserts of several sizes off the axis, some ending inside.
/// About a sixth of the beam comes through its middle. `scale` 1: radius 60, height 114 pixels.
pub(crate) fn cell(scale: f64) -> Vec<Cylinder> {
    let solid = |centre: [f64; 3], radius: f64, half_height: f64, attenuation: f64| Cylinder {
        centre: centre.map(|length| length * scale),
        radius: radius * scale,
        half_height: half_height * scale,
        attenuation: attenuation / scale,
    };
    let mut bodies = vec![
        solid([0.0, 2.0, -3.0], 60.0, 57.0, 0.030),
        solid([0.0, 2.0, -3.0], 56.0, 54.0, -0.018),
        solid([2.0, 1.0, -1.0], 9.0, 51.0, -0.009),
    ];
    for k in 0..8_u8 {
        let k = f64::from(k);
        let (turn, distance) = (0.9 + 2.4 * k, 20.0 + 3.5 * k);
        let (radius, height, z) = (3.0 + k % 3.0 * 3.0, 14.0 + 5.0 * k, -33.0 + 8.5 * k);
        let centre = [z, distance * turn.sin(), distance * turn.cos()];
        bodies.push(solid(centre, radius, height, if k % 2.0 == 0.0 { 0.03 } else { 0.015 }));
    }
    bodies
}

/// How a scan is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) shape: (usize, usize),
    pub(crate) views: usize,
    pub(crate) arc_deg: f64,
    pub(crate) magnification: f64,
    /// Source to detector, pixels.
    pub(crate) distance_px: f64,
    /// `[row, column]` of the central ray.
    pub(crate) centre: [f64; 2],
    pub(crate) roll_deg: f64,
}

/// A scan of 96 × 160 pixels whose cell has a radius of 45 pixels, with all at random.
pub(crate) fn at_random(seed: u64, views: usize, arc_deg: f64) -> Taken {
    let mut source = ChaCha8Rng::seed_from_u64(seed);
    let shape = (96, 192);
    Taken {
        shape,
        views,
        arc_deg,
        magnification: source.random_range(1.2..8.0),
        distance_px: source.random_range(500.0..3000.0),
        centre: [
            (shape.0 as f64 - 1.0) / 2.0 + source.random_range(-8.0..8.0),
            (shape.1 as f64 - 1.0) / 2.0 + source.random_range(-30.0..30.0),
        ],
        roll_deg: source.random_range(-1.5..1.5),
    }
}

impl Taken {
    pub(crate) fn scan(&self) -> ConeScan {
        let pixel = 0.05;
        let far = self.distance_px * pixel;
        let step = self.arc_deg / self.views as f64;
        ConeScan {
            circle: ConeCircle {
                source_to_axis: Millimetre(far / self.magnification),
                source_to_detector: Millimetre(far),
                pixel: Millimetre(pixel),
                centre: self.centre,
                roll: Radian::from_degrees(self.roll_deg),
                pitch: Radian(0.0),
                yaw: Radian(0.0),
            },
            angles: (0..self.views).map(|k| Radian::from_degrees(11.0 + k as f64 * step)).collect(),
            frame: PixelFrame::whole(self.shape.0, self.shape.1),
        }
    }
}

/// Exact line integrals `[angle, row, column]` of a frame, each pixel the mean of four rays.
pub(crate) fn project(
    bodies: &[Cylinder],
    scan: &ConeScan,
    (rows, columns): (usize, usize),
) -> Array3<f32> {
    let unit = scan.circle.pixel.0 / scan.circle.magnification();
    let mut projections = Array3::zeros((scan.angles.len(), rows, columns));
    let frames = projections.axis_iter_mut(Axis(0)).into_par_iter().zip(&scan.angles);
    frames.for_each(|(mut frame, angle)| {
        let view = scan.circle.view(*angle);
        for ((row, column), value) in frame.indexed_iter_mut() {
            // At four different columns, since edges are nearly upright.
            let rays = [(-0.25, -0.375), (0.25, -0.125), (-0.25, 0.125), (0.25, 0.375)];
            let sum: f64 = rays
                .iter()
                .map(|(down, right)| {
                    let row = scan.frame.detector_row(row as f64 + down);
                    let column = scan.frame.detector_column(column as f64 + right);
                    through(bodies, &view, [row, column], unit)
                })
                .sum();
            *value = to_f32(sum / 4.0);
        }
    });
    projections
}

/// The ray from the source to a pixel, in units of pixels on the axis, through all cylinders.
fn through(bodies: &[Cylinder], view: &ConeView, [row, column]: [f64; 2], unit: f64) -> f64 {
    let from = view.source.map(|length| length / unit);
    let along: [f64; 3] = std::array::from_fn(|k| {
        (view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k]
            - view.source[k])
            / unit
    });
    let length = along.iter().map(|k| k * k).sum::<f64>().sqrt();
    let flat = along[1] * along[1] + along[2] * along[2];
    let chord = |body: &Cylinder| {
        let off: [f64; 3] = std::array::from_fn(|k| from[k] - body.centre[k]);
        let half = off[1] * along[1] + off[2] * along[2];
        let rest = off[1] * off[1] + off[2] * off[2] - body.radius * body.radius;
        let root = half * half - flat * rest;
        if root <= 0.0 {
            return 0.0;
        }
        let root = root.sqrt();
        let (mut enter, mut leave) = ((-half - root) / flat, (-half + root) / flat);
        if along[0].abs() > 1e-12 {
            let ends = [-1.0, 1.0].map(|end| (end * body.half_height - off[0]) / along[0]);
            enter = enter.max(ends[0].min(ends[1]));
            leave = leave.min(ends[0].max(ends[1]));
        } else if off[0].abs() > body.half_height {
            return 0.0;
        }
        (leave - enter).max(0.0) * length * body.attenuation
    };
    bodies.iter().map(chord).sum()
}

/// The line integrals as 500 counts of open beam show them, divided by the true open beam.
pub(crate) fn counted(exact: &Array3<f32>, seed: u64) -> Array3<f32> {
    let exposure = Exposure { open_beam: 500.0, dark: 0.0, seed: Some(seed) };
    expose(exact, exposure, &[]).mapv(|count| -(count.max(1.0) / 500.0).ln())
}
