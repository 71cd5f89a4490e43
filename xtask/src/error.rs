//! Why a chore could not be run at all. A failing test is no error here: it is counted.

use std::path::PathBuf;

/// Why a chore could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChoreError {
    #[error("`{found}` is no chore; the chores are\n{usage}")]
    UnknownChore { found: String, usage: &'static str },
    #[error("no workspace here; run `cargo xtask` inside the checkout ({path})")]
    NoWorkspace { path: PathBuf },
    #[error("cannot start `{program}`: {source}")]
    Start { program: String, source: std::io::Error },
    #[error("cannot read the output of `{program}`: {source}")]
    Output { program: String, source: std::io::Error },
    #[error("cannot read or write: {source} ({path})")]
    File { path: PathBuf, source: std::io::Error },
    #[error("not a manifest that Cargo would read: {reason} ({path})")]
    Manifest { path: PathBuf, reason: String },
}
