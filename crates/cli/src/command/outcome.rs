//! How a command ended, for the exit code. Does nothing.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// Done, and figures of the result are beyond their limits.
    BeyondLimits,
}
