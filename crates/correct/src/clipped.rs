//! Whether an open beam, or a whole radiograph, is brighter than its detector counts. Mends nothing.

use ndarray::{Array3, Axis, s};
use voltomo_types::{FrameShape, Frames, ReferenceFrames};

use crate::CorrectError;

/// Share of the pixels at the very greatest count from which a detector is held to be saturated.
const SHARE: f64 = 0.01;
/// How many times as many those are as pixels at the next lower count: noise spreads over many.
const PILE: usize = 20;
/// Bits that a converter may have: where all pixels hold its greatest count, no next lower one tells.
const BITS: std::ops::RangeInclusive<i32> = 8..=16;
/// The next lower count lies within this part of the greatest: what is far off is a dead pixel.
const NEAR: f32 = 0.02;

/// What to say of open beams whose counts pile up at one number, the greatest: a detector of 14 bits
/// saturates at 16383, though its files hold 16 bits. One frame of each set is looked at.
///
/// # Errors
/// A frame that cannot be read.
pub(crate) fn warning(sets: &[ReferenceFrames]) -> Result<Option<String>, CorrectError> {
    for set in sets {
        let FrameShape { rows, columns, .. } = set.frames.shape();
        let mut frame = Array3::zeros((1, rows, columns));
        set.frames.read(0..1, 0..rows, frame.view_mut())?;
        if let Some((count, share)) = pile(frame.as_slice().unwrap_or_default()) {
            return Ok(Some(format!(
                "{:.0} % of the pixels of an open beam hold the very same greatest count, {count}: \
                 the detector is saturated, and attenuation comes out too low; expected an exposure \
                 at which the open beam stays below that (more frames instead of brighter ones)",
                100.0 * share
            )));
        }
    }
    Ok(None)
}

/// Frames that are saturated as a whole: more than half of the pixels of their middle row.
///
/// # Errors
/// A frame that cannot be read.
pub(crate) fn saturated(frames: &dyn Frames, saturation: f32) -> Result<Vec<usize>, CorrectError> {
    const TOGETHER: usize = 256;
    let FrameShape { frames: count, rows, columns } = frames.shape();
    let mut lines = Array3::zeros((TOGETHER.min(count), 1, columns));
    let mut found = Vec::new();
    for first in (0..count).step_by(TOGETHER) {
        let last = (first + TOGETHER).min(count);
        let mut part = lines.slice_mut(s![..last - first, .., ..]);
        frames.read(first..last, rows / 2..rows / 2 + 1, part.view_mut())?;
        let full = |line: &ndarray::ArrayView2<'_, f32>| {
            2 * line.iter().filter(|value| **value >= saturation).count() > columns
        };
        let lines = part.axis_iter(Axis(0)).enumerate().filter(|(_, line)| full(line));
        found.extend(lines.map(|(k, _)| first + k));
    }
    Ok(found)
}

/// The greatest count and the share of the pixels that hold it, where they pile up there.
fn pile(counts: &[f32]) -> Option<(f32, f64)> {
    let greatest = |below: f32| {
        let lower = counts.iter().copied().filter(|count| *count < below);
        lower.fold(f32::NEG_INFINITY, f32::max)
    };
    let holding = |count: f32| counts.iter().filter(|it| it.to_bits() == count.to_bits()).count();
    let top = greatest(f32::INFINITY);
    let next = greatest(top);
    let share = holding(top) as f64 / counts.len().max(1) as f64;
    let is_full =
        BITS.map(|bits| 2f32.powi(bits) - 1.0).any(|full| full.to_bits() == top.to_bits());
    let is_pile = next > (1.0 - NEAR) * top && holding(top) >= PILE * holding(next);
    let is_pile = is_pile || is_full;
    (top > 0.0 && share >= SHARE && is_pile).then_some((top, share))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts that spread over 200 numbers about 16,300.
    fn spread(place: usize) -> f32 {
        (16_200 + place * 7919 % 200) as f32
    }

    #[test]
    fn counts_that_pile_up_at_the_greatest_are_clipped() {
        let clipped: Vec<f32> = (0..5000).map(|place| spread(place).min(16_383.0)).collect();
        let (count, share) = pile(&clipped).unwrap();
        assert_eq!(count, 16_383.0);
        assert!((share - 0.085).abs() < 0.01, "{share}");
        assert_eq!(pile(&[16_383.0; 50]), Some((16_383.0, 1.0)));
    }

    #[test]
    fn radiographs_full_of_the_greatest_count_are_named() {
        let frames = Array3::from_shape_fn((300, 5, 9), |(frame, _, column)| {
            if frame == 280 || (frame == 7 && column < 3) { 65_535.0 } else { 900.0 }
        });
        let frames = voltomo_types::MemoryFrames(frames);
        assert_eq!(saturated(&frames, 65_535.0).unwrap(), [280]);
    }

    #[test]
    fn counts_that_spread_and_even_ones_are_not() {
        let noisy: Vec<f32> = (0..5000).map(spread).collect();
        assert_eq!(pile(&noisy), None);
        let mut even = vec![1000.0f32; 5000];
        assert_eq!(pile(&even), None);
        even[7] = 0.0;
        assert_eq!(pile(&even), None);
        assert_eq!(pile(&[]), None);
    }
}
