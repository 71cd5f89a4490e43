//! A cell's file from its text: structure, place of each mistake, built-in names. Builds nothing.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Table;
use toml::de::{DeTable, DeValue};
use voltomo_types::Problem;

use super::error::{CellError, PlacedProblem};
use super::file::CellFile;
use super::nearest::nearest;

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
        let place = Text { text, source_name };
        let kind: KindOnly = toml::from_str(text).map_err(|error| place.syntax(&error))?;
        let file = match kind.kind.as_ref().and_then(toml::Value::as_str) {
            Some("cylindrical") => Self::Cylindrical(Box::new(place.structure()?)),
            Some("coin") => Self::Coin(Box::new(place.structure()?)),
            _ => return Err(place.unknown_kind(kind.kind.as_ref())),
        };
        let problems = file.problems();
        if problems.is_empty() { Ok(file) } else { Err(place.placed(problems)) }
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

/// A file's text, and what to call it.
struct Text<'a> {
    text: &'a str,
    source_name: &'a str,
}

impl Text<'_> {
    /// The file over the default cell, table by table: a key that is not written keeps the
    /// default of its own place.
    fn structure<T: DeserializeOwned + Serialize + Default>(&self) -> Result<T, CellError> {
        // Read alone first, for mistakes with their place.
        toml::from_str::<T>(self.text).map_err(|error| self.mistake(&error))?;
        let written: Table = toml::from_str(self.text).map_err(|error| self.syntax(&error))?;
        let mut whole = Table::try_from(T::default()).map_err(|error| self.unwritable(&error))?;
        overlay(&mut whole, written);
        whole.try_into().map_err(|error| self.mistake(&error))
    }

    fn unwritable(&self, error: &toml::ser::Error) -> CellError {
        let (message, source_name) = (error.to_string(), self.source_name.into());
        CellError::Syntax { line: 1, message, source_name }
    }

    fn line(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn syntax(&self, error: &toml::de::Error) -> CellError {
        CellError::Syntax {
            line: self.line(error.span().map_or(0, |span| span.start)),
            message: error.message().trim().replace('\n', ", "),
            source_name: self.source_name.into(),
        }
    }

    fn unknown_kind(&self, found: Option<&toml::Value>) -> CellError {
        let found = found.map_or_else(|| "nothing".into(), |value| format!("`{value}`"));
        let expected = "`\"cylindrical\"` or `\"coin\"`";
        self.placed(vec![Problem::new("kind", found, expected)])
    }

    /// A key that does not exist or a value of the wrong type, as serde words it.
    fn mistake(&self, error: &toml::de::Error) -> CellError {
        let offset = error.span().map_or(0, |span| span.start);
        let table = DeTable::parse(self.text).ok();
        let mut key = table.map_or_else(String::new, |table| key_at(table.get_ref(), offset));
        let message = error.message().trim().to_string();
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let is_word =
            message.starts_with("unknown field") || message.starts_with("unknown variant");
        let (found, expected) = match (is_word, quoted.split_first()) {
            (true, Some((word, known))) => {
                let what = if message.starts_with("unknown field") { "key" } else { "word" };
                if what == "key" && key.rsplit('.').next() != Some(word) {
                    key = if key.is_empty() { (*word).into() } else { format!("{key}.{word}") };
                }
                (format!("an unknown {what} `{word}`"), known_words(what, word, known))
            }
            _ => match message.split_once(", expected ") {
                Some((found, expected)) => (plain(found), plain(expected)),
                None => (message.clone(), "a value that this key takes".into()),
            },
        };
        CellError::Problems(vec![PlacedProblem {
            problem: Problem::new(&key, found, expected),
            line: Some(self.line(offset)),
            source_name: self.source_name.into(),
        }])
    }

    /// Gives each problem the line of its key.
    fn placed(&self, problems: Vec<Problem>) -> CellError {
        let table = DeTable::parse(self.text).ok();
        let line = |key: &str| {
            let offset = offset_of(table.as_ref()?.get_ref(), key)?;
            Some(self.line(offset))
        };
        let placed = problems.into_iter().map(|problem| PlacedProblem {
            line: line(&problem.key),
            problem,
            source_name: self.source_name.into(),
        });
        CellError::Problems(placed.collect())
    }
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

fn known_words(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("a {what} that exists; the nearest is `{near}`"),
        None => format!("one of `{}`", known.join("`, `")),
    }
}

/// Serde's words for types in a person's.
fn plain(words: &str) -> String {
    words
        .replace("invalid type: ", "a ")
        .replace("f64", "a number")
        .replace("u32", "a whole number")
}

/// The dotted key whose value, or whose name, stands at an offset of the text.
fn key_at(table: &DeTable<'_>, offset: usize) -> String {
    for (name, value) in table.iter() {
        let below = inside(value.get_ref(), offset);
        let here = name.span().contains(&offset) || value.span().contains(&offset);
        match below {
            Some(below) => return format!("{}{below}", name.get_ref()),
            None if here => return name.get_ref().to_string(),
            None => {}
        }
    }
    String::new()
}

fn inside(value: &DeValue<'_>, offset: usize) -> Option<String> {
    match value {
        DeValue::Table(table) => {
            let below = key_at(table, offset);
            (!below.is_empty()).then(|| format!(".{below}"))
        }
        DeValue::Array(list) => list.iter().enumerate().find_map(|(index, entry)| {
            let below = inside(entry.get_ref(), offset);
            let here = entry.span().contains(&offset).then(String::new);
            below.or(here).map(|below| format!("[{index}]{below}"))
        }),
        _ => None,
    }
}

/// Where a dotted key stands in the text; where it is not written, the nearest table around it.
fn offset_of(table: &DeTable<'_>, key: &str) -> Option<usize> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    let (name, index) = match first.split_once('[') {
        Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
        None => (first, None),
    };
    let (found, value) = table.iter().find(|(known, _)| known.get_ref() == name)?;
    let value = match index {
        Some(index) => value.get_ref().as_array()?.get(index)?,
        None => value,
    };
    let here = if index.is_some() { value.span().start } else { found.span().start };
    let below = value.get_ref().as_table().filter(|_| !rest.is_empty());
    Some(below.and_then(|table| offset_of(table, rest)).unwrap_or(here))
}
