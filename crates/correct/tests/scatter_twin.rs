//! The scatter of the simulated instruments comes off again, whatever made it.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod phantom_scan;
mod scatter_scan;

use ndarray::{Array2, Array3, Axis, stack};
use phantom_scan::{correct, references, scan_of, settings};
use scatter_scan::stack as bodies_of;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::{FrameKind, Profile, Twin};
use voltomo_acquire::simulate::material::Library;
use voltomo_types::{BlackBodies, Millimetre, Probe, Radian, Scan, When};

/// The cell is 65 mm high, and the frame shows 20 mm of it.
const KERNEL: &str =
    r#"{"method": "kernel", "kernel": {"distance_mm": 50, "beam_mm": [65.0, 86.0]}}"#;

fn cell() -> Cell {
    let file = CellFile::read("18650-na-1500").unwrap().without_defects();
    Cell::build(&file, &[], &Library::standard()).unwrap()
}

/// TITAN without chance: the middle of a cell at 0.34 mm, with black bodies.
fn titan() -> Profile {
    let mut profile = Profile::titan().without_noise();
    profile.detector.bin = 8;
    profile.detector.region = [480, 960];
    profile.rays.per_pixel = [1, 2];
    profile.screen.afterglow = 0.0;
    let frames = &mut profile.frames;
    (frames.views, frames.open_before, frames.open_after, frames.darks) = (6, 1, 1, 1);
    (frames.black_bodies, frames.black_body_mm, frames.black_body_pitch_mm) = (3, 3.0, 8.0);
    profile
}

fn frames_of(twin: &Twin<'_>, kind: FrameKind) -> (Array3<f32>, Vec<Radian>) {
    let schedule = twin.schedule();
    let jobs: Vec<usize> = (0..schedule.len()).filter(|k| schedule[*k].kind == kind).collect();
    let frames: Vec<Array2<f32>> =
        jobs.iter().map(|k| twin.render(*k..*k + 1)[0].mapv(f32::from)).collect();
    let views: Vec<_> = frames.iter().map(|frame| frame.view()).collect();
    let angles = jobs.iter().map(|k| schedule[*k].angle).collect();
    (stack(Axis(0), &views).unwrap(), angles)
}

fn scan_from(twin: &Twin<'_>, probe: Probe) -> Scan {
    let (radiographs, angles) = frames_of(twin, FrameKind::Radiograph);
    let flats = references(frames_of(twin, FrameKind::OpenBefore).0, When::Before);
    let mut scan = scan_of(radiographs, vec![flats], 0.0);
    scan.darks = vec![references(frames_of(twin, FrameKind::Dark).0, When::Before)];
    scan.angles = Some(angles);
    scan.probe = Some(probe);
    scan.detector.frame = twin.geometry().frame();
    let pixel = twin.profile().detector.pixel_mm;
    scan.detector.pixel = Some(Millimetre(pixel));
    scan
}

/// Mean of the line integrals behind the roll over their truth, less 1.
fn bias(twin: &Twin<'_>, scan: &Scan, json: &str) -> f64 {
    let (_, corrected) = correct(scan, &settings(json)).unwrap();
    let (mut found, mut expected) = (0.0, 0.0);
    for view in 0..corrected.line_integrals.len_of(Axis(0)) {
        let truth = twin.transmission(view).unwrap();
        for (place, t) in truth.indexed_iter().filter(|(_, t)| (0.01..0.35).contains(*t)) {
            found += f64::from(corrected.line_integrals[[view, place.0, place.1]]);
            expected -= f64::from(*t).ln();
        }
    }
    found / expected - 1.0
}

/// How much lower the line integrals come out in the middle half of the roll than beside it, less
/// their truth's own: what would be a cup in the slice.
fn cup(twin: &Twin<'_>, scan: &Scan, json: &str) -> f64 {
    let (_, corrected) = correct(scan, &settings(json)).unwrap();
    let mut sums = [[0.0; 2]; 2];
    for view in 0..corrected.line_integrals.len_of(Axis(0)) {
        let truth = twin.transmission(view).unwrap();
        for (row, line) in truth.outer_iter().enumerate() {
            let is_roll = |column: &usize| (0.01..0.35).contains(&line[*column]);
            let columns: Vec<usize> = (0..line.len()).filter(is_roll).collect();
            for (k, column) in columns.iter().enumerate() {
                let is_outer = 4 * k < columns.len() || 4 * k >= 3 * columns.len();
                let sum = &mut sums[usize::from(is_outer)];
                sum[0] += f64::from(corrected.line_integrals[[view, row, *column]]);
                sum[1] -= f64::from(line[*column]).ln();
            }
        }
    }
    let [inner, outer] = sums.map(|[found, truth]| found / truth);
    outer / inner - 1.0
}

#[test]
fn neutrons_of_a_cell_are_13_percent_low_and_right_with_black_bodies_or_a_kernel() {
    let cell = cell();
    let twin = Twin::new(&cell, &titan(), None, 1).unwrap();
    let mut scan = scan_from(&twin, Probe::Neutron);
    let (sample, angles) = frames_of(&twin, FrameKind::BlackBodySample);
    scan.black_bodies = BlackBodies {
        open: Some(bodies_of(frames_of(&twin, FrameKind::BlackBodyOpen).0, None)),
        sample: Some(bodies_of(sample, Some(angles))),
    };
    let spots = r#""spots": {"method": "none"}"#;
    let without = bias(&twin, &scan, &format!("{{{spots}}}"));
    let with = |scatter: &str| bias(&twin, &scan, &format!(r#"{{{spots}, "scatter": {scatter}}}"#));
    let bodies = with(r#"{"method": "black_bodies", "black_bodies": {"least_area": 9}}"#);
    let kernel = with(KERNEL);
    println!("without {without:.4}, black bodies {bodies:.4}, kernel {kernel:.4}");
    assert!((-0.22..-0.08).contains(&without), "{without}");
    assert!(bodies.abs() < 0.02, "{bodies}");
    assert!(kernel.abs() < 0.05, "{kernel}");
    // A kernel of other numbers than the instrument's.
    for (strength, backlight) in [(0.23, 0.012), (0.33, 0.028)] {
        let mut profile = titan();
        (profile.scatter.strength, profile.scatter.backlight) = (strength, backlight);
        let twin = Twin::new(&cell, &profile, None, 1).unwrap();
        let scan = scan_from(&twin, Probe::Neutron);
        let json = format!(r#"{{{spots}, "scatter": {KERNEL}}}"#);
        let (other, without) = (bias(&twin, &scan, &json), bias(&twin, &scan, "{}"));
        println!("strength {strength}, backlight {backlight}: {without:.4} without, {other:.4}");
        assert!(other.abs() < 0.05 && other.abs() < 0.6 * without.abs(), "{strength} {other}");
    }
}

/// The simulated glare is a Gaussian and its scatter goes with what was lost: neither is the method's.
#[test]
fn xrays_of_a_cell_are_nearer_the_truth_without_their_scatter_and_glare() {
    let cell = cell();
    let mut profile = Profile::imax().without_noise();
    profile.detector.bin = 8;
    profile.rays.per_pixel = [1, 1];
    profile.screen.afterglow = 0.0;
    let frames = &mut profile.frames;
    (frames.views, frames.open_before, frames.open_after, frames.darks) = (3, 1, 1, 1);
    let twin = Twin::new(&cell, &profile, None, 1).unwrap();
    let mut scan = scan_from(&twin, Probe::Xray);
    scan.cone.pixel = Some(Millimetre(profile.detector.pixel_mm));
    let spots = r#""spots": {"method": "none"}"#;
    let kernel = r#""scatter": {"method": "kernel", "kernel": {"distance_mm": 180}}"#;
    let without = bias(&twin, &scan, &format!("{{{spots}}}"));
    let with = bias(&twin, &scan, &format!("{{{spots}, {kernel}}}"));
    let (survey, _) = correct(&scan, &settings(&format!("{{{spots}, {kernel}}}"))).unwrap();
    let figures = survey.figures().scatter.clone().unwrap();
    println!("without {without:.4}, with {with:.4}, {figures:?}");
    assert!(without < -0.08, "{without}");
    assert!(with.abs() < 0.02, "{with} {without}");
    let kernel_figures = figures.kernel.unwrap();
    assert!(kernel_figures.is_glare_fitted, "{kernel_figures:?}");
    assert!((0.07..0.12).contains(&kernel_figures.glare), "{kernel_figures:?}");
    let [before, after] = ["", kernel]
        .map(|kernel| cup(&twin, &scan, &format!("{{{spots}{}{kernel}}}", comma(kernel))));
    println!("outer over inner roll: {before:.4} without, {after:.4} with");
    assert!(before < -0.02 && after.abs() < 0.01, "{before} {after}");
}

fn comma(more: &str) -> &'static str {
    if more.is_empty() { "" } else { ", " }
}
