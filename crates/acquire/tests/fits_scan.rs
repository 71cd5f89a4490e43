//! Scans of FITS images: plain, gzip'd and tile-compressed, with angles from their headers.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod written;

use ndarray::{Array3, s};
use voltomo_acquire::AngleUnit;
use written::{all, fits, message, open_with, says, value};

#[test]
fn golden_files_of_astropy_are_read_value_for_value() {
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/fits");
    for (name, first, count) in [
        ("cube_u16.fits", 0, 3),
        ("cube_u16.fits.gz", 0, 3),
        ("image_f32.fits", 1, 1),
        ("rice_i32.fits", 1, 1),
    ] {
        let scan = open_with(&golden, |s| s.path = name.into()).unwrap();
        let frames = all(&*scan.radiographs);
        assert_eq!(frames.dim(), (count, 20, 30), "{name}");
        for ((frame, row, column), &found) in frames.indexed_iter() {
            assert_eq!(found, f32::from(value(first + frame, row, column)), "{name}");
        }
        let mut band = Array3::zeros((1, 3, 30));
        scan.radiographs.read(count - 1..count, 15..18, band.view_mut()).unwrap();
        assert_eq!(band, frames.slice(s![count - 1..count, 15..18, ..]), "{name}");
    }
}

#[test]
fn angles_of_headers_are_degrees_unless_the_recipe_says_radians() {
    let folder = tempfile::tempdir().unwrap();
    for frame in 0..3 {
        let cards = [("OMEGA", 0.25 * frame as f64), ("EXPTIME", 30.0)];
        fits(&folder.path().join(format!("proj_{frame}.fits")), frame, &cards);
    }
    let read = |unit: Option<AngleUnit>| {
        let scan = open_with(folder.path(), |s| {
            (s.angle_key, s.angle_unit) = (Some("OMEGA".into()), unit);
        });
        scan.unwrap().angles.unwrap()[2]
    };
    assert_eq!(read(None).degrees(), 0.5);
    assert_eq!(read(Some(AngleUnit::Radians)).0, 0.5);
    let scan = open_with(folder.path(), |_| {}).unwrap();
    assert_eq!(scan.angles, None);
    assert_eq!(scan.detector.saturation, Some(65535.0));
    assert_eq!(all(&*scan.radiographs)[[2, 3, 5]], 2125.0);
    let text = message(folder.path(), |s| s.angle_key = Some("THETA".into()));
    says(&text, &["no header key `THETA`", "OMEGA, EXPTIME", "acquire.angle_key", "proj_0.fits"]);
}
