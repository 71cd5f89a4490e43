//! Counts to line integrals. Knows no files.
