//! How far a simulation is, so that a stopped one goes on. Renders nothing.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{error::SimulateError, folder::ScanFolder};
use crate::provenance::write_json;

/// How far a simulation is, and what decides its bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Program, cell, instrument, seed and format.
    pub(super) simulation: Value,
    /// Frames, in the order of the schedule, that survive a kill at any moment.
    pub(super) frames_written: usize,
}

impl Progress {
    /// Keeps the progress.
    pub(super) fn save(&self, folder: &ScanFolder) -> Result<(), SimulateError> {
        Ok(write_json(&folder.progress(), self)?)
    }

    /// The progress of an earlier simulation of the same.
    pub(super) fn load(folder: &ScanFolder, simulation: &Value) -> Result<Self, SimulateError> {
        let path = folder.root().to_path_buf();
        let refuse = |why: String| SimulateError::Resume { why, path: path.clone() };
        let text = std::fs::read_to_string(folder.progress())
            .map_err(|error| refuse(format!("the progress cannot be read, {error}")))?;
        let progress: Self = serde_json::from_str(&text)
            .map_err(|error| refuse(format!("the progress does not parse, {error}")))?;
        match difference("", &progress.simulation, simulation) {
            None => Ok(progress),
            Some((key, before, now)) => Err(refuse(format!(
                "the stopped simulation had `{key}` = {before}, and now it is {now}"
            ))),
        }
    }

    /// Forgets the progress of a simulation that is whole.
    pub(super) fn clear(path: &Path) {
        // One that stays behind only offers to go on with what is done.
        let _ = std::fs::remove_file(path);
    }
}

/// The first place where two values differ: its key, and both values.
fn difference(key: &str, before: &Value, now: &Value) -> Option<(String, String, String)> {
    let (Value::Object(old), Value::Object(new)) = (before, now) else {
        return (before != now).then(|| (key.into(), short(before), short(now)));
    };
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    names.into_iter().find_map(|name| {
        let at = |of: &serde_json::Map<String, Value>| of.get(name).cloned().unwrap_or_default();
        let path = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
        difference(&path, &at(old), &at(new))
    })
}

/// A value in not too many letters.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_by_its_key() {
        let before = serde_json::json!({"seed": 1, "cell": {"name": "a", "height": 2.0}});
        let now = serde_json::json!({"seed": 1, "cell": {"name": "a", "height": 3.0}});
        assert_eq!(difference("", &before, &before), None);
        let named = difference("", &before, &now).unwrap();
        assert_eq!(named, ("cell.height".into(), "2.0".into(), "3.0".into()));
    }
}
