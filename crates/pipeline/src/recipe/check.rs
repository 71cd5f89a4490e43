//! A recipe's keys and types against its schema, every mistake with its place. Touches no data.

use std::collections::HashMap;

use toml_edit::{Document, DocumentMut, Item, TableLike};
use voltomo_types::Problem;

use super::{
    error::{Place, PlacedProblem, RecipeError},
    nearest::nearest,
    overrides::Override,
    schema::Node,
};

/// A recipe whose keys and types are right, with the place of each key.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The text with the overrides in it.
    pub(crate) merged: String,
    places: HashMap<String, Place>,
}

impl Checked {
    /// Gives each problem the place of its key.
    pub(crate) fn locate(&self, problems: Vec<Problem>) -> RecipeError {
        let place = |problem: &Problem| self.places.get(&problem.key).cloned();
        let placed = problems.into_iter().map(|problem| PlacedProblem {
            place: place(&problem).unwrap_or(Place::Default),
            problem,
        });
        RecipeError::Problems(placed.collect())
    }
}

/// Parses the text and holds every key and value of it, and of the overrides, to the schema.
pub(crate) fn structure(
    text: &str,
    source: &str,
    overrides: &[Override],
) -> Result<Checked, RecipeError> {
    let document = Document::parse(text).map_err(|error| syntax(&error, text, source))?;
    let mut walk = Walk { text, source, places: HashMap::new(), problems: Vec::new() };
    walk.table(document.as_table(), Node::root(), "");
    let mut merged: DocumentMut = document.clone().into_mut();
    for told in overrides {
        walk.told(told);
        if let Err(problem) = told.apply(&mut merged) {
            walk.problems.push(problem);
        }
    }
    if walk.problems.is_empty() {
        Ok(Checked { merged: merged.to_string(), places: walk.places })
    } else {
        Err(RecipeError::Problems(walk.problems))
    }
}

struct Walk<'a> {
    text: &'a str,
    source: &'a str,
    places: HashMap<String, Place>,
    problems: Vec<PlacedProblem>,
}

impl Walk<'_> {
    fn table(&mut self, table: &dyn TableLike, node: Node, path: &str) {
        for (name, item) in table.iter() {
            let key = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            let span = table.get_key_value(name).and_then(|(key, _)| key.span());
            let place = self.place(span.or_else(|| item.span()));
            self.places.insert(key.clone(), place.clone());
            match node.key(name) {
                None => self.report(unknown(&key, name, node), place),
                Some(below) => self.value(item, below, &key),
            }
        }
    }

    fn value(&mut self, item: &Item, node: Node, key: &str) {
        if node.keys().is_some() {
            if let Some(table) = item.as_table_like() {
                return self.table(table, node, key);
            }
        } else if fits(item, node) {
            return;
        }
        let place = self.place(item.span());
        self.report(misfit(key, item, node), place);
    }

    fn told(&mut self, told: &Override) {
        self.places.insert(told.key.clone(), told.place());
        let (path, name) = told.key.rsplit_once('.').unwrap_or(("", &told.key));
        let table = if path.is_empty() { Some(Node::root()) } else { Node::root().at(path) };
        let Some(table) = table.filter(|table| table.keys().is_some()) else {
            let first = told.key.split('.').next().unwrap_or_default();
            return self.report(unknown(&told.key, first, Node::root()), told.place());
        };
        match table.key(name) {
            None => self.report(unknown(&told.key, name, table), told.place()),
            Some(node) if node.keys().is_some() || !fits(&told.item(), node) => {
                self.report(misfit(&told.key, &told.item(), node), told.place());
            }
            Some(_) => {}
        }
    }

    fn report(&mut self, problem: Problem, place: Place) {
        self.problems.push(PlacedProblem { problem, place });
    }

    fn place(&self, span: Option<std::ops::Range<usize>>) -> Place {
        place_in(self.text, self.source, span.map_or(0, |span| span.start))
    }
}

fn place_in(text: &str, source: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place::Line {
        source_name: source.into(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

fn syntax(error: &toml_edit::TomlError, text: &str, source: &str) -> RecipeError {
    let offset = error.span().map_or(0, |span| span.start);
    RecipeError::Syntax {
        message: error.message().trim().replace('\n', ", "),
        place: place_in(text, source, offset),
    }
}

fn unknown(key: &str, name: &str, table: Node) -> Problem {
    let names: Vec<&str> =
        table.keys().map_or_else(Vec::new, |keys| keys.keys().map(String::as_str).collect());
    let expected = match nearest(name, names.iter().copied()) {
        Some(near) => format!("a key that exists; the nearest is `{near}`"),
        None => format!("one of the keys `{}`", names.join("`, `")),
    };
    Problem::new(key, format!("an unknown key `{name}`"), expected)
}

fn fits(item: &Item, node: Node) -> bool {
    if let (Some(words), Some(text)) = (node.words(), item.as_str()) {
        return words.contains(&text);
    }
    match item.as_value() {
        Some(toml_edit::Value::String(_)) => node.takes("string"),
        Some(toml_edit::Value::Integer(value)) => {
            (node.takes("integer") && node.allows(*value.value())) || node.takes("number")
        }
        Some(toml_edit::Value::Float(value)) => node.takes("number") && value.value().is_finite(),
        Some(toml_edit::Value::Boolean(_)) => node.takes("boolean"),
        Some(toml_edit::Value::Array(list)) => {
            let long_enough = node.list_length().is_none_or(|length| length == list.len() as u64);
            let entries_fit = list.iter().all(|entry| {
                node.entry().is_none_or(|node| fits(&Item::Value(entry.clone()), node))
            });
            node.takes("array") && long_enough && entries_fit
        }
        _ => false,
    }
}

fn misfit(key: &str, item: &Item, node: Node) -> Problem {
    let found = match item.as_value() {
        Some(value) => format!("`{}`", value.to_string().trim()),
        None if item.is_array_of_tables() => "a list of tables, `[[…]]`".into(),
        None => "a table".into(),
    };
    let near = item.as_str().zip(node.words()).and_then(|(text, words)| nearest(text, words));
    let expected = match (near, unit_hint(key, item)) {
        (Some(near), _) => format!("{}; the nearest is `{near}`", node.expected()),
        (None, Some(hint)) => format!("{} {hint}", node.expected()),
        (None, None) => node.expected(),
    };
    Problem::new(key, found, expected)
}

/// For a number with a unit where a plain number is wanted: what to write instead.
fn unit_hint(key: &str, item: &Item) -> Option<String> {
    let (suffix, units): (&str, &[(&str, f64)]) = if key.ends_with("_mm") {
        ("mm", &[("mm", 1.0), ("um", 1e-3), ("µm", 1e-3), ("μm", 1e-3), ("cm", 10.0), ("m", 1e3)])
    } else if key.ends_with("_deg") {
        ("degrees", &[("degrees", 1.0), ("deg", 1.0), ("°", 1.0), ("rad", 57.295_779_513_082_32)])
    } else {
        return None;
    };
    let text = item.as_str().unwrap_or_default().trim();
    let converted = units.iter().find_map(|(unit, factor)| {
        let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        Some(number * factor)
    });
    Some(match converted {
        Some(value) => format!("in {suffix}, without a unit: `{}`", (value * 1e9).round() / 1e9),
        None => format!("in {suffix}"),
    })
}
