//! What each row and slice of a run was like, so that slabs and resumed runs add up. Reads no file.

use std::{collections::BTreeMap, ops::Range};

use ndarray::{Array3, Axis};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use voltomo_correct::{BlockFigures, Corrected};

use crate::{error::RunError, gate::Passed, provenance::hex};

/// One corrected row of all radiographs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Row {
    corrections: BlockFigures,
    passed: Passed,
}

/// One slice of the volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Slice {
    sha256: String,
    passed: Passed,
}

/// The rows and slices that are done. Slabs may share rows, and a resumed run may repeat slices:
/// each counts once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    rows: BTreeMap<usize, Row>,
    slices: BTreeMap<usize, Slice>,
}

impl Tally {
    /// Notes the rows of a corrected slab and holds them to the gate.
    ///
    /// # Errors
    /// Rows that must not go on.
    pub(crate) fn correct(
        &mut self,
        rows: Range<usize>,
        corrected: &Corrected,
    ) -> Result<(), RunError> {
        let mut slab = Passed::default();
        for (index, row) in rows.clone().enumerate() {
            let passed = Passed::of(corrected.line_integrals.index_axis(Axis(1), index));
            slab = slab.with(passed);
            self.rows.insert(row, Row { corrections: corrected.row_figures[index], passed });
        }
        hold(slab, ("correct", "correct.spots"), || format!("rows {} to {}", rows.start, rows.end))
    }

    /// Notes corrected rows of further radiographs, where radiographs come in turn.
    ///
    /// # Errors
    /// Rows that must not go on.
    pub(crate) fn correct_more(
        &mut self,
        rows: Range<usize>,
        corrected: &Corrected,
    ) -> Result<(), RunError> {
        let before = std::mem::take(&mut self.rows);
        self.correct(rows, corrected)?;
        for (index, row) in before {
            if let Some(now) = self.rows.get_mut(&index) {
                now.corrections = now.corrections.with(row.corrections);
                now.passed = now.passed.with(row.passed);
            }
        }
        Ok(())
    }

    /// Notes the slices of a reconstructed slab, with their hashes, and holds them to the gate.
    ///
    /// # Errors
    /// Slices that must not go on.
    pub(crate) fn reconstruct(
        &mut self,
        slab: Range<usize>,
        attenuation: &Array3<f32>,
        is_iterated: bool,
    ) -> Result<(), RunError> {
        let mut all = Passed::default();
        for (z, values) in slab.clone().zip(attenuation.outer_iter()) {
            let passed = Passed::of(values);
            all = all.with(passed);
            self.slices.insert(z, Slice { sha256: hash_of(values.iter()), passed });
        }
        let key = if is_iterated { "reconstruct.iterative" } else { "correct.spots" };
        hold(all, ("reconstruct", key), || format!("slices {} to {}", slab.start, slab.end))
    }

    /// Whether a slice has the hash that was noted.
    pub(crate) fn has_hash(&self, z: usize, values: &Array3<f32>) -> bool {
        self.slices.get(&z).is_some_and(|slice| slice.sha256 == hash_of(values.iter()))
    }

    /// Whether a slice was noted as one value everywhere, or not at all.
    pub(crate) fn is_even(&self, z: usize) -> bool {
        self.slices.get(&z).is_none_or(|slice| slice.passed.lifeless().is_some())
    }

    /// Spots, dead pixels and clipped values of all rows.
    #[must_use]
    pub(crate) fn corrections(&self) -> BlockFigures {
        let rows = self.rows.values().map(|row| row.corrections);
        rows.fold(BlockFigures::default(), BlockFigures::with)
    }

    /// What passed each stage's gate.
    #[must_use]
    pub(crate) fn gates(&self) -> BTreeMap<String, Passed> {
        let rows = self.rows.values().map(|row| row.passed);
        let slices = self.slices.values().map(|slice| slice.passed);
        let corrected = rows.fold(Passed::default(), Passed::with);
        let reconstructed = slices.fold(Passed::default(), Passed::with);
        [("correct".to_string(), corrected), ("reconstruct".to_string(), reconstructed)].into()
    }

    /// Holds whole stages to the gate: something must have come out of each.
    ///
    /// # Errors
    /// The stage that ended with nothing, or with one value everywhere.
    pub(crate) fn alive(&self, is_iterated: bool) -> Result<(), RunError> {
        self.corrected_alive()?;
        let key = if is_iterated { "reconstruct.iterative" } else { "reconstruct.region" };
        self.stage_alive("reconstruct", key)
    }

    /// Holds the correction alone to the gate.
    ///
    /// # Errors
    /// Line integrals that are all the same.
    pub(crate) fn corrected_alive(&self) -> Result<(), RunError> {
        self.stage_alive("correct", "acquire.flats")
    }

    fn stage_alive(&self, stage: &'static str, key: &'static str) -> Result<(), RunError> {
        match self.gates()[stage].lifeless() {
            None => Ok(()),
            Some(violation) => {
                let place = "the whole scan".into();
                Err(RunError::Gate { stage, violation, place, key })
            }
        }
    }

    /// Line integrals that no beam could have left: the input is something else.
    #[must_use]
    pub(crate) fn improbable(&self) -> Option<String> {
        const MOST: f32 = 30.0;
        let max = self.gates()["correct"].max;
        (max > MOST).then(|| {
            format!(
                "line integrals reach {max}, expected at most {MOST} (a transmission of 1e-13): \
                 are they counts? look at `acquire.kind`"
            )
        })
    }

    /// SHA-256 over the slices' hashes, in the order of the slices.
    #[must_use]
    pub(crate) fn volume_hash(&self) -> String {
        let mut hasher = Sha256::new();
        self.slices.values().for_each(|slice| hasher.update(&slice.sha256));
        hex(&hasher.finalize())
    }
}

/// SHA-256 of values as little-endian f32.
fn hash_of<'a>(values: impl Iterator<Item = &'a f32>) -> String {
    let mut hasher = Sha256::new();
    values.for_each(|value| hasher.update(value.to_le_bytes()));
    hex(&hasher.finalize())
}

fn hold(
    passed: Passed,
    (stage, key): (&'static str, &'static str),
    place: impl FnOnce() -> String,
) -> Result<(), RunError> {
    match passed.not_finite() {
        None => Ok(()),
        Some(violation) => Err(RunError::Gate { stage, violation, place: place(), key }),
    }
}
