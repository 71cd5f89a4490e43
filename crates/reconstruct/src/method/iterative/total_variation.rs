//! Total variation, and the volume that balances it with closeness. Knows no rays.

use ndarray::{Array3, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

/// A field of differences, one component an axis `[z, y, x]`.
#[derive(Debug, Clone)]
pub(super) struct Field {
    parts: [Array3<f32>; 3],
    /// Factor on differences along z.
    along_axis: f32,
}

impl Field {
    pub(super) fn zero(shape: [usize; 3], along_axis: f32) -> Self {
        Self { parts: std::array::from_fn(|_| Array3::zeros(shape)), along_axis }
    }

    /// `(∇ᵀ·field)` at the slice `z`, added as `factor·(∇ᵀ·field)` to `into`.
    fn add_transposed(&self, z: usize, factor: f32, into: &mut ArrayViewMut2<'_, f32>) {
        let [along_z, along_y, along_x] = &self.parts;
        let upright = self.along_axis * factor;
        // The difference between slices z and z + 1 stands at z; that of the last one is 0.
        into.zip_mut_with(&along_z.index_axis(Axis(0), z), |sum, d| *sum -= upright * d);
        if z > 0 {
            into.zip_mut_with(&along_z.index_axis(Axis(0), z - 1), |sum, d| *sum += upright * d);
        }
        let (along_y, along_x) = (along_y.index_axis(Axis(0), z), along_x.index_axis(Axis(0), z));
        for (y, mut row) in into.outer_iter_mut().enumerate() {
            row.zip_mut_with(&along_y.row(y), |sum, d| *sum -= factor * d);
            if y > 0 {
                row.zip_mut_with(&along_y.row(y - 1), |sum, d| *sum += factor * d);
            }
            let (row, along_x) = (row.as_slice_mut(), along_x.row(y));
            let (Some(row), Some(along_x)) = (row, along_x.to_slice()) else { continue };
            row.iter_mut().zip(along_x).for_each(|(sum, d)| *sum -= factor * d);
            row[1..].iter_mut().zip(along_x).for_each(|(sum, d)| *sum += factor * d);
        }
    }

    /// `volume ← volume + factor·∇ᵀ·field`.
    pub(super) fn add_transposed_to(&self, factor: f32, volume: &mut Array3<f32>) {
        let slices = volume.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
        slices.for_each(|(z, mut slice)| self.add_transposed(z, factor, &mut slice));
    }
}

/// Forward differences of one row of voxels: to the next slice, row and column; 0 at the end.
struct Differences<'a> {
    along_axis: f32,
    here: &'a [f32],
    next_slice: Option<&'a [f32]>,
    next_row: Option<&'a [f32]>,
}

impl<'a> Differences<'a> {
    fn of((volume, along_axis): (&'a Array3<f32>, f32), [z, y]: [usize; 2]) -> Self {
        let (depth, height, width) = volume.dim();
        let all = volume.as_slice().unwrap_or(&[]);
        let row = |z: usize, y: usize| &all[(z * height + y) * width..][..width];
        Self {
            along_axis,
            here: row(z, y),
            next_slice: (z + 1 < depth).then(|| row(z + 1, y)),
            next_row: (y + 1 < height).then(|| row(z, y + 1)),
        }
    }

    #[inline]
    fn at(&self, x: usize) -> [f32; 3] {
        let here = self.here[x];
        [
            self.next_slice.map_or(0.0, |row| self.along_axis * (row[x] - here)),
            self.next_row.map_or(0.0, |row| row[x] - here),
            self.here.get(x + 1).map_or(0.0, |next| next - here),
        ]
    }
}

/// `Σ √(a²·δz² + δy² + δx²)` over all voxels, of forward differences, 0 at the last voxel of an axis;
/// a is `along_axis`.
///
/// Source: Rudin, Osher & Fatemi 1992, doi:10.1016/0167-2789(92)90242-F.
pub(super) fn total_variation(volume: &Array3<f32>, along_axis: f32) -> f64 {
    let (depth, height, width) = volume.dim();
    let of_slice = |z: usize| -> f64 {
        let of_row = |y: usize| -> f64 {
            let differences = Differences::of((volume, along_axis), [z, y]);
            let at = |x: usize| {
                let [a, b, c] = differences.at(x);
                f64::from((a * a + b * b + c * c).sqrt())
            };
            (0..width).map(at).sum()
        };
        (0..height).map(of_row).sum()
    };
    let slices: Vec<f64> = (0..depth).into_par_iter().map(of_slice).collect();
    slices.iter().sum()
}

/// Step of a dual field along the slope of a volume.
#[derive(Debug, Clone, Copy)]
pub(super) enum Steps<'a> {
    /// The same everywhere.
    Even(f32),
    /// One a voxel.
    Each(&'a Array3<f32>),
}

impl Steps<'_> {
    /// Those of a row of voxels, where each has its own, and the one of all others.
    fn row(&self, z: usize, y: usize) -> (&[f32], f32) {
        match self {
            Self::Even(step) => (&[], *step),
            Self::Each(steps) => {
                let (_, height, width) = steps.dim();
                let all = steps.as_slice().unwrap_or(&[]);
                (&all[(z * height + y) * width..][..width], 0.0)
            }
        }
    }
}

/// `dual ← Π(dual + step·∇volume)`, Π bringing the vector of each voxel back into the ball of
/// `radius`; then `ahead ← dual + momentum·(dual − dual before)` where that is wanted.
pub(super) fn ascend(
    (dual, radius): (&mut Field, f32),
    (volume, steps): (&Array3<f32>, Steps<'_>),
    ahead: Option<(&mut Field, f32)>,
) {
    let (momentum, ahead) = match ahead {
        Some((field, momentum)) => (momentum, slices_of(field)),
        None => (0.0, vec![]),
    };
    let along_axis = dual.along_axis;
    let ahead = ahead.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
    let parts: Vec<_> = slices_of(dual).into_iter().zip(ahead).collect();
    parts.into_par_iter().enumerate().for_each(|(z, (dual, ahead))| {
        let step = (steps, [radius, momentum]);
        ascend_slice((dual, ahead), ((volume, along_axis), z), step);
    });
}

type Slices<'a> = [ArrayViewMut2<'a, f32>; 3];

fn slices_of(field: &mut Field) -> Vec<Slices<'_>> {
    let [a, b, c] = &mut field.parts;
    let parts = a.outer_iter_mut().zip(b.outer_iter_mut()).zip(c.outer_iter_mut());
    parts.map(|((a, b), c)| [a, b, c]).collect()
}

/// One slice of [`ascend`]; where there is a field ahead, the step starts from that.
fn ascend_slice(
    (mut dual, mut ahead): (Slices<'_>, Option<Slices<'_>>),
    (volume, z): ((&Array3<f32>, f32), usize),
    (steps, [radius, momentum]): (Steps<'_>, [f32; 2]),
) {
    let (height, width) = dual[0].dim();
    for y in 0..height {
        let differences = Differences::of(volume, [z, y]);
        let dual = rows_of(&mut dual, y);
        let mut ahead = ahead.as_mut().map(|ahead| rows_of(ahead, y));
        let (steps, even) = steps.row(z, y);
        for x in 0..width {
            let (slope, step) = (differences.at(x), steps.get(x).copied().unwrap_or(even));
            let from = |k: usize| ahead.as_ref().map_or(dual[k][x], |ahead| ahead[k][x]);
            let next: [f32; 3] = std::array::from_fn(|k| from(k) + step * slope[k]);
            let length = (next[0] * next[0] + next[1] * next[1] + next[2] * next[2]).sqrt();
            let scale = if length > radius { radius / length } else { 1.0 };
            for k in 0..3 {
                let (before, after) = (dual[k][x], next[k] * scale);
                dual[k][x] = after;
                if let Some(ahead) = &mut ahead {
                    ahead[k][x] = after + momentum * (after - before);
                }
            }
        }
    }
}

fn rows_of<'a>(slices: &'a mut Slices<'_>, y: usize) -> [&'a mut [f32]; 3] {
    let [a, b, c] = slices;
    let row = |slice: &'a mut ArrayViewMut2<'_, f32>| {
        let width = slice.ncols();
        slice.as_slice_mut().map_or(&mut [][..], |all| &mut all[y * width..][..width])
    };
    [row(a), row(b), row(c)]
}

/// Finds `argmin ½‖u − v‖²_D + λ·TV(u)` over what `constrain` allows, D being diagonal, by fast
/// gradient projection on the dual; the dual is kept from call to call, so that few rounds are
/// enough.
///
/// Memory: the dual twice and the steps, seven volumes.
/// Source: Beck & Teboulle 2009, doi:10.1109/TIP.2009.2028501; steps of each voxel: Pock &
/// Chambolle 2011, doi:10.1109/ICCV.2011.6126441.
pub(super) struct Denoiser {
    dual: Field,
    ahead: Field,
    steps: Array3<f32>,
    rounds: usize,
}

impl Denoiser {
    /// `shares`: λ/D.
    pub(super) fn new(shares: &Array3<f32>, along_axis: f32, rounds: usize) -> Self {
        let (depth, height, width) = shares.dim();
        let zero = || Field::zero([depth, height, width], along_axis);
        Self { dual: zero(), ahead: zero(), steps: steps(shares, along_axis), rounds }
    }

    /// `into`: u; overwritten.
    pub(super) fn apply(
        &mut self,
        (noisy, shares): (&Array3<f32>, &Array3<f32>),
        constrain: impl Fn(usize, ArrayViewMut2<'_, f32>) + Sync,
        into: &mut Array3<f32>,
    ) {
        let primal = |field: &Field, into: &mut Array3<f32>| {
            let slices = into.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
            slices.for_each(|(z, mut slice)| {
                slice.fill(0.0);
                field.add_transposed(z, -1.0, &mut slice);
                let (noisy, shares) = (noisy.index_axis(Axis(0), z), shares.index_axis(Axis(0), z));
                Zip::from(&mut slice).and(&noisy).and(&shares).for_each(|value, noisy, share| {
                    *value = noisy + share * *value;
                });
                constrain(z, slice);
            });
        };
        copy(&self.dual, &mut self.ahead);
        let mut age = 1.0f64;
        for _ in 0..self.rounds {
            primal(&self.ahead, into);
            let next = (1.0 + (1.0 + 4.0 * age * age).sqrt()) / 2.0;
            let momentum = to_f32((age - 1.0) / next);
            age = next;
            let steps = Steps::Each(&self.steps);
            ascend((&mut self.dual, 1.0), (into, steps), Some((&mut self.ahead, momentum)));
        }
        primal(&self.dual, into);
    }
}

/// Steps of the dual that go uphill for certain: one over the sum of a row of `∇·λD⁻¹·∇ᵀ`, of those
/// differences that stand at a voxel the largest. 0 where nothing is moved.
fn steps(shares: &Array3<f32>, along_axis: f32) -> Array3<f32> {
    let (depth, height, width) = shares.dim();
    let more = |count: usize| if count > 1 { 2.0 } else { 0.0 };
    let column = (along_axis * more(depth) + more(height) + more(width)).max(f32::MIN_POSITIVE);
    let mut steps = Array3::zeros(shares.dim());
    steps.outer_iter_mut().into_par_iter().enumerate().for_each(|(z, mut slice)| {
        for ((y, x), step) in slice.indexed_iter_mut() {
            let beside = [[z + 1, y, x], [z, y + 1, x], [z, y, x + 1]];
            let beside = beside.into_iter().filter_map(|place| shares.get(place));
            let both = shares[[z, y, x]] + beside.fold(0.0f32, |most, share| most.max(*share));
            *step = if both > 0.0 { 1.0 / (column * both) } else { 0.0 };
        }
    });
    steps
}

fn copy(from: &Field, into: &mut Field) {
    for (from, into) in from.parts.iter().zip(&mut into.parts) {
        Zip::from(into).and(from).par_for_each(|into, from| *into = *from);
    }
}
