//! The closed surface about the voxels of a part. Knows no files.
//!
//! Source: Gibson 1998, Constrained elastic surface nets, doi:10.1007/BFb0056277: one vertex in each
//! cube of eight voxel centres that the surface cuts, relaxed within its cube. Taubin 1995,
//! doi:10.1145/218380.218473: smoothing without shrinking.

use ndarray::ArrayView3;
use voltomo_numeric::cast::to_f32;
use voltomo_types::VoxelGrid;

/// How often a vertex is drawn towards its neighbours, and pushed back.
const ROUNDS: usize = 10;
/// How far it goes each time: there and back, so that the surface does not shrink.
const PULLS: [f64; 2] = [0.5, -0.53];
/// No vertex.
const NONE: u32 = u32::MAX;

/// A surface of triangles.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mesh {
    /// Points `[x, y, z]`, mm (or pixels, as the grid counts).
    pub vertices: Vec<[f32; 3]>,
    /// Three vertices each; counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
}

impl Mesh {
    /// The volume within, in the cube of the grid's unit: by the divergence theorem.
    #[must_use]
    pub fn volume(&self) -> f64 {
        let sixfold = |triangle: &[u32; 3]| {
            let [a, b, c] = triangle.map(|k| self.vertices[k as usize].map(f64::from));
            a[0] * (b[1] * c[2] - b[2] * c[1])
                + a[1] * (b[2] * c[0] - b[0] * c[2])
                + a[2] * (b[0] * c[1] - b[1] * c[0])
        };
        self.triangles.iter().map(sixfold).sum::<f64>() / 6.0
    }
}

/// The surface about all voxels of `labels` (`[z, y, x]`) that carry `label`, closed at the faces of
/// the volume, drawn smooth by less than half a voxel. Empty where no voxel carries it.
///
/// Thin parts of one voxel keep their place and may touch themselves along an edge. Memory: the
/// mesh, and an index for each voxel of two slices.
#[must_use]
pub fn surface(labels: ArrayView3<'_, u8>, label: u8, grid: &VoxelGrid) -> Mesh {
    let mut net = Net { labels, label, points: Vec::new(), quads: Vec::new() };
    net.cast();
    let relaxed = net.relaxed();
    let place = |point: &[f64; 3]| {
        let [z, y, x] = [0, 1, 2].map(|axis| grid.first[axis] + (point[axis] - 1.0) * grid.voxel);
        [x, y, z].map(to_f32)
    };
    Mesh {
        vertices: relaxed.iter().map(place).collect(),
        triangles: net.quads.iter().flat_map(|[a, b, c, d]| [[*a, *b, *c], [*a, *c, *d]]).collect(),
    }
}

/// A surface as it is cast: points `[z, y, x]` in voxels of the volume with one voxel of nothing
/// around it, and quadrilaterals between them.
struct Net<'a> {
    labels: ArrayView3<'a, u8>,
    label: u8,
    points: Vec<[f64; 3]>,
    quads: Vec<[u32; 4]>,
}

impl Net<'_> {
    /// Whether a voxel of the widened volume belongs to the part.
    fn is_in(&self, [z, y, x]: [usize; 3]) -> bool {
        let inner = |k: usize| k.wrapping_sub(1);
        self.labels.get([inner(z), inner(y), inner(x)]) == Some(&self.label)
    }

    /// Cubes slice by slice: `below` and `here` hold the vertex of each cube of two layers.
    fn cast(&mut self) {
        let (depth, height, width) = self.labels.dim();
        let row = width + 1;
        let mut below = vec![NONE; (height + 1) * row];
        for z in 0..=depth {
            let mut here = vec![NONE; (height + 1) * row];
            for (k, vertex) in here.iter_mut().enumerate() {
                let Some(point) = self.vertex([z, k / row, k % row]) else { continue };
                *vertex = u32::try_from(self.points.len()).unwrap_or(NONE);
                self.points.push(point);
            }
            self.join([z, height, width], (&below, &here));
            below = here;
        }
    }

    /// The middle of the cut edges of the cube whose lowest corner is `corner`.
    fn vertex(&self, corner: [usize; 3]) -> Option<[f64; 3]> {
        let at = |k: usize| [corner[0] + (k >> 2), corner[1] + (k >> 1 & 1), corner[2] + (k & 1)];
        let corners: [bool; 8] = std::array::from_fn(|k| self.is_in(at(k)));
        if corners.iter().all(|it| *it == corners[0]) {
            return None;
        }
        let (mut sum, mut count) = ([0.0; 3], 0.0);
        for from in 0..8_usize {
            for bit in [1, 2, 4].into_iter().filter(|bit| from & bit == 0) {
                if corners[from] != corners[from | bit] {
                    let (a, b) = (at(from), at(from | bit));
                    (0..3).for_each(|axis| sum[axis] += 0.5 * (a[axis] + b[axis]) as f64);
                    count += 1.0;
                }
            }
        }
        Some(sum.map(|it| it / count))
    }

    /// A quadrilateral across each edge from voxel to voxel that the surface cuts, about the upper
    /// corners of a layer of cubes.
    fn join(&mut self, [z, height, width]: [usize; 3], (below, here): (&[u32], &[u32])) {
        let row = width + 1;
        for y in 0..=height {
            for x in 0..=width {
                let inside = self.is_in([z, y, x]);
                // Along x: cubes of this layer and the one below, at y and y − 1.
                if y > 0 && z > 0 && inside != self.is_in([z, y, x + 1]) {
                    let at = |layer: &[u32], y: usize| layer[y * row + x];
                    let quad = [at(below, y - 1), at(below, y), at(here, y), at(here, y - 1)];
                    self.add(quad, inside);
                }
                if x > 0 && z > 0 && inside != self.is_in([z, y + 1, x]) {
                    let at = |layer: &[u32], x: usize| layer[y * row + x];
                    let quad = [at(below, x - 1), at(here, x - 1), at(here, x), at(below, x)];
                    self.add(quad, inside);
                }
                if x > 0 && y > 0 && inside != self.is_in([z + 1, y, x]) {
                    let at = |y: usize, x: usize| here[y * row + x];
                    let quad = [at(y - 1, x - 1), at(y - 1, x), at(y, x), at(y, x - 1)];
                    self.add(quad, inside);
                }
            }
        }
    }

    /// Adds a quadrilateral that faces along the axis, or against it.
    fn add(&mut self, [a, b, c, d]: [u32; 4], is_along: bool) {
        self.quads.push(if is_along { [a, b, c, d] } else { [d, c, b, a] });
    }

    /// The points drawn towards the mean of their neighbours, each within its cube.
    fn relaxed(&self) -> Vec<[f64; 3]> {
        let cubes: Vec<[f64; 3]> = self.points.iter().map(|it| it.map(f64::floor)).collect();
        let mut points = self.points.clone();
        for pull in PULLS.repeat(ROUNDS) {
            let means = self.neighbour_means(&points);
            for ((point, mean), cube) in points.iter_mut().zip(means).zip(&cubes) {
                let pulled = |k: usize| point[k] + pull * (mean[k] - point[k]);
                *point = [0, 1, 2].map(|k| pulled(k).clamp(cube[k], cube[k] + 1.0));
            }
        }
        points
    }

    /// Mean of the neighbours of each point.
    fn neighbour_means(&self, points: &[[f64; 3]]) -> Vec<[f64; 3]> {
        let mut sums = vec![[0.0; 4]; points.len()];
        let mut add = |here: u32, there: u32| {
            let (sum, [z, y, x]) = (&mut sums[here as usize], points[there as usize]);
            *sum = [sum[0] + z, sum[1] + y, sum[2] + x, sum[3] + 1.0];
        };
        for quad in &self.quads {
            for k in 0..4 {
                add(quad[k], quad[(k + 1) % 4]);
                add(quad[(k + 1) % 4], quad[k]);
            }
        }
        // Each point belongs to a quadrilateral, so that none is divided by 0.
        sums.into_iter().map(|[z, y, x, count]| [z, y, x].map(|it| it / count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ndarray::Array3;
    use voltomo_types::LengthUnit;

    use super::*;

    fn grid(shape: [usize; 3]) -> VoxelGrid {
        VoxelGrid { shape, voxel: 0.5, first: [1.0, 2.0, 3.0], unit: LengthUnit::Millimetre }
    }

    fn is_closed(mesh: &Mesh) -> bool {
        let mut edges = BTreeMap::new();
        for [a, b, c] in &mesh.triangles {
            for (from, to) in [(a, b), (b, c), (c, a)] {
                *edges.entry((from.min(to), from.max(to))).or_insert(0) +=
                    if from < to { 1 } else { -1 };
            }
        }
        edges.values().all(|sum| *sum == 0)
    }

    #[test]
    fn the_surface_of_a_ball_is_closed_and_holds_its_volume() {
        let (shape, radius) = ([40, 41, 42], 15.0);
        let labels = Array3::from_shape_fn(shape, |(z, y, x)| {
            let [z, y, x] = [z as f64 - 20.0, y as f64 - 20.0, x as f64 - 21.0];
            u8::from(z * z + y * y + x * x < radius * radius) * 3
        });
        let mesh = surface(labels.view(), 3, &grid(shape));
        let wanted = 4.0 / 3.0 * std::f64::consts::PI * (radius * 0.5_f64).powi(3);
        let found = mesh.volume();
        assert!(is_closed(&mesh) && (found / wanted - 1.0).abs() < 0.02, "{found} {wanted}");
        let middle = [3.0 + 21.0 * 0.5, 2.0 + 20.0 * 0.5, 1.0 + 20.0 * 0.5];
        for point in &mesh.vertices {
            let away: f64 = (0..3).map(|k| (f64::from(point[k]) - middle[k]).powi(2)).sum();
            assert!((away.sqrt() - 7.5).abs() < 0.35, "{point:?}");
        }
    }

    #[test]
    fn a_part_at_the_faces_is_closed_and_one_that_is_not_there_is_empty() {
        let labels = Array3::from_elem((4, 5, 6), 1_u8);
        let mesh = surface(labels.view(), 1, &grid([4, 5, 6]));
        let wanted = 120.0 * 0.125;
        assert!(
            is_closed(&mesh) && mesh.volume() < wanted && mesh.volume() > 0.8 * wanted,
            "{}",
            mesh.volume()
        );
        assert_eq!(surface(labels.view(), 2, &grid([4, 5, 6])), Mesh::default());
        let one = Array3::from_elem((1, 1, 1), 1_u8);
        assert!(surface(one.view(), 1, &grid([1, 1, 1])).volume() > 0.0);
    }
}
