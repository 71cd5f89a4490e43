//! Means, spreads and summaries of arrays. Knows no physics.
