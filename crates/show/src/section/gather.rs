//! The numbers of a section, from slabs of its volume in rising order. Draws nothing.

use ndarray::{Array2, ArrayView3, Axis, Zip};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use super::lattice::{Among, Lattice};
use super::surface::{Needle, Surface};
use super::vector::along;

/// How a volume is read between its voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Linear between the eight voxels about a point.
    #[default]
    Linear,
    /// The nearest voxel: for labels.
    Nearest,
}

/// What becomes of the samples behind one pixel. NaN is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// Their mean.
    #[default]
    Mean,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// A section that is being read.
///
/// The bits of the result do not depend on how the volume comes in slabs: each sample is read from
/// voxels of one slab, and those behind a pixel are taken with rising z.
pub struct Gather<'a> {
    surface: &'a Surface,
    lattice: Lattice,
    reading: Reading,
    over: Over,
    /// Sum of the samples, or the largest or smallest of them.
    gathered: Array2<f64>,
    counts: Array2<u32>,
    /// The last slice that came.
    done: Option<usize>,
}

impl<'a> Gather<'a> {
    /// A section of which nothing is read yet. Memory: 12 bytes a pixel.
    #[must_use]
    pub fn new(surface: &'a Surface, lattice: &Lattice, (reading, over): (Reading, Over)) -> Self {
        let shape = surface.shape();
        Self {
            surface,
            lattice: *lattice,
            reading,
            over,
            gathered: Array2::zeros(shape),
            counts: Array2::zeros(shape),
            done: None,
        }
    }

    /// Takes what lies in the slices from `first` on, `[z, y, x]`. Slabs rise, and each begins with
    /// the last slice of the one before.
    pub fn add(&mut self, first: usize, slab: ArrayView3<'_, f32>) {
        let Some(last) = (first + slab.len_of(Axis(0))).checked_sub(1) else { return };
        let (surface, lattice, over) = (self.surface, self.lattice, self.over);
        let part = Part { slab, first, last, done: self.done, reading: self.reading };
        let rows = self.gathered.axis_iter_mut(Axis(0)).into_par_iter();
        rows.zip(self.counts.axis_iter_mut(Axis(0))).enumerate().for_each(
            |(row, (mut gathered, mut counts))| {
                for (column, (sum, count)) in gathered.iter_mut().zip(&mut counts).enumerate() {
                    let needle = surface.needle(row, column);
                    let take = |value: f32| {
                        let value = f64::from(value);
                        *sum = match over {
                            Over::Mean => *sum + value,
                            _ if *count == 0 => value,
                            Over::Max => sum.max(value),
                            Over::Min => sum.min(value),
                        };
                        *count += 1;
                    };
                    part.samples(&needle, (&lattice, surface.depth.count), take);
                }
            },
        );
        self.done = Some(last);
    }

    /// `[row, column]`; NaN where nothing was read.
    #[must_use]
    pub fn finish(self) -> Array2<f32> {
        let mean = self.over == Over::Mean;
        let value = |sum: &f64, count: &u32| match *count {
            0 => f32::NAN,
            count if mean => to_f32(sum / f64::from(count)),
            _ => to_f32(*sum),
        };
        Zip::from(&self.gathered).and(&self.counts).map_collect(value)
    }
}

/// A slab of the volume, and which slices came before it.
struct Part<'a> {
    slab: ArrayView3<'a, f32>,
    first: usize,
    last: usize,
    done: Option<usize>,
    reading: Reading,
}

impl Part<'_> {
    /// Hands on the samples of a needle that are read from this slab, those with numbers.
    fn samples(
        &self,
        needle: &Needle,
        (lattice, count): (&Lattice, usize),
        mut take: impl FnMut(f32),
    ) {
        let (low, high) = self.near(needle, (lattice, count));
        for k in low..high {
            let point = along(needle.first, k as f64, needle.step);
            let Some(among) = lattice.among(point) else { continue };
            let deepest = among.low[0] + usize::from(among.share[0] > 0.0);
            let is_new = self.done.is_none_or(|done| deepest > done);
            if is_new && deepest <= self.last && among.low[0] >= self.first {
                let value = self.value(&among);
                if !value.is_nan() {
                    take(value);
                }
            }
        }
    }

    /// The samples that can lie in the slab, and a few beside.
    fn near(&self, needle: &Needle, (lattice, count): (&Lattice, usize)) -> (usize, usize) {
        let begin = lattice.position(0, needle.first[0]);
        let step = needle.step[0] / lattice.spacing[0];
        if count == 1 || step < 1e-9 {
            return (0, count);
        }
        let low = (self.first as f64 - begin) / step - 1.0;
        let high = (self.last as f64 - begin) / step + 2.0;
        (to_index(low).min(count), to_index(high.ceil()).min(count))
    }

    fn value(&self, Among { low, share }: &Among) -> f32 {
        let [z, y, x] = [low[0] - self.first, low[1], low[2]];
        if self.reading == Reading::Nearest {
            let up = share.map(|share| usize::from(share >= 0.5));
            return self.slab[[z + up[0], y + up[1], x + up[2]]];
        }
        // A voxel that has no share is not read: it may lie outside, or be NaN.
        let mix = |a: f32, share: f32, b: &dyn Fn() -> f32| {
            if share == 0.0 { a } else { a + share * (b() - a) }
        };
        let along_x =
            |z: usize, y: usize| mix(self.slab[[z, y, x]], share[2], &|| self.slab[[z, y, x + 1]]);
        let along_y = |z: usize| mix(along_x(z, y), share[1], &|| along_x(z, y + 1));
        mix(along_y(z), share[0], &|| along_y(z + 1))
    }
}

/// The section of a volume in memory, `[row, column]`; NaN outside it.
#[must_use]
pub fn cut(
    volume: ArrayView3<'_, f32>,
    lattice: &Lattice,
    surface: &Surface,
    how: (Reading, Over),
) -> Array2<f32> {
    let mut gather = Gather::new(surface, lattice, how);
    gather.add(0, volume);
    gather.finish()
}
