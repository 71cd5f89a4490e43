//! Maths on regular arrays. Knows no physics, no tomography and no files.

pub mod cast;
pub mod components;
pub mod denoise;
pub mod distance;
pub mod eigen;
pub mod exponential;
pub mod histogram;
pub mod interpolate;
pub mod k_means;
pub mod least_squares;
pub mod median;
pub mod morphology;
pub mod nonlinear_fit;
pub mod plane_filter;
pub mod pyramid;
pub mod random;
pub mod random_walker;
pub mod shell_correlation;
pub mod slanted_edge;
pub mod statistics;
pub mod thickness;
pub mod threshold;
pub mod watershed;

pub use voltomo_fourier as fft;
