//! What the labels of a volume stand for. Knows no picture.

use std::collections::BTreeMap;
use std::path::Path;

use crate::simulate::MATERIALS;

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
