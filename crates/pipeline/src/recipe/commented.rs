//! A complete recipe as TOML with a comment above each key. Writes no file.

use toml::{Table, Value};
use voltomo_numeric::cast::to_f32;

use super::{
    schema::{Node, description},
    settings::Recipe,
};

/// The recipe with every key it has, each under the comment that explains it; keys without a value
/// stand there commented out.
#[must_use]
pub(crate) fn commented(recipe: &Recipe, head: &[String]) -> String {
    let values = Table::try_from(recipe).unwrap_or_default();
    let mut text: String = head.iter().map(|line| comment(line, "")).collect();
    tables(&values, Node::root(), "", &mut text);
    text
}

fn tables(values: &Table, node: Node, path: &str, text: &mut String) {
    let Some(keys) = node.keys() else { return };
    for name in keys.keys() {
        let Some(below) = node.key(name).filter(|below| below.keys().is_some()) else { continue };
        let empty = Table::new();
        let inner = values.get(name).and_then(Value::as_table).unwrap_or(&empty);
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        text.push('\n');
        text.push_str(&comment(description(node, name).unwrap_or_default(), ""));
        text.push_str(&format!("[{path}]\n"));
        plain_keys(inner, below, text);
        tables(inner, below, &path, text);
    }
}

fn plain_keys(values: &Table, node: Node, text: &mut String) {
    let Some(keys) = node.keys() else { return };
    for name in keys.keys() {
        let Some(below) = node.key(name).filter(|below| below.keys().is_none()) else { continue };
        text.push_str(&comment(description(node, name).unwrap_or_default(), ""));
        if let Some(words) = below.words() {
            text.push_str(&comment(&format!("One of: {}.", words.join(", ")), ""));
        }
        match values.get(name) {
            Some(value) => text.push_str(&format!("{name} = {}\n", plain(value))),
            None => text.push_str(&format!("# {name} = \n")),
        }
    }
}

/// A value as a person would write it: a number that came from 32 bits without their rounding.
fn plain(value: &Value) -> String {
    match value {
        Value::Float(number) if f64::from(to_f32(*number)) == *number => {
            format!("{:?}", to_f32(*number))
        }
        other => other.to_string(),
    }
}

/// Comment lines of at most 96 characters; line breaks of the text are taken as spaces.
fn comment(text: &str, indent: &str) -> String {
    let mut lines = vec![format!("{indent}#")];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line + word.chars().count() + 1 > 96 {
            lines.push(format!("{indent}#"));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    if text.trim().is_empty() { String::new() } else { lines.join("\n") + "\n" }
}
