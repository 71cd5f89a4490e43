//! The real HDF5 scans read as their owners' own scripts read them. Knows no synthetic data.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::PathBuf;

use ndarray::Array3;
use voltomo_acquire::{AcquireSettings, AngleUnit, open};
use voltomo_types::{Frames, Origin, Scan, When};

fn data() -> PathBuf {
    PathBuf::from(std::env::var("VOLTOMO_DATA").expect("VOLTOMO_DATA is not set"))
}

fn settings(name: &str) -> AcquireSettings {
    AcquireSettings { path: name.into(), ..AcquireSettings::default() }
}

fn frame(frames: &dyn Frames, index: usize) -> Array3<f32> {
    let shape = frames.shape();
    let mut into = Array3::zeros((1, shape.rows, shape.columns));
    frames.read(index..index + 1, 0..shape.rows, into.view_mut()).unwrap();
    into
}

fn sizes(frames: &dyn Frames) -> [usize; 3] {
    let shape = frames.shape();
    [shape.frames, shape.rows, shape.columns]
}

fn fact<'a>(scan: &'a Scan, item: &str) -> &'a str {
    &scan.facts.iter().find(|fact| fact.item == item).unwrap().value
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn tooth_is_read_as_data_exchange() {
    let scan = open(&settings("tooth.h5"), &data()).unwrap();
    assert_eq!(sizes(&*scan.radiographs), [181, 2, 640]);
    assert_eq!(sizes(&*scan.flats[0].frames), [10, 2, 640]);
    assert_eq!(sizes(&*scan.darks[0].frames), [10, 2, 640]);
    assert_eq!(scan.flats[0].when, When::Unknown);
    let angles = scan.angles.as_ref().unwrap();
    assert_eq!(angles[0].degrees(), 0.0);
    assert!((angles[180].degrees() - 179.006).abs() < 1e-3, "{}", angles[180].degrees());
    assert_eq!(scan.detector.pixel, None);
    assert!(
        scan.facts.iter().any(|fact| fact.item == "pixel size" && fact.origin == Origin::Missing)
    );
    // Sums by h5py and numpy in f64.
    let mean = frame(&*scan.radiographs, 90).mapv(f64::from).mean().unwrap();
    assert!((mean - TOOTH_MEAN_90).abs() < 1e-3 * TOOTH_MEAN_90, "{mean}");
}

const TOOTH_MEAN_90: f64 = 20_386.571_093_75;

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn k11_is_read_through_its_external_links() {
    let mut told = settings("k11-18014.nxs");
    told.angle_unit = Some(AngleUnit::Degrees);
    let scan = open(&told, &data()).unwrap();
    assert_eq!(sizes(&*scan.radiographs), [3001, 22, 26]);
    let sets = |sets: &[voltomo_types::ReferenceFrames]| -> Vec<_> {
        sets.iter().map(|set| (set.frames.shape().frames, set.when)).collect()
    };
    assert_eq!(sets(&scan.flats), [(50, When::Before), (50, When::After)]);
    assert_eq!(sets(&scan.darks), [(50, When::Before), (50, When::After)]);
    let angles = scan.angles.as_ref().unwrap();
    assert!((angles[0].degrees() - 89.995_110_04).abs() < 1e-6);
    assert!((angles[1].degrees() - 90.052_481_66).abs() < 1e-6);
    assert_eq!(scan.detector.saturation, Some(65535.0));
    assert_eq!(scan.files.len(), 3, "{:?}", scan.files);
    let mean = frame(&*scan.radiographs, 1500).mapv(f64::from).mean().unwrap();
    assert!((mean - K11_MEAN_1500).abs() < 1e-3, "{mean}");
    assert!(fact(&scan, "passed over").contains("k11-18014-EtherCAT.h5"));
}

const K11_MEAN_1500: f64 = 29_966.909_090_909_092;

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn k11_says_that_its_angles_have_no_unit() {
    let scan = open(&settings("k11-18014.nxs"), &data()).unwrap();
    assert_eq!(scan.angles, None);
    let value = fact(&scan, "rotation angles");
    assert!(
        value.contains("3001 values from 89.995") && value.contains("`acquire.angle_unit`"),
        "{value}"
    );
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn k11_without_its_linked_files_names_the_file_and_where_it_was_looked_for() {
    let alone = tempfile::tempdir().unwrap();
    std::fs::copy(data().join("k11-18014.nxs"), alone.path().join("k11-18014.nxs")).unwrap();
    let message = open(&settings("k11-18014.nxs"), alone.path()).unwrap_err().to_string();
    for part in ["/entry/instrument/EtherCAT/data", "k11-18014/k11-18014-EtherCAT.h5", "looked in"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert!(message.contains(alone.path().to_str().unwrap()), "{message}");
}
