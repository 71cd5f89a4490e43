//! Vectors `[z, y, x]`. Knows no volume.

/// `a · b`.
pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a + share · b`.
pub(super) fn along(a: [f64; 3], share: f64, b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| a[i] + share * b[i])
}

/// `a − b`.
pub(super) fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    along(a, -1.0, b)
}

/// The vector at right angles to both, in the sense that takes x and y to z.
pub(super) fn cross([az, ay, ax]: [f64; 3], [bz, by, bx]: [f64; 3]) -> [f64; 3] {
    [ax * by - ay * bx, az * bx - ax * bz, ay * bz - az * by]
}

/// The vector of length 1; `None` of a vector without length, or with what is no number.
pub(super) fn unit(a: [f64; 3]) -> Option<[f64; 3]> {
    let most = a.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if !most.is_normal() || a.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let scaled = a.map(|value| value / most);
    let length = dot(scaled, scaled).sqrt();
    Some(scaled.map(|value| value / length))
}

/// What of `a` is at right angles to the unit vector `b`.
pub(super) fn beside(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    along(a, -dot(a, b), b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_and_y_make_z_and_no_length_has_no_direction() {
        assert_eq!(cross([0.0, 0.0, 1.0], [0.0, 1.0, 0.0]), [1.0, 0.0, 0.0]);
        assert_eq!(cross([0.0, 1.0, 0.0], [1.0, 0.0, 0.0]), [0.0, 0.0, 1.0]);
        assert_eq!(unit([0.0, 3e-200, 4e-200]).map(|it| it[2]), Some(0.8));
        assert_eq!((unit([0.0; 3]), unit([f64::NAN, 1.0, 0.0])), (None, None));
    }
}
