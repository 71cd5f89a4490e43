//! How bright a surface looks: one lamp beside the camera and what stands about. Knows no volume.

use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

use super::camera::Viewer;
use super::vector::{along, short, unit};

/// How far the lamp's light reaches round a body, as a cosine.
const WRAP: f32 = 0.4;

/// How surfaces are lit: ambient + diffuse · (n·l + w)/(1 + w) + specular · (n·h)^shininess, with
/// w = 0.4 for a wide lamp.
///
/// Source: Blinn 1977, doi:10.1145/563858.563893.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shading {
    /// Light from everywhere.
    pub ambient: f64,
    /// Light of the lamp that a dull surface throws back.
    pub diffuse: f64,
    /// Light of the lamp that a polished surface throws back.
    pub specular: f64,
    /// How small the bright spots of a polished surface are.
    pub shininess: f64,
    /// How dark it is where much stands about: 0 not at all.
    pub occlusion: f64,
    /// From how far on each side the slope of a surface is taken, in voxels: more is calmer where
    /// there is noise, and rounder at edges.
    pub reach: f64,
}

impl Default for Shading {
    fn default() -> Self {
        let (ambient, diffuse, specular) = (0.56, 0.56, 0.14);
        Self { ambient, diffuse, specular, shininess: 24.0, occlusion: 2.2, reach: 2.0 }
    }
}

impl Shading {
    /// What is wrong with these settings.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let parts = [
            ("ambient", self.ambient, 0.0..=2.0),
            ("diffuse", self.diffuse, 0.0..=2.0),
            ("specular", self.specular, 0.0..=2.0),
            ("shininess", self.shininess, 1.0..=1000.0),
            ("occlusion", self.occlusion, 0.0..=20.0),
            ("reach", self.reach, 0.5..=8.0),
        ];
        let wrong = parts.into_iter().filter(|(_, value, range)| !range.contains(value));
        let problem = |(key, value, range): (&str, f64, std::ops::RangeInclusive<f64>)| {
            let expected = format!("a number from {} to {}", range.start(), range.end());
            Problem::new(&format!("shading.{key}"), value, expected)
        };
        wrong.map(problem).collect()
    }
}

/// The lamp of a camera, and the shading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Light {
    lamp: [f32; 3],
    ambient: f32,
    diffuse: f32,
    specular: f32,
    shininess: f32,
    occlusion: f32,
    pub(super) reach: f32,
}

impl Light {
    /// A lamp above and to the left of the camera.
    pub(super) fn new(shading: &Shading, viewer: &Viewer) -> Self {
        let lamp = along(along(viewer.towards, 0.55, viewer.up), -0.45, viewer.right);
        let part = voltomo_numeric::cast::to_f32;
        Self {
            lamp: short(unit(lamp).unwrap_or(viewer.towards)),
            ambient: part(shading.ambient),
            diffuse: part(shading.diffuse),
            specular: part(shading.specular),
            shininess: part(shading.shininess),
            occlusion: part(shading.occlusion),
            reach: part(shading.reach),
        }
    }

    /// The colour of a surface with a normal towards the viewer. `direction`: of the ray;
    /// `crowding`: how much stands about, 0 to 1; `sureness`: 0 leaves the colour as it is.
    pub(super) fn lit(
        &self,
        colour: [f32; 3],
        (normal, direction): ([f32; 3], [f32; 3]),
        (crowding, sureness): (f32, f32),
    ) -> [f32; 3] {
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let open = (-self.occlusion * crowding).exp();
        // A wide lamp: it reaches a little beyond the edge of its shadow.
        let facing = ((dot(normal, self.lamp) + WRAP) / (1.0 + WRAP)).max(0.0);
        let halfway: [f32; 3] = std::array::from_fn(|axis| self.lamp[axis] - direction[axis]);
        let length = dot(halfway, halfway).sqrt().max(1e-6);
        let mirrored = (dot(normal, halfway) / length).max(0.0).powf(self.shininess);
        let dull = (self.ambient + self.diffuse * facing) * open;
        let bright = self.specular * mirrored * open;
        colour.map(|level| {
            let lit = (level * dull + bright).min(1.0);
            level + sureness * (lit - level)
        })
    }
}
