//! All pixels of a picture: a ray each, and more where neighbours differ. Knows no text.

use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_types::VoxelGrid;

use super::camera::Viewer;
use super::cut::{Cuts, Stretch};
use super::medium::{Gathered, Medium, Walk};
use super::vector::{along, difference, short};

/// Neighbours that differ by more than this in one channel are an edge.
const EDGE: f32 = 0.07;

/// What is looked at, from where.
pub(super) struct View<'a, M> {
    pub(super) medium: &'a M,
    pub(super) viewer: &'a Viewer,
    pub(super) cuts: &'a Cuts,
    pub(super) grid: &'a VoxelGrid,
    pub(super) background: [f32; 3],
    /// Rays a pixel along each side, where there is an edge.
    pub(super) fineness: usize,
    pub(super) size: [usize; 2],
}

impl<M: Medium> View<'_, M> {
    /// All colours, row by row.
    pub(super) fn pixels(&self) -> Vec<[f32; 3]> {
        let [width, height] = self.size;
        let mut coarse = vec![[0.0; 3]; width * height];
        coarse.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            let mut left = Vec::new();
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = self.colour([x as f64 + 0.5, y as f64 + 0.5], &mut left);
            }
        });
        if self.fineness < 2 {
            return coarse;
        }
        let mut fine = coarse.clone();
        fine.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            let mut left = Vec::new();
            for (x, pixel) in row.iter_mut().enumerate() {
                if self.is_edge(&coarse, [x, y]) {
                    *pixel = self.fine_colour([x, y], &mut left);
                }
            }
        });
        fine
    }

    fn is_edge(&self, coarse: &[[f32; 3]], [x, y]: [usize; 2]) -> bool {
        let [width, height] = self.size;
        let here = coarse[y * width + x];
        let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
        let (above, below) = (y.saturating_sub(1), (y + 1).min(height - 1));
        (above..=below).any(|row| {
            coarse[row * width + left..=row * width + right]
                .iter()
                .any(|other| (0..3).any(|channel| (other[channel] - here[channel]).abs() > EDGE))
        })
    }

    fn fine_colour(&self, [x, y]: [usize; 2], left: &mut Vec<Stretch>) -> [f32; 3] {
        let count = self.fineness;
        let place = |index: usize| (index as f64 + 0.5) / count as f64;
        let mut sum = [0.0; 3];
        for row in 0..count {
            for column in 0..count {
                // Rays stand in rows that are sheared: upright and level edges meet them one by one.
                let shear = |index: usize| (place(index) - 0.5) / count as f64;
                let at = [place(column) + shear(row), place(row) - shear(column)];
                let colour = self.colour([x as f64 + at[0], y as f64 + at[1]], left);
                sum = std::array::from_fn(|channel| sum[channel] + colour[channel]);
            }
        }
        sum.map(|level| level / (count * count) as f32)
    }

    fn colour(&self, at: [f64; 2], left: &mut Vec<Stretch>) -> [f32; 3] {
        let ray = self.viewer.ray(at);
        let mut gathered = Gathered::NOTHING;
        let origin = difference(ray.origin, self.grid.first).map(|part| part / self.grid.voxel);
        let Some([enters, leaves]) = in_box(self.medium.shape(), origin, ray.direction) else {
            return self.background;
        };
        let is_inside = ray.begins_at_an_eye && enters < 0.0;
        let enters = if is_inside { 0.0 } else { enters };
        if enters >= leaves {
            return self.background;
        }
        // From the box on: small numbers keep their digits.
        let origin = along(origin, enters, ray.direction);
        self.cuts.left_of((origin, ray.direction), [0.0, leaves - enters], left);
        for stretch in left.iter() {
            let begin = short(along(origin, stretch.begin, ray.direction));
            let is_eye = is_inside && stretch.begin <= 0.0;
            if self.medium.has_faces() && !is_eye {
                self.medium.face(begin, &mut gathered);
            }
            let length = voltomo_numeric::cast::to_f32(stretch.end - stretch.begin);
            let walk = Walk { origin: begin, direction: short(ray.direction), length };
            self.medium.walk(&walk, &mut gathered);
            if gathered.is_full() {
                break;
            }
        }
        gathered.before(self.background)
    }
}

/// Where a ray enters and leaves the box of all voxels.
fn in_box(shape: [usize; 3], origin: [f64; 3], direction: [f64; 3]) -> Option<[f64; 2]> {
    let (mut enters, mut leaves) = (f64::NEG_INFINITY, f64::INFINITY);
    for axis in 0..3 {
        let (low, high) = (-0.5, shape[axis] as f64 - 0.5);
        if direction[axis].abs() < 1e-12 {
            if !(low..high).contains(&origin[axis]) {
                return None;
            }
            continue;
        }
        let ends = [low, high].map(|side| (side - origin[axis]) / direction[axis]);
        enters = enters.max(ends[0].min(ends[1]));
        leaves = leaves.min(ends[0].max(ends[1]));
    }
    (enters < leaves).then_some([enters, leaves])
}

/// A level from 0 to 1 as a byte.
pub(super) fn byte(level: f32) -> u8 {
    to_index(f64::from((level * 255.0).clamp(0.0, 255.0)).round()).to_le_bytes()[0]
}
