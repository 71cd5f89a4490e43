//! What things are made of, and how they attenuate neutrons and X-rays. Knows no shapes, no beams.

mod definition;
mod error;
mod formula;
mod library;
mod nearest;
mod neutron;
mod nuclide;
mod substance;
mod xray;

pub use definition::MaterialDefinition;
pub use error::MaterialError;
pub use library::Library;
pub use neutron::{HydrogenModel, NeutronParts};
pub use nuclide::Nuclide;
pub use substance::Substance;
pub use xray::XrayParts;
