//! Runs the built chore on a small workspace of its own: what is skipped, what fails, what is counted.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::fs;
use std::path::Path;
use std::process::Command;

const ORDINARY: &str = "//! A crate. Knows nothing.\n#[cfg(test)]\nmod tests {\n    #[test]\n    \
                        fn one_and_one_is_two() { assert_eq!(1 + 1, 2); }\n}\n";
const CLIENTS: &str = "//! Needs Python. Knows no scan.\n#[test]\n#[ignore = \"needs the Python \
                       clients; see xtask\"]\nfn reads_back() {\n    \
                       assert!(std::env::var_os(\"VOLTOMO_PYTHON\").is_some());\n}\n";
const SCANS: &str = "//! Needs scans. Knows no Python.\n#[test]\n#[ignore = \"needs the real \
                     scans; see xtask\"]\nfn tooth_is_sharp() {\n    let folder = \
                     std::env::var(\"VOLTOMO_DATA\").unwrap();\n    \
                     assert!(std::path::Path::new(&folder).join(\"tooth\").exists());\n}\n";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A workspace with one crate, one ordinary test, one for the clients, one on scans.
fn small_workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n");
    let manifest =
        "[package]\nname = \"voltomo-acquire\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    write(root, "crates/acquire/Cargo.toml", manifest);
    write(root, "crates/acquire/src/lib.rs", ORDINARY);
    write(root, "crates/acquire/tests/clients_tiff.rs", CLIENTS);
    write(root, "crates/acquire/tests/real_tooth.rs", SCANS);
    write(root, "xtask/python/requirements.txt", "");
    folder
}

/// Runs `xtask test` there; returns its exit code and its output.
fn xtask_test(root: &Path, python: &str, scans: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("test")
        .current_dir(root)
        .env("CARGO_MANIFEST_DIR", root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("VOLTOMO_PYTHON", python)
        .env("VOLTOMO_DATA", scans)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn closing_line(output: &str) -> &str {
    output.lines().last().unwrap()
}

#[test]
fn what_is_missing_is_skipped_by_name_and_what_is_there_is_run() {
    let folder = small_workspace();
    let (root, nowhere) = (folder.path(), folder.path().join("nowhere"));

    let (code, output) = xtask_test(root, "false", &nowhere);
    assert_eq!(closing_line(&output), "1 passed, 0 failed, 2 skipped", "{output}");
    assert!(output.contains("skipped  clients: reads_back ("), "{output}");
    assert!(output.contains("skipped  real scans: tooth_is_sharp ("), "{output}");
    assert_eq!(code, Some(0));

    write(root, "scans/tooth", "");
    let (code, output) = xtask_test(root, "true", &root.join("scans"));
    assert_eq!(closing_line(&output), "3 passed, 0 failed, 0 skipped", "{output}");
    assert_eq!(code, Some(0));
}

#[test]
fn failures_of_waiting_tests_and_builds_are_counted_and_end_badly() {
    let folder = small_workspace();
    let root = folder.path();
    write(root, "empty/readme", "");
    let (code, output) = xtask_test(root, "true", &root.join("empty"));
    assert_eq!(closing_line(&output), "2 passed, 1 failed, 0 skipped", "{output}");
    assert!(output.contains("failed   real scans: tooth_is_sharp"), "{output}");
    assert_eq!(code, Some(1));

    write(root, "crates/acquire/src/lib.rs", "//! Broken.\nfn f() -> u8 { \"\" }\n");
    let (code, output) = xtask_test(root, "true", &root.join("empty"));
    assert_eq!(closing_line(&output), "0 passed, 1 failed, 0 skipped", "{output}");
    assert_eq!(code, Some(1));
}

#[test]
fn hdf5_tests_run_again_with_the_feature_or_are_skipped_by_file() {
    let folder = small_workspace();
    let root = folder.path();
    write(root, "empty/readme", "");
    let manifest = "[package]\nname = \"voltomo-acquire\"\nversion = \"0.1.0\"\nedition = \
                    \"2024\"\n[features]\nhdf5-c = []\n";
    write(root, "crates/acquire/Cargo.toml", manifest);
    let through_c = "//! Two ways. Knows no Python.\n#[test]\nfn reads_chunks() {}\n#[test]\nfn \
                     reads_through_c() { assert!(!cfg!(feature = \"hdf5-c\")); }\n";
    write(root, "crates/acquire/tests/hdf5_chunks.rs", through_c);
    let (code, output) = xtask_test(root, "true", &root.join("nowhere"));
    let skipped = output.contains("skipped  HDF5 through the C library: hdf5_chunks (");
    let failed = output.contains("failed   HDF5 through the C library: reads_through_c");
    assert!(skipped != failed, "{output}");
    assert_eq!(code, Some(i32::from(failed)), "{output}");
}
