//! What the beam looks like behind the sample, before anything is counted. Knows no noise.

use ndarray::{Array2, s};
use rayon::prelude::*;
use voltomo_types::Radian;

use super::{
    attenuation::Attenuation,
    grid::RayGrid,
    kernel::convolve_all,
    pinhole::{self, SourcePart},
    placement::{Placement, SourceShift},
    profile::Profile,
};
use crate::simulate::{ColumnRays, PathLengths, RowRay, Sample};

const GOLDEN_RATIO: f64 = 0.618_033_988_749_894_8;

/// A sample flatter than this, mm, is taken for layers seen edge-on.
const FLAT_MM: f64 = 8.0;

/// Traces the sample and smears what comes through by the size of the source.
pub(super) struct BeamImage<'a> {
    sample: &'a dyn Sample,
    pub(super) placement: Placement,
    pub(super) attenuation: Attenuation,
    grid: RayGrid,
    parts: Vec<SourcePart>,
}

/// The beam behind the sample, `[row, column]` of the frame.
pub(super) struct Picture {
    /// Share of the open beam's signal.
    pub(super) transmission: Array2<f32>,
    /// Share of the open beam's variance, where quanta differ in size.
    pub(super) variance: Option<Array2<f32>>,
}

impl<'a> BeamImage<'a> {
    pub(super) fn new(
        sample: &'a dyn Sample,
        profile: &Profile,
        placement: Placement,
        attenuation: Attenuation,
    ) -> Self {
        let bounds = placement.bounds;
        let is_flat = bounds.z[1] - bounds.z[0] < FLAT_MM;
        let at_sample = placement.pitch() / placement.magnification();
        let fine_rows = voltomo_numeric::cast::to_index((at_sample / 0.01).ceil());
        let automatic = [if is_flat { fine_rows.clamp(2, 64) } else { 2 }, 2];
        let chosen = |told: [usize; 2], automatic: [usize; 2]| {
            [0, 1].map(|k| if told[k] == 0 { automatic[k] } else { told[k] })
        };
        let per_pixel = chosen(profile.rays.per_pixel, automatic);
        let holes = chosen(profile.rays.pinhole, [if is_flat { 7 } else { 1 }, 1]);
        let grid = RayGrid::new(&placement, per_pixel, pinhole::reach(profile, &placement));
        let parts = pinhole::parts(profile, &placement, holes, grid.step);
        Self { sample, placement, attenuation, grid, parts }
    }

    /// Rows and columns of rays.
    pub(super) fn rays(&self) -> [usize; 2] {
        self.grid.shape
    }

    /// Number of parts of the source that are traced one by one.
    pub(super) fn source_parts(&self) -> usize {
        self.parts.len()
    }

    /// The picture of a view: its number and angle, and the spot's shift (`[up, across]`, mm; 0 in
    /// a parallel beam).
    ///
    /// Every view has its rays elsewhere between the pixels: an upright edge that stands still
    /// while the sample turns would else be off by the same part of a ray in all of them.
    pub(super) fn picture(&self, (view, angle): (usize, Radian), spot: SourceShift) -> Picture {
        let steps = view as f64 * GOLDEN_RATIO;
        let grid = self.grid.moved(steps - steps.round());
        let [rows, columns] = grid.shape;
        let mut sum = Array2::<f32>::zeros((columns, rows));
        let mut variance = None;
        for group in self.parts.chunk_by(|a, b| a.shift[1] == b.shift[1]) {
            let shifts: Vec<_> =
                group.iter().map(|p| [p.shift[0] + spot[0], p.shift[1] + spot[1]]).collect();
            let traced = self.trace(&grid, angle, &shifts);
            for (index, part) in group.iter().enumerate() {
                let plane = traced.slice(s![.., index * rows..(index + 1) * rows]).to_owned();
                sum.scaled_add(part.weight, &convolve_all(plane, &part.smear));
            }
            if self.attenuation.has_variance() {
                let plane = traced.slice(s![.., shifts.len() * rows..]).to_owned();
                let smeared = convolve_all(plane, &group[0].smear);
                variance = Some(grid.on_detector(smeared, &self.placement));
            }
        }
        Picture { transmission: grid.on_detector(sum, &self.placement), variance }
    }

    /// Transmission of every ray from every shift, `[column, shift and row]`; behind them the
    /// variances, where the beam has them.
    fn trace(&self, grid: &RayGrid, angle: Radian, shifts: &[SourceShift]) -> Array2<f32> {
        let [rows, columns] = grid.shape;
        let rays = shifts.len() * rows;
        let width = if self.attenuation.has_variance() { 2 * rays } else { rays };
        let mut traced = Array2::ones((columns, width));
        let [low, high] = self.placement.shadow().map(|place| place[1]);
        let reach = shifts.iter().map(|shift| shift[1].abs()).fold(0.0, f64::max)
            * self.placement.axis_detector().max(self.placement.magnification())
            + grid.step[1];
        let is_beside = |u: f64| u < low - reach || u > high + reach;
        let materials = self.sample.materials().len();
        let scratch = || (PathLengths::new(materials, rays), Vec::<RowRay>::new());
        traced.outer_iter_mut().into_par_iter().enumerate().for_each_init(
            scratch,
            |(lengths, row_rays), (column, mut line)| {
                let u = grid.u(column);
                let Some(out) = line.as_slice_mut().filter(|_| !is_beside(u)) else { return };
                row_rays.clear();
                lengths.clear();
                let mut place = ([0.0; 2], [0.0; 2]);
                for &shift in shifts {
                    let line = self.placement.line(angle, u, shift);
                    place = (line.origin, line.direction);
                    row_rays.extend((0..rows).map(|row| line.ray(grid.v(row))));
                }
                let (origin, direction) = place;
                self.sample.trace(&ColumnRays { origin, direction, rows: row_rays }, lengths);
                self.attenuation.signal(lengths, out);
            },
        );
        traced
    }

    /// Path lengths of the ray through the middle of every pixel, mm, `[material][row, column]`.
    pub(super) fn centre_rays(&self, angle: Radian, spot: SourceShift) -> Vec<Array2<f32>> {
        let materials = self.sample.materials().len();
        let [rows, columns] = self.placement.shape;
        let pixels: Vec<Vec<f32>> = (0..rows * columns)
            .into_par_iter()
            .map(|pixel| {
                let place = [(pixel / columns) as f64, (pixel % columns) as f64];
                let [v, u] = self.placement.upright(place);
                let line = self.placement.line(angle, u, spot);
                let mut lengths = PathLengths::new(materials, 1);
                let ray = [line.ray(v)];
                let (origin, direction) = (line.origin, line.direction);
                self.sample.trace(&ColumnRays { origin, direction, rows: &ray }, &mut lengths);
                (0..materials).map(|material| lengths.material(material)[0]).collect()
            })
            .collect();
        let plane = |material: usize| {
            Array2::from_shape_fn([rows, columns], |(r, c)| pixels[r * columns + c][material])
        };
        (0..materials).map(plane).collect()
    }

    /// Signal of single rays from the middle of the source, for `[v]` of one column `u`.
    pub(super) fn column(&self, angle: Radian, u: f64, heights: &[f64]) -> Vec<f32> {
        let line = self.placement.line(angle, u, [0.0; 2]);
        let rays: Vec<RowRay> = heights.iter().map(|&v| line.ray(v)).collect();
        let mut lengths = PathLengths::new(self.sample.materials().len(), rays.len());
        let (origin, direction) = (line.origin, line.direction);
        self.sample.trace(&ColumnRays { origin, direction, rows: &rays }, &mut lengths);
        let mut signal = vec![1.0; rays.len()];
        self.attenuation.transmission(&lengths, &mut signal);
        signal
    }
}
