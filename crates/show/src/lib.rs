//! Pictures of slices, radiographs and candidates. Knows no reconstruction.
