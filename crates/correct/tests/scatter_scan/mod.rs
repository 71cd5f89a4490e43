//! The phantom's scan with a known background, and frames with black bodies. Knows no tests.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::{ops::Range, sync::Arc};

use ndarray::{Array3, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{BlackBodies, BlackBodyFrames, MemoryFrames, Radian, Scan, When};

use crate::phantom_scan::{SHAPE, line_integrals, references, scan_of};

/// Counts of the open beam's quanta that came straight, and of the dark field.
const STRAIGHT: f64 = 20_000.0;
const DARK: f64 = 100.0;

/// Backgrounds as shares of the open beam by row and column, of radiograph k.
#[derive(Clone, Copy)]
pub(crate) struct Background {
    pub(crate) open: fn(f64, f64) -> f64,
    pub(crate) sample: fn(usize, f64, f64) -> f64,
}

pub(crate) fn is_air(line_integral: f32) -> bool {
    line_integral < 1e-4
}

/// Mean of what is found behind the sample less the truth.
pub(crate) fn mean_error(found: &Array3<f32>) -> f32 {
    let truth = line_integrals();
    let behind = found.iter().zip(&truth).filter(|(_, truth)| !is_air(**truth));
    let errors: Vec<f32> = behind.map(|(found, truth)| found - truth).collect();
    errors.iter().sum::<f32>() / errors.len() as f32
}

/// Dots of radius 3 every 16 pixels.
fn passes(y: usize, x: usize) -> f64 {
    let [down, right] = [y % 16, x % 16].map(|place| place as f64 - 8.0);
    if down.hypot(right) <= 3.2 { 0.0 } else { 1.0 }
}

/// `dose·(T·P + s·O) + dark`, with the open beam `O = P + b·O`; black bodies at the angles of some
/// radiographs.
pub(crate) fn with_background(
    background: Background,
    dose: fn(usize) -> f64,
    bodies: &[usize],
) -> Scan {
    let (frames, rows, columns) = SHAPE;
    let truth = line_integrals();
    let open = |y: usize, x: usize| STRAIGHT / (1.0 - (background.open)(y as f64, x as f64));
    let count = |k: usize, y: usize, x: usize, passes: f64| {
        let straight = STRAIGHT * passes * f64::from(-truth[[k, y, x]]).exp();
        let strewn = (background.sample)(k, y as f64, x as f64) * open(y, x);
        to_f32(dose(k) * (straight + strewn) + DARK)
    };
    let radiographs = Array3::from_shape_fn(SHAPE, |(k, y, x)| count(k, y, x, 1.0));
    let flats = Array3::from_shape_fn((4, rows, columns), |(_, y, x)| to_f32(open(y, x) + DARK));
    let mut scan = scan_of(radiographs, vec![references(flats, When::Before)], to_f32(DARK));
    let degrees = |k: usize| Radian::from_degrees(180.0 * k as f64 / frames as f64);
    scan.angles = Some((0..frames).map(degrees).collect());
    if bodies.is_empty() {
        return scan;
    }
    let with_sample = Array3::from_shape_fn((bodies.len(), rows, columns), |(k, y, x)| {
        // The beam had another dose then.
        let frame = bodies[k];
        let count = f64::from(count(frame, y, x, passes(y, x))) - DARK;
        to_f32(0.93 * count + DARK)
    });
    let without = Array3::from_shape_fn((2, rows, columns), |(_, y, x)| {
        let strewn = (background.open)(y as f64, x as f64) * open(y, x);
        to_f32(1.04 * (STRAIGHT * passes(y, x) + strewn) + DARK)
    });
    scan.black_bodies = BlackBodies {
        open: Some(stack(without, None)),
        sample: Some(stack(with_sample, Some(bodies.iter().map(|k| degrees(*k)).collect()))),
    };
    scan
}

pub(crate) fn stack(frames: Array3<f32>, angles: Option<Vec<Radian>>) -> BlackBodyFrames {
    BlackBodyFrames { frames: Arc::new(MemoryFrames(frames)), angles }
}

/// All counts of a scan.
pub(crate) fn counts_of(scan: &Scan) -> Array3<f32> {
    let shape = scan.radiographs.shape();
    let mut counts = Array3::zeros((shape.frames, shape.rows, shape.columns));
    scan.radiographs.read(0..shape.frames, 0..shape.rows, counts.view_mut()).unwrap();
    counts
}

/// The scan with a stop before a corner that is air, in every radiograph.
pub(crate) fn behind_a_stop(mut scan: Scan, rows: Range<usize>, columns: Range<usize>) -> Scan {
    let mut counts = counts_of(&scan);
    for frame in 0..SHAPE.0 {
        // What came straight there is that of the open beam.
        let mut part = counts.slice_mut(s![frame, rows.clone(), columns.clone()]);
        let dose = 1.0 - 0.01 * to_f32(frame as f64);
        part.mapv_inplace(|count| count - dose * to_f32(STRAIGHT));
    }
    scan.radiographs = Arc::new(MemoryFrames(counts));
    scan
}
