//! Where points of one volume lie in another. Knows no volume.

use voltomo_types::Transform;

use crate::deformation::Deformation;

/// Where points of one volume lie in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement<'a> {
    /// Takes points of the source's frame to the target's, mm.
    pub transform: Transform,
    /// What is bent after that.
    pub deformation: Option<&'a Deformation>,
}

impl Placement<'_> {
    /// A transform alone.
    #[must_use]
    pub fn of(transform: Transform) -> Self {
        Self { transform, deformation: None }
    }

    /// Where a point of the source lies in the target, mm.
    #[must_use]
    pub fn apply(&self, point: [f64; 3]) -> [f64; 3] {
        let placed = self.transform.apply(point);
        self.deformation.map_or(placed, |deformation| deformation.apply(placed))
    }
}
