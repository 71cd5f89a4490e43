//! Words on the command line, and recipes, that cannot be used: each is refused by name.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::fs;

use scans::Bench;

/// Runs a recipe of these bytes on a scan in order.
fn run_recipe(text: &[u8]) -> scans::Said {
    let bench = Bench::with_scan();
    fs::write(bench.path("cell.toml"), text).unwrap();
    let said = bench.voltomo(&["run", "cell.toml", "--out", "out"]);
    assert!(said.code == Some(0) || !bench.path("out").exists(), "an output folder is left behind");
    said
}

#[test]
fn the_scan_of_these_tests_is_no_mistake() {
    let bench = Bench::with_scan();
    bench.reconstruct_half_turn(&[]).succeeds();
    assert!(bench.path("out/3-reconstruct/volume.zarr/zarr.json").exists());
}

#[test]
fn no_words_at_all() {
    let said = Bench::empty().voltomo(&[]);
    assert_eq!(said.code, Some(2));
    assert!(said.errors.contains("Usage"), "{}", said.errors);
}

#[test]
fn a_command_that_does_not_exist() {
    Bench::empty().voltomo(&["reconstrct"]).refuses(&["reconstrct", "'reconstruct'"]);
}

#[test]
fn no_output_folder() {
    Bench::empty().voltomo(&["reconstruct", "scan"]).refuses(&["--out"]);
}

#[test]
fn a_setting_without_a_value() {
    let said = Bench::empty().voltomo(&["look", "scan", "--set", "correct.bin"]);
    said.refuses(&["correct.bin", "KEY=VALUE"]);
}

#[test]
fn a_setting_that_does_not_exist() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "correct.bim=2"]);
    said.refuses(&["`bim`", "the nearest is `bin`", "--set correct.bim=2"]);
}

#[test]
fn a_negative_number_where_none_can_be() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "correct.bin=-1"]);
    said.refuses(&["`correct.bin`", "found `-1`", "a whole number from 0", "--set correct.bin=-1"]);
}

#[test]
fn a_number_larger_than_its_key_holds() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "acquire.turn=70000"]);
    said.refuses(&["`acquire.turn`", "found `70000`", "to 65535"]);
}

#[test]
fn no_threads() {
    Bench::empty().voltomo(&["demo", "--threads", "0"]).refuses(&["'0'", "--threads"]);
}

#[test]
fn more_threads_than_any_machine_can_start() {
    Bench::empty().voltomo(&["demo", "--threads", "65535"]).refuses(&["65535", "1..=1024"]);
}

#[test]
fn memory_that_is_no_size() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--memory", "lots"]);
    said.refuses(&["`lots`", "4GiB"]);
}

#[test]
fn memory_for_less_than_a_slice_is_refused_before_anything_is_read() {
    let bench = Bench::with_scan();
    let said = bench.reconstruct_half_turn(&["--memory", "1KiB"]);
    said.refuses(&["1.00 KiB are allowed", "--memory", "`correct.bin`"]);
    assert!(!said.errors.contains("hash") && !bench.path("out").exists(), "{}", said.errors);
}

#[test]
fn rows_beyond_the_frame_are_refused_before_anything_is_read() {
    let bench = Bench::with_scan();
    let said = bench.reconstruct_half_turn(&["--rows", "2:99"]);
    said.refuses(&["`reconstruct.rows`", "2..99", "there are 4"]);
    assert!(!said.errors.contains("hash") && !bench.path("out").exists(), "{}", said.errors);
}

#[test]
fn a_centre_beside_the_detector() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "reconstruct.centre_px=99"]);
    said.refuses(&["column 99.00", "0 to 31", "`reconstruct.centre_px`"]);
}

#[test]
fn voxels_of_a_millionth_of_a_pixel() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "reconstruct.voxel_px=1e-6"]);
    said.refuses(&["0.000001 detector pixels", "expected 0.0625 to 32", "`reconstruct.voxel_px`"]);
}

#[test]
fn voxels_larger_than_the_frame() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "reconstruct.voxel_px=1e9"]);
    said.refuses(&["1000000000 detector pixels", "expected 0.0625 to 32"]);
}

#[test]
fn a_pixel_size_in_metres_or_worse() {
    for size in ["1e-300", "1e-30", "1e6", "1e300"] {
        let setting = format!("acquire.pixel_mm={size}");
        let said = Bench::with_scan().reconstruct_half_turn(&["--set", &setting]);
        said.refuses(&["`acquire.pixel_mm`", "from 1e-6 (a nanometre) to 100"]);
    }
}

#[test]
fn angles_that_are_no_degrees() {
    let said = Bench::with_scan().reconstruct(&["--set", "acquire.angles=0:1e9"]);
    said.refuses(&["`acquire.angles`", "found 0:1e9", "up to 1e6"]);
}

#[test]
fn a_recipe_that_is_not_there() {
    let said = Bench::empty().voltomo(&["run", "nothing.toml", "--out", "out"]);
    said.refuses(&["the recipe cannot be read", "nothing.toml"]);
}

#[test]
fn a_recipe_that_is_a_folder() {
    let said = Bench::with_scan().voltomo(&["run", "scan", "--out", "out"]);
    said.refuses(&["the recipe cannot be read", "TOML file", "(scan)"]);
}

#[test]
fn a_radiograph_as_recipe() {
    let said = Bench::with_scan().voltomo(&["run", "scan/proj_0000.tif", "--out", "out"]);
    said.refuses(&["scan/proj_0000.tif"]);
}

#[test]
fn an_empty_recipe() {
    run_recipe(b"").refuses(&["`acquire.path`", "found nothing"]);
}

#[test]
fn a_recipe_of_a_million_letters() {
    run_recipe(&vec![b'x'; 1 << 20]).refuses(&["this is no TOML", "cell.toml"]);
}

#[test]
fn a_recipe_in_another_alphabet() {
    run_recipe(b"[acquire]\npath = \"Z\xe4lle\"\n").refuses(&["UTF-8", "cell.toml"]);
}

#[test]
fn a_recipe_with_brackets_without_end() {
    run_recipe("a = ".bytes().chain([b'['; 100_000]).collect::<Vec<_>>().as_slice())
        .refuses(&["cell.toml"]);
}

#[test]
fn a_recipe_from_another_system_is_no_mistake() {
    let text = "\u{feff}[acquire]\r\npath = \"scan\"\r\nangles = \"0:180\"\r\n";
    run_recipe(text.as_bytes()).succeeds();
}

#[test]
fn a_recipe_that_would_replace_an_edited_one() {
    let bench = Bench::with_scan();
    fs::write(bench.path("cell.toml"), "mine").unwrap();
    bench.voltomo(&["recipe", "scan", "--out", "cell.toml"]).refuses(&["--force", "(cell.toml)"]);
    assert_eq!(fs::read_to_string(bench.path("cell.toml")).unwrap(), "mine");
    bench.voltomo(&["recipe", "scan", "--out", "cell.toml", "--force"]).succeeds();
}
