//! A scene on a regular grid: which material fills each voxel, and its mean attenuation. Knows no
//! files.

use std::ops::Range;

use ndarray::{Array3, ArrayViewMut2, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use super::column::{Column, Sink};
use super::roll::{RollCut, RollPlan, Stretch};
use super::scene::Scene;
use crate::simulate::sample::Sample;

/// A regular grid in the cell's frame; z falls with its index, as detector rows do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoxelRequest {
    /// Voxels along `[z, y, x]`.
    pub shape: [usize; 3],
    /// Edge of a voxel, mm.
    pub voxel: f64,
    /// Centre of voxel `[0, 0, 0]` in the cell, `[z, y, x]`, mm.
    pub first: [f64; 3],
    /// Lines through a voxel along x are laid so many across it in y, and so many in z where the
    /// section changes with z (3 is usual).
    pub samples: usize,
}

/// A slab of voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct Voxels {
    /// The material that fills most of each voxel, plus 1; 0 where most is void (or where the
    /// material's index is above 254). `[z, y, x]`.
    pub labels: Array3<u8>,
    /// For each list of coefficients asked for: their mean over each voxel, in the list's unit.
    pub attenuations: Vec<Array3<f32>>,
}

/// One row of voxels along x: lengths by material, `[material, x]`, in voxels.
struct Bins<'a> {
    lengths: &'a mut [f32],
    count: usize,
    /// Share of the voxels' height that the line stands for.
    share: f32,
    /// Voxel coordinate = t·scale + shift; its edges are whole numbers.
    scale: f64,
    shift: f64,
}

impl Sink for Bins<'_> {
    fn add(&mut self, material: usize, span: [f64; 2]) {
        let end = self.count as f64;
        let [from, to] = span.map(|t| (t * self.scale + self.shift).clamp(0.0, end));
        if from >= to {
            return;
        }
        let row = &mut self.lengths[material * self.count..(material + 1) * self.count];
        let (first, last) = (to_index(from), to_index(to).min(self.count - 1));
        if first == last {
            row[first] += self.share * to_f32(to - from);
            return;
        }
        row[first] += self.share * to_f32((first + 1) as f64 - from);
        for voxel in &mut row[first + 1..last] {
            *voxel += self.share;
        }
        row[last] += self.share * to_f32(to - last as f64);
    }

    fn roll(&mut self, plan: &RollPlan, cut: &mut RollCut, ray: Stretch) {
        cut.pieces(plan, ray, |material, from, to| self.add(material, [from, to]));
    }
}

/// The arrays of one y: views `[z, x]`.
struct Plane<'a> {
    labels: ArrayViewMut2<'a, u8>,
    attenuations: Vec<ArrayViewMut2<'a, f32>>,
}

/// Buffers of a thread.
#[derive(Default)]
struct Work {
    columns: Vec<(Column, f64)>,
    lengths: Vec<f32>,
    calm: Vec<Option<usize>>,
    last_calm: Vec<Option<usize>>,
    layers: Vec<Layer>,
}

impl Work {
    /// Whether all lines of a slice run where those of the slice before did, without any change
    /// between.
    fn is_same_as_before(&self) -> bool {
        self.calm == self.last_calm && self.calm.iter().all(Option::is_some)
    }
}

/// A part of a voxel's height, and the line that stands for it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layer {
    /// Height of the line, mm.
    z: f64,
    /// Share of the voxel's height.
    share: f64,
}

/// Cuts a voxel's height at the flat faces in it: one line where nothing changes with z, so many
/// lines a voxel where something does.
fn layers(column: &mut Column, [low, high]: [f64; 2], samples: usize, out: &mut Vec<Layer>) {
    out.clear();
    let height = high - low;
    // Thinner layers than this are not worth a line.
    let least = 1e-6 * height;
    let mut from = low;
    loop {
        let face = column.faces_between([from + least, high - least]).first().copied();
        let to = face.unwrap_or(high);
        let share = if from == low && face.is_none() { 1.0 } else { (to - from) / height };
        let count = match column.calm_about(0.5 * (from + to), 0.0) {
            Some(calm) => {
                out.push(Layer { z: column.calm_height(calm), share });
                0
            }
            None => to_index((share * samples as f64 - 1e-6).ceil()).max(1),
        };
        let place = |index: usize| from + (to - from) * (index as f64 + 0.5) / count as f64;
        let share = share / count as f64;
        out.extend((0..count).map(|index| Layer { z: place(index), share }));
        from = to;
        if face.is_none() {
            return;
        }
    }
}

impl Scene {
    /// The slices `z` of a grid: labels, and the mean of each list of `attenuations` (one
    /// coefficient a material).
    ///
    /// Exact along x and, where flat faces cut a voxel, along z; `samples` lines across each voxel
    /// in y, and in z where the section changes with it. Memory: the arrays returned,
    /// and a row of lengths a thread. The bits do not depend on the slab or the threads.
    #[must_use]
    pub fn voxels(
        &self,
        request: &VoxelRequest,
        z: Range<usize>,
        attenuations: &[Vec<f64>],
    ) -> Voxels {
        let shape = (z.len(), request.shape[1], request.shape[2]);
        let mut labels = Array3::zeros(shape);
        let mut means: Vec<Array3<f32>> =
            attenuations.iter().map(|_| Array3::zeros(shape)).collect();
        let mut planes: Vec<Plane<'_>> = labels
            .axis_iter_mut(Axis(1))
            .map(|labels| Plane { labels, attenuations: Vec::new() })
            .collect();
        for mean in &mut means {
            for (plane, view) in planes.iter_mut().zip(mean.axis_iter_mut(Axis(1))) {
                plane.attenuations.push(view);
            }
        }
        planes.par_iter_mut().enumerate().for_each_init(Work::default, |work, (y, plane)| {
            let lines = Lines { scene: self, request, y, first: z.start };
            lines.fill(plane, attenuations, work);
        });
        drop(planes);
        Voxels { labels, attenuations: means }
    }
}

/// The lines along x through the voxels of one y.
struct Lines<'a> {
    scene: &'a Scene,
    request: &'a VoxelRequest,
    y: usize,
    /// Index of the first slice.
    first: usize,
}

impl Lines<'_> {
    fn offset(&self, sample: usize) -> f64 {
        let share = (sample as f64 + 0.5) / self.request.samples as f64 - 0.5;
        share * self.request.voxel
    }

    fn fill(&self, plane: &mut Plane<'_>, attenuations: &[Vec<f64>], work: &mut Work) {
        let [_, y, _] = self.request.first;
        work.columns.resize_with(self.request.samples, Default::default);
        for (sample, (column, stretch)) in work.columns.iter_mut().enumerate() {
            let y = y + self.y as f64 * self.request.voxel + self.offset(sample);
            *stretch = self.scene.begin(column, [[0.0, y], [1.0, 0.0]]);
        }
        work.last_calm.clear();
        for slice in 0..plane.labels.nrows() {
            self.find_calm(slice, work);
            if slice > 0 && work.is_same_as_before() {
                repeat(plane, slice);
            } else {
                self.cut(slice, work);
                self.mix(slice, plane, (attenuations, &work.lengths));
            }
            std::mem::swap(&mut work.calm, &mut work.last_calm);
        }
    }

    /// Lower and upper end of a slice, mm.
    fn heights(&self, slice: usize) -> [f64; 2] {
        let index = (self.first + slice) as f64;
        let middle = self.request.first[0] - index * self.request.voxel;
        [middle - 0.5 * self.request.voxel, middle + 0.5 * self.request.voxel]
    }

    /// Notes between which changes the lines of a slice run.
    fn find_calm(&self, slice: usize, work: &mut Work) {
        let ends = self.heights(slice);
        work.calm.clear();
        work.calm.extend(work.columns.iter_mut().map(|(column, _)| {
            let [low, high] = ends.map(|z| column.calm_about(z, 0.0));
            low.filter(|_| low == high)
        }));
    }

    fn cut(&self, slice: usize, work: &mut Work) {
        let Work { columns, lengths, layers: parts, .. } = work;
        let count = self.request.shape[2];
        lengths.clear();
        lengths.resize(self.scene.materials().len() * count, 0.0);
        let scale = 1.0 / self.request.voxel;
        let shift = 0.5 - self.request.first[2] * scale;
        for (column, stretch) in columns.iter_mut().filter(|(column, _)| !column.is_empty()) {
            layers(column, self.heights(slice), self.request.samples, parts);
            for Layer { z, share } in parts.iter() {
                let (scale, share) = (scale / *stretch, to_f32(*share));
                let mut bins = Bins { lengths, count, share, scale, shift };
                column.ray(self.scene.pieces(), [*z, 0.0], &mut bins);
            }
        }
    }

    /// Lengths into labels and means.
    fn mix(
        &self,
        slice: usize,
        plane: &mut Plane<'_>,
        (attenuations, lengths): (&[Vec<f64>], &[f32]),
    ) {
        let count = self.request.shape[2];
        let whole = to_f32(self.request.samples as f64);
        for (x, label) in plane.labels.row_mut(slice).iter_mut().enumerate() {
            let of = |material: usize| lengths[material * count + x];
            let materials = 0..lengths.len() / count;
            let mut most = whole - materials.clone().map(of).sum::<f32>();
            for material in materials {
                if of(material) > most {
                    most = of(material);
                    *label = u8::try_from(material + 1).unwrap_or(0);
                }
            }
        }
        for (mean, coefficients) in plane.attenuations.iter_mut().zip(attenuations) {
            let mut row = mean.row_mut(slice);
            for (material, coefficient) in coefficients.iter().enumerate() {
                let weight = to_f32(*coefficient) / whole;
                let lengths = &lengths[material * count..(material + 1) * count];
                for (value, length) in row.iter_mut().zip(lengths) {
                    *value += weight * length;
                }
            }
        }
    }
}

/// A slice like the one before it.
fn repeat(plane: &mut Plane<'_>, slice: usize) {
    let (before, mut here) = plane.labels.view_mut().split_at(Axis(0), slice);
    here.row_mut(0).assign(&before.row(slice - 1));
    for mean in &mut plane.attenuations {
        let (before, mut here) = mean.view_mut().split_at(Axis(0), slice);
        here.row_mut(0).assign(&before.row(slice - 1));
    }
}
