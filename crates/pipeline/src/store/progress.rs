//! An unfinished volume: what it is called, and the note beside it of how it was begun and which slices
//! are safe. Knows no format.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::Record;
use super::{StoreError, StoreSettings, StoredFigures};

/// What stands in the name of a volume while it is being written.
pub(super) const PARTIAL: &str = ".partial";

/// Whether an OME-Zarr folder of that name is still being written, or was left so.
pub(super) fn is_unfinished(folder: &Path) -> bool {
    folder.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(PARTIAL))
}

/// How an unfinished volume was begun, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// How it is written.
    pub(super) settings: StoreSettings,
    /// What it says of itself.
    pub(super) record: Record,
    /// Slices from 0 that survive a kill at any moment.
    pub(super) safe_slices: usize,
    /// Figures of those slices.
    pub(super) figures: StoredFigures,
}

impl Progress {
    pub(super) fn begin(settings: &StoreSettings, record: &Record) -> Self {
        Self {
            settings: settings.clone(),
            record: record.clone(),
            safe_slices: 0,
            figures: StoredFigures::none(),
        }
    }

    /// Writes the note; the old one stays until the new one is whole.
    pub(super) fn save(&self, path: &Path, needed: u64) -> Result<(), StoreError> {
        let failed = |source| StoreError::from_io(source, path, needed);
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let fresh = path.with_extension("json.new");
        fs::write(&fresh, text).map_err(failed)?;
        fs::rename(&fresh, path).map_err(failed)
    }

    /// Reads the note of the unfinished volume.
    pub(super) fn load(path: &Path) -> Result<Self, StoreError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::NothingToResume { path: path.to_path_buf() });
            }
            Err(source) => return Err(StoreError::from_io(source, path, 0)),
        };
        serde_json::from_slice(&text).map_err(|error| StoreError::Unreadable {
            found: format!("this note of progress does not parse: {error}"),
            path: path.to_path_buf(),
        })
    }

    /// An error that names the first thing in which `self` was begun otherwise than `asked`.
    pub(super) fn refuse_other(&self, asked: &Self, path: &Path) -> Result<(), StoreError> {
        let parts = |progress: &Self| -> [(&str, Option<Value>); 2] {
            [
                ("store", serde_json::to_value(&progress.settings).ok()),
                ("volume", serde_json::to_value(&progress.record).ok()),
            ]
        };
        let pairs = parts(self).into_iter().zip(parts(asked));
        for ((what, found), (_, expected)) in pairs {
            let (found, expected) = (found.unwrap_or_default(), expected.unwrap_or_default());
            if let Some((what, found, expected)) = first_difference(what, &found, &expected) {
                return Err(StoreError::OtherRun { what, found, expected, path: path.into() });
            }
        }
        Ok(())
    }
}

/// The first place where two values differ, as (dotted key, left, right).
fn first_difference(key: &str, left: &Value, right: &Value) -> Option<(String, String, String)> {
    let (Value::Object(fields), Value::Object(others)) = (left, right) else {
        return (left != right).then(|| (key.into(), left.to_string(), right.to_string()));
    };
    let names = fields.keys().chain(others.keys().filter(|name| !fields.contains_key(*name)));
    names.into_iter().find_map(|name| {
        let missing = Value::Null;
        let field = |of: &'_ serde_json::Map<String, Value>| of.get(name).cloned();
        let left = field(fields).unwrap_or(missing.clone());
        let right = field(others).unwrap_or(missing);
        first_difference(&format!("{key}.{name}"), &left, &right)
    })
}
