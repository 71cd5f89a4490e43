//! What a person wants done, in TOML: read, checked whole, completed with defaults. Touches no data.

mod check;
mod commented;
mod error;
mod nearest;
mod overrides;
mod read;
mod schema;
mod settings;

pub(crate) use commented::commented;
pub use error::{Place, PlacedProblem, RecipeError};
pub use overrides::Override;
pub use schema::json_schema;
pub use settings::Recipe;
