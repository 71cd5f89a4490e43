//! Points and directions as `[z, y, x]`. Knows no volume.

/// A point or a direction, `[z, y, x]`.
pub(super) type Vector = [f64; 3];

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `point + length · direction`
pub(super) fn along(point: Vector, length: f64, direction: Vector) -> Vector {
    std::array::from_fn(|axis| point[axis] + length * direction[axis])
}

pub(super) fn difference(a: Vector, b: Vector) -> Vector {
    along(a, -1.0, b)
}

/// `a × b`, right-handed in x, y, z.
pub(super) fn cross([az, ay, ax]: Vector, [bz, by, bx]: Vector) -> Vector {
    [ax * by - ay * bx, az * bx - ax * bz, ay * bz - az * by]
}

/// The direction of a vector; `None` where it has none.
pub(super) fn unit(vector: Vector) -> Option<Vector> {
    let length = dot(vector, vector).sqrt();
    (length.is_finite() && length > 0.0).then(|| vector.map(|part| part / length))
}

/// As `f32`, for the inner loops.
pub(super) fn short(vector: Vector) -> [f32; 3] {
    vector.map(voltomo_numeric::cast::to_f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_times_y_is_z_and_nothing_has_no_direction() {
        let [z, y, x] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!([cross(x, y), cross(y, z), cross(z, x)], [z, x, y]);
        assert_eq!(unit([0.0; 3]), None);
        assert_eq!(unit([0.0, 3.0, 4.0]), Some([0.0, 0.6, 0.8]));
    }
}
