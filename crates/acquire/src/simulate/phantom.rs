//! Bodies with closed-form line integrals in a parallel beam. Knows no noise and no files.

use std::ops::Range;

use ndarray::Array3;
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{LengthUnit, ParallelGeometry, Radian, VoxelGrid};

/// How the horizontal ellipse of a body changes along the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Profile {
    /// The same everywhere between both ends.
    Cylinder,
    /// An ellipsoid.
    Ellipsoid,
}

/// A body of uniform attenuation; where bodies overlap, their attenuations add.
///
/// Lengths are mm (or detector pixels where the geometry has no pixel size); `[z, y, x]` as in
/// [`ParallelGeometry`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// Shape along the axis.
    pub profile: Profile,
    /// Middle of the body, `[z, y, x]`.
    pub centre: [f64; 3],
    /// Half axes along `[z, y, x]`, before turning.
    pub half_axes: [f64; 3],
    /// Turn of the horizontal ellipse about z, in the sense x towards y.
    pub turn: Radian,
    /// Attenuation coefficient in 1/cm (1/pixel without a pixel size); negative ones carve.
    pub attenuation: f64,
}

impl Body {
    /// An upright round cylinder.
    #[must_use]
    pub fn cylinder(centre: [f64; 3], radius: f64, half_height: f64, attenuation: f64) -> Self {
        Self {
            profile: Profile::Cylinder,
            centre,
            half_axes: [half_height, radius, radius],
            turn: Radian(0.0),
            attenuation,
        }
    }

    /// A ball.
    #[must_use]
    pub fn ball(centre: [f64; 3], radius: f64, attenuation: f64) -> Self {
        let half_axes = [radius; 3];
        Self { profile: Profile::Ellipsoid, centre, half_axes, turn: Radian(0.0), attenuation }
    }

    /// Squared scale of the horizontal ellipse at height `z`; 0 outside the body.
    fn scale_squared(&self, z: f64) -> f64 {
        let height = (z - self.centre[0]) / self.half_axes[0];
        match self.profile {
            Profile::Cylinder if height.abs() <= 1.0 => 1.0,
            Profile::Cylinder => 0.0,
            Profile::Ellipsoid => (1.0 - height * height).max(0.0),
        }
    }

    /// Length of the ray at height `z`, angle θ and distance `s` from the axis inside the body:
    /// the chord of an ellipse, 2ab·√(w² − d²)/w², w its half width across the ray.
    fn chord(&self, angle: Radian, s: f64, z: f64) -> f64 {
        let scale = self.scale_squared(z);
        if scale <= 0.0 {
            return 0.0;
        }
        let [_, y, x] = self.centre;
        let [_, half_y, half_x] = self.half_axes;
        let (sin, cos) = angle.0.sin_cos();
        let distance = s - (x * cos - y * sin);
        let (turned_sin, turned_cos) = (angle.0 + self.turn.0).sin_cos();
        let width = (half_x * turned_cos).powi(2) + (half_y * turned_sin).powi(2);
        let inside = width * scale - distance * distance;
        if inside <= 0.0 { 0.0 } else { 2.0 * half_x * half_y * inside.sqrt() / width }
    }

    fn contains(&self, point: [f64; 3]) -> bool {
        let [z, y, x] = point;
        let (dy, dx) = (y - self.centre[1], x - self.centre[2]);
        let (sin, cos) = self.turn.0.sin_cos();
        let (along_x, along_y) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let [_, half_y, half_x] = self.half_axes;
        (along_x / half_x).powi(2) + (along_y / half_y).powi(2) < self.scale_squared(z)
    }
}

/// A sample: the sum of its bodies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Phantom {
    /// The bodies.
    pub bodies: Vec<Body>,
}

impl Phantom {
    /// Line integral (no unit) along the ray at angle θ, distance `s`, height `z`.
    ///
    /// `unit` is what `s` and `z` are measured in: with mm the attenuations are 1/cm.
    #[must_use]
    pub fn line_integral(&self, angle: Radian, [z, s]: [f64; 2], unit: LengthUnit) -> f64 {
        let lengths = self.bodies.iter().map(|body| body.attenuation * body.chord(angle, s, z));
        lengths.sum::<f64>() * if unit == LengthUnit::Millimetre { 0.1 } else { 1.0 }
    }

    /// Attenuation coefficient at a point `[z, y, x]`.
    #[must_use]
    pub fn attenuation_at(&self, point: [f64; 3]) -> f64 {
        self.bodies.iter().filter(|body| body.contains(point)).map(|body| body.attenuation).sum()
    }
}

/// Exact line integrals of the phantom, `[angle, row, column]`, for the frame rows `rows`.
///
/// Each pixel is the mean over `samples` × `samples` rays spread over it (1: its centre ray).
#[must_use]
pub fn project(
    phantom: &Phantom,
    geometry: &ParallelGeometry,
    rows: Range<usize>,
    samples: usize,
) -> Array3<f32> {
    let columns =
        (geometry.frame.detector_columns - geometry.frame.first_column) / geometry.frame.bin;
    let first_row = rows.start;
    let mut projections = Array3::zeros((geometry.angles.len(), rows.len(), columns));
    projections.outer_iter_mut().into_par_iter().zip(&geometry.angles).for_each(
        |(mut radiograph, &angle)| {
            for ((row, column), value) in radiograph.indexed_iter_mut() {
                let pixel = [row + first_row, column];
                *value = to_f32(pixel_mean(phantom, geometry, angle, (pixel, samples)));
            }
        },
    );
    projections
}

fn pixel_mean(
    phantom: &Phantom,
    geometry: &ParallelGeometry,
    angle: Radian,
    (pixel, samples): ([usize; 2], usize),
) -> f64 {
    let (pitch, unit) = match geometry.pixel {
        Some(pixel) => (pixel.0, LengthUnit::Millimetre),
        None => (1.0, LengthUnit::Pixel),
    };
    let offset = |k: usize| (k as f64 + 0.5) / samples as f64 - 0.5;
    let mut sum = 0.0;
    for (i, j) in (0..samples * samples).map(|k| (k / samples, k % samples)) {
        let row = geometry.frame.detector_row(pixel[0] as f64 + offset(i));
        let column = geometry.frame.detector_column(pixel[1] as f64 + offset(j));
        let ray = geometry.ray([row, column]).map(|length| length * pitch);
        sum += phantom.line_integral(angle, ray, unit);
    }
    sum / (samples * samples) as f64
}

/// The phantom on a grid, `[z, y, x]`: each voxel the mean over `samples`³ points.
#[must_use]
pub fn truth(phantom: &Phantom, grid: &VoxelGrid, samples: usize) -> Array3<f32> {
    let offset = |k: usize| ((k as f64 + 0.5) / samples as f64 - 0.5) * grid.voxel;
    Array3::from_shape_fn(grid.shape, |(z, y, x)| {
        let [z, y, x] = grid.centre_of([z, y, x]);
        let points = (0..samples.pow(3)).map(|k| {
            let (i, j, l) = (k / (samples * samples), k / samples % samples, k % samples);
            [z + offset(i), y + offset(j), x + offset(l)]
        });
        let sum: f64 = points.map(|point| phantom.attenuation_at(point)).sum();
        to_f32(sum / samples.pow(3) as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_integral_through_the_middle_of_a_cylinder_is_its_diameter_times_its_attenuation() {
        let phantom = Phantom { bodies: vec![Body::cylinder([0.0, 2.0, 3.0], 4.0, 5.0, 0.5)] };
        let angle = Radian(0.6);
        let s = 3.0 * angle.0.cos() - 2.0 * angle.0.sin();
        let through = |ray| phantom.line_integral(angle, ray, LengthUnit::Millimetre);
        assert!((through([1.0, s]) - 0.4).abs() < 1e-12);
        assert_eq!(through([5.1, s]), 0.0);
        assert_eq!(through([0.0, s + 4.01]), 0.0);
    }

    #[test]
    fn line_integrals_sum_to_the_area_of_a_turned_ellipse_at_every_angle() {
        let body = Body {
            profile: Profile::Ellipsoid,
            centre: [0.0, 1.0, -2.0],
            half_axes: [3.0, 2.0, 6.0],
            turn: Radian(0.4),
            attenuation: 1.0,
        };
        let phantom = Phantom { bodies: vec![body] };
        for angle in [0.0, 0.5, 1.9].map(Radian) {
            let rays = (-4000..4000).map(|k| [0.0, f64::from(k) * 0.005]);
            let area: f64 =
                rays.map(|ray| phantom.line_integral(angle, ray, LengthUnit::Pixel)).sum();
            assert!((area * 0.005 - std::f64::consts::PI * 12.0).abs() < 0.01);
        }
    }

    /// The turn of the body and the angle of the beam must go the same way round.
    #[test]
    fn a_turned_ellipse_is_widest_where_its_long_axis_is_seen_from_the_side() {
        let body = Body {
            profile: Profile::Cylinder,
            centre: [0.0; 3],
            half_axes: [1.0, 1.0, 5.0],
            turn: Radian(0.3),
            attenuation: 1.0,
        };
        let tip = [0.0, 4.9 * 0.3f64.sin(), 4.9 * 0.3f64.cos()];
        assert!(body.contains(tip));
        let angle = Radian(-0.3);
        let seen_at = tip[2] * angle.0.cos() - tip[1] * angle.0.sin();
        assert!((seen_at - 4.9).abs() < 1e-9);
        assert!(body.chord(angle, seen_at, 0.0) > 0.0);
    }
}
