//! Corrections of whole radiographs in a run: the volume, what stays on the disk, and what is told.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{MadeScan, Making};
use voltomo_correct::RingMethod;
use voltomo_pipeline::{Override, Recipe, RunOptions, Silent, correct_only, plan_only, run};

fn scan() -> MadeScan {
    let shape = (96, 24, 64);
    let making =
        Making { shape, span: 180.0, axis_off: 1.5, tilt: 0.0, seed: Some(3), float: false };
    making.written(&making.counts())
}

/// The same scan with further settings.
fn with(scan: MadeScan, settings: &[&str]) -> MadeScan {
    let told: Vec<Override> = settings.iter().map(|it| Override::parse(it).unwrap()).collect();
    let text = toml::to_string(&scan.recipe).unwrap();
    MadeScan { recipe: Recipe::read(&text, "test", &told).unwrap(), ..scan }
}

const MEDIAN: [&str; 2] = ["correct.denoise.method=median", "correct.denoise.radius=1"];

#[test]
fn radiographs_are_corrected_whole_whatever_the_slabs() {
    let scan = with(scan(), &MEDIAN);
    let whole = scan.run("whole", None);
    let slabs = scan.run("slabs", Some(scan.budget_for(7)));
    assert_eq!(slabs.plan.slab_slices, 7);
    assert_eq!(scan.volume("whole", &whole), scan.volume("slabs", &slabs));
    assert_eq!(whole.corrections, slabs.corrections);
    let left: Vec<_> = made_scan::bytes_below(&scan.folder.path().join("whole"))
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().contains("partial"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_median_takes_noise_from_the_volume_and_the_plan_tells_of_the_disk() {
    let plain = scan();
    let plan = |scan: &MadeScan| plan_only(&scan.recipe, scan.folder.path(), None).unwrap();
    let before = plan(&plain);
    let rough = plain.run("rough", None);
    let rough = plain.volume("rough", &rough);
    let scan = with(plain, &MEDIAN);
    assert!(plan(&scan).disk.0 >= before.disk.0 + 4 * 96 * 24 * 64);
    let record = scan.run("smooth", None);
    let smooth = scan.volume("smooth", &record);
    let scatter = |volume: &ndarray::Array3<f32>| {
        volume.slice(ndarray::s![8..16, 26..38, 26..38]).mapv(f64::from).std(0.0)
    };
    assert!(scatter(&smooth) < 0.7 * scatter(&rough), "{} {}", scatter(&smooth), scatter(&rough));
}

#[test]
fn going_on_from_written_line_integrals_gives_the_same_volume() {
    let mut scan = with(scan(), &MEDIAN);
    scan.recipe.correct.rings.method = RingMethod::Sorting;
    let straight = scan.run("straight", None);
    let quiet = Silent::default();
    let options = scan.options("corrected");
    correct_only(&scan.recipe, &options, &quiet).unwrap();
    let folder = options.out.join("2-correct");
    let next = Recipe::open(&folder.join("reconstruct.toml"), &[]).unwrap();
    assert_eq!(next.correct.rings.method, RingMethod::Sorting);
    let out = scan.folder.path().join("next");
    let record = run(&next, &RunOptions { out, base: folder, ..RunOptions::default() }, &quiet);
    let (a, b) = (scan.volume("straight", &straight), scan.volume("next", &record.unwrap()));
    assert_eq!(a, b);
}

#[test]
fn going_on_from_written_line_integrals_keeps_the_axis_through_crop_and_binning() {
    let shape = (96, 48, 128);
    let making =
        Making { shape, span: 180.0, axis_off: 2.5, tilt: 0.8, seed: Some(3), float: false };
    let axis = making.axis();
    let told = [
        format!("reconstruct.centre_px={}", axis.centre),
        format!("reconstruct.tilt_deg={}", axis.tilt.degrees()),
        "reconstruct.voxel_px=4.0".into(),
        "acquire.crop_rows=12:40".into(),
        "acquire.crop_columns=8:124".into(),
        "correct.bin=2".into(),
    ];
    let scan = with(making.written(&making.counts()), &told.each_ref().map(String::as_str));
    let straight = scan.run("straight", None);
    let options = scan.options("corrected");
    correct_only(&scan.recipe, &options, &Silent::default()).unwrap();
    let folder = options.out.join("2-correct");
    let next = Recipe::open(&folder.join("reconstruct.toml"), &[]).unwrap();
    let out = scan.folder.path().join("next");
    let options = RunOptions { out, base: folder.clone(), ..RunOptions::default() };
    let record = run(&next, &options, &Silent::default()).unwrap();
    let (a, b) = (scan.volume("straight", &straight), scan.volume("next", &record));
    assert_eq!(a.dim(), b.dim());
    // About a tilted axis slices lie 1e-4 of their height from the middle row off its rows: the images
    // have another middle row, by two.
    let differ = (&a - &b).mapv(|value| value * value).mean().unwrap().sqrt();
    assert!(differ < 1e-3 * a.std(0.0), "{differ}");
    // Images are not written over while they are read.
    let options = RunOptions { force: true, ..scan.options("corrected") };
    let error = correct_only(&next, &RunOptions { base: folder, ..options }, &Silent::default());
    let message = error.unwrap_err().to_string();
    assert!(message.contains("choose another --out"), "{message}");
}

#[test]
fn a_monitor_is_read_from_its_file() {
    let scan = scan();
    let counts: String = (0..96).map(|_| "5000\n").collect();
    std::fs::write(scan.folder.path().join("monitor.txt"), counts).unwrap();
    let scan = with(scan, &["correct.dose.method=monitor", "correct.dose.monitor=monitor.txt"]);
    let record = scan.run("out", None);
    assert_eq!(record.references["dose"]["method"], "monitor");
    std::fs::write(scan.folder.path().join("monitor.txt"), "1\ntwo\n").unwrap();
    let message = |out: &str| {
        run(&scan.recipe, &scan.options(out), &Silent::default()).unwrap_err().to_string()
    };
    let found = message("bad");
    assert!(found.contains("line 2") && found.contains("correct.dose.monitor"), "{found}");
    std::fs::remove_file(scan.folder.path().join("monitor.txt")).unwrap();
    let found = message("none");
    assert!(found.contains("correct.dose.monitor") && found.contains("monitor.txt"), "{found}");
}

#[test]
fn a_radiograph_without_beam_is_numbered_as_it_is_skipped() {
    let making = Making {
        shape: (96, 24, 64),
        span: 180.0,
        axis_off: 1.5,
        tilt: 0.0,
        seed: Some(3),
        float: false,
    };
    let mut counts = making.counts();
    counts.index_axis_mut(ndarray::Axis(0), 40).fill(0.0);
    let scan = with(making.written(&counts), &["acquire.skip=10"]);
    let error = run(&scan.recipe, &scan.options("out"), &Silent::default()).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("`acquire.skip = \"40\"`"), "{message}");
}
