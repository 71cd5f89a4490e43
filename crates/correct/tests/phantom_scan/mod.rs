//! Scans of a known phantom, in memory. Knows no tests.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::sync::Arc;

use ndarray::{Array2, Array3};
use voltomo_acquire::simulate::{Body, Exposure, Phantom, expose, project};
use voltomo_correct::{Block, CorrectError, CorrectSettings, Corrected, Survey, correct_block};
use voltomo_types::{
    Detector, MemoryFrames, Millimetre, ParallelGeometry, PixelFrame, Quantity, Radian,
    ReferenceFrames, RotationAxis, Scan, When,
};

/// Frames of 48 × 64 pixels at 12 angles.
pub(crate) const SHAPE: (usize, usize, usize) = (12, 48, 64);

/// Counts of open beam and dark field.
pub(crate) const BEAM: Exposure = Exposure { open_beam: 20_000.0, dark: 100.0, seed: Some(5) };

/// Two cylinders off the axis, in the middle rows.
pub(crate) fn line_integrals() -> Array3<f32> {
    let (frames, rows, columns) = SHAPE;
    let bodies = vec![
        Body::cylinder([0.0, 0.3, 0.4], 1.2, 1.4, 3.0),
        Body::cylinder([0.0, -0.8, -0.5], 0.5, 1.4, 4.0),
    ];
    let angles = (0..frames).map(|k| Radian::from_degrees(180.0 * k as f64 / frames as f64));
    let geometry = ParallelGeometry {
        angles: angles.collect(),
        axis: RotationAxis { centre: (columns as f64 - 1.0) / 2.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(rows, columns),
        pixel: Some(Millimetre(0.1)),
    };
    project(&Phantom { bodies }, &geometry, 0..rows, 2)
}

/// One reference set that is held in memory.
pub(crate) fn references(frames: Array3<f32>, when: When) -> ReferenceFrames {
    ReferenceFrames { frames: Arc::new(MemoryFrames(frames)), when }
}

/// A scan of these counts with these references.
pub(crate) fn scan_of(counts: Array3<f32>, flats: Vec<ReferenceFrames>, dark: f32) -> Scan {
    let (_, rows, columns) = counts.dim();
    let dark = Array3::from_elem((1, rows, columns), dark);
    Scan {
        radiographs: Arc::new(MemoryFrames(counts)),
        flats,
        darks: vec![references(dark, When::Before)],
        black_bodies: Default::default(),
        angles: None,
        quantity: Quantity::Counts,
        probe: None,
        cone: Default::default(),
        detector: Detector {
            frame: PixelFrame::whole(rows, columns),
            pixel: Some(Millimetre(0.1)),
            saturation: None,
        },
        facts: Vec::new(),
        files: Vec::new(),
    }
}

/// The counts of the phantom, with noise.
pub(crate) fn counts(exposure: Exposure) -> Array3<f32> {
    expose(&line_integrals(), exposure, &[])
}

/// A scan of the phantom with 20 flats before it.
pub(crate) fn scan(counts: Array3<f32>) -> Scan {
    let (_, rows, columns) = SHAPE;
    scan_of(counts, vec![references(BEAM.flats((20, rows, columns)), When::Before)], 100.0)
}

/// The survey and all line integrals.
pub(crate) fn correct(
    scan: &Scan,
    settings: &CorrectSettings,
) -> Result<(Survey, Corrected), CorrectError> {
    let survey = Survey::measure(scan, settings, &|_, _| {})?;
    let shape = survey.shape();
    let block = Block { frames: 0..shape.frames, rows: 0..shape.rows };
    let corrected = correct_block(scan, &survey, settings, block)?;
    Ok((survey, corrected))
}

/// The settings that a recipe's text would give: its table `correct` as JSON.
pub(crate) fn settings(json: &str) -> CorrectSettings {
    serde_json::from_str(json).unwrap()
}

/// Root mean square of the differences.
pub(crate) fn rms(a: &Array3<f32>, b: &Array3<f32>) -> f32 {
    let sum: f32 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (sum / a.len() as f32).sqrt()
}

/// A frame of the stack.
pub(crate) fn frame(stack: &Array3<f32>, index: usize) -> Array2<f32> {
    stack.index_axis(ndarray::Axis(0), index).to_owned()
}
