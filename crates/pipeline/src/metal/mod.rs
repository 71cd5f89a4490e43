//! Metal in a scan, by a first reconstruction of all of it. Corrects nothing itself.

mod search;

pub(crate) use search::{MetalFound, with_metal};
