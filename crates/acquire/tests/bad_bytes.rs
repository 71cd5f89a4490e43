//! Image files with wrong bytes: an error or other numbers, never a panic.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::{fs, path::Path};

use ndarray::Array3;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltomo_acquire::{AcquireError, AcquireSettings, open};

/// Opens a file and reads all of it, in two bands.
fn read(folder: &Path, name: &str) -> Result<(), AcquireError> {
    let scan = open(&AcquireSettings { path: name.into(), ..Default::default() }, folder)?;
    let shape = scan.radiographs.shape();
    if shape.frames * shape.rows * shape.columns > 1 << 24 {
        return Ok(());
    }
    for rows in [0..shape.rows / 2, shape.rows / 2..shape.rows] {
        let mut band = Array3::zeros((shape.frames, rows.len(), shape.columns));
        scan.radiographs.read(0..shape.frames, rows, band.view_mut())?;
    }
    Ok(())
}

fn spoil(bytes: &mut Vec<u8>, random: &mut impl Rng) {
    // Headers and directories are at the ends of these files: most flips go there.
    for _ in 0..random.random_range(1..6) {
        let near = random.random_range(0..bytes.len().min(400));
        let at = match random.random_range(0..3) {
            0 => near,
            1 => bytes.len() - 1 - near,
            _ => random.random_range(0..bytes.len()),
        };
        bytes[at] = match random.random_range(0..3) {
            0 => 0xff,
            1 => 0,
            _ => bytes[at] ^ (1 << random.random_range(0..8)),
        };
    }
    if random.random_range(0..8) == 0 {
        bytes.truncate(random.random_range(0..bytes.len()));
    }
}

fn never_panics(kind: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(kind);
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let (mut refused, mut tried) = (0, 0);
    for entry in fs::read_dir(golden).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".md") {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        for _ in 0..400 {
            let mut bytes = whole.clone();
            spoil(&mut bytes, &mut random);
            fs::write(folder.path().join(&name), &bytes).unwrap();
            tried += 1;
            if let Err(error) = read(folder.path(), &name) {
                assert!(error.to_string().contains(&name), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > tried / 10, "{refused} of {tried}");
}

#[test]
fn tiff_files_with_wrong_bytes_never_panic() {
    never_panics("tiff");
}

#[test]
fn fits_files_with_wrong_bytes_never_panic() {
    never_panics("fits");
}
