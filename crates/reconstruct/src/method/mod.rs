//! The methods of reconstruction, one a file. Knows no settings of other stages.

mod cone_checks;
pub(crate) mod cone_field;
pub(crate) mod fbp;
pub(crate) mod fdk;
mod filtered_rows;
pub(crate) mod fourier;
pub mod iterative;
mod rectify;
mod short_scan;
