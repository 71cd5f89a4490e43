//! Numbers of a few frames: range, mean, saturated, dead and missing pixels. Knows no angles.

use ndarray::{Array3, Zip};
use serde::{Deserialize, Serialize};
use voltomo_types::{Frames, Quantity, Scan};

use crate::AcquireError;

/// Numbers of the frames looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountLook {
    /// Frames looked at.
    pub frames_sampled: usize,
    /// Smallest finite number.
    pub min: Option<f32>,
    /// Largest finite number.
    pub max: Option<f32>,
    /// Mean of the finite numbers.
    pub mean: Option<f64>,
    /// Pixels at or above saturation, over all frames looked at; `None` where it is not known.
    pub saturated: Option<usize>,
    /// Pixels of the detector that give zero (or no finite number) in every frame looked at; for
    /// line integrals, no finite number.
    pub dead: usize,
    /// Numbers that are NaN or infinite, over all frames looked at.
    pub not_finite: usize,
}

/// Counts `sample` frames, evenly spaced from the first to the last.
pub(crate) fn count(
    frames: &dyn Frames,
    sample: usize,
    scan: &Scan,
) -> Result<CountLook, AcquireError> {
    let shape = frames.shape();
    let sample = sample.clamp(1, shape.frames.max(1));
    let (mut sum, mut finite) = (0.0, 0_usize);
    let (mut min, mut max) = (f32::INFINITY, f32::NEG_INFINITY);
    let (mut saturated, mut not_finite) = (0, 0);
    let limit = scan.detector.saturation.unwrap_or(f32::INFINITY);
    let is_counts = scan.quantity == Quantity::Counts;
    let mut held = Array3::<f32>::zeros((1, shape.rows, shape.columns));
    let mut is_dead = Array3::from_elem(held.dim(), true);
    for i in 0..sample.min(shape.frames) {
        let frame = i * (shape.frames - 1) / (sample - 1).max(1);
        frames.read(frame..frame + 1, 0..shape.rows, held.view_mut())?;
        Zip::from(&held).and(&mut is_dead).for_each(|&value, is_dead| {
            *is_dead &= !value.is_finite() || (is_counts && value == 0.0);
            if !value.is_finite() {
                not_finite += 1;
                return;
            }
            (min, max) = (min.min(value), max.max(value));
            sum += f64::from(value);
            finite += 1;
            saturated += usize::from(value >= limit);
        });
    }
    let known = |value: f32| (finite > 0).then_some(value);
    Ok(CountLook {
        frames_sampled: sample.min(shape.frames),
        min: known(min),
        max: known(max),
        mean: (finite > 0).then(|| sum / finite as f64),
        saturated: scan.detector.saturation.map(|_| saturated),
        dead: is_dead.iter().filter(|dead| **dead).count(),
        not_finite,
    })
}

impl CountLook {
    pub(crate) fn lines(&self) -> Vec<String> {
        let range = match (self.min, self.max, self.mean) {
            (Some(min), Some(max), Some(mean)) => format!("  {min} to {max}, mean {mean:.5}"),
            _ => "  no finite number".into(),
        };
        let saturated = match self.saturated {
            Some(count) => format!("{count} saturated"),
            None => "saturation not known (`acquire.saturation`)".into(),
        };
        let defects =
            format!("  {saturated}, {} always 0, {} not finite", self.dead, self.not_finite);
        vec![range, defects]
    }
}
