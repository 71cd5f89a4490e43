//! The data's way, slab by slab: read and correct, reconstruct, write. Knows no file format.

use std::ops::Range;

use ndarray::{Array3, ArrayView3};
use voltomo_correct::{Block, Survey};
use voltomo_reconstruct::{Method, Projections};
use voltomo_types::Scan;

use crate::{
    bands::CorrectedBands,
    error::RunError,
    iterations::{ADVANCES, Kept, Listener, SlabIterations},
    journal::Journal,
    kept,
    layout::Layout,
    prepare::Prepared,
    preview::Previews,
    provenance::{Program, RECORD, Status},
    quality::{Measured, Quality},
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
    /// How iterations went, a slab each; none of a direct method.
    pub(crate) iterations: Vec<SlabIterations>,
}

impl Done {
    /// Stopped where slices are missing, or an iteration of the whole volume was not the last.
    pub(crate) fn status(&self) -> Status {
        let is_iterate = self.iterations.iter().any(|slab| slab.stopped().is_some());
        if self.stored.is_whole && !is_iterate { Status::Done } else { Status::Stopped }
    }

    /// Figures beyond their limits.
    pub(crate) fn findings(&self, recipe: &Recipe) -> Vec<String> {
        let mut findings = self.tally.corrections().findings();
        findings.extend(self.tally.improbable());
        findings.extend(self.stored.figures.findings(&recipe.store));
        findings.extend(self.iterations.iter().find_map(SlabIterations::stopped));
        let has_penalty = matches!(recipe.reconstruct.method, Method::FistaTv | Method::PdhgTv);
        findings.extend(SlabIterations::findings(&self.iterations, has_penalty));
        findings
    }
}

/// Everything that stays the same from slab to slab.
pub(crate) struct Way<'a> {
    /// As the instrument wrote it.
    pub(crate) scan: &'a Scan,
    /// What was measured of it.
    pub(crate) survey: &'a Survey,
    /// Its line integrals.
    pub(crate) bands: CorrectedBands<'a>,
    pub(crate) recipe: &'a Recipe,
    pub(crate) prepared: &'a Prepared,
    pub(crate) layout: &'a Layout,
}

impl Way<'_> {
    /// How good the scan is.
    pub(crate) fn quality(&self) -> Result<Quality, RunError> {
        let Self { scan, survey, recipe, bands, prepared, .. } = self;
        Measured { scan, survey, bands, recipe }.quality(Some(prepared))
    }

    /// All slabs in turn; stops between two when told, or between two iterations.
    pub(crate) fn slabs(
        &self,
        (mut progress, start): (Progress, Start),
        (journal, previews): (&mut Journal, &mut Previews),
        watch: &dyn Watch,
    ) -> Result<Done, RunError> {
        let mut volumes = self.volumes(start, &progress)?;
        let resumed_at = volumes.next_slice();
        journal
            .time("resume", || kept::check(&volumes, (&progress.tally, resumed_at), previews))?;
        watch.begin("correct and reconstruct", ADVANCES * self.prepared.grid.shape[0]);
        for slab in Progress::remaining(resumed_at, &self.prepared.plan.slabs) {
            if watch.is_cancelled() {
                break;
            }
            let listener = Listener::new(watch, slab.clone(), self.prepared.method.uses_weights());
            let made = self.slab(&listener, &mut progress.tally, (journal, previews))?;
            progress.iterations.extend(listener.told());
            let Some(made) = made else { break };
            if listener.kept(self.prepared.grid.shape[0]) == Kept::AsItStands {
                // Begun anew, so that it says of itself how far it is.
                drop(volumes);
                volumes = self.volumes(Start::Anew, &progress)?;
            }
            journal.time("store", || volumes.write(&slab, &made))?;
            progress.save(self.layout.root())?;
            previews.keep(slab.start, &made.attenuation);
            watch.advance(ADVANCES * slab.end);
        }
        watch.end();
        self.finished((volumes, progress), (journal, previews), watch)
    }

    /// Gives the volumes their names where they are whole, and draws what there is.
    fn finished(
        &self,
        (volumes, progress): (Volumes, Progress),
        (journal, previews): (&mut Journal, &mut Previews),
        watch: &dyn Watch,
    ) -> Result<Done, RunError> {
        let is_whole = volumes.next_slice() == self.prepared.grid.shape[0];
        journal.warn_all(&SlabIterations::warnings(&progress.iterations), watch);
        if is_whole {
            let nothing_to_go_on_with = |_: &_| Progress::clear(self.layout.root());
            let is_iterated = !progress.iterations.is_empty();
            progress.tally.alive(is_iterated).inspect_err(nothing_to_go_on_with)?;
        }
        // The record of a run that is replaced tells nothing of this volume.
        let _ = std::fs::remove_file(self.layout.root().join(RECORD));
        let StoredVolumes { attenuation: stored, noise } =
            journal.time("finish", || volumes.finish(!is_whole))?;
        previews.volume()?;
        previews.iterations(&progress.iterations)?;
        let Progress { tally, iterations, .. } = progress;
        Ok(Done { stored, noise, tally, iterations })
    }

    /// One slab; `None` where its iteration was stopped, unless that is worth keeping.
    fn slab(
        &self,
        listener: &Listener<'_>,
        tally: &mut Tally,
        (journal, previews): (&mut Journal, &Previews),
    ) -> Result<Option<Slab>, RunError> {
        let (method, slab) = (&self.prepared.method, listener.slab());
        let rows = method.rows_needed(slab.clone());
        let block = Block { frames: 0..self.prepared.geometry.view_count(), rows: rows.clone() };
        let corrected = journal.time("correct", || self.bands.block(block.clone()))?;
        tally.correct(rows.clone(), &corrected)?;
        let values = corrected.line_integrals.view();
        if slab.contains(&(self.prepared.grid.shape[0] / 2)) {
            previews.sinogram(&corrected.line_integrals)?;
        }
        let attenuation = journal.time("reconstruct", || {
            let weights = method.uses_weights();
            let weights = weights.then(|| self.bands.weights(&block, values));
            let weights = weights.as_ref().map(|weights| weights.view());
            let projections = Projections { weights, ..Projections::new(values, rows.start) };
            method.reconstruct(projections, slab.clone(), listener)
        })?;
        if listener.kept(self.prepared.grid.shape[0]) == Kept::Nothing {
            return Ok(None);
        }
        journal.updates += self.updates(&attenuation, listener);
        tally.reconstruct(slab.clone(), &attenuation, listener.told().is_some())?;
        let noise = journal.time("noise", || self.noise(&block, values, slab))?;
        Ok(Some(Slab { attenuation, noise }))
    }

    /// Voxels times views, for each projection and back-projection of an iterative method.
    fn updates(&self, attenuation: &Array3<f32>, listener: &Listener<'_>) -> f64 {
        let passes = listener.told().map_or(1, |told| 2 * told.done);
        (attenuation.len() * self.prepared.geometry.view_count() * passes) as f64
    }

    /// Standard deviation of the slices, where it is wanted.
    fn noise(
        &self,
        block: &Block,
        line_integrals: ArrayView3<'_, f32>,
        slab: Range<usize>,
    ) -> Result<Option<Array3<f32>>, RunError> {
        let Some(method) = &self.prepared.variances else {
            return Ok(None);
        };
        let gains = self.bands.gains(self.prepared.method.as_ref(), &self.recipe.reconstruct);
        let variances = self.bands.variances(block, (line_integrals, gains));
        let variances = Projections::new(variances.view(), block.rows.start);
        let mut noise = method.reconstruct(variances, slab, &())?;
        // Rounding may leave a variance of nothing a little below zero.
        noise.mapv_inplace(|variance| variance.max(0.0).sqrt());
        Ok(Some(noise))
    }

    fn volumes(&self, start: Start, progress: &Progress) -> Result<Volumes, RunError> {
        let folder = self.layout.reconstruct();
        let mut provenance = serde_json::json!({
            "program": Program::this(),
            "recipe": progress.recipe,
            "inputs": progress.inputs,
            "axis": progress.axis_record,
        });
        if let Some(stopped) = progress.iterations.iter().find_map(SlabIterations::stopped) {
            provenance["stopped"] = stopped.into();
        }
        let metadata = VolumeMetadata {
            name: "volume".into(),
            grid: self.prepared.grid,
            content: store::Content::Attenuation,
            provenance,
        };
        Volumes::open(start, (&folder, self.recipe), &metadata)
    }
}
