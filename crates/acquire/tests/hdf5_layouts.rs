//! NXtomo, Data Exchange and TDF from small golden files. Needs no Python and no real scan.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::PathBuf;

use ndarray::{Array3, ArrayViewMut3, s};
use voltomo_acquire::{AcquireSettings, open};
use voltomo_types::{Frames, Millimetre, Origin, Probe, ReferenceFrames, Scan, When};

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hdf5")
}

fn settings(name: &str) -> AcquireSettings {
    AcquireSettings { path: name.into(), ..AcquireSettings::default() }
}

fn scan(name: &str) -> Scan {
    open(&settings(name), &golden()).unwrap()
}

/// All rows of all frames, read in two bands.
fn values(frames: &dyn Frames) -> Array3<f32> {
    let shape = frames.shape();
    let mut all = Array3::zeros((shape.frames, shape.rows, shape.columns));
    let bands = [0..1, 1..shape.rows];
    for rows in bands {
        let into: ArrayViewMut3<'_, f32> = all.slice_mut(s![.., rows.clone(), ..]);
        frames.read(0..shape.frames, rows, into).unwrap();
    }
    all
}

/// The formula of the golden files for these frames.
fn formula(frames: &[usize]) -> Array3<f32> {
    Array3::from_shape_fn((frames.len(), 4, 5), |(frame, row, column)| {
        (frames[frame] * 100 + row * 10 + column) as f32
    })
}

fn degrees(scan: &Scan) -> Vec<f64> {
    scan.angles.as_ref().unwrap().iter().map(|angle| angle.degrees().round()).collect()
}

fn moments(sets: &[ReferenceFrames]) -> Vec<(When, Array3<f32>)> {
    sets.iter().map(|set| (set.when, values(&*set.frames))).collect()
}

fn fact(scan: &Scan, item: &str) -> (String, Origin) {
    let fact = scan.facts.iter().find(|fact| fact.item == item).unwrap();
    (fact.value.clone(), fact.origin)
}

fn is_the_golden_nxtomo(name: &str) {
    let scan = scan(name);
    assert_eq!(values(&*scan.radiographs), formula(&[3, 4, 6, 8]), "{name}");
    let flats = vec![
        (When::Before, formula(&[1, 2])),
        (When::During(2), formula(&[5])),
        (When::After, formula(&[9])),
    ];
    assert_eq!(moments(&scan.flats), flats, "{name}");
    assert_eq!(
        moments(&scan.darks),
        vec![(When::Before, formula(&[0])), (When::After, formula(&[10]))]
    );
    assert_eq!(degrees(&scan), [30.0, 40.0, 60.0, 80.0]);
}

#[test]
fn nxtomo_sorts_its_frames_by_image_key() {
    is_the_golden_nxtomo("nxtomo_gzip.nxs");
    let scan = scan("nxtomo_gzip.nxs");
    assert_eq!(scan.detector.pixel, Some(Millimetre(0.05)));
    assert_eq!(scan.probe, Some(Probe::Neutron));
    assert_eq!(scan.detector.saturation, Some(65535.0));
    assert!(fact(&scan, "invalid frames").0.starts_with("1 left out"));
    assert!(fact(&scan, "detector distance").0.starts_with("12.5 mm"));
    assert!(fact(&scan, "monitor counts").0.contains("11 values from 1000000 to 2000000"));
}

#[test]
#[cfg_attr(
    feature = "hdf5-c",
    ignore = "the newest file format is too new for HDF5 1.10, and Blosc is a plugin"
)]
fn nxtomo_is_unpacked_from_blosc_in_the_newest_file_format() {
    is_the_golden_nxtomo("nxtomo_blosc_latest.nxs");
}

#[test]
#[cfg_attr(feature = "hdf5-c", ignore = "the C library has bitshuffle only from HDF5_PLUGIN_PATH")]
fn nxtomo_is_unpacked_from_bitshuffle() {
    is_the_golden_nxtomo("nxtomo_bitshuffle.nxs");
}

#[test]
#[cfg_attr(feature = "hdf5-c", ignore = "the C library has LZF only from HDF5_PLUGIN_PATH")]
fn nxtomo_is_read_from_chunks_across_frames_and_rows() {
    is_the_golden_nxtomo("nxtomo_lzf_odd_chunks.nxs");
}

fn is_the_golden_exchange(name: &str) {
    let scan = scan(name);
    assert_eq!(values(&*scan.radiographs), formula(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(moments(&scan.flats), vec![(When::Unknown, formula(&[0, 1]))]);
    assert_eq!(moments(&scan.darks), vec![(When::Unknown, formula(&[0, 1, 2]))]);
    assert_eq!(degrees(&scan), [0.0, 30.0, 60.0, 90.0, 120.0, 150.0]);
    assert!((scan.detector.pixel.unwrap().0 - 0.013).abs() < 1e-12);
    assert_eq!(scan.detector.saturation, None);
    assert!(fact(&scan, "angle unit").0.contains("degrees, as the format defines"));
    assert_eq!(fact(&scan, "probe").1, Origin::Missing);
}

#[test]
fn exchange_takes_degrees_where_no_unit_is_written() {
    is_the_golden_exchange("exchange.h5");
}

#[test]
fn exchange_in_sinogram_order_gives_the_same_scan() {
    is_the_golden_exchange("exchange_sinograms.h5");
}

#[test]
fn tdf_is_sinograms_whatever_its_axes_attribute_says() {
    let scan = scan("tdf.tdf");
    assert_eq!(values(&*scan.radiographs), formula(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(moments(&scan.flats), vec![(When::Unknown, formula(&[0, 1]))]);
    assert_eq!(scan.angles, None);
    assert_eq!(fact(&scan, "rotation angles").1, Origin::Missing);
    assert!((scan.detector.pixel.unwrap().0 - 0.009).abs() < 1e-12);
}

#[test]
fn tdf_of_the_first_generation_knows_flats_before_and_after() {
    let scan = scan("tdf_legacy.tdf");
    assert_eq!(values(&*scan.radiographs), formula(&[0, 1, 2, 3, 4, 5]));
    let flats = vec![(When::Before, formula(&[0, 1])), (When::After, formula(&[0]))];
    assert_eq!(moments(&scan.flats), flats);
    assert_eq!(moments(&scan.darks), vec![(When::Unknown, formula(&[0, 1, 2]))]);
}

#[test]
fn external_links_are_followed_and_their_files_listed() {
    let mut told = settings("linked.nxs");
    told.angle_unit = Some(voltomo_acquire::AngleUnit::Radians);
    let scan = open(&told, &golden()).unwrap();
    assert_eq!(values(&*scan.radiographs), formula(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(scan.angles.unwrap()[5].0, 2.5);
    let names: Vec<_> = scan.files.iter().map(|file| file.file_name().unwrap()).collect();
    assert_eq!(names, ["linked.nxs", "linked_frames.h5"]);
}

/// Frames 6 and 7 have no source in the virtual dataset: NaN, never a silent zero.
#[test]
#[cfg_attr(
    feature = "hdf5-c",
    ignore = "virtual datasets of the newest file format are too new for HDF5 1.10"
)]
fn virtual_dataset_in_stripes_is_read_from_its_source() {
    let mut told = settings("linked.nxs");
    told.kind = voltomo_acquire::Kind::DataExchange;
    told.dataset = Some("/shown".into());
    let scan = open(&told, &golden()).unwrap();
    let shown = values(&*scan.radiographs);
    assert_eq!(shown.slice(s![..6, .., ..]), formula(&[4, 5, 0, 2, 1, 3]));
    assert!(shown.slice(s![6.., .., ..]).iter().all(|value| value.is_nan()));
}

#[test]
fn datasets_that_the_recipe_names_are_read_from_any_layout() {
    let told = AcquireSettings {
        kind: voltomo_acquire::Kind::DataExchange,
        dataset: Some("entry/instrument/detector/data".into()),
        flat_dataset: Some("/entry/data/data".into()),
        angle_key: Some("entry/sample/rotation_angle".into()),
        ..settings("nxtomo_gzip.nxs")
    };
    let scan = open(&told, &golden()).unwrap();
    assert_eq!(scan.radiographs.shape().frames, 11);
    assert_eq!(scan.flats[0].frames.shape().frames, 11);
    assert_eq!(degrees(&scan)[10], 100.0);
}
