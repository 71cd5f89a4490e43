//! Band-limited back-projection of many slices by a non-uniform Fourier transform. Knows no filter
//! and no units.
//!
//! The contract: `b(z, y, x) = Σ_θ q(θ, u(θ, y, x), z)`, as [`super::backproject`], but `q` is the
//! trigonometric polynomial through the row's columns, and its mean over the square of the voxel.
//! It is periodic with [`Gridding::period`], chosen so that no voxel sees a row's copy: beside the
//! row stands zero, up to the ripple of a row that does not fade out at its ends.
//!
//! How: by the slice theorem the spectrum of a row is the slice's along one line. The samples of
//! all lines are spread with a Kaiser–Bessel window onto a Cartesian grid a little finer than the
//! slice needs; a fast inverse transform gives the slice times the window's own transform, which is
//! divided out. Rows and slices being real, half of the plane does.
//! The plane is cut into strips of neighbouring columns. A strip belongs to one thread, and its sum
//! goes over the lines in the order of their directions, so that the bits depend on the input and
//! the processor alone; lanes never meet.
//! Source: O'Sullivan 1985, doi:10.1109/TMI.1985.4307723 (gridding); Barnett, Magland & af Klinteberg
//! 2019, doi:10.1137/18M120885X (errors of the window).

mod axis;
mod cells;
mod lines;
mod passes;
mod plan;
pub mod reference;
mod spectra;
mod spread;
#[cfg(test)]
mod tests;
mod window;

pub use plan::{Gridding, Workspace};
pub use spectra::{RowScratch, SpectraPart};
