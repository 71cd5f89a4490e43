//! The methods of reconstruction, one a file. Knows no settings of other stages.

pub(crate) mod fbp;
