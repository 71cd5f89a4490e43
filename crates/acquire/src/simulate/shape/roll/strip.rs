//! One piece of a layer in the plane of a detector column. Knows nothing of the spiral.

/// A rectangle of one material in the plane of a detector column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Strip {
    /// Along the horizontal line, mm.
    pub(super) t: [f64; 2],
    /// Height, mm.
    pub(super) z: [f64; 2],
    pub(super) material: usize,
}
