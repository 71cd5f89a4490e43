//! What can be wrong with a scene. Knows no files.

/// Why a scene could not be made of its parts.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A shape that has no inside, or a number that is none.
    #[error("part `{part}`: {found}; expected {expected}")]
    Part {
        /// The part's name.
        part: String,
        /// What was found.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A material that the scene does not have.
    #[error("part `{part}` is made of material {material}, but the scene has {count} materials")]
    Material {
        /// The part's name.
        part: String,
        /// The index that was asked for.
        material: usize,
        /// How many there are.
        count: usize,
    },
    /// A squeeze that turns the cell inside out or blows it up.
    #[error("ovality scales by {along} along and {across} across; expected 0.5 to 2 for both")]
    Ovality {
        /// Scale along the angle.
        along: f64,
        /// Scale across it.
        across: f64,
    },
}
