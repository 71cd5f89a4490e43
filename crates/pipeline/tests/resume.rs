//! A run that is stopped leaves usable slices, and goes on to the same volume.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use made_scan::{MadeScan, Making};
use ndarray::s;
use voltomo_pipeline::{
    RunError, RunOptions, RunRecord, Silent, Watch, run,
    store::{StoreFormat, StoredVolume},
};

const SLAB: usize = 8;

const MAKING: Making = Making {
    shape: (60, 30, 96),
    span: 180.0,
    axis_off: 3.3,
    tilt: 0.7,
    seed: Some(21),
    float: false,
};

/// Stops a run as soon as one slab is finished.
#[derive(Default)]
struct OneSlab {
    in_slabs: AtomicBool,
    stop: AtomicBool,
}

impl Watch for OneSlab {
    fn begin(&self, step: &str, _total: usize) {
        self.in_slabs.store(step.contains("reconstruct"), Ordering::Relaxed);
    }

    fn advance(&self, _done: usize) {
        self.stop.fetch_or(self.in_slabs.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    fn end(&self) {}
    fn note(&self, _text: &str) {}
    fn warn(&self, _text: &str) {}

    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A scan, and a run of it that is not stopped.
fn scan_and_whole_run(format: StoreFormat) -> (MadeScan, RunRecord) {
    let mut scan = MAKING.written(&MAKING.counts());
    scan.recipe.store.format = format;
    (scan.recipe.store.chunk, scan.recipe.store.shard) = (SLAB, 2 * SLAB);
    let whole = scan.run("whole", None);
    (scan, whole)
}

fn options(scan: &MadeScan) -> RunOptions {
    RunOptions { memory: Some(scan.budget_for(SLAB)), ..scan.options("stopped") }
}

/// Stops a run after its first slab; returns how many slices it says are usable.
fn stop(scan: &MadeScan) -> usize {
    let stopped = run(&scan.recipe, &options(scan), &OneSlab::default());
    match stopped.unwrap_err() {
        RunError::Cancelled { finished, slices, .. } => {
            assert_eq!(slices, MAKING.shape.1);
            finished
        }
        other => panic!("{other}"),
    }
}

/// The unfinished volume of a stopped run.
fn unfinished(scan: &MadeScan) -> PathBuf {
    let folder = scan.folder.path().join("stopped/3-reconstruct");
    let mut found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    found.find(|path| path.to_string_lossy().contains("volume.partial")).unwrap()
}

fn resume(scan: &MadeScan) -> Result<RunRecord, RunError> {
    let options = RunOptions { resume: true, ..options(scan) };
    run(&scan.recipe, &options, &Silent::default())
}

#[test]
fn a_stopped_run_leaves_its_slices_and_goes_on_to_the_same_volume_in_every_format() {
    for format in [StoreFormat::Zarr, StoreFormat::Tiff, StoreFormat::Mha, StoreFormat::Nrrd] {
        let (scan, whole) = scan_and_whole_run(format);
        let expected = scan.volume("whole", &whole);
        assert_eq!(stop(&scan), SLAB, "{format:?}");
        let slices = StoredVolume::open(&unfinished(&scan)).unwrap().read_slab(0..SLAB).unwrap();
        assert!(slices == expected.slice(s![..SLAB, .., ..]), "{format:?}");
        let record = resume(&scan).unwrap();
        assert_eq!(record.volume.as_ref().unwrap().sha256, whole.volume.as_ref().unwrap().sha256);
        assert!(scan.volume("stopped", &record) == expected, "{format:?}: other values");
        assert_eq!((&record.gates, &record.corrections), (&whole.gates, &whole.corrections));
    }
}

/// The axis is not searched again, so that all slices are about the same one.
#[test]
fn a_resumed_run_keeps_the_axis_that_was_found() {
    let mut scan = MAKING.written(&MAKING.counts());
    scan.recipe.store.format = StoreFormat::Mha;
    let told = scan.recipe.clone();
    scan.recipe.reconstruct.centre_px = None;
    scan.recipe.reconstruct.tilt_deg = None;
    let whole = scan.run("whole", None);
    stop(&scan);
    let record = resume(&scan).unwrap();
    assert_eq!(record.axis, whole.axis);
    assert_eq!(record.volume.as_ref().unwrap().sha256, whole.volume.as_ref().unwrap().sha256);
    let folder = scan.folder.path().join("told");
    let options = RunOptions { out: folder, ..options(&scan) };
    let other = run(&told, &options, &Silent::default()).unwrap();
    assert_ne!(other.volume.unwrap().sha256, whole.volume.unwrap().sha256);
}

#[test]
fn a_resume_refuses_another_recipe() {
    let mut scan = MAKING.written(&MAKING.counts());
    stop(&scan);
    scan.recipe.reconstruct.cutoff = 0.5;
    let message = resume(&scan).unwrap_err().to_string();
    assert!(message.contains("the stopped run had another recipe"), "{message}");
    assert!(message.contains("--force"), "{message}");
}

#[test]
fn a_resume_refuses_a_scan_that_has_changed() {
    let scan = MAKING.written(&MAKING.counts());
    stop(&scan);
    let frames = scan.folder.path().join("radiographs");
    fs::copy(frames.join("0008.tif"), frames.join("0007.tif")).unwrap();
    let message = resume(&scan).unwrap_err().to_string();
    assert!(message.contains("0007.tif has changed since"), "{message}");
}

#[test]
fn a_resume_refuses_where_nothing_was_stopped() {
    let scan = MAKING.written(&MAKING.counts());
    let message = resume(&scan).unwrap_err().to_string();
    assert!(message.contains("found no progress of a stopped run"), "{message}");
}

#[test]
fn a_run_without_resume_or_force_refuses_a_stopped_one() {
    let scan = MAKING.written(&MAKING.counts());
    stop(&scan);
    let refused = run(&scan.recipe, &options(&scan), &Silent::default());
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("--resume"), "{message}");
}
