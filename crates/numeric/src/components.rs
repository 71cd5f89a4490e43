//! Connected components of equal voxels. Knows no units and no meaning.

use std::ops::Range;

use ndarray::{Array3, ArrayView3, Axis, s};
use rayon::prelude::*;

/// Which voxels are neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connectivity {
    /// Those that share a face: 6.
    Faces = 1,
    /// Those that share a face or an edge: 18.
    Edges = 2,
    /// Those that share a face, an edge or a corner: 26.
    Corners = 3,
}

/// Neighbouring voxels of one row that belong to one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Slice.
    pub z: u32,
    /// Row.
    pub y: u32,
    /// First voxel along x.
    pub start: u32,
    /// Voxel behind the last one.
    pub end: u32,
    /// Number of the component, from 0.
    pub component: u32,
}

impl Run {
    /// Its voxels along x.
    #[must_use]
    pub fn columns(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Its slice and row.
    #[must_use]
    pub fn row(&self) -> [usize; 2] {
        [self.z as usize, self.y as usize]
    }
}

/// The components of an array, as runs of voxels along x: 20 bytes a run, far fewer than voxels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    shape: (usize, usize, usize),
    runs: Vec<Run>,
    sizes: Vec<u64>,
}

impl Components {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Voxels of each.
    #[must_use]
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Their voxels, in the order of the array; runs of one row do not overlap.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Shape of the array, `[z, y, x]`.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape.into()
    }

    /// The component with the most voxels, the first of equals; `None` where there is none.
    #[must_use]
    pub fn largest(&self) -> Option<usize> {
        (0..self.count()).min_by_key(|component| std::cmp::Reverse(self.sizes[*component]))
    }

    /// The number of each voxel's component plus 1, `[z, y, x]`; 0 where there is none.
    #[must_use]
    pub fn labels(&self) -> Array3<u32> {
        let mut labels = Array3::zeros(self.shape);
        self.paint(&mut labels, |component| Some(component + 1));
        labels
    }

    /// The voxels of the components that are wanted, `[z, y, x]`.
    #[must_use]
    pub fn mask(&self, is_wanted: impl Fn(usize) -> bool) -> Array3<bool> {
        let mut mask = Array3::from_elem(self.shape, false);
        self.paint(&mut mask, |component| is_wanted(component as usize).then_some(true));
        mask
    }

    /// Writes what `value` gives for a component into its voxels; `None` leaves them.
    ///
    /// # Panics
    /// If the array has another shape.
    pub fn paint<T: Clone>(&self, array: &mut Array3<T>, value: impl Fn(u32) -> Option<T>) {
        assert_eq!(array.dim(), self.shape, "the array that the components were found in");
        for run in &self.runs {
            if let Some(value) = value(run.component) {
                let [z, y] = run.row();
                array.slice_mut(s![z, y, run.columns()]).fill(value);
            }
        }
    }
}

/// The connected components of the voxels that are true.
///
/// As [`equal_components`].
#[must_use]
pub fn components(mask: ArrayView3<'_, bool>, connectivity: Connectivity) -> Components {
    equal_components(mask, |value| *value, connectivity)
}

/// The connected components of voxels of equal value.
///
/// `values`: `[z, y, x]`. `is_part`: whether voxels of a value are looked at. Two of them belong
/// together where they are equal and a chain of equal neighbours joins them. Components are
/// numbered from 0 in the order of their first voxel, z slowest, so the result does not depend on
/// threads. Memory: 24 bytes a run of equal voxels along x.
/// Source: union of equivalences, Rosenfeld & Pfaltz 1966, doi:10.1145/321356.321357; by runs, He,
/// Chao & Suzuki 2008, doi:10.1109/TIP.2008.919369.
///
/// # Panics
/// If there are more than 2³² − 1 runs, or an edge of so many voxels.
#[must_use]
pub fn equal_components<T: PartialEq + Sync>(
    values: ArrayView3<'_, T>,
    is_part: impl Fn(&T) -> bool + Sync,
    connectivity: Connectivity,
) -> Components {
    let shape = values.dim();
    let of_slice = |(z, slice)| runs_of(z, slice, &is_part);
    let slices: Vec<Vec<Run>> =
        values.axis_iter(Axis(0)).into_par_iter().enumerate().map(of_slice).collect();
    let mut runs = slices.concat();
    drop(slices);
    for (index, run) in runs.iter_mut().enumerate() {
        run.component = narrow(index);
    }
    let rows = RowIndex::new(&runs, shape);
    for (row, neighbour, reach) in rows.pairs(connectivity) {
        let same = |a: &Run, b: &Run| values[voxel(a)] == values[voxel(b)];
        join(&mut runs, (rows.runs(row), rows.runs(neighbour)), reach, same);
    }
    number(shape, runs)
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 runs, and shorter edges")
}

fn voxel(run: &Run) -> [usize; 3] {
    [run.z as usize, run.y as usize, run.start as usize]
}

/// The runs of one slice, row by row.
fn runs_of<T: PartialEq>(
    z: usize,
    slice: ndarray::ArrayView2<'_, T>,
    is_part: impl Fn(&T) -> bool,
) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (y, row) in slice.rows().into_iter().enumerate() {
        let mut open: Option<&T> = None;
        for (x, value) in row.iter().enumerate() {
            let is_same = open.is_some_and(|open| open == value);
            if is_same {
                continue;
            }
            if open.take().is_some() {
                runs.last_mut().expect("a run is open").end = narrow(x);
            }
            if is_part(value) {
                let (z, y, start) = (narrow(z), narrow(y), narrow(x));
                runs.push(Run { z, y, start, end: start, component: 0 });
                open = Some(value);
            }
        }
        if open.is_some() {
            runs.last_mut().expect("a run is open").end = narrow(row.len());
        }
    }
    runs
}

/// Where the runs of each row begin.
struct RowIndex {
    starts: Vec<usize>,
    slices: usize,
    rows: usize,
}

impl RowIndex {
    fn new(runs: &[Run], (slices, rows, _): (usize, usize, usize)) -> Self {
        let mut starts = vec![0; slices * rows + 1];
        for run in runs {
            starts[run.z as usize * rows + run.y as usize + 1] += 1;
        }
        for row in 0..slices * rows {
            starts[row + 1] += starts[row];
        }
        Self { starts, slices, rows }
    }

    fn runs(&self, row: usize) -> Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }

    /// Each row with the rows before it that may touch it, and how far beyond its ends a run
    /// touches another there.
    fn pairs(&self, connectivity: Connectivity) -> impl Iterator<Item = (usize, usize, u32)> {
        let allowed = connectivity as usize;
        let (slices, rows) = (self.slices, self.rows);
        let all = (0..slices).flat_map(move |z| (0..rows).map(move |y| (z, y)));
        all.flat_map(move |(z, y)| {
            BEFORE.into_iter().filter_map(move |(slices_up, rows_up, steps)| {
                let other = y.checked_add_signed(-rows_up).filter(|y| *y < rows)?;
                let reach = allowed.checked_sub(steps)?.min(1);
                let slice = z.checked_sub(slices_up)?;
                Some((z * rows + y, slice * rows + other, narrow(reach)))
            })
        })
    }
}

/// The rows before a row that touch it: slices up, rows up, and how many of both there are.
const BEFORE: [(usize, isize, usize); 4] = [(0, 1, 1), (1, 0, 1), (1, 1, 2), (1, -1, 2)];

/// Joins the runs of two rows that touch; the smaller number becomes the root.
fn join(
    runs: &mut [Run],
    (row, neighbour): (Range<usize>, Range<usize>),
    reach: u32,
    same: impl Fn(&Run, &Run) -> bool,
) {
    let mut first = neighbour.start;
    for index in row {
        let here = runs[index];
        while first < neighbour.end && runs[first].end + reach <= here.start {
            first += 1;
        }
        for other in first..neighbour.end {
            let there = runs[other];
            if there.start >= here.end + reach {
                break;
            }
            if same(&here, &there) {
                let (a, b) = (root(runs, index), root(runs, other));
                runs[a.max(b)].component = narrow(a.min(b));
            }
        }
    }
}

/// The first run of a set, with the way to it halved.
fn root(runs: &mut [Run], mut index: usize) -> usize {
    loop {
        let above = runs[index].component as usize;
        if above == index {
            return index;
        }
        let next = runs[above].component;
        runs[index].component = next;
        index = next as usize;
    }
}

/// Numbers the sets in the order of their first run.
fn number(shape: (usize, usize, usize), mut runs: Vec<Run>) -> Components {
    let mut sizes: Vec<u64> = Vec::new();
    for index in 0..runs.len() {
        let above = runs[index].component as usize;
        // Roots come first, and carry their number already.
        let component = if above == index { narrow(sizes.len()) } else { runs[above].component };
        if above == index {
            sizes.push(0);
        }
        runs[index].component = component;
        sizes[component as usize] += runs[index].columns().len() as u64;
    }
    Components { shape, runs, sizes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const ALL: [Connectivity; 3] =
        [Connectivity::Faces, Connectivity::Edges, Connectivity::Corners];

    /// Voxel by voxel, from each first one outwards.
    fn by_flooding(values: &Array3<u8>, connectivity: Connectivity) -> Array3<u32> {
        let mut labels = Array3::<u32>::zeros(values.dim());
        let mut count = 0;
        for (seed, value) in values.indexed_iter().filter(|it| *it.1 > 0) {
            if labels[seed] > 0 {
                continue;
            }
            count += 1;
            let mut open = vec![seed];
            while let Some((z, y, x)) = open.pop() {
                labels[(z, y, x)] = count;
                open.extend(labels.indexed_iter().map(|it| it.0).filter(|it| {
                    let steps = [it.0.abs_diff(z), it.1.abs_diff(y), it.2.abs_diff(x)];
                    let is_near = steps.iter().all(|step| *step < 2);
                    let is_new = labels[*it] == 0 && values[*it] == *value;
                    is_new && is_near && steps.iter().sum::<usize>() <= connectivity as usize
                }));
            }
        }
        labels
    }

    fn check(values: &Array3<u8>, connectivity: Connectivity) {
        let found = equal_components(values.view(), |it| *it > 0, connectivity);
        let expected = by_flooding(values, connectivity);
        assert_eq!(found.labels(), expected, "{connectivity:?} of {values:?}");
        let sizes: u64 = found.sizes().iter().sum();
        assert_eq!(sizes, expected.iter().filter(|it| **it > 0).count() as u64);
    }

    #[test]
    fn components_are_those_found_by_flooding() {
        let mut random = Random::new(11);
        for shape in [(4, 7, 9), (1, 8, 11), (5, 1, 12), (6, 5, 1), (1, 1, 1), (2, 0, 3)] {
            for (kinds, share) in [(1, 0.3), (1, 0.7), (2, 0.95), (3, 1.0), (1, 0.0)] {
                let values = Array3::from_shape_fn(shape, |_| {
                    let kind = u8::try_from(1 + random.bits() % kinds).unwrap();
                    kind * u8::from(random.even() <= share)
                });
                ALL.iter().for_each(|connectivity| check(&values, *connectivity));
            }
        }
    }

    #[test]
    fn two_cubes_that_share_a_corner_are_one_by_corners_alone() {
        let is_in = |(z, y, x): (usize, usize, usize)| (z < 2) == (y < 2) && (y < 2) == (x < 2);
        let mask = Array3::from_shape_fn((4, 4, 5), is_in);
        let count = ALL.map(|connectivity| components(mask.view(), connectivity).count());
        assert_eq!(count, [2, 2, 1]);
        let found = components(mask.view(), Connectivity::Faces);
        assert_eq!((found.sizes(), found.largest()), (&[8, 12][..], Some(1)));
        assert_eq!(found.mask(|it| it == 1).iter().filter(|it| **it).count(), 12);
    }
}
