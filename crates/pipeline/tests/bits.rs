//! The same bits whatever the slabs and threads, and from a rerun.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use std::path::PathBuf;

use made_scan::{MadeScan, Making, bytes_below};
use voltomo_pipeline::{RunRecord, Silent, rerun};

const SLICES: usize = 70;

const MAKING: Making = Making {
    shape: (60, SLICES, 96),
    span: 180.0,
    axis_off: 3.3,
    tilt: 0.0,
    seed: Some(21),
    float: false,
};

/// A run with slabs of so many slices on so many threads, into its own folder.
fn run_with(scan: &MadeScan, slices: usize, threads: usize) -> (RunRecord, String) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let out = format!("slabs-of-{slices}-on-{threads}");
    let record = pool.install(|| scan.run(&out, Some(scan.budget_for(slices))));
    assert_eq!(record.plan.slab_slices, slices);
    assert_eq!(record.machine.threads, threads);
    (record, out)
}

/// The volume's files, without the pictures beside it.
fn stored(scan: &MadeScan, out: &str, record: &RunRecord) -> Vec<(PathBuf, Vec<u8>)> {
    let path = scan.folder.path().join(out).join(&record.volume.as_ref().unwrap().path);
    let files = bytes_below(&path);
    assert!(!files.is_empty());
    files
}

fn hash(record: &RunRecord) -> &str {
    &record.volume.as_ref().unwrap().sha256
}

fn hold(making: &Making, bin: usize) {
    let mut scan = making.written(&making.counts());
    scan.recipe.correct.bin = bin;
    let whole = SLICES / bin;
    let (first, first_out) = run_with(&scan, whole, 2);
    let first_bytes = stored(&scan, &first_out, &first);
    let others = [(1, 2), (7, 1), (7, 2), (64, 2), (whole, 1)];
    for (slices, threads) in others.into_iter().filter(|(slices, _)| *slices <= whole) {
        let (record, out) = run_with(&scan, slices, threads);
        let case = format!("slabs of {slices} slices on {threads} threads");
        assert_eq!(hash(&record), hash(&first), "{case}");
        assert!(stored(&scan, &out, &record) == first_bytes, "{case}: other bytes");
        assert_eq!(record.corrections, first.corrections, "{case}");
        assert_eq!(record.gates, first.gates, "{case}");
        assert_eq!(record.references, first.references, "{case}");
    }
}

#[test]
fn slabs_and_threads_do_not_change_a_bit_of_an_upright_scan() {
    hold(&MAKING, 1);
}

#[test]
fn slabs_and_threads_do_not_change_a_bit_of_a_tilted_scan() {
    hold(&Making { tilt: 1.0, ..MAKING }, 1);
}

#[test]
fn slabs_and_threads_do_not_change_a_bit_of_a_binned_scan() {
    hold(&Making { tilt: 1.0, ..MAKING }, 2);
}

/// The axis search is part of what is done again.
#[test]
fn a_rerun_gives_the_same_bits_and_finds_the_same_axis() {
    let mut scan = MAKING.written(&MAKING.counts());
    scan.recipe.reconstruct.centre_px = None;
    scan.recipe.reconstruct.tilt_deg = None;
    let first = scan.run("first", None);
    let options = scan.options("again");
    let again = rerun(&scan.folder.path().join("first"), &options, &Silent::default()).unwrap();
    assert_eq!(hash(&again), hash(&first));
    assert_eq!(again.axis, first.axis);
    assert!(stored(&scan, "again", &again) == stored(&scan, "first", &first));
}

#[test]
fn a_rerun_refuses_a_scan_that_has_changed() {
    let scan = MAKING.written(&MAKING.counts());
    scan.run("first", None);
    let frame = scan.folder.path().join("radiographs/0007.tif");
    std::fs::copy(scan.folder.path().join("radiographs/0008.tif"), &frame).unwrap();
    let options = scan.options("again");
    let refused = rerun(&scan.folder.path().join("first"), &options, &Silent::default());
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("0007.tif has changed since"), "{message}");
}
