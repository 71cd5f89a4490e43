//! Projector of a parallel beam. Knows no files.

use ndarray::{ArrayView3, ArrayViewMut3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{ParallelGeometry, VoxelGrid};

use super::{
    Projector, check_call, check_shapes,
    fans::{ViewFans, fans_of, pixel_edge},
    many_rows::{ManyRows, Slices},
    rays_a_pixel,
    scratch::Rooms,
    space::Space,
    tilted::{is_upright, tilted_space},
};
use crate::{
    ReconstructError,
    kernel::{
        backproject::Processor,
        project::{
            Fan, GROUP, Lines, MOST_LANES, Stack, StackLine, Walk, backproject_fans, project_fans,
        },
    },
};

/// Rays of a parallel beam by Joseph's method, at any angles.
///
/// About an upright axis rows are independent: each is a mean of the one or two slices about its
/// height, and rays run in that mean. About a tilted axis each ray has a height of its own. A pixel more than a tenth larger than a voxel takes the mean of several rays, as
/// many as voxels lie side by side in it, so that none is missed.
///
/// Source: Joseph 1982, doi:10.1109/TMI.1982.4307572.
#[derive(Debug)]
pub struct ParallelProjector {
    volume_shape: [usize; 3],
    frame_shape: (usize, usize),
    paths: Paths,
    processor: Processor,
}

/// Rays that stay in their slices, and those that do not.
#[derive(Debug)]
enum Paths {
    Upright(Upright),
    Tilted(Space),
}

/// The rays about an upright axis.
#[derive(Debug)]
struct Upright {
    views: Vec<ViewFans>,
    /// For every frame row the slices that it sees, and what they weigh.
    rows: Vec<Slices>,
    rooms: Rooms<Room>,
}

/// What a call needs beside its arguments.
#[derive(Debug, Default)]
struct Room {
    /// Rows and columns of the voxels that a few frame rows see.
    lines: [Lines; 2],
    /// Values along the rays of all fans.
    rays: Lines,
    /// `[y, frame row, x]`.
    voxels: Vec<f32>,
    many: ManyRows,
}

/// Frame rows from which on the loops of many slices are quicker, though some lanes be empty: with
/// fewer instructions at once, always.
pub(crate) fn least_for_many(processor: Processor) -> usize {
    if processor == Processor::Avx512 { 11 } else { 1 }
}

impl ParallelProjector {
    /// A projector of the `geometry`, its frames of `frame_shape` = (rows, columns), onto `grid`.
    ///
    /// Errors: no pixels, no voxels, an angle that is no number, a grid in mm without a pixel size.
    /// Memory: a few kilobytes; a call takes the room of up to 16 slices and as many rows of all its
    /// views, and of 12 slices and 4 rows for what is left over, which is kept for the next call.
    pub fn new(
        geometry: &ParallelGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
    ) -> Result<Self, ReconstructError> {
        check_shapes(grid, frame_shape)?;
        let angles = geometry.angles.iter().map(|angle| angle.0).enumerate();
        if let Some((index, value)) = angles.into_iter().find(|(_, angle)| !angle.is_finite()) {
            return Err(ReconstructError::BadAngle { index, value });
        }
        let pixel = pixel_edge(geometry, grid)?;
        let paths = if is_upright(geometry, frame_shape) {
            Paths::Upright(Upright {
                views: fans_of(geometry, grid, (frame_shape.1, pixel)),
                rows: slices_of_rows(geometry, grid, (frame_shape.0, pixel)),
                rooms: Rooms::default(),
            })
        } else {
            Paths::Tilted(tilted_space(geometry, frame_shape, (grid, pixel)))
        };
        let (volume_shape, processor) = (grid.shape, Processor::found());
        Ok(Self { volume_shape, frame_shape, paths, processor })
    }

    /// A projector whose row `k` sees the slice `k` of `grid` and no other: for sinograms that were
    /// brought to the heights of the slices, with an upright axis.
    ///
    /// Errors and memory: as [`Self::new`].
    pub fn of_slices(
        geometry: &ParallelGeometry,
        columns: usize,
        grid: &VoxelGrid,
    ) -> Result<Self, ReconstructError> {
        let mut geometry = geometry.clone();
        geometry.axis.tilt = voltomo_types::Radian(0.0);
        let slices = grid.shape[0];
        let mut projector = Self::new(&geometry, (slices, columns), grid)?;
        if let Paths::Upright(upright) = &mut projector.paths {
            upright.rows = (0..slices).map(|slice| vec![(slice, 1.0)]).collect();
        }
        Ok(projector)
    }

    /// The same with other instructions, where the machine has them; for comparisons.
    #[must_use]
    pub fn on(mut self, processor: Processor) -> Self {
        self.processor = available(processor);
        self
    }
}

impl Upright {
    /// The fans of these views, and for each its view (of those asked for) and its place in it.
    fn fans(&self, views: &[usize]) -> (Vec<Fan>, Vec<[usize; 2]>) {
        let places = views.iter().enumerate().flat_map(|(index, &view)| {
            (0..self.views[view].fans.len()).map(move |fan| [index, fan])
        });
        let places: Vec<[usize; 2]> = places.collect();
        let fan = |&[index, fan]: &[usize; 2]| self.views[views[index]].fans[fan];
        (places.iter().map(fan).collect(), places)
    }

    /// The frame rows, some at a time: the first, how many, and how many are taken for it.
    fn row_groups(&self, processor: Processor) -> impl Iterator<Item = (usize, usize, usize)> {
        let (rows, many) = (self.rows.len(), least_for_many(processor));
        let group = move |first: usize| {
            let left = rows.saturating_sub(first);
            let most = match left {
                left if left < many => MOST_LANES,
                left if left <= Stack::LINE => Stack::LINE,
                _ => lanes_of_many(rows),
            };
            let count = left.min(most);
            let lanes = if left >= many { most } else { count.next_power_of_two() };
            (count > 0).then_some((first, count, lanes))
        };
        std::iter::successors(group(0), move |&(first, count, _)| group(first + count))
    }
}

/// The slices between which each frame row lies, and their weights.
fn slices_of_rows(
    geometry: &ParallelGeometry,
    grid: &VoxelGrid,
    (rows, pixel): (usize, f64),
) -> Vec<Slices> {
    let frame = &geometry.frame;
    let heights = rays_a_pixel(frame.bin as f64 * pixel / grid.voxel);
    let slices_of_row = |row: usize| {
        let mut weights = std::collections::BTreeMap::new();
        for k in 0..heights {
            let place = row as f64 + (k as f64 + 0.5) / heights as f64 - 0.5;
            let z = (frame.detector_row(place) - frame.middle_row()) * pixel;
            let slice = (z - grid.first[0]) / grid.voxel;
            // Rounding must not make one slice two.
            let slice = if (slice - slice.round()).abs() < 1e-6 { slice.round() } else { slice };
            let (below, way) = (slice.floor(), slice - slice.floor());
            for (index, share) in [(below, 1.0 - way), (below + 1.0, way)] {
                if share > 0.0 && index >= 0.0 && index < grid.shape[0] as f64 {
                    *weights.entry(to_index(index)).or_insert(0.0) += share / heights as f64;
                }
            }
        }
        weights.into_iter().map(|(slice, weight): (usize, f64)| (slice, to_f32(weight))).collect()
    };
    (0..rows).map(slices_of_row).collect()
}

impl Projector for ParallelProjector {
    fn volume_shape(&self) -> [usize; 3] {
        self.volume_shape
    }

    fn view_count(&self) -> usize {
        match &self.paths {
            Paths::Upright(upright) => upright.views.len(),
            Paths::Tilted(space) => space.view_count(),
        }
    }

    fn frame_shape(&self) -> (usize, usize) {
        self.frame_shape
    }

    fn project(&self, volume: ArrayView3<'_, f32>, views: &[usize], into: ArrayViewMut3<'_, f32>) {
        check_call(self, views, [volume.shape(), into.shape()]);
        match &self.paths {
            Paths::Upright(upright) => upright.project(self.processor, (volume, views), into),
            Paths::Tilted(space) => space.project(self.processor, (volume, views), into),
        }
    }

    fn backproject(
        &self,
        data: ArrayView3<'_, f32>,
        views: &[usize],
        into: ArrayViewMut3<'_, f32>,
    ) {
        check_call(self, views, [into.shape(), data.shape()]);
        match &self.paths {
            Paths::Upright(upright) => upright.backproject(self.processor, (data, views), into),
            Paths::Tilted(space) => space.backproject(self.processor, (data, views), into),
        }
    }
}

/// Slices that are taken together where there are so many in all: the more, the quicker, if the
/// memory for them is little beside that for all.
pub(crate) fn lanes_of_many(slices: usize) -> usize {
    if slices >= 2 * Stack::MOST { Stack::MOST } else { Stack::LINE }
}

/// What a call asks of all rows.
struct Call<'a> {
    processor: Processor,
    views: &'a [usize],
    fans: &'a [Fan],
    /// For each fan its view (of those asked for) and its place in it.
    places: &'a [[usize; 2]],
    /// Most rays of a fan.
    longest: usize,
}

impl Upright {
    fn project(
        &self,
        processor: Processor,
        (volume, views): (ArrayView3<'_, f32>, &[usize]),
        mut into: ArrayViewMut3<'_, f32>,
    ) {
        let (fans, places) = self.fans(views);
        let first_fans: Vec<usize> = (0..places.len()).filter(|&fan| places[fan][1] == 0).collect();
        let call = Call { processor, views, fans: &fans, places: &places, longest: longest(&fans) };
        self.rooms.with(|room| {
            for (first, count, lanes) in self.row_groups(processor) {
                let rows = &self.rows[first..first + count];
                let pixels = into.slice_mut(s![.., first..first + count, ..]);
                if lanes >= Stack::LINE {
                    let many = &mut room.many;
                    many.project(processor, (volume, rows, lanes), (&fans, call.longest));
                    let value = |[fan, lane, ray]: [usize; 3]| many.rays().value(fan, ray, lane);
                    self.sum_pixels((views, &first_fans), pixels, value);
                } else {
                    room.project(&call, volume, (rows, lanes));
                    let value = |[fan, lane, ray]: [usize; 3]| room.rays.line(fan, lane)[ray];
                    self.sum_pixels((views, &first_fans), pixels, value);
                }
            }
        });
    }

    /// Pixels from sums along the rays: `value_of([fan of all, row, ray])`.
    fn sum_pixels(
        &self,
        (views, first_fans): (&[usize], &[usize]),
        mut pixels: ArrayViewMut3<'_, f32>,
        value_of: impl Fn([usize; 3]) -> f32 + Sync,
    ) {
        let frames = pixels.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
        frames.for_each(|(index, pixels)| {
            let first_fan = first_fans[index];
            let value = |[fan, lane, ray]: [usize; 3]| value_of([first_fan + fan, lane, ray]);
            self.views[views[index]].sum_pixels(pixels, value);
        });
    }

    fn backproject(
        &self,
        processor: Processor,
        (data, views): (ArrayView3<'_, f32>, &[usize]),
        mut into: ArrayViewMut3<'_, f32>,
    ) {
        let (fans, places) = self.fans(views);
        let call = Call { processor, views, fans: &fans, places: &places, longest: longest(&fans) };
        self.rooms.with(|room| {
            for (first, count, lanes) in self.row_groups(processor) {
                let data = data.slice(s![.., first..first + count, ..]);
                let rows = &self.rows[first..first + count];
                if lanes >= Stack::LINE {
                    self.spread_many(
                        &call,
                        data,
                        room.many.rays_mut(fans.len(), call.longest, lanes),
                    );
                    room.many.backproject(processor, (&fans, lanes), (rows, into.view_mut()));
                } else {
                    room.rays.reshape(lanes, fans.len(), call.longest);
                    self.spread(&call, data, &mut room.rays);
                    room.give(processor, &fans, [into.dim().1, into.dim().2]);
                    room.add_to((rows, lanes), into.view_mut());
                }
            }
        });
    }

    /// Values along the rays of all fans from pixels, `[view, row, column]`.
    fn spread(&self, call: &Call<'_>, data: ArrayView3<'_, f32>, rays: &mut Lines) {
        let lanes = rays.lanes();
        rays.par_lines_mut().enumerate().for_each(|(line, values)| {
            let (lane, [index, fan]) = (line % lanes, call.places[line / lanes]);
            let rows = data.index_axis(Axis(0), index);
            let row = (lane < rows.nrows()).then(|| rows.row(lane));
            self.views[call.views[index]].spread_pixels(fan, row, values);
        });
    }

    fn spread_many(&self, call: &Call<'_>, data: ArrayView3<'_, f32>, rays: &mut Stack) {
        rays.par_lines_mut().enumerate().for_each(|(line, mut values)| {
            let [index, fan] = call.places[line];
            let rows = data.index_axis(Axis(0), index);
            self.views[call.views[index]].spread_many(fan, rows, &mut values);
        });
    }
}

/// The processor asked for, or what there is instead.
pub(super) fn available(asked: Processor) -> Processor {
    match (asked, Processor::found()) {
        (Processor::Avx2, Processor::Avx512) => Processor::Avx2,
        (asked, found) if asked == found => asked,
        (Processor::Avx512, found) => found,
        _ => Processor::Portable,
    }
}

fn longest(fans: &[Fan]) -> usize {
    fans.iter().map(|fan| fan.rays).max().unwrap_or(0)
}

impl Room {
    /// Sums along the rays, of the slices that a few frame rows see.
    fn project(
        &mut self,
        call: &Call<'_>,
        volume: ArrayView3<'_, f32>,
        (rows, lanes): (&[Slices], usize),
    ) {
        self.load(volume, (rows, lanes), call.fans);
        self.rays.reshape(lanes, call.fans.len(), call.longest);
        let [rows, columns] = &self.lines;
        project_fans(call.processor, [rows, columns], call.fans, &mut self.rays);
    }

    /// Copies what the frame rows see: image rows, and image columns where a fan walks them.
    fn load(
        &mut self,
        volume: ArrayView3<'_, f32>,
        (rows, lanes): (&[Slices], usize),
        fans: &[Fan],
    ) {
        let (_, height, width) = volume.dim();
        let [lines, columns] = &mut self.lines;
        lines.reshape(lanes, height, width);
        lines.par_lines_mut().enumerate().for_each(|(line, values)| {
            let (values, y) = (&mut values[..width], line / lanes);
            values.fill(0.0);
            for &(slice, weight) in rows.get(line % lanes).into_iter().flatten() {
                let voxels = volume.slice(s![slice, y, ..]);
                values.iter_mut().zip(voxels).for_each(|(sum, voxel)| *sum += weight * voxel);
            }
        });
        if fans.iter().any(|fan| fan.walk == Walk::Columns) {
            columns.transpose(lines);
        }
    }

    /// Gives the values of the rays to the voxels.
    fn give(&mut self, processor: Processor, fans: &[Fan], [height, width]: [usize; 2]) {
        let width = width.next_multiple_of(GROUP);
        self.voxels.resize(height * self.rays.lanes() * width, 0.0);
        backproject_fans(processor, (fans, &self.rays), &mut self.voxels, width);
    }

    /// Adds the voxels to the slices that the frame rows see.
    fn add_to(&self, (rows, lanes): (&[Slices], usize), mut into: ArrayViewMut3<'_, f32>) {
        let stride = into.dim().2.next_multiple_of(GROUP);
        let lines = into.axis_iter_mut(Axis(1)).into_par_iter().enumerate();
        lines.for_each(|(y, mut slices)| {
            for (lane, row) in rows.iter().enumerate() {
                let voxels = &self.voxels[(y * lanes + lane) * stride..];
                for &(slice, weight) in row {
                    let sums = slices.row_mut(slice);
                    sums.into_iter().zip(voxels).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        });
    }
}

impl ViewFans {
    /// Pixels from sums along the rays: `value([fan, lane, ray])`.
    fn sum_pixels(
        &self,
        mut pixels: ndarray::ArrayViewMut2<'_, f32>,
        value_of: impl Fn([usize; 3]) -> f32,
    ) {
        for ((lane, column), pixel) in pixels.indexed_iter_mut() {
            let rays = column * self.rays_a_pixel..(column + 1) * self.rays_a_pixel;
            let value = |ray: usize| {
                let (fan, place) = self.place(ray);
                value_of([fan, lane, place])
            };
            *pixel = self.weight * rays.map(value).sum::<f32>();
        }
    }

    /// The same from many rows, `[row, column]`: `values` `[ray, row]`, zeros where there are none.
    fn spread_many(
        &self,
        fan: usize,
        rows: ndarray::ArrayView2<'_, f32>,
        values: &mut StackLine<'_>,
    ) {
        values.clear();
        for (lane, row) in rows.outer_iter().enumerate() {
            for (ray, value) in values.lane_mut(lane).enumerate().take(self.fans[fan].rays) {
                *value = self.weight * row[self.pixel(fan, ray)];
            }
        }
    }

    /// Values along the rays of a fan from the pixels, zeros behind them; `None`: all zeros.
    fn spread_pixels(
        &self,
        fan: usize,
        row: Option<ndarray::ArrayView1<'_, f32>>,
        values: &mut [f32],
    ) {
        let rays = self.fans[fan].rays;
        let (line, behind) = values.split_at_mut(rays);
        behind.fill(0.0);
        match row {
            None => line.fill(0.0),
            Some(row) => {
                for (ray, value) in line.iter_mut().enumerate() {
                    *value = self.weight * row[self.pixel(fan, ray)];
                }
            }
        }
    }
}
