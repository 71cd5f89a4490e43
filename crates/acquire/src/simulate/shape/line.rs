//! A straight line in space, as solids see a ray. Knows no solids.

/// The points `origin + t·direction`; t is the horizontal distance along the ray, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) origin: [f64; 3],
    pub(super) direction: [f64; 3],
    /// Only this range of t is asked for; what is found beyond it may be wrong.
    pub(super) reach: [f64; 2],
}

impl Line {
    /// The point at `t`.
    #[inline]
    pub(super) fn at(&self, t: f64) -> [f64; 3] {
        std::array::from_fn(|axis| self.origin[axis] + t * self.direction[axis])
    }
}

/// Sum of products.
#[inline]
pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Vector product.
pub(super) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The part of a line where `value + t·rise` ≥ 0.
#[inline]
pub(super) fn half_line(value: f64, rise: f64) -> [f64; 2] {
    if rise == 0.0 {
        let all = [f64::NEG_INFINITY, f64::INFINITY];
        return if value >= 0.0 { all } else { [0.0, 0.0] };
    }
    let t = -value / rise;
    if rise > 0.0 { [t, f64::INFINITY] } else { [f64::NEG_INFINITY, t] }
}

/// Where a·t² + 2·b·t + c = 0, in order; none for no or one solution.
#[inline]
pub(super) fn roots(a: f64, b: f64, c: f64) -> Option<[f64; 2]> {
    let square = b * b - a * c;
    if square <= 0.0 || a == 0.0 {
        return None;
    }
    // The sum of equal signs loses no digits; the other root follows from the product c / a.
    let sum = -(b + square.sqrt().copysign(b));
    let pair = [sum / a, c / sum];
    Some(if pair[0] <= pair[1] { pair } else { [pair[1], pair[0]] })
}
