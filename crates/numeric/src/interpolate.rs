//! Interpolation between samples of a regular array. Knows no physics.
