//! A straight line in space, as solids see a ray. Knows no solids.

/// The points `origin + t·direction`; t is the horizontal distance along the ray, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) origin: [f64; 3],
    pub(super) direction: [f64; 3],
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
