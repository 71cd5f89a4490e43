//! How often pairs of µ occur, and whether neighbours have anything in common. Knows no materials.

use ndarray::{ArrayView2, ArrayView3, Axis};
use rayon::prelude::*;

use crate::level_axis::LevelAxis;

/// Distance of voxels whose likeness is measured.
const APART: usize = 4;
/// Slices that a fit looks at, at most.
const SLICES: usize = 64;

/// Counts of (µ neutron, µ X-ray), and sums over voxels a few apart; parts added slice by slice in
/// the order of z give the same bits, however they are cut. About 0.3 MB.
#[derive(Debug, Clone)]
pub struct JointHistogram {
    pub(crate) axes: [LevelAxis; 2],
    /// `[neutron, xray]`.
    pub(crate) counts: Vec<u64>,
    likeness: [Likeness; 2],
}

/// Sums over values, and over pairs of voxels a few apart.
#[derive(Debug, Clone, Copy, Default)]
struct Likeness {
    values: f64,
    sum: f64,
    squares: f64,
    pairs: [f64; 2],
    differences: [f64; 2],
}

impl Likeness {
    fn of(slice: ArrayView2<'_, f32>) -> Self {
        let mut sums = Self::default();
        // What lies far beyond any material would rule the sums.
        let cut = |value: f32| f64::from(value.clamp(-2.0, 120.0));
        for ((y, x), value) in slice.indexed_iter().filter(|it| it.1.is_finite()) {
            let value = cut(*value);
            sums.values += 1.0;
            sums.sum += value;
            sums.squares += value * value;
            for (way, place) in [[y + APART, x], [y, x + APART]].into_iter().enumerate() {
                if let Some(other) = slice.get(place).filter(|it| it.is_finite()) {
                    sums.pairs[way] += 1.0;
                    sums.differences[way] += (value - cut(*other)).powi(2);
                }
            }
        }
        sums
    }

    fn add(&mut self, other: Self) {
        self.values += other.values;
        self.sum += other.sum;
        self.squares += other.squares;
        for way in 0..2 {
            self.pairs[way] += other.pairs[way];
            self.differences[way] += other.differences[way];
        }
    }

    fn mean(&self) -> f64 {
        self.sum / self.values
    }

    fn variance(&self) -> f64 {
        (self.squares / self.values - self.mean().powi(2)).max(0.0)
    }

    /// The larger correlation along y and x; `None` where no pair was seen.
    fn correlation(&self) -> Option<f64> {
        let way =
            |way: usize| 1.0 - self.differences[way] / self.pairs[way] / (2.0 * self.variance());
        (0..2).map(way).filter(|it| it.is_finite()).reduce(f64::max)
    }
}

impl Default for JointHistogram {
    fn default() -> Self {
        let axes = LevelAxis::both();
        let counts = vec![0; axes[0].count() * axes[1].count()];
        Self { axes, counts, likeness: Default::default() }
    }
}

impl JointHistogram {
    /// An empty histogram.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The slices of a volume that a fit looks at: all of a shallow one, 64 of a deep one.
    pub fn sampled_slices(depth: usize) -> impl Iterator<Item = usize> {
        let count = depth.min(SLICES);
        (0..count).map(move |index| (2 * index + 1) * depth / (2 * count))
    }

    /// Adds the voxels of a slab.
    ///
    /// `neutron`, `xray`: µ in 1/cm, `[z, y, x]`, of equal shape; `None` where that beam was not
    /// there. NaN and infinity count as not there, too.
    ///
    /// # Panics
    /// If both are given with different shapes.
    pub fn add(&mut self, neutron: Option<ArrayView3<'_, f32>>, xray: Option<ArrayView3<'_, f32>>) {
        let given = [neutron, xray];
        for (likeness, view) in self.likeness.iter_mut().zip(&given) {
            let slices = view.iter().flat_map(|view| view.axis_iter(Axis(0))).collect::<Vec<_>>();
            let sums: Vec<Likeness> = slices.into_par_iter().map(Likeness::of).collect();
            sums.into_iter().for_each(|sum| likeness.add(sum));
        }
        for levels in levels(&self.axes, given) {
            levels.into_iter().for_each(|cell| self.counts[usize::from(cell)] += 1);
        }
    }

    /// All voxels counted that at least one beam saw.
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum::<u64>() - self.counts.last().copied().unwrap_or(0)
    }

    /// Whether a beam saw anything.
    pub(crate) fn is_seen(&self, beam: usize) -> bool {
        self.likeness[beam].values > 0.0
    }

    /// The largest correlation of voxels a few apart that a beam shows, and the largest deviation.
    pub(crate) fn structure(&self) -> (Option<f64>, f64, f64) {
        let seen = self.likeness.iter().filter(|it| it.values > 0.0);
        let correlation = seen.clone().filter_map(Likeness::correlation).reduce(f64::max);
        let deviation = seen.clone().map(|it| it.variance().sqrt()).fold(0.0, f64::max);
        (correlation, deviation, seen.map(Likeness::mean).fold(0.0, f64::max))
    }

    /// The values at the middle of a cell; NaN where that beam was not there, or beyond all cells.
    pub(crate) fn values(&self, cell: usize) -> [f64; 2] {
        let level = [cell / self.axes[1].count(), cell % self.axes[1].count()];
        [0, 1].map(|beam| {
            let axis = &self.axes[beam];
            if level[beam] >= axis.count() || axis.is_missing(level[beam]) {
                f64::NAN
            } else {
                axis.centre(level[beam])
            }
        })
    }
}

/// The cell of each voxel, slice by slice.
pub(crate) fn levels(
    axes: &[LevelAxis; 2],
    [neutron, xray]: [Option<ArrayView3<'_, f32>>; 2],
) -> Vec<Vec<u16>> {
    let columns = axes[1].count();
    let missing = [axes[0].count() - 1, columns - 1];
    let cell = |[n, x]: [usize; 2]| u16::try_from(n * columns + x).expect("120 by 257 cells");
    let depth = neutron.or(xray).map_or(0, |view| view.dim().0);
    let slice = |z: usize| -> Vec<u16> {
        let [n, x] =
            [&neutron, &xray].map(|view| view.as_ref().map(|it| it.index_axis(Axis(0), z)));
        match (n, x) {
            (Some(n), Some(x)) => {
                assert_eq!(n.dim(), x.dim(), "both beams on one grid");
                let pairs = n.iter().zip(x.iter());
                pairs.map(|(n, x)| cell([axes[0].level(*n), axes[1].level(*x)])).collect()
            }
            (Some(n), None) => n.iter().map(|n| cell([axes[0].level(*n), missing[1]])).collect(),
            (None, Some(x)) => x.iter().map(|x| cell([missing[0], axes[1].level(*x)])).collect(),
            (None, None) => Vec::new(),
        }
    };
    (0..depth).into_par_iter().map(slice).collect()
}
