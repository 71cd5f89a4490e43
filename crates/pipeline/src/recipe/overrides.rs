//! `--set key=value`: a setting told on the command line. Reads no file.

use toml_edit::{Item, Value};
use voltomo_types::Problem;

use super::{
    error::{Place, PlacedProblem},
    schema::Node,
};

/// One `key=value` of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Dotted key.
    pub key: String,
    /// The value as typed; texts need no quotes.
    pub value: String,
}

impl Override {
    /// A setting given by the program's own options.
    #[must_use]
    pub fn new(key: &str, value: impl ToString) -> Self {
        Self { key: key.into(), value: value.to_string() }
    }

    /// A text given by the program's own options, whatever it looks like.
    #[must_use]
    pub fn text(key: &str, value: impl ToString) -> Self {
        Self { key: key.into(), value: Value::from(value.to_string()).to_string() }
    }

    /// Parts `key=value` at its first `=`.
    ///
    /// # Errors
    /// A text without `=`, with what was expected.
    pub fn parse(typed: &str) -> Result<Self, String> {
        match typed.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Self::new(key.trim(), value.trim())),
            _ => Err(format!("found `{typed}`; expected KEY=VALUE, as in correct.bin=2")),
        }
    }

    /// The override as it was typed.
    pub(crate) fn typed(&self) -> String {
        format!("{}={}", self.key, self.value)
    }

    pub(crate) fn place(&self) -> Place {
        Place::CommandLine(self.typed())
    }

    /// The value as TOML: as the schema wants a text there, or as TOML reads it.
    pub(crate) fn item(&self) -> Item {
        let node = Node::root().at(&self.key);
        let wants_text = node.is_some_and(|node| node.takes("string") && !node.takes("number"));
        let quoted = self.value.starts_with(['"', '\'']);
        let parsed = self.value.parse::<Value>();
        match parsed {
            Ok(value) if quoted || !wants_text => Item::Value(value),
            _ => Item::Value(Value::from(self.value.as_str())),
        }
    }

    /// Puts the value into a recipe's tables.
    pub(crate) fn apply(&self, recipe: &mut toml_edit::DocumentMut) -> Result<(), PlacedProblem> {
        let mut item = recipe.as_item_mut();
        let mut names = self.key.split('.').peekable();
        while let Some(name) = names.next() {
            let table = item.as_table_like_mut().ok_or_else(|| self.no_table(name))?;
            if names.peek().is_none() {
                table.insert(name, self.item());
                return Ok(());
            }
            item = table.entry(name).or_insert_with(toml_edit::table);
        }
        Ok(())
    }

    fn no_table(&self, name: &str) -> PlacedProblem {
        let expected = format!("a table that holds `{name}`");
        let problem = Problem::new(&self.key, "a plain value on the way to it", expected);
        PlacedProblem { problem, place: self.place() }
    }
}
