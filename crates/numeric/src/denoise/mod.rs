//! Filters against noise, slice by slice of a volume; a frame is a volume of one slice. Knows no
//! radiographs.
//!
//! Values beyond an edge are those of the edge. No value may be NaN or infinite. Every value is a
//! sum in a fixed order, so that neither threads nor slabs can be seen in it: a slab that holds
//! [`SliceFilter::reach`] slices beyond what is wanted gives the bits of the whole.

mod bilateral;
mod border;
mod gaussian;
mod level;
mod non_local;
mod rank;
mod total_variation;

use ndarray::ArrayView3;

pub use bilateral::Bilateral;
pub use gaussian::Gaussian;
pub use level::noise_level;
pub use non_local::NonLocalMeans;
pub use rank::{Median, Outliers, RemoveOutliers};
pub use total_variation::{Dual, TotalVariation};

/// A filter that makes one slice out of slices around it.
pub trait SliceFilter: Send + Sync {
    /// Slices above and below that a slice is made of, in a volume of more than one.
    fn reach(&self) -> usize;

    /// Slice `z` of the filtered volume, row by row. `volume`: `[z, y, x]`.
    ///
    /// # Panics
    /// If `into` is not as long as a slice.
    fn slice(&self, volume: ArrayView3<'_, f32>, z: usize, into: &mut [f32]);

    /// Bytes that [`Self::slice`] takes for slices of so many rows and columns.
    fn bytes(&self, slice: [usize; 2], slices: usize) -> u64;
}

#[cfg(test)]
mod tests;
