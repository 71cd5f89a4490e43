//! Coarser copies of a volume by averaging. Knows no physics.
