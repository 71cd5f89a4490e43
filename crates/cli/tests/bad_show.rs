//! Wishes for a picture that cannot be: each is refused by name, and no picture is left.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::fs;

use scans::Bench;

/// A folder with a MetaImage `ramp.mha`; `spacing`: the line that tells how large a voxel is.
fn bench(spacing: &str) -> Bench {
    let bench = Bench::empty();
    let mut bytes = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = 8 8 8\n{spacing}ElementType = MET_FLOAT\n\
         ElementDataFile = LOCAL\n"
    )
    .into_bytes();
    (0..512).for_each(|k| bytes.extend_from_slice(&(k as f32).to_le_bytes()));
    fs::write(bench.path("ramp.mha"), bytes).unwrap();
    bench
}

fn refused(more: &[&str], words: &[&str]) {
    let bench = bench("ElementSpacing = 0.1 0.1 0.1\n");
    fs::write(bench.path("empty.json"), "{}").unwrap();
    let said = bench.voltomo(&[&["show", "ramp.mha", "--out", "drawn.png"], more].concat());
    said.refuses(words);
    assert!(!bench.path("drawn.png").exists() && !bench.holds_parts());
}

#[test]
fn two_ways_to_cut() {
    refused(&["--plane", "0,0,0; 1,0,0", "--angle", "3"], &["cannot be used with"]);
    refused(&["--slice", "3", "--at", "0.2"], &["cannot be used with"]);
    refused(&["--unroll", "0.2", "--section", "y"], &["cannot be used with"]);
}

#[test]
fn a_plane_that_is_none_or_misses() {
    refused(&["--plane", "0,0,0"], &["z,y,x; nz,ny,nx"]);
    refused(&["--plane", "0,0,0; 0,0,0"], &["not all 0"]);
    refused(&["--plane", "9,0,0; 1,0,0"], &["misses the volume", "z 0 to 0.7 mm"]);
    refused(&["--at", "3"], &["misses the volume"]);
    refused(&["--angle", "0", "--axis", "90,0"], &["misses the volume"]);
    refused(&["--unroll", "30"], &["a cylinder misses the volume"]);
    refused(&["--unroll", "2:1"], &["a radius above 0"]);
}

#[test]
fn a_projection_without_depth() {
    refused(&["--slice", "2", "--projection", "max"], &["without depth", "--thickness"]);
    refused(&["--from", "0.1"], &["--projection"]);
    refused(&["--projection", "max", "--from", "0.11", "--to", "0.12"], &["a projection misses"]);
    refused(&["--thickness", "-1"], &["a length in mm, 0 or more"]);
}

#[test]
fn an_axis_that_nothing_turns_about() {
    refused(&["--axis", "0,0"], &["--angle", "--unroll"]);
}

#[test]
fn a_second_volume_that_nobody_laid_on_the_first() {
    refused(&["--fuse", "ramp.mha"], &["without a registration", "--transform"]);
    refused(&["--beside", "gone.mha", "--same-frame"], &["gone.mha"]);
    refused(&["--same-frame"], &["--same-frame", "--beside"]);
    refused(&["--other-range", "0:1"], &["without a second volume"]);
    refused(&["--fuse", "ramp.mha", "--transform", "empty.json"], &["xray_from_neutron"]);
    refused(&["--fuse", "ramp.mha", "--same-frame", "--opacity", "2"], &["a share from 0 to 1"]);
}

#[test]
fn a_transform_that_carries_the_section_out_of_the_other_volume() {
    let bench = bench("ElementSpacing = 0.1 0.1 0.1\n");
    let far = r#"{ "xray_from_neutron": { "matrix": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0]], "shift": [50.0, 0.0, 0.0] } }"#;
    fs::write(bench.path("far.json"), far).unwrap();
    let words = ["show", "ramp.mha", "--fuse", "ramp.mha", "--transform", "far.json"];
    bench.voltomo(&words).refuses(&["misses the second volume"]);
}

#[test]
fn findings_that_are_none() {
    refused(&["--findings", "gone.json"], &["findings.json of `voltomo inspect`", "gone.json"]);
    refused(&["--findings", "empty.json"], &["empty.json"]);
}

#[test]
fn bare_numbers_in_colour() {
    refused(&["--depth", "16", "--colours", "turbo"], &["--depth 8"]);
    refused(&["--depth", "12"], &["expected 8 or 16"]);
}

#[test]
fn an_ending_that_is_no_picture() {
    let bench = bench("ElementSpacing = 0.1 0.1 0.1\n");
    for out in ["a.jpg", "a", "a.svg.gz"] {
        let said = bench.voltomo(&["show", "ramp.mha", "--out", out]);
        said.refuses(&[".png or .svg", out]);
    }
    let said = bench.voltomo(&["show", "ramp.mha", "--out", "a.png", "--format", "svg"]);
    said.refuses(&["--format svg", "a.png"]);
    bench
        .voltomo(&["show", "ramp.mha", "--out", "no/a.png"])
        .refuses(&["cannot write this picture"]);
}

#[test]
fn lengths_in_a_volume_that_does_not_tell_its_voxels() {
    let bench = bench("");
    let at = |more: &[&str]| bench.voltomo(&[&["show", "ramp.mha", "--at", "0.3"], more].concat());
    at(&[]).refuses(&["how large a voxel is", "--voxel-mm"]);
    assert_eq!(at(&["--voxel-mm", "0.1"]).code, Some(0));
    assert_eq!(bench.voltomo(&["show", "ramp.mha", "--slice", "3"]).code, Some(0));
}

#[test]
fn no_volume() {
    let bench = Bench::empty();
    fs::write(bench.path("a.txt"), "nothing").unwrap();
    bench.voltomo(&["show", "a.txt"]).refuses(&["a.txt"]);
    bench.voltomo(&["show", "gone"]).refuses(&["gone"]);
}

#[test]
fn a_voxel_that_is_no_length() {
    refused(&["--voxel-mm", "0"], &["a length in mm"]);
}

/// A pipe that nobody writes to would be waited for without end.
#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file() {
    let bench = bench("ElementSpacing = 0.1 0.1 0.1\n");
    let made = std::process::Command::new("mkfifo").arg(bench.path("pipe.mha")).status();
    assert!(made.unwrap().success());
    let asked: [&[&str]; 6] = [
        &["show", "pipe.mha", "--out", "drawn.png"],
        &["render", "pipe.mha", "--modality", "xray", "--out", "drawn.png"],
        &["export", "pipe.mha", "--out", "copy.nrrd"],
        &["show", "ramp.mha", "--findings", "pipe.mha", "--out", "drawn.png"],
        &["run", "pipe.mha", "--out", "run"],
        &[
            "inspect",
            "ramp.mha",
            "--limits",
            "pipe.mha",
            "--cell",
            "coin",
            "--modality",
            "xray",
            "--out",
            "found",
        ],
    ];
    for arguments in asked {
        bench.voltomo(arguments).refuses(&["pipe.mha"]);
        assert!(!bench.path("drawn.png").exists() && !bench.path("copy.nrrd").exists());
    }
}
