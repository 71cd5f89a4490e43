//! Line integrals to linear attenuation coefficients. Knows no files.
