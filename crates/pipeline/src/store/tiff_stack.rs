//! A folder with one TIFF image a slice, with the voxel size as ImageJ keeps it. Knows no slabs.
//!
//! Source: ImageJ's `FileInfo` and `TiffEncoder` (public domain): `key=value` lines in the image
//! description, pixels per unit in the resolution tags.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, ArrayView3, Axis};
use tiff::encoder::colortype::{ColorType, Gray8, Gray16, Gray32Float};
use tiff::encoder::{Rational, TiffEncoder, TiffKind, TiffKindBig, TiffKindStandard, TiffValue};
use tiff::tags::{ResolutionUnit, Tag};
use voltomo_numeric::cast::to_f32;

use super::quantise::Quantiser;
use super::record::{Record, ascii};
use super::slice_writer::{Beginning, SliceWriter};
use super::{NumberType, StoreError};

/// Bytes of a slice's file beside its voxels, at most.
pub(super) const HEADER_BYTES: u64 = 16_384;
/// The file beside the slices that holds voltomo's own record.
pub(super) const RECORD_NAME: &str = "volume.json";
/// Longest provenance that goes into the first slice; `volume.json` holds the whole of it.
const LONGEST_PROVENANCE: usize = 8_192;
/// Above this many bytes of voxels in one slice the file is a BigTIFF.
const CLASSIC_BYTES: usize = 4_294_000_000;

/// Writes the slices of one folder.
pub(super) struct TiffWriter {
    folder: PathBuf,
    record: Record,
    quantiser: Quantiser,
    needed: u64,
}

impl TiffWriter {
    /// Begins a folder, or goes on with one.
    pub(super) fn begin(beginning: &Beginning) -> Result<Self, StoreError> {
        let failed = |source| StoreError::from_io(source, beginning.path, beginning.needed);
        fs::create_dir_all(beginning.path).map_err(failed)?;
        let text = serde_json::to_vec_pretty(beginning.record).map_err(|why| failed(why.into()))?;
        fs::write(beginning.path.join(RECORD_NAME), text).map_err(failed)?;
        Ok(Self {
            folder: beginning.path.to_path_buf(),
            record: beginning.record.clone(),
            quantiser: Quantiser::new(beginning.settings),
            needed: beginning.needed,
        })
    }

    fn write_slice(&self, z: usize, slice: ArrayView2<f32>) -> Result<(), StoreError> {
        let path = self.folder.join(slice_name(z, self.record.grid.shape[0]));
        let is_big = slice.len() * self.record.numbers.bytes() > CLASSIC_BYTES;
        let page = Page { slice, description: self.description(z), record: &self.record };
        let quantiser = &self.quantiser;
        let written = File::create(&path).map_err(Into::into).and_then(|file| {
            let file = BufWriter::with_capacity(1 << 20, file);
            if is_big {
                page.write_numbers::<TiffKindBig>(file, quantiser)
            } else {
                page.write_numbers::<TiffKindStandard>(file, quantiser)
            }
        });
        written.map_err(|error| StoreError::from_crate(&error, &path, self.needed))
    }

    /// The image description of slice `z`.
    fn description(&self, z: usize) -> String {
        let Record { grid, slope, intercept, limits, .. } = &self.record;
        let (unit, spacing) = (grid.unit.symbol(), grid.voxel);
        let mut text = format!("ImageJ=1.11a\nimages=1\nunit={unit}\nspacing={spacing}\n");
        if limits.is_some() {
            let value_unit = self.record.unit();
            text += &format!("cf=0\nc0={intercept}\nc1={slope}\nvunit={value_unit}\n");
        }
        if z == 0 {
            let provenance = ascii(&self.record.provenance.to_string());
            let fits = provenance.len() <= LONGEST_PROVENANCE;
            text += &format!("provenance={}\n", if fits { &provenance } else { RECORD_NAME });
        }
        text
    }
}

impl SliceWriter for TiffWriter {
    fn write_slices(&mut self, z: usize, attenuation: ArrayView3<f32>) -> Result<(), StoreError> {
        let slices = attenuation.axis_iter(Axis(0)).enumerate();
        slices.into_iter().try_for_each(|(k, slice)| self.write_slice(z + k, slice))
    }

    fn complete(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// One image and its tags.
struct Page<'a> {
    slice: ArrayView2<'a, f32>,
    description: String,
    record: &'a Record,
}

impl Page<'_> {
    fn write_numbers<K: TiffKind>(
        &self,
        file: BufWriter<File>,
        quantiser: &Quantiser,
    ) -> tiff::TiffResult<()> {
        let values = self.slice.iter();
        match self.record.numbers {
            NumberType::F32 => {
                self.write::<Gray32Float, K>(file, &values.copied().collect::<Vec<_>>())
            }
            NumberType::U16 => {
                let numbers: Vec<_> = values.map(|value| quantiser.number(*value)).collect();
                self.write::<Gray16, K>(file, &numbers)
            }
            NumberType::U8 => {
                let mut numbers = vec![0; self.slice.len()];
                quantiser.encode(values, &mut numbers);
                self.write::<Gray8, K>(file, &numbers)
            }
        }
    }

    fn write<C: ColorType, K: TiffKind>(
        &self,
        file: BufWriter<File>,
        numbers: &[C::Inner],
    ) -> tiff::TiffResult<()>
    where
        [C::Inner]: TiffValue,
    {
        let (rows, columns) = self.slice.dim();
        let (height, width) = (u32::try_from(rows)?, u32::try_from(columns)?);
        let mut encoder = TiffEncoder::<_, K>::new_generic(file)?;
        let mut image = encoder.new_image::<C>(width, height)?;
        image.rows_per_strip(height)?;
        let resolution = per_unit(self.record.grid.voxel);
        let tags = image.encoder();
        tags.write_tag(Tag::ImageDescription, self.description.as_str())?;
        tags.write_tag(Tag::XResolution, resolution.clone())?;
        tags.write_tag(Tag::YResolution, resolution)?;
        // The unit stands in the description; TIFF itself knows only inches and centimetres.
        tags.write_tag(Tag::ResolutionUnit, ResolutionUnit::None.to_u16())?;
        image.write_data(numbers)
    }
}

/// Voxels a unit of length as a fraction with as many digits as 32 bits hold.
pub(super) fn per_unit(voxel: f64) -> Rational {
    let (mut number, mut divisor) = (1.0 / voxel, 1_u32);
    while number * 10.0 < f64::from(u32::MAX) && divisor < 1_000_000_000 {
        number *= 10.0;
        divisor *= 10;
    }
    Rational { n: whole(number), d: divisor }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded to the nearest integer, at most the largest one"
)]
fn whole(number: f64) -> u32 {
    number.round() as u32
}

/// File name of slice `z`: as many digits as the last one needs, four at least.
pub(super) fn slice_name(z: usize, slice_count: usize) -> String {
    let digits = slice_count.saturating_sub(1).to_string().len().max(4);
    format!("slice_{z:0digits$}.tif")
}

/// Reads the stored numbers of slice `z` back.
pub(super) fn read_slice(
    folder: &Path,
    z: usize,
    record: &Record,
) -> Result<Array2<f32>, StoreError> {
    use tiff::decoder::{Decoder, DecodingResult};
    let path = folder.join(slice_name(z, record.grid.shape[0]));
    let file = File::open(&path).map_err(|source| StoreError::from_io(source, &path, 0))?;
    let unreadable = |error: tiff::TiffError| StoreError::from_crate(&error, &path, 0);
    let mut decoder = Decoder::new(std::io::BufReader::new(file)).map_err(unreadable)?;
    decoder = decoder.with_limits(tiff::decoder::Limits::unlimited());
    let numbers = match decoder.read_image().map_err(unreadable)? {
        DecodingResult::F32(numbers) => numbers,
        DecodingResult::U16(numbers) => numbers.iter().map(|&it| to_f32(it.into())).collect(),
        DecodingResult::U8(numbers) => numbers.iter().map(|&it| to_f32(it.into())).collect(),
        _ => Vec::new(),
    };
    let shape = (record.grid.shape[1], record.grid.shape[2]);
    Array2::from_shape_vec(shape, numbers).map_err(|error| StoreError::Unreadable {
        found: format!("this slice does not fit its {RECORD_NAME}: {error}"),
        path: path.clone(),
    })
}
