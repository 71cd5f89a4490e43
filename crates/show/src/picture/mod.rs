//! Pictures of arrays with colour bar, scale bar and titles. Knows no tomography.

mod canvas;
mod colour_bar;
mod colour_map;
mod contact_sheet;
mod curves;
mod inside;
mod labels;
mod legend;
mod marks;
mod png;
mod radiograph;
mod scale_bar;
mod slice;
mod surround;
mod text;
mod window;

pub use canvas::Picture;
pub(crate) use canvas::{Colour, INK, PAPER};
pub use colour_map::{ColourMap, NOT_A_NUMBER};
pub use contact_sheet::{Tile, contact_sheet};
pub use curves::{CurveStyle, curve_picture};
pub use labels::{label_colour, label_picture};
pub use marks::Mark;
pub use png::{write_png, write_png16};
pub use radiograph::radiograph_picture;
pub use scale_bar::round_length;
pub use slice::{SliceStyle, slice_picture};
pub(crate) use surround::{Side, Surround};
pub(crate) use text::LABEL;
pub use window::Window;
