//! How well a placement explains the neutron volume by the X-ray volume. Knows no search.
//!
//! A voxel of the neutron volume is a blurred mixture of materials, and so is one of the X-ray
//! volume. Each class `k` of X-ray attenuation is given one neutron attenuation `c_k`; what the
//! neutron volume should then be is `Σ_k c_k (B ∗ w_k(µ_x))(T x)`: `w_k` the share of the voxel in
//! class `k`, `B` the blur that makes both volumes equally sharp, `T` the placement. The `c_k` are
//! the best in the sense of least squares at each placement, and the score is the share of the
//! neutron volume's variance that is explained. It is the correlation ratio with blurred classes:
//! because the classes are made before the blur, the mixed voxels at a steel wall do not pass for
//! material of the roll, as they do in a joint histogram of blurred volumes.
//! Source: Roche, Malandain, Pennec & Ayache 1998, doi:10.1007/BFb0056301; the alternative of joint
//! histograms: Studholme, Hill & Hawkes 1999, doi:10.1016/S0031-3203(98)00091-0.

mod classes;
mod degrees;
mod level;
mod score;

pub(crate) use classes::Classes;
pub(crate) use degrees::Degrees;
pub(crate) use level::{Level, LevelPlan, collapsed};
pub(crate) use score::{Motion, explained, explaining, group_sums, sums};
