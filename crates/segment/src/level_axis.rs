//! Levels of µ, fine where it is small and coarse where it is large. Knows no materials.

use voltomo_numeric::cast::{to_f32, to_index};

/// Below this the levels have about equal width, 1/cm.
const LINEAR: f64 = 0.5;

/// Levels of equal width of arsinh(µ / 0.5), and one for what is no number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LevelAxis {
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
        Self { low, step: (high - low) / levels as f64, levels }
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
        if !value.is_finite() {
            return self.levels;
        }
        let level = (f64::from((value / to_f32(LINEAR)).asinh()) - self.low) / self.step;
        to_index(level).min(self.levels - 1)
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
