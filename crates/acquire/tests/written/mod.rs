//! Small image files for tests, written by the tiff crate or byte by byte.

use std::{fs::File, path::Path};

use ndarray::Array3;
use tiff::encoder::{TiffEncoder, colortype::Gray16};
use voltomo_acquire::{AcquireError, AcquireSettings, open};
use voltomo_types::{Frames, Scan};

/// The value of pixel `[row, column]` of frame `frame`.
pub(crate) fn value(frame: usize, row: usize, column: usize) -> u16 {
    u16::try_from(1000 * frame + 40 * row + column).unwrap()
}

/// A TIFF file with a page of `rows` × `columns` u16 for each of `frames`.
pub(crate) fn tiff(path: &Path, frames: &[usize], (rows, columns): (usize, usize)) {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).unwrap();
    }
    let mut encoder = TiffEncoder::new(File::create(path).unwrap()).unwrap();
    for &frame in frames {
        let pixels: Vec<u16> =
            (0..rows * columns).map(|i| value(frame, i / columns, i % columns)).collect();
        let (width, height) = (columns.try_into().unwrap(), rows.try_into().unwrap());
        encoder.write_image::<Gray16>(width, height, &pixels).unwrap();
    }
}

/// A folder with `count` radiographs `proj_0.tif`…, 4 × 6 pixels, one flat and one dark.
pub(crate) fn folder_of(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for frame in 0..count {
        tiff(&folder.path().join(format!("proj_{frame}.tif")), &[frame], (4, 6));
    }
    tiff(&folder.path().join("flat_0.tif"), &[50], (4, 6));
    tiff(&folder.path().join("dark_0.tif"), &[0], (4, 6));
    folder
}

/// Settings for the scan in a folder.
pub(crate) fn settings(path: &str) -> AcquireSettings {
    AcquireSettings { path: path.into(), ..Default::default() }
}

/// A FITS file of one u16 image (BZERO 32768) with header cards of numbers.
pub(crate) fn fits(path: &Path, frame: usize, cards: &[(&str, f64)]) {
    let mut header = String::new();
    let mut card = |key: &str, value: String| {
        header.push_str(&format!("{:<80}", format!("{key:<8}= {value:>20}")));
    };
    card("SIMPLE", "T".into());
    for (key, value) in [("BITPIX", 16), ("NAXIS", 2), ("NAXIS1", 6), ("NAXIS2", 4)] {
        card(key, value.to_string());
    }
    card("BZERO", "32768.0".into());
    for (key, value) in cards {
        card(key, format!("{value:?}"));
    }
    header.push_str(&format!("{:<80}", "END"));
    let mut bytes = header.into_bytes();
    bytes.resize(bytes.len().next_multiple_of(2880), b' ');
    for i in 0..24 {
        let stored = i32::from(value(frame, i / 6, i % 6)) - 32768;
        bytes.extend(i16::try_from(stored).unwrap().to_be_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(2880), 0);
    std::fs::write(path, bytes).unwrap();
}

/// All frames of a stack.
pub(crate) fn all(frames: &dyn Frames) -> Array3<f32> {
    let shape = frames.shape();
    let mut whole = Array3::zeros((shape.frames, shape.rows, shape.columns));
    frames.read(0..shape.frames, 0..shape.rows, whole.view_mut()).unwrap();
    whole
}

/// The scan in `folder` that `change` makes of the default settings.
pub(crate) fn open_with(
    folder: &Path,
    change: impl FnOnce(&mut AcquireSettings),
) -> Result<Scan, AcquireError> {
    let mut settings = settings(".");
    change(&mut settings);
    open(&settings, folder)
}

/// The message of the error that opening gives.
pub(crate) fn message(folder: &Path, change: impl FnOnce(&mut AcquireSettings)) -> String {
    match open_with(folder, change) {
        Ok(scan) => panic!("opened: {:?}", scan.facts),
        Err(error) => error.to_string(),
    }
}

/// Asserts that `message` says each of `words`.
pub(crate) fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no `{word}` in: {message}");
    }
}
