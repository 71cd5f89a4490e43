//! Shapes, places and metadata of the levels of an OME-Zarr volume. Knows no files.

use serde_json::{Map, Value, json};
use voltomo_numeric::pyramid;
use voltomo_types::{LengthUnit, VoxelGrid};

use super::record::Record;
use super::{Content, StoreSettings};

/// Coarser copies are made until no axis has more voxels than this.
const COARSEST: usize = 64;

/// One resolution of a volume.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// Voxels `[z, y, x]`.
    pub(super) shape: [usize; 3],
    /// Voxels of a chunk.
    pub(super) chunk: [usize; 3],
    /// Voxels of a shard; whole chunks.
    pub(super) shard: [usize; 3],
    /// Voxels of the next finer level that make one.
    pub(super) factor: [usize; 3],
    /// Voxels of the finest level that make one.
    pub(super) total_factor: [usize; 3],
}

impl Level {
    fn new(settings: &StoreSettings, shape: [usize; 3]) -> Self {
        let chunk = shape.map(|size| settings.chunk.min(size));
        let width = |axis: usize| {
            let whole_chunks = shape[axis].next_multiple_of(chunk[axis]);
            let most = (settings.shard / chunk[axis]).max(1) * chunk[axis];
            most.min(whole_chunks)
        };
        let shard = [chunk[0], width(1), width(2)];
        Self { shape, chunk, shard, factor: [1; 3], total_factor: [1; 3] }
    }

    fn shard_counts(&self) -> [usize; 3] {
        std::array::from_fn(|axis| self.shape[axis].div_ceil(self.shard[axis]))
    }

    /// Indices `[z, y, x]` of all shards.
    pub(super) fn shards(&self) -> impl Iterator<Item = [usize; 3]> + use<'_> {
        (0..self.shard_counts()[0]).flat_map(|layer| self.shards_of_layer(layer))
    }

    /// Indices of the shards of one layer in z.
    pub(super) fn shards_of_layer(&self, layer: usize) -> impl Iterator<Item = [usize; 3]> + use<> {
        let [_, down, across] = self.shard_counts();
        (0..down).flat_map(move |y| (0..across).map(move |x| [layer, y, x]))
    }

    /// First voxel of a shard.
    pub(super) fn corner(&self, place: [usize; 3]) -> [usize; 3] {
        std::array::from_fn(|axis| place[axis] * self.shard[axis])
    }

    /// First voxels of the chunks of a shard, as far as they hold voxels of the volume.
    pub(super) fn chunks_of(&self, place: [usize; 3]) -> Vec<[usize; 3]> {
        let corner = self.corner(place);
        let starts = |axis: usize| {
            let end = (corner[axis] + self.shard[axis]).min(self.shape[axis]);
            (corner[axis]..end).step_by(self.chunk[axis])
        };
        let planes = starts(0).flat_map(|z| starts(1).map(move |y| (z, y)));
        planes.flat_map(|(z, y)| starts(2).map(move |x| [z, y, x])).collect()
    }

    /// Bytes on disk at most: whole chunks that do not compress, and each shard's index.
    fn disk_bytes(&self, voxel_bytes: usize) -> u64 {
        let whole = |axis: usize| self.shape[axis].next_multiple_of(self.chunk[axis]) as u64;
        let plain = whole(0) * whole(1) * whole(2) * voxel_bytes as u64;
        let shard_count = self.shard_counts().iter().product::<usize>() as u64;
        let chunks = (0..3).map(|axis| (self.shard[axis] / self.chunk[axis]) as u64);
        // Zstandard and gzip add at most 1/256 and some bytes a chunk; an index has 16 a chunk.
        plain + plain / 256 + shard_count * (chunks.product::<u64>() * 256 + 4096) + 4096
    }
}

/// All levels of a volume, the finest first.
pub(super) fn levels(settings: &StoreSettings, shape: [usize; 3]) -> Vec<Level> {
    let mut levels = vec![Level::new(settings, shape)];
    while let Some(finer) = levels.last().filter(|it| it.shape.iter().any(|&n| n > COARSEST)) {
        let factor = pyramid::factors(finer.shape);
        let mut level = Level::new(settings, pyramid::coarser_shape(finer.shape, factor));
        level.factor = factor;
        level.total_factor = std::array::from_fn(|axis| finer.total_factor[axis] * factor[axis]);
        levels.push(level);
    }
    levels
}

/// Bytes on disk at most, all levels and their metadata.
pub(super) fn disk_bytes(settings: &StoreSettings, grid: &VoxelGrid) -> u64 {
    let voxel_bytes = settings.numbers.bytes();
    let levels = levels(settings, grid.shape);
    65_536 + levels.iter().map(|level| level.disk_bytes(voxel_bytes)).sum::<u64>()
}

/// Memory in bytes that writing takes beside the slab: a shard plain, encoded and once more while
/// its file is written; and the finer voxels under one chunk for each thread.
pub(super) fn working_bytes(settings: &StoreSettings, grid: &VoxelGrid) -> u64 {
    let finest = Level::new(settings, grid.shape);
    let shard = finest.shard.iter().product::<usize>() * settings.numbers.bytes();
    let finer = finest.chunk.iter().product::<usize>() * 8 * (settings.numbers.bytes() * 2 + 4);
    let threads = rayon::current_num_threads();
    (3 * shard + shard / settings.numbers.bytes() * 4 + threads * finer) as u64
}

/// The attributes of the group: OME-Zarr's, and voltomo's record.
///
/// Written by hand: the numbers stay `f64`, where `ome_zarr_metadata` would round them to `f32`.
pub(super) fn ome_attributes(name: &str, record: &Record, levels: &[Level]) -> Map<String, Value> {
    let axis = |axis: &str| match record.grid.unit {
        LengthUnit::Millimetre => json!({"name": axis, "type": "space", "unit": "millimeter"}),
        LengthUnit::Pixel => json!({"name": axis, "type": "space"}),
    };
    let axes = ["z", "y", "x"].map(axis);
    let datasets: Vec<_> = levels.iter().enumerate().map(|at| dataset(&record.grid, at)).collect();
    let ome = json!({
        "version": "0.5",
        "multiscales": [{
            "name": name,
            "type": if record.content == Content::Labels { "nearest" } else { "mean" },
            "axes": axes,
            "datasets": datasets,
        }],
    });
    let voltomo = serde_json::to_value(record).unwrap_or_default();
    Map::from_iter([("ome".into(), ome), ("voltomo".into(), voltomo)])
}

/// Place and voxel size of one level: averaging moves the first voxel's centre inwards.
fn dataset(grid: &VoxelGrid, (index, level): (usize, &Level)) -> Value {
    let scale = level.total_factor.map(|factor| factor as f64 * grid.voxel);
    let translation: [f64; 3] = std::array::from_fn(|axis| {
        grid.first[axis] + (level.total_factor[axis] - 1) as f64 / 2.0 * grid.voxel
    });
    json!({
        "path": index.to_string(),
        "coordinateTransformations": [
            {"type": "scale", "scale": scale},
            {"type": "translation", "translation": translation},
        ],
    })
}
