//! What a recipe may say of the registration. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// How the neutron volume may be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Turned and shifted: six degrees of freedom.
    #[default]
    Rigid,
    /// Also stretched and sheared: twelve.
    Affine,
    /// Also bent smoothly, by a cubic B-spline on a coarse lattice.
    Deformable,
}

/// The `[register]` table of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterSettings {
    /// `rigid`, `affine` or `deformable`.
    pub model: Model,
    /// Blur of the neutron volume, full width at half maximum, mm; the X-ray volume is blurred to it.
    pub neutron_blur_mm: f64,
    /// Classes that the X-ray attenuation is cut into; each has a neutron attenuation of its own.
    pub classes: usize,
    /// Edge of the voxels of the finest level, mm; coarser where that takes less memory.
    pub finest_mm: f64,
    /// Points of the neutron volume that are compared on the finest level.
    pub points: usize,
    /// Step of the search about the cell's axis, degrees.
    pub angle_step_deg: f64,
    /// How far along the axis is looked from where the ends of the can meet, mm.
    pub reach_mm: f64,
    /// Also try the cell the other way up.
    pub upside_down: bool,
    /// Share of the smaller of the two cells that both volumes must hold.
    pub least_overlap: f64,
    /// Share of the neutron volume's variance that the X-ray volume must explain.
    pub least_score: f64,
    /// How many standard deviations better than the next different placement the best one must be.
    pub least_margin: f64,
    /// How far the fitted scale may be from 1 before the voxel sizes are doubted.
    pub scale_tolerance: f64,
    /// Target error (root mean square over the cell) beyond which the result is refused, mm.
    pub most_error_mm: f64,
    /// Samples of the bootstrap.
    pub bootstraps: usize,
    /// Distance of the lattice of a deformation, mm.
    pub lattice_mm: f64,
    /// Stiffness of a deformation: the weight of its bending against the fit; larger bends less.
    pub stiffness: f64,
}

impl Default for RegisterSettings {
    fn default() -> Self {
        Self {
            model: Model::Rigid,
            neutron_blur_mm: 0.2,
            classes: 8,
            finest_mm: 0.15,
            points: 200_000,
            angle_step_deg: 3.0,
            reach_mm: 1.5,
            upside_down: true,
            least_overlap: 0.5,
            least_score: 0.5,
            least_margin: 6.0,
            scale_tolerance: 0.01,
            most_error_mm: 0.1,
            bootstraps: 200,
            lattice_mm: 6.0,
            stiffness: 1.0,
        }
    }
}

impl RegisterSettings {
    /// What is wrong with the settings, each with its key.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let lengths = [
            ("register.neutron_blur_mm", self.neutron_blur_mm, [0.0, 5.0]),
            ("register.finest_mm", self.finest_mm, [0.01, 2.0]),
            ("register.angle_step_deg", self.angle_step_deg, [0.5, 30.0]),
            ("register.reach_mm", self.reach_mm, [0.0, 50.0]),
            ("register.least_overlap", self.least_overlap, [0.01, 1.0]),
            ("register.least_score", self.least_score, [0.0, 1.0]),
            ("register.least_margin", self.least_margin, [0.0, 1000.0]),
            ("register.scale_tolerance", self.scale_tolerance, [1e-4, 0.2]),
            ("register.most_error_mm", self.most_error_mm, [1e-4, 100.0]),
            ("register.lattice_mm", self.lattice_mm, [1.0, 100.0]),
            ("register.stiffness", self.stiffness, [1e-6, 1e6]),
        ];
        let counts = [
            ("register.classes", self.classes, [2, 12]),
            ("register.points", self.points, [10_000, 20_000_000]),
            ("register.bootstraps", self.bootstraps, [20, 100_000]),
        ];
        let outside = |(key, value, [low, high]): &(&str, f64, [f64; 2])| {
            let is_outside = !(*low..=*high).contains(value);
            is_outside.then(|| Problem::new(key, value, format!("a number from {low} to {high}")))
        };
        let uncounted = |(key, value, [low, high]): &(&str, usize, [usize; 2])| {
            let is_outside = !(*low..=*high).contains(value);
            is_outside.then(|| Problem::new(key, value, format!("a number from {low} to {high}")))
        };
        let lengths = lengths.iter().filter_map(outside);
        lengths.chain(counts.iter().filter_map(uncounted)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_as_they_come_have_no_problem() {
        assert!(RegisterSettings::default().problems().is_empty());
    }

    #[test]
    fn bad_settings_are_named_each_with_its_key() {
        let bad = RegisterSettings {
            finest_mm: f64::NAN,
            classes: 1,
            scale_tolerance: -1.0,
            ..RegisterSettings::default()
        };
        let keys: Vec<String> = bad.problems().into_iter().map(|problem| problem.key).collect();
        let wanted = ["register.finest_mm", "register.scale_tolerance", "register.classes"];
        assert_eq!(keys, wanted);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let found = serde_json::from_str::<RegisterSettings>(r#"{"modle": "rigid"}"#);
        assert!(found.unwrap_err().to_string().contains("modle"));
    }
}
