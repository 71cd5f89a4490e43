//! The ramp filter. Knows no projections.

use std::f64::consts::PI;

use voltomo_numeric::fft::even_spectrum;

use crate::ReconstructSettings;

/// The response of the windowed ramp for rows of `length` pixels (padding included), in 1/pixel,
/// at the frequencies `k`/`length` cycles a pixel.
///
/// The ramp is built in real space, `h[0] = 1/4`, `h[odd n] = −1/(πn)²`, else 0, and transformed:
/// sampled as |f| in frequency space it would lose its zero frequency, and the volume its mean.
/// `cutoff`: where the window ends, as a fraction of the Nyquist frequency.
/// Source: Kak & Slaney 1988, section 3.3.3, doi:10.1137/1.9780898719277.
pub(crate) fn ramp_response(
    length: usize,
    cutoff: f64,
    settings: &ReconstructSettings,
) -> Vec<f64> {
    let kernel: Vec<f64> = (0..length).map(|n| ramp_kernel(n.min(length - n))).collect();
    let mut response = even_spectrum(&kernel);
    for (k, value) in response.iter_mut().enumerate() {
        // Nyquist is half a cycle a pixel.
        let frequency = k.min(length - k) as f64 / length as f64 * 2.0;
        *value *= settings.window_at(frequency / cutoff);
    }
    response
}

/// The response that turns variances of a row into variances of the filtered row, read between its
/// columns by linear interpolation.
///
/// A filtered value is `q = Σ h·p`, so that `var(q) = Σ h²·var(p)` where the pixels' noise is their
/// own; halfway between, neighbours share noise: the mean over all places between two columns is
/// `(A₀ + A₁ + C)/3`, A the variances of both and C their covariance.
/// Source: Wunderlich & Noo 2008, doi:10.1088/0031-9155/53/10/002.
pub(crate) fn variance_response(response: &[f64]) -> Vec<f64> {
    let length = response.len();
    let scale = 1.0 / length as f64;
    let kernel: Vec<f64> = even_spectrum(response).into_iter().map(|h| h * scale).collect();
    let at = |n: usize| kernel[n % length];
    let variances: Vec<f64> = (0..length)
        .map(|n| {
            let (before, here, after) = (at(n + length - 1), at(n), at(n + 1));
            let apart = 2.0 * here * here + before * before + after * after;
            (apart + here * (before + after)) / 6.0
        })
        .collect();
    even_spectrum(&variances)
}

fn ramp_kernel(n: usize) -> f64 {
    match n {
        0 => 0.25,
        n if n.is_multiple_of(2) => 0.0,
        n => -1.0 / (PI * n as f64).powi(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Window;

    #[test]
    fn ramp_response_rises_as_the_frequency_and_keeps_a_little_at_zero() {
        let settings = ReconstructSettings::default();
        let response = ramp_response(512, 1.0, &settings);
        assert!((response[256] - 0.5).abs() < 1e-3);
        assert!((response[64] - 0.125).abs() < 1e-3);
        assert!(response[0] > 1e-4 && response[0] < 1e-3, "{}", response[0]);
        assert!((response[64] - response[512 - 64]).abs() < 1e-15);
    }

    /// Filtered white noise of variance 1, read halfway between columns and on them.
    #[test]
    fn variance_response_keeps_the_variance_of_interpolated_noise() {
        let settings = ReconstructSettings { window: Window::Hann, ..Default::default() };
        let response = ramp_response(256, 1.0, &settings);
        let kernel: Vec<f64> = even_spectrum(&response).iter().map(|h| h / 256.0).collect();
        let products =
            |shift: usize| -> f64 { (0..256).map(|n| kernel[n] * kernel[(n + shift) % 256]).sum() };
        // Mean over the place t of (1−t)²·A + t²·A + 2t(1−t)·C.
        let expected = (2.0 * products(0) + products(1)) / 3.0;
        let found = variance_response(&response)[0];
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn cutoff_ends_the_window_at_that_part_of_the_nyquist_frequency() {
        let settings = ReconstructSettings { window: Window::Hann, ..Default::default() };
        let response = ramp_response(400, 0.5, &settings);
        assert!(response[99] > 0.0 && response[101..=200].iter().all(|&value| value == 0.0));
        let plain = ramp_response(400, 1.0, &ReconstructSettings::default());
        assert!((response[50] / plain[50] - 0.5).abs() < 1e-12);
    }
}
