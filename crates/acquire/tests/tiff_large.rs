//! TIFF pages above 256 MB and stacks above 4 GB, in sparse files: read in bands.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use ndarray::Array3;
use voltomo_acquire::{AcquireSettings, open};
use voltomo_types::Scan;

const DATA: u64 = 4096;

/// The head of a little-endian TIFF with one strip of u16 at `DATA`.
fn head(size: u32, compression: u32, strip_bytes: u32, text: &str) -> Vec<u8> {
    let text = format!("{text}\0");
    let text_bytes = u32::try_from(text.len()).unwrap();
    let data = u32::try_from(DATA).unwrap();
    let tags: [(u16, u16, u32, u32); 10] = [
        (256, 4, 1, size),
        (257, 4, 1, size),
        (258, 3, 1, 16),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (270, 2, text_bytes, 512),
        (273, 4, 1, data),
        (277, 3, 1, 1),
        (278, 4, 1, u32::MAX),
        (279, 4, 1, strip_bytes),
    ];
    let mut bytes = b"II*\0\x08\0\0\0\x0a\0".to_vec();
    for (tag, kind, count, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.resize(512, 0);
    bytes.extend(text.as_bytes());
    bytes.resize(DATA.try_into().unwrap(), 0);
    bytes
}

fn put(file: &mut File, pixel: u64, value: u16) {
    file.seek(SeekFrom::Start(DATA + 2 * pixel)).unwrap();
    file.write_all(&value.to_le_bytes()).unwrap();
}

fn scan(folder: &Path) -> Scan {
    open(&AcquireSettings { path: "large.tif".into(), ..Default::default() }, folder).unwrap()
}

#[test]
fn a_page_of_800_mb_is_read_in_bands() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("large.tif")).unwrap();
    file.write_all(&head(20_000, 1, 800_000_000, "one strip of unlimited rows")).unwrap();
    file.set_len(DATA + 800_000_000).unwrap();
    put(&mut file, 19_998 * 20_000 + 17, 4711);
    let mut band = Array3::zeros((1, 2, 20_000));
    scan(folder.path()).radiographs.read(0..1, 19_998..20_000, band.view_mut()).unwrap();
    assert_eq!(band[[0, 0, 17]], 4711.0);
    assert_eq!(band.sum(), 4711.0);
}

#[test]
fn a_compressed_page_of_300_mb_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (size, pixel) = (12_300_usize, 12_299 * 12_300 + 5);
    let mut pixels = vec![0_u8; 2 * size * size];
    pixels[2 * pixel] = 7;
    let mut zip = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zip.write_all(&pixels).unwrap();
    let zipped = zip.finish().unwrap();
    drop(pixels);
    let mut file = File::create(folder.path().join("large.tif")).unwrap();
    file.write_all(&head(12_300, 8, zipped.len().try_into().unwrap(), "")).unwrap();
    file.write_all(&zipped).unwrap();
    let mut band = Array3::zeros((1, 1, size));
    scan(folder.path()).radiographs.read(0..1, size - 1..size, band.view_mut()).unwrap();
    assert_eq!((band[[0, 0, 5]], band.sum()), (7.0, 7.0));
}

#[test]
fn an_image_j_stack_above_4_gb_is_one_directory_and_many_frames() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("large.tif")).unwrap();
    let text = "ImageJ=1.54f\nimages=600\nslices=600\nunit=mm\n";
    file.write_all(&head(2048, 1, 8_388_608, text)).unwrap();
    file.set_len(DATA + 600 * 8_388_608).unwrap();
    put(&mut file, 599 * 2048 * 2048 + 2047 * 2048 + 3, 12);
    put(&mut file, 3, 11);
    let scan = scan(folder.path());
    assert_eq!(scan.radiographs.shape().frames, 600);
    let mut band = Array3::zeros((600, 1, 2048));
    scan.radiographs.read(0..600, 0..1, band.view_mut()).unwrap();
    assert_eq!((band[[0, 0, 3]], band.sum()), (11.0, 11.0));
    scan.radiographs.read(0..600, 2047..2048, band.view_mut()).unwrap();
    assert_eq!((band[[599, 0, 3]], band.sum()), (12.0, 12.0));
}
