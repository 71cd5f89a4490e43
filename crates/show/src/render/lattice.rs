//! Numbers on a regular grid, and between its points. Knows no meaning of the numbers.

/// The whole number at or below a number; 0 for negative ones and NaN.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the floor, saturating at both ends, is what this is for; fewer steps than by f64"
)]
pub(super) fn floor(place: f32) -> usize {
    place as u32 as usize
}

/// Numbers `[z, y, x]`, x fastest, with what is needed to read between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lattice<'a> {
    data: &'a [f32],
    /// Places of the last points.
    last: [f32; 3],
    /// The last points that have a next one, where any has.
    lowest: [usize; 3],
    /// Numbers from a point to the next one.
    strides: [usize; 3],
    /// The same, or 0 along an axis with a single point.
    steps: [usize; 3],
}

impl<'a> Lattice<'a> {
    /// `data` holds the product of `shape`, none of which is 0.
    pub(super) fn new(data: &'a [f32], shape: [usize; 3]) -> Self {
        let strides = [shape[1] * shape[2], shape[2], 1];
        Self {
            data,
            last: shape.map(|side| (side - 1) as f32),
            lowest: shape.map(|side| side.saturating_sub(2)),
            strides,
            steps: std::array::from_fn(|axis| if shape[axis] > 1 { strides[axis] } else { 0 }),
        }
    }

    /// All numbers.
    pub(super) fn data(&self) -> &'a [f32] {
        self.data
    }

    /// Linear between the eight points about a place; beyond the outermost points as there.
    #[inline]
    pub(super) fn at(&self, place: [f32; 3]) -> f32 {
        let mut first = 0;
        let mut share = [0.0; 3];
        for axis in 0..3 {
            let within = place[axis].max(0.0).min(self.last[axis]);
            let low = floor(within).min(self.lowest[axis]);
            share[axis] = within - low as f32;
            first += low * self.strides[axis];
        }
        let [down, along, right] = self.steps;
        let near = &self.data[first..];
        let line = |start: usize| near[start] + share[2] * (near[start + right] - near[start]);
        let plane = |start: usize| {
            let (upper, lower) = (line(start), line(start + along));
            upper + share[1] * (lower - upper)
        };
        let (front, back) = (plane(0), plane(down));
        front + share[0] * (back - front)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_points_it_is_linear_and_beyond_them_constant() {
        let shape = [3, 4, 5];
        let number = |at: [f32; 3]| 7.0 * at[0] - 2.0 * at[1] + 0.5 * at[2];
        let point = |index: usize| [index / 20, index / 5 % 4, index % 5].map(|part| part as f32);
        let data: Vec<f32> = (0..60).map(|index| number(point(index))).collect();
        let lattice = Lattice::new(&data, shape);
        for place in [[0.0, 0.0, 0.0], [1.25, 2.5, 3.75], [2.0, 3.0, 4.0]] {
            assert!((lattice.at(place) - number(place)).abs() < 1e-5, "{place:?}");
        }
        assert_eq!(lattice.at([-3.0, 9.0, 2.0]), number([0.0, 3.0, 2.0]));
        assert_eq!(Lattice::new(&[4.0], [1, 1, 1]).at([0.3, -0.2, 0.4]), 4.0);
    }
}
