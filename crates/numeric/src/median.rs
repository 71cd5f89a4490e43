//! Medians of windows and of stacks. Knows no physics.
