//! The recipe's JSON Schema, made from its types, and questions to it. Knows no TOML.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::settings::Recipe;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Recipe).to_value());

/// The JSON Schema of the recipe, for editors.
#[must_use]
pub fn json_schema() -> &'static Value {
    &SCHEMA
}

/// One node of the schema, with references followed and `null` alternatives dropped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node(&'static Value);

impl Node {
    /// The whole recipe.
    pub(crate) fn root() -> Self {
        Self(&SCHEMA).resolved()
    }

    fn resolved(self) -> Self {
        let node = self.0;
        if let Some(name) = node["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            return Self(&SCHEMA["$defs"][name]).resolved();
        }
        let choices = node["anyOf"].as_array().or_else(|| node["allOf"].as_array());
        match choices.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
            Some(choice) => Self(choice).resolved(),
            None => self,
        }
    }

    /// The keys of a table and what may stand there; `None` for a plain value.
    pub(crate) fn keys(self) -> Option<&'static Map<String, Value>> {
        self.0["properties"].as_object()
    }

    /// What may stand under a key of this table.
    pub(crate) fn key(self, name: &str) -> Option<Self> {
        Some(Self(self.keys()?.get(name)?).resolved())
    }

    /// What may stand at a dotted key.
    pub(crate) fn at(self, dotted: &str) -> Option<Self> {
        dotted.split('.').try_fold(self, Self::key)
    }

    /// The words that may stand here, where only some may.
    pub(crate) fn words(self) -> Option<Vec<&'static str>> {
        let listed = self.0["enum"].as_array().map(|all| all.iter().filter_map(Value::as_str));
        let described = self.0["oneOf"].as_array().map(|all| {
            all.iter().flat_map(|one| match one["enum"].as_array() {
                Some(words) => words.iter().filter_map(Value::as_str).collect(),
                None => one["const"].as_str().into_iter().collect::<Vec<_>>(),
            })
        });
        listed.map(Iterator::collect).or_else(|| described.map(Iterator::collect))
    }

    /// Whether a value of this JSON type (`number`, `integer`, `string`, …) may stand here.
    pub(crate) fn takes(self, kind: &str) -> bool {
        let named = |value: &Value| value == kind;
        match &self.0["type"] {
            Value::Array(kinds) => kinds.iter().any(named),
            Value::Null => self.words().is_some() && kind == "string",
            one => named(one),
        }
    }

    /// Whether a whole number is between the least and the greatest that may stand here.
    pub(crate) fn allows(self, value: i64) -> bool {
        let value = value as f64;
        self.0["minimum"].as_f64().is_none_or(|least| value >= least)
            && self.0["maximum"].as_f64().is_none_or(|most| value <= most)
    }

    /// A whole number, in words, with its limits.
    fn whole_number(self) -> String {
        match (self.0["minimum"].as_f64(), self.0["maximum"].as_f64()) {
            (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            (Some(least), None) => format!("a whole number from {least}"),
            _ => "a whole number".into(),
        }
    }

    /// Entries of a list that must stand here, where their number is fixed.
    pub(crate) fn list_length(self) -> Option<u64> {
        self.0["minItems"].as_u64()
    }

    /// What an entry of a list must be.
    pub(crate) fn entry(self) -> Option<Self> {
        self.0.get("items").map(|items| Self(items).resolved())
    }

    /// What is expected here, in words.
    pub(crate) fn expected(self) -> String {
        if let Some(words) = self.words() {
            return format!("one of `{}`", words.join("`, `"));
        }
        let whole_number = self.whole_number();
        let kinds = [
            ("boolean", "true or false"),
            ("integer", whole_number.as_str()),
            ("number", "a number"),
            ("string", "a text in quotes"),
            ("object", "a table"),
        ];
        let taken: Vec<_> =
            kinds.iter().filter(|(kind, _)| self.takes(kind)).map(|(_, text)| *text).collect();
        match (self.takes("array"), self.list_length()) {
            (true, Some(length)) => format!("a list of {length} values"),
            (true, None) => "a list".into(),
            _ => taken.join(" or "),
        }
    }
}

/// The doc comment that the schema carries for a key of a table, if any.
pub(crate) fn description(table: Node, key: &str) -> Option<&'static str> {
    let raw = table.keys()?.get(key)?;
    raw["description"].as_str().or_else(|| table.key(key)?.0["description"].as_str())
}
