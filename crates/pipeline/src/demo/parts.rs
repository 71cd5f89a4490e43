//! Which voxels lie well within each part of a cell, and their means in two volumes. Knows no
//! reconstruction.

use std::{collections::BTreeMap, path::Path};

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_acquire::simulate::shape::{Scene, VoxelRequest};

use crate::store::{StoreError, StoredVolume};

/// Every so many slices are looked at.
const SLICE_STEP: usize = 5;
/// Every so many voxels of a slice are looked at, along y and along x.
const VOXEL_STEP: usize = 2;
/// A part with fewer voxels is too small for a mean.
const FEWEST: usize = 200;
/// Within this radius, mm, what no part holds is called the void.
const VOID_RADIUS: f64 = 1.0;

/// A part and the mean of its voxels in both volumes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PartMean {
    /// Its name.
    pub(super) name: String,
    /// Mean in the reconstruction.
    pub(super) found: f64,
    /// Mean in the truth.
    pub(super) truth: f64,
    /// Voxels that were looked at.
    pub(super) voxels: usize,
}

/// The means of every part of the scene that is large enough.
///
/// A voxel counts where its six neighbours lie in the same part.
pub(super) fn part_means(
    (scene, request): (&Scene, &VoxelRequest),
    found: &Path,
    truth: &Path,
) -> Result<Vec<PartMean>, StoreError> {
    let (found, truth) = (StoredVolume::open(found)?, StoredVolume::open(truth)?);
    let mut sums: BTreeMap<String, (f64, f64, usize)> = BTreeMap::new();
    for z in (1..request.shape[0].saturating_sub(1)).step_by(SLICE_STEP) {
        let inside = inside(scene, request, z);
        let slices = [found.read_slab(z..z + 1)?, truth.read_slab(z..z + 1)?];
        let [found, truth] =
            slices.each_ref().map(|slab: &Array3<f32>| slab.index_axis(Axis(0), 0));
        for (name, place) in inside {
            let (a, b, count) = sums.entry(name).or_default();
            *a += f64::from(found[place]);
            *b += f64::from(truth[place]);
            *count += 1;
        }
    }
    let large = sums.into_iter().filter(|(_, (_, _, count))| *count >= FEWEST);
    let mean = |(name, (found, truth, voxels)): (String, (f64, f64, usize))| PartMean {
        name,
        found: found / voxels as f64,
        truth: truth / voxels as f64,
        voxels,
    };
    Ok(large.map(mean).collect())
}

/// Voxels `[y, x]` of a slice that lie well within a part, with its name.
fn inside(scene: &Scene, request: &VoxelRequest, z: usize) -> Vec<(String, [usize; 2])> {
    let [_, height, width] = request.shape;
    let rows: Vec<usize> = (0..height).step_by(VOXEL_STEP).collect();
    let of_row = |y: usize| {
        let columns = (0..width).step_by(VOXEL_STEP);
        columns.filter_map(move |x| Some((part(scene, request, [z, y, x])?, [y, x]))).collect()
    };
    let found: Vec<Vec<_>> = rows.into_par_iter().map(of_row).collect();
    found.into_iter().flatten().collect()
}

/// The part that a voxel and its neighbours lie in; near the axis, also the void.
fn part(scene: &Scene, request: &VoxelRequest, [z, y, x]: [usize; 3]) -> Option<String> {
    let [top, back, left] = request.first;
    let step = request.voxel;
    let centre = [left + x as f64 * step, back + y as f64 * step, top - z as f64 * step];
    let bounds = voltomo_acquire::simulate::Sample::bounds(scene);
    if centre[0].hypot(centre[1]) > bounds.radius {
        return None;
    }
    let here = scene.part_at(centre);
    let is_same = |axis: usize| {
        [-step, step].into_iter().all(|shift| {
            let mut beside = centre;
            beside[axis] += shift;
            scene.part_at(beside) == here
        })
    };
    if !(0..3).all(is_same) {
        return None;
    }
    match here {
        Some(index) => Some(scene.parts()[index].name.clone()),
        None => is_core(scene, centre).then(|| "void in the core".into()),
    }
}

/// Whether a void point is in the core of a roll: near the axis, with the roll around it.
fn is_core(scene: &Scene, [x, y, z]: [f64; 3]) -> bool {
    let beside = scene.part_at([4.0 * VOID_RADIUS, 0.0, z]);
    let is_roll = beside.is_some_and(|index| scene.parts()[index].name == "roll");
    x.hypot(y) < VOID_RADIUS && is_roll
}
