//! How well a placement explains the neutron volume by the X-ray volume. Knows no search.
//!
//! A voxel of either volume is a blurred mixture of materials. Each class `k` of X-ray attenuation
//! is given a neutron attenuation `c_k`; what the neutron volume should then be is
//! `Σ_k c_k (B ∗ w_k(µ_x))(T x)`: `w_k` the share of the voxel in class `k`, `B` the blur that makes
//! both volumes equally sharp, `T` the placement. The `c_k` are the best in the sense of least
//! squares at each placement, and the score is the share of the neutron volume's variance that is
//! explained: the correlation ratio, with two changes.
//!
//! * The classes are made before the blur, so that the mixed voxels at a steel wall do not pass for
//!   material of the roll, as they do in a joint histogram of blurred volumes.
//! * Each ring about the cell's axis has `c_k` of its own. What has little attenuation for X-rays is
//!   gas, plastic or carbon, for neutrons 0, 4 and 1.2 /cm: no one function tells them apart, but
//!   within a ring there are few of them. And whatever is the same all round the cell cannot speak
//!   for or against an angle about the axis.
//!
//! Source: Roche, Malandain, Pennec & Ayache 1998, doi:10.1007/BFb0056301; the alternative of joint
//! histograms: Studholme, Hill & Hawkes 1999, doi:10.1016/S0031-3203(98)00091-0.

mod classes;
mod degrees;
mod level;
mod rings;
mod score;

pub(crate) use classes::Classes;
pub(crate) use degrees::Degrees;
pub(crate) use level::{Level, LevelPlan};
pub(crate) use score::{Explained, Motion, explained, projected, residuals, step_sums};
