//! What a person should know of an iteration before it begins. Knows no rays.

use crate::Method;

/// Corrections nearly twice as large as they should be hardly settle.
pub(super) fn restless(method: Method, relaxation: f64) -> Option<String> {
    const RESTLESS: f64 = 1.8;
    let is_used = matches!(method, Method::Sirt | Method::Sart | Method::OsSart | Method::SirtFbp);
    (is_used && relaxation > RESTLESS).then(|| {
        format!(
            "`reconstruct.iterative.relaxation` is {relaxation}: near 2 corrections go as far beyond \
             as they fell short, and settle slowly or never; 1 is usual"
        )
    })
}

/// What a person should know of the directions from which views look: `directions` different ones,
/// and what the weights of the views say of missing ones.
pub(super) fn directions_warnings(directions: usize, mut missing: Vec<String>) -> Vec<String> {
    const FEW_DIRECTIONS: usize = 10;
    if directions < FEW_DIRECTIONS {
        missing.insert(
            0,
            format!(
                "the scan looks from {directions} directions only, expected {FEW_DIRECTIONS} or \
                 more: what lies between them is a guess, of an iterative method as well; mend \
                 `acquire.angles` if there are more"
            ),
        );
    }
    missing
}
