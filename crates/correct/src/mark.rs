//! What a pixel of a raw frame is, as a number: the larger one wins. Knows no method.

/// As good as its neighbours.
pub(crate) const CLEAN: u8 = 0;
/// Part of a hole that was found as a spot.
pub(crate) const DARK: u8 = 1;
/// Part of a peak that was found as a spot.
pub(crate) const BRIGHT: u8 = 2;
/// Not finite.
pub(crate) const HOLE: u8 = 3;
/// Dead in every frame.
pub(crate) const DEAD: u8 = 4;
