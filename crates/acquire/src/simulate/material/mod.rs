//! What things are made of, and how they attenuate neutrons and X-rays. Knows no shapes.

mod substance;

pub use substance::Substance;
