//! Levels of µ, fine where it is small and coarse where it is large. Knows no materials.

use voltomo_numeric::cast::to_index;

/// Below this the levels have about equal width, 1/cm.
const LINEAR: f64 = 0.5;

/// Bits of a number that its level is looked up by: sign, exponent, and the mantissa to 1/256, an
/// eighth of a level.
const KEPT: u32 = 17;

/// Levels of equal width of arsinh(µ / 0.5), and one for what is no number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LevelAxis {
    /// Level by the first bits of a value.
    of_bits: Vec<u16>,
    low: f64,
    step: f64,
    levels: usize,
}

impl LevelAxis {
    /// The axis of each beam: neutrons, −1.5 to 8 /cm; X-rays, −2 to 120 /cm.
    pub(crate) fn both() -> [Self; 2] {
        [Self::new([-1.5, 8.0], 119), Self::new([-2.0, 120.0], 256)]
    }

    fn new(ends: [f64; 2], levels: usize) -> Self {
        let [low, high] = ends.map(|end| (end / LINEAR).asinh());
        let step = (high - low) / levels as f64;
        let mut axis = Self { of_bits: Vec::new(), low, step, levels };
        let shift = u32::BITS - KEPT;
        // The middle of the values that begin with the same bits.
        let middle = |bits: u32| f32::from_bits(bits << shift | 1 << (shift - 1));
        axis.of_bits = (0..1 << KEPT).map(|bits| axis.computed(middle(bits))).collect();
        axis
    }

    /// Levels, with that of no number, which is the last.
    pub(crate) fn count(&self) -> usize {
        self.levels + 1
    }

    /// Whether a level is that of no number.
    pub(crate) fn is_missing(&self, level: usize) -> bool {
        level == self.levels
    }

    /// The level of a value; values beyond the ends are put there.
    #[inline]
    pub(crate) fn level(&self, value: f32) -> usize {
        usize::from(self.of_bits[(value.to_bits() >> (u32::BITS - KEPT)) as usize])
    }

    fn computed(&self, value: f32) -> u16 {
        let level = ((f64::from(value) / LINEAR).asinh() - self.low) / self.step;
        let level =
            if value.is_finite() { to_index(level).min(self.levels - 1) } else { self.levels };
        u16::try_from(level).expect("a few hundred levels")
    }

    /// The value at the middle of a level.
    pub(crate) fn centre(&self, level: usize) -> f64 {
        LINEAR * (self.low + (level as f64 + 0.5) * self.step).sinh()
    }

    /// Width of a level about a value.
    pub(crate) fn width(&self, value: f64) -> f64 {
        self.step * LINEAR.hypot(value)
    }

    /// The whole range.
    pub(crate) fn range(&self) -> f64 {
        self.centre(self.levels - 1) - self.centre(0)
    }
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::cast::to_f32;

    use super::*;

    #[test]
    fn the_middle_of_a_level_has_that_level() {
        for axis in LevelAxis::both() {
            for level in 0..axis.levels {
                assert_eq!(axis.level(to_f32(axis.centre(level))), level);
            }
            assert_eq!([-1e9, 1e9].map(|it| axis.level(it)), [0, axis.levels - 1]);
            assert!(axis.is_missing(axis.level(f32::NAN)));
        }
    }
}
