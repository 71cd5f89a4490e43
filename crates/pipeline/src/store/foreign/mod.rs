//! Volumes that other programs wrote: TIFF slices and stacks, FITS cubes, MetaImage, NRRD, OME-Zarr.
//! Knows no volume of voltomo's own.

mod element;
mod header;
mod raw;
mod told;
mod zarr;

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::Array3;
use voltomo_types::Frames;

use super::StoreError;
use header::RawHeader;
pub(crate) use told::is_length_mm;
use told::{Told, foreign};

/// Longest text header that is read.
const LONGEST_HEADER: u64 = 1 << 16;

/// A volume of another program on disk, read slice by slice. Its numbers are what stands in the
/// file: nobody says that they are attenuations.
pub struct ForeignVolume {
    path: PathBuf,
    told: Told,
    numbers: Numbers,
}

/// Where the numbers lie.
enum Numbers {
    Images(Box<dyn Frames>),
    Raw(raw::RawNumbers),
    Zarr(Box<zarr::ZarrNumbers>),
}

impl ForeignVolume {
    /// Opens a folder of images, a pattern such as `slices/*.tif`, a file of several images, a
    /// MetaImage (`.mha`, `.mhd`), a NRRD (`.nrrd`, `.nhdr`) or an OME-Zarr (0.4 or 0.5) folder.
    ///
    /// # Errors
    /// Nothing there, or nothing that is a volume of grey numbers.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let is_zarr = [".zattrs", "zarr.json", ".zgroup"].iter().any(|it| path.join(it).is_file());
        let (told, numbers) = if is_zarr {
            let (told, numbers) = zarr::open(path)?;
            (told, Numbers::Zarr(Box::new(numbers)))
        } else if let Some(header) = text_header(path)? {
            let (told, numbers) = raw::open(header, path)?;
            (told, Numbers::Raw(numbers))
        } else if let Some(runs) = runs_in(path) {
            let found = format!("a folder of several runs, expected one volume: name {runs}");
            return Err(foreign(found, path));
        } else {
            images(path)?
        };
        super::read::check_size(told.shape, path)?;
        Ok(Self { path: path.to_path_buf(), told, numbers })
    }

    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Voxels along `[z, y, x]`.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.told.shape
    }

    /// Distances from voxel to voxel `[z, y, x]`, mm, where the files tell them.
    #[must_use]
    pub fn spacing_mm(&self) -> Option<[f64; 3]> {
        self.told.spacing_mm
    }

    /// What the files tell of these distances where that cannot be: 0, negative, or beyond all that is
    /// ever scanned.
    #[must_use]
    pub fn odd_spacing_mm(&self) -> Option<[f64; 3]> {
        self.told.odd_mm
    }

    /// Centre of the first voxel `[z, y, x]`, mm, where the files tell it.
    #[must_use]
    pub fn first_mm(&self) -> Option<[f64; 3]> {
        self.told.first_mm
    }

    /// Format and number type, as a person says it.
    #[must_use]
    pub fn storage(&self) -> &str {
        &self.told.storage
    }

    /// The numbers of the slices `z`, `[z, y, x]`.
    ///
    /// # Errors
    /// Slices outside the volume, or a file that cannot be read.
    pub fn read_slab(&self, z: Range<usize>) -> Result<Array3<f32>, StoreError> {
        let shape = self.told.shape;
        let slice_count = shape[0];
        if z.end > slice_count || z.is_empty() {
            let path = self.path.clone();
            return Err(StoreError::Slices { found: z, slice_count, path });
        }
        match &self.numbers {
            Numbers::Images(frames) => {
                let mut slab = Array3::zeros((z.len(), shape[1], shape[2]));
                frames
                    .read(z, 0..shape[1], slab.view_mut())
                    .map_err(|error| foreign(error.to_string(), &self.path))?;
                Ok(slab)
            }
            Numbers::Raw(numbers) => numbers.read(z, shape),
            Numbers::Zarr(numbers) => numbers.read(z, &self.path),
        }
    }
}

/// The text header of a file that has one.
fn text_header(path: &Path) -> Result<Option<RawHeader>, StoreError> {
    if !path.is_file() {
        return Ok(None);
    }
    let failed = |source| StoreError::Io { path: path.to_path_buf(), source };
    let mut head = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST_HEADER).read_to_end(&mut head).map_err(failed)?;
    header::read(&head, path).transpose().map_err(|what| foreign(what, path))
}

fn images(path: &Path) -> Result<(Told, Numbers), StoreError> {
    let images = voltomo_acquire::open_slices(path)
        .map_err(|error| StoreError::Images { source: Box::new(error) })?;
    let (shape, pixel) = (images.frames.shape(), images.pixel_mm);
    let told = Told {
        shape: [shape.frames, shape.rows, shape.columns],
        spacing_mm: pixel.map(|pixel| [images.slice_mm.unwrap_or(pixel), pixel, pixel]),
        odd_mm: None,
        first_mm: None,
        storage: images.storage,
    };
    Ok((told.checked(), Numbers::Images(images.frames)))
}

/// The output folders of runs in a folder, as those of a cell of two beams.
fn runs_in(path: &Path) -> Option<String> {
    let inside = path.read_dir().ok()?.flatten().map(|entry| entry.path());
    let mut runs: Vec<String> = inside
        .filter(|run| run.join("3-reconstruct").is_dir())
        .map(|run| format!("`{}`", run.display()))
        .collect();
    runs.sort();
    (!runs.is_empty()).then(|| runs.join(" or "))
}
