//! Ring removal by fitting. Knows sinograms; knows no files.

use voltomo_numeric::cast::to_f32;

use super::basis::Basis;

/// Polynomials of the angle's index up to a degree, orthonormal (Gram & Schmidt): what every column
/// is fitted by.
///
/// The polynomials are smoothed across columns, and what that takes away
/// ([`FastPart`](super::profile::FastPart)) is taken for stripes: right where these are full and
/// weak, and the sample's own level changes slowly across columns.
///
/// The source multiplies by the ratio of both polynomials. Here their difference is taken off: it is
/// the same where stripes are weak, and no ratio exists in air, where line integrals are zero.
/// Source: Vo, Atwood & Drakopoulos 2018, algorithm 1, doi:10.1364/OE.26.028396.
pub(super) fn polynomials(angles: usize, degree: usize) -> Basis {
    let mut functions: Vec<Vec<f64>> = Vec::new();
    for power in 0..=degree.min(angles - 1) {
        let from_middle = |k: usize| 2.0 * k as f64 / (angles - 1).max(1) as f64 - 1.0;
        let exponent = i32::try_from(power).unwrap_or(i32::MAX);
        let mut function: Vec<f64> = (0..angles).map(|k| from_middle(k).powi(exponent)).collect();
        // Twice is enough for all digits.
        for known in functions.iter().chain(&functions) {
            let share: f64 = known.iter().zip(&function).map(|(a, b)| a * b).sum();
            function.iter_mut().zip(known).for_each(|(value, known)| *value -= share * known);
        }
        let length = function.iter().map(|value| value * value).sum::<f64>().sqrt();
        function.iter_mut().for_each(|value| *value /= length);
        functions.push(function);
    }
    let rounded = |function: Vec<f64>| function.into_iter().map(to_f32).collect();
    Basis::new(functions.into_iter().map(rounded).collect())
}
