//! A `Scan` from an instrument's files, or from a phantom of known truth. Reads only.

pub mod simulate;
