//! A neutron camera that writes raw frames as TIFF, with the faults that real ones have.
//! Knows no reconstruction.

use std::path::Path;

use ndarray::{Array3, ArrayViewMut2};
use voltomo_acquire::simulate::{Exposure, expose, project};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{FrameShape, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis};

use super::cell;
use crate::{
    error::RunError,
    stack::{Stack, StackSettings},
    store::NumberType,
    watch::Watch,
};

/// Radiographs over a whole turn.
pub(crate) const ANGLES: usize = 360;
/// Edge of a camera pixel.
pub(crate) const PIXEL_MM: f64 = 0.084;
const ROWS: usize = 224;
const COLUMNS: usize = 256;
/// Radiographs made at a time.
const BATCH: usize = 30;
const DEAD_COLUMN: usize = 201;
const SPOTS_A_FRAME: usize = 12;
const REFERENCE_FRAMES: usize = 8;
const EXPOSURE: Exposure = Exposure { open_beam: 20_000.0, dark: 300.0, seed: Some(18_650) };

/// The true axis: off the middle, and tilted.
pub(crate) fn axis() -> RotationAxis {
    RotationAxis { centre: 131.4, tilt: Radian::from_degrees(0.35) }
}

/// Writes radiographs, flats before and after, and darks as 16-bit TIFF images.
pub(crate) fn write(folder: &Path, watch: &dyn Watch) -> Result<(), RunError> {
    let phantom = cell::phantom();
    let mut stack = stack(folder, "radiographs", ANGLES)?;
    for first in (0..ANGLES).step_by(BATCH) {
        let count = BATCH.min(ANGLES - first);
        let geometry = geometry(first, count);
        let line_integrals = project(&phantom, &geometry, 0..ROWS, 2);
        let dose: Vec<f64> = (first..first + count).map(dose).collect();
        let exposure = Exposure { seed: Some(18_650 + first as u64), ..EXPOSURE };
        let mut counts = expose(&line_integrals, exposure, &dose);
        for (index, mut frame) in counts.outer_iter_mut().enumerate() {
            spoil(&mut frame, first + index);
        }
        stack.push(counts.view())?;
        watch.advance(first + count);
    }
    stack.finish(false)?;
    for (name, index) in [("flats_before", 0), ("flats_after", ANGLES)] {
        let exposure = Exposure { open_beam: EXPOSURE.open_beam * dose(index), ..EXPOSURE };
        references(folder, name, exposure.flats((REFERENCE_FRAMES, ROWS, COLUMNS)))?;
    }
    let dark = EXPOSURE.dark((ROWS, COLUMNS));
    let dark = Array3::from_shape_fn((REFERENCE_FRAMES, ROWS, COLUMNS), |(_, y, x)| dark[[y, x]]);
    references(folder, "darks", dark)
}

fn geometry(first: usize, count: usize) -> ParallelGeometry {
    let angle = |index: usize| Radian::from_degrees(index as f64 * 360.0 / ANGLES as f64);
    ParallelGeometry {
        angles: (first..first + count).map(angle).collect(),
        axis: axis(),
        frame: PixelFrame::whole(ROWS, COLUMNS),
        pixel: Some(Millimetre(PIXEL_MM)),
    }
}

/// The reactor's power drifts by 4 % over the scan and swings a little.
fn dose(index: usize) -> f64 {
    let part = index as f64 / ANGLES as f64;
    1.0 - 0.04 * part + 0.01 * (part * 40.0).sin()
}

/// Gamma spots at places that only the frame's number decides, and a column that is dead.
fn spoil(frame: &mut ArrayViewMut2<'_, f32>, index: usize) {
    for spot in 0..SPOTS_A_FRAME {
        let place = ((index * SPOTS_A_FRAME + spot) as f64 * 0.618_033_988_75).fract();
        let pixel = to_index(place * (ROWS * COLUMNS) as f64);
        let height = 3000.0 + 30_000.0 * (place * 97.0).fract();
        let value = &mut frame[[pixel / COLUMNS, pixel % COLUMNS]];
        *value = (*value + to_f32(height)).min(65_535.0);
    }
    finish(frame);
}

/// What every frame has: the shading of the open beam, the dead column, whole counts.
fn finish(frame: &mut ArrayViewMut2<'_, f32>) {
    for ((row, column), value) in frame.indexed_iter_mut() {
        let across = (column as f64 - 120.0) / 256.0;
        let down = (row as f64 - 100.0) / 224.0;
        let shade = to_f32(1.0 - 0.5 * (across * across + down * down));
        let dark = to_f32(EXPOSURE.dark);
        *value = (dark + (*value - dark) * shade).round();
        if column == DEAD_COLUMN {
            *value = 0.0;
        }
    }
}

fn references(folder: &Path, name: &'static str, mut frames: Array3<f32>) -> Result<(), RunError> {
    frames.outer_iter_mut().for_each(|mut frame| finish(&mut frame));
    let mut stack = stack(folder, name, REFERENCE_FRAMES)?;
    stack.push(frames.view())?;
    stack.finish(false)?;
    Ok(())
}

fn stack(folder: &Path, name: &'static str, frames: usize) -> Result<Stack, RunError> {
    Stack::create(&StackSettings {
        folder: folder.into(),
        name,
        shape: FrameShape { frames, rows: ROWS, columns: COLUMNS },
        pixel: Some(Millimetre(PIXEL_MM)),
        numbers: NumberType::U16,
    })
}
