//! Which voxels are metal, by their attenuation. Knows no materials.

use ndarray::{ArrayView3, ArrayViewMut3, Zip};
use serde::Serialize;
use voltomo_numeric::cast::{to_f32, to_index};

/// Bins of a histogram.
const BINS: usize = 256;
/// Share of the brightest voxels that a histogram ends at.
const BRIGHTEST: f64 = 1e-4;

/// Attenuation of what a volume holds: air, what is not metal, metal. In the volume's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetalLevels {
    /// Mean of the voxels between air and metal.
    pub other: f64,
    /// Mean of the voxels of metal.
    pub metal: f64,
    /// Below this it is air.
    pub other_above: f64,
    /// Above this it is metal.
    pub metal_above: f64,
}

impl MetalLevels {
    /// Divides a volume `[z, y, x]` into air, other material and metal, so that the variance
    /// within the three is least, and puts the limits half way between their means; `metal_above`,
    /// where it is told, is kept.
    ///
    /// `None` where the volume does not hold three kinds of voxels, or nothing above a told limit.
    /// Source: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
    #[must_use]
    pub fn of(volume: ArrayView3<'_, f32>, metal_above: Option<f64>) -> Option<Self> {
        let histogram = Histogram::of(volume)?;
        let told = metal_above.map(|above| to_index(above / histogram.width));
        if told.is_some_and(|bin| bin >= BINS) {
            return None;
        }
        let limits = match told {
            Some(second) => (1..second).map(|first| [first, second]).collect::<Vec<_>>(),
            None => {
                let pairs = |first| (first + 1..BINS).map(move |second| [first, second]);
                (1..BINS - 1).flat_map(pairs).collect()
            }
        };
        let mut best: Option<(f64, [usize; 2])> = None;
        for limit in limits {
            let between = histogram.between(limit);
            if between.is_some() && best.is_none_or(|(most, _)| between > Some(most)) {
                best = between.map(|between| (between, limit));
            }
        }
        let (_, [first, second]) = best?;
        let (other, metal) = (histogram.mean(first..second)?, histogram.mean(second..BINS)?);
        // An edge lies where a blurred picture is half way.
        let metal_above = metal_above.unwrap_or(0.5 * (other + metal));
        Some(Self { other, metal, other_above: 0.5 * other, metal_above })
    }

    /// Turns attenuations into shares of metal, in place: 0 below the limit, 1 above it, and
    /// between them a slope, since the voxels of an edge hold both.
    pub fn shares(&self, volume: ArrayViewMut3<'_, f32>) {
        let half = to_f32(0.25 * (self.metal - self.other));
        let from = to_f32(self.metal_above) - half;
        Zip::from(volume).par_for_each(|value| {
            *value = ((*value - from) / (2.0 * half)).clamp(0.0, 1.0);
        });
    }
}

/// How many voxels have which attenuation, from zero on.
struct Histogram {
    counts: Vec<u64>,
    width: f64,
}

impl Histogram {
    fn of(volume: ArrayView3<'_, f32>) -> Option<Self> {
        let largest = volume.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max);
        let mut histogram = Self::up_to(volume, f64::from(largest))?;
        // A few bright voxels would leave no bins for all others.
        let allowed = (BRIGHTEST * volume.len() as f64).ceil();
        for _ in 0..8 {
            let mut above = 0.0;
            let counts = histogram.counts.iter().enumerate().rev();
            let last = counts.map(|(bin, count)| (bin, *count)).find(|(_, count)| {
                above += *count as f64;
                above > allowed
            });
            let bin = last.map_or(BINS - 1, |(bin, _)| bin);
            if bin >= BINS / 2 {
                break;
            }
            let end = (bin + 1) as f64 * histogram.width;
            histogram = Self::up_to(volume, end)?;
        }
        Some(histogram)
    }

    /// What lies beyond the end counts as lying at the end.
    fn up_to(volume: ArrayView3<'_, f32>, end: f64) -> Option<Self> {
        if end <= 0.0 {
            return None;
        }
        let width = end / BINS as f64;
        let mut counts = vec![0; BINS];
        for value in volume.iter().filter(|value| value.is_finite()) {
            counts[to_index(f64::from(*value).max(0.0) / width).min(BINS - 1)] += 1;
        }
        Some(Self { counts, width })
    }

    fn moments(&self, bins: std::ops::Range<usize>) -> (f64, f64) {
        let part = self.counts[bins.clone()].iter().zip(bins);
        part.fold((0.0, 0.0), |(count, sum), (these, bin)| {
            let these = *these as f64;
            (count + these, sum + these * (bin as f64 + 0.5))
        })
    }

    fn mean(&self, bins: std::ops::Range<usize>) -> Option<f64> {
        let (count, sum) = self.moments(bins);
        (count > 0.0).then(|| sum / count * self.width)
    }

    /// Variance between the three classes; `None` where one is empty.
    fn between(&self, [first, second]: [usize; 2]) -> Option<f64> {
        let mut sum = 0.0;
        for bins in [0..first, first..second, second..BINS] {
            let (count, total) = self.moments(bins);
            if count == 0.0 {
                return None;
            }
            sum += total * total / count;
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    /// Air, a roll of 1, a wall of 9, with some noise.
    fn can() -> Array3<f32> {
        Array3::from_shape_fn((4, 60, 60), |(z, y, x)| {
            let away = (y as f64 - 29.5).hypot(x as f64 - 29.5);
            let noise = 0.1 * ((z * 31 + y * 17 + x * 7) % 11) as f64 / 5.0 - 0.1;
            to_f32(
                noise
                    + if away < 24.0 {
                        1.0
                    } else if away < 26.0 {
                        9.0
                    } else {
                        0.0
                    },
            )
        })
    }

    #[test]
    fn a_wall_is_told_from_the_roll_and_the_air() {
        let levels = MetalLevels::of(can().view(), None).unwrap();
        assert!((levels.metal - 9.0).abs() < 0.2 && (levels.other - 1.0).abs() < 0.2, "{levels:?}");
        assert!((2.0..8.0).contains(&levels.metal_above), "{levels:?}");
        let mut shares = can();
        MetalLevels { metal_above: 5.0, ..levels }.shares(shares.view_mut());
        assert_eq!((shares[[0, 29, 29]], shares[[0, 29, 4]], shares[[0, 0, 0]]), (0.0, 1.0, 0.0));
        let told = MetalLevels::of(can().view(), Some(3.0)).unwrap();
        assert_eq!(told.metal_above, 3.0);
    }

    #[test]
    fn bad_volumes_hold_no_metal() {
        assert_eq!(MetalLevels::of(Array3::zeros((2, 8, 8)).view(), None), None);
        assert_eq!(MetalLevels::of(can().view(), Some(50.0)), None);
    }
}
