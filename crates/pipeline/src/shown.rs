//! A section through a volume on disk as a picture. Draws nothing itself.

use std::{collections::BTreeMap, path::Path, str::FromStr};

use ndarray::{Array2, Axis};
use voltomo_show::picture::{ColourMap, label_picture, slice_picture};

use crate::{
    error::RunError,
    layout::volume_in,
    preview::{style, write},
    simulate::MATERIALS,
    store::{Content, StoreError, StoredVolume},
};

/// Slices that are read at once for an upright section.
const AT_ONCE: usize = 16;

/// Across which axis of the volume a section lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SectionAxis {
    /// A slice, at right angles to the rotation axis.
    #[default]
    Z,
    /// Upright, z and x in it.
    Y,
    /// Upright, z and y in it.
    X,
}

impl SectionAxis {
    fn index(self) -> usize {
        match self {
            Self::Z => 0,
            Self::Y => 1,
            Self::X => 2,
        }
    }

    fn name(self) -> &'static str {
        ["z", "y", "x"][self.index()]
    }
}

/// How a section is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ShowOptions {
    /// Across which axis.
    pub across: SectionAxis,
    /// Index along that axis; the middle one without a wish.
    pub index: Option<usize>,
    /// Numbers of the first and the last colour, in the volume's unit; as the inside has them
    /// without a wish.
    pub range: Option<Limits>,
    /// Colours; grey without a wish.
    pub colours: ColourMap,
}

/// Two numbers, the lower one first, as `LOW:HIGH`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits(pub [f32; 2]);

impl FromStr for Limits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}`; expected `LOW:HIGH`, two numbers, the lower one first");
        let (low, high) = text.split_once(':').ok_or_else(refuse)?;
        let number = |text: &str| text.trim().parse::<f32>().ok().filter(|it| it.is_finite());
        match number(low).zip(number(high)) {
            Some((low, high)) if low < high => Ok(Self([low, high])),
            _ => Err(refuse()),
        }
    }
}

/// Draws a section of a run's volume, or of a volume, as a PNG; one of labels with a colour and a
/// name each. Memory: the section and some slices.
///
/// # Errors
/// No volume there, a section outside it, a picture that cannot be written.
pub fn show_slice(volume: &Path, options: &ShowOptions, out: &Path) -> Result<(), RunError> {
    let path = volume_in(volume);
    let stored = StoredVolume::open(&path)?;
    let grid = *stored.grid();
    let axis = options.across.index();
    let count = grid.shape[axis];
    let at = options.index.unwrap_or(count / 2);
    let values = section(&stored, options.across, at)?;
    let name = options.across.name();
    let title = match options.across {
        SectionAxis::Z => format!("Slice z = {at} of {count}"),
        _ => format!("Upright section at {name} = {at} of {count}"),
    };
    let is_noise = stored.content() == Content::Noise;
    let range = options.range.map(|Limits(limits)| limits);
    let colours = (options.colours, range);
    let mut style = style((&grid, is_noise), colours, (title, values.view()));
    let picture = match stored.content() {
        Content::Attenuation | Content::Noise => slice_picture(values.view(), &style),
        Content::Confidence => {
            style.title[1] = "probability of the label".into();
            style.quantity = "probability".into();
            slice_picture(values.view(), &style)
        }
        Content::Labels => {
            style.title[1] = "labels".into();
            label_picture(values.view(), &label_names(&path), &style)
        }
    };
    write(&picture, out)
}

/// The section `[y, x]`, `[z, x]` or `[z, y]` at index `at`.
fn section(stored: &StoredVolume, across: SectionAxis, at: usize) -> Result<Array2<f32>, RunError> {
    let [depth, height, width] = stored.grid().shape;
    let count = stored.grid().shape[across.index()];
    if at >= count {
        let axis = across.name();
        return Err(
            StoreError::Section { axis, found: at, count, path: stored.path().into() }.into()
        );
    }
    if across == SectionAxis::Z {
        return Ok(stored.read_slab(at..at + 1)?.index_axis_move(Axis(0), 0));
    }
    let long = if across == SectionAxis::Y { width } else { height };
    let mut section = Array2::zeros((depth, long));
    for first in (0..depth).step_by(AT_ONCE) {
        let slab = stored.read_slab(first..(first + AT_ONCE).min(depth))?;
        let part = slab.index_axis(Axis(across.index()), at);
        section.slice_mut(ndarray::s![first..first + part.nrows(), ..]).assign(&part);
    }
    Ok(section)
}

/// What the labels of a volume stand for, by the list beside it; 0 is a void. Nothing more where no
/// such list is there.
pub(crate) fn label_names(volume: &Path) -> BTreeMap<usize, String> {
    #[derive(serde::Deserialize)]
    struct Material {
        label: usize,
        name: String,
    }
    #[derive(serde::Deserialize)]
    struct List {
        materials: Vec<Material>,
    }
    let text = std::fs::read_to_string(volume.with_file_name(MATERIALS)).unwrap_or_default();
    let list = serde_json::from_str(&text).unwrap_or(List { materials: Vec::new() });
    let named = list.materials.into_iter().map(|material| (material.label, material.name));
    std::iter::once((0, "void".into())).chain(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_named_by_the_list_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let volume = folder.path().join("labels.zarr");
        assert_eq!(label_names(&volume), BTreeMap::from([(0, "void".to_string())]));
        let list = r#"{ "materials": [{ "label": 2, "name": "copper", "density_g_cm3": 8.96 }] }"#;
        std::fs::write(folder.path().join(MATERIALS), list).unwrap();
        assert_eq!(label_names(&volume)[&2], "copper");
    }
}
