//! What may be said of a rendering. Knows no voxels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use voltomo_types::{Probe, Problem};

use super::camera::Camera;
use super::cut::Cut;
use super::light::Shading;
use super::transfer::TransferFunction;
use crate::ShowError;
use crate::picture::ColourMap;

/// A text with an arrow at a point of the volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// The point, `[z, y, x]` in the grid's unit.
    pub at: [f64; 3],
    /// What is said of it.
    pub text: String,
}

/// How a volume is rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RenderStyle {
    /// Lines above the picture, the first one as a heading.
    pub title: Vec<String>,
    /// Where it is looked at from.
    pub camera: Camera,
    /// The beam that the attenuation belongs to: chooses the colours' range. None: the range for
    /// X-rays.
    pub probe: Option<Probe>,
    /// What the colour bar counts; without it, attenuation in the grid's unit.
    pub quantity: Option<String>,
    /// Colours from low to high, where `transfer` says nothing.
    pub colour_map: ColourMap,
    /// Colour and opacity of every attenuation; without it the preset for the volume.
    pub transfer: Option<TransferFunction>,
    /// Opacity of labels, 0 to 1, of which 0 hides one; unnamed ones are opaque, label 0 hidden.
    pub label_opacity: BTreeMap<u8, f64>,
    /// What is taken away.
    pub cuts: Vec<Cut>,
    /// Whether matter is opaque, in its own colours and without a lamp, where a cut or the volume's
    /// own box ends it, as on a technical drawing.
    pub has_faces: bool,
    /// Lamp and shadows.
    pub shading: Shading,
    /// Colour behind the volume.
    pub background: [u8; 3],
    /// Texts with arrows.
    pub captions: Vec<Caption>,
    /// Whether a small cross of axes stands in the lower right corner.
    pub show_axes: bool,
    /// Rays a pixel along each side where there is an edge; 1: one ray everywhere.
    pub anti_aliasing: usize,
    /// Length of a step along a ray, in voxels.
    pub step: f64,
}

impl Default for RenderStyle {
    fn default() -> Self {
        Self {
            title: Vec::new(),
            camera: Camera::default(),
            probe: None,
            quantity: None,
            colour_map: ColourMap::Turbo,
            transfer: None,
            label_opacity: BTreeMap::new(),
            cuts: Vec::new(),
            has_faces: true,
            shading: Shading::default(),
            background: [255; 3],
            captions: Vec::new(),
            show_axes: true,
            anti_aliasing: 2,
            step: 0.7,
        }
    }
}

impl RenderStyle {
    /// What is wrong with these settings.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.camera.problems();
        problems.extend(self.shading.problems());
        problems.extend(self.transfer.iter().flat_map(TransferFunction::problems));
        let cuts = self.cuts.iter().enumerate();
        problems.extend(cuts.flat_map(|(at, cut)| cut.problems(&format!("cuts[{at}]"))));
        let mut hold = |is_right: bool, key: &str, found: String, expected: &str| {
            if !is_right {
                problems.push(Problem::new(key, found, expected));
            }
        };
        let rays = self.anti_aliasing;
        hold((1..=8).contains(&rays), "anti_aliasing", rays.to_string(), "from 1 to 8 rays");
        let step = self.step;
        hold((0.05..=4.0).contains(&step), "step", step.to_string(), "from 0.05 to 4 voxels");
        for (label, opacity) in &self.label_opacity {
            let key = format!("label_opacity.{label}");
            let is_share = (0.0..=1.0).contains(opacity);
            hold(is_share, &key, opacity.to_string(), "a number from 0 (hidden) to 1 (opaque)");
        }
        for (at, caption) in self.captions.iter().enumerate() {
            let is_point = caption.at.iter().all(|part| part.is_finite());
            let key = format!("captions[{at}].at");
            hold(is_point, &key, format!("{:?}", caption.at), "three finite numbers");
        }
        problems
    }

    /// The first problem as an error.
    pub(super) fn checked(&self) -> Result<(), ShowError> {
        match self.problems().into_iter().next() {
            None => Ok(()),
            Some(Problem { key, found, expected }) => {
                Err(ShowError::Setting { key, found, expected })
            }
        }
    }
}
