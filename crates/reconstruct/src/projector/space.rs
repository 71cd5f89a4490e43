//! Rays in space: from sheaves of rays to pixels and back. Knows neither source nor detector.

use ndarray::{ArrayView2, ArrayView3, ArrayViewMut2, ArrayViewMut3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{PixelFrame, VoxelGrid};

use super::{counted_edge, rays_a_pixel, scratch::Rooms};
use crate::kernel::{
    backproject::Processor,
    project::{Form, Lines, Raster, Sheaf, Walk, backproject_sheaves, project_sheaves},
};

/// Spacing of the rays of a sheet, in voxels along the axis, with which the inner loops get on best.
const BEST_SPACING: f64 = 1.04;
/// Most sheets a detector column.
const MOST_SHEETS: f64 = 16.0;

/// Which rays a pixel takes the mean of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rays {
    /// Rays along the rows and the columns of a pixel.
    a_pixel: [usize; 2],
    raster: Raster,
    /// Detector `[row, column]` of ray `[0, 0]`, and from there to the next ones.
    first: [f64; 2],
    apart: [f64; 2],
    /// Whether rows of rays are columns of the detector, since those rise more steeply.
    swapped: bool,
}

/// A pixel at the middle of the volume.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pixel {
    /// Its height and width in voxels.
    pub(super) size: [f64; 2],
    /// Voxels along the axis, upwards or downwards, from one row to the next and from one column
    /// to the next.
    pub(super) rise: [f64; 2],
}

impl Rays {
    /// Enough rays that none of the voxels lies between two of them.
    pub(super) fn new(frame: &PixelFrame, shape: (usize, usize), pixel: Pixel) -> Self {
        let swapped = pixel.rise[1] > pixel.rise[0];
        let order = |[one, other]: [f64; 2]| if swapped { [other, one] } else { [one, other] };
        let (rows, columns) = if swapped { (shape.1, shape.0) } else { shape };
        let a_pixel = order(pixel.size).map(rays_a_pixel);
        let rise = order(pixel.rise)[0] / a_pixel[0] as f64;
        let spacing = rise.max(BEST_SPACING / MOST_SHEETS);
        let fit = |sheets: &f64| (sheets * spacing / BEST_SPACING).ln().abs();
        let [less, more] =
            [(BEST_SPACING / spacing).floor().max(1.0), (BEST_SPACING / spacing).ceil().max(1.0)];
        let interleave = to_index(if fit(&less) <= fit(&more) { less } else { more });
        let inner = a_pixel.map(|rays| 0.5 / rays as f64 - 0.5);
        let [inner_row, inner_column] = order(inner);
        Self {
            a_pixel,
            raster: Raster { rows: rows * a_pixel[0], columns: columns * a_pixel[1], interleave },
            first: order([frame.detector_row(inner_row), frame.detector_column(inner_column)]),
            apart: a_pixel.map(|rays| frame.bin as f64 / rays as f64),
            swapped,
        }
    }

    /// `constant + row·along_rows + column·along_columns`, of detector places, for rays.
    pub(super) fn form(&self, constant: f64, along_rows: f64, along_columns: f64) -> Form {
        let (rows, columns) =
            if self.swapped { (along_columns, along_rows) } else { (along_rows, along_columns) };
        let start = constant + self.first[0] * rows + self.first[1] * columns;
        [start, self.apart[1] * columns, self.apart[0] * rows]
    }

    /// Neighbouring columns of rays that walk the same planes, by the direction `[y, x]` of the ray
    /// in the middle of each.
    pub(super) fn runs(&self, direction: [Form; 2]) -> Vec<(Walk, std::ops::Range<usize>)> {
        let row = (self.raster.rows as f64 - 1.0) / 2.0;
        let walk = |column: usize| {
            let [y, x] = direction.map(|form| form[0] + form[1] * column as f64 + form[2] * row);
            if y.abs() >= x.abs() { Walk::Rows } else { Walk::Columns }
        };
        let mut runs: Vec<(Walk, std::ops::Range<usize>)> = Vec::new();
        for column in 0..self.raster.columns {
            match runs.last_mut() {
                Some((last, run)) if *last == walk(column) => run.end = column + 1,
                _ => runs.push((walk(column), column..column + 1)),
            }
        }
        runs
    }
}

/// All rays of a scan.
#[derive(Debug)]
pub(super) struct Space {
    views: Vec<Vec<Sheaf>>,
    rays: Rays,
    /// Edge of a voxel over the rays of a pixel; cm or pixels.
    edge: f64,
    rooms: Rooms<Lines>,
}

impl Space {
    pub(super) fn new(views: Vec<Vec<Sheaf>>, rays: Rays, grid: &VoxelGrid) -> Self {
        let edge = counted_edge(grid) / rays.a_pixel.iter().product::<usize>() as f64;
        Self { views, rays, edge, rooms: Rooms::default() }
    }

    pub(super) fn view_count(&self) -> usize {
        self.views.len()
    }

    fn sheaves(&self, views: &[usize]) -> Vec<&[Sheaf]> {
        views.iter().map(|&view| &self.views[view][..]).collect()
    }

    /// Calls `each` with every column of rays of a view, and what its values from plane to plane are
    /// times, one a row: the ways between the planes.
    fn steps(&self, view: usize, mut each: impl FnMut(usize, &[f32])) {
        let mut steps = vec![0.0; self.rays.raster.rows];
        for sheaf in &self.views[view] {
            for column in sheaf.columns.clone() {
                sheaf.steps(column, to_f32(self.edge), &mut steps);
                each(column, &steps);
            }
        }
    }

    /// The rays of a column, from the first on: number in its sheet, sheet and row of pixels.
    fn rows(&self) -> impl Iterator<Item = [usize; 3]> {
        let (interleave, rays) = (self.rays.raster.interleave, self.rays.a_pixel[0]);
        let mut next = [0, 0, 0, 0];
        std::iter::repeat_with(move || {
            let [place, sheet, pixel, ray] = next;
            let is_last = sheet + 1 == interleave;
            let (place_after, sheet_after) =
                if is_last { (place + 1, 0) } else { (place, sheet + 1) };
            let (pixel_after, ray_after) =
                if ray + 1 == rays { (pixel + 1, 0) } else { (pixel, ray + 1) };
            next = [place_after, sheet_after, pixel_after, ray_after];
            [place, sheet, pixel]
        })
    }

    pub(super) fn project(
        &self,
        processor: Processor,
        (volume, views): (ArrayView3<'_, f32>, &[usize]),
        into: ArrayViewMut3<'_, f32>,
    ) {
        let mut into = if self.rays.swapped { into.permuted_axes([0, 2, 1]) } else { into };
        let (raster, sheaves) = (&self.rays.raster, self.sheaves(views));
        self.rooms.with(|lines| {
            lines.reshape(raster.interleave, views.len() * raster.columns, raster.sheet_rows());
            project_sheaves(processor, volume, (&sheaves, raster), lines);
            let frames = into.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
            let lines = &*lines;
            frames.for_each(|(index, frame)| {
                let line = |column, phase| lines.line(index * raster.columns + column, phase);
                self.sum_pixels(views[index], line, frame);
            });
        });
    }

    fn sum_pixels<'a>(
        &self,
        view: usize,
        line: impl Fn(usize, usize) -> &'a [f32],
        mut frame: ArrayViewMut2<'_, f32>,
    ) {
        let interleave = self.rays.raster.interleave;
        frame.fill(0.0);
        self.steps(view, |column, steps| {
            let mut pixels = frame.column_mut(column / self.rays.a_pixel[1]);
            if interleave == 1 && self.rays.a_pixel[0] == 1 {
                let sums = steps.iter().zip(line(column, 0));
                return pixels.iter_mut().zip(sums).for_each(|(pixel, (a, b))| *pixel += a * b);
            }
            for (step, [place, sheet, pixel]) in steps.iter().zip(self.rows()) {
                pixels[pixel] += step * line(column, sheet)[place];
            }
        });
    }

    pub(super) fn backproject(
        &self,
        processor: Processor,
        (data, views): (ArrayView3<'_, f32>, &[usize]),
        into: ArrayViewMut3<'_, f32>,
    ) {
        let data = if self.rays.swapped { data.permuted_axes([0, 2, 1]) } else { data };
        let (raster, sheaves) = (&self.rays.raster, self.sheaves(views));
        self.rooms.with(|lines| {
            lines.reshape(raster.interleave, views.len() * raster.columns, raster.sheet_rows());
            let frames = lines.par_views_mut(raster.columns).enumerate();
            frames.for_each(|(index, mut rays)| {
                self.spread_pixels(views[index], data.slice(s![index, .., ..]), &mut rays);
            });
            backproject_sheaves(processor, (&sheaves, raster), lines, into);
        });
    }

    fn spread_pixels(
        &self,
        view: usize,
        frame: ArrayView2<'_, f32>,
        rays: &mut crate::kernel::project::LinesPart<'_>,
    ) {
        let interleave = self.rays.raster.interleave;
        rays.clear();
        self.steps(view, |column, steps| {
            let pixels = frame.column(column / self.rays.a_pixel[1]);
            if interleave == 1 && self.rays.a_pixel[0] == 1 {
                let values = steps.iter().zip(pixels);
                let line = rays.line_mut(column, 0).iter_mut();
                return line.zip(values).for_each(|(ray, (step, pixel))| *ray = step * pixel);
            }
            for (step, [place, sheet, pixel]) in steps.iter().zip(self.rows()) {
                rays.line_mut(column, sheet)[place] = step * pixels[pixel];
            }
        });
    }
}
