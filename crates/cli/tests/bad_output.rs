//! Results that cannot go where they should: nothing of anybody else's is touched.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::{
    fs::{self, OpenOptions},
    process::Command,
};

use scans::{ANGLE_RANGE, Bench};

/// A folder with a finished run in `out`.
fn finished() -> Bench {
    let bench = Bench::with_scan();
    bench.reconstruct_half_turn(&[]).succeeds();
    bench
}

#[test]
fn a_file_where_the_folder_should_be() {
    let bench = Bench::with_scan();
    fs::write(bench.path("out"), "mine").unwrap();
    let said = bench.reconstruct_half_turn(&["--force"]);
    said.refuses(&["this is a file", "another --out", "/out)"]);
    assert!(!said.errors.contains("hash"), "it read before it refused: {}", said.errors);
    assert_eq!(fs::read_to_string(bench.path("out")).unwrap(), "mine");
}

#[test]
fn a_folder_below_a_file() {
    let bench = Bench::with_scan();
    let words = ["correct", "scan", "--out", "scan/proj_0000.tif/out"];
    let said = bench.voltomo(&[&words[..], &ANGLE_RANGE].concat());
    said.refuses(&["this is a file", "scan/proj_0000.tif)"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_device_where_the_folder_should_be() {
    let words = ["reconstruct", "scan", "--out", "/dev/full"];
    let said = Bench::with_scan().voltomo(&[&words[..], &ANGLE_RANGE].concat());
    said.refuses(&["this is a file", "(/dev/full)"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written() {
    let words = ["reconstruct", "scan", "--out", "/proc/voltomo"];
    let said = Bench::with_scan().voltomo(&[&words[..], &ANGLE_RANGE].concat());
    said.refuses(&["cannot make the output folder", "/proc/voltomo"]);
}

#[test]
fn a_folder_with_a_run() {
    let bench = finished();
    let before = fs::read(bench.path("out/run.json")).unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["holds a run already", "--force", "(out)"]);
    assert_eq!(fs::read(bench.path("out/run.json")).unwrap(), before);
    bench.reconstruct_half_turn(&["--force"]).succeeds();
}

#[test]
fn a_run_that_fails_leaves_the_old_one_whole_even_with_force() {
    let bench = finished();
    let before = fs::read(bench.path("out/run.json")).unwrap();
    bench.reconstruct_half_turn(&["--force", "--rows", "2:99"]).refuses(&["`reconstruct.rows`"]);
    assert_eq!(fs::read(bench.path("out/run.json")).unwrap(), before);
    assert!(bench.path("out/3-reconstruct/volume.zarr/zarr.json").exists());
}

#[test]
fn somebody_elses_volume_is_kept_even_with_force() {
    let bench = Bench::with_scan();
    fs::create_dir_all(bench.path("out/3-reconstruct/volume.zarr")).unwrap();
    fs::write(bench.path("out/3-reconstruct/volume.zarr/theirs"), "theirs").unwrap();
    bench.reconstruct_half_turn(&[]).refuses(&["holds a run already"]);
    bench.reconstruct_half_turn(&["--force"]).refuses(&["did not write", "volume.zarr)"]);
    assert!(bench.path("out/3-reconstruct/volume.zarr/theirs").exists());
}

#[test]
fn resume_without_a_run() {
    let bench = Bench::with_scan();
    let said = bench.reconstruct_half_turn(&["--resume"]);
    said.refuses(&["cannot resume", "found no progress", "(out)"]);
    assert!(!said.errors.contains("hash") && !bench.path("out").exists(), "{}", said.errors);
}

#[test]
fn resume_of_a_run_that_is_done() {
    let said = finished().reconstruct_half_turn(&["--resume"]);
    said.refuses(&["cannot resume", "done already", "(out)"]);
}

#[test]
fn resume_and_force_together() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--resume", "--force"]);
    said.refuses(&["'--resume' cannot be used with '--force'"]);
}

#[test]
fn rerun_of_a_folder_without_a_run() {
    let said = Bench::with_scan().voltomo(&["rerun", "scan", "--out", "again"]);
    said.refuses(&["no record of a run", "--out folder", "scan/run.json"]);
}

#[test]
fn rerun_after_a_radiograph_changed() {
    let bench = finished();
    bench.counts("scan/proj_0003.tif", scans::SIZE, |_| 0.7);
    let said = bench.voltomo(&["rerun", "out", "--out", "again"]);
    said.refuses(&["cannot run it again", "has changed since", "proj_0003.tif"]);
    assert!(!bench.path("again").exists());
}

#[test]
fn rerun_of_a_broken_record() {
    let bench = finished();
    fs::write(bench.path("out/run.json"), "{").unwrap();
    let said = bench.voltomo(&["rerun", "out", "--out", "again"]);
    said.refuses(&["the record cannot be read", "out/run.json"]);
}

#[test]
fn integers_without_limits() {
    let said = Bench::with_scan().reconstruct_half_turn(&["--set", "store.numbers=u16"]);
    said.refuses(&["`store.limits`", "found nothing", "[0.0, 2.0]"]);
}

#[test]
fn limits_that_cut_the_whole_volume() {
    let more = ["--set", "store.numbers=u16", "--set", "store.limits=[5,6]"];
    let said = Bench::with_scan().reconstruct_half_turn(&more);
    said.finds(&["FINDING", "100.0 % of the voxels are outside 5 to 6", "`store.limits`"]);
}

#[test]
fn limits_so_wide_that_nothing_is_left() {
    let more = ["--set", "store.numbers=u8", "--set", "store.limits=[-1000,1000]"];
    let said = Bench::with_scan().reconstruct_half_turn(&more);
    said.finds(&["FINDING", "only 0.0 steps of the integers", "`store.limits`"]);
}

#[test]
fn a_picture_in_a_folder_that_is_not_there() {
    let words = ["look", "scan", "--picture", "nowhere/frames.png"];
    Bench::with_scan().voltomo(&words).refuses(&["cannot write this picture", "nowhere"]);
}

#[test]
fn a_slice_that_the_volume_does_not_have() {
    let said = finished().voltomo(&["show", "out", "--slice", "99"]);
    said.refuses(&["a section at z = 99", "expected 0 to 3"]);
    let said = finished().voltomo(&["show", "out", "--section", "x", "--slice", "4000"]);
    said.refuses(&["a section at x = 4000"]);
    for range in ["1:0", "0.2", "a:b", "nan:1"] {
        let said = finished().voltomo(&["show", "out", "--range", range]);
        said.refuses(&[range, "LOW:HIGH"]);
    }
}

#[test]
fn an_upright_section_in_other_colours_and_range_is_another_picture() {
    let bench = finished();
    let drawn = |more: &[&str]| {
        let words = [&["show", "out", "--out", "drawn.png"], more].concat();
        bench.voltomo(&words).succeeds();
        std::fs::read(bench.path("drawn.png")).unwrap()
    };
    let pictures = [
        drawn(&[]),
        drawn(&["--section", "y"]),
        drawn(&["--section", "x"]),
        drawn(&["--range", "-0.5:2"]),
        drawn(&["--colours", "viridis"]),
    ];
    for (k, picture) in pictures.iter().enumerate() {
        assert!(pictures[..k].iter().all(|other| other != picture), "{k}");
    }
}

#[test]
fn a_picture_of_no_volume() {
    let bench = Bench::with_scan();
    std::fs::write(bench.path("notes.txt"), "nothing to be seen").unwrap();
    bench.voltomo(&["show", "notes.txt"]).refuses(&["notes.txt"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_the_standard_output() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let schema = Command::new(env!("CARGO_BIN_EXE_voltomo")).arg("schema").stdout(full).output();
    let schema = schema.unwrap();
    assert_eq!(schema.status.code(), Some(2));
    let text = String::from_utf8_lossy(&schema.stderr).into_owned();
    assert!(text.contains("cannot write to the standard output"), "{text}");
}

/// The first Ctrl-C is enough where nothing is being written: no picture, nothing beside it.
#[test]
#[cfg(unix)]
fn a_rendering_that_is_interrupted_ends_at_once_and_leaves_nothing() {
    use std::io::{BufRead, BufReader};
    let bench = Bench::empty();
    let side = 96;
    let head = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {side} {side} {side}\nElementSpacing = 1 1 1\n\
         ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    );
    let voxels = (0..side * side * side).map(|k| if k % side < 40 { 200 } else { 10 });
    fs::write(bench.path("volume.mha"), head.bytes().chain(voxels).collect::<Vec<u8>>()).unwrap();
    let words = ["render", "volume.mha", "--modality", "xray", "--size", "4000x3000"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_voltomo"))
        .args(words)
        .current_dir(bench.path(""))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    for line in lines {
        said.push(line.unwrap());
        if said.last().is_some_and(|line| line.starts_with("render …")) {
            // The shell's own `kill`: the program of that name is not on every machine.
            let kill = format!("kill -INT {}", child.id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(2), "{said:?}");
    assert!(said.last().unwrap().contains("stopped"), "{said:?}");
    assert!(!bench.path("rendering.png").exists() && !bench.holds_parts());
}
