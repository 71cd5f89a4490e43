//! What a recipe may say of the stored volume. Knows no files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// File format of the stored volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StoreFormat {
    /// OME-Zarr 0.5: chunked, compressed, with coarser copies for viewers.
    #[default]
    Zarr,
    /// A folder with one TIFF image a slice, as ImageJ reads it.
    Tiff,
    /// MetaImage: one file with a text header, as ITK reads it.
    Mha,
    /// NRRD: one file with a text header, as ITK and 3D Slicer read it.
    Nrrd,
    /// NIfTI-1: one file with a binary header, at most 32767 voxels along an axis.
    Nifti,
}

/// How one voxel is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NumberType {
    /// The attenuation itself, 32-bit floating point.
    #[default]
    F32,
    /// 0 to 65535 between the two limits.
    U16,
    /// 0 to 255 between the two limits.
    U8,
}

impl NumberType {
    /// Bytes a voxel takes.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::U16 => 2,
            Self::U8 => 1,
        }
    }
}

/// Compression of OME-Zarr chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Plain numbers.
    None,
    /// Zstandard: quick.
    #[default]
    Zstd,
    /// Gzip: slower, and read by everything.
    Gzip,
}

/// How the volume is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// File format: zarr (OME-Zarr 0.5), tiff (one image a slice), mha, nrrd or
    /// nifti (one file).
    pub format: StoreFormat,
    /// How one voxel is stored: f32, or u16 and u8 between `limits`.
    pub numbers: NumberType,
    /// Attenuations stored as 0 and as the largest integer; only for u16 and u8, which need them.
    /// Voxels outside are set to the nearer limit and counted.
    pub limits: Option<[f32; 2]>,
    /// Compression of the chunks (zarr only): none, zstd or gzip.
    pub compression: Compression,
    /// Effort of the compression: 1 is quickest, 9 smallest (zarr only).
    pub compression_level: u8,
    /// Edge of a chunk in voxels (zarr only): what a viewer reads at once.
    pub chunk: usize,
    /// Width and height of a shard in voxels (zarr only), a multiple of `chunk`: one file each.
    /// Shards are one chunk deep, so that slabs as deep as a chunk fill whole shards.
    pub shard: usize,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            format: StoreFormat::Zarr,
            numbers: NumberType::F32,
            limits: None,
            compression: Compression::Zstd,
            compression_level: 3,
            chunk: 64,
            shard: 512,
        }
    }
}

impl StoreSettings {
    /// What is wrong with these settings, found without touching any file.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.limit_problems();
        if !(4..=512).contains(&self.chunk) {
            problems.push(Problem::new("store.chunk", self.chunk, "4 to 512 voxels"));
        } else if self.shard == 0 || !self.shard.is_multiple_of(self.chunk) || self.shard > 8192 {
            let expected = format!("a multiple of `store.chunk` = {} up to 8192", self.chunk);
            problems.push(Problem::new("store.shard", self.shard, expected));
        }
        if !(1..=9).contains(&self.compression_level) {
            let found = self.compression_level;
            problems.push(Problem::new("store.compression_level", found, "1 to 9"));
        }
        problems
    }

    fn limit_problems(&self) -> Vec<Problem> {
        let expected = match (self.numbers, self.limits) {
            (NumberType::F32, Some(_)) => {
                "no limits, since 32-bit floating point needs none; drop them or set \
                 `store.numbers` to u16 or u8"
            }
            (NumberType::U16 | NumberType::U8, None) => {
                "two attenuations like [0.0, 2.0], since integers need limits; or set \
                 `store.numbers` to f32"
            }
            (_, Some([low, high])) if !low.is_finite() || !high.is_finite() || low >= high => {
                "two finite attenuations, the lower one first"
            }
            _ => return Vec::new(),
        };
        let found = match self.limits {
            Some([low, high]) => format!("[{low}, {high}]"),
            None => "nothing".into(),
        };
        vec![Problem::new("store.limits", found, expected)]
    }
}
