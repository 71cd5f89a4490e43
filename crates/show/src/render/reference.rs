//! Renderings as plain and slow as the formulas, in f64: tiny steps, no tables, nothing skipped.
//! Shares nothing with the fast ones but the settings and the camera's rays.

use ndarray::Array3;
use voltomo_types::VoxelGrid;

use super::camera::Viewer;
use super::style::RenderStyle;
use super::transfer::TransferFunction;

/// Length of a step, in voxels.
const STEP: f64 = 0.05;

type Point = [f64; 3];

/// A volume, how it is shown, and its mean opacities in cells of 4, 8, 16 and 32 voxels.
pub(super) struct Reference<'a> {
    pub(super) values: &'a Array3<f32>,
    pub(super) grid: VoxelGrid,
    pub(super) transfer: &'a TransferFunction,
    pub(super) style: &'a RenderStyle,
    pub(super) viewer: &'a Viewer,
    /// Whether a point, in the grid's unit, is taken away.
    pub(super) is_cut: &'a dyn Fn(Point) -> bool,
}

fn dot(a: Point, b: Point) -> f64 {
    (0..3).map(|axis| a[axis] * b[axis]).sum()
}

fn moved(at: Point, way: f64, direction: Point) -> Point {
    [0, 1, 2].map(|axis| at[axis] + way * direction[axis])
}

/// Linear between the values at whole numbers about a place.
fn between(place: Point, value: impl Fn([i64; 3]) -> f64) -> f64 {
    let low = place.map(f64::floor);
    (0..8)
        .map(|corner| {
            let up = [corner & 1, (corner >> 1) & 1, corner >> 2].map(f64::from);
            let weight = |axis: usize| 1.0 - (place[axis] - low[axis] - up[axis]).abs();
            let index = [0, 1, 2].map(|axis| whole(low[axis] + up[axis]));
            weight(0) * weight(1) * weight(2) * value(index)
        })
        .sum()
}

#[allow(clippy::cast_possible_truncation, reason = "a whole number within a small volume")]
fn whole(number: f64) -> i64 {
    number as i64
}

impl Reference<'_> {
    fn voxel(&self, index: [i64; 3]) -> f64 {
        let within = |axis: usize| {
            let last = i64::try_from(self.grid.shape[axis]).unwrap() - 1;
            usize::try_from(index[axis].clamp(0, last)).unwrap()
        };
        f64::from(self.values[[within(0), within(1), within(2)]])
    }

    fn value(&self, at: Point) -> f64 {
        between(at, |index| self.voxel(index))
    }

    fn is_taken(&self, at: Point) -> bool {
        (self.is_cut)([0, 1, 2].map(|axis| self.grid.first[axis] + at[axis] * self.grid.voxel))
    }

    fn opacity(&self, value: f64) -> f64 {
        self.transfer.opacity_at(value) * self.grid.voxel
    }

    /// Mean opacity of the cells of 4 voxels and of those made of them, without what is cut away.
    pub(super) fn means(&self) -> Vec<Array3<f64>> {
        let cells = self.grid.shape.map(|side| side.div_ceil(4));
        let finest = Array3::from_shape_fn(cells, |(z, y, x)| {
            let (mut sum, mut count) = (0.0, 0.0);
            let mut left = 0.0;
            for part in 0..64 {
                let voxel = [4 * z + part / 16, 4 * y + part / 4 % 4, 4 * x + part % 4];
                if let Some(value) = self.values.get(voxel) {
                    sum += 1.0 - (-self.opacity(f64::from(*value))).exp();
                    count += 1.0;
                }
            }
            for part in 0..8_u32 {
                let inner =
                    [part & 1, (part >> 1) & 1, part >> 2].map(|up| 0.5 + 2.0 * f64::from(up));
                let at = [4 * z, 4 * y, 4 * x].map(|low| low as f64);
                let at = [0, 1, 2].map(|axis| at[axis] + inner[axis]);
                left += if self.is_taken(at) { 0.0 } else { 0.125 };
            }
            left * sum / count
        });
        let mut levels = vec![finest];
        for _ in 0..3 {
            let finer = levels.last().unwrap();
            let (depth, rows, columns) = finer.dim();
            let coarser = [depth, rows, columns].map(|side| side.div_ceil(2));
            let mean = |(z, y, x): (usize, usize, usize)| {
                let part = |step: usize| [2 * z + step / 4, 2 * y + step / 2 % 2, 2 * x + step % 2];
                (0..8).filter_map(|step| finer.get(part(step))).sum::<f64>() / 8.0
            };
            let coarser = Array3::from_shape_fn(coarser, mean);
            levels.push(coarser);
        }
        levels
    }

    fn crowding(&self, means: &[Array3<f64>], at: Point, normal: Point) -> f64 {
        let level = |(level, means): (usize, &Array3<f64>)| {
            let cell = f64::from(4 << level);
            let place = moved(at, cell, normal).map(|part| (part + 0.5) / cell - 0.5);
            between(place, |index| {
                let index = index.map(|part| usize::try_from(part).unwrap_or(usize::MAX));
                means.get(index).copied().unwrap_or(0.0)
            })
        };
        means.iter().enumerate().map(level).sum::<f64>() / means.len() as f64
    }

    fn lit(&self, means: &[Array3<f64>], at: Point, direction: Point) -> Point {
        let own = self.transfer.colour_at(self.value(at));
        let shading = &self.style.shading;
        let slope = [0, 1, 2].map(|axis| {
            let mut way = [0.0; 3];
            way[axis] = 1.0;
            let ends = [-1.0, 1.0].map(|side| self.value(moved(at, side * shading.reach, way)));
            (ends[1] - ends[0]) / (2.0 * shading.reach)
        });
        let steep = dot(slope, slope).sqrt();
        let [low, high] = self.transfer.colour_limits;
        let flat = 0.025 * (high - low);
        let sureness = ((steep - flat) / (2.0 * flat)).clamp(0.0, 1.0);
        if sureness == 0.0 {
            return own;
        }
        let is_entered = dot(slope, direction) > -0.3 * steep;
        let normal = slope.map(|part| if is_entered { -part / steep } else { part / steep });
        let body = self.transfer.colour_at(self.beneath(at, normal));
        let colour =
            [0, 1, 2].map(|channel| own[channel] + sureness * (body[channel] - own[channel]));
        let [towards, up, right] = [self.viewer.towards, self.viewer.up, self.viewer.right];
        let lamp = moved(moved(towards, 0.55, up), -0.45, right);
        let lamp = lamp.map(|part| part / dot(lamp, lamp).sqrt());
        let half = moved(lamp, -1.0, direction);
        let half = half.map(|part| part / dot(half, half).sqrt());
        let facing = ((dot(normal, lamp) + 0.4) / 1.4).max(0.0);
        let mirrored = dot(normal, half).max(0.0).powf(shading.shininess);
        let open = (-shading.occlusion * self.crowding(means, at, normal)).exp();
        colour.map(|level| {
            let dull = level * (shading.ambient + shading.diffuse * facing);
            let lit = (open * (dull + shading.specular * mirrored)).min(1.0);
            level + sureness * (lit - level)
        })
    }

    /// The larger mean of five places at two depths below a surface. The plane's directions may be
    /// any two: only a surface that is not even shows which.
    fn beneath(&self, at: Point, normal: Point) -> f64 {
        let [z, y, x] = normal;
        let first = if x.abs() < 0.6 { [-y, z, 0.0] } else { [0.0, -x, y] };
        let first = first.map(|part| part / dot(first, first).sqrt());
        let second =
            [y * first[2] - x * first[1], x * first[0] - z * first[2], z * first[1] - y * first[0]];
        let mean = |depth: f64| {
            let middle = moved(at, -depth, normal);
            let about = [(first, 1.25), (first, -1.25), (second, 1.25), (second, -1.25)];
            let sum: f64 = about.iter().map(|(way, by)| self.value(moved(middle, *by, *way))).sum();
            (sum + self.value(middle)) / 5.0
        };
        mean(1.25).max(mean(2.5))
    }

    /// The colour of the pixel through the point `[x, y]` of the picture, 0 to 1.
    pub(super) fn pixel(&self, means: &[Array3<f64>], at: [f64; 2]) -> Point {
        let ray = self.viewer.ray(at);
        let voxels = |point: Point| {
            [0, 1, 2].map(|axis| (point[axis] - self.grid.first[axis]) / self.grid.voxel)
        };
        let origin = voxels(ray.origin);
        let is_inside = |at: Point| {
            (0..3).all(|axis| (-0.5..self.grid.shape[axis] as f64 - 0.5).contains(&at[axis]))
        };
        let reach = self.grid.shape.iter().map(|side| *side as f64).sum::<f64>();
        let begin = if ray.begins_at_an_eye { 0.0 } else { -reach };
        let away = dot(origin, origin).sqrt();
        let (mut way, mut light, mut colour) = (begin, 1.0, [0.0; 3]);
        let mut was_inside = ray.begins_at_an_eye && is_inside(origin);
        while way < reach + away && light > 1e-4 {
            let here = moved(origin, way + 0.5 * STEP, ray.direction);
            way += STEP;
            let is_here = is_inside(here) && !self.is_taken(here);
            let mut add = |seen: Point, opacity: f64| {
                colour = [0, 1, 2].map(|channel| colour[channel] + light * opacity * seen[channel]);
                light *= 1.0 - opacity;
            };
            if is_here && !was_inside && self.style.has_faces {
                let value = self.value(here);
                let most =
                    self.transfer.opacity.iter().map(|point| point.opacity).fold(0.0, f64::max);
                let face = (self.transfer.opacity_at(value) / (0.25 * most)).min(1.0);
                add(self.transfer.colour_at(value), face);
            }
            was_inside = is_here;
            let depth = if is_here { self.opacity(self.value(here)) } else { 0.0 };
            if depth > 0.0 {
                add(self.lit(means, here, ray.direction), 1.0 - (-depth * STEP).exp());
            }
        }
        let background = self.style.background.map(|level| f64::from(level) / 255.0);
        [0, 1, 2].map(|channel| colour[channel] + light * background[channel])
    }
}
