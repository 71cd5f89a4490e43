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
    store::{self, Stored, VolumeMetadata},
    tally::Tally,
    volumes::{Slab, Start, StoredVolumes, Volumes},
    watch::Watch,
};

/// What the slabs left behind.
pub(crate) struct Done {
    /// The volume.
    pub(crate) stored: Stored,
    /// Its noise, where it is wanted.
    pub(crate) noise: Option<Stored>,
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
        let mut volumes = self.volumes(start, &progress)?;
        let resumed_at = volumes.next_slice();
        watch.begin("correct and reconstruct", self.prepared.grid.shape[0]);
        for slab in Progress::remaining(resumed_at, &self.prepared.plan.slabs) {
            if watch.is_cancelled() {
                break;
            }
            let made = self.slab(slab.clone(), &mut progress.tally, (journal, previews))?;
            journal.time("store", || volumes.write(&slab, &made))?;
            progress.save(self.layout.root())?;
            previews.keep(slab.start, &made.attenuation);
            watch.advance(slab.end);
        }
        watch.end();
        let is_whole = volumes.next_slice() == self.prepared.grid.shape[0];
        if is_whole {
            let nothing_to_go_on_with = |_: &_| Progress::clear(self.layout.root());
            progress.tally.alive().inspect_err(nothing_to_go_on_with)?;
        }
        let StoredVolumes { attenuation: stored, noise } =
            journal.time("finish", || volumes.finish(!is_whole))?;
        previews.fill(0..resumed_at, &stored.path)?;
        previews.volume()?;
        Ok(Done { stored, noise, tally: progress.tally })
    }

    fn slab(
        &self,
        slab: Range<usize>,
        tally: &mut Tally,
        (journal, previews): (&mut Journal, &Previews),
    ) -> Result<Slab, RunError> {
        let rows = self.prepared.method.rows_needed(slab.clone());
        let block = Block { frames: 0..self.prepared.geometry.view_count(), rows: rows.clone() };
        let corrected = journal.time("correct", || {
            correct_block(self.scan, self.survey, &self.recipe.correct, block.clone())
        })?;
        tally.correct(rows.clone(), &corrected)?;
        if slab.contains(&(self.prepared.grid.shape[0] / 2)) {
            previews.sinogram(&corrected.line_integrals)?;
        }
        let projections = Projections::new(corrected.line_integrals.view(), rows.start);
        let attenuation = journal.time("reconstruct", || {
            self.prepared.method.reconstruct(projections, slab.clone(), &())
        })?;
        tally.reconstruct(slab.clone(), &attenuation)?;
        let line_integrals = &corrected.line_integrals;
        let noise = journal.time("noise", || self.noise(&block, line_integrals, slab))?;
        Ok(Slab { attenuation, noise })
    }

    /// Standard deviation of the slices, where it is wanted.
    fn noise(
        &self,
        block: &Block,
        line_integrals: &Array3<f32>,
        slab: Range<usize>,
    ) -> Result<Option<Array3<f32>>, RunError> {
        let Some(method) = &self.prepared.variances else {
            return Ok(None);
        };
        let variances = self.survey.variances(self.scan, block, line_integrals.view());
        let variances = Projections::new(variances.view(), block.rows.start);
        let mut noise = method.reconstruct(variances, slab, &())?;
        // Rounding may leave a variance of nothing a little below zero.
        noise.mapv_inplace(|variance| variance.max(0.0).sqrt());
        Ok(Some(noise))
    }

    fn volumes(&self, start: Start, progress: &Progress) -> Result<Volumes, RunError> {
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
        Volumes::open(start, (&folder, self.recipe), &metadata)
    }
}
