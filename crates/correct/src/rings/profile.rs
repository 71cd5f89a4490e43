//! Filters that see each column as a few numbers. Knows no method's inside.

use super::{
    basis::Basis,
    filter::{Filter, Room},
    low_pass::LowPass,
    plane::{Rows, shape},
};

/// What of a profile (one number a column) is stripes.
pub(super) trait Stripes: Send + Sync {
    /// Replaces the profile by the stripes in it.
    fn find(&self, profile: &mut [f32]);
}

/// Projects the columns on functions of the angle, finds the stripes in each of these profiles, and
/// takes them off.
#[derive(Debug)]
pub(super) struct ByProfile<S> {
    /// The functions of the angle.
    pub(super) basis: Basis,
    /// What is taken off.
    pub(super) stripes: S,
}

impl<S: Stripes> Filter for ByProfile<S> {
    fn apply(&self, rows: Rows<'_, '_>, _: &mut Room) {
        let (_, columns) = shape(rows);
        let mut profiles = self.basis.project(rows);
        profiles.chunks_exact_mut(columns).for_each(|profile| self.stripes.find(profile));
        self.basis.subtract(rows, &profiles);
    }
}

/// What a low pass across columns takes away.
#[derive(Debug)]
pub(super) struct FastPart {
    /// The slow part of a profile.
    pub(super) slow: LowPass,
}

impl Stripes for FastPart {
    fn find(&self, profile: &mut [f32]) {
        let whole = profile.to_vec();
        self.slow.apply(profile);
        profile.iter_mut().zip(whole).for_each(|(slow, whole)| *slow = whole - *slow);
    }
}

/// The one function of filters that look at the mean over all angles.
pub(super) fn constant(angles: usize) -> Basis {
    Basis::new(vec![vec![1.0 / (angles as f32).sqrt(); angles]])
}
