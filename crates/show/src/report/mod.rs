//! One self-contained page that tells what an inspection found. Reads no file and judges nothing.
//!
//! [`ReportContent`] goes in, HTML comes out ([`write_html`]): pictures, plots, style and script are
//! inside, so the page needs no network, and it is whole without its script.

mod beside;
mod content;
mod findings;
mod heat;
mod html;
mod issue;
mod looked;
mod map;
mod number;
mod page;
mod pictures;
mod place;
mod plot;
mod reduce;
mod summary;
mod ticks;
mod words;

pub use content::{
    FileLink, HeatMap, QualityRow, QualityTable, ReportContent, ReportFigure, ReportFinding,
    ReportPicture, ReportVolume, TextBlock,
};
pub use looked::part_in_words;
pub use page::write_html;
pub use reduce::reduce_png;
pub use summary::{Summary, summarise};

#[cfg(test)]
mod tests;
