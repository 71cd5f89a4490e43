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
    store::{NumberType, StoreFormat, StoredVolume},
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

/// A slice that went lost or was cut short while the run stood still.
#[test]
fn bad_kept_slices_are_found_and_named_before_anything_has_its_final_name() {
    type Spoil = fn(&std::path::Path);
    let spoils: [(Spoil, &str); 3] = [
        (|slice| fs::remove_file(slice).unwrap(), "cannot be read back"),
        (
            |slice| fs::write(slice, &fs::read(slice).unwrap()[..900]).unwrap(),
            "cannot be read back",
        ),
        (
            |slice| {
                fs::copy(slice.with_file_name("slice_0004.tif"), slice).unwrap();
            },
            "is not what was written",
        ),
    ];
    for numbers in [NumberType::F32, NumberType::U16] {
        let mut scan = MAKING.written(&MAKING.counts());
        (scan.recipe.store.format, scan.recipe.store.numbers) = (StoreFormat::Tiff, numbers);
        scan.recipe.store.limits = (numbers == NumberType::U16).then_some([-1.0, 4.0]);
        (scan.recipe.store.chunk, scan.recipe.store.shard) = (SLAB, 2 * SLAB);
        for (spoil, expected) in spoils {
            if numbers == NumberType::U16 && expected.contains("not what") {
                continue;
            }
            let _ = fs::remove_dir_all(scan.folder.path().join("stopped"));
            stop(&scan);
            spoil(&unfinished(&scan).join("slice_0003.tif"));
            let error = resume(&scan).unwrap_err();
            let message = error.to_string();
            assert!(message.contains("slice 3") && message.contains(expected), "{message}");
            assert!(message.contains("--force") && message.contains("volume.partial"), "{message}");
            assert!(!scan.folder.path().join("stopped/3-reconstruct/volume").exists());
        }
    }
}

/// A chunk of an OME-Zarr that is gone reads as nothing.
#[test]
fn bad_zarr_without_a_kept_chunk_is_found() {
    let (scan, _) = scan_and_whole_run(StoreFormat::Zarr);
    stop(&scan);
    fs::remove_dir_all(unfinished(&scan).join("0/c/0")).unwrap();
    let message = resume(&scan).unwrap_err().to_string();
    assert!(message.contains("slice 0 is not what was written"), "{message}");
}

/// Killed or stopped before its first slab, a run has nothing to go on from and begins anew.
#[test]
fn a_run_that_finished_nothing_begins_anew_when_resumed() {
    let scan = MAKING.written(&MAKING.counts());
    let whole = scan.run("whole", None);
    let early = Silent::default();
    early.cancelled.store(true, Ordering::Relaxed);
    let error = run(&scan.recipe, &options(&scan), &early).unwrap_err().to_string();
    assert!(error.contains("begins anew"), "{error}");
    let out = scan.folder.path().join("stopped");
    assert!(!out.join("run.json").exists() && !out.join("progress.json").exists());
    // What a kill within the first slab leaves, beside what a stop does.
    assert!(out.join("3-reconstruct/volume.progress.json").exists());
    let record = resume(&scan).unwrap();
    assert_eq!(record.volume.unwrap().sha256, whole.volume.unwrap().sha256);
    let message = resume(&scan).unwrap_err().to_string();
    assert!(message.contains("done already"), "{message}");
}
