//! Rings: stripes in sinograms, taken out sinogram by sinogram. Knows no files and no scans.
//!
//! A column of the detector that answers wrongly leaves a stripe along the angle in the sinogram of
//! its row, and the stripe a ring in the slice. Every method here works on one sinogram,
//! `[angle, column]`, of line integrals, and couples no rows: the result cannot depend on how a
//! scan is cut into slabs. [`RingSettings`] says what, [`RingFilter`] does it.

mod choose;
mod combined;
mod dead;
mod detect;
mod filter;
mod filtering;
mod large;
mod low_pass;
mod plane;
mod ranked;
mod settings;
mod sliding_median;
mod sorting;

pub use choose::RingFilter;
pub use settings::{RingMethod, RingSettings};
