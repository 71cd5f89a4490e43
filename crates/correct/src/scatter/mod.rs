//! Scatter and glare: a smooth background of every radiograph and of the open beam, measured once a
//! scan and taken off before the dose. Knows no blocks.
//!
//! A method gives backgrounds as shares of the open beam on a coarse grid; [`Field`] reads them at any
//! pixel by a closed formula of frame, row and column. `T = (r/d − s)/(1 − b)`: counts over open beam r,
//! dose d, background s of the radiograph and b of the open beam.

mod angles;
mod beam_stop;
mod black_bodies;
mod constant;
mod dots;
mod field;
mod figures;
mod fit;
mod given;
mod glare;
mod glare_fit;
mod grid;
mod kernel;
mod measure;
mod model;
mod placed;
mod solve;
mod spread;
mod starved;
mod surface;

pub use figures::{DotFigures, KernelFigures, ScatterFigures, StarvedView};

pub(crate) use field::Field;
pub(crate) use given::Given;
pub(crate) use grid::grid;
pub(crate) use measure::{check_quantity, measure, resident_bytes};
pub(crate) use starved::mend_row;
