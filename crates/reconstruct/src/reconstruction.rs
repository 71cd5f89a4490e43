//! What every method of reconstruction offers to a run. Knows no method.

use std::{fmt::Debug, ops::Range};

use ndarray::{Array3, ArrayView3};
use voltomo_types::NoiseCorrelation;

use crate::{Curve, ReconstructError, ReconstructSettings};

/// Line integrals of some rows of all radiographs.
#[derive(Debug, Clone, Copy)]
pub struct Projections<'a> {
    /// Line integrals, `[angle, row, column]`, no unit.
    pub values: ArrayView3<'a, f32>,
    /// Frame row of the first row.
    pub first_row: usize,
    /// How much each line integral is worth, 1/variance, in the same shape; without it, all alike.
    pub weights: Option<ArrayView3<'a, f32>>,
}

impl<'a> Projections<'a> {
    /// Line integrals that are all worth the same, from the frame row `first_row` on.
    #[must_use]
    pub fn new(values: ArrayView3<'a, f32>, first_row: usize) -> Self {
        Self { values, first_row, weights: None }
    }
}

/// Whether the slices of a volume can be reconstructed apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlabRule {
    /// Any slab alone, to the same bits.
    Any,
    /// The volume as a whole.
    Whole,
}

/// Who wants to know how far an iterative method has come, and may stop it.
pub trait Progress: Sync {
    /// After each of `total` steps: the residual `‖Ax − b‖/‖b‖`.
    fn step(&self, _done: usize, _total: usize, _residual: f64) {}

    /// After the last step: how it went, and why it ended.
    fn ended(&self, _curve: &Curve) {}

    /// Whether to stop and keep what there is.
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// One method, made ready for one geometry and one grid.
pub trait Reconstruction: Debug + Send + Sync {
    /// The method's name, as a recipe has it.
    fn name(&self) -> &'static str;

    /// What a person should know before trusting the result.
    fn warnings(&self) -> &[String];

    /// Frame rows that the slices `z` need, with the halo of the interpolation.
    fn rows_needed(&self, z: Range<usize>) -> Range<usize>;

    /// Whether the volume can be cut into slabs.
    fn slab_rule(&self) -> SlabRule {
        SlabRule::Any
    }

    /// Whether it makes something of [`Projections::weights`].
    fn uses_weights(&self) -> bool {
        false
    }

    /// By how much more than the method's noise map tells comes into a voxel of noise that pixels
    /// share, as a factor on variances; 1 of a method that has no noise map.
    ///
    /// The map takes each line integral's noise for its own; where it hardly changes from pixel to
    /// pixel, the factor is all that is missing. `settings`: the method's own.
    fn noise_gain(&self, _settings: &ReconstructSettings, _noise: &NoiseCorrelation) -> f64 {
        1.0
    }

    /// Bytes that a call for the slices `z` holds at once, its result included, its input not.
    fn working_bytes(&self, z: Range<usize>) -> u64;

    /// µ of the slices `z`, `[z, y, x]`, in the grid's attenuation unit.
    ///
    /// `projections`: at least the rows of [`Self::rows_needed`]. The bits depend neither on the
    /// partition into calls nor on the threads. Errors: another shape, a line integral that is not
    /// finite. Memory: [`Self::working_bytes`].
    fn reconstruct(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError>;
}
