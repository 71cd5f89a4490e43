//! Simulated scans on disk: what is written is read back, stopped ones go on to the same bits, and
//! the truth lies on the voxels of the reconstruction.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array3, ArrayView3, Axis};
use small_scan::{asked, files, small, titan};
use voltomo_acquire::open;
use voltomo_acquire::simulate::cell::CellFile;
use voltomo_pipeline::store::{StoredVolume, read_slab};
use voltomo_pipeline::{
    Bytes, Recipe, RunOptions, ScanFormat, Silent, SimulateError, SimulateOptions, Watch,
    plan_simulation, run, simulate,
};
use voltomo_types::{Frames, Scan};

fn all(frames: &dyn Frames) -> Array3<f32> {
    let shape = frames.shape();
    let mut counts = Array3::zeros((shape.frames, shape.rows, shape.columns));
    frames.read(0..shape.frames, 0..shape.rows, counts.view_mut()).unwrap();
    counts
}

fn opened(folder: &Path) -> Scan {
    let recipe = Recipe::open(&folder.join("recipe.toml"), &[]).unwrap();
    open(&recipe.acquire, folder).unwrap()
}

#[test]
fn every_format_holds_the_same_counts_angles_and_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let scans = [ScanFormat::Tiff, ScanFormat::Fits, ScanFormat::Nexus].map(|format| {
        let out = folder.path().join(format!("{format:?}"));
        let options = SimulateOptions { format: Some(format), truth: false, ..small(&out) };
        simulate(&options, &Silent::default()).unwrap();
        opened(&out)
    });
    let counts = all(&*scans[0].radiographs);
    assert_eq!(counts.dim(), (6, 48, 40));
    assert!(counts.iter().any(|count| *count > 1000.0));
    for scan in &scans {
        assert!(all(&*scan.radiographs) == counts);
        let degrees = scan.angles.as_ref().unwrap().iter().map(|angle| angle.degrees());
        let wrong = degrees.enumerate().find(|(k, angle)| (angle - 60.0 * *k as f64).abs() > 1e-9);
        assert_eq!(wrong, None);
        let pixel = scan.detector.pixel.unwrap().0;
        assert!((pixel - 0.504).abs() < 1e-6, "{pixel}");
        assert_eq!(scan.probe, scans[0].probe);
        let flats: Vec<_> = scan.flats.iter().map(|set| set.when).collect();
        assert_eq!(flats, scans[0].flats.iter().map(|set| set.when).collect::<Vec<_>>());
        for (set, first) in scan.flats.iter().zip(&scans[0].flats) {
            assert!(all(&*set.frames) == all(&*first.frames));
        }
        assert!(all(&*scan.darks[0].frames) == all(&*scans[0].darks[0].frames));
    }
}

/// A cylindrical cell whose roll is dry on one side, and whose lid is seen above it: no mirror image
/// of it is like it.
fn lopsided(folder: &Path) -> SimulateOptions {
    let text = CellFile::builtin_text("18650-na-1500").unwrap();
    let dry = "[[defect]]\nkind = \"dry_zone\"\nradius_mm = 5.5\nangle_deg = 35.0\n\
               z_mm = 50.0\ndepth_mm = 5.0\narc_mm = 9.0\nheight_mm = 12.0\n";
    let cell = folder.join("lopsided.toml");
    fs::write(&cell, format!("{text}\n{dry}")).unwrap();
    let mut profile = titan();
    profile.frames.views = 40;
    // One ray a row would pass above and below discs that are thinner than a row.
    profile.rays.per_pixel = [4, 2];
    profile.geometry.aim = voltomo_acquire::simulate::instrument::Aim::Top;
    asked(cell.to_str().unwrap(), &profile, &folder.join("scan"))
}

#[test]
fn the_truth_lies_on_the_voxels_of_the_reconstruction() {
    let folder = tempfile::tempdir().unwrap();
    let asked = lopsided(folder.path());
    let out = asked.out.clone();
    let simulated = simulate(&asked, &Silent::default()).unwrap();
    let mut recipe = Recipe::open(&out.join("recipe.toml"), &[]).unwrap();
    let axis = simulated.axis;
    recipe.reconstruct.centre_px = Some(axis.centre);
    recipe.reconstruct.tilt_deg = Some(axis.tilt.degrees());
    let options =
        RunOptions { out: folder.path().join("run"), base: out.clone(), ..Default::default() };
    let record = run(&recipe, &options, &Silent::default()).unwrap();
    for name in ["labels", "mu_neutron", "mu_xray"] {
        let volume = StoredVolume::open(&out.join("truth").join(format!("{name}.zarr"))).unwrap();
        let (found, expected) = (volume.grid(), record.plan.grid);
        assert_eq!(found.shape, expected.shape, "{name}");
        assert!((found.voxel - expected.voxel).abs() < 1e-9, "{name}");
        let apart = (0..3).map(|axis| (found.first[axis] - expected.first[axis]).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-6, "{name}");
    }
    let truth = read_slab(&out.join("truth/mu_neutron.zarr"), 0..48).unwrap();
    let found = read_slab(&options.out.join("3-reconstruct/volume.zarr"), 0..48).unwrap();
    let straight = likeness(&truth.view(), &found);
    assert!(straight > 0.9, "{straight}");
    for axis in 0..3 {
        let mut mirrored = truth.view();
        mirrored.invert_axis(Axis(axis));
        let mirrored = likeness(&mirrored, &found);
        assert!(mirrored < straight - 0.01, "axis {axis}: {mirrored}, {straight} unmirrored");
    }
}

/// The correlation of two volumes.
fn likeness(one: &ArrayView3<'_, f32>, other: &Array3<f32>) -> f32 {
    let (a, b) = (one.mean().unwrap(), other.mean().unwrap());
    let sum = |product: &dyn Fn(f32, f32) -> f32| -> f32 {
        one.iter().zip(other).map(|(x, y)| product(x - a, y - b)).sum()
    };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// Few threads, so that a batch is a part of the scan on any machine.
fn on_two_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap().install(work)
}

/// Stops after so many advances.
struct StopAfter(AtomicUsize);

impl Watch for StopAfter {
    fn begin(&self, _step: &str, _total: usize) {}
    fn advance(&self, _done: usize) {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(1);
        self.0.store(left, Ordering::Relaxed);
    }
    fn end(&self) {}
    fn note(&self, _text: &str) {}
    fn warn(&self, _text: &str) {}
    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn a_stopped_simulation_goes_on_to_the_same_files() {
    for format in [ScanFormat::Tiff, ScanFormat::Nexus] {
        let folder = tempfile::tempdir().unwrap();
        let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
        let asked = |out: &Path| SimulateOptions { format: Some(format), ..small(out) };
        simulate(&asked(&whole), &Silent::default()).unwrap();

        // Little memory: thin slabs, so that there is somewhere to stop.
        let memory = Some(least_memory(&asked(&stopped)));
        let asked = |resume| SimulateOptions { memory, resume, ..asked(&stopped) };
        let mut stops = 0;
        // Twice within the frames, then within the slabs of the truth, one slice each.
        let advances = |stops| AtomicUsize::new(if stops < 2 { 1 } else { 40 });
        while let Err(error) =
            on_two_threads(|| simulate(&asked(stops > 0), &StopAfter(advances(stops))))
        {
            assert!(matches!(error, SimulateError::Cancelled { .. }), "{error}");
            assert!(!stopped.join("truth/simulation.json").exists());
            assert!(!stopped.join("recipe.toml").exists());
            assert_eq!(stopped.join("truth/labels.partial.zarr").exists(), stops == 2);
            stops += 1;
            assert!(stops < 10);
        }
        assert_eq!(stops, 3);
        assert_eq!(files(&stopped), files(&whole));
    }
}

/// The least memory in which it still can be done.
fn least_memory(options: &SimulateOptions) -> Bytes {
    let mut memory = Bytes(1);
    while let Err(error) =
        plan_simulation(&SimulateOptions { memory: Some(memory), ..options.clone() })
    {
        let SimulateError::Budget { needed, .. } = error else { panic!("{error}") };
        assert!(needed > memory);
        memory = needed;
    }
    memory
}

#[test]
fn a_scan_that_is_there_is_replaced_only_with_force_and_only_if_it_is_ours() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("scan");
    let first = SimulateOptions { truth: false, ..small(&out) };
    simulate(&first, &Silent::default()).unwrap();
    let before = files(&out);

    let refused = simulate(&first, &Silent::default()).unwrap_err();
    assert!(matches!(refused, SimulateError::OutputExists { .. }), "{refused}");
    assert!(refused.to_string().contains("--force"));
    assert_eq!(files(&out), before);

    let other = SimulateOptions { seed: 2, force: true, ..first.clone() };
    simulate(&other, &Silent::default()).unwrap();
    assert_ne!(files(&out), before);

    fs::remove_dir_all(out.join("truth")).unwrap();
    let refused = simulate(&other, &Silent::default()).unwrap_err();
    assert!(matches!(refused, SimulateError::NotOurs { .. }), "{refused}");
    assert!(out.join("radiographs").is_dir());
}

#[test]
fn a_stopped_simulation_goes_on_only_as_it_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("scan");
    let first = SimulateOptions { truth: false, ..small(&out) };
    let resumed = SimulateOptions { resume: true, ..first.clone() };
    let nothing = simulate(&resumed, &Silent::default()).unwrap_err().to_string();
    assert!(nothing.contains("no progress of a stopped simulation"), "{nothing}");

    let stop = || simulate(&first, &StopAfter(AtomicUsize::new(1)));
    let stopped = on_two_threads(stop).unwrap_err();
    assert!(stopped.to_string().contains("--resume"), "{stopped}");
    let other = SimulateOptions { seed: 7, ..resumed.clone() };
    let refused = simulate(&other, &Silent::default()).unwrap_err().to_string();
    assert!(refused.contains("`seed` = 1, and now it is 7"), "{refused}");
    simulate(&resumed, &Silent::default()).unwrap();
    let whole = simulate(&resumed, &Silent::default()).unwrap_err().to_string();
    assert!(whole.contains("whole already"), "{whole}");
}

#[test]
fn a_cone_beam_has_its_geometry_beside_it_and_the_truth_lies_on_its_voxels() {
    let folder = tempfile::tempdir().unwrap();
    for format in [ScanFormat::Nexus, ScanFormat::Tiff] {
        let out = folder.path().join(format!("{format:?}"));
        let asked = SimulateOptions { format: Some(format), ..small_scan::imax(&out) };
        let simulated = simulate(&asked, &Silent::default()).unwrap();
        let geometry: toml::Table =
            toml::from_str(&fs::read_to_string(out.join("geometry.toml")).unwrap()).unwrap();
        assert_eq!(geometry["source_to_axis_mm"].as_float(), Some(60.0));
        let mut recipe = Recipe::open(&out.join("recipe.toml"), &[]).unwrap();
        recipe.reconstruct.centre_px = Some(simulated.axis.centre);
        let plan = voltomo_pipeline::plan_only(&recipe, &out, None).unwrap();
        let volume = StoredVolume::open(&out.join("truth/mu_xray.zarr")).unwrap();
        assert_eq!(volume.grid().shape, plan.grid.shape);
        assert!((volume.grid().voxel - plan.grid.voxel).abs() < 1e-9);
        let apart = (0..3).map(|axis| (volume.grid().first[axis] - plan.grid.first[axis]).abs());
        assert!(apart.fold(0.0, f64::max) < 0.01 * plan.grid.voxel, "{format:?}");
        let text = fs::read_to_string(out.join("truth/geometry.json")).unwrap();
        let truth: serde_json::Value = serde_json::from_str(&text).unwrap();
        let view = &truth["as_simulated"]["views"][1];
        let source = [0, 1, 2].map(|k| view["source_mm"][k].as_f64().unwrap());
        assert_eq!(view["angle_deg"].as_f64().unwrap().round(), 60.0);
        assert!((source[1].hypot(source[2]) - 60.0).abs() < 0.1, "{source:?}");
        let scan = opened(&out);
        assert_eq!(scan.probe, Some(voltomo_types::Probe::Xray));
        assert!((scan.detector.pixel.unwrap().0 - plan.grid.voxel).abs() < 1e-9);
        assert!(volume.read_slab(0..volume.grid().shape[0]).unwrap().iter().any(|mu| *mu > 5.0));
    }
}

#[test]
fn only_the_truth_knows_where_the_axis_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("scan");
    let simulated = simulate(&small(&out), &Silent::default()).unwrap();
    let text = fs::read_to_string(out.join("truth/geometry.json")).unwrap();
    let geometry: serde_json::Value = serde_json::from_str(&text).unwrap();
    let axis = simulated.axis;
    // 0.37 mm from the middle of 40 columns of 0.504 mm.
    assert!((axis.centre - (19.5 + 0.37 / 0.504)).abs() < 1e-6, "{}", axis.centre);
    assert_eq!(geometry["axis_in_frames"]["centre_px"], axis.centre);
    let angle = geometry["as_simulated"]["angles_deg"][1].as_f64().unwrap();
    assert!((angle - 60.0).abs() < 1e-9, "{angle}");
    assert_eq!(geometry["volumes"]["voxel_mm"], simulated.grid.voxel);
    for name in ["notes.txt", "recipe.toml", "angles.txt"] {
        let text = fs::read_to_string(out.join(name)).unwrap();
        assert!(!text.contains("0.25") && !text.contains("0.37"), "{name}: {text}");
    }
    let unit = |name: &str| {
        let text = fs::read_to_string(out.join(format!("truth/{name}.zarr/zarr.json"))).unwrap();
        let group: serde_json::Value = serde_json::from_str(&text).unwrap();
        group["attributes"]["voltomo"]["attenuation_unit"].clone()
    };
    assert_eq!([unit("labels"), unit("mu_xray")], [serde_json::Value::Null, "1/cm".into()]);
    let materials: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("truth/materials.json")).unwrap())
            .unwrap();
    assert!(materials["materials"].as_array().unwrap().len() > 5);
}

#[test]
fn bad_memory_too_small_for_one_frame_says_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        SimulateOptions { memory: Some(Bytes(1 << 20)), ..small(&folder.path().join("scan")) };
    let error = simulate(&options, &Silent::default()).unwrap_err().to_string();
    assert!(error.contains("1.00 MiB are allowed") && error.contains("--memory"), "{error}");
    assert!(!options.out.exists());
}

#[test]
fn an_open_beam_that_saturates_is_warned_of_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let options = small(&folder.path().join("scan"));
    // Binned pixels are averaged, so that they hold no more than one of them does.
    let mut plan = plan_simulation(&options).unwrap();
    assert!(plan.lines().iter().any(|line| line.starts_with("open beam ")));
    assert_eq!(plan.warnings(), Vec::<String>::new());
    plan.open_beam_counts = [64_000.0, 65_535.0];
    assert!(plan.warnings()[0].contains("saturates the detector"), "{:?}", plan.warnings());
    assert!(plan.warnings()[0].contains("`frames.exposure_s`"));
    plan.open_beam_counts = [30_000.0, 65_535.0];
    assert_eq!(plan.warnings(), Vec::<String>::new());
}

#[test]
fn a_frame_that_was_lost_is_written_again_by_going_on() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, stopped] = ["whole", "stopped"].map(|name| folder.path().join(name));
    let of = |out: &Path| SimulateOptions { truth: false, ..small(out) };
    simulate(&of(&whole), &Silent::default()).unwrap();
    let stop = || simulate(&of(&stopped), &StopAfter(AtomicUsize::new(1)));
    on_two_threads(stop).unwrap_err();
    let frames = files(&stopped).into_keys();
    let lost = frames.filter(|path| path.to_string_lossy().ends_with(".tif")).nth(1).unwrap();
    fs::write(stopped.join(lost), "").unwrap();
    let resumed = SimulateOptions { resume: true, ..of(&stopped) };
    simulate(&resumed, &Silent::default()).unwrap();
    assert_eq!(files(&stopped), files(&whole));
}

#[test]
fn bad_folder_that_another_simulation_writes_into_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("scan");
    fs::create_dir(&out).unwrap();
    let theirs = fs::File::create(out.join("simulate.lock")).unwrap();
    theirs.try_lock().unwrap();
    let error = simulate(&small(&out), &Silent::default()).unwrap_err().to_string();
    assert!(error.contains("another simulation is writing into the folder"), "{error}");
    assert!(!out.join("simulate.progress.json").exists());
}
