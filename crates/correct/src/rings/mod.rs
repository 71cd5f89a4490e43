//! Rings: stripes in sinograms, taken out sinogram by sinogram. Knows no files and no scans.
//!
//! A column of the detector that answers wrongly leaves a stripe along the angle in the sinogram of
//! its row, and the stripe a ring in the slice. Every method here works on one sinogram,
//! `[angle, column]`, of line integrals, and couples no rows: the result cannot depend on how a
//! scan is cut into slabs. [`RingSettings`] says what, [`RingFilter`] does it. The gains of pixels
//! alone are told from many rows, once a scan.

mod auto;
mod basis;
mod boin_haibel;
mod choose;
mod combined;
mod daubechies;
mod dead;
mod detect;
mod filter;
mod filtering;
mod fitting;
mod gain_map;
mod gain_trust;
mod gentle;
mod index;
mod large;
mod low_pass;
mod oimoen;
mod plane;
mod profile;
mod ranked;
mod raven;
mod regularised;
mod rivers;
mod settings;
mod sijbers_postnov;
mod slice;
mod sliding_median;
mod sorting;
mod wavelet_fourier;
mod winding;

pub use auto::{RingChoice, RingTrial, choose_method};
pub use choose::RingFilter;
pub(crate) use choose::rows_of;
pub use gain_map::GainFigures;
pub(crate) use gain_map::{GainMap, GainWindow, Gains, gains};
pub(crate) use gain_trust::only_pixels;
pub(crate) use index::RingIndex;
pub use settings::{RingMethod, RingSettings};
pub use slice::{SliceRings, remove_rings_from_slice};
