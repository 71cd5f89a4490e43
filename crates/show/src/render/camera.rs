//! Where a volume is looked at from, and which ray belongs to which pixel. Knows no voxels.

use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

use super::vector::{Vector, along, cross, difference, dot};

/// Pictures wider or higher than this are refused.
const MOST_PIXELS: usize = 16_384;

/// How the volume is thrown onto the picture.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Projection {
    /// Parallel rays: lengths are the same at any depth.
    #[default]
    Orthographic,
    /// Rays from a point: what is near looks larger.
    Perspective {
        /// Angle between the rays of the picture's upper and lower edge, degrees.
        field_of_view_degrees: f64,
    },
}

/// Where a volume is looked at from; up is +z of the
/// volume unless it is said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Camera {
    /// Where the camera stands, about the z axis, in degrees: 0 at +x, 90 at +y.
    pub azimuth_degrees: f64,
    /// How high it stands, in degrees: 0 level with the volume, 90 above it, looking down.
    pub elevation_degrees: f64,
    /// Whether −z of the volume is up: for cells that were scanned upside down.
    pub is_upside_down: bool,
    /// Parallel rays or rays from a point.
    pub projection: Projection,
    /// 1 shows all that is not transparent, from any azimuth; 2 shows it twice as large.
    pub zoom: f64,
    /// The point in the middle of the picture, `[z, y, x]` in the grid's unit; without it the
    /// middle of what is not transparent.
    pub target: Option<[f64; 3]>,
    /// Pixels across and down.
    pub size: [usize; 2],
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            azimuth_degrees: -60.0,
            elevation_degrees: 25.0,
            is_upside_down: false,
            projection: Projection::default(),
            zoom: 1.0,
            target: None,
            size: [1600, 1200],
        }
    }
}

impl Camera {
    /// What is wrong with these settings.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut hold = |is_right: bool, key: &str, found: String, expected: &str| {
            if !is_right {
                problems.push(Problem::new(&format!("camera.{key}"), found, expected));
            }
        };
        let angle = "an angle in degrees";
        let azimuth = self.azimuth_degrees;
        hold(azimuth.is_finite(), "azimuth_degrees", azimuth.to_string(), angle);
        let elevation = self.elevation_degrees;
        let is_height = (-90.0..=90.0).contains(&elevation);
        hold(is_height, "elevation_degrees", elevation.to_string(), "from -90 to 90 degrees");
        let is_zoom = self.zoom > 0.0 && self.zoom.is_finite();
        hold(is_zoom, "zoom", self.zoom.to_string(), "a number above 0; 1 shows everything");
        if let Projection::Perspective { field_of_view_degrees: field } = self.projection {
            let key = "projection.perspective.field_of_view_degrees";
            hold((0.1..=150.0).contains(&field), key, field.to_string(), "from 0.1 to 150 degrees");
        }
        let is_point = self.target.is_none_or(|point| point.iter().all(|part| part.is_finite()));
        hold(is_point, "target", format!("{:?}", self.target), "three finite numbers");
        let is_size = self.size.iter().all(|side| (1..=MOST_PIXELS).contains(side));
        hold(is_size, "size", format!("{:?}", self.size), "from 1 to 16384 pixels a side");
        problems
    }
}

/// What a picture is to show: a middle, and how far things reach from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) middle: Vector,
    /// Farthest from the vertical line through the middle.
    pub(super) radius: f64,
    /// Farthest above or below the middle.
    pub(super) half_height: f64,
}

/// A ray: all points `origin + t · direction`, in the grid's unit; t from 0 where it begins at an
/// eye, from −∞ else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    pub(super) origin: Vector,
    /// Of length 1.
    pub(super) direction: Vector,
    pub(super) begins_at_an_eye: bool,
}

/// A camera in its place.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    target: Vector,
    /// From the target towards the camera.
    pub(super) towards: Vector,
    pub(super) right: Vector,
    pub(super) up: Vector,
    /// Edge of a pixel at the target.
    pub(super) pixel_size: f64,
    /// From the target to the eye of a perspective.
    distance: Option<f64>,
    size: [usize; 2],
}

impl Viewer {
    /// The camera before a subject.
    pub(super) fn new(camera: &Camera, subject: Subject) -> Self {
        let (sin_a, cos_a) = camera.azimuth_degrees.to_radians().sin_cos();
        let (sin_e, cos_e) = camera.elevation_degrees.to_radians().sin_cos();
        // Upside down: turned by half a turn about the line of sight of a level camera.
        let upwards = if camera.is_upside_down { -1.0 } else { 1.0 };
        let towards = [upwards * sin_e, cos_e * sin_a, cos_e * cos_a];
        let right = [0.0, upwards * cos_a, -upwards * sin_a];
        let up = cross(towards, right);
        let across = 2.0 * subject.radius;
        let down = 2.0 * (subject.half_height * cos_e + subject.radius * sin_e.abs());
        let [width, height] = camera.size.map(|side| side as f64);
        // A twentieth of the picture stays free.
        let fitting = (across / width).max(down / height) * 1.05;
        let pixel_size = fitting.max(f64::MIN_POSITIVE) / camera.zoom;
        let distance = match camera.projection {
            Projection::Orthographic => None,
            Projection::Perspective { field_of_view_degrees } => {
                Some(height / 2.0 * pixel_size / (field_of_view_degrees.to_radians() / 2.0).tan())
            }
        };
        let target = camera.target.unwrap_or(subject.middle);
        Self { target, towards, right, up, pixel_size, distance, size: camera.size }
    }

    /// The ray through the point `[x, y]` of the picture, in pixels from its top left corner.
    pub(super) fn ray(&self, [x, y]: [f64; 2]) -> Ray {
        let [width, height] = self.size.map(|side| side as f64);
        let across = (x - width / 2.0) * self.pixel_size;
        let upwards = (height / 2.0 - y) * self.pixel_size;
        let origin = along(along(self.target, across, self.right), upwards, self.up);
        let Some(distance) = self.distance else {
            let direction = self.towards.map(|part| -part);
            return Ray { origin, direction, begins_at_an_eye: false };
        };
        let eye = along(self.target, distance, self.towards);
        let way = difference(origin, eye);
        let length = dot(way, way).sqrt();
        Ray { origin: eye, direction: way.map(|part| part / length), begins_at_an_eye: true }
    }

    /// Where a point is seen, in pixels from the top left corner; `None` behind the eye.
    pub(super) fn project(&self, point: Vector) -> Option<[f64; 2]> {
        let way = difference(point, self.target);
        let shrunk = match self.distance {
            None => 1.0,
            Some(distance) => distance / (distance - dot(way, self.towards)),
        };
        if !(shrunk.is_finite() && shrunk > 0.0) {
            return None;
        }
        let [width, height] = self.size.map(|side| side as f64);
        let [across, upwards] =
            [self.right, self.up].map(|axis| dot(way, axis) * shrunk / self.pixel_size);
        Some([width / 2.0 + across, height / 2.0 - upwards])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject = Subject { middle: [1.0, 2.0, 3.0], radius: 5.0, half_height: 9.0 };

    #[test]
    fn a_ray_passes_through_the_points_that_its_pixel_shows() {
        let perspective = Projection::Perspective { field_of_view_degrees: 40.0 };
        for projection in [Projection::Orthographic, perspective] {
            let camera = Camera { projection, azimuth_degrees: 33.0, ..Camera::default() };
            let viewer = Viewer::new(&camera, SUBJECT);
            let ray = viewer.ray([300.0, 900.0]);
            for t in [20.0, 33.0] {
                let seen = viewer.project(along(ray.origin, t, ray.direction)).unwrap();
                assert!((seen[0] - 300.0).abs() < 1e-9 && (seen[1] - 900.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn from_the_front_x_comes_nearer_y_is_right_and_z_is_up() {
        let camera = Camera { azimuth_degrees: 0.0, elevation_degrees: 0.0, ..Camera::default() };
        let viewer = Viewer::new(&camera, SUBJECT);
        assert_eq!(viewer.towards, [0.0, 0.0, 1.0]);
        assert_eq!((viewer.right, viewer.up), ([0.0, 1.0, 0.0], [1.0, 0.0, 0.0]));
        let [x, y] = viewer.project([2.0, 2.0, 3.0]).unwrap();
        assert!(x == 800.0 && y < 600.0);
    }
}
