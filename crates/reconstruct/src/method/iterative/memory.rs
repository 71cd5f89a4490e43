//! What each iterative method holds at once. Computes nothing else.

use super::{balance::keeps, mr_fbp::bins};
use crate::{
    Method,
    kernel::simd::Processor,
    projector::{lanes_of_many, least_for_many},
    settings::IterativeSettings,
};

/// Slices and rows that the projector of a parallel beam holds beside its arguments where it takes
/// a few together.
const OF_FEW: [u64; 2] = [12, 4];

/// The same for so many slices.
fn held_by_projector(slices: usize) -> [u64; 2] {
    let least = least_for_many(Processor::found());
    // The zeros beside the values are no more than an eighth, of slices of 64² and larger.
    let lanes = lanes_of_many(slices);
    let many = if slices >= least { [lanes as u64 * 9 / 8; 2] } else { [0; 2] };
    let left = slices % lanes;
    let few = if left > 0 && left < least { OF_FEW } else { [0; 2] };
    [many[0] + few[0], many[1] + few[1]]
}

/// Voxels `[z, y, x]` and rays `[view, slice, column]` of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) volume: [usize; 3],
    pub(super) rays: [usize; 3],
    /// Whether the sums of one slice are those of all (a parallel beam).
    pub(super) alike: bool,
}

impl Sizes {
    /// Bytes of data, volume, method and projector together.
    pub(super) fn bytes(&self, method: Method, settings: &IterativeSettings) -> u64 {
        let of = |shape: [usize; 3]| 4 * shape.iter().product::<usize>() as u64;
        let (volume, rays) = (of(self.volume), of(self.rays));
        let [slices, height, width] = self.volume;
        let part = |bytes: u64| if self.alike { bytes / slices as u64 } else { bytes };
        let (one_slice, one_row) = (part(volume), part(rays));
        let weighted = settings.noise_weights;
        let scales = if weighted { volume } else { one_slice };
        let views = self.rays[0];
        let subsets = match method {
            Method::Sart => views,
            Method::OsSart | Method::Osem => settings.subsets.min(views),
            _ => 1,
        };
        let of_subset = |bytes: u64| bytes * views.div_ceil(subsets) as u64 / views as u64;
        let kept = |bytes: u64| bytes * if keeps(subsets, bytes) { subsets as u64 } else { 1 };
        let own = match method {
            Method::Sirt => rays + volume + scales + one_row,
            Method::Sart | Method::OsSart => of_subset(rays) + volume + kept(scales) + one_row,
            Method::Cgls => 2 * rays + 2 * volume,
            Method::Mlem | Method::Osem => of_subset(rays) + volume + kept(scales) + one_row,
            Method::FistaTv => 2 * rays + 11 * volume,
            Method::MrFbp => rays * (1 + bins(self.rays[2]).len() as u64),
            Method::SirtFbp => rays.max(2 * one_row + 4 * one_slice),
            Method::PdhgTv => 3 * rays + 5 * volume + one_slice + one_row,
            _ => 0,
        };
        let projector = match self.alike {
            true => {
                let [held_slices, held_rows] = held_by_projector(slices);
                held_slices * 4 * (height * width) as u64 + held_rows * one_row
            }
            // A copy of the projections; the data themselves are not copied.
            false => 0,
        };
        rays * if weighted { 2 } else { 1 } + volume + own + projector
    }
}
