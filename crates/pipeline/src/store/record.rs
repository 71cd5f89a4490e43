//! What every stored volume says of itself, whatever its format. Knows no files.

use serde::{Deserialize, Serialize};
use voltomo_types::{AttenuationUnit, VoxelGrid};

use super::quantise::Quantiser;
use super::{Content, NumberType, StoreSettings, VolumeMetadata};

/// The part of a stored volume's metadata that voltomo writes into every format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Where the voxels are.
    pub(super) grid: VoxelGrid,
    /// Unit of the attenuations; labels have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attenuation_unit: Option<AttenuationUnit>,
    /// What the numbers are; a volume that does not say holds attenuations.
    #[serde(default, skip_serializing_if = "is_attenuation")]
    pub(super) content: Content,
    /// How one voxel is stored.
    pub(super) numbers: NumberType,
    /// Attenuations of 0 and of the largest integer.
    pub(super) limits: Option<[f32; 2]>,
    /// Attenuation = intercept + slope · stored number.
    pub(super) slope: f64,
    /// Attenuation of the stored number 0.
    pub(super) intercept: f64,
    /// Where the volume came from.
    pub(super) provenance: serde_json::Value,
}

fn is_attenuation(content: &Content) -> bool {
    *content == Content::Attenuation
}

impl Record {
    pub(super) fn new(settings: &StoreSettings, metadata: &VolumeMetadata) -> Self {
        let quantiser = Quantiser::new(settings);
        Self {
            grid: metadata.grid,
            attenuation_unit: matches!(metadata.content, Content::Attenuation | Content::Noise)
                .then(|| metadata.grid.attenuation_unit()),
            content: metadata.content,
            numbers: settings.numbers,
            limits: settings.limits,
            slope: quantiser.slope(),
            intercept: quantiser.intercept(),
            provenance: metadata.provenance.clone(),
        }
    }

    /// Unit of the numbers as printed; nothing where they have none.
    pub(super) fn unit(&self) -> &'static str {
        self.attenuation_unit.map_or("", AttenuationUnit::symbol)
    }

    /// The map between attenuations and stored numbers.
    pub(super) fn quantiser(&self) -> Quantiser {
        let settings = StoreSettings {
            numbers: self.numbers,
            limits: self.limits,
            ..StoreSettings::default()
        };
        Quantiser::new(&settings)
    }

    /// This record as one line of plain ASCII JSON.
    pub(super) fn in_one_line(&self) -> String {
        ascii(&serde_json::to_string(self).unwrap_or_default())
    }
}

/// `json` with everything beyond ASCII escaped, for headers that know nothing else.
pub(super) fn ascii(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            line.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    line
}
