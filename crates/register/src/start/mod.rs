//! What both beams see surely: the can's outer wall, its axis and its ends, and the placements that
//! follow from them. Knows no attenuation of materials.

mod candidate;
mod circle;
mod cylinder;
mod ends;
mod silhouette;

pub(crate) use candidate::{Candidate, candidates, mirror};
pub(crate) use cylinder::find_can;
