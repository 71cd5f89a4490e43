//! HDF5 files written by h5py and hdf5plugin, read back value for value. Needs Python.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod clients;

use std::path::Path;

use clients::{read_all, run_python, same, written_values};
use voltomo_acquire::{AcquireSettings, Kind, open};
use voltomo_types::Probe;

/// What is wrong with one file of `made.txt`; `None` where every value is that of numpy.
fn mistake(line: &str, folder: &Path) -> Option<String> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [frames, rows, columns] = [2, 3, 4].map(|i| fields[i].parse().unwrap());
    let name = fields[0];
    let written = written_values(&folder.join(format!("{name}.f32")), (frames, rows, columns));
    let settings = AcquireSettings {
        path: format!("{name}.h5").into(),
        kind: Kind::DataExchange,
        dataset: Some(fields[1].into()),
        ..Default::default()
    };
    match open(&settings, folder) {
        Ok(scan) if same(&read_all(&*scan.radiographs), &written) => None,
        Ok(_) => Some(format!("{name}: other values")),
        Err(error) => Some(format!("{name}: {error}")),
    }
}

fn read_all_of(wanted: impl Fn(&str) -> bool, at_least: usize) {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_hdf5.py", folder.path());
    let made = std::fs::read_to_string(folder.path().join("made.txt")).unwrap();
    let lines: Vec<_> = made.lines().filter(|line| wanted(line)).collect();
    let wrong: Vec<_> = lines.iter().filter_map(|line| mistake(line, folder.path())).collect();
    assert!(lines.len() >= at_least, "{} files", lines.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn every_type_and_filter_of_the_oldest_file_format_is_read_value_for_value() {
    let is_plain = |line: &str| !line.contains("plugin_") && !line.contains("_lzf");
    read_all_of(|line| line.starts_with("earliest") && is_plain(line), 29);
}

/// LZF comes with h5py, and the layout messages of HDF5 2.0 are too new for HDF5 1.10.
#[cfg(not(feature = "hdf5-c"))]
#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn every_type_and_filter_of_the_newest_file_format_is_read_value_for_value() {
    let is_lzf = |line: &str| line.contains("_lzf");
    let wanted = |line: &str| line.starts_with("latest") && !line.contains("plugin_");
    read_all_of(|line| wanted(line) || is_lzf(line), 31);
}

/// Without HDF5_PLUGIN_PATH the C library has none of these filters.
#[cfg(not(feature = "hdf5-c"))]
#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn every_plugin_filter_is_read_value_for_value() {
    let known = |line: &str| line.contains("plugin_") && !line.contains("bitshuffle_zstd");
    read_all_of(known, 46);
}

#[cfg(not(feature = "hdf5-c"))]
#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn bitshuffle_with_zstd_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_hdf5.py", folder.path());
    let settings = AcquireSettings {
        path: "latest_plugin_bitshuffle_zstd.h5".into(),
        dataset: Some("/a/b/stack".into()),
        ..Default::default()
    };
    let message = open(&settings, folder.path()).unwrap_err().to_string();
    assert!(message.contains("bitshuffle with zstd (32008)"), "{message}");
}

/// Virtual datasets of the newest file format are too new for HDF5 1.10.
#[cfg(not(feature = "hdf5-c"))]
#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn virtual_datasets_and_links_are_read_value_for_value() {
    read_all_of(|line| line.starts_with("virtual"), 5);
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn units_are_read_from_every_kind_of_string() {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_hdf5.py", folder.path());
    let mut count = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if !name.starts_with("unit_") {
            continue;
        }
        let settings = AcquireSettings { path: name.clone().into(), ..Default::default() };
        let scan = open(&settings, folder.path()).unwrap_or_else(|error| panic!("{error}"));
        let angles = scan.angles.unwrap_or_else(|| panic!("{name}: {:?}", scan.facts));
        assert!((angles[1].degrees() - 45.0).abs() < 1e-9, "{name}");
        assert!((scan.detector.pixel.unwrap().0 - 0.0025).abs() < 1e-9, "{name}");
        assert_eq!(scan.probe, Some(Probe::Xray), "{name}");
        count += 1;
    }
    assert_eq!(count, 7);
}
