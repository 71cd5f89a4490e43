//! The command line door of voltomo.
fn main() {}
