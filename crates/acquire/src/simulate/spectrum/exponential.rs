//! Sums of exponentials over blocks of rays, vectorised. Knows no spectrum and no material.
//!
//! `exp(−x)` is 2^n times a polynomial of degree 6 of the rest, |rest| ≤ 1/2. Its relative error
//! stays below `2e-7·(1 + x)`: rounding of x itself; below 1e-37 it stays there.

/// Rays of a block: four vectors of 16, eight of 8.
pub(super) const BLOCK: usize = 64;

/// One number a ray.
pub(super) type Rays = [f32; BLOCK];

/// Terms of 2^f: (ln 2)^k / k!.
const TERMS: [f32; 7] = [
    1.0,
    std::f32::consts::LN_2,
    0.240_226_5,
    0.055_504_11,
    0.009_618_129,
    0.001_333_355_8,
    0.000_154_035_3,
];
/// Added and taken away, it rounds to whole numbers: 1.5·2^23.
const ROUNDING: f32 = 12_582_912.0;

/// The instructions that the loops use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Processor {
    /// 16 rays an instruction, fused multiply and add.
    Avx512,
    /// 8 rays an instruction, fused multiply and add.
    Avx2,
    /// What every processor of the family has.
    Portable,
}

impl Processor {
    /// The best that this machine has.
    pub(super) fn found() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }
}

/// What the rays of a block cross.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing<'a> {
    /// Materials that at least one ray crosses.
    pub(super) present: &'a [usize],
    /// mm, by material.
    pub(super) lengths: &'a [Rays],
    /// 1/mm, by bin, in it by material.
    pub(super) per_mm: &'a [f32],
    /// Shares of each bin in the sums, for each set of sums.
    pub(super) weights: &'a [&'a [f32]],
}

/// Writes `Σ_k w_k exp(−Σ_m µ_mk L_m)` for each set of weights.
pub(super) fn sum(processor: Processor, crossing: Crossing<'_>, sums: &mut [Rays]) {
    match processor {
        // SAFETY: chosen only where the processor was found to have these instructions.
        #[cfg(target_arch = "x86_64")]
        Processor::Avx512 => unsafe { sum_avx512(crossing, sums) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Processor::Avx2 => unsafe { sum_avx2(crossing, sums) },
        _ => sum_with::<{ cfg!(target_arch = "aarch64") }>(crossing, sums),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn sum_avx512(crossing: Crossing<'_>, sums: &mut [Rays]) {
    sum_with::<true>(crossing, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn sum_avx2(crossing: Crossing<'_>, sums: &mut [Rays]) {
    sum_with::<true>(crossing, sums);
}

#[inline(always)]
fn sum_with<const FUSED: bool>(crossing: Crossing<'_>, sums: &mut [Rays]) {
    sums.iter_mut().for_each(|sum| sum.fill(0.0));
    let materials = crossing.lengths.len();
    let bins = crossing.weights.first().map_or(0, |weights| weights.len());
    for bin in 0..bins {
        let mut depth = [0.0_f32; BLOCK];
        for &material in crossing.present {
            let per_mm = crossing.per_mm[bin * materials + material];
            for (depth, mm) in depth.iter_mut().zip(&crossing.lengths[material]) {
                *depth = multiply_add::<FUSED>(per_mm, *mm, *depth);
            }
        }
        for depth in &mut depth {
            *depth = exp_of_minus::<FUSED>(*depth);
        }
        for (sum, weights) in sums.iter_mut().zip(crossing.weights) {
            for (sum, left) in sum.iter_mut().zip(&depth) {
                *sum = multiply_add::<FUSED>(weights[bin], *left, *sum);
            }
        }
    }
}

#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// exp(−x) for x ≥ 0.
#[inline(always)]
fn exp_of_minus<const FUSED: bool>(x: f32) -> f32 {
    let power = (-x * std::f32::consts::LOG2_E).max(-126.0);
    let rounded = power + ROUNDING;
    let rest = power - (rounded - ROUNDING);
    let mut value = TERMS[6];
    for term in TERMS[..6].iter().rev() {
        value = multiply_add::<FUSED>(value, rest, *term);
    }
    let exponent = rounded.to_bits().wrapping_sub(ROUNDING.to_bits()).wrapping_add(127) << 23;
    value * f32::from_bits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst_error<const FUSED: bool>() -> f64 {
        let error = |i: u32| {
            let x = i as f32 * 1e-3;
            let exact = (-f64::from(x)).exp();
            (f64::from(exp_of_minus::<FUSED>(x)) / exact - 1.0).abs() / (1.0 + f64::from(x))
        };
        (0..85_000).map(error).fold(0.0, f64::max)
    }

    #[test]
    fn exp_of_minus_stays_within_its_stated_error() {
        assert!(worst_error::<true>() < 2e-7, "{}", worst_error::<true>());
        assert!(worst_error::<false>() < 2e-7, "{}", worst_error::<false>());
        assert_eq!(exp_of_minus::<false>(0.0), 1.0);
        assert!(exp_of_minus::<false>(1e6) < 1.2e-38);
    }

    #[test]
    fn every_kind_of_processor_gives_the_same_sums() {
        let lengths = [[0.5; BLOCK], [0.0; BLOCK], [2.0; BLOCK]];
        let (per_mm, weights) = ([0.1, 0.2, 0.3, 1.0, 2.0, 3.0], [0.25_f32, 0.75]);
        let crossing =
            Crossing { present: &[0, 2], lengths: &lengths, per_mm: &per_mm, weights: &[&weights] };
        let expected = 0.25 * (-0.65_f64).exp() + 0.75 * (-6.5_f64).exp();
        for processor in [Processor::found(), Processor::Portable] {
            let mut sums = [[0.0; BLOCK]];
            sum(processor, crossing, &mut sums);
            assert!((f64::from(sums[0][63]) / expected - 1.0).abs() < 1e-6, "{processor:?}");
        }
    }
}
