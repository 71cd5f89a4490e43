//! Line integrals to linear attenuation coefficients. Knows no files.
//!
//! In: line integrals `[angle, row, column]` with their geometry. Out: µ `[z, y, x]` in 1/cm where
//! the pixel size is known, else in 1/pixel.

mod beside;
pub mod calibrate;
mod cone_grid;
mod curve;
mod error;
mod grid;
mod half_acquisition;
mod heeded;
pub mod kernel;
mod method;
mod projector;
mod ramp;
mod reading;
mod reconstruction;
mod row_filter;
mod settings;
mod stage;
mod straighten;
mod weights;

pub use cone_grid::cone_grid_for;
pub use curve::{Curve, Ending};
pub use error::ReconstructError;
pub use grid::grid_for;
pub use half_acquisition::HalfAcquisition;
pub use heeded::unheeded;
pub use kernel::backproject::Interpolation;
pub use method::{fbp::Fbp, fdk::Fdk, fourier::Fourier, iterative, iterative::Iterative};
pub use projector::{ConeProjector, ParallelProjector, Projector};
pub use reconstruction::{Progress, Projections, Reconstruction, SlabRule};
pub use settings::{
    Beam, ConeSettings, ConeSlices, IterativeSettings, Method, Padding, ReconstructSettings,
    ShortScan, Start, Window, distance_problem,
};
pub use stage::{Choice, choose, prepare, prepare_variances, reconstruct};
pub use weights::{AngularWeights, angular_weights, whole_turn_weights};
