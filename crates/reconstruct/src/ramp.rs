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

    #[test]
    fn cutoff_ends_the_window_at_that_part_of_the_nyquist_frequency() {
        let settings = ReconstructSettings { window: Window::Hann, ..Default::default() };
        let response = ramp_response(400, 0.5, &settings);
        assert!(response[99] > 0.0 && response[101..=200].iter().all(|&value| value == 0.0));
        let plain = ramp_response(400, 1.0, &ReconstructSettings::default());
        assert!((response[50] / plain[50] - 0.5).abs() < 1e-12);
    }
}
