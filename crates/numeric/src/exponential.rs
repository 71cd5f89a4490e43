//! A quick exponential for weights. Knows no filters.

/// e^(−x) for x ≥ 0, to 10⁻⁶ of the value below 8 and 10⁻⁵ beyond; 0 above 87.
///
/// Written so that a loop over it becomes vector code, with the same bits on every machine.
#[must_use]
#[inline(always)]
pub fn decay(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    let power = -(x.min(87.0)) * LOG2_E;
    // In a number as large as 1.5·2²³ the last bit is 1, and its last bits are the whole power.
    let rounded = power + 12_582_912.0;
    let part = (power - (rounded - 12_582_912.0)) * std::f32::consts::LN_2;
    // Taylor's series of e^part for |part| ≤ ln(2)/2.
    let series = 1.0 / 120.0 + part * (1.0 / 720.0);
    let series = 1.0 / 6.0 + part * (1.0 / 24.0 + part * series);
    let series = 1.0 + part * (1.0 + part * (0.5 + part * series));
    let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    if x > 87.0 { 0.0 } else { series * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_is_the_exponential() {
        for k in 0..87_000u32 {
            let x = k as f32 * 1e-3;
            let exact = (-f64::from(x)).exp();
            assert!((f64::from(decay(x)) / exact - 1.0).abs() < 8e-6, "{x}");
            assert!(x > 8.0 || (f64::from(decay(x)) / exact - 1.0).abs() < 1e-6, "{x}");
        }
        assert_eq!((decay(0.0), decay(88.0), decay(f32::INFINITY)), (1.0, 0.0, 0.0));
    }
}
