//! Straight lines and small systems, robustly. Knows no physics.
