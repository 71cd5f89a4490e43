//! Attenuations as stored numbers: floating point, or integers between limits. Knows no files.

use ndarray::{ArrayView3, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{NumberType, StoreSettings};

/// What was stored: range and mean before rounding to integers, and voxels outside the limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StoredFigures {
    /// Least attenuation.
    pub least: f32,
    /// Greatest attenuation.
    pub greatest: f32,
    /// Sum of the attenuations.
    pub sum: f64,
    /// Voxels summed.
    pub voxel_count: u64,
    /// Voxels below the lower limit, stored as it.
    pub below_limit: u64,
    /// Voxels above the upper limit, stored as it.
    pub above_limit: u64,
}

impl StoredFigures {
    /// Figures of no voxel; `least` and `greatest` are then 0.
    #[must_use]
    pub fn none() -> Self {
        Self { least: 0.0, greatest: 0.0, sum: 0.0, voxel_count: 0, below_limit: 0, above_limit: 0 }
    }

    /// Mean attenuation; NaN of no voxel.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum / self.voxel_count as f64
    }

    /// What integers between the limits of `settings` have lost.
    #[must_use]
    pub fn findings(&self, settings: &StoreSettings) -> Vec<String> {
        const MOST_OUTSIDE: f64 = 0.01;
        const FEWEST_STEPS: f64 = 16.0;
        let quantiser = Quantiser::new(settings);
        let Some([low, high]) = quantiser.span() else { return vec![] };
        let (least, greatest) = (self.least, self.greatest);
        let mend = format!(
            "the volume reaches from {least} to {greatest}; set `store.limits`, or \
             `store.numbers` to f32"
        );
        let outside = (self.below_limit + self.above_limit) as f64 / self.voxel_count as f64;
        let steps = f64::from(greatest - least) / quantiser.slope();
        let mut findings = vec![];
        if outside > MOST_OUTSIDE {
            let share = outside * 100.0;
            findings.push(format!(
                "{share:.1} % of the voxels are outside {low} to {high} and were cut; {mend}"
            ));
        } else if steps < FEWEST_STEPS {
            findings.push(format!(
                "only {steps:.1} steps of the integers between {low} and {high} are used; {mend}"
            ));
        }
        findings
    }

    /// The figures of both together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self.voxel_count, other.voxel_count) {
            (0, _) => *other,
            (_, 0) => *self,
            _ => Self {
                least: self.least.min(other.least),
                greatest: self.greatest.max(other.greatest),
                sum: self.sum + other.sum,
                voxel_count: self.voxel_count + other.voxel_count,
                below_limit: self.below_limit + other.below_limit,
                above_limit: self.above_limit + other.above_limit,
            },
        }
    }
}

/// The map between attenuations and stored numbers: `attenuation = intercept + slope · number`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantiser {
    numbers: NumberType,
    limits: Option<[f32; 2]>,
}

impl Quantiser {
    pub(super) fn new(settings: &StoreSettings) -> Self {
        Self { numbers: settings.numbers, limits: settings.limits }
    }

    /// Attenuation of one stored unit.
    pub(super) fn slope(&self) -> f64 {
        self.span().map_or(1.0, |[low, high]| (high - low) / self.largest())
    }

    /// Attenuation of the stored number 0.
    pub(super) fn intercept(&self) -> f64 {
        self.span().map_or(0.0, |[low, _]| low)
    }

    /// Range, mean and outsiders of `slab`; summed slice by slice, so that slabs do not matter.
    pub(super) fn figures(&self, slab: ArrayView3<f32>) -> Vec<StoredFigures> {
        let [low, high] = self.limits.unwrap_or([f32::NEG_INFINITY, f32::INFINITY]);
        let slices = slab.axis_iter(Axis(0)).into_par_iter();
        slices
            .map(|slice| {
                let start = StoredFigures {
                    least: f32::INFINITY,
                    greatest: f32::NEG_INFINITY,
                    voxel_count: slice.len() as u64,
                    ..StoredFigures::none()
                };
                slice.rows().into_iter().fold(start, |mut seen, row| {
                    for &value in row {
                        seen.least = seen.least.min(value);
                        seen.greatest = seen.greatest.max(value);
                        seen.sum += f64::from(value);
                        seen.below_limit += u64::from(value < low);
                        seen.above_limit += u64::from(value > high);
                    }
                    seen
                })
            })
            .collect()
    }

    /// Writes `values` into `bytes` as little-endian numbers.
    pub(super) fn encode<'a>(&self, values: impl Iterator<Item = &'a f32>, bytes: &mut [u8]) {
        let cells = bytes.chunks_exact_mut(self.numbers.bytes());
        match self.numbers {
            NumberType::F32 => {
                cells.zip(values).for_each(|(cell, value)| {
                    cell.copy_from_slice(&value.to_le_bytes());
                });
            }
            NumberType::U16 => cells.zip(values).for_each(|(cell, &value)| {
                cell.copy_from_slice(&self.number(value).to_le_bytes());
            }),
            NumberType::U8 => cells.zip(values).for_each(|(cell, &value)| {
                cell[0] = self.number(value).to_le_bytes()[0];
            }),
        }
    }

    /// Stored numbers, without their meaning: what an average of coarser copies is taken of.
    pub(super) fn decode_numbers(&self, bytes: &[u8]) -> Vec<f32> {
        let cells = bytes.chunks_exact(self.numbers.bytes());
        match self.numbers {
            NumberType::F32 => {
                cells.map(|cell| f32::from_le_bytes([cell[0], cell[1], cell[2], cell[3]])).collect()
            }
            NumberType::U16 => {
                cells.map(|cell| f32::from(u16::from_le_bytes([cell[0], cell[1]]))).collect()
            }
            NumberType::U8 => cells.map(|cell| f32::from(cell[0])).collect(),
        }
    }

    /// The attenuation of a stored number.
    pub(super) fn attenuation(&self, number: f32) -> f32 {
        match self.numbers {
            NumberType::F32 => number,
            _ => voltomo_numeric::cast::to_f32(self.intercept() + self.slope() * f64::from(number)),
        }
    }

    /// Averages of stored numbers as bytes again, rounded where they are integers.
    pub(super) fn encode_numbers<'a>(
        &self,
        numbers: impl Iterator<Item = &'a f32>,
        bytes: &mut [u8],
    ) {
        let cells = bytes.chunks_exact_mut(self.numbers.bytes());
        for (cell, number) in cells.zip(numbers) {
            match self.numbers {
                NumberType::F32 => cell.copy_from_slice(&number.to_le_bytes()),
                NumberType::U16 => cell.copy_from_slice(&rounded(f64::from(*number)).to_le_bytes()),
                NumberType::U8 => cell[0] = rounded(f64::from(*number)).to_le_bytes()[0],
            }
        }
    }

    /// The stored integer of an attenuation.
    pub(super) fn number(&self, value: f32) -> u16 {
        let position = (f64::from(value) - self.intercept()) / self.slope();
        rounded(position.clamp(0.0, self.largest()))
    }

    fn span(&self) -> Option<[f64; 2]> {
        self.limits.map(|[low, high]| [f64::from(low), f64::from(high)])
    }

    fn largest(&self) -> f64 {
        match self.numbers {
            NumberType::F32 => 1.0,
            NumberType::U16 => f64::from(u16::MAX),
            NumberType::U8 => f64::from(u8::MAX),
        }
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounding to the nearest integer, saturating at both ends, is what this is for"
)]
fn rounded(number: f64) -> u16 {
    (number + 0.5) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiser(numbers: NumberType, limits: [f32; 2]) -> Quantiser {
        Quantiser { numbers, limits: Some(limits) }
    }

    #[test]
    fn limits_become_0_and_the_largest_integer_and_outsiders_stay_at_them() {
        let map = quantiser(NumberType::U8, [-1.0, 1.55]);
        let mut bytes = [9; 5];
        map.encode([-1.0, 1.55, -7.0, 9.0, 0.0].iter(), &mut bytes);
        assert_eq!(bytes, [0, 255, 0, 255, 100]);
    }

    #[test]
    fn integers_come_back_within_half_a_step() {
        for numbers in [NumberType::U16, NumberType::U8] {
            let map = quantiser(numbers, [0.0, 3.0]);
            let mut bytes = vec![0; numbers.bytes()];
            map.encode([1.2345].iter(), &mut bytes);
            let back = map.attenuation(map.decode_numbers(&bytes)[0]);
            assert!((f64::from(back) - 1.2345).abs() <= map.slope() * 0.5001, "{numbers:?} {back}");
        }
    }

    #[test]
    fn figures_count_what_lies_outside_the_limits() {
        let map = quantiser(NumberType::U16, [0.0, 1.0]);
        let slab = ndarray::arr3(&[[[-0.5_f32, 0.0, 0.5]], [[1.0, 1.5, 2.0]]]);
        let seen =
            map.figures(slab.view()).iter().fold(StoredFigures::none(), |all, it| all.and(it));
        assert_eq!([seen.below_limit, seen.above_limit, seen.voxel_count], [1, 2, 6]);
        assert_eq!((seen.least, seen.greatest, seen.mean()), (-0.5, 2.0, 0.75));
    }
}
