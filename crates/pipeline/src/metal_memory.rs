//! Memory that a search for metal takes. Searches nothing.

use voltomo_correct::{Block, HardeningMethod, MetalArtefacts, working_bytes};
use voltomo_types::Scan;

use crate::recipe::Recipe;

/// Coarser rows that are corrected at a time.
pub(crate) const BAND: usize = 16;

/// Memory of the search for metal: while it lasts, and what stays of it, bytes.
///
/// Line integrals and lengths of all rays in coarser pixels, one or two more of them, the volume,
/// and a second one for the prior.
pub(crate) fn metal_memory(
    (scan, recipe): (&Scan, &Recipe),
    views: usize,
    (rows, columns): (usize, usize),
) -> [u64; 2] {
    let settings = &recipe.correct.beam_hardening;
    if settings.method != HardeningMethod::TwoMaterials {
        return [0; 2];
    }
    let coarser = settings.coarser.max(1);
    let (high, wide) = (rows / coarser, columns / coarser);
    let has_prior = settings.metal_artefacts == MetalArtefacts::Normalised;
    let stack = 4 * (views * high * wide) as u64;
    let volume = 4 * (high * wide * wide) as u64;
    let more = u64::from(has_prior || settings.passes > 1);
    let stacks = 2 + more + u64::from(has_prior);
    let volumes = 1 + u64::from(has_prior);
    let band = Block { frames: 0..views, rows: 0..(BAND * coarser).min(rows) };
    let reading = working_bytes(scan, &recipe.correct, band);
    let working = stacks * stack + volumes * volume + reading.max(volume / 4 + stack / 4);
    [working, stack * (1 + u64::from(has_prior))]
}
