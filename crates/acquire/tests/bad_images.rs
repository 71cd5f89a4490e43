//! One mistake a test: what the message says of it, and which key mends it.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod written;

use std::fs;

use voltomo_acquire::{AcquireSettings, Kind, open};
use written::{fits, folder_of, message, open_with, says, tiff};

/// A folder with three radiographs and an angle file of these lines.
fn with_angles(lines: &str) -> String {
    let folder = folder_of(3);
    fs::write(folder.path().join("angles.txt"), lines).unwrap();
    message(folder.path(), |s| s.angles = Some("angles.txt".into()))
}

/// Three radiographs, the second of which is written by `spoil`.
fn with_second(spoil: impl FnOnce(&std::path::Path)) -> String {
    let folder = folder_of(3);
    spoil(&folder.path().join("proj_1.tif"));
    message(folder.path(), |_| {})
}

#[test]
fn nothing_at_the_path() {
    let folder = folder_of(1);
    let text = message(folder.path(), |s| s.path = "nowhere".into());
    says(&text, &["no such file or folder", "acquire.path", "nowhere)"]);
}

#[test]
#[cfg(unix)]
fn a_device_at_the_path() {
    let folder = folder_of(1);
    let text = message(folder.path(), |s| s.path = "/dev/zero".into());
    says(&text, &["a device, a pipe or a socket", "acquire.path", "(/dev/zero)"]);
    let text = message(folder.path(), |s| s.darks = Some("/dev/null".into()));
    says(&text, &["a device, a pipe or a socket", "acquire.darks", "(/dev/null)"]);
}

#[test]
fn no_path_at_all() {
    let text = open(&AcquireSettings::default(), "/".as_ref()).unwrap_err().to_string();
    says(&text, &["acquire.path", "nothing", "the scan's file or folder"]);
}

#[test]
fn an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    says(&message(folder.path(), |_| {}), &["no radiographs", "acquire.radiographs"]);
}

#[test]
fn a_pattern_that_matches_nothing() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.radiographs = Some("scan_*.tif".into()));
    says(&text, &["acquire.radiographs", "scan_*.tif", "dark_0.tif, flat_0.tif, proj_0.tif"]);
}

#[test]
fn a_wildcard_in_a_folder() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.flats = Some("f*/a.tif".into()));
    says(&text, &["acquire.flats", "f*/a.tif", "file name alone"]);
}

#[test]
fn a_folder_of_darks_that_is_not_there() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.darks = Some("darks".into()));
    says(&text, &["no such file or folder", "acquire.darks", "darks)"]);
}

#[test]
fn two_groups_that_could_be_radiographs() {
    let folder = folder_of(2);
    tiff(&folder.path().join("preview.tif"), &[0], (4, 6));
    let text = message(folder.path(), |_| {});
    says(&text, &["preview.tif", "proj_*.tif", "could be radiographs", "acquire.radiographs"]);
}

#[test]
fn tiff_and_fits_together() {
    let folder = folder_of(2);
    fits(&folder.path().join("proj_9.fits"), 0, &[]);
    let text = message(folder.path(), |s| s.radiographs = Some("proj*".into()));
    says(&text, &["2 TIFF and 1 FITS", "acquire.radiographs"]);
}

#[test]
fn darks_among_the_radiographs() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.radiographs = Some("*.tif".into()));
    says(&text, &["among the radiographs", "dark field", "acquire.radiographs", "dark_0.tif)"]);
}

#[test]
fn a_flat_that_is_a_radiograph_too() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| {
        s.radiographs = Some("proj*".into());
        s.flats = Some("proj_1.tif".into());
    });
    says(&text, &["among the radiographs", "acquire.flats", "proj_1.tif)"]);
}

#[test]
fn a_frame_of_another_size() {
    let text = with_second(|path| tiff(path, &[1], (4, 7)));
    says(&text, &["4 × 7", "expected 4 × 6", "proj_0.tif", "acquire.radiographs", "proj_1.tif)"]);
}

#[test]
fn a_flat_of_another_size() {
    let folder = folder_of(2);
    tiff(&folder.path().join("flat_0.tif"), &[1], (5, 6));
    says(&message(folder.path(), |_| {}), &["5 × 6", "expected 4 × 6", "acquire.flats", "flat_0"]);
}

#[test]
fn a_frame_of_another_number_type() {
    let text = with_second(|path| {
        let mut encoder = tiff::encoder::TiffEncoder::new(fs::File::create(path).unwrap()).unwrap();
        encoder.write_image::<tiff::encoder::colortype::Gray8>(6, 4, &[0; 24]).unwrap();
    });
    says(
        &text,
        &["numbers are u8, expected u16", "proj_0.tif", "acquire.radiographs", "proj_1.tif)"],
    );
}

#[test]
fn a_colour_image() {
    let text = with_second(|path| {
        let mut encoder = tiff::encoder::TiffEncoder::new(fs::File::create(path).unwrap()).unwrap();
        encoder.write_image::<tiff::encoder::colortype::RGB16>(6, 4, &[0; 72]).unwrap();
    });
    says(&text, &["colour image", "expected grey", "proj_1.tif)"]);
}

#[test]
fn numbers_of_64_bits() {
    let text = with_second(|path| {
        let mut encoder = tiff::encoder::TiffEncoder::new(fs::File::create(path).unwrap()).unwrap();
        encoder.write_image::<tiff::encoder::colortype::Gray64>(6, 4, &[0; 24]).unwrap();
    });
    says(&text, &["64 bits", "expected u8, u16", "convert", "proj_1.tif)"]);
}

#[test]
fn an_empty_file() {
    let text = with_second(|path| fs::write(path, b"").unwrap());
    says(&text, &["empty file (0 bytes)", "expected an image", "proj_1.tif)"]);
}

#[test]
fn a_text_file_that_is_called_tif() {
    let text = with_second(|path| fs::write(path, b"to be copied later").unwrap());
    says(&text, &["not an image", "to be co", "expected TIFF or FITS", "proj_1.tif)"]);
}

#[test]
fn a_truncated_tiff() {
    let text = with_second(|path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() - 20]).unwrap();
    });
    says(&text, &["copy it anew", "proj_1.tif)"]);
}

#[test]
fn a_truncated_image_j_stack() {
    let folder = tempfile::tempdir().unwrap();
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tiff");
    let bytes = fs::read(golden.join("imagej_one_directory_u16.tif")).unwrap();
    fs::write(folder.path().join("stack.tif"), &bytes[..bytes.len() - 1]).unwrap();
    let text = message(folder.path(), |s| s.path = "stack.tif".into());
    says(&text, &["truncated", "3 images", "stack.tif)"]);
}

#[test]
fn a_truncated_fits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proj_0.fits");
    fits(&path, 0, &[]);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..2880 + 40]).unwrap();
    says(&message(folder.path(), |_| {}), &["truncated", "copy it anew", "proj_0.fits)"]);
}

#[test]
fn a_truncated_gzip() {
    let folder = tempfile::tempdir().unwrap();
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/fits");
    let bytes = fs::read(golden.join("cube_u16.fits.gz")).unwrap();
    fs::write(folder.path().join("cube.fits.gz"), &bytes[..bytes.len() / 2]).unwrap();
    let read = |folder: &std::path::Path| {
        let scan = open_with(folder, |s| s.path = "cube.fits.gz".into())?;
        let shape = scan.radiographs.shape();
        let mut into = ndarray::Array3::zeros((shape.frames, shape.rows, shape.columns));
        scan.radiographs.read(0..shape.frames, 0..shape.rows, into.view_mut())?;
        Ok::<_, voltomo_acquire::AcquireError>(())
    };
    let text = read(folder.path()).unwrap_err().to_string();
    says(&text, &["truncated", "copy it anew", "cube.fits.gz"]);
}

#[test]
fn a_file_that_is_removed_after_opening_is_named_when_read() {
    let folder = folder_of(2);
    let scan = open_with(folder.path(), |_| {}).unwrap();
    fs::remove_file(folder.path().join("proj_1.tif")).unwrap();
    let mut into = ndarray::Array3::zeros((2, 4, 6));
    let error = scan.radiographs.read(0..2, 0..4, into.view_mut()).unwrap_err().to_string();
    says(&error, &["cannot be read", "proj_1.tif)"]);
}

#[test]
fn a_file_that_is_no_scan() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "Monday: aligned the camera").unwrap();
    let text = message(folder.path(), |s| s.path = "notes.txt".into());
    says(&text, &["Monday", "expected HDF5", "TIFF or FITS", "acquire.path", "notes.txt)"]);
}

#[test]
fn a_kind_that_the_images_are_not() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.kind = Kind::Fits);
    says(&text, &["acquire.kind", "fits", "tiff", "expected `auto`"]);
}

#[test]
fn a_kind_of_hdf5_for_a_folder() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.kind = Kind::Nexus);
    says(&text, &["no file", "acquire.kind", "Nexus", "expected HDF5"]);
}

#[test]
fn a_header_key_for_tiff() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.angle_key = Some("OMEGA".into()));
    says(&text, &["acquire.angle_key", "OMEGA", "TIFF images have none", "acquire.angles"]);
}

#[test]
fn fewer_angles_than_radiographs() {
    let text = with_angles("0\n1\n");
    says(&text, &["2 angles for 3 radiographs", "acquire.angles", "acquire.skip", "angles.txt)"]);
}

#[test]
fn a_line_that_is_no_angle() {
    says(&with_angles("0\nabout 1\n2\n"), &["line 2", "about 1", "not an angle", "angles.txt)"]);
}

#[test]
fn an_angle_that_is_nan() {
    says(&with_angles("0\nNaN\n2\n"), &["line 2", "not finite", "expected", "angles.txt)"]);
}

#[test]
fn a_decimal_comma() {
    says(&with_angles("0,5\n1,5\n2,5\n"), &["line 1", "0,5", "2 columns", "angles.txt)"]);
}

#[test]
fn an_angle_file_without_angles() {
    says(&with_angles("# nothing yet\n"), &["acquire.angles", "without angles", "angles.txt"]);
}

#[test]
fn an_angle_file_that_is_not_there() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.angles = Some("angles.csv".into()));
    says(&text, &["no such file", "acquire.angles", "angles.csv)"]);
}

#[test]
fn repeated_angles() {
    let text = with_angles("0\n90\n0\n");
    says(&text, &["0 (proj_0.tif)", "2 (proj_2.tif)", "both at 0 degrees", "repeated_angles"]);
}

#[test]
fn an_angle_for_a_radiograph_that_is_not_there() {
    let text = with_angles("proj_0.tif,0\nproj_1.tif,1\nproj_7.tif,2\n");
    says(&text, &["line 3", "proj_7.tif", "no radiograph of this scan", "acquire.radiographs"]);
}

#[test]
fn a_radiograph_without_an_angle() {
    let text = with_angles("proj_0.tif,0\nproj_2.tif,1\n");
    says(&text, &["no angle for radiograph proj_1.tif", "acquire.skip", "angles.txt)"]);
}

#[test]
fn a_radiograph_listed_twice() {
    let text = with_angles("proj_0.tif,0\nproj_0.tif,1\n");
    says(&text, &["line 2", "listed twice", "each radiograph once"]);
}

#[test]
fn a_range_of_one_number() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.angles = Some("0:".into()));
    says(&text, &["acquire.angles", "`0:`", "START:STOP"]);
}

#[test]
fn a_golden_arc_of_other_degrees() {
    let folder = folder_of(2);
    let text = message(folder.path(), |s| s.angles = Some("golden:90".into()));
    says(&text, &["acquire.angles", "golden:90", "golden:360"]);
}

#[test]
fn a_skip_beyond_the_last_radiograph() {
    let folder = folder_of(3);
    let text = message(folder.path(), |s| s.skip = "1,3".into());
    says(&text, &["acquire.skip", "`3`", "beyond the last radiograph", "0 to 2"]);
}

#[test]
fn a_skip_that_is_no_number() {
    let folder = folder_of(3);
    says(
        &message(folder.path(), |s| s.skip = "1;2".into()),
        &["acquire.skip", "1;2", "3,17,100:110"],
    );
}

#[test]
fn a_skip_of_everything() {
    let folder = folder_of(3);
    says(&message(folder.path(), |s| s.skip = "0:3".into()), &["acquire.skip", "3 radiographs"]);
}

#[test]
fn a_crop_beyond_the_detector() {
    let folder = folder_of(3);
    let text = message(folder.path(), |s| s.crop_columns = Some("2:7".into()));
    says(&text, &["acquire.crop_columns", "2:7", "0:6"]);
}

#[test]
fn a_crop_of_nothing() {
    let folder = folder_of(3);
    says(
        &message(folder.path(), |s| s.crop_rows = Some("3:3".into())),
        &["acquire.crop_rows", "3:3"],
    );
}

#[test]
fn a_turn_by_45_degrees() {
    let folder = folder_of(3);
    says(&message(folder.path(), |s| s.turn = 45), &["acquire.turn", "45", "0, 90, 180 or 270"]);
}

#[test]
fn a_pixel_of_no_size() {
    let folder = folder_of(3);
    let text = message(folder.path(), |s| s.pixel_mm = Some(0.0));
    says(&text, &["acquire.pixel_mm", "`0`", "in mm above 0"]);
}

#[test]
fn flats_told_twice() {
    let folder = folder_of(3);
    let text = message(folder.path(), |s| {
        s.flats = Some("flat_0.tif".into());
        s.flats_after = Some("flat_0.tif".into());
    });
    says(&text, &["acquire.flats", "flats_after", "either"]);
}

#[test]
fn angles_told_twice() {
    let folder = folder_of(3);
    let text = message(folder.path(), |s| {
        (s.angles, s.angle_key) = (Some("0:180".into()), Some("OMEGA".into()));
    });
    says(&text, &["acquire.angle_key", "acquire.angles", "either"]);
}

#[test]
fn flats_for_line_integrals() {
    let folder = folder_of(3);
    let text = message(folder.path(), |s| {
        (s.kind, s.flats) = (Kind::LineIntegrals, Some("flat_0.tif".into()));
    });
    says(&text, &["acquire.kind", "LineIntegrals", "corrected already"]);
}
