//! HDF5 scans with one mistake each: every message says what was found, expected, and mends it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::{fs, path::PathBuf};

use ndarray::Array3;
use rust_hdf5::H5File;
use tempfile::TempDir;
use voltomo_acquire::{AcquireSettings, Kind, open};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hdf5").join(name)
}

fn settings(name: &str) -> AcquireSettings {
    AcquireSettings { path: name.into(), ..AcquireSettings::default() }
}

/// The message for `settings` in `folder`; it must name `parts`.
fn refused(settings: &AcquireSettings, folder: &TempDir, parts: &[&str]) {
    let message = match open(settings, folder.path()) {
        Err(error) => error.to_string(),
        Ok(scan) => {
            let shape = scan.radiographs.shape();
            let mut into = Array3::zeros((shape.frames, shape.rows, shape.columns));
            let read = scan.radiographs.read(0..shape.frames, 0..shape.rows, into.view_mut());
            read.unwrap_err().to_string()
        }
    };
    for part in parts {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

/// What a scan is made of here: frames, image keys, angles and their unit.
struct Made<'a> {
    frames: [usize; 3],
    keys: &'a [i32],
    angles: &'a [f64],
    unit: Option<&'a str>,
}

const GOOD: Made<'static> =
    Made { frames: [3, 2, 4], keys: &[0, 0, 0], angles: &[0.0, 1.0, 2.0], unit: Some("degrees") };

fn made(made: &Made<'_>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = H5File::create(folder.path().join("scan.nxs")).unwrap();
    let entry = file.create_group("entry").unwrap();
    let data = entry.new_dataset::<u16>().shape(made.frames).create("data").unwrap();
    let values = vec![7u16; made.frames.iter().product()];
    if !values.is_empty() {
        data.write_raw(&values).unwrap();
    }
    let keys = entry.new_dataset::<i32>().shape([made.keys.len()]).create("image_key").unwrap();
    keys.write_raw(made.keys).unwrap();
    let shape = [made.angles.len()];
    let angles = entry.new_dataset::<f64>().shape(shape).create("rotation_angle").unwrap();
    angles.write_raw(made.angles).unwrap();
    if let Some(unit) = made.unit {
        angles
            .new_attr::<rust_hdf5::VarLenUnicode>()
            .shape(())
            .create("units")
            .unwrap()
            .write_string(unit)
            .unwrap();
    }
    file.close().unwrap();
    folder
}

#[test]
#[cfg_attr(
    feature = "hdf5-c",
    ignore = "HDF5 1.10 cannot convert the strings that rust-hdf5 writes"
)]
fn good_scan_is_no_mistake() {
    assert!(open(&settings("scan.nxs"), made(&GOOD).path()).is_ok());
}

#[test]
fn text_file_is_not_hdf5() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scan.h5"), "angle,count\n0,1\n").unwrap();
    let told = AcquireSettings { kind: Kind::Nexus, ..settings("scan.h5") };
    refused(
        &told,
        &folder,
        &["begins with `angle", "expected the HDF5 signature", "`acquire.path`"],
    );
}

#[test]
fn empty_file_is_not_hdf5() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scan.h5"), "").unwrap();
    let told = AcquireSettings { kind: Kind::Tdf, ..settings("scan.h5") };
    refused(&told, &folder, &["it is empty", "scan.h5"]);
}

#[test]
fn truncated_file_says_how_much_is_missing() {
    let bytes = fs::read(golden("nxtomo_gzip.nxs")).unwrap();
    for end in [100, 1000, bytes.len() / 2, bytes.len() - 1] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("scan.nxs"), &bytes[..end]).unwrap();
        let found = format!("{end} bytes long");
        refused(&settings("scan.nxs"), &folder, &[&found, "expected 20336 bytes", "cut short"]);
    }
}

#[test]
fn file_without_a_scan_lists_its_datasets() {
    let folder = tempfile::tempdir().unwrap();
    let file = H5File::create(folder.path().join("other.h5")).unwrap();
    let stack = file.new_dataset::<u16>().shape([3, 2, 4]).create("raw").unwrap();
    stack.write_raw(&[1u16; 24]).unwrap();
    file.close().unwrap();
    refused(&settings("other.h5"), &folder, &["/raw [3, 2, 4] u16", "`acquire.dataset`"]);
}

#[test]
fn dataset_that_is_not_there_lists_those_that_are() {
    let told = AcquireSettings { dataset: Some("/entry/frames".into()), ..settings("scan.nxs") };
    let parts = ["no dataset `/entry/frames`", "/entry/data [3, 2, 4] u16", "`acquire.dataset`"];
    refused(&told, &made(&GOOD), &parts);
}

#[test]
fn dataset_of_rank_one_is_no_stack() {
    let told =
        AcquireSettings { dataset: Some("/entry/rotation_angle".into()), ..settings("scan.nxs") };
    refused(&told, &made(&GOOD), &["[3] f64", "[frame, row, column]", "`acquire.dataset`"]);
}

#[test]
fn filter_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(golden("nxtomo_blosc2.nxs"), folder.path().join("scan.nxs")).unwrap();
    let parts = ["Blosc2 (32026)", "expected none or one of gzip", "h5repack", "detector/data"];
    refused(&settings("scan.nxs"), &folder, &parts);
}

#[test]
fn image_keys_of_another_number_are_refused() {
    let folder = made(&Made { keys: &[0, 0], ..GOOD });
    refused(&settings("scan.nxs"), &folder, &["2 image keys", "for 3 frames", "`acquire.dataset`"]);
}

#[test]
fn image_key_without_meaning_names_the_frame() {
    let folder = made(&Made { keys: &[0, 7, 0], ..GOOD });
    refused(&settings("scan.nxs"), &folder, &["image key 7 of frame 1", "3 (invalid)"]);
}

#[test]
fn frames_that_are_all_invalid_leave_no_radiograph() {
    let folder = made(&Made { keys: &[3, 3, 1], ..GOOD });
    let parts = ["no radiograph among 3 frames", "1 flats, 0 darks, 2 invalid"];
    refused(&settings("scan.nxs"), &folder, &parts);
}

#[test]
fn angles_of_another_number_are_refused() {
    let folder = made(&Made { angles: &[0.0, 1.0], ..GOOD });
    let parts = ["2 angles in `/entry/rotation_angle`", "for 3 radiographs", "`acquire.angle_key`"];
    refused(&settings("scan.nxs"), &folder, &parts);
}

#[test]
fn angle_that_is_no_number_names_the_frame() {
    let folder = made(&Made { angles: &[0.0, f64::NAN, 2.0], ..GOOD });
    refused(&settings("scan.nxs"), &folder, &["frame 1", "NaN", "`acquire.angles`"]);
}

#[test]
#[cfg_attr(
    feature = "hdf5-c",
    ignore = "HDF5 1.10 cannot convert the strings that rust-hdf5 writes"
)]
fn angles_in_an_unknown_unit_are_refused() {
    let folder = made(&Made { unit: Some("counts"), ..GOOD });
    let parts = ["`counts`", "expected degrees or radians", "`acquire.angle_unit`"];
    refused(&settings("scan.nxs"), &folder, &parts);
}

#[test]
fn angles_without_a_unit_stay_missing() {
    let folder = made(&Made { unit: None, ..GOOD });
    let scan = open(&settings("scan.nxs"), folder.path()).unwrap();
    assert_eq!(scan.angles, None);
    let fact = scan.facts.iter().find(|fact| fact.item == "rotation angles").unwrap();
    assert_eq!(fact.origin, voltomo_types::Origin::Missing);
}

#[test]
fn external_link_to_a_file_that_is_not_there_says_where_it_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(golden("linked.nxs"), folder.path().join("scan.nxs")).unwrap();
    let place = folder.path().join("linked_frames.h5").display().to_string();
    let parts = ["/entry/imaging/data", "linked_frames.h5:/entry/detector", "looked in", &place];
    refused(&settings("scan.nxs"), &folder, &parts);
}

#[test]
fn empty_dataset_is_refused() {
    let folder = made(&Made { frames: [3, 0, 4], ..GOOD });
    refused(&settings("scan.nxs"), &folder, &["[3, 0, 4] u16", "at least one pixel"]);
}

#[test]
fn words_instead_of_angles_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(golden("exchange.h5"), folder.path().join("scan.h5")).unwrap();
    let told = AcquireSettings { angle_key: Some("/implements".into()), ..settings("scan.h5") };
    refused(&told, &folder, &["`/implements` holds [] text", "numbers", "`acquire.angle_key`"]);
}

#[test]
fn flats_of_another_size_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(golden("exchange.h5"), folder.path().join("scan.h5")).unwrap();
    fs::copy(golden("linked_frames.h5"), folder.path().join("linked_frames.h5")).unwrap();
    let file = H5File::create(folder.path().join("sizes.h5")).unwrap();
    for (name, shape) in [("data", [3, 2, 4]), ("data_white", [1, 2, 5])] {
        let exchange =
            file.create_group("exchange").or_else(|_| file.root_group().group("exchange"));
        let stack = exchange.unwrap().new_dataset::<u16>().shape(shape).create(name).unwrap();
        stack.write_raw(&vec![1u16; shape.iter().product()]).unwrap();
    }
    file.close().unwrap();
    let parts = ["2 × 5 pixels", "expected 2 × 4", "`acquire.flat_dataset`", "data_white"];
    refused(&settings("sizes.h5"), &folder, &parts);
}

/// No flipped byte may stop the program; wrong values cannot all be told from right ones.
#[test]
#[cfg_attr(feature = "hdf5-c", ignore = "HDF5 1.10 loops for ever on some damaged files")]
fn flipped_bytes_never_stop_the_program() {
    for name in ["nxtomo_gzip.nxs", "nxtomo_blosc_latest.nxs", "tdf.tdf", "linked.nxs"] {
        let bytes = fs::read(golden(name)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::copy(golden("linked_frames.h5"), folder.path().join("linked_frames.h5")).unwrap();
        for place in (0..bytes.len()).step_by(37) {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0xff;
            fs::write(folder.path().join("scan.h5"), &flipped).unwrap();
            let Ok(scan) = open(&settings("scan.h5"), folder.path()) else { continue };
            let shape = scan.radiographs.shape();
            let count = shape.frames.min(12);
            if shape.rows.saturating_mul(shape.columns) > 1 << 20 {
                continue;
            }
            let mut into = Array3::zeros((count, shape.rows, shape.columns));
            let _ = scan.radiographs.read(0..count, 0..shape.rows, into.view_mut());
        }
    }
}
