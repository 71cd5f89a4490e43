//! Number conversions that say what they lose. Knows no arrays.

/// The nearest `f32`; the digits beyond its 24 bits are dropped.
#[must_use]
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "rounding to f32 is what this is for")]
pub fn to_f32(value: f64) -> f32 {
    value as f32
}

/// The index at or below a coordinate; 0 for negative numbers and NaN.
#[must_use]
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the floor, saturating at both ends, is what this is for"
)]
pub fn to_index(coordinate: f64) -> usize {
    coordinate as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_index_saturates_and_floors() {
        assert_eq!([to_index(-3.0), to_index(f64::NAN), to_index(2.9)], [0, 0, 2]);
        assert_eq!(to_index(f64::INFINITY), usize::MAX);
    }
}
