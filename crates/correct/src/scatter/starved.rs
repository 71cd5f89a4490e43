//! Pixels that see less than their noise: the logarithm of a mean instead. Knows no scatter.

/// Columns on either side that a mean is taken over, narrow ones first.
const REACH: [usize; 4] = [1, 2, 4, 8];

/// Pixels brighter than so many times the limit belong to something else and are left out.
const BRIGHT: f32 = 4.0;

/// Columns on either side whose mean tells whether a pixel is starved.
const JUDGED: usize = 2;

/// Mends a row of transmissions before their logarithm; returns how many pixels were starved.
///
/// A pixel below `sigmas` standard deviations of its noise has no usable logarithm: raised to a least
/// value it would count for more than it saw. A pixel is starved where the mean of five columns is so
/// low, or where it is itself below one standard deviation: judged by itself alone, the low ones would
/// be raised and the high ones kept. It takes the mean t over 3, 5, 9 or 17 columns, the first that
/// stands out of its own noise s, times exp(s²/2t²), since a logarithm is on average too low by half
/// the relative variance. What stays below its noise over 17 columns keeps that mean, negative ones
/// too: they are raised to the least transmission later, and counted.
/// `noise`: standard deviation of each pixel's transmission; NaN where nothing is known.
/// Source: Hsieh 1998, doi:10.1118/1.598410 (means where counts are few).
pub(crate) fn mend_row(values: &mut [f32], noise: &[f32], sigmas: f32) -> u64 {
    let is_starved = |k: &usize| {
        let (value, noise_here) = (values[*k], noise[*k]);
        // Most pixels see far more than that, and NaN compares with nothing.
        value < BRIGHT * sigmas * noise_here
            && (value < noise_here
                || mean(values, noise, (*k, JUDGED, sigmas))[0] < f64::from(sigmas * noise_here))
    };
    let starved: Vec<usize> = (0..values.len()).filter(is_starved).collect();
    let mended: Vec<f32> =
        starved.iter().map(|k| mean_around(values, noise, (*k, sigmas))).collect();
    for (k, value) in starved.iter().zip(mended) {
        values[*k] = value;
    }
    starved.len() as u64
}

/// Mean of the pixels around one that are as dark as it, and the standard deviation of that mean.
fn mean(values: &[f32], noise: &[f32], (at, reach, sigmas): (usize, usize, f32)) -> [f64; 2] {
    let limit = BRIGHT * sigmas * noise[at];
    let around = at.saturating_sub(reach)..(at + reach + 1).min(values.len());
    let alike = around.filter(|k| values[*k] < limit && noise[*k].is_finite());
    let (sum, square, count) = alike.fold((0.0f64, 0.0f64, 0u32), |(sum, square, count), k| {
        let (value, noise) = (f64::from(values[k]), f64::from(noise[k]));
        (sum + value, square + noise * noise, count + 1)
    });
    let count = f64::from(count.max(1));
    [sum / count, square.sqrt() / count]
}

fn mean_around(values: &[f32], noise: &[f32], (at, sigmas): (usize, f32)) -> f32 {
    let mut last = f64::from(values[at]);
    for reach in REACH {
        let [found, deviation] = mean(values, noise, (at, reach, sigmas));
        last = found;
        if found > f64::from(sigmas) * deviation {
            last *= (0.5 * (deviation / found).powi(2)).exp();
            break;
        }
    }
    voltomo_numeric::cast::to_f32(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Normal numbers by the sum of twelve even ones.
    fn drawn(count: usize) -> Vec<f32> {
        let mut state = 12345u64;
        let mut even = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        (0..count).map(|_| (0..12).map(|_| even()).sum::<f32>() - 6.0).collect()
    }

    #[test]
    fn the_mean_logarithm_of_starved_pixels_is_that_of_the_truth() {
        for truth in [0.01f32, 0.02, 0.03] {
            let mut values: Vec<f32> = drawn(40_000).iter().map(|n| truth + 0.01 * n).collect();
            let naive = values.iter().map(|v| v.max(1e-4).ln()).sum::<f32>() / 40_000.0;
            let starved = mend_row(&mut values, &vec![0.01; 40_000], 3.0);
            let mended = values.iter().map(|v| v.max(1e-4).ln()).sum::<f32>() / 40_000.0;
            let (naive, mended) = ((naive - truth.ln()).abs(), (mended - truth.ln()).abs());
            assert!(mended < 0.2 && mended < 0.7 * naive, "{truth} {naive} {mended}");
            assert!(starved > 15_000);
        }
    }

    #[test]
    fn bright_pixels_and_pixels_without_noise_keep_their_bits() {
        let mut values = vec![0.5, 0.001, 0.5, 0.002, -0.001, 0.4];
        let before = values.clone();
        assert_eq!(mend_row(&mut values, &[0.01, f32::NAN, 0.01, 0.0, f32::NAN, 0.01], 3.0), 0);
        assert_eq!(values, before);
    }
}
