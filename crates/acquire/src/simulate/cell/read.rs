//! A cell's file from its text: structure, place of each mistake, built-in names. Builds nothing.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Table;
use voltomo_types::Problem;

use super::defect::Defect;
use super::error::CellError;
use super::file::CellFile;
use crate::simulate::nearest::nearest;
use crate::simulate::written::Written;

/// The cells of the house, by name.
const BUILT_IN: [(&str, &str); 7] = [
    ("18650-na-1500", include_str!("../../../../../cells/18650-na-1500.toml")),
    ("18650-li-nmc", include_str!("../../../../../cells/18650-li-nmc.toml")),
    ("21700-li-nmc", include_str!("../../../../../cells/21700-li-nmc.toml")),
    ("2032-k-li", include_str!("../../../../../cells/2032-k-li.toml")),
    ("2032-k-li-wetted", include_str!("../../../../../cells/2032-k-li-wetted.toml")),
    ("2032-a-k", include_str!("../../../../../cells/2032-a-k.toml")),
    ("2032-a-k-wetted", include_str!("../../../../../cells/2032-a-k-wetted.toml")),
];

/// Only the word that tells which kind of cell the rest describes.
#[derive(Deserialize)]
struct KindOnly {
    kind: Option<toml::Value>,
}

impl CellFile {
    /// Names of the built-in cells.
    #[must_use]
    pub fn builtin_names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// The text of a built-in cell's file.
    #[must_use]
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The text of a built-in cell's file, for a person to copy.
    ///
    /// # Errors
    /// No cell of that name is built in.
    pub fn builtin(name: &str) -> Result<&'static str, CellError> {
        Self::builtin_text(name).ok_or_else(|| unknown_name(name))
    }

    /// Reads a built-in cell by its name, or a file by its path.
    ///
    /// # Errors
    /// A name that is neither, a file that cannot be read, and everything that [`Self::parse`] says.
    pub fn read(path_or_name: &str) -> Result<Self, CellError> {
        let path = Path::new(path_or_name);
        if let Some(text) = Self::builtin_text(path_or_name) {
            return Self::parse(text, path_or_name);
        }
        let looks_like_path = path.exists() || path_or_name.ends_with(".toml");
        if !looks_like_path {
            return Err(unknown_name(path_or_name));
        }
        let text = crate::read_text(path)
            .map_err(|why| CellError::Open { path: path.into(), why: why.to_string() })?;
        Self::parse(&text, path_or_name)
    }

    /// Reads a cell from TOML text; `source_name` stands in messages.
    ///
    /// # Errors
    /// Text that is no TOML, a key that does not exist, a value of the wrong type, numbers that
    /// their unit does not allow; each with its line, what was found and what was expected.
    pub fn parse(text: &str, source_name: &str) -> Result<Self, CellError> {
        let place = Written { text, source_name };
        let kind: KindOnly = toml::from_str(text).map_err(|error| syntax(&place, &error))?;
        let file = match kind.kind.as_ref().and_then(toml::Value::as_str) {
            Some("cylindrical") => Self::Cylindrical(Box::new(structure(&place)?)),
            Some("coin") => Self::Coin(Box::new(structure(&place)?)),
            _ => return Err(unknown_kind(&place, kind.kind.as_ref())),
        };
        let problems = file.problems();
        if problems.is_empty() {
            Ok(file)
        } else {
            Err(CellError::Problems(place.placed(problems)))
        }
    }
}

fn unknown_name(name: &str) -> CellError {
    let names = CellFile::builtin_names();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("the nearest is `{near}`"),
        None => "none is near".into(),
    };
    CellError::UnknownName {
        name: name.into(),
        hint,
        built_in: format!("`{}`", names.join("`, `")),
    }
}

/// The file over the default cell, table by table: a key that is not written keeps the default of
/// its own place.
fn structure<T: DeserializeOwned + Serialize + Default>(
    place: &Written<'_>,
) -> Result<T, CellError> {
    let wrong = |error: &toml::de::Error| CellError::Problems(vec![place.mistake(error)]);
    // Read alone first, for mistakes with their place; defects one by one, since those of a tagged
    // list know no place of their own.
    let defect = place.entry_mistake::<Defect>("defect");
    defect.map_or(Ok(()), |problem| Err(CellError::Problems(vec![problem])))?;
    toml::from_str::<T>(place.text).map_err(|error| wrong(&error))?;
    let written: Table = toml::from_str(place.text).map_err(|error| syntax(place, &error))?;
    let mut whole = Table::try_from(T::default()).map_err(|error| unwritable(place, &error))?;
    overlay(&mut whole, written);
    whole.try_into().map_err(|error| wrong(&error))
}

fn unwritable(place: &Written<'_>, error: &toml::ser::Error) -> CellError {
    let (message, source_name) = (error.to_string(), place.source_name.into());
    CellError::Syntax { line: 1, message, source_name }
}

fn syntax(place: &Written<'_>, error: &toml::de::Error) -> CellError {
    let (line, message) = place.syntax(error);
    CellError::Syntax { line, message, source_name: place.source_name.into() }
}

fn unknown_kind(place: &Written<'_>, found: Option<&toml::Value>) -> CellError {
    let found = found.map_or_else(|| "nothing".into(), |value| format!("`{value}`"));
    let expected = "`\"cylindrical\"` or `\"coin\"`";
    CellError::Problems(place.placed(vec![Problem::new("kind", found, expected)]))
}

/// Writes one table over another, tables in it likewise.
fn overlay(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => overlay(below, above),
            (_, value) => drop(below.insert(key, value)),
        }
    }
}
