//! The data's way, slab by slab: read and correct, reconstruct, write. Knows no file format.

use std::ops::Range;

use ndarray::Array3;
use voltomo_correct::{Block, Survey, correct_block};
use voltomo_reconstruct::Projections;
use voltomo_types::Scan;

use crate::{
    error::RunError,
    journal::Journal,
    layout::Layout,
    prepare::Prepared,
    preview::Previews,
    provenance::Program,
    recipe::Recipe,
    resume::Progress,
    store::{self, Existing, Stored, VolumeMetadata, VolumeStore},
    tally::Tally,
    watch::Watch,
};

/// Whether a run begins or goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// A volume is begun; one that is there is replaced.
    Anew,
    /// An unfinished volume is gone on with.
    Resumed,
}

impl From<bool> for Start {
    fn from(resume: bool) -> Self {
        if resume { Self::Resumed } else { Self::Anew }
    }
}

/// What the slabs left behind.
pub(crate) struct Done {
    /// The volume.
    pub(crate) stored: Stored,
    /// Its rows and slices.
    pub(crate) tally: Tally,
}

impl Done {
    /// Figures beyond their limits.
    pub(crate) fn findings(&self, recipe: &Recipe) -> Vec<String> {
        let mut findings = self.tally.corrections().findings();
        findings.extend(self.tally.improbable());
        findings.extend(self.stored.figures.findings(&recipe.store));
        findings
    }
}

/// Everything that stays the same from slab to slab.
pub(crate) struct Way<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) survey: &'a Survey,
    pub(crate) recipe: &'a Recipe,
    pub(crate) prepared: &'a Prepared,
    pub(crate) layout: &'a Layout,
}

impl Way<'_> {
    /// All slabs in turn; stops between two when told.
    pub(crate) fn slabs(
        &self,
        (mut progress, start): (Progress, Start),
        (journal, previews): (&mut Journal, &mut Previews),
        watch: &dyn Watch,
    ) -> Result<Done, RunError> {
        let mut store = self.store(start, &progress)?;
        let resumed_at = store.next_slice();
        watch.begin("correct and reconstruct", self.prepared.grid.shape[0]);
        for slab in Progress::remaining(resumed_at, &self.prepared.plan.slabs) {
            if watch.is_cancelled() {
                break;
            }
            let attenuation = self.slab(slab.clone(), &mut progress.tally, (journal, previews))?;
            journal.time("store", || store.write_slab(slab.clone(), attenuation.view()))?;
            progress.save(self.layout.root())?;
            previews.keep(slab.start, &attenuation);
            watch.advance(slab.end);
        }
        watch.end();
        let is_whole = store.next_slice() == self.prepared.grid.shape[0];
        if is_whole {
            let nothing_to_go_on_with = |_: &_| Progress::clear(self.layout.root());
            progress.tally.alive().inspect_err(nothing_to_go_on_with)?;
        }
        let stored = journal.time("finish", || store.finish(!is_whole))?;
        previews.fill(0..resumed_at, &stored.path)?;
        previews.volume()?;
        Ok(Done { stored, tally: progress.tally })
    }

    fn slab(
        &self,
        slab: Range<usize>,
        tally: &mut Tally,
        (journal, previews): (&mut Journal, &Previews),
    ) -> Result<Array3<f32>, RunError> {
        let rows = self.prepared.method.rows_needed(slab.clone());
        let block = Block { frames: 0..self.prepared.geometry.view_count(), rows: rows.clone() };
        let corrected = journal.time("correct", || {
            correct_block(self.scan, self.survey, &self.recipe.correct, block)
        })?;
        tally.correct(rows.clone(), &corrected)?;
        if slab.contains(&(self.prepared.grid.shape[0] / 2)) {
            previews.sinogram(&corrected.line_integrals)?;
        }
        let projections = Projections::new(corrected.line_integrals.view(), rows.start);
        let attenuation = journal.time("reconstruct", || {
            self.prepared.method.reconstruct(projections, slab.clone(), &())
        })?;
        tally.reconstruct(slab, &attenuation)?;
        Ok(attenuation)
    }

    fn store(&self, start: Start, progress: &Progress) -> Result<Box<dyn VolumeStore>, RunError> {
        let folder = self.layout.reconstruct();
        let metadata = VolumeMetadata {
            name: "volume".into(),
            grid: self.prepared.grid,
            content: store::Content::Attenuation,
            provenance: serde_json::json!({
                "program": Program::this(),
                "recipe": progress.recipe,
                "inputs": progress.inputs,
                "axis": progress.axis_record,
            }),
        };
        Ok(match start {
            Start::Resumed => store::reopen(&folder, &self.recipe.store, &metadata)?,
            Start::Anew => {
                store::create(&folder, &self.recipe.store, &metadata, Existing::Replace)?
            }
        })
    }
}
