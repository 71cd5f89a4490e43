//! What can be wrong with a cell's file, or with the cell in it. Builds nothing.

use std::path::PathBuf;

use super::fit::Misfit;
use crate::simulate::shape::ShapeError;
use crate::simulate::written::{PlacedProblem, listed};

/// Why there is no cell.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// A file that cannot be read.
    #[error("cannot open the cell's file: {why} ({path})")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A name that is neither a file nor a built-in cell.
    #[error(
        "no file and no built-in cell `{name}`; {hint}; built in are {built_in}; \
         or give the path of a cell's TOML file"
    )]
    UnknownName {
        /// What was asked for.
        name: String,
        /// The nearest name.
        hint: String,
        /// All names.
        built_in: String,
    },
    /// A file that is no TOML.
    #[error("line {line}: {message}; expected TOML ({source_name})")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
        /// File or built-in name.
        source_name: String,
    },
    /// Settings that cannot be used.
    #[error("{}", listed(.0))]
    Problems(Vec<PlacedProblem>),
    /// Parts that do not fit together.
    #[error("{}", told(.cell, .misfits))]
    Fit {
        /// Name of the cell.
        cell: String,
        /// What does not fit.
        misfits: Vec<Misfit>,
    },
    /// More random defects than a cell has room for.
    #[error("cell `{cell}` has room for {found} random defects of {wanted}; ask for fewer")]
    NoRoom {
        /// Name of the cell.
        cell: String,
        /// How many were asked for.
        wanted: usize,
        /// How many were found.
        found: usize,
    },
    /// More random defects than any cell is asked for.
    #[error(
        "{wanted} random defects are asked for, expected up to {most}; mend `--random-defects`"
    )]
    TooManyRandom {
        /// How many were asked for.
        wanted: usize,
        /// How many there may be.
        most: usize,
    },
    /// A scene that cannot be made.
    #[error("cell `{cell}`: {source}; expected dimensions that make a solid")]
    Shape {
        /// Name of the cell.
        cell: String,
        /// What the scene says.
        source: ShapeError,
    },
}

fn told(cell: &str, misfits: &[Misfit]) -> String {
    let lines: Vec<String> = misfits.iter().map(ToString::to_string).collect();
    format!("cell `{cell}` does not fit together:\n{}", lines.join("\n"))
}
