//! `voltomo report`. No science.

use super::screen::print_lines;
use crate::arguments::ReportArguments;

/// Makes the report of an inspected folder again.
pub(crate) fn report(arguments: &ReportArguments) -> Result<(), String> {
    let written = voltomo_pipeline::report(&arguments.folder, arguments.out.as_deref())
        .map_err(|error| error.to_string())?;
    print_lines(&written.lines())
}
