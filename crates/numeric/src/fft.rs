//! Fourier transforms with plans and scratch kept. Knows no physics.
