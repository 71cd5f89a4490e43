//! Rays through attenuation coefficients. Knows no camera and no files.

use std::ops::Range;

use ndarray::CowArray;
use ndarray::Ix3;

use super::blocks::{Blocks, Contents, Pyramid};
use super::lattice::{Lattice, floor};
use super::light::Light;
use super::medium::{Gathered, Medium, Walk};
use super::transfer::Tables;

/// Contributions below this are not worth a lamp.
const FAINT: f32 = 1.0 / 64.0;
/// Depths below a surface, in voxels, the denser of which gives it its colour.
const BENEATH: [f32; 2] = [1.25, 2.5];

/// How far about these depths the mean is taken, in voxels, against noise.
const BESIDE: f32 = 1.25;

/// Attenuation in standard order, with its transfer function.
pub(super) struct Attenuation<'a> {
    values: CowArray<'a, f32, Ix3>,
    shape: [usize; 3],
    pub(super) tables: Tables,
}

impl<'a> Attenuation<'a> {
    pub(super) fn new(values: ndarray::ArrayView3<'a, f32>, tables: Tables) -> Self {
        let (depth, rows, columns) = values.dim();
        let values = if values.is_standard_layout() {
            CowArray::from(values)
        } else {
            CowArray::from(values.as_standard_layout().into_owned())
        };
        Self { values, shape: [depth, rows, columns], tables }
    }

    /// Its numbers, to be read between voxels.
    pub(super) fn lattice(&self) -> Lattice<'_> {
        Lattice::new(self.values.as_slice().unwrap_or_default(), self.shape)
    }

    fn each_row(&self, [z, y, x]: [Range<usize>; 3], mut read: impl FnMut(&[f32])) {
        let data = self.lattice().data();
        for slice in z {
            for row in y.clone() {
                let start = (slice * self.shape[1] + row) * self.shape[2];
                read(&data[start + x.start..start + x.end]);
            }
        }
    }
}

impl Contents for Attenuation<'_> {
    const EMPTY_IS_CLEAR: bool = true;

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn show_any(&self, ranges: [Range<usize>; 3]) -> bool {
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        self.each_row(ranges, |row| {
            for value in row.iter().filter(|value| value.is_finite()) {
                least = least.min(*value);
                most = most.max(*value);
            }
        });
        self.tables.show_any([least, most])
    }

    fn mean_opacity(&self, ranges: [Range<usize>; 3]) -> f32 {
        let (mut sum, mut count) = (0.0, 0);
        self.each_row(ranges, |row| {
            sum += row.iter().map(|value| self.tables.opacity(*value)).sum::<f32>();
            count += row.len();
        });
        sum / count.max(1) as f32
    }
}

/// Four directions in the plane across a direction of length 1.
fn sideways(normal: [f32; 3]) -> [[f32; 3]; 4] {
    let [z, y, x] = normal;
    // Across the axis that the normal is farthest from, so that there is a length to divide by.
    let first = if x.abs() < 0.6 { [-y, z, 0.0] } else { [0.0, -x, y] };
    let length = (first[0] * first[0] + first[1] * first[1] + first[2] * first[2]).sqrt();
    let a = first.map(|part| part / length);
    let b = [y * a[2] - x * a[1], x * a[0] - z * a[2], z * a[1] - y * a[0]];
    [a, a.map(|part| -part), b, b.map(|part| -part)]
}

/// Attenuation in its light, to be walked through.
pub(super) struct LitAttenuation<'a> {
    pub(super) values: Lattice<'a>,
    pub(super) tables: &'a Tables,
    pub(super) shape: [usize; 3],
    pub(super) blocks: &'a Blocks,
    pub(super) pyramid: &'a Pyramid,
    pub(super) light: Light,
    /// Length of a step, in voxels.
    pub(super) step: f32,
    /// Slopes, per voxel, below this are noise, and above three times this a surface.
    pub(super) flat: f32,
    /// Whether cut matter is opaque.
    pub(super) has_faces: bool,
}

impl LitAttenuation<'_> {
    /// The colour of what lies a little below a surface: on the surface itself voxels are half air,
    /// whatever the body is made of.
    fn beneath(
        &self,
        colour: [f32; 3],
        (at, normal): ([f32; 3], [f32; 3]),
        sureness: f32,
    ) -> [f32; 3] {
        let across = sideways(normal);
        let below = BENEATH.map(|depth| {
            let middle = std::array::from_fn(|axis| at[axis] - depth * normal[axis]);
            let about = across.map(|way| {
                self.values.at(std::array::from_fn(|axis| middle[axis] + BESIDE * way[axis]))
            });
            0.2 * (self.values.at(middle) + about[0] + about[1] + about[2] + about[3])
        });
        let most = below[0].max(below[1]);
        if !most.is_finite() {
            return colour;
        }
        let body = self.tables.colour(most);
        std::array::from_fn(|channel| {
            colour[channel] + sureness * (body[channel] - colour[channel])
        })
    }

    /// Slope of the attenuation, per voxel.
    fn slope(&self, at: [f32; 3]) -> [f32; 3] {
        let reach = self.light.reach;
        std::array::from_fn(|axis| {
            let (mut before, mut after) = (at, at);
            before[axis] -= reach;
            after[axis] += reach;
            (self.values.at(after) - self.values.at(before)) / (2.0 * reach)
        })
    }

    fn lit(&self, colour: [f32; 3], at: [f32; 3], direction: [f32; 3]) -> [f32; 3] {
        let slope = self.slope(at);
        let steep = (slope[0] * slope[0] + slope[1] * slope[1] + slope[2] * slope[2]).sqrt();
        let sureness = ((steep - self.flat) / (2.0 * self.flat)).clamp(0.0, 1.0);
        if sureness.is_nan() || sureness <= 0.0 {
            return colour;
        }
        let facing = slope[0] * direction[0] + slope[1] * direction[1] + slope[2] * direction[2];
        // Out of the matter; seen from within it, towards the viewer. Rays that graze a body leave
        // it by its far side and still see its outside.
        let sign = if facing > -0.3 * steep { -1.0 } else { 1.0 };
        let normal = slope.map(|part| sign * part / steep);
        let crowding = self.pyramid.crowding(at, normal);
        let colour = self.beneath(colour, (at, normal), sureness);
        self.light.lit(colour, (normal, direction), (crowding, sureness))
    }
}

impl Medium for LitAttenuation<'_> {
    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn has_faces(&self) -> bool {
        self.has_faces
    }

    fn face(&self, at: [f32; 3], gathered: &mut Gathered) {
        let (colour, opacity) = self.tables.face(self.values.at(at));
        gathered.add(colour, opacity);
    }

    fn walk(&self, walk: &Walk, gathered: &mut Gathered) {
        let way = |index: usize| (index as f32 * self.step).min(walk.length);
        let mut index = 0;
        let mut front = self.values.at(walk.origin);
        while way(index) < walk.length && !gathered.is_full() {
            let at = walk.at(way(index));
            if let Some(block) = self.blocks.empty_about(at) {
                // The step that leaves the block is taken: it may end where something is seen.
                let last = floor(walk.leaves(block).max(0.0) / self.step);
                if last > index {
                    index = last;
                    front = self.values.at(walk.at(way(index)));
                    continue;
                }
            }
            let next = way(index + 1);
            let back = self.values.at(walk.at(next));
            let (colour, depth) = self.tables.stretch(front, back);
            if depth > 0.0 {
                let opacity = 1.0 - (-depth * (next - way(index))).exp();
                let lit = if opacity * gathered.left > FAINT {
                    self.lit(colour, walk.at(0.5 * (way(index) + next)), walk.direction)
                } else {
                    colour
                };
                gathered.add(lit, opacity);
            }
            front = back;
            index += 1;
        }
    }
}
