//! Absorption, refraction and scattering out of three images on the rocking curve of an analyser
//! crystal. Knows no recipe.

use ndarray::{Array2, ArrayView2, Zip};
use voltomo_numeric::cast::to_f32;
use voltomo_types::Problem;

use crate::CorrectError;

/// The rocking curve where an image was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RockingPoint {
    /// R, the reflectivity.
    pub reflectivity: f64,
    /// R′, its slope in 1/rad.
    pub slope: f64,
    /// R″, its curvature in 1/rad².
    pub curvature: f64,
}

/// What three images tell, pixel by pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalyserImages {
    /// Transmission of the sample, without refraction and scattering.
    pub transmission: Array2<f32>,
    /// Angle of refraction in rad; 0 where nothing came through.
    pub refraction: Array2<f32>,
    /// Variance of the angle of scattering in rad²; a little below 0 where noise makes it so.
    pub scattering: Array2<f32>,
}

/// Solves `I_i = A·(R_i + R′_i·θ + ½R″_i·(θ² + σ²))` for A, θ and σ² in every pixel.
///
/// `images`: three transmissions `[row, column]` of one size, relative to the beam before the
/// analyser; `curve`: the rocking curve where each was taken. Linear in A, A·θ and A·(θ² + σ²)/2.
/// Memory: the three results.
/// Source: Rigon, Arfelli & Menk 2007, doi:10.1088/0022-3727/40/10/011.
///
/// # Errors
/// Images of different size; points of the curve that cannot tell the three apart.
pub fn separate_analyser_images(
    images: [ArrayView2<'_, f32>; 3],
    curve: [RockingPoint; 3],
) -> Result<AnalyserImages, CorrectError> {
    let size = images[0].dim();
    if images.iter().any(|image| image.dim() != size) {
        let found = format!("{:?}", images.map(|image| image.dim()));
        let expected = "three images of one size";
        return Err(CorrectError::Setting(Problem::new("analyser images", found, expected)));
    }
    let Some(inverse) = inverse(curve.map(|at| [at.reflectivity, at.slope, at.curvature])) else {
        let expected = "three points of the rocking curve with different R, R′ and R″";
        let found = format!("{curve:?}");
        return Err(CorrectError::Setting(Problem::new("analyser curve", found, expected)));
    };
    let mut found = AnalyserImages {
        transmission: Array2::zeros(size),
        refraction: Array2::zeros(size),
        scattering: Array2::zeros(size),
    };
    let [first, second, third] = images;
    Zip::indexed(&mut found.transmission)
        .and(&mut found.refraction)
        .and(&mut found.scattering)
        .for_each(|at, transmission, refraction, scattering| {
            let seen = [first[at], second[at], third[at]].map(f64::from);
            let [a, b, c] =
                inverse.map(|row| row.iter().zip(seen).map(|(m, i)| m * i).sum::<f64>());
            *transmission = to_f32(a);
            if a > 0.0 {
                let angle = b / a;
                *refraction = to_f32(angle);
                *scattering = to_f32(2.0 * c / a - angle * angle);
            }
        });
    Ok(found)
}

/// The inverse of a matrix by its cofactors, columns scaled to their largest value; `None` of one
/// that has none.
fn inverse(rows: [[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let scale: [f64; 3] =
        std::array::from_fn(|k| rows.iter().fold(0.0f64, |most, row| most.max(row[k].abs())));
    let m = rows.map(|row| -> [f64; 3] { std::array::from_fn(|k| row[k] / scale[k]) });
    let cofactor = |i: usize, j: usize| {
        let at = |a: usize, b: usize| m[(i + a) % 3][(j + b) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|j| m[0][j] * cofactor(0, j)).sum();
    let is_good = determinant.is_finite() && determinant.abs() > 1e-9;
    is_good.then(|| {
        std::array::from_fn(|i| std::array::from_fn(|j| cofactor(j, i) / determinant / scale[i]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Gaussian rocking curve of 10 µrad at −5, 0 and 5 µrad.
    fn curve() -> [RockingPoint; 3] {
        [-5e-6f64, 0.0, 5e-6].map(|angle| {
            let square = 1e-10f64;
            let reflectivity = (-angle * angle / (2.0 * square)).exp();
            RockingPoint {
                reflectivity,
                slope: -angle / square * reflectivity,
                curvature: (angle * angle / square - 1.0) / square * reflectivity,
            }
        })
    }

    #[test]
    fn what_made_three_images_comes_back() {
        let truth = |y: usize, x: usize| {
            (0.3 + 0.1 * y as f64, 1e-6 * (x as f64 - 2.0), 4e-13 * (1 + y * x) as f64)
        };
        let images = curve().map(|at| {
            Array2::from_shape_fn((4, 5), |(y, x)| {
                let (a, angle, variance) = truth(y, x);
                let spread = 0.5 * at.curvature * (angle * angle + variance);
                to_f32(a * (at.reflectivity + at.slope * angle + spread))
            })
        });
        let views = images.each_ref().map(|image| image.view());
        let found = separate_analyser_images(views, curve()).unwrap();
        for ((y, x), transmission) in found.transmission.indexed_iter() {
            let (a, angle, variance) = truth(y, x);
            assert!((f64::from(*transmission) / a - 1.0).abs() < 1e-5);
            assert!((f64::from(found.refraction[[y, x]]) - angle).abs() < 1e-11);
            assert!((f64::from(found.scattering[[y, x]]) - variance).abs() < 2e-16 * 1e2);
        }
    }

    #[test]
    fn bad_curves_and_sizes_are_refused_and_nothing_gives_no_nan() {
        let nothing = Array2::<f32>::zeros((4, 5));
        let three = [nothing.view(), nothing.view(), nothing.view()];
        let found = separate_analyser_images(three, curve()).unwrap();
        assert!(found.refraction.iter().chain(&found.scattering).all(|value| *value == 0.0));
        let same = [curve()[0]; 3];
        let message = separate_analyser_images(three, same).unwrap_err().to_string();
        assert!(message.contains("analyser curve") && message.contains("different"), "{message}");
        let other = Array2::<f32>::zeros((4, 6));
        let sizes = [nothing.view(), nothing.view(), other.view()];
        let message = separate_analyser_images(sizes, curve()).unwrap_err().to_string();
        assert!(message.contains("one size"), "{message}");
    }
}
