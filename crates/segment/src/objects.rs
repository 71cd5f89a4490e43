//! The parts of one material, each with its place, size and form. Knows no cell.

use ndarray::ArrayView3;
use serde::Serialize;
use voltomo_numeric::{
    components::{Components, Connectivity, Run, equal_components},
    eigen::symmetric,
};
use voltomo_types::{Labels, Material, VoxelGrid};

/// One connected part of a material.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Object {
    /// Number, from 1, in the order of first voxels.
    pub number: usize,
    /// Voxels.
    pub voxels: u64,
    /// Volume, mm³ (pixel³ on a grid without a unit, as are the lengths).
    pub volume: f64,
    /// Mean place, `[z, y, x]`, mm.
    pub centroid: [f64; 3],
    /// First and last voxel along each axis, `[z, y, x]`.
    pub bounds: [[usize; 2]; 3],
    /// Semi-axes of the ellipsoid with the same second moments, longest first, mm.
    pub semi_axes: [f64; 3],
    /// Their directions, `[z, y, x]`, of length 1.
    pub directions: [[f64; 3]; 3],
    /// Mean µ for neutrons, 1/cm.
    pub neutron: Option<f64>,
    /// Mean µ for X-rays, 1/cm.
    pub xray: Option<f64>,
    /// Whether it reaches an end of the volume, so that there may be more of it.
    pub reaches_end: bool,
    /// What shares faces with it: material and faces, in the order of the materials.
    pub touches: Vec<(Material, u64)>,
}

/// The connected parts of a material with at least `least` voxels; neighbours share a face, an
/// edge or a corner.
///
/// `volumes`: µ for neutrons and for X-rays on the same grid, as far as there are any. Memory: 24
/// bytes a run of the material's voxels, and 300 bytes a part.
///
/// # Panics
/// If a volume has another shape than the labels.
#[must_use]
pub fn objects(
    labels: &Labels,
    material: Material,
    volumes: [Option<ArrayView3<'_, f32>>; 2],
    least: u64,
) -> Vec<Object> {
    let view = labels.materials.view();
    let parts = equal_components(view, |it| *it == material.number(), Connectivity::Corners);
    let mut sums = vec![Sums::default(); parts.count()];
    for run in parts.runs() {
        let sum = &mut sums[run.component as usize];
        sum.add_run(run, parts.shape());
        sum.add_values(run, &volumes);
        sum.add_faces(run, &view);
    }
    let kept = sums.iter().enumerate().filter(|(part, _)| parts.sizes()[*part] >= least);
    kept.enumerate()
        .map(|(number, (part, sums))| sums.object((number + 1, part), &parts, &labels.grid))
        .collect()
}

/// What adds up over the runs of a part.
#[derive(Debug, Clone)]
struct Sums {
    first: [f64; 3],
    /// zz, zy, zx, yy, yx, xx.
    second: [f64; 6],
    bounds: [[usize; 2]; 3],
    values: [[f64; 2]; 2],
    faces: [u64; 256],
    reaches_end: bool,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            first: [0.0; 3],
            second: [0.0; 6],
            bounds: [[usize::MAX, 0]; 3],
            values: [[0.0; 2]; 2],
            faces: [0; 256],
            reaches_end: false,
        }
    }
}

impl Sums {
    fn add_run(&mut self, run: &Run, shape: [usize; 3]) {
        let [z, y] = run.row();
        for x in run.columns() {
            let [c, b, a] = [z, y, x].map(|it| it as f64);
            [c, b, a].into_iter().enumerate().for_each(|(axis, it)| self.first[axis] += it);
            let products = [c * c, c * b, c * a, b * b, b * a, a * a];
            self.second.iter_mut().zip(products).for_each(|(sum, it)| *sum += it);
        }
        let ends = [[z, z], [y, y], [run.columns().start, run.columns().end - 1]];
        for ((bounds, [from, to]), count) in self.bounds.iter_mut().zip(ends).zip(shape) {
            *bounds = [bounds[0].min(from), bounds[1].max(to)];
            self.reaches_end |= from == 0 || to + 1 == count;
        }
    }

    fn add_values(&mut self, run: &Run, volumes: &[Option<ArrayView3<'_, f32>>; 2]) {
        let [z, y] = run.row();
        for (sums, volume) in self.values.iter_mut().zip(volumes) {
            let Some(volume) = volume else { continue };
            let values = run.columns().map(|x| f64::from(volume[[z, y, x]]));
            for value in values.filter(|value| value.is_finite()) {
                sums[0] += 1.0;
                sums[1] += value;
            }
        }
    }

    fn add_faces(&mut self, run: &Run, labels: &ArrayView3<'_, u8>) {
        let [z, y] = run.row();
        let own = labels[[z, y, run.columns().start]];
        let mut touch = |place: [usize; 3]| {
            if let Some(label) = labels.get(place).filter(|label| **label != own) {
                self.faces[usize::from(*label)] += 1;
            }
        };
        touch([z, y, run.columns().start.wrapping_sub(1)]);
        touch([z, y, run.columns().end]);
        for x in run.columns() {
            touch([z.wrapping_sub(1), y, x]);
            touch([z + 1, y, x]);
            touch([z, y.wrapping_sub(1), x]);
            touch([z, y + 1, x]);
        }
    }

    fn object(
        &self,
        (number, part): (usize, usize),
        parts: &Components,
        grid: &VoxelGrid,
    ) -> Object {
        let voxels = parts.sizes()[part];
        let count = voxels as f64;
        let mean = self.first.map(|sum| sum / count);
        let pairs = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];
        let mut matrix = [0.0; 9];
        for ([a, b], sum) in pairs.into_iter().zip(self.second) {
            // A voxel is not a point: its own second moment is 1/12 along each axis.
            let own = if a == b { 1.0 / 12.0 } else { 0.0 };
            let moment = sum / count - mean[a] * mean[b] + own;
            (matrix[a * 3 + b], matrix[b * 3 + a]) = (moment, moment);
        }
        let axes = symmetric(&matrix, 3);
        let semi_axis = |k: usize| (5.0 * axes[k].value.max(0.0)).sqrt() * grid.voxel;
        let direction = |k: usize| [0, 1, 2].map(|axis: usize| axes[k].vector[axis]);
        let value = |[seen, sum]: [f64; 2]| (seen > 0.0).then(|| sum / seen);
        let touched =
            Material::ALL.into_iter().map(|it| (it, self.faces[usize::from(it.number())]));
        Object {
            number,
            voxels,
            volume: count * grid.voxel.powi(3),
            centroid: [0, 1, 2].map(|axis| grid.first[axis] + mean[axis] * grid.voxel),
            bounds: self.bounds,
            semi_axes: [0, 1, 2].map(semi_axis),
            directions: [0, 1, 2].map(direction),
            neutron: value(self.values[0]),
            xray: value(self.values[1]),
            reaches_end: self.reaches_end,
            touches: touched.filter(|it| it.1 > 0).collect(),
        }
    }
}
