//! `voltomo simulate` and `voltomo material`: what they print, what they refuse, and a killed
//! simulation that goes on to the same files.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod scans;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use scans::Bench;

/// TITAN with few, large pixels.
fn small_titan() -> String {
    let text = include_str!("../../../instruments/titan.toml");
    let text = text.split("[preset.").next().unwrap();
    let keys = [
        ("bin = 1", "bin = 12"),
        ("region = [0, 0]", "region = [576, 480]"),
        ("per_pixel = [0, 0]", "per_pixel = [1, 2]"),
        ("pinhole = [0, 0]", "pinhole = [1, 1]"),
        ("views = 720", "views = 60"),
    ];
    keys.into_iter().fold(text.to_string(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    })
}

fn bench() -> Bench {
    let bench = Bench::empty();
    fs::write(bench.path("small.toml"), small_titan()).unwrap();
    bench
}

const SMALL: [&str; 4] = ["simulate", "2032-k-li", "--instrument", "small.toml"];

fn words<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SMALL, more].concat()
}

/// Every file below a folder, by its path in it, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().into(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_list_names_cells_and_instruments_with_their_presets() {
    let said = Bench::empty().voltomo(&["simulate", "--list"]);
    said.succeeds();
    for word in ["18650-na-1500", "2032-k-li", "titan", "imax", "demo", "full"] {
        assert!(said.output.contains(word), "{word}: {}", said.output);
    }
}

#[test]
fn a_plan_tells_frames_memory_disk_and_time_and_writes_nothing() {
    let bench = bench();
    let said = bench.voltomo(&words(&["--out", "scan", "--plan"]));
    said.succeeds();
    for word in ["60 radiographs", "10 darks", "memory", "disk", "time", "48 × 40 × 40 voxels"] {
        assert!(said.output.contains(word), "{word}: {}", said.output);
    }
    assert!(!bench.path("scan").exists());
}

#[test]
fn a_simulated_scan_is_looked_at_and_reconstructed_by_its_recipe() {
    let bench = bench();
    let said = bench.voltomo(&words(&["--out", "scan"]));
    said.succeeds();
    assert!(said.errors.contains("60 radiographs"), "the plan comes first: {}", said.errors);
    assert!(said.output.contains("recipe.toml"), "{}", said.output);
    let look = bench.voltomo(&["look", "scan", "--set", "acquire.angles=angles.txt"]);
    look.succeeds();
    for word in ["60", "48", "before", "after"] {
        assert!(look.output.contains(word), "{word}: {}", look.output);
    }
    let plan = bench.voltomo(&["run", "scan/recipe.toml", "--out", "run", "--plan"]);
    plan.succeeds();
    assert!(plan.output.contains("48 × 40 × 40 voxels"), "{}", plan.output);
    bench.voltomo(&words(&["--out", "scan"])).refuses(&["--force", "--resume", "--out"]);
}

#[cfg(unix)]
#[test]
fn a_killed_simulation_goes_on_to_the_same_files() {
    for format in ["tiff", "nexus"] {
        let bench = bench();
        let told = ["--format", format, "--threads", "2"];
        bench.voltomo(&words(&[&told[..], &["--out", "whole"]].concat())).succeeds();
        let killed = words(&[&told[..], &["--out", "killed"]].concat());
        let progress = bench.path("killed/simulate.progress.json");
        let mut child = bench.start(&killed);
        let begun = std::time::Instant::now();
        // Past the darks and open beams, within the radiographs.
        while frames_written(&progress).is_none_or(|frames| frames < 24) {
            assert!(begun.elapsed().as_secs() < 120, "no frames within two minutes");
            assert_eq!(child.try_wait().unwrap(), None, "it ended before it could be killed");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!bench.path("killed/recipe.toml").exists());
        assert!(!bench.path("killed/scan.nxs").exists());
        bench.voltomo(&killed).refuses(&["--resume"]);
        bench.voltomo(&[&killed[..], &["--resume"]].concat()).succeeds();
        let (killed, whole) = (files(&bench.path("killed")), files(&bench.path("whole")));
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&killed), names(&whole));
        let differing: Vec<_> = whole.iter().filter(|(name, it)| killed[*name] != **it).collect();
        assert!(differing.is_empty(), "{:?}", differing.iter().map(|it| it.0).collect::<Vec<_>>());
    }
}

fn frames_written(progress: &Path) -> Option<u64> {
    let text = fs::read_to_string(progress).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    value["frames_written"].as_u64()
}

#[test]
fn a_material_prints_both_curves() {
    let said = Bench::empty().voltomo(&["material", "C3H6", "--density", "0.905"]);
    said.succeeds();
    for word in ["C3H6", "X-rays", "neutrons", "4.5", "0.178"] {
        assert!(said.output.contains(word), "{word}: {}", said.output);
    }
    let said = Bench::empty().voltomo(&["material", "C3H6", "--density", "0.905", "--json"]);
    said.succeeds();
    let report: serde_json::Value = serde_json::from_str(&said.output).unwrap();
    assert_eq!(report["density_g_cm3"], 0.905);
    let bound = ["material", "C3H6", "--density", "0.905", "--json", "--hydrogen", "bound"];
    let bound: serde_json::Value =
        serde_json::from_str(&Bench::empty().voltomo(&bound).output).unwrap();
    let at = |report: &serde_json::Value| report["neutron"][1]["total_per_cm"].as_f64().unwrap();
    assert!(at(&bound) > 1.4 * at(&report), "{} {}", at(&bound), at(&report));
}

#[test]
fn bad_material_words_are_refused() {
    let refuses = |words: &[&str], parts: &[&str]| {
        Bench::empty().voltomo(&[&["material"], words].concat()).refuses(parts);
    };
    refuses(&["C3H6"], &["density", "C3H6"]);
    refuses(&["Xx2O", "--density", "1"], &["Xx"]);
    refuses(&["C3H(6", "--density", "1"], &["C3H(6"]);
    refuses(&["C3H6", "--density", "-1"], &["-1"]);
    refuses(&["cann_steel"], &["can_steel"]);
}

#[test]
fn bad_simulate_without_an_instrument_or_a_cell() {
    Bench::empty().voltomo(&["simulate"]).refuses(&["--instrument", "--out"]);
    let said = Bench::empty().voltomo(&["simulate", "18650-na-1500", "--out", "scan"]);
    said.refuses(&["--instrument"]);
}

#[test]
fn bad_simulate_names_that_do_not_exist() {
    let bench = bench();
    let out = ["--out", "scan"];
    let said = bench
        .voltomo(&[&["simulate", "18650-na-15000", "--instrument", "titan"], &out[..]].concat());
    said.refuses(&["18650-na-15000", "`18650-na-1500`"]);
    let said = bench
        .voltomo(&[&["simulate", "18650-na-1500", "--instrument", "titen"], &out[..]].concat());
    said.refuses(&["titen", "`titan`"]);
    let said = bench.voltomo(&words(&["--preset", "demmo", "--out", "scan"]));
    said.refuses(&["demmo"]);
    assert!(!bench.path("scan").exists());
}

#[test]
fn bad_simulate_into_a_folder_with_somebody_elses_frames() {
    let bench = bench();
    fs::create_dir_all(bench.path("mine/radiographs")).unwrap();
    fs::write(bench.path("mine/radiographs/dear.tif"), "irreplaceable").unwrap();
    let said = bench.voltomo(&words(&["--out", "mine", "--force"]));
    said.refuses(&["`radiographs`", "voltomo did not simulate it"]);
    assert_eq!(fs::read(bench.path("mine/radiographs/dear.tif")).unwrap(), b"irreplaceable");
}

#[test]
fn bad_simulate_resume_of_nothing_and_with_force() {
    let bench = bench();
    bench
        .voltomo(&words(&["--out", "scan", "--resume"]))
        .refuses(&["cannot resume", "no progress"]);
    let said = bench.voltomo(&words(&["--out", "scan", "--resume", "--force"]));
    said.refuses(&["--resume", "--force"]);
}

#[test]
fn bad_simulate_where_a_file_stands() {
    let bench = bench();
    fs::write(bench.path("taken"), "a file").unwrap();
    bench.voltomo(&words(&["--out", "taken"])).refuses(&["this is a file"]);
}

#[test]
fn a_plan_needs_no_folder() {
    let said = bench().voltomo(&words(&["--plan"]));
    said.succeeds();
    assert!(said.output.contains("60 radiographs"), "{}", said.output);
}

#[test]
fn a_plan_warns_of_an_exposure_that_saturates_and_the_recipe_tells_the_largest_count() {
    let bench = bench();
    let said = bench.voltomo(&words(&["--plan"]));
    assert!(!said.output.contains("WARNING"), "{}", said.output);
    let bright = small_titan().replacen("bits = 16", "bits = 12", 1);
    fs::write(bench.path("small.toml"), bright).unwrap();
    let said = bench.voltomo(&words(&["--plan"]));
    said.succeeds();
    for word in ["WARNING: the open beam saturates", "4095", "`frames.exposure_s`"] {
        assert!(said.output.contains(word), "{word}: {}", said.output);
    }
    let said = bench.voltomo(&words(&["--no-truth", "--out", "scan"]));
    assert!(said.errors.contains("WARNING: the open beam saturates"), "{}", said.errors);
    let recipe = fs::read_to_string(bench.path("scan/recipe.toml")).unwrap();
    assert!(recipe.contains("saturation = 4095"), "{recipe}");
    let look = bench.voltomo(&["look", "scan"]);
    assert!(look.output.contains("4095 counts"), "{}", look.output);
}

#[test]
fn built_in_files_are_printed_and_work_as_files() {
    let bench = bench();
    let cell = bench.voltomo(&["simulate", "--show-cell", "18650-na-1500"]);
    cell.succeeds();
    fs::write(bench.path("mine.toml"), &cell.output).unwrap();
    let titan = bench.voltomo(&["simulate", "--show-instrument", "titan"]);
    titan.succeeds();
    fs::write(bench.path("house.toml"), &titan.output).unwrap();
    let words = ["simulate", "mine.toml", "--instrument", "house.toml", "--preset", "demo"];
    bench.voltomo(&[&words[..], &["--no-truth", "--plan"]].concat()).succeeds();
    let near = bench.voltomo(&["simulate", "--show-cell", "18650-na-150"]);
    near.refuses(&["18650-na-1500"]);
    bench.voltomo(&["simulate", "--show-instrument", "titen"]).refuses(&["titan", "imax"]);
}

#[test]
fn the_materials_are_listed() {
    let said = Bench::empty().voltomo(&["material", "--list"]);
    said.succeeds();
    assert!(said.output.contains("can_steel") && said.output.contains("g/cm3"), "{}", said.output);
}

#[test]
fn bad_detector_beyond_the_memory_is_refused_before_it_is_made() {
    let bench = bench();
    let huge = small_titan()
        .replace("rows = 2048", "rows = 60000")
        .replace("columns = 2048", "columns = 60000")
        .replace("bin = 12", "bin = 1")
        .replace("region = [576, 480]", "region = [60000, 60000]");
    fs::write(bench.path("huge.toml"), huge).unwrap();
    for plan in ["--plan", "--no-truth"] {
        let words = ["simulate", "2032-k-li", "--instrument", "huge.toml", "--out", "scan"];
        let said = bench.voltomo(&[&words[..], &["--memory", "2GiB", plan]].concat());
        said.refuses(&["rendering one frame takes", "2.00 GiB are allowed", "detector.region"]);
    }
}

#[test]
fn bad_axis_beside_the_frame_is_told_in_the_instruments_words() {
    let bench = bench();
    let beside = small_titan().replace("axis_offset_mm = 0.37", "axis_offset_mm = 30.0");
    fs::write(bench.path("beside.toml"), beside).unwrap();
    let words = ["simulate", "2032-k-li", "--instrument", "beside.toml", "--plan"];
    let said = bench.voltomo(&words);
    said.refuses(&["the rotation axis is at column", "geometry.axis_offset_mm"]);
    assert!(!said.errors.contains("centre_px"), "{}", said.errors);
}
