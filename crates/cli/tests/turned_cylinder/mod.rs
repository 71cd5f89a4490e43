//! A scan of an upright cylinder on the axis: one radiograph under many names. Runs nothing.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::cast_possible_truncation, reason = "counts below 2¹⁶ of small images")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// Angles, rows and columns of a scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) angles: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// Writes `radiographs`, `flats` and `darks` into a folder, as 16-bit TIFF images.
pub(crate) fn write(folder: &Path, size: Size) {
    let middle = (size.columns as f64 - 1.0) / 2.0;
    let radius = 0.3 * size.columns as f64;
    let absorbance = |column: usize| {
        let distance = column as f64 - middle;
        2.0 * (radius * radius - distance * distance).max(0.0).sqrt() / radius
    };
    let shadow: Vec<f64> = (0..size.columns).map(|column| (-absorbance(column)).exp()).collect();
    // Half a per cent of grain, so that there is a noise to measure.
    let counts = |share: &dyn Fn(usize) -> f64, seed: u64| {
        let mut state = seed;
        let pixels = (0..size.rows * size.columns).map(move |pixel| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let grain = ((state >> 40) as f64 / (1u64 << 24) as f64 - 0.5) * 0.02 + 1.0;
            (200.0 + 40_000.0 * share(pixel % size.columns) * grain) as u16
        });
        image(&pixels.collect::<Vec<_>>(), size)
    };
    for name in ["radiographs", "flats", "darks"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    let first = folder.join("radiographs/0000.tif");
    fs::write(&first, counts(&|column| shadow[column], 1)).unwrap();
    for index in 1..size.angles {
        fs::hard_link(&first, folder.join(format!("radiographs/{index:04}.tif"))).unwrap();
    }
    for index in 0..3 {
        fs::write(folder.join(format!("flats/{index}.tif")), counts(&|_| 1.0, 7 + index)).unwrap();
        fs::write(folder.join(format!("darks/{index}.tif")), counts(&|_| 0.0, 17)).unwrap();
    }
}

/// A little-endian TIFF of one strip.
fn image(pixels: &[u16], size: Size) -> Vec<u8> {
    let (width, height) = (size.columns as u32, size.rows as u32);
    let tags: [(u16, u32); 8] = [
        (256, width),
        (257, height),
        (258, 16),
        (259, 1),
        (262, 1),
        (273, 8 + 2 + 8 * 12 + 4),
        (278, height),
        (279, 2 * width * height),
    ];
    let mut bytes = b"II*\0\x08\0\0\0\x08\0".to_vec();
    for (tag, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([4, 0, 1, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend(pixels.iter().flat_map(|pixel| pixel.to_le_bytes()));
    bytes
}

/// The words after `voltomo` that reconstruct the scan in a folder.
pub(crate) fn arguments(folder: &Path, size: Size, out: &Path) -> Vec<String> {
    let told = [
        "acquire.radiographs=radiographs".to_string(),
        "acquire.flats=flats".into(),
        "acquire.darks=darks".into(),
        "acquire.angles=0:180".into(),
        format!("reconstruct.centre_px={}", (size.columns as f64 - 1.0) / 2.0),
        "reconstruct.tilt_deg=0".into(),
    ];
    let mut words = vec!["reconstruct".to_string(), folder.display().to_string()];
    told.into_iter().for_each(|setting| words.extend(["--set".into(), setting]));
    words.extend(["--out".into(), out.display().to_string()]);
    words
}

/// Runs the program to its end.
pub(crate) fn voltomo(words: &[String], more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_voltomo")).args(words).args(more).output().unwrap()
}

/// The record of a run.
pub(crate) fn record(out: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap()
}
