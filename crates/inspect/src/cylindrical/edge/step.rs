//! Where a profile steps down from one level to another. Knows no cell.

use voltomo_numeric::cast::to_index;

/// A step down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Place, in the unit of the spacing, from the first sample.
    pub place: f64,
    /// One standard deviation of the place.
    pub uncertainty: f64,
    /// Level before minus level after.
    pub height: f64,
}

/// Least fall of a step, as a share of the fall from the first level to the lowest.
const LEAST_SHARE: f64 = 0.4;

/// The first great step down of a profile: samples `spacing` apart, levels at either side at least
/// `length` long; a step is great that falls by 0.4 of what lies between the profile's beginning
/// and its lowest level.
///
/// The place is that of a sharp step of the same area, z = z₁ + Σ (p − p₂)/(p₁ − p₂)·Δz, with the
/// levels p₁, p₂ taken away from the flank: for any blur that is as wide upwards as downwards it has
/// no bias. None where the profile is too short or steps down nowhere; samples that are no numbers
/// end it.
///
/// Source: the moment-preserving edge of Tabatabai & Mitchell 1984, doi:10.1109/TPAMI.1984.4767502,
/// for known levels.
#[must_use]
pub fn first_step(profile: &[f64], spacing: f64, length: f64) -> Option<Step> {
    let first = profile.iter().position(|value| value.is_finite())?;
    let known: Vec<f64> =
        profile[first..].iter().copied().take_while(|value| value.is_finite()).collect();
    let window = to_index((length / spacing).round()).max(3);
    if known.len() < 2 * window + 1 {
        return None;
    }
    let mut sums = vec![0.0; known.len() + 1];
    for (i, value) in known.iter().enumerate() {
        sums[i + 1] = sums[i] + value;
    }
    let mean = |from: usize, to: usize| (sums[to] - sums[from]) / (to - from) as f64;
    let fall = |i: usize| mean(i - window, i) - mean(i, i + window);
    let lowest = (0..=known.len() - window).map(|i| mean(i, i + window)).reduce(f64::min)?;
    let least = LEAST_SHARE * (mean(0, window) - lowest);
    let places = window..=known.len() - window;
    let begin = places.clone().find(|i| least > 0.0 && fall(*i) > least)?;
    let higher = |best: usize, i: usize| if fall(i) > fall(best) { i } else { best };
    let at = (begin..=(begin + window).min(known.len() - window)).reduce(higher)?;
    let flank = window / 2;
    let low = at.saturating_sub(window + flank);
    let high = (at + window + flank).min(known.len());
    let (from, to) = (at - flank, at + flank);
    let (before, after) = (mean(low, from), mean(to, high));
    let height = before - after;
    if height <= 0.0 {
        return None;
    }
    let area: f64 = known[from..to].iter().map(|value| (value - after) / height).sum();
    // Samples stand for what lies half a spacing to either side.
    let place = (first + from) as f64 - 0.5 + area;
    let noise =
        noise(&known[low..from], before).hypot(noise(&known[to..high], after)) / 2.0_f64.sqrt();
    // Neighbouring samples share voxels: about two are one.
    let uncertainty = 2.0_f64.sqrt() * noise * ((to - from) as f64).sqrt() / height;
    Some(Step { place: place * spacing, uncertainty: uncertainty * spacing, height })
}

fn noise(values: &[f64], level: f64) -> f64 {
    let square: f64 = values.iter().map(|value| (value - level).powi(2)).sum();
    (square / values.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_step_is_found_where_it_was() {
        for wanted in [1.0, 1.013, 1.027] {
            // A normal blur of 0.03 by its logistic likeness, which is as wide both ways.
            let value = |z: f64| 0.3 + 1.7 / (1.0 + (1.702 * (z - wanted) / 0.03).exp());
            let profile: Vec<f64> = (0..120).map(|i| value(f64::from(i) * 0.02)).collect();
            let found = first_step(&profile, 0.02, 0.25).unwrap();
            assert!((found.place - wanted).abs() < 5e-4, "{wanted}: {found:?}");
            assert!((found.height - 1.7).abs() < 1e-3);
        }
    }

    #[test]
    fn there_is_no_step_in_what_rises_or_is_short() {
        let rising: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(first_step(&rising, 0.02, 0.25), None);
        assert_eq!(first_step(&[1.0, 0.0], 0.02, 0.25), None);
        assert_eq!(first_step(&[f64::NAN; 50], 0.02, 0.25), None);
    }
}
