//! All frames in one HDF5 file in the NeXus layout NXtomo. Knows no instrument.
//!
//! Everything but the counts is known before the first frame, so the file is whole and closed
//! before the counts come; they fall into place one after another, and nothing else in the file
//! changes. A program killed at any moment leaves a readable file, which [`NexusFile::reopen`] goes
//! on with. The frames lie one behind the other, unpacked, so that a band of rows is read without
//! the rest. Source: NeXus application definition NXtomo, <https://manual.nexusformat.org>.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::Array2;
use rust_hdf5::{H5Dataset, H5File, H5Group, H5Type, VarLenUnicode};

use super::partial::partial;
use crate::store::StoreError;

/// Path of the frames in the file.
const DATA: &str = "entry/instrument/detector/data";

/// What the file says of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NexusFrame {
    /// 0 radiograph, 1 flat field, 2 dark field, 3 neither.
    pub key: i32,
    /// Rotation angle.
    pub angle_deg: f64,
    /// Seconds of exposure.
    pub exposure_s: f64,
}

/// What the file says of the scan.
#[derive(Debug, Clone, PartialEq)]
pub struct NexusScan {
    /// Name of the sample.
    pub sample: String,
    /// Name of the instrument.
    pub instrument: String,
    /// `neutron` or `x-ray`.
    pub probe: &'static str,
    /// Kind of source, as NeXus calls it.
    pub source: &'static str,
    /// The frames in their order.
    pub frames: Vec<NexusFrame>,
    /// Rows and columns of a frame.
    pub size: [usize; 2],
    /// Edge of a pixel on the detector.
    pub pixel_mm: f64,
    /// Edge of a pixel in the plane of the axis.
    pub sample_pixel_mm: f64,
    /// From the source, and from the detector, to the axis; none of the source in a parallel beam.
    pub distances_mm: (Option<f64>, f64),
}

/// A scan being written.
pub struct NexusFile {
    whole: PathBuf,
    partial: PathBuf,
    size: [usize; 2],
    file: H5File,
    data: H5Dataset,
    needed: u64,
}

impl NexusFile {
    /// Begins the file `path` under its partial name, whole but for the counts.
    ///
    /// # Errors
    /// A place that may not be written.
    pub fn create(path: &Path, scan: &NexusScan) -> Result<Self, StoreError> {
        let partial = partial(path);
        let failed =
            |error: rust_hdf5::Hdf5Error| StoreError::from_crate(&error, &partial, needed(scan));
        write_all_but_counts(&partial, scan).map_err(failed)?;
        Self::reopen(path, scan)
    }

    /// Goes on with a file that was begun with the same scan.
    ///
    /// # Errors
    /// Nothing to go on with, or a file that fails.
    pub fn reopen(path: &Path, scan: &NexusScan) -> Result<Self, StoreError> {
        let partial = partial(path);
        if !partial.exists() {
            return Err(StoreError::NothingToResume { path: partial });
        }
        let needed = needed(scan);
        let failed = |error: rust_hdf5::Hdf5Error| StoreError::from_crate(&error, &partial, needed);
        let file = H5File::open_rw(&partial).map_err(failed)?;
        let data = file.dataset_writer(DATA).map_err(failed)?;
        let (whole, size) = (path.into(), scan.size);
        Ok(Self { whole, size, file, data, needed, partial })
    }

    /// Writes the frames from `first` on, `[row, column]` each; when it returns they survive a
    /// kill.
    ///
    /// # Errors
    /// A disk that is full or fails.
    pub fn write(&mut self, first: usize, frames: &[Array2<u16>]) -> Result<(), StoreError> {
        let [rows, columns] = self.size;
        for (index, frame) in frames.iter().enumerate() {
            let counts = frame.as_standard_layout();
            let counts = counts.as_slice().unwrap_or_default();
            self.data
                .write_slice(&[first + index, 0, 0], &[1, rows, columns], counts)
                .map_err(|error| self.failed(&error))?;
        }
        self.data.flush().map_err(|error| self.failed(&error))
    }

    /// Closes the file; a whole one gets its name.
    ///
    /// # Errors
    /// A disk that is full or fails.
    pub fn finish(self, is_whole: bool) -> Result<(), StoreError> {
        let Self { whole, partial, file, data, needed, .. } = self;
        drop(data);
        file.close().map_err(|error| StoreError::from_crate(&error, &partial, needed))?;
        if is_whole {
            let failed = |source| StoreError::from_io(source, &whole, needed);
            fs::rename(&partial, &whole).map_err(failed)?;
        }
        Ok(())
    }

    fn failed(&self, error: &rust_hdf5::Hdf5Error) -> StoreError {
        StoreError::from_crate(error, &self.partial, self.needed)
    }
}

/// Bytes that the whole file takes at most.
fn needed(scan: &NexusScan) -> u64 {
    2 * (scan.frames.len() * scan.size[0] * scan.size[1]) as u64 + 65_536
}

fn write_all_but_counts(path: &Path, scan: &NexusScan) -> rust_hdf5::Result<()> {
    let file = H5File::create(path)?;
    file.set_attr_string("default", "entry")?;
    let entry = group(&file.root_group(), "entry", "NXentry")?;
    text(&entry, "definition", "NXtomo")?;
    text(&entry, "title", &scan.sample)?;
    let instrument = group(&entry, "instrument", "NXinstrument")?;
    text(&instrument, "name", &scan.instrument)?;
    write_source(&instrument, scan)?;
    write_detector(&instrument, scan)?;
    let sample = group(&entry, "sample", "NXsample")?;
    text(&sample, "name", &scan.sample)?;
    let angles: Vec<f64> = scan.frames.iter().map(|frame| frame.angle_deg).collect();
    numbers(&sample, "rotation_angle", &angles, Some("degree"))?;
    for name in ["x_pixel_size", "y_pixel_size"] {
        number(&sample, name, scan.sample_pixel_mm, "mm")?;
    }
    let plot = group(&entry, "data", "NXdata")?;
    plot.set_attr_string("signal", "data")?;
    for (name, target) in [
        ("data", "/entry/instrument/detector/data"),
        ("image_key", "/entry/instrument/detector/image_key"),
        ("rotation_angle", "/entry/sample/rotation_angle"),
    ] {
        plot.create_soft_link(name, target)?;
    }
    file.close()
}

fn write_source(instrument: &H5Group, scan: &NexusScan) -> rust_hdf5::Result<()> {
    let source = group(instrument, "source", "NXsource")?;
    text(&source, "probe", scan.probe)?;
    text(&source, "type", scan.source)?;
    match scan.distances_mm.0 {
        // NeXus counts along the beam from the sample: what is before it is negative.
        Some(distance) => number(&source, "distance", -distance, "mm"),
        None => Ok(()),
    }
}

fn write_detector(instrument: &H5Group, scan: &NexusScan) -> rust_hdf5::Result<()> {
    let detector = group(instrument, "detector", "NXdetector")?;
    let [rows, columns] = scan.size;
    let shape = [scan.frames.len(), rows, columns];
    // Given its place now: the counts then change nothing else in the file.
    detector.new_dataset::<u16>().shape(shape).early_allocation().create("data")?;
    let keys: Vec<i32> = scan.frames.iter().map(|frame| frame.key).collect();
    numbers(&detector, "image_key", &keys, None)?;
    let times: Vec<f64> = scan.frames.iter().map(|frame| frame.exposure_s).collect();
    numbers(&detector, "count_time", &times, Some("s"))?;
    number(&detector, "x_pixel_size", scan.pixel_mm, "mm")?;
    number(&detector, "y_pixel_size", scan.pixel_mm, "mm")?;
    number(&detector, "distance", scan.distances_mm.1, "mm")
}

fn group(parent: &H5Group, name: &str, class: &str) -> rust_hdf5::Result<H5Group> {
    let group = parent.create_group(name)?;
    group.set_attr_string("NX_class", class)?;
    Ok(group)
}

fn text(group: &H5Group, name: &str, text: &str) -> rust_hdf5::Result<()> {
    group.write_vlen_strings(name, &[text]).map(drop)
}

fn number(group: &H5Group, name: &str, value: f64, unit: &str) -> rust_hdf5::Result<()> {
    let dataset = group.new_dataset::<f64>().scalar().create(name)?;
    dataset.write_raw(&[value])?;
    say_unit(&dataset, unit)
}

fn numbers<T: H5Type>(
    group: &H5Group,
    name: &str,
    values: &[T],
    unit: Option<&str>,
) -> rust_hdf5::Result<()> {
    let dataset = group.new_dataset::<T>().shape([values.len()]).create(name)?;
    dataset.write_raw(values)?;
    unit.map_or(Ok(()), |unit| say_unit(&dataset, unit))
}

fn say_unit(dataset: &H5Dataset, unit: &str) -> rust_hdf5::Result<()> {
    dataset.new_attr::<VarLenUnicode>().shape(()).create("units")?.write_string(unit)
}
