//! How much of the half turn each view stands for. Knows no projections.

use voltomo_types::Radian;

/// What each view weighs in the sum over angles.
#[derive(Debug, Clone, PartialEq)]
pub struct AngularWeights {
    /// Weight of each view in radians; together the arc that the views cover, π for all of it.
    pub weights: Vec<f64>,
    /// Different directions, views that look the same way (or the opposite one) counted once.
    pub directions: usize,
    /// Arc covered, modulo the half turn: π where nothing is missing.
    pub covered: Radian,
    /// What a person should know: missing arcs.
    pub warnings: Vec<String>,
}

/// Weights of views at any angles: half the gap to both neighbours, modulo the half turn.
pub fn angular_weights(angles: &[Radian]) -> AngularWeights {
    let _ = angles;
    AngularWeights { weights: vec![], directions: 0, covered: Radian(0.0), warnings: vec![] }
}
