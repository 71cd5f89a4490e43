//! Iterative methods through a whole run: weights from the counts, what the record tells of the
//! iterations, and a stop between two of them.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use made_scan::{MadeScan, Making, PIXEL_MM, write_frames};
use ndarray::Array3;
use voltomo_acquire::simulate::{Body, Exposure, Phantom, expose, project};
use voltomo_pipeline::{
    RunError, RunOptions, RunRecord, Silent, Status, Watch, rerun, run, store::StoredVolume,
};
use voltomo_reconstruct::{Ending, Method};

const MAKING: Making = Making {
    shape: (60, 6, 64),
    span: 180.0,
    axis_off: 0.0,
    tilt: 0.0,
    seed: Some(17),
    float: false,
};
/// Attenuation of the wide cylinder, in 1/cm.
const WIDE: f64 = 3.0;
/// Middle `[y, x]` and radius of the rod in it, in mm; through it hardly a count comes.
const ROD: ([f64; 2], f64) = ([0.3, -0.3], 0.3);

/// A wide cylinder with a rod that lets some ten counts of 1500 through.
fn starved() -> MadeScan {
    let body = |([y, x], radius): ([f64; 2], f64), attenuation| {
        Body::cylinder([0.0, y, x], radius, 1e3, attenuation)
    };
    let bodies = vec![body(([0.0, 0.0], 1.25), WIDE), body(ROD, 70.0)];
    let line_integrals = project(&Phantom { bodies }, &MAKING.geometry(), 0..MAKING.shape.1, 2);
    let exposure = Exposure { open_beam: 1500.0, dark: 100.0, seed: MAKING.seed };
    let (_, rows, columns) = MAKING.shape;
    let folder = tempfile::tempdir().unwrap();
    for (name, frames) in [
        ("radiographs", expose(&line_integrals, exposure, &[])),
        ("flats", exposure.flats((40, rows, columns))),
        ("darks", Array3::from_elem((2, rows, columns), 100.0)),
    ] {
        write_frames(&folder.path().join(name), &frames, false);
    }
    let mut recipe = MAKING.recipe(folder.path());
    recipe.correct.spots.method = voltomo_correct::SpotMethod::None;
    recipe.reconstruct.method = Method::Cgls;
    MadeScan { folder, recipe }
}

/// Root mean square of µ − truth over the wide cylinder, beside the rod, over its µ.
fn error(scan: &MadeScan, out: &str, record: &RunRecord) -> f64 {
    let (volume, grid) = (scan.volume(out, record), record.plan.grid);
    let (mut sum, mut count) = (0.0, 0.0);
    for ((z, y, x), value) in volume.indexed_iter() {
        let [_, y, x] = grid.centre_of([z, y, x]);
        let from_rod = (y - ROD.0[0]).hypot(x - ROD.0[1]);
        if y.hypot(x) < 1.25 - 2.0 * PIXEL_MM && from_rod > ROD.1 + 2.0 * PIXEL_MM {
            sum += (f64::from(*value) / WIDE - 1.0).powi(2);
            count += 1.0;
        }
    }
    f64::sqrt(sum / count)
}

fn settle(scan: &mut MadeScan, method: Method, iterations: usize) {
    scan.recipe.reconstruct.method = method;
    scan.recipe.reconstruct.iterative.iterations = Some(iterations);
}

#[test]
fn weights_from_the_counts_beat_none_and_the_discrepancy_ends_at_the_noise() {
    let mut scan = starved();
    let mut least = f64::INFINITY;
    for iterations in [20, 40] {
        settle(&mut scan, Method::Sirt, iterations);
        let out = format!("plain-{iterations}");
        let record = scan.run(&out, None);
        assert_eq!(record.iterations[0].chi_square, None);
        least = least.min(error(&scan, &out, &record));
    }
    settle(&mut scan, Method::Sirt, 100);
    scan.recipe.reconstruct.iterative.noise_weights = true;
    scan.recipe.reconstruct.iterative.stop_at_discrepancy = Some(1.0);
    let record = scan.run("weighted", None);
    let weighted = error(&scan, "weighted", &record);
    assert!(weighted < 0.5 * least, "{weighted} against {least}");

    let told = &record.iterations[0];
    assert_eq!(told.ended, [(Ending::Discrepancy, 6)].into());
    assert!(told.done < 60 && told.planned == 100 && told.residual.len() == told.done);
    let chi_square = *told.chi_square.as_ref().unwrap().last().unwrap();
    assert!(chi_square <= 1.0 && chi_square > 0.9, "{chi_square}");
    assert!(record.lines(&scan.folder.path().join("weighted")).iter().any(|line| {
        line.contains("iterations") && line.contains("of 100") && line.contains("down to the noise")
    }));
    let picture = scan.folder.path().join("weighted/3-reconstruct/iterations.png");
    assert!(std::fs::metadata(picture).unwrap().len() > 2000);
}

#[test]
fn weights_do_not_depend_on_slabs_and_the_plan_holds_their_memory() {
    let mut scan = starved();
    settle(&mut scan, Method::Cgls, 5);
    let plan = |scan: &MadeScan| {
        let plan = voltomo_pipeline::plan_only(&scan.recipe, scan.folder.path(), None).unwrap();
        let (_, bytes) =
            plan.memory_parts.into_iter().find(|(part, _)| part.contains("reconstr")).unwrap();
        bytes.0
    };
    let plain = plan(&scan);
    scan.recipe.reconstruct.iterative.noise_weights = true;
    let corrected = 4 * 60 * 6 * 64;
    assert!(plan(&scan) >= plain + 2 * corrected, "{} {plain}", plan(&scan));
    let whole = scan.run("whole", None);
    let slabs = scan.run("slabs", Some(scan.budget_for(4)));
    assert_eq!(scan.volume("whole", &whole), scan.volume("slabs", &slabs));
    let slices: Vec<_> = slabs.iterations.iter().map(|slab| slab.slices.clone()).collect();
    assert_eq!(slices, [0..4, 4..6]);
    assert_eq!(
        (slabs.method.plan.name, &slabs.method.plan.why[..]),
        ("cgls", "the recipe names it")
    );
    assert!(slabs.method.giga_updates_per_second > 0.0 && !slabs.method.plan.kernel.is_empty());
}

/// Stops when the reconstruction is so far, in hundredths of a slice.
struct StopsAt {
    advance: usize,
    total: AtomicUsize,
    last: AtomicUsize,
    notes: Mutex<Vec<String>>,
}

impl StopsAt {
    fn new(advance: usize) -> Self {
        let (total, last) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { advance, total, last, notes: Mutex::default() }
    }
}

impl Watch for StopsAt {
    fn begin(&self, step: &str, total: usize) {
        if step.contains("reconstruct") {
            self.total.store(total, Ordering::Relaxed);
        }
    }

    fn advance(&self, done: usize) {
        let total = self.total.load(Ordering::Relaxed);
        if total > 0 {
            assert!(done >= self.last.swap(done, Ordering::Relaxed) && done <= total);
        }
    }

    fn end(&self) {}

    fn note(&self, text: &str) {
        self.notes.lock().unwrap().push(text.into());
    }

    fn warn(&self, _text: &str) {}

    fn is_cancelled(&self) -> bool {
        self.total.load(Ordering::Relaxed) > 0 && self.last.load(Ordering::Relaxed) >= self.advance
    }
}

/// All six slices at once, as one problem or each its own: 600 advances in 10 iterations.
#[test]
fn stopped_between_iterations_the_whole_volume_is_written_as_it_stands_and_says_so() {
    for (method, problems) in [(Method::FistaTv, 1), (Method::Sirt, 6)] {
        let mut scan = starved();
        settle(&mut scan, method, 10);
        let watch = StopsAt::new(180);
        let record = run(&scan.recipe, &scan.options("stopped"), &watch).unwrap();
        assert_eq!(record.status, Status::Stopped);
        let told = &record.iterations[0];
        assert_eq!((told.done, told.planned), (3, 10));
        assert_eq!(told.ended, [(Ending::Cancelled, problems)].into());
        assert!(record.findings.iter().any(|text| text.contains("stopped at iteration 3 of 10")));
        assert!(watch.notes.lock().unwrap().iter().any(|note| note.contains(method.name())));

        let path = scan.folder.path().join("stopped").join(&record.volume.as_ref().unwrap().path);
        let stored = StoredVolume::open(&path).unwrap();
        assert!(stored.provenance()["stopped"].as_str().unwrap().contains("iteration 3 of 10"));
        let again = rerun(&scan.folder.path().join("stopped"), &scan.options("again"), &watch);
        assert!(again.unwrap_err().to_string().contains("stopped at an iteration"));

        settle(&mut scan, method, 3);
        let short = scan.run("short", None);
        assert_eq!(scan.volume("stopped", &record), scan.volume("short", &short));
        assert_eq!(short.status, Status::Done);
        // Three iterations explain little.
        assert!(short.findings.iter().all(|text| text.contains("% of the line integrals")));
    }
}

#[test]
fn stopped_before_the_first_iteration_nothing_is_written() {
    let mut scan = starved();
    settle(&mut scan, Method::FistaTv, 10);
    let error = run(&scan.recipe, &scan.options("out"), &StopsAt::new(0)).unwrap_err();
    assert!(matches!(error, RunError::CancelledEarly { .. }), "{error}");
    assert!(!scan.folder.path().join("out/3-reconstruct/volume.zarr").exists());
}

/// Slices that were stopped are not like those of other slabs: they are left out, and come again.
#[test]
fn stopped_within_a_slab_the_run_goes_on_from_the_slab_before() {
    let mut scan = starved();
    settle(&mut scan, Method::Sirt, 10);
    (scan.recipe.store.chunk, scan.recipe.store.shard) = (4, 4);
    let whole = scan.run("whole", None);
    let memory = Some(scan.budget_for(4));
    let options = RunOptions { memory, ..scan.options("out") };
    match run(&scan.recipe, &options, &StopsAt::new(500)).unwrap_err() {
        RunError::Cancelled { finished, .. } => assert_eq!(finished, 4),
        other => panic!("{other}"),
    }
    let options = RunOptions { resume: true, ..options };
    let record = run(&scan.recipe, &options, &Silent::default()).unwrap();
    assert_eq!(scan.volume("out", &record), scan.volume("whole", &whole));
    assert_eq!((record.status, record.iterations.len()), (Status::Done, 2));
    assert!(record.iterations.iter().all(|slab| slab.done == 10));
}
