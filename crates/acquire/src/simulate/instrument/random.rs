//! Random numbers that depend on seed, frame, effect and row alone. Knows no physics.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What is drawn; each has numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Dose = 1,
    Counting = 2,
    Electronics = 3,
    Spots = 4,
    SourceDrift = 5,
    Gain = 6,
    GainResidual = 7,
    Faults = 8,
}

/// A seed, and the streams that follow from it.
#[derive(Debug, Clone)]
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The numbers of one effect in one row of one frame of the schedule.
    pub(super) fn stream(&self, frame: usize, effect: Effect, row: usize) -> ChaCha8Rng {
        let mut source = self.0.clone();
        source.set_stream(((frame as u64) << 32) | ((effect as u64) << 24) | row as u64);
        source.set_word_pos(0);
        source
    }
}
