//! The part of writing that all formats share: order, checks, figures, progress, names.

use std::ops::Range;
use std::path::Path;

use ndarray::{ArrayView3, s};

use super::place::{Leftovers, Place, Unfinished};
use super::progress::Progress;
use super::quantise::Quantiser;
use super::record::Record;
use super::slice_writer::{Beginning, SliceWriter};
use super::{
    Existing, StoreError, StoreFormat, StoreSettings, Stored, StoredFigures, VolumeMetadata,
    VolumeStore, disk_bytes, metaimage, nifti, nrrd, slab_alignment, tiff_stack, zarr,
};
use crate::whole_file::MadeFolder;

/// A volume that is written in order.
pub(super) struct OrderedStore {
    shape: [usize; 3],
    alignment: usize,
    needed: u64,
    quantiser: Quantiser,
    writer: Box<dyn SliceWriter>,
    next: usize,
    figures: StoredFigures,
    progress: Progress,
    /// Last, so that the files are closed when they go.
    leftovers: Leftovers,
}

impl OrderedStore {
    /// Begins a volume.
    pub(super) fn create(
        folder: &Path,
        settings: &StoreSettings,
        metadata: &VolumeMetadata,
        (existing, unfinished): (Existing, Unfinished),
    ) -> Result<Self, StoreError> {
        refuse_problems(settings, metadata)?;
        let mut place = Place::new(folder, (&metadata.name, settings.format), unfinished)?;
        let made = MadeFolder::make(folder);
        let made = made.map_err(|source| StoreError::from_io(source, folder, 0))?;
        place.clear(existing)?;
        // What cannot even begin leaves nothing.
        let unfinished_yet = Unfinished::Removed;
        let leftovers = Leftovers { place, unfinished: unfinished_yet, _folder: made };
        let progress = Progress::begin(settings, &Record::new(settings, metadata));
        let mut store = Self::open(leftovers, progress, &metadata.name, false)?;
        store.leftovers.unfinished = unfinished;
        Ok(store)
    }

    /// Goes on with a volume.
    pub(super) fn reopen(
        folder: &Path,
        settings: &StoreSettings,
        metadata: &VolumeMetadata,
    ) -> Result<Self, StoreError> {
        refuse_problems(settings, metadata)?;
        let unfinished = Unfinished::Kept;
        let place = Place::new(folder, (&metadata.name, settings.format), unfinished)?;
        let note = place.progress.clone().unwrap_or_default();
        let progress = Progress::load(&note)?;
        let asked = Progress::begin(settings, &Record::new(settings, metadata));
        progress.refuse_other(&asked, &note)?;
        if !place.partial.exists() {
            return Err(StoreError::NothingToResume { path: place.partial });
        }
        let leftovers = Leftovers { place, unfinished, _folder: MadeFolder::default() };
        Self::open(leftovers, progress, &metadata.name, true)
    }

    fn open(
        leftovers: Leftovers,
        progress: Progress,
        name: &str,
        is_begun: bool,
    ) -> Result<Self, StoreError> {
        let (settings, record) = (&progress.settings, &progress.record);
        let needed = disk_bytes(settings, &record.grid);
        // Noted before the file is there: what a kill leaves behind is known as ours.
        let place = &leftovers.place;
        place.progress.as_ref().map_or(Ok(()), |note| progress.save(note, needed))?;
        let path = &place.partial;
        let writer = begin(&Beginning { path, name, settings, record, is_begun, needed })?;
        Ok(Self {
            shape: record.grid.shape,
            alignment: slab_alignment(settings),
            needed,
            quantiser: Quantiser::new(settings),
            writer,
            next: progress.safe_slices,
            figures: progress.figures,
            progress,
            leftovers,
        })
    }

    fn refuse_slab(&self, z: &Range<usize>, slab: ArrayView3<f32>) -> Result<(), StoreError> {
        let path = self.leftovers.place.partial.clone();
        let [slice_count, rows, columns] = self.shape;
        if z.start != self.next || z.end > slice_count || z.is_empty() {
            let (found, expected) = (z.clone(), self.next);
            return Err(StoreError::SlabOrder { found, expected, slice_count, path });
        }
        let expected = [z.len(), rows, columns];
        if slab.shape() != expected {
            let found = slab.dim().into();
            return Err(StoreError::SlabShape { found, expected, path });
        }
        Ok(())
    }

    fn refuse_not_finite(&self, z: usize, slab: ArrayView3<f32>) -> Result<(), StoreError> {
        let mut wrong = slab.indexed_iter().filter(|(_, value)| !value.is_finite());
        let Some(((slice, row, column), _)) = wrong.next() else { return Ok(()) };
        let (count, first) = (1 + wrong.count(), [z + slice, row, column]);
        Err(StoreError::NotFinite { count, first, path: self.leftovers.place.partial.clone() })
    }

    /// Writes slices that do not cross the depth of one file, and notes them when it is full.
    /// `seen`: figures of each slice.
    fn write_part(
        &mut self,
        slices: Range<usize>,
        part: ArrayView3<f32>,
        seen: &[StoredFigures],
    ) -> Result<(), StoreError> {
        self.writer.write_slices(slices.start, part)?;
        self.figures = seen.iter().fold(self.figures, |all, slice| all.and(slice));
        self.next = slices.end;
        if !self.next.is_multiple_of(self.alignment) && self.next != self.shape[0] {
            return Ok(());
        }
        self.progress.safe_slices = self.next;
        self.progress.figures = self.figures;
        let note = self.leftovers.place.progress.as_ref();
        note.map_or(Ok(()), |note| self.progress.save(note, self.needed))
    }
}

impl VolumeStore for OrderedStore {
    fn write_slab(
        &mut self,
        z: Range<usize>,
        attenuation: ArrayView3<f32>,
    ) -> Result<(), StoreError> {
        self.refuse_slab(&z, attenuation)?;
        // NaN and infinities show in the sum, so the costly search runs only when there are some.
        let seen = self.quantiser.figures(attenuation);
        if seen.iter().any(|slice| !slice.sum.is_finite()) {
            self.refuse_not_finite(z.start, attenuation)?;
        }
        while self.next < z.end {
            let end = (self.next / self.alignment + 1) * self.alignment;
            let slices = self.next..end.min(z.end);
            let within = slices.start - z.start..slices.end - z.start;
            let part = attenuation.slice(s![within.clone(), .., ..]);
            self.write_part(slices, part, &seen[within])?;
        }
        Ok(())
    }

    fn next_slice(&self) -> usize {
        self.next
    }

    fn path(&self) -> &Path {
        &self.leftovers.place.partial
    }

    fn finish(mut self: Box<Self>, cancelled: bool) -> Result<Stored, StoreError> {
        let (slice_count, expected) = (self.next, self.shape[0]);
        let is_whole = slice_count == expected;
        let figures = self.figures;
        if cancelled {
            let path = self.leftovers.place.partial.clone();
            return Ok(Stored { path, slice_count, is_whole: false, figures });
        }
        if !is_whole {
            let path = self.leftovers.place.partial.clone();
            return Err(StoreError::Incomplete { found: slice_count, expected, path });
        }
        self.writer.complete()?;
        drop(self.writer);
        self.leftovers.place.publish()?;
        let path = self.leftovers.place.whole.clone();
        Ok(Stored { path, slice_count, is_whole, figures })
    }
}

fn refuse_problems(settings: &StoreSettings, metadata: &VolumeMetadata) -> Result<(), StoreError> {
    if metadata.grid.shape.contains(&0) {
        return Err(StoreError::Empty { shape: metadata.grid.shape });
    }
    match settings.problems().into_iter().next() {
        Some(problem) => Err(StoreError::Setting { problem }),
        None => Ok(()),
    }
}

fn begin(beginning: &Beginning) -> Result<Box<dyn SliceWriter>, StoreError> {
    Ok(match beginning.settings.format {
        StoreFormat::Zarr => Box::new(zarr::ZarrWriter::begin(beginning)?),
        StoreFormat::Tiff => Box::new(tiff_stack::TiffWriter::begin(beginning)?),
        StoreFormat::Mha => Box::new(metaimage::begin(beginning)?),
        StoreFormat::Nrrd => Box::new(nrrd::begin(beginning)?),
        StoreFormat::Nifti => Box::new(nifti::begin(beginning)?),
    })
}
