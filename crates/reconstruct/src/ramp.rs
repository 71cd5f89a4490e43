//! The ramp filter and its windows. Knows no projections.
