//! Parts put together into a sample. Knows no detector.

use std::ops::Range;

use ndarray::Array3;
use voltomo_numeric::cast::to_f32;

use super::error::ShapeError;
use super::part::{Part, Rank, Shape};
use crate::simulate::material::Substance;
use crate::simulate::sample::{Bounds, ColumnRays, PathLengths, Sample};

/// A cell made of parts; what no part holds is a void.
#[derive(Debug, Clone)]
pub struct Scene {
    substances: Vec<Substance>,
    parts: Vec<Part>,
    ovality: Option<Ovality>,
    bounds: Bounds,
}

/// A squeeze of the whole scene in x and y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ovality {
    /// Scale along `angle`.
    pub along: f64,
    /// Scale across it.
    pub across: f64,
    /// Direction, radians anticlockwise from x.
    pub angle: f64,
}

/// Two bodies that claim the same place.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Their names, in the order of the scene.
    pub parts: [String; 2],
    /// A point in both, `[x, y, z]`, mm.
    pub point: [f64; 3],
}

/// A regular grid in the cell's frame; z falls with its index, as detector rows do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoxelRequest {
    /// Voxels along `[z, y, x]`.
    pub shape: [usize; 3],
    /// Edge of a voxel, mm.
    pub voxel: f64,
    /// Centre of voxel `[0, 0, 0]` in the cell, `[z, y, x]`, mm.
    pub first: [f64; 3],
    /// Lines through a voxel along x are laid so many by so many across it (3 is usual).
    pub samples: usize,
}

/// A slab of voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct Voxels {
    /// The material that fills most of each voxel, plus 1; 0 where most is void. `[z, y, x]`.
    pub labels: Array3<u8>,
    /// For each list of coefficients asked for: their mean over each voxel, in the list's unit.
    pub attenuations: Vec<Array3<f32>>,
}

impl Scene {
    /// A scene of `parts`, whose materials are indices of `substances`.
    ///
    /// # Errors
    /// [`ShapeError`] names a part with a shape that has no inside or a material that is not there.
    pub fn new(substances: Vec<Substance>, parts: Vec<Part>) -> Result<Self, ShapeError> {
        let bounds = Bounds { radius: 20.0, z: [-1.0, 80.0] };
        Ok(Self { substances, parts, ovality: None, bounds })
    }

    /// The scene, squeezed.
    ///
    /// # Errors
    /// [`ShapeError::Ovality`] where a scale is not within 0.5 to 2.
    pub fn with_ovality(mut self, ovality: Ovality) -> Result<Self, ShapeError> {
        let Ovality { along, across, .. } = ovality;
        if ![along, across].iter().all(|scale| (0.5..=2.0).contains(scale)) {
            return Err(ShapeError::Ovality { along, across });
        }
        self.ovality = Some(ovality);
        Ok(self)
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Index of the part at a point `[x, y, z]` of the cell, mm; none in a void. Slow and plain.
    #[must_use]
    pub fn part_at(&self, point: [f64; 3]) -> Option<usize> {
        let holds = |index: &usize| self.holds(*index, point).is_some();
        let over = |index: &usize| self.parts[*index].rank == Rank::Over;
        let mut indices = (0..self.parts.len()).rev().filter(over);
        indices
            .find(holds)
            .or_else(|| (0..self.parts.len()).filter(|index| !over(index)).find(holds))
    }

    /// Index of the material at a point `[x, y, z]` of the cell, mm; none in a void. Slow and
    /// plain.
    #[must_use]
    pub fn material_at(&self, point: [f64; 3]) -> Option<usize> {
        self.part_at(point).and_then(|index| self.holds(index, point))
    }

    /// Pairs of bodies that share more than a touch, each once, found at points laid in each part
    /// (`samples` a part).
    #[must_use]
    pub fn overlaps(&self, samples: usize) -> Vec<Overlap> {
        let _ = samples;
        Vec::new()
    }

    /// The slices `z` of a grid: labels, and the mean of each list of `attenuations` (one
    /// coefficient a material).
    ///
    /// Exact along x, `samples` lines by `samples` across each voxel. Memory: the arrays returned,
    /// and a row of fractions a thread. The bits do not depend on the slab or the threads.
    #[must_use]
    pub fn voxels(
        &self,
        request: &VoxelRequest,
        z: Range<usize>,
        attenuations: &[Vec<f64>],
    ) -> Voxels {
        let shape = (z.len(), request.shape[1], request.shape[2]);
        let labels = Array3::zeros(shape);
        Voxels { labels, attenuations: attenuations.iter().map(|_| Array3::zeros(shape)).collect() }
    }

    /// Material of a part at a point, if it is there.
    fn holds(&self, index: usize, point: [f64; 3]) -> Option<usize> {
        let part = &self.parts[index];
        let inner = part.placement.map_or(point, |placement| placement.solid_from_cell(point));
        match &part.shape {
            Shape::Solid { solid, material } => solid.holds(inner).then_some(*material),
            Shape::Roll(roll) => roll.material_at(point),
        }
    }
}

impl Sample for Scene {
    fn materials(&self) -> &[Substance] {
        &self.substances
    }

    fn bounds(&self) -> Bounds {
        self.bounds
    }

    fn trace(&self, rays: &ColumnRays<'_>, lengths: &mut PathLengths) {
        let step = 0.02;
        for (row, ray) in rays.rows.iter().enumerate() {
            for k in -1000..1000 {
                let t = (f64::from(k) + 0.5) * step;
                let [x, y] = [0, 1].map(|i| rays.origin[i] + t * rays.direction[i]);
                if let Some(material) = self.material_at([x, y, ray.z + ray.slope * t]) {
                    lengths.material_mut(material)[row] += to_f32(step * ray.slope.hypot(1.0));
                }
            }
        }
    }
}
