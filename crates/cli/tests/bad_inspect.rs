//! Volumes and words that an inspection or a registration cannot use: each is refused by name.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::fs;

use scans::{Bench, Said};

/// A MetaImage of `shape` (x, y, z), each voxel as `value` has it.
fn volume(bench: &Bench, shape: [usize; 3], value: impl Fn([usize; 3]) -> f32) -> String {
    let [nx, ny, nz] = shape;
    let mut bytes = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {nx} {ny} {nz}\nElementSpacing = 0.1 0.1 0.1\n\
         ElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
    )
    .into_bytes();
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                bytes.extend_from_slice(&value([z, y, x]).to_le_bytes());
            }
        }
    }
    fs::write(bench.path("volume.mha"), bytes).unwrap();
    "volume.mha".into()
}

fn inspect(bench: &Bench, volume: &str, more: &[&str]) -> Said {
    let mut words = vec!["inspect", volume, "--cell", "cylindrical", "--modality", "xray"];
    words.extend_from_slice(&["--out", "out"]);
    words.extend_from_slice(more);
    let said = bench.voltomo(&words);
    assert!(!bench.path("out/findings.json").exists(), "findings of a refused inspection");
    said
}

#[test]
fn nothing_there() {
    inspect(&Bench::empty(), "volume.mha", &[]).refuses(&["volume.mha"]);
}

#[test]
fn no_modality() {
    let words = ["inspect", "volume.mha", "--cell", "coin", "--out", "out"];
    Bench::empty().voltomo(&words).refuses(&["--modality"]);
}

#[test]
fn a_voxel_that_is_no_length() {
    for size in ["0", "-1", "nan", "1,2", "a"] {
        let size = format!("--voxel-mm={size}");
        inspect(&Bench::empty(), "volume.mha", &[&size]).refuses(&["voxel-mm", "a length in mm"]);
    }
}

#[test]
fn a_volume_of_one_value() {
    let bench = Bench::empty();
    let path = volume(&bench, [40, 40, 10], |_| 1.0);
    inspect(&bench, &path, &[]).refuses(&["no two finite values that differ"]);
}

#[test]
fn a_volume_of_nothing_that_is_a_number() {
    let bench = Bench::empty();
    let path = volume(&bench, [40, 40, 10], |_| f32::NAN);
    inspect(&bench, &path, &[]).refuses(&["no two finite values that differ"]);
}

#[test]
fn a_volume_that_is_all_noise() {
    let bench = Bench::empty();
    let noise = |[z, y, x]: [usize; 3]| {
        let mixed = (z * 7919 + y * 104_729 + x * 1_299_709).wrapping_mul(2_654_435_761);
        ((mixed >> 16) % 65_536) as f32 / 65_536.0
    };
    let path = volume(&bench, [60, 60, 12], noise);
    inspect(&bench, &path, &[]).refuses(&["no round can"]);
}

#[test]
fn a_file_of_limits_with_a_misspelt_measure() {
    let bench = Bench::empty();
    let path = volume(&bench, [8, 8, 8], |[z, _, _]| z as f32);
    fs::write(bench.path("limits.toml"), "[can_dent]\ndeep = {}\n").unwrap();
    inspect(&bench, &path, &["--limits", "limits.toml"]).refuses(&["can_dent.deep", "depth"]);
}

#[test]
fn less_memory_than_the_volume_takes() {
    let bench = Bench::empty();
    let path = volume(&bench, [40, 40, 40], |[z, _, _]| z as f32);
    inspect(&bench, &path, &["--memory", "100kB"]).refuses(&["the inspection takes", "--memory"]);
}

#[test]
fn the_default_limits_can_be_printed_and_used() {
    let bench = Bench::empty();
    let said = bench.voltomo(&["inspect", "--show-limits"]);
    assert_eq!(said.code, Some(0), "{}", said.errors);
    assert!(said.output.contains("[can_dent]"), "{}", said.output);
}

#[test]
fn two_volumes_without_a_cell_are_not_registered() {
    let bench = Bench::empty();
    let path = volume(&bench, [40, 40, 10], |[z, y, x]| ((z * y * x) % 7) as f32);
    let said = bench.voltomo(&["register", &path, &path, "--out", "out", "--memory", "3GiB"]);
    assert_eq!(said.code, Some(2), "{} {}", said.output, said.errors);
    assert!(!bench.path("out/registration.json").exists());
}

#[test]
fn a_recipe_of_a_cell_without_any_scan() {
    let bench = Bench::empty();
    fs::write(bench.path("cell.toml"), "[cell]\nkind = \"coin\"\n").unwrap();
    let said = bench.voltomo(&["run", "cell.toml", "--out", "out"]);
    said.refuses(&["no scan and no volume", "[neutron], [xray], or both"]);
}

#[test]
fn a_recipe_of_a_cell_with_a_misspelt_key() {
    let bench = Bench::empty();
    let text = "[cell]\nkind = \"coin\"\n[neutron]\nrecipee = \"scan/recipe.toml\"\n";
    fs::write(bench.path("cell.toml"), text).unwrap();
    bench.voltomo(&["run", "cell.toml", "--out", "out"]).refuses(&["recipee", "`recipe`"]);
}
