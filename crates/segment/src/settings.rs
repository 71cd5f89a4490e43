//! What a recipe may say of the segmentation. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{Material, Problem};

use crate::expected::XrayBeam;

/// A point beside those that are expected: another kind of a material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialPoint {
    /// What it is labelled as.
    pub material: Material,
    /// µ for neutrons and its spread, 1/cm.
    pub neutron: [f64; 2],
    /// µ for X-rays and its spread, 1/cm.
    pub xray: [f64; 2],
}

/// How volumes become materials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentSettings {
    /// Materials that may be there; empty: all. A material that is surely not there should be left
    /// out: what it cannot be told from is then no longer in doubt. What looks like void in the
    /// beams that are there (aluminium to neutrons, plastic to X-rays) counts as void.
    pub materials: Vec<Material>,
    /// The X-ray beam: `kv80_copper05` or `kv60_copper01`. For another one give `points`.
    pub xray_beam: XrayBeam,
    /// More kinds of materials, with their µ and its spread for each beam.
    pub points: Vec<MaterialPoint>,
    /// Width of the blur of the neutron volume (full width at half maximum), mm: over that length
    /// an edge is looked for, where voxels belong to two materials.
    pub neutron_blur_mm: f64,
    /// Width of the blur of the X-ray volume, mm.
    pub xray_blur_mm: f64,
    /// How much each neighbour of a material speaks for it, as a logarithm of evidence; 0 takes
    /// every voxel by itself.
    pub smoothing: f64,
    /// How often all voxels are looked at again with their neighbours.
    pub sweeps: usize,
    /// A voxel whose material is less probable than this is labelled as unknown.
    pub least_confidence: f64,
    /// Two materials less than so many standard deviations apart cannot be told apart, and both
    /// become unknown.
    pub separation: f64,
}

impl Default for SegmentSettings {
    fn default() -> Self {
        Self {
            materials: Vec::new(),
            xray_beam: XrayBeam::default(),
            points: Vec::new(),
            neutron_blur_mm: 0.2,
            xray_blur_mm: 0.05,
            smoothing: 0.7,
            sweeps: 3,
            least_confidence: 0.5,
            separation: 2.0,
        }
    }
}

impl SegmentSettings {
    /// Everything that is wrong with the settings.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut expect = |is_right: bool, key: &str, found: String, expected: &str| {
            if !is_right {
                problems.push(Problem::new(key, found, expected));
            }
        };
        let is_in = |value: f64, low: f64, high: f64| (low..=high).contains(&value);
        let (smoothing, least) = (self.smoothing, self.least_confidence);
        let from = |value: f64| value.to_string();
        expect(is_in(smoothing, 0.0, 10.0), "segment.smoothing", from(smoothing), "0 to 10");
        let range = "a probability, 0 to 0.99";
        expect(is_in(least, 0.0, 0.99), "segment.least_confidence", from(least), range);
        for (key, blur) in [
            ("segment.neutron_blur_mm", self.neutron_blur_mm),
            ("segment.xray_blur_mm", self.xray_blur_mm),
        ] {
            expect(is_in(blur, 0.0, 5.0), key, from(blur), "0 to 5 mm");
        }
        let found = from(self.separation);
        expect(is_in(self.separation, 0.0, 20.0), "segment.separation", found, "0 to 20");
        expect(self.sweeps <= 20, "segment.sweeps", self.sweeps.to_string(), "at most 20");
        let names_unknown = self.materials.contains(&Material::Unknown)
            || self.points.iter().any(|point| point.material == Material::Unknown);
        let known = "materials; `unknown` is what is left";
        expect(!names_unknown, "segment.materials", "`unknown`".into(), known);
        let is_one = self.materials.len() == 1;
        expect(!is_one, "segment.materials", "one material".into(), "two or more, or none for all");
        let is_right = |[mean, spread]: [f64; 2]| mean.is_finite() && is_in(spread, 1e-3, 100.0);
        for point in &self.points {
            let is_right = is_right(point.neutron) && is_right(point.xray);
            let found = format!("{:?} and {:?}", point.neutron, point.xray);
            expect(
                is_right,
                "segment.points",
                found,
                "a mean and a spread of at least 0.001, 1/cm",
            );
        }
        problems
    }
}
