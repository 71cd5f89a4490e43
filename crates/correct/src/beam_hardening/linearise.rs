//! What is done to each line integral after the logarithm. Chooses nothing.

use std::sync::Arc;

use voltomo_numeric::cast::to_f32;

use super::{curve::Curve, metal_paths::MetalPaths, polynomial::Polynomial};
use crate::CorrectError;

/// From measured line integrals to those of a beam of one energy.
#[derive(Debug, Clone, PartialEq)]
pub enum Linearisation {
    /// A polynomial.
    Polynomial(Polynomial),
    /// A curve by its table.
    Curve(Curve),
    /// By the metal that each ray crosses.
    Metal(Arc<MetalPaths>),
}

impl Linearisation {
    /// Corrects the line integrals of one row in place, `place` being its radiograph and row;
    /// returns how many lay beyond the end of a table, where it goes on straight.
    ///
    /// # Errors
    /// A line integral beyond which the polynomial falls.
    pub(crate) fn apply(&self, place: [usize; 2], values: &mut [f32]) -> Result<u64, CorrectError> {
        match self {
            Self::Polynomial(polynomial) => {
                let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let rises_to = polynomial.rises_to();
                if f64::from(largest) > rises_to {
                    return Err(CorrectError::PolynomialFalls { rises_to, largest });
                }
                values.iter_mut().for_each(|p| *p = to_f32(polynomial.at(f64::from(*p))));
                Ok(0)
            }
            Self::Curve(curve) => {
                let end = curve.end();
                let beyond = values.iter().filter(|p| f64::from(**p) > end).count();
                values.iter_mut().for_each(|p| *p = to_f32(curve.at(f64::from(*p))));
                Ok(beyond as u64)
            }
            Self::Metal(paths) => Ok(paths.apply(place, values)),
        }
    }

    /// The line integral that was corrected to `corrected` at a place (radiograph, row, column), and
    /// the slope of the correction there: noise grows by it.
    pub(crate) fn undone(&self, place: [usize; 3], corrected: f32) -> (f32, f32) {
        let value = corrected;
        let corrected = f64::from(corrected);
        let (measured, slope) = match self {
            Self::Polynomial(polynomial) => {
                let measured = polynomial.undone(corrected);
                (measured, polynomial.slope(measured))
            }
            Self::Curve(curve) => curve.undone(corrected),
            Self::Metal(paths) => return paths.undone(place, value),
        };
        (to_f32(measured), to_f32(slope))
    }
}
