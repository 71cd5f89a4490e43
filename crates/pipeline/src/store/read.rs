//! Volumes that voltomo wrote, read back slice by slice. Knows no other program's files.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array3, Axis};
use voltomo_acquire::open_file;
use voltomo_types::VoxelGrid;
use zarrs::array::{ArrayBytes, ArraySubset};

use super::chunks::missing_chunks;
use super::progress::is_unfinished;
use super::record::Record;
use super::{Content, NumberType, StoreError, metaimage, nifti, nrrd, tiff_stack, zarr};

/// Slices of files that have no chunks are read so many at once.
const FEW_SLICES: usize = 16;
/// Slices that are read at once take at most so many bytes, as far as `FEW_SLICES` do.
const SLAB_BYTES: usize = 128 << 20;
/// Longest header that is searched for voltomo's record.
const LONGEST_HEADER: u64 = 1 << 20;

/// A volume on disk, whole or unfinished.
pub struct StoredVolume {
    path: PathBuf,
    record: Record,
    numbers: Numbers,
}

/// Where the stored numbers lie.
enum Numbers {
    Zarr(Box<zarr::FolderArray>),
    TiffStack,
    /// Behind a header of so many bytes.
    Raw(u64),
}

impl StoredVolume {
    /// Opens a volume that voltomo wrote: OME-Zarr, a folder of TIFF slices, MetaImage, NRRD
    /// or NIfTI.
    ///
    /// # Errors
    /// A path that cannot be read, or that another program wrote.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::from_io(source, path, 0);
        let foreign = || StoreError::Unreadable {
            found: "no record of voltomo's is in there".into(),
            path: path.to_path_buf(),
        };
        let (record, numbers) = if path.join("zarr.json").is_file() {
            let text = fs::read(path.join("zarr.json")).map_err(failed)?;
            let group: serde_json::Value = serde_json::from_slice(&text).map_err(|_| foreign())?;
            let record = group["attributes"]["voltomo"].clone();
            let record = serde_json::from_value(record).map_err(|_| foreign())?;
            (record, Numbers::Zarr(Box::new(zarr::open_finest(path)?)))
        } else if path.is_dir() {
            let text = fs::read(path.join(tiff_stack::RECORD_NAME)).map_err(|_| foreign())?;
            (serde_json::from_slice(&text).map_err(|_| foreign())?, Numbers::TiffStack)
        } else {
            let mut head = Vec::new();
            let file = open_file(path).map_err(failed)?;
            file.take(LONGEST_HEADER).read_to_end(&mut head).map_err(failed)?;
            let header = metaimage::read_header(&head)
                .or_else(|| nrrd::read_header(&head))
                .or_else(|| nifti::read_header(&head));
            let (record, header_bytes) = header.ok_or_else(foreign)?;
            (record, Numbers::Raw(header_bytes))
        };
        check_size(record.grid.shape, path)?;
        Ok(Self { path: path.to_path_buf(), record, numbers })
    }

    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the voxels are.
    #[must_use]
    pub fn grid(&self) -> &VoxelGrid {
        &self.record.grid
    }

    /// What the numbers are.
    #[must_use]
    pub fn content(&self) -> Content {
        self.record.content
    }

    /// How the numbers are stored.
    #[must_use]
    pub fn numbers(&self) -> NumberType {
        self.record.numbers
    }

    /// Attenuations that stand for 0 and for the largest integer.
    #[must_use]
    pub fn limits(&self) -> Option<[f32; 2]> {
        self.record.limits
    }

    /// Where the volume came from, as it was written.
    #[must_use]
    pub fn provenance(&self) -> &serde_json::Value {
        &self.record.provenance
    }

    /// How many slices are best read at once, beginning at a multiple of it: as many as a chunk is
    /// deep, since chunks are unpacked whole, where they take at most 128 MiB; else 16.
    pub(crate) fn slices_at_once(&self) -> usize {
        let [_, rows, columns] = self.record.grid.shape;
        let chunk = match &self.numbers {
            Numbers::Zarr(array) => array.chunk_shape(&[0; 3]).ok(),
            Numbers::TiffStack | Numbers::Raw(_) => None,
        };
        let depth = chunk.and_then(|shape| usize::try_from(shape.first()?.get()).ok());
        let fits = |depth: &usize| depth * rows * columns * size_of::<f32>() <= SLAB_BYTES;
        depth.filter(fits).unwrap_or(FEW_SLICES)
    }

    /// Refuses slices of which a finished OME-Zarr volume has lost a chunk: its voxels would be read
    /// as if nothing had been measured there.
    ///
    /// # Errors
    /// The first chunk of the slices `z` that is missing.
    pub(crate) fn refuse_missing(&self, z: Range<usize>) -> Result<(), StoreError> {
        let Numbers::Zarr(array) = &self.numbers else { return Ok(()) };
        if is_unfinished(&self.path) {
            return Ok(());
        }
        let missing = missing_chunks(array, &self.ranges(&z), &self.path)
            .map_err(|error| StoreError::from_crate(&error, &self.path, 0))?;
        let Some(first) = missing.into_iter().next() else { return Ok(()) };
        let slice = |z: u64| usize::try_from(z).unwrap_or(usize::MAX);
        let slices = first.holds.first().map_or(z, |z| slice(z.start)..slice(z.end));
        let chunk = first.file.strip_prefix(&self.path).unwrap_or(&first.file).to_path_buf();
        Err(StoreError::MissingChunk { chunk, slices, path: self.path.clone() })
    }

    /// Attenuations of the slices `z`, `[z, y, x]`, in the grid's unit; slices of an unfinished
    /// volume that were never written are NaN in OME-Zarr and 0 in MetaImage and NRRD.
    ///
    /// # Errors
    /// Slices outside the volume, a chunk that is missing, or a file that cannot be read.
    pub fn read_slab(&self, z: Range<usize>) -> Result<Array3<f32>, StoreError> {
        let slice_count = self.record.grid.shape[0];
        if z.end > slice_count || z.is_empty() {
            let path = self.path.clone();
            return Err(StoreError::Slices { found: z, slice_count, path });
        }
        let mut slab = match &self.numbers {
            Numbers::TiffStack => self.read_images(z)?,
            Numbers::Zarr(array) => {
                let bytes = self.read_chunks(array, &z)?;
                self.shaped(z.len(), &bytes)?
            }
            Numbers::Raw(header_bytes) => {
                let bytes = self.read_raw(*header_bytes, &z)?;
                self.shaped(z.len(), &bytes)?
            }
        };
        let quantiser = self.record.quantiser();
        slab.par_mapv_inplace(|number| quantiser.attenuation(number));
        Ok(slab)
    }

    fn read_images(&self, z: Range<usize>) -> Result<Array3<f32>, StoreError> {
        let [_, rows, columns] = self.record.grid.shape;
        let mut slab = Array3::zeros((z.len(), rows, columns));
        for (mut slice, z) in slab.axis_iter_mut(Axis(0)).zip(z) {
            slice.assign(&tiff_stack::read_slice(&self.path, z, &self.record)?);
        }
        Ok(slab)
    }

    fn read_chunks(
        &self,
        array: &zarr::FolderArray,
        z: &Range<usize>,
    ) -> Result<Vec<u8>, StoreError> {
        self.refuse_missing(z.clone())?;
        let bytes: Result<ArrayBytes, _> =
            array.retrieve_array_subset(&ArraySubset::new_with_ranges(&self.ranges(z)));
        let bytes = bytes.map_err(|error| self.broken(z, &error))?;
        let bytes = bytes.into_fixed();
        let bytes = bytes.map_err(|error| StoreError::from_crate(&error, &self.path, 0))?;
        Ok(bytes.into_owned())
    }

    /// What it means that chunks of the slices `z` cannot be unpacked.
    fn broken(&self, z: &Range<usize>, error: &(dyn std::error::Error + 'static)) -> StoreError {
        let path = self.path.clone();
        let last = z.end.saturating_sub(1);
        let found = format!(
            "a chunk of slices {} to {last} is broken ({error}): copy the volume again, or make it again",
            z.start
        );
        match StoreError::from_crate(error, &self.path, 0) {
            StoreError::Unreadable { .. } => StoreError::Unreadable { found, path },
            other => other,
        }
    }

    /// The voxels of the slices `z`, axis by axis.
    fn ranges(&self, z: &Range<usize>) -> [Range<u64>; 3] {
        let [_, rows, columns] = self.record.grid.shape.map(|size| size as u64);
        [z.start as u64..z.end as u64, 0..rows, 0..columns]
    }

    fn read_raw(&self, header_bytes: u64, z: &Range<usize>) -> Result<Vec<u8>, StoreError> {
        let failed = |source| StoreError::from_io(source, &self.path, 0);
        let [_, rows, columns] = self.record.grid.shape;
        let slice_bytes = rows * columns * self.record.numbers.bytes();
        let mut file = File::open(&self.path).map_err(failed)?;
        let start = header_bytes + (z.start * slice_bytes) as u64;
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        let mut bytes = vec![0; z.len() * slice_bytes];
        file.read_exact(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    fn shaped(&self, depth: usize, bytes: &[u8]) -> Result<Array3<f32>, StoreError> {
        let [_, rows, columns] = self.record.grid.shape;
        let numbers = self.record.quantiser().decode_numbers(bytes);
        Array3::from_shape_vec((depth, rows, columns), numbers)
            .map_err(|error| StoreError::from_crate(&error, &self.path, 0))
    }
}

/// Refuses a volume of more bytes than an address has.
pub(crate) fn check_size(shape: [usize; 3], path: &Path) -> Result<(), StoreError> {
    let bytes = shape.iter().map(|side| *side as f64).product::<f64>() * size_of::<f64>() as f64;
    if bytes < isize::MAX as f64 {
        return Ok(());
    }
    let [z, y, x] = shape;
    let found = format!("a volume of {z} × {y} × {x} voxels; no memory and no disk holds it");
    Err(StoreError::Foreign { found, path: path.into() })
}

/// Attenuations of the slices `z` of the volume at `path`; see [`StoredVolume::read_slab`].
///
/// # Errors
/// As [`StoredVolume::open`] and [`StoredVolume::read_slab`].
pub fn read_slab(path: &Path, z: Range<usize>) -> Result<Array3<f32>, StoreError> {
    StoredVolume::open(path)?.read_slab(z)
}
