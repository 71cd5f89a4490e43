//! Ring removal by regularisation. Knows sinograms; knows no files.

use voltomo_numeric::cast::to_f32;

use super::profile::Stripes;

/// Finds the offsets q of the columns that make the mean row m as smooth as they can and cost
/// least: the minimum of `Σ ((m + q)ₓ₊₁ − (m + q)ₓ)² + α Σ qₓ²`.
///
/// With L the second difference (its ends closed), `(L + α)·q = −L·m`: three diagonals, solved by
/// elimination. Stripes wider than 1/√α columns stay. The source gives q as a sum over all columns,
/// which is the same.
/// Source: Titarenko, Withers & Yagola 2010, doi:10.1016/j.aml.2010.08.022.
#[derive(Debug, Clone, Copy)]
pub(super) struct Regularised {
    /// α, no unit.
    pub(super) strength: f32,
}

impl Stripes for Regularised {
    fn find(&self, profile: &mut [f32]) {
        let (count, strength) = (profile.len(), f64::from(self.strength));
        let neighbours = |x: usize| f64::from(u8::from(x > 0)) + f64::from(u8::from(x + 1 < count));
        let second_difference = |x: usize| {
            let here = f64::from(profile[x]);
            let before = x.checked_sub(1).map_or(0.0, |x| here - f64::from(profile[x]));
            before + profile.get(x + 1).map_or(0.0, |after| here - f64::from(*after))
        };
        // Down: each column's equation without the column before it; the stripe is −q.
        let mut rows: Vec<(f64, f64)> = Vec::with_capacity(count);
        for x in 0..count {
            let (mut diagonal, mut right) = (neighbours(x) + strength, second_difference(x));
            if let Some((above, above_right)) = rows.last() {
                diagonal -= 1.0 / above;
                right += above_right / above;
            }
            rows.push((diagonal, right));
        }
        let mut after = 0.0;
        for (value, (diagonal, right)) in profile.iter_mut().zip(rows).rev() {
            after = (right + after) / diagonal;
            *value = to_f32(after);
        }
    }
}
