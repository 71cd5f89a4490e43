//! The instructions of the processor that the kernels are made of. Knows no kernel.
//!
//! One generic inner loop, written with `Vector`, is compiled once a kind, inside a function
//! that has the kind's instructions enabled, and the kind is chosen while the program runs.

/// The instructions that an inner loop uses.
///
/// The kinds with a fused multiply and add give the same bits as each other; [`Self::Portable`]
/// rounds once more and differs in the last bits. So the bits of a volume may depend on the kind
/// of the processor, which the record of a run names, and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// x86 with AVX-512 (F and DQ): 16 values an instruction, fused multiply and add.
    Avx512,
    /// x86 with AVX2 and FMA: 8 values an instruction, fused multiply and add.
    Avx2,
    /// 64-bit ARM: 4 values an instruction, fused multiply and add.
    Neon,
    /// What every processor has, as the compiler makes it from plain Rust.
    Portable,
}

impl Processor {
    /// All kinds, the fastest first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Portable];

    /// The best that this machine has.
    #[must_use]
    pub fn found() -> Self {
        Self::ALL.into_iter().find(|kind| kind.is_here()).unwrap_or(Self::Portable)
    }

    /// Whether this machine has these instructions.
    #[must_use]
    pub fn is_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && Self::Avx2.is_here()
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => true,
            Self::Portable => true,
            #[allow(unreachable_patterns, reason = "kinds of other processors")]
            _ => false,
        }
    }

    /// This kind where the machine has it, else [`Self::Portable`]: what it returns can run.
    #[must_use]
    pub fn or_portable(self) -> Self {
        if self.is_here() { self } else { Self::Portable }
    }

    /// A name for records: `avx512`, `avx2`, `neon` or `portable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }
}

/// The name of the kind that kernels use on this machine.
#[must_use]
pub fn simd_name() -> &'static str {
    Processor::found().name()
}

/// Asks for the line of memory at a place, so that it lies in the second cache when it is read.
#[inline(always)]
pub(super) fn prefetch(place: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every processor of the family has it, and it reads nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(place.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Some values that an instruction takes at once.
///
/// # Safety
///
/// All functions: only where the processor has the instructions, within a function that has them
/// enabled. Pointers: [`Self::COUNT`] values, aligned to their size for `load` and `store`.
pub(super) trait Vector: Copy {
    /// Values in it: a divisor of 16.
    const COUNT: usize;
    /// Whether [`Self::add_product`] rounds once.
    const FUSED: bool;

    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn splat(value: f32) -> Self;
    unsafe fn minus(self, other: Self) -> Self;
    /// `self + a·b`.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
}

/// `a·b + c`, rounded as [`Vector::add_product`] does.
#[inline(always)]
pub(super) fn fused(is_fused: bool, a: f32, b: f32, c: f32) -> f32 {
    if is_fused { a.mul_add(b, c) } else { a * b + c }
}

/// The vector of [`Processor::Portable`].
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub(super) struct Plain(pub(super) [f32; 4]);

impl Vector for Plain {
    const COUNT: usize = 4;
    const FUSED: bool = false;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: of the trait.
        unsafe { *from.cast::<Self>() }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: of the trait.
        unsafe { *to.cast::<Self>() = self }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    unsafe fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] - other.0[k]))
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] + a.0[k] * b.0[k]))
    }
}

/// A [`Vector`] whose functions are one instruction each.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! vector {
    ($kind:ty, $count:literal, [$load:path, $store:path, $splat:path, $minus:path],
     |$sum:ident, $a:ident, $b:ident| $fused:expr) => {
        impl Vector for $kind {
            const COUNT: usize = $count;
            const FUSED: bool = true;

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: of the trait.
                unsafe { $load(from) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: of the trait.
                unsafe { $store(to, self) }
            }

            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                // SAFETY: of the trait.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            unsafe fn minus(self, other: Self) -> Self {
                // SAFETY: of the trait.
                unsafe { $minus(self, other) }
            }

            #[inline(always)]
            unsafe fn add_product(self, $a: Self, $b: Self) -> Self {
                let $sum = self;
                // SAFETY: of the trait.
                unsafe { $fused }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _mm256_fmadd_ps, _mm256_load_ps, _mm256_set1_ps, _mm256_store_ps,
        _mm256_sub_ps, _mm512_fmadd_ps, _mm512_load_ps, _mm512_set1_ps, _mm512_store_ps,
        _mm512_sub_ps,
    };

    use super::Vector;

    vector!(
        __m512,
        16,
        [_mm512_load_ps, _mm512_store_ps, _mm512_set1_ps, _mm512_sub_ps],
        |s, a, b| _mm512_fmadd_ps(a, b, s)
    );
    vector!(
        __m256,
        8,
        [_mm256_load_ps, _mm256_store_ps, _mm256_set1_ps, _mm256_sub_ps],
        |s, a, b| _mm256_fmadd_ps(a, b, s)
    );
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::{
        float32x4_t, vdupq_n_f32, vfmaq_f32, vld1q_f32, vst1q_f32, vsubq_f32,
    };

    use super::Vector;

    vector!(float32x4_t, 4, [vld1q_f32, vst1q_f32, vdupq_n_f32, vsubq_f32], |s, a, b| vfmaq_f32(
        s, a, b
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_found_is_here_and_what_is_not_here_becomes_portable() {
        assert!(Processor::found().is_here());
        for kind in Processor::ALL {
            assert!(kind.or_portable().is_here());
            assert_eq!(kind.is_here(), kind.or_portable() == kind, "{}", kind.name());
        }
    }
}
