//! Volumes to findings about the cell: what, where, how much, how sure. Knows no files.
//!
//! Room by room: `cylindrical` and `coin` know the two kinds of cell, `frame` where the cell lies in
//! its volume, `sample` how a volume is read between its voxels.

pub mod frame;
pub mod sample;
