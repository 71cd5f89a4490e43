//! Rays through attenuation coefficients. Knows no camera and no files.

use std::ops::Range;

use ndarray::CowArray;
use ndarray::Ix3;

use super::blocks::{Blocks, Contents, Pyramid};
use super::light::Light;
use super::medium::{Gathered, Medium, Walk};
use super::transfer::Tables;

/// Contributions below this are not worth a lamp.
const FAINT: f32 = 1.0 / 255.0;
/// Depths below a surface, in voxels, the denser of which gives it its colour.
const BENEATH: [f32; 2] = [1.25, 2.5];

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

    fn data(&self) -> &[f32] {
        self.values.as_slice().unwrap_or_default()
    }

    /// Between the eight voxels about a point; beyond the outermost centres as there.
    #[inline]
    fn sample(&self, at: [f32; 3]) -> f32 {
        let mut low = [0; 3];
        let mut share = [0.0; 3];
        for axis in 0..3 {
            let most = (self.shape[axis] - 1) as f32;
            let place = at[axis].clamp(0.0, most);
            low[axis] = floor(place).min(self.shape[axis].saturating_sub(2));
            share[axis] = place - low[axis] as f32;
        }
        let step = |axis: usize| usize::from(self.shape[axis] > 1);
        let data = self.data();
        let (row, slice) = (self.shape[2], self.shape[2] * self.shape[1]);
        let first = low[0] * slice + low[1] * row + low[2];
        let right = step(2);
        let line = |start: usize| {
            let pair = &data[start..start + 1 + right];
            pair[0] + share[2] * (pair[right] - pair[0])
        };
        let plane = |start: usize| {
            let (near, far) = (line(start), line(start + row * step(1)));
            near + share[1] * (far - near)
        };
        let (near, far) = (plane(first), plane(first + slice * step(0)));
        near + share[0] * (far - near)
    }

    /// Slope of the attenuation, per voxel, from `reach` voxels on each side.
    fn slope(&self, at: [f32; 3], reach: f32) -> [f32; 3] {
        std::array::from_fn(|axis| {
            let (mut before, mut after) = (at, at);
            before[axis] -= reach;
            after[axis] += reach;
            (self.sample(after) - self.sample(before)) / (2.0 * reach)
        })
    }

    fn each_row(&self, [z, y, x]: [Range<usize>; 3], mut read: impl FnMut(&[f32])) {
        let data = self.data();
        for slice in z {
            for row in y.clone() {
                let start = (slice * self.shape[1] + row) * self.shape[2];
                read(&data[start + x.start..start + x.end]);
            }
        }
    }
}

/// The whole number at or below a number; 0 for negative ones and NaN.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the floor, saturating at both ends, is what this is for; fewer steps than by f64"
)]
fn floor(place: f32) -> usize {
    place as u32 as usize
}

impl Contents for Attenuation<'_> {
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

/// Attenuation in its light, to be walked through.
pub(super) struct LitAttenuation<'a, 'b> {
    pub(super) values: &'a Attenuation<'b>,
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

impl LitAttenuation<'_, '_> {
    /// The colour of what lies a little below a surface: on the surface itself voxels are half air,
    /// whatever the body is made of.
    fn beneath(
        &self,
        colour: [f32; 3],
        (at, normal): ([f32; 3], [f32; 3]),
        sureness: f32,
    ) -> [f32; 3] {
        let below = BENEATH.map(|depth| {
            self.values.sample(std::array::from_fn(|axis| at[axis] - depth * normal[axis]))
        });
        let most = below[0].max(below[1]);
        if !most.is_finite() {
            return colour;
        }
        let body = self.values.tables.colour(most);
        std::array::from_fn(|channel| {
            colour[channel] + sureness * (body[channel] - colour[channel])
        })
    }

    fn lit(&self, colour: [f32; 3], at: [f32; 3], direction: [f32; 3]) -> [f32; 3] {
        let slope = self.values.slope(at, self.light.reach);
        let steep = (slope[0] * slope[0] + slope[1] * slope[1] + slope[2] * slope[2]).sqrt();
        let sureness = ((steep - self.flat) / (2.0 * self.flat)).clamp(0.0, 1.0);
        if sureness.is_nan() || sureness <= 0.0 {
            return colour;
        }
        let facing = slope[0] * direction[0] + slope[1] * direction[1] + slope[2] * direction[2];
        let sign = if facing > 0.0 { -1.0 } else { 1.0 };
        let normal = slope.map(|part| sign * part / steep);
        let crowding = self.pyramid.crowding(at, normal);
        let colour = self.beneath(colour, (at, normal), sureness);
        self.light.lit(colour, (normal, direction), (crowding, sureness))
    }
}

impl Medium for LitAttenuation<'_, '_> {
    fn shape(&self) -> [usize; 3] {
        self.values.shape
    }

    fn has_faces(&self) -> bool {
        self.has_faces
    }

    fn face(&self, at: [f32; 3], gathered: &mut Gathered) {
        let (colour, opacity) = self.values.tables.face(self.values.sample(at));
        gathered.add(colour, opacity);
    }

    fn walk(&self, walk: &Walk, gathered: &mut Gathered) {
        let way = |index: usize| (index as f32 * self.step).min(walk.length);
        let mut index = 0;
        let mut front = self.values.sample(walk.origin);
        while way(index) < walk.length && !gathered.is_full() {
            let at = walk.at(way(index));
            if let Some(block) = self.blocks.empty_about(at) {
                // The step that leaves the block is taken: it may end where something is seen.
                let last = floor(walk.leaves(block).max(0.0) / self.step);
                if last > index {
                    index = last;
                    front = self.values.sample(walk.at(way(index)));
                    continue;
                }
            }
            let next = way(index + 1);
            let back = self.values.sample(walk.at(next));
            let (colour, depth) = self.values.tables.stretch(front, back);
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
