//! Settings of beam hardening that cannot be used. Judges nothing itself.

use voltomo_correct::CorrectError;
use voltomo_types::Problem;

use crate::error::RunError;

/// A setting of `correct.beam_hardening` that cannot be used.
pub(crate) fn refuse(key: &str, found: impl ToString, expected: impl ToString) -> RunError {
    let key = format!("correct.beam_hardening.{key}");
    CorrectError::Setting(Problem::new(&key, found, expected)).into()
}
