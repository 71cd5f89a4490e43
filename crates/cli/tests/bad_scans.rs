//! Scans that cannot be reconstructed: each is refused, and the file or the key is named.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::fs;

use scans::{ANGLES, Bench, SIZE};

/// Keeps the first bytes of a file.
fn cut(bench: &Bench, name: &str, bytes: usize) {
    let whole = fs::read(bench.path(name)).unwrap();
    fs::write(bench.path(name), &whole[..bytes]).unwrap();
}

#[test]
fn a_scan_that_is_not_there() {
    let said = Bench::empty().reconstruct_half_turn(&[]);
    said.refuses(&["no such file or folder", "`acquire.path`", "/scan)"]);
}

#[test]
fn an_empty_folder() {
    let bench = Bench::empty();
    fs::create_dir(bench.path("scan")).unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["no radiographs", "`acquire.radiographs`"]);
}

#[test]
fn a_truncated_radiograph() {
    let bench = Bench::with_scan();
    cut(&bench, "scan/proj_0010.tif", 150);
    bench.reconstruct_half_turn(&[]).refuses(&["copy it anew", "proj_0010.tif"]);
    assert!(!bench.path("out").exists());
}

#[test]
fn a_truncated_flat_field() {
    let bench = Bench::with_scan();
    cut(&bench, "scan/flat_1.tif", 150);
    bench.reconstruct_half_turn(&[]).refuses(&["copy it anew", "flat_1.tif"]);
}

#[test]
fn an_empty_radiograph() {
    let bench = Bench::with_scan();
    cut(&bench, "scan/proj_0003.tif", 0);
    bench.reconstruct_half_turn(&[]).refuses(&["0 bytes", "proj_0003.tif"]);
}

#[test]
fn a_text_among_the_radiographs() {
    let bench = Bench::with_scan();
    fs::write(bench.path("scan/proj_0003.tif"), "notes of the beam time").unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["not an image", "`notes", "proj_0003.tif"]);
}

#[test]
fn a_radiograph_of_other_numbers() {
    let bench = Bench::with_scan();
    bench.constant("scan/proj_0003.tif", SIZE, 500.0);
    let said = bench.reconstruct_half_turn(&[]);
    said.refuses(&["f32", "expected u16", "`acquire.radiographs`", "proj_0003.tif"]);
}

#[test]
fn flats_of_another_size() {
    let bench = Bench::with_scan();
    bench.counts("scan/flat_2.tif", (4, 30), |_| 1.0);
    let said = bench.reconstruct_half_turn(&[]);
    said.refuses(&["4 × 30", "expected 4 × 32", "`acquire.flats`", "flat_2.tif"]);
}

#[test]
#[cfg(unix)]
fn a_link_to_a_radiograph_that_is_gone() {
    let bench = Bench::with_scan();
    fs::remove_file(bench.path("scan/proj_0010.tif")).unwrap();
    std::os::unix::fs::symlink("gone.tif", bench.path("scan/proj_0010.tif")).unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["a link to nothing", "proj_0010.tif"]);
}

#[test]
#[cfg(unix)]
fn a_link_to_itself() {
    let bench = Bench::empty();
    std::os::unix::fs::symlink("scan", bench.path("scan")).unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["no such file or folder", "/scan)"]);
}

#[test]
fn a_folder_with_spaces_and_signs_is_no_mistake() {
    let bench = Bench::with_scan();
    fs::rename(bench.path("scan"), bench.path("Zelle 3 [µ] 电池")).unwrap();
    let words = ["reconstruct", "Zelle 3 [µ] 电池", "--out", "out"];
    bench.voltomo(&[&words[..], &scans::ANGLE_RANGE].concat()).succeeds();
}

#[test]
fn no_angles() {
    let bench = Bench::with_scan();
    let said = bench.reconstruct(&[]);
    said.refuses(&["no rotation angles", "`acquire.angles`", "START:STOP"]);
    assert!(!bench.path("out").exists());
}

#[test]
fn fewer_angles_than_radiographs() {
    let bench = Bench::with_scan();
    fs::write(bench.path("scan/angles.txt"), "0\n10\n20\n").unwrap();
    let said = bench.reconstruct(&["--set", "acquire.angles=angles.txt"]);
    said.refuses(&["3 angles for 24 radiographs", "angles.txt"]);
}

#[test]
fn every_angle_the_same() {
    let bench = Bench::with_scan();
    fs::write(bench.path("scan/angles.txt"), "10\n".repeat(ANGLES)).unwrap();
    let said = bench.reconstruct(&["--set", "acquire.angles=angles.txt"]);
    said.refuses(&["both at 10 degrees", "proj_0000.tif", "`acquire.repeated_angles"]);
}

#[test]
fn counts_of_an_encoder_for_angles() {
    let bench = Bench::with_scan();
    let counts: String = (0..ANGLES).map(|index| format!("{}\n", 16_777_216 * index)).collect();
    fs::write(bench.path("scan/angles.txt"), counts).unwrap();
    let said = bench.reconstruct(&["--set", "acquire.angles=angles.txt"]);
    said.refuses(&["radiograph 1", "degrees up to 1e6", "`acquire.angles`"]);
}

#[test]
fn an_arc_without_opposite_views() {
    let said = Bench::with_scan().reconstruct(&["--set", "acquire.angles=0:60"]);
    said.refuses(&["57.5 degrees", "half a turn", "`reconstruct.centre_px`"]);
}

#[test]
fn one_radiograph() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "acquire.skip=1:24"]);
    said.refuses(&["1 angles", "expected at least 2", "`acquire.angles`"]);
}

#[test]
fn no_flats() {
    let bench = Bench::with_scan();
    (0..4).for_each(|k| fs::remove_file(bench.path(&format!("scan/flat_{k}.tif"))).unwrap());
    bench.reconstruct_half_turn(&[]).refuses(&["no flat fields", "`acquire.flats`"]);
}

#[test]
fn no_darks() {
    let bench = Bench::with_scan();
    (0..4).for_each(|k| fs::remove_file(bench.path(&format!("scan/dark_{k}.tif"))).unwrap());
    let said = bench.reconstruct_half_turn(&[]);
    said.refuses(&["no dark fields", "`correct.flat_field.without_darks"]);
}

#[test]
fn flats_and_darks_swapped() {
    let bench = Bench::with_scan();
    (0..4).for_each(|k| bench.flat(k, |_| 0.0));
    (0..4).for_each(|k| bench.dark(k, |_| 1.0));
    bench.reconstruct_half_turn(&[]).refuses(&["0 of 128 pixels", "swapped", "flat_0.tif"]);
    assert!(!bench.path("out").exists());
}

#[test]
fn radiographs_of_nothing_but_beam() {
    let bench = Bench::with_scan();
    bench.each_radiograph(|name| bench.counts(name, SIZE, |_| 1.0));
    (0..4).for_each(|k| bench.flat(k, |_| 1.0));
    bench.reconstruct_half_turn(&[]).refuses(&["no sample"]);
}

#[test]
fn radiographs_of_nan() {
    let bench = Bench::with_scan();
    bench.each_radiograph(|name| bench.constant(name, SIZE, f32::NAN));
    bench.reconstruct_half_turn(&[]).refuses(&["hold no number", "`acquire.skip", "proj_0000.tif"]);
}

#[test]
fn a_radiograph_of_one_pixel() {
    let bench = Bench::with_scan();
    bench.each_radiograph(|name| bench.counts(name, (1, 1), |_| 0.5));
    (0..4).for_each(|k| bench.counts(&format!("scan/flat_{k}.tif"), (1, 1), |_| 1.0));
    (0..4).for_each(|k| bench.counts(&format!("scan/dark_{k}.tif"), (1, 1), |_| 0.0));
    bench.reconstruct_half_turn(&[]).refuses(&["no sample", "`reconstruct.centre_px`"]);
}

#[test]
fn a_sinogram_of_zeros_leaves_nothing_that_looks_whole_or_is_in_the_way() {
    let bench = Bench::empty();
    bench.constant("scan.tif", (30, 32), 0.0);
    let told = ["acquire.kind=sinogram", "acquire.angles=0:180", "reconstruct.centre_px=15"];
    let mut words = vec!["reconstruct", "scan.tif", "--out", "out"];
    told.iter().for_each(|setting| words.extend(["--set", setting]));
    for _ in 0..2 {
        bench.voltomo(&words).refuses(&["correct: all values are 0", "voltomo look"]);
        let whole = ["run.json", "progress.json", "3-reconstruct/volume.zarr"];
        whole.iter().for_each(|name| assert!(!bench.path("out").join(name).exists(), "{name}"));
    }
}

#[test]
fn counts_that_are_called_line_integrals() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "acquire.kind=line_integrals"]);
    said.finds(&["FINDING", "line integrals reach", "are they counts?", "`acquire.kind`"]);
}

#[test]
fn an_hdf5_file_that_is_cut_short() {
    let bench = Bench::empty();
    fs::write(bench.path("scan"), b"\x89HDF\r\n\x1a\n\0\0\0\0").unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["/scan)"]);
}

#[test]
fn a_file_that_is_no_scan() {
    let bench = Bench::empty();
    fs::write(bench.path("scan"), "notes of the beam time").unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["begins with `notes", "HDF5", "TIFF", "FITS"]);
}
