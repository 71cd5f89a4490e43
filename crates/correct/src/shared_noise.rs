//! How far the noise of a pixel is its neighbours' too, told by flat fields. Knows no sample.
//!
//! Two flat fields show the same, so that what differs between them is their noise.

use ndarray::{Array3, s};
use rayon::prelude::*;
use voltomo_numeric::{
    cast::{to_f32, to_index},
    median::median_in_place,
};
use voltomo_types::{FrameShape, NoiseCorrelation, ReferenceFrames};

use crate::{
    CorrectError,
    flat_field::Mixed,
    noise::{DEVIATIONS, spread},
};

/// Pairs of flat fields that are looked at, and pixels of each, about.
const PAIRS: usize = 4;
const PIXELS: usize = 100_000;

/// Fewer pixels tell nothing.
const LEAST_PIXELS: usize = 2000;

/// Pixels apart that are looked at.
const REACH: usize = 12;

/// Edge of the tiles whose mean is taken off: the beam may change between two flat fields.
const TILE: usize = 128;

/// Pixels this many standard deviations off are spots.
const SPOT: f32 = 5.0;

/// A correlation counts where it is this many times its own uncertainty.
const SURE: f64 = 4.0;

/// Counted quanta make at least this part of the variance, or their share cannot be told.
const LEAST_COUNTED: f64 = 0.1;

/// Open beam, dark field and dead pixels of a detector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub(crate) open: Mixed<'a>,
    pub(crate) dark: &'a [f32],
    pub(crate) dead: &'a [bool],
}

/// Correlation of the noise of counted quanta; `None` where pixels share none that shows, or there
/// are no two flat fields to tell it.
///
/// `constant`: variance of a pixel without counts, which is taken for its own. Memory: two flat
/// fields of some rows.
///
/// # Errors
/// Flat fields that cannot be read.
pub(crate) fn measure(
    sets: &[ReferenceFrames],
    pixels: Pixels<'_>,
    constant: f32,
) -> Result<Option<NoiseCorrelation>, CorrectError> {
    let pairs = |set: &ReferenceFrames| set.frames.shape().frames / 2;
    let all: Vec<_> =
        sets.iter().flat_map(|set| (0..pairs(set)).map(move |pair| (set, 2 * pair))).collect();
    let mut lags = Lags::default();
    for pair in spread(all.len(), PAIRS) {
        let (set, first) = all[pair];
        if let Some(noise) = Difference::read(set, first, pixels)? {
            lags.add(&noise);
        }
    }
    Ok(lags.correlation(f64::from(constant)))
}

/// What two flat fields differ by, over the square root of its counts: of variance
/// `slope + constant/counts`.
#[derive(Debug)]
struct Difference {
    columns: usize,
    /// Rows after each other; 0 where no pixel tells.
    noise: Vec<f32>,
    /// 1 where a pixel tells, else 0.
    tells: Vec<f32>,
    /// Mean of 1 over the counts.
    per_count: f64,
}

impl Difference {
    fn read(
        set: &ReferenceFrames,
        first: usize,
        pixels: Pixels<'_>,
    ) -> Result<Option<Self>, CorrectError> {
        let FrameShape { rows, columns, .. } = set.frames.shape();
        let height = (PIXELS / columns.max(1)).clamp(1, rows.max(1));
        let start = (rows - height.min(rows)) / 2;
        let mut pair = Array3::zeros((2, height.min(rows), columns));
        set.frames.read(first..first + 2, start..start + pair.dim().1, pair.view_mut())?;
        let from = start * columns;
        let (one, other) = (pair.slice(s![0, .., ..]), pair.slice(s![1, .., ..]));
        let above = |(k, (one, other)): (usize, (&f32, &f32))| {
            let index = from + k;
            let (open, dark) = (pixels.open.at(index), pixels.dark[index]);
            let is_told = !pixels.dead[index] && one.is_finite() && other.is_finite();
            (is_told && open > 0.0).then_some([one - dark, other - dark, open])
        };
        let values: Vec<_> = one.iter().zip(other.iter()).enumerate().map(above).collect();
        Ok(Self::of(&values, columns))
    }

    /// `values`: two flat fields and the open beam, above the dark field, of each pixel that tells.
    fn of(values: &[Option<[f32; 3]>], columns: usize) -> Option<Self> {
        let count = values.iter().flatten().count();
        let mean = |k: usize| {
            values.iter().flatten().map(|value| f64::from(value[k])).sum::<f64>() / count as f64
        };
        let [one, other, open] = [mean(0), mean(1), mean(2)];
        if count == 0 || !(one > 0.0 && other > 0.0) {
            return None;
        }
        let counts = |pixel: f32| (one + other) / 2.0 * f64::from(pixel) / open;
        let difference = |value: &Option<[f32; 3]>| {
            value.map_or(f32::NAN, |[first, second, pixel]| {
                let apart = f64::from(first) / one - f64::from(second) / other;
                let level = (one + other) / 2.0;
                to_f32(apart * level / (2.0 * counts(pixel)).sqrt())
            })
        };
        let noise: Vec<f32> = values.iter().map(difference).collect();
        let per_count = values.iter().flatten().map(|value| 1.0 / counts(value[2])).sum::<f64>();
        Some(Self::without_spots(noise, columns, per_count / count as f64))
    }

    fn without_spots(mut noise: Vec<f32>, columns: usize, per_count: f64) -> Self {
        let mut distances: Vec<f32> =
            noise.iter().filter(|value| value.is_finite()).map(|value| value.abs()).collect();
        let most = SPOT * DEVIATIONS * median_in_place(&mut distances).unwrap_or(0.0);
        let tells: Vec<f32> =
            noise.iter().map(|value| if value.abs() <= most { 1.0 } else { 0.0 }).collect();
        noise
            .iter_mut()
            .zip(&tells)
            .filter(|(_, tells)| **tells == 0.0)
            .for_each(|(n, _)| *n = 0.0);
        let mut difference = Self { columns, noise, tells, per_count };
        difference.level();
        difference
    }

    fn rows(&self) -> usize {
        self.noise.len() / self.columns.max(1)
    }

    /// Takes the mean of each tile off.
    fn level(&mut self) {
        let (height, width) = (self.rows(), self.columns);
        let tiles = |count: usize| (count / TILE).max(1);
        let (down, across) = (tiles(height), tiles(width));
        for tile in 0..down * across {
            let (y, x) = (tile / across, tile % across);
            let rows = y * height / down..(y + 1) * height / down;
            let columns = x * width / across..(x + 1) * width / across;
            let pixels = rows.flat_map(|y| columns.clone().map(move |x| y * width + x));
            let pixels: Vec<usize> = pixels.collect();
            let sum = |of: &[f32]| pixels.iter().map(|k| f64::from(of[*k])).sum::<f64>();
            let mean = to_f32(sum(&self.noise) / sum(&self.tells).max(1.0));
            pixels.iter().for_each(|k| self.noise[*k] -= mean * self.tells[*k]);
        }
    }

    /// Sum of the products of pixels so far apart, and how many there are.
    fn products(&self, down: usize, right: isize) -> [f64; 2] {
        let step = right.unsigned_abs();
        let (columns, rows) = (self.columns, self.rows());
        if down >= rows || step >= columns {
            return [0.0; 2];
        }
        let width = columns - step;
        let (left, other) = if right < 0 { (step, 0) } else { (0, step) };
        let row = |of: &[f32], y: usize| -> f64 {
            let (a, b) = (y * columns + left, (y + down) * columns + other);
            let pairs = of[a..a + width].iter().zip(&of[b..b + width]);
            f64::from(pairs.map(|(one, other)| one * other).sum::<f32>())
        };
        let sum = |of: &[f32]| (0..rows - down).map(|y| row(of, y)).sum();
        [sum(&self.noise), sum(&self.tells)]
    }
}

/// Sums over all pairs of flat fields.
#[derive(Debug, Default)]
struct Lags {
    /// `[rows apart][columns apart]`: products, and how many.
    sums: Vec<Vec<[f64; 2]>>,
    /// Pixels times the mean of 1 over the counts.
    per_count: f64,
}

impl Lags {
    fn add(&mut self, difference: &Difference) {
        let reach = |count: usize| REACH.min(count.saturating_sub(1) / 4);
        let (down, across) = (reach(difference.rows()), reach(difference.columns));
        self.sums.resize(down + 1, vec![]);
        let rows: Vec<usize> = (0..=down).collect();
        let sums: Vec<Vec<[f64; 2]>> = rows
            .into_par_iter()
            .map(|y| {
                let both = |x: usize| {
                    let x = isize::try_from(x).unwrap_or(0);
                    let [to_right, to_left] = [x, -x].map(|x| difference.products(y, x));
                    [to_right[0] + to_left[0], to_right[1] + to_left[1]]
                };
                (0..=across).map(both).collect()
            })
            .collect();
        self.per_count += difference.per_count * sums[0][0][1];
        for (sum, more) in self.sums.iter_mut().zip(sums) {
            sum.resize(more.len(), [0.0; 2]);
            sum.iter_mut().zip(more).for_each(|(sum, more)| {
                *sum = [sum[0] + more[0], sum[1] + more[1]];
            });
        }
    }

    fn correlation(&self, constant: f64) -> Option<NoiseCorrelation> {
        // A pixel with itself was counted to the right and to the left.
        let [squares, pixels] = *self.sums.first()?.first()?;
        if to_index(pixels / 2.0) < LEAST_PIXELS {
            return None;
        }
        let variance = squares / pixels;
        let counted = variance - constant * self.per_count / pixels;
        if variance <= 0.0 || counted < LEAST_COUNTED * variance {
            return None;
        }
        let ratio = |[sum, count]: [f64; 2]| sum / count.max(1.0) / counted;
        let mut lags: Vec<Vec<f64>> =
            self.sums.iter().map(|row| row.iter().map(|sum| ratio(*sum)).collect()).collect();
        let squares: f64 = lags.iter().flatten().map(|lag| 4.0 * lag * lag).sum();
        let least = SURE * (squares / (pixels / 2.0)).sqrt();
        lags.iter_mut().flatten().filter(|lag| lag.abs() < least).for_each(|lag| *lag = 0.0);
        let is_shared = lags.iter().flatten().skip(1).any(|lag| *lag != 0.0);
        is_shared.then(|| NoiseCorrelation::new(lags))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};
    use voltomo_types::{MemoryFrames, When};

    use super::*;
    use crate::flat_field::OpenBeam;

    /// Numbers drawn by chance, normal, of variance 1.
    fn drawn(count: usize, seed: u64) -> Vec<f32> {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        (0..count).map(|_| StandardNormal.sample(&mut source)).collect()
    }

    const SHAPE: (usize, usize) = (160, 200);
    const LEVEL: f32 = 10_000.0;

    /// Flat fields whose quanta spread over three columns alike, and the camera's own noise.
    fn flats(count: usize, own: f32) -> Array3<f32> {
        let (rows, columns) = SHAPE;
        let quanta = drawn(count * rows * columns + 2, 7);
        let camera = drawn(count * rows * columns, 70);
        Array3::from_shape_fn((count, rows, columns), |(frame, y, x)| {
            let k = (frame * rows + y) * columns + x;
            let shared = quanta[k..k + 3].iter().sum::<f32>() / 3f32.sqrt();
            let beam = LEVEL * (1.0 + 0.1 * (x as f32 / 50.0).sin());
            beam + LEVEL.sqrt() * shared + own * camera[k]
        })
    }

    fn found(flats: &Array3<f32>, constant: f32) -> Option<NoiseCorrelation> {
        let (pixels, mean) = (SHAPE.0 * SHAPE.1, flats.mean_axis(ndarray::Axis(0)).unwrap());
        let reference = crate::references::Reference {
            values: mean.iter().copied().collect(),
            count: flats.dim().0,
            spots: 0,
        };
        let beam = OpenBeam::new(vec![(When::Before, reference)], vec![0.0; pixels], (1, false));
        let frames = Arc::new(MemoryFrames(flats.clone()));
        let set = ReferenceFrames { frames, when: When::Before };
        let (open, dead) = (beam.at(0), vec![false; pixels]);
        measure(&[set], Pixels { open, dark: &beam.dark, dead: &dead }, constant).unwrap()
    }

    #[test]
    fn quanta_that_spread_over_three_columns_are_shared_by_thirds() {
        for own in [0.0, 100.0] {
            let found = found(&flats(8, own), own * own).unwrap();
            for (apart, expected) in [(1, 2.0 / 3.0), (2, 1.0 / 3.0), (3, 0.0), (7, 0.0)] {
                let lag = found.at([0, apart]);
                assert!((lag - expected).abs() < 0.03, "{own}: {apart} apart {lag}");
            }
            assert!(found.at([1, 0]).abs() < 0.03 && found.at([2, 1]).abs() < 0.03);
        }
    }

    #[test]
    fn noise_of_each_pixel_alone_or_one_flat_field_or_none_with_noise_tells_nothing() {
        let shape = (6, SHAPE.0, SHAPE.1);
        let noise = Array3::from_shape_vec(shape, drawn(6 * SHAPE.0 * SHAPE.1, 3)).unwrap();
        assert_eq!(found(&(noise * LEVEL.sqrt() + LEVEL), 0.0), None);
        assert_eq!(found(&self::flats(1, 0.0), 0.0), None);
        assert_eq!(found(&Array3::from_elem(shape, LEVEL), 0.0), None);
    }

    #[test]
    fn spots_of_one_flat_field_and_a_brighter_beam_change_nothing() {
        let mut brighter = flats(8, 0.0);
        brighter.slice_mut(s![1, .., ..]).mapv_inplace(|value| 1.02 * value);
        for k in 0..200 {
            brighter[[k % 8, (37 * k) % SHAPE.0, (61 * k) % SHAPE.1]] += 30_000.0;
        }
        let found = found(&brighter, 0.0).unwrap();
        assert!((found.at([0, 1]) - 2.0 / 3.0).abs() < 0.04, "{found:?}");
    }
}
