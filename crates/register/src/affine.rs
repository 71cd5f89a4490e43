//! Stretch and shear beyond the rigid placement. Knows no lattice.

use crate::{
    metric::{Degrees, Level},
    rigid::{Fit, Region, Steps, improve},
};

/// Longest step, mm, and when to stop.
const STEPS: Steps = Steps { most: 15, least_mm: 2e-4, longest_mm: 0.3 };

/// Lets all twelve degrees go from a rigid placement.
pub(crate) fn affine(level: &Level, rigid: &Fit, region: &Region) -> Fit {
    improve(level, rigid.clone(), (Degrees::Affine, region), &STEPS)
}
