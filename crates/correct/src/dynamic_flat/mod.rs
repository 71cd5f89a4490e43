//! Open beams that change from radiograph to radiograph: what flat fields have in common, and how
//! much of it each radiograph shows. Knows no line integrals.
//!
//! Source: Van Nieuwenhove, De Beenhouwer, De Carlo, Mancini, Marone & Sijbers 2015,
//! doi:10.1364/OE.23.027975.

mod components;
mod settings;
mod weights;

pub(crate) use components::{Components, Mean};
pub use settings::{DynamicFlatMethod, DynamicFlatSettings};
pub(crate) use weights::Fit;
