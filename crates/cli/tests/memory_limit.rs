//! A run keeps to its plan where the system enforces it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod turned_cylinder;

use std::{path::Path, process::Command};

use turned_cylinder::{Size, arguments, record};

const MEBIBYTE: u64 = 1 << 20;

/// Address space that is set aside and never used: stacks of threads and the allocator's arenas.
const SET_ASIDE: u64 = 320 * MEBIBYTE;

/// Runs with so much memory allowed, and with that and what is set aside as all the address space.
fn run_limited(folder: &Path, size: Size, (memory, rows): (u64, &str)) -> serde_json::Value {
    let out = folder.join(format!("out-{memory}"));
    let mut words = arguments(folder, size, &out);
    words.extend(["--memory".into(), format!("{memory}"), "--threads".into(), "2".into()]);
    words.extend(["--rows", rows, "--store", "mha"].map(String::from));
    let kibibytes = (memory + SET_ASIDE) / 1024;
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {kibibytes} && exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_voltomo"))
        .args(&words)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{memory} bytes: {text}");
    record(&out)
}

/// Planned and actual peak in bytes, and slabs.
fn memory_of(record: &serde_json::Value) -> (u64, u64, usize) {
    let bytes = |key: &str| record["memory"][key].as_u64().unwrap();
    let slabs = record["plan"]["slabs"].as_array().unwrap().len();
    println!("{} of {} bytes, {slabs} slabs", bytes("actual_peak"), bytes("planned_peak"));
    (bytes("planned_peak"), bytes("actual_peak"), slabs)
}

/// One large slab, and several small ones.
#[test]
fn a_run_keeps_to_its_plan_under_an_enforced_limit() {
    let folder = tempfile::tempdir().unwrap();
    let size = Size { angles: 180, rows: 160, columns: 512 };
    turned_cylinder::write(folder.path(), size);
    let mut planned = Vec::new();
    for memory in [400 * MEBIBYTE, 150 * MEBIBYTE] {
        let (plan, actual, slabs) =
            memory_of(&run_limited(folder.path(), size, (memory, "48:112")));
        assert!(plan <= memory, "{plan} planned, {memory} allowed");
        assert!(10 * actual <= 11 * plan, "{actual} taken, {plan} planned");
        planned.push((plan, slabs));
    }
    assert!(planned[0].1 == 1 && planned[1].1 > 1, "{planned:?}");
    assert!(planned[1].0 < planned[0].0, "{planned:?}");
}
