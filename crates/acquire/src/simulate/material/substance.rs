//! A material by its elements and density. Knows no tables.

/// A homogeneous material.
#[derive(Debug, Clone, PartialEq)]
pub struct Substance {
    /// Its name.
    pub name: String,
    /// Density, g/cm³; 0 for what attenuates nothing.
    pub density: f64,
    /// Mass fractions by the symbol of the element; they sum to 1.
    pub fractions: Vec<(String, f64)>,
}
