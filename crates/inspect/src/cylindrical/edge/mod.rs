//! The upper and lower edges of the windings. Knows no files and no limits.

mod bent;
mod plots;
mod report;
mod settings;
mod settled;
mod step;
mod table;

pub use bent::bent_findings;
pub use plots::edge_plots;
pub use report::edge_findings;
pub use settings::EdgeSettings;
pub use step::{Step, first_step};
pub use table::{EdgeTable, RollEnd, edge_table};
