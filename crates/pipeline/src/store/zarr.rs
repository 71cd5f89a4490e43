//! OME-Zarr 0.5: sharded, compressed, with coarser copies. Knows no slabs.
//!
//! Shards are one chunk deep, so that a slab as deep as a chunk fills whole shards. One writer
//! writes them in order; coarser levels are built shard by shard from the level below when all
//! slices are there. Source: OME-NGFF 0.5, <https://ngff.openmicroscopy.org/0.5/>.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use zarrs::array::codec::api::{BytesToBytesCodecTraits, CodecOptions, CodecSpecificOptions};
use zarrs::array::codec::{GzipCodec, ShardingCodecOptions, SubchunkWriteOrder, ZstdCodec};
use zarrs::array::{
    Array, ArrayBuilder, ArrayBytes, ArrayMetadataOptions, ArraySubset, FillValue, data_type,
};
use zarrs::filesystem::FilesystemStore;
use zarrs::group::GroupBuilder;

use super::quantise::Quantiser;
use super::record::Record;
use super::slice_writer::{Beginning, SliceWriter};
use super::zarr_levels::{Level, levels, ome_attributes};
use super::{Compression, Content, NumberType, StoreError, StoreSettings};
use voltomo_numeric::pyramid;

#[cfg(target_endian = "big")]
compile_error!("chunks are handed to zarrs in the machine's byte order, taken to be little-endian");

/// An error of any crate.
type AnyError = dyn std::error::Error + 'static;

/// Array of one level in a folder.
pub(super) type FolderArray = Array<FilesystemStore>;

/// Writes the chunks of one OME-Zarr folder.
pub(super) struct ZarrWriter {
    path: PathBuf,
    name: String,
    storage: Arc<FilesystemStore>,
    settings: StoreSettings,
    record: Record,
    quantiser: Quantiser,
    levels: Vec<Level>,
    finest: FolderArray,
    needed: u64,
}

impl ZarrWriter {
    /// Begins a folder, or goes on with one.
    pub(super) fn begin(beginning: &Beginning) -> Result<Self, StoreError> {
        let Beginning { path, settings, record, needed, .. } = *beginning;
        std::fs::create_dir_all(path)
            .map_err(|source| StoreError::from_io(source, path, needed))?;
        let failed = |error: &AnyError| StoreError::from_crate(error, path, needed);
        let storage = Arc::new(FilesystemStore::new(path).map_err(|error| failed(&error))?);
        let levels = levels(settings, record.grid.shape);
        let finest = build(&storage, settings, 0, &levels[0]).map_err(|error| failed(&*error))?;
        let writer = Self {
            path: path.to_path_buf(),
            name: beginning.name.into(),
            storage,
            settings: settings.clone(),
            record: record.clone(),
            quantiser: Quantiser::new(settings),
            levels,
            finest,
            needed,
        };
        if !beginning.is_begun {
            writer.write_group(1)?;
        }
        Ok(writer)
    }

    /// Writes the group's metadata, which names the first `level_count` levels.
    fn write_group(&self, level_count: usize) -> Result<(), StoreError> {
        let attributes = ome_attributes(&self.name, &self.record, &self.levels[..level_count]);
        let mut builder = GroupBuilder::new();
        let group = builder.attributes(attributes).build(self.storage.clone(), "/");
        let group = group.map_err(|error| self.failed(&error))?;
        group.store_metadata().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &AnyError) -> StoreError {
        StoreError::from_crate(error, &self.path, self.needed)
    }

    /// One shard as stored: what is there already where slices come before `z` in it, else empty.
    fn shard_before(&self, z: usize, place: [u64; 3]) -> Result<Vec<u8>, StoreError> {
        let level = &self.levels[0];
        if z.is_multiple_of(level.shard[0]) {
            return Ok(empty_shard(level, self.record.numbers));
        }
        let shard: ArrayBytes = self.finest.retrieve_chunk(&place).map_err(|e| self.failed(&e))?;
        let bytes = shard.into_fixed().map_err(|error| self.failed(&error))?;
        Ok(bytes.into_owned())
    }

    fn store(
        &self,
        array: &FolderArray,
        place: [u64; 3],
        shard: Vec<u8>,
    ) -> Result<(), StoreError> {
        // Also a shard that holds the fill value alone: one that is missing is a loss.
        let options = CodecOptions::default().with_store_empty_chunks(true);
        let stored = array.store_chunk_opt(&place, ArrayBytes::new_flen(shard), &options);
        stored.map_err(|error| self.failed(&error))
    }

    /// Builds the level `index` from the finer one.
    fn build_level(&self, index: usize, finer: &FolderArray) -> Result<FolderArray, StoreError> {
        let level = &self.levels[index];
        let array = build(&self.storage, &self.settings, index, level);
        let array = array.map_err(|error| self.failed(&*error))?;
        for place in level.shards() {
            let mut shard = empty_shard(level, self.record.numbers);
            let chunks: Result<Vec<_>, _> = level
                .chunks_of(place)
                .into_par_iter()
                .map(|start| Ok((start, self.coarse_chunk(index, finer, start)?)))
                .collect();
            let corner = level.corner(place);
            for (start, chunk) in chunks? {
                let inside = std::array::from_fn(|axis| start[axis] - corner[axis]);
                self.copy_chunk(level, (inside, &chunk), &mut shard);
            }
            self.store(&array, place.map(|index| index as u64), shard)?;
        }
        Ok(array)
    }

    /// Averages of the finer voxels under one chunk of level `index`, as stored numbers; of labels, one
    /// of each group.
    fn coarse_chunk(
        &self,
        index: usize,
        finer: &FolderArray,
        start: [usize; 3],
    ) -> Result<Array3<f32>, StoreError> {
        let (level, below) = (&self.levels[index], &self.levels[index - 1]);
        let from: [usize; 3] = std::array::from_fn(|axis| start[axis] * level.factor[axis]);
        let to: [usize; 3] = std::array::from_fn(|axis| {
            let end = (start[axis] + level.chunk[axis]) * level.factor[axis];
            end.min(below.shape[axis])
        });
        let ranges: Vec<_> = (0..3).map(|axis| from[axis] as u64..to[axis] as u64).collect();
        let subset = ArraySubset::new_with_ranges(&ranges);
        let options = CodecOptions::default().with_concurrent_target(1);
        let bytes: ArrayBytes =
            finer.retrieve_array_subset_opt(&subset, &options).map_err(|e| self.failed(&e))?;
        let bytes = bytes.into_fixed().map_err(|error| self.failed(&error))?;
        let shape: [usize; 3] = std::array::from_fn(|axis| to[axis] - from[axis]);
        let numbers = Array3::from_shape_vec(shape, self.quantiser.decode_numbers(&bytes));
        let numbers = numbers.map_err(|error| self.failed(&error))?;
        Ok(match self.record.content {
            Content::Attenuation | Content::Noise | Content::Confidence => {
                pyramid::coarser(numbers.view(), level.factor)
            }
            Content::Labels => pyramid::sparser(numbers.view(), level.factor),
        })
    }

    /// Writes the averages of one chunk into its shard, `at` voxels from the shard's first.
    fn copy_chunk(&self, level: &Level, (at, chunk): ([usize; 3], &Array3<f32>), shard: &mut [u8]) {
        let item = self.record.numbers.bytes();
        for (z, plane) in chunk.axis_iter(Axis(0)).enumerate() {
            for (y, row) in plane.axis_iter(Axis(0)).enumerate() {
                let first = ((at[0] + z) * level.shard[1] + at[1] + y) * level.shard[2] + at[2];
                let cells = &mut shard[first * item..(first + row.len()) * item];
                self.quantiser.encode_numbers(row.iter(), cells);
            }
        }
    }
}

impl SliceWriter for ZarrWriter {
    fn write_slices(&mut self, z: usize, attenuation: ArrayView3<f32>) -> Result<(), StoreError> {
        let level = &self.levels[0];
        let item = self.record.numbers.bytes();
        let [depth, height, width] = level.shard;
        for place in level.shards_of_layer(z / depth) {
            let index = place.map(|index| index as u64);
            let mut shard = self.shard_before(z, index)?;
            let [_, top, left] = level.corner(place);
            let part = attenuation.slice_each_axis(|axis| match axis.axis.index() {
                0 => ndarray::Slice::from(..),
                1 => ndarray::Slice::from(top..(top + height).min(axis.len)),
                _ => ndarray::Slice::from(left..(left + width).min(axis.len)),
            });
            let planes = shard.par_chunks_exact_mut(height * width * item).skip(z % depth);
            planes.zip(part.axis_iter(Axis(0))).for_each(|(plane, slice)| {
                let rows = plane.chunks_exact_mut(width * item);
                rows.zip(slice.axis_iter(Axis(0))).for_each(|(cells, row)| {
                    self.quantiser.encode(row.iter(), &mut cells[..row.len() * item]);
                });
            });
            self.store(&self.finest, index, shard)?;
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), StoreError> {
        let mut finer = None;
        for index in 1..self.levels.len() {
            let below = finer.as_ref().unwrap_or(&self.finest);
            finer = Some(self.build_level(index, below)?);
        }
        self.write_group(self.levels.len())
    }
}

/// Writes the metadata of one level and opens it for writing.
fn build(
    storage: &Arc<FilesystemStore>,
    settings: &StoreSettings,
    index: usize,
    level: &Level,
) -> Result<FolderArray, Box<dyn std::error::Error>> {
    let widen = |sizes: [usize; 3]| sizes.map(|size| size as u64).to_vec();
    let (kind, fill) = match settings.numbers {
        NumberType::F32 => (data_type::float32(), FillValue::from(f32::NAN)),
        NumberType::U16 => (data_type::uint16(), FillValue::from(0_u16)),
        NumberType::U8 => (data_type::uint8(), FillValue::from(0_u8)),
    };
    // Chunks in their order, whatever the threads do: the same volume gives the same files.
    let in_order = ShardingCodecOptions::default().with_subchunk_write_order(SubchunkWriteOrder::C);
    let mut builder = ArrayBuilder::new(widen(level.shape), widen(level.shard), kind, fill);
    builder
        .subchunk_shape(widen(level.chunk))
        .bytes_to_bytes_codecs(compression(settings)?)
        .codec_specific_options(CodecSpecificOptions::default().with_option(in_order))
        .dimension_names(["z", "y", "x"].into());
    let array = builder.build(storage.clone(), &format!("/{index}"))?;
    let options = ArrayMetadataOptions::default().with_include_zarrs_metadata(false);
    array.store_metadata_opt(&options)?;
    Ok(array)
}

fn compression(
    settings: &StoreSettings,
) -> Result<Vec<Arc<dyn BytesToBytesCodecTraits>>, Box<dyn std::error::Error>> {
    Ok(match settings.compression {
        Compression::None => Vec::new(),
        Compression::Zstd => {
            // With the checksum of each frame: numbers that were damaged on a disk are an error.
            vec![Arc::new(ZstdCodec::new(i32::from(settings.compression_level), true))]
        }
        Compression::Gzip => {
            vec![Arc::new(GzipCodec::new(u32::from(settings.compression_level))?)]
        }
    })
}

/// A shard of voxels that were not written: NaN, or 0 where stored as integers.
fn empty_shard(level: &Level, numbers: NumberType) -> Vec<u8> {
    let voxels: usize = level.shard.iter().product();
    match numbers {
        NumberType::F32 => f32::NAN.to_le_bytes().repeat(voxels),
        NumberType::U16 | NumberType::U8 => vec![0; voxels * numbers.bytes()],
    }
}

/// Opens the finest level of a finished or unfinished folder.
pub(super) fn open_finest(path: &Path) -> Result<FolderArray, StoreError> {
    let storage = FilesystemStore::new(path).map_err(|e| StoreError::from_crate(&e, path, 0))?;
    Array::open(Arc::new(storage), "/0").map_err(|error| StoreError::from_crate(&error, path, 0))
}
