//! A TOML text that a person wrote: where each key stands, and its mistakes in a person's words.
//! Knows no cell and no instrument.

use std::fmt;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};
use voltomo_types::Problem;

use super::nearest::nearest;

/// A problem with its place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedProblem {
    /// Key, found, expected.
    pub problem: Problem,
    /// Line, from 1, where the file has one.
    pub line: Option<usize>,
    /// File or built-in name.
    pub source_name: String,
}

impl fmt::Display for PlacedProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(out, "line {line}: ")?;
        }
        let Problem { key, found, expected } = &self.problem;
        write!(out, "`{key}`: found {found}; expected {expected} ({})", self.source_name)
    }
}

/// Problems, one a line.
pub(super) fn listed(problems: &[PlacedProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A file's text, and what to call it.
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    pub(super) source_name: &'a str,
}

impl Written<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or(self.text).matches('\n').count() + 1
    }

    /// Line of a dotted key; where it is not written, that of the nearest table around it.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        let table = DeTable::parse(self.text).ok()?;
        offset_of(table.get_ref(), key).map(|offset| self.line(offset))
    }

    /// Line and message of a text that is no TOML.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> (usize, String) {
        let line = self.line(error.span().map_or(0, |span| span.start));
        (line, error.message().trim().replace('\n', ", "))
    }

    /// A key that does not exist or a value of the wrong type, as serde words it.
    pub(super) fn mistake(&self, error: &toml::de::Error) -> PlacedProblem {
        let offset = error.span().map_or(0, |span| span.start);
        let table = DeTable::parse(self.text).ok();
        let key = table.map_or_else(String::new, |table| key_at(table.get_ref(), offset));
        let mistake = Mistake::of(error.message());
        let key = match &mistake.key {
            Some(word) if key.rsplit('.').next() != Some(word) => below(&key, word),
            _ => key,
        };
        PlacedProblem {
            problem: Problem::new(&key, mistake.found, mistake.expected),
            line: Some(self.line(offset)),
            source_name: self.source_name.into(),
        }
    }

    /// The first entry of the list of tables `list` that does not read as `T`, and the key in it:
    /// serde itself tells no place within a list whose entries are told apart by their `kind`.
    pub(super) fn entry_mistake<T: DeserializeOwned>(&self, list: &str) -> Option<PlacedProblem> {
        let table: Table = toml::from_str(self.text).ok()?;
        let entries = table.get(list)?.as_array()?.iter().enumerate();
        let mut entries = entries.filter_map(|(index, entry)| Some((index, entry.as_table()?)));
        let (index, (name, error)) =
            entries.find_map(|(index, entry)| Some((index, wrong_key::<T>(entry)?)))?;
        let mistake = Mistake::of(error.message());
        let key = below(&format!("{list}[{index}]"), &name);
        Some(PlacedProblem {
            line: self.line_of(&key),
            problem: Problem::new(&key, mistake.found, mistake.expected),
            source_name: self.source_name.into(),
        })
    }

    /// Gives each problem the line of its key.
    pub(super) fn placed(&self, problems: Vec<Problem>) -> Vec<PlacedProblem> {
        let placed = problems.into_iter().map(|problem| PlacedProblem {
            line: self.line_of(&problem.key),
            problem,
            source_name: self.source_name.into(),
        });
        placed.collect()
    }
}

fn below(table: &str, name: &str) -> String {
    if table.is_empty() { name.into() } else { format!("{table}.{name}") }
}

/// The key for which an entry with a `kind` does not read as `T`, and why.
fn wrong_key<T: DeserializeOwned>(entry: &Table) -> Option<(String, toml::de::Error)> {
    let reads = |table: Table| Value::Table(table).try_into::<T>().err();
    let whole = reads(entry.clone())?;
    let kind = entry.get_key_value("kind").map(|(name, value)| (name.clone(), value.clone()));
    let alone = |(name, value): (&String, &Value)| {
        let only = kind.clone().into_iter().chain([(name.clone(), value.clone())]).collect();
        Some((name.clone(), reads(only)?))
    };
    let kind_alone = || reads(kind.clone().into_iter().collect());
    if let Some(error) = kind_alone() {
        return Some(("kind".into(), error));
    }
    entry.iter().find_map(alone).or(Some(("kind".into(), whole)))
}

/// What serde says, in a person's words.
struct Mistake {
    /// The key that is unknown or missing, where it is one.
    key: Option<String>,
    found: String,
    expected: String,
}

impl Mistake {
    fn of(message: &str) -> Self {
        let message = message.trim();
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let first = quoted.first().copied().unwrap_or_default();
        let known = quoted.get(1..).unwrap_or_default();
        let (key, found, expected) = if message.starts_with("unknown field") {
            (Some(first), format!("an unknown key `{first}`"), known_words("key", first, known))
        } else if message.starts_with("unknown variant") {
            (None, format!("an unknown word `{first}`"), known_words("word", first, known))
        } else if message.starts_with("missing field") {
            (Some(first), "nothing".into(), "this key: nothing can be done without it".into())
        } else {
            let (found, expected) =
                message.split_once(", expected ").unwrap_or((message, "a value of this key"));
            (None, plain_found(found), plain_expected(expected))
        };
        Self { key: key.map(String::from), found, expected }
    }
}

fn known_words(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("a {what} that exists; the nearest is `{near}`"),
        None => format!("one of `{}`", known.join("`, `")),
    }
}

/// Serde's words for a value that was found in a person's.
fn plain_found(words: &str) -> String {
    let words = words.replace("invalid type: ", "a ").replace("invalid value: ", "the ");
    let words = words.replace("invalid length ", "a list of the length ");
    let words = words.replace("a integer", "the whole number").replace("integer", "number");
    let words = words.replace("floating point", "number");
    words.replace("a sequence", "a list").replace("a map", "a table")
}

/// Serde's words for what a key takes in a person's.
fn plain_expected(words: &str) -> String {
    let words = words.split('\n').next().unwrap_or(words).trim();
    match words {
        "f64" | "f32" => "a number".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list, as in [1, 2]".into(),
        _ if words.starts_with("struct ") || words.starts_with("a map") => "a table".into(),
        _ => words
            .replace("an array of length", "a list of the length")
            .replace("fewer elements in array", "fewer entries"),
    }
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
