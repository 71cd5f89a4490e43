//! In which ways a placement may change, and what each does to a point. Knows no volume.

use voltomo_types::Transform;

/// The ways in which a placement may change, about a centre; lengths mm, angles radians.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Degrees {
    /// It may not.
    None,
    /// Turn `[z, y, x]`, then shift `[z, y, x]`.
    Rigid,
    /// As rigid, then scale.
    Similar,
    /// A matrix, row by row, then shift.
    Affine,
}

impl Degrees {
    /// How many there are.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::Rigid => 6,
            Self::Similar => 7,
            Self::Affine => 12,
        }
    }

    /// Change of a value by each degree, at a point `offset` from the centre, where the value's
    /// gradient is `gradient`.
    #[inline]
    pub(crate) fn derivatives(self, gradient: [f64; 3], offset: [f64; 3], into: &mut [f64]) {
        let [a, b, c] = offset;
        let [p, q, r] = gradient;
        match self {
            Self::None => {}
            Self::Rigid | Self::Similar => {
                // gradient · (e_j × offset) = (offset × gradient)_j
                let turn = [b * r - c * q, c * p - a * r, a * q - b * p];
                into[..3].copy_from_slice(&turn);
                into[3..6].copy_from_slice(&gradient);
                if self == Self::Similar {
                    into[6] = a * p + b * q + c * r;
                }
            }
            Self::Affine => {
                for k in 0..9 {
                    into[k] = gradient[k / 3] * offset[k % 3];
                }
                into[9..12].copy_from_slice(&gradient);
            }
        }
    }

    /// The change itself, for small steps of each degree; of the rigid ones exact for any.
    pub(crate) fn step(self, step: &[f64], centre: [f64; 3]) -> Transform {
        let three = |from: usize| [step[from], step[from + 1], step[from + 2]];
        match self {
            Self::None => Transform::IDENTITY,
            Self::Rigid => Transform::rigid(three(0), centre, three(3)),
            Self::Similar => {
                let grown =
                    about(centre, |i, j| if i == j { 1.0 + step[6] } else { 0.0 }, [0.0; 3]);
                grown.then(&Transform::rigid(three(0), centre, three(3)))
            }
            Self::Affine => {
                let entry = |i: usize, j: usize| step[3 * i + j] + f64::from(u8::from(i == j));
                about(centre, entry, three(9))
            }
        }
    }

    /// How far a step moves points up to `radius` from the centre, mm.
    pub(crate) fn length(self, step: &[f64], radius: f64) -> f64 {
        let norm = |part: &[f64]| part.iter().map(|value| value * value).sum::<f64>().sqrt();
        match self {
            Self::None => 0.0,
            Self::Rigid => radius * norm(&step[..3]) + norm(&step[3..6]),
            Self::Similar => radius * (norm(&step[..3]) + step[6].abs()) + norm(&step[3..6]),
            Self::Affine => radius * norm(&step[..9]) + norm(&step[9..12]),
        }
    }
}

/// A matrix about a centre, then a shift.
fn about(centre: [f64; 3], entry: impl Fn(usize, usize) -> f64, shift: [f64; 3]) -> Transform {
    let matrix = std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)));
    let linear = Transform { matrix, shift: [0.0; 3] };
    let moved = linear.apply(centre);
    Transform { matrix, shift: std::array::from_fn(|i| centre[i] - moved[i] + shift[i]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_step() {
        let (centre, point, gradient) = ([1.0, 2.0, 3.0], [4.0, -1.0, 0.5], [0.3, -0.7, 1.1]);
        let offset = std::array::from_fn(|i| point[i] - centre[i]);
        for degrees in [Degrees::Rigid, Degrees::Similar, Degrees::Affine] {
            let mut found = vec![0.0; degrees.count()];
            degrees.derivatives(gradient, offset, &mut found);
            for (k, found) in found.iter().enumerate() {
                let mut step = vec![0.0; degrees.count()];
                step[k] = 1e-6;
                let moved = degrees.step(&step, centre).apply(point);
                let change: f64 = (0..3).map(|i| gradient[i] * (moved[i] - point[i])).sum();
                assert!((change / 1e-6 - found).abs() < 1e-4, "{degrees:?} {k}");
            }
        }
    }
}
