//! Air and matter in a volume, from how often each attenuation occurs. Knows no opacities.

use ndarray::ArrayView3;
use voltomo_numeric::cast::to_index;

/// More numbers than about this are sampled.
const SAMPLE: usize = 1 << 19;
/// Levels of the histogram for the threshold.
const LEVELS: usize = 256;

/// What a volume's numbers say about air and matter.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    sorted: Vec<f32>,
    /// Attenuation of air.
    pub(super) air: f64,
    /// Spread of the noise in air, as a standard deviation.
    noise: f64,
    /// Attenuation of the usual matter.
    pub(super) bulk: f64,
}

impl Levels {
    /// Of a sample of the numbers; `None` where none is finite.
    pub(super) fn of(attenuation: ArrayView3<f32>) -> Option<Self> {
        // An odd stride that shares no factor with the usual sides of a volume.
        let stride = (attenuation.len() / SAMPLE) | 1;
        let finite = |value: &f32| value.is_finite();
        let mut sorted: Vec<f32> =
            attenuation.iter().step_by(stride).copied().filter(finite).collect();
        if sorted.is_empty() {
            sorted = attenuation.iter().copied().filter(finite).take(SAMPLE).collect();
        }
        sorted.sort_unstable_by(f32::total_cmp);
        let most = f64::from(*sorted.last()?);
        let Some(mut parted) = Parted::of(&sorted) else {
            // One number everywhere: matter where it is above 0.
            let bulk = if most > 0.0 { most } else { 1.0 };
            return Some(Self { sorted, air: 0.0, noise: 0.0, bulk });
        };
        // Heavy metal beside light matter: what is below the threshold is not all air.
        let below = Parted::of(&sorted[..parted.split]);
        if let Some(below) = below.filter(|below| below.is_apart(&sorted)) {
            parted = below;
        }
        let Parted { air, noise, bulk, .. } = parted;
        Some(Self { sorted, air, noise, bulk })
    }

    /// From which attenuation on something is no air.
    pub(super) fn begin(&self) -> f64 {
        let contrast = self.bulk - self.air;
        let above_noise = self.air + 4.0 * self.noise;
        above_noise.clamp(self.air + 0.3 * contrast, self.air + 0.65 * contrast)
    }

    /// Percentile of the numbers above `begin`.
    pub(super) fn percentile_above(&self, begin: f64, percent: f64) -> f64 {
        let from = self.sorted.partition_point(|value| f64::from(*value) <= begin);
        let above = &self.sorted[from..];
        let rank = to_index(percent / 100.0 * above.len().saturating_sub(1) as f64);
        above.get(rank).map_or(begin, |value| f64::from(*value))
    }
}

/// Numbers in two parts, the lower one taken for air.
#[derive(Debug, Clone, Copy)]
struct Parted {
    /// How many belong to the lower part.
    split: usize,
    air: f64,
    noise: f64,
    bulk: f64,
}

impl Parted {
    /// Rising numbers in two parts; `None` where they are not two.
    fn of(sorted: &[f32]) -> Option<Self> {
        if sorted.first()? >= sorted.last()? {
            return None;
        }
        let threshold = otsu(sorted);
        let split = sorted.partition_point(|value| f64::from(*value) <= threshold);
        let (below, above) = sorted.split_at(split);
        if below.is_empty() || above.is_empty() {
            return None;
        }
        let air = middle(below);
        let lower = below.partition_point(|value| f64::from(*value) < air).max(1);
        let noise = 1.4826 * (air - middle(&below[..lower]));
        Some(Self { split, air, noise, bulk: middle(above) })
    }

    /// Whether the upper part is matter of its own: beyond the noise, and with a peak, which neither
    /// the rims of heavier matter nor noisier air have.
    fn is_apart(&self, sorted: &[f32]) -> bool {
        let contrast = self.bulk - self.air;
        // How many numbers lie about the air's, moved by so many hundredths of the contrast.
        let count = |hundredths: u32| {
            let at = self.air + f64::from(hundredths) / 100.0 * contrast;
            let below = |limit: f64| sorted.partition_point(|value| f64::from(*value) < limit);
            below(at + 0.08 * contrast) - below(at - 0.08 * contrast)
        };
        let highest = (60..=140).step_by(4).max_by_key(|at| count(*at)).unwrap_or(100);
        let valley = (24..=highest).step_by(4).map(count).min().unwrap_or(0);
        // Beyond a quarter more and what chance does.
        let chance = 5.0 * (valley as f64).sqrt();
        contrast > 5.0 * self.noise && count(highest) as f64 > 1.25 * valley as f64 + chance
    }
}

fn middle(sorted: &[f32]) -> f64 {
    f64::from(sorted[sorted.len() / 2])
}

/// The threshold that parts sorted numbers best in two, of those within the percentiles 0.1 and
/// 99.9.
fn otsu(sorted: &[f32]) -> f64 {
    let rank = |percent: f64| to_index(percent / 100.0 * (sorted.len() - 1) as f64);
    let (low, high) = (f64::from(sorted[rank(0.1)]), f64::from(sorted[rank(99.9)]));
    let width = (high - low) / LEVELS as f64;
    let mut counts = vec![0.0; LEVELS];
    for value in sorted {
        let level = (f64::from(*value) - low) / width;
        counts[to_index(level).min(LEVELS - 1)] += 1.0;
    }
    let weighted = |(level, count): (usize, &f64)| level as f64 * count;
    let sum: f64 = counts.iter().enumerate().map(weighted).sum();
    let all = sorted.len() as f64;
    let (mut below, mut below_sum) = (0.0, 0.0);
    let (mut best, mut at) = (-1.0, low);
    for (level, count) in counts.iter().enumerate() {
        below += count;
        below_sum += level as f64 * count;
        let apart = below_sum / below - (sum - below_sum) / (all - below);
        let between = below * (all - below) * apart * apart;
        if between > best {
            (best, at) = (between, low + (level + 1) as f64 * width);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn air_noise_and_matter_are_told_apart() {
        let noise = |at: usize| ((at * 7919) % 1000) as f32 / 1000.0 - 0.5;
        let volume = Array3::from_shape_fn((20, 20, 20), |(z, y, x)| {
            let matter = if x < 8 { 2.0 } else { 0.0 };
            matter + 0.4 * noise(z * 400 + y * 20 + x)
        });
        let levels = Levels::of(volume.view()).unwrap();
        assert!(levels.air.abs() < 0.05 && (levels.bulk - 2.0).abs() < 0.05, "{levels:?}");
        assert!((0.5..0.9).contains(&levels.begin()));
    }

    #[test]
    fn light_matter_is_found_beside_heavy_matter_and_a_rim_is_no_matter() {
        let chance = |at: usize| {
            let mixed = (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            mixed as f32 / (1_u32 << 24) as f32
        };
        let with = |middle: &dyn Fn(f32) -> f32| {
            let volume = Array3::from_shape_fn((30, 30, 30), |(z, y, x)| {
                let index = z * 900 + y * 30 + x;
                let noise = 0.3 * (chance(index) - 0.5);
                noise + if x < 3 { 9.0 } else { middle(chance(index + 1_000_003)) }
            });
            Levels::of(volume.view()).unwrap().bulk
        };
        let matter = with(&|chance| if chance < 0.4 { 1.8 } else { 0.0 });
        assert!((matter - 1.8).abs() < 0.1, "{matter}");
        let rim = with(&|chance| if chance < 0.1 { 90.0 * chance } else { 0.0 });
        assert!(rim > 5.0, "{rim}");
    }

    #[test]
    fn one_number_and_no_number_are_no_trouble() {
        let same = Array3::from_elem((3, 3, 3), 1.5);
        let levels = Levels::of(same.view()).unwrap();
        assert!(levels.begin() < 1.5 && levels.bulk == 1.5);
        assert!(Levels::of(Array3::from_elem((2, 2, 2), f32::NAN).view()).is_none());
    }
}
