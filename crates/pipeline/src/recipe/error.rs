//! Why a recipe cannot be used: all of it at once, each with its place. Prints nothing.

use std::{fmt, path::PathBuf};

use voltomo_types::Problem;

/// Where in the recipe a problem stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Line and column of a text, both counted from 1.
    Line {
        /// Name of the text.
        source_name: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// An override on the command line, as it was typed.
    CommandLine(String),
    /// A default that other settings contradict.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { source_name, line, column } => {
                write!(out, "{source_name}, line {line}, column {column}")
            }
            Self::CommandLine(typed) => write!(out, "command line, --set {typed}"),
            Self::Default => write!(out, "not in the recipe: its default"),
        }
    }
}

/// A problem and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedProblem {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub place: Place,
}

impl fmt::Display for PlacedProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { key, found, expected } = &self.problem;
        write!(out, "`{key}`: found {found}; expected {expected} ({})", self.place)
    }
}

/// Why a recipe cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The file cannot be opened.
    #[error("the recipe cannot be read: {why}; give the path of a TOML file ({path})", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The scan cannot be named in a recipe.
    #[error("the scan cannot be named: {why} ({path})", path = path.display())]
    ScanName {
        /// The scan.
        path: PathBuf,
        /// What is wrong with its name.
        why: &'static str,
    },
    /// The text is no TOML.
    #[error("this is no TOML: {message} ({place})")]
    Syntax {
        /// What the parser expected.
        message: String,
        /// Where it stopped.
        place: Place,
    },
    /// The text is TOML of the right shape, and yet a value does not fit.
    #[error("a value does not fit: {message} ({source_name})")]
    Unreadable {
        /// Name of the text.
        source_name: String,
        /// What the parser expected.
        message: String,
    },
    /// One or more settings that cannot be used.
    #[error("{}", list(.0))]
    Problems(
        /// All of them, in the order of the text.
        Vec<PlacedProblem>,
    ),
}

fn list(problems: &[PlacedProblem]) -> String {
    let head = match problems.len() {
        1 => "1 problem in the recipe".to_string(),
        count => format!("{count} problems in the recipe"),
    };
    problems.iter().fold(head, |text, problem| format!("{text}\n  {problem}"))
}
