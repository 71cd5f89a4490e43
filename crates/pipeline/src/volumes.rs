//! The volumes that a run writes: attenuation, and its noise where it is wanted. Knows no format.

use std::ops::Range;

use ndarray::{Array3, Axis, Slice};

use crate::{
    error::RunError,
    recipe::Recipe,
    store::{self, Content, Existing, Stored, VolumeMetadata, VolumeStore},
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

/// One slab of each volume, `[z, y, x]`.
pub(crate) struct Slab {
    /// µ in the grid's unit.
    pub(crate) attenuation: Array3<f32>,
    /// Standard deviation of µ.
    pub(crate) noise: Option<Array3<f32>>,
}

/// The volumes on disk.
#[derive(Debug, Clone)]
pub(crate) struct StoredVolumes {
    pub(crate) attenuation: Stored,
    pub(crate) noise: Option<Stored>,
}

/// The volumes, being written slab by slab.
pub(crate) struct Volumes {
    attenuation: Box<dyn VolumeStore>,
    noise: Option<Box<dyn VolumeStore>>,
}

impl Volumes {
    /// Begins the volumes in `folder`, or goes on with those of a stopped run.
    pub(crate) fn open(
        start: Start,
        (folder, recipe): (&std::path::Path, &Recipe),
        metadata: &VolumeMetadata,
    ) -> Result<Self, RunError> {
        let open = |name: &str, content: Content| {
            let metadata = VolumeMetadata { name: name.into(), content, ..metadata.clone() };
            match start {
                Start::Resumed => store::reopen(folder, &recipe.store, &metadata),
                Start::Anew => store::create(folder, &recipe.store, &metadata, Existing::Replace),
            }
        };
        let attenuation = open(&metadata.name, metadata.content)?;
        let noise =
            recipe.reconstruct.noise_map.then(|| open("noise", Content::Noise)).transpose()?;
        Ok(Self { attenuation, noise })
    }

    /// The first slice that some volume still lacks.
    pub(crate) fn next_slice(&self) -> usize {
        let next = self.attenuation.next_slice();
        self.noise.as_ref().map_or(next, |noise| noise.next_slice().min(next))
    }

    /// Where the volumes lie while they are being written, attenuation first.
    pub(crate) fn paths(&self) -> Vec<&std::path::Path> {
        std::iter::once(&self.attenuation).chain(&self.noise).map(|store| store.path()).collect()
    }

    /// Writes the slices `z` of each volume, without those that it has.
    pub(crate) fn write(&mut self, z: &Range<usize>, slab: &Slab) -> Result<(), RunError> {
        write_missing(self.attenuation.as_mut(), z, &slab.attenuation)?;
        if let (Some(store), Some(noise)) = (&mut self.noise, &slab.noise) {
            write_missing(store.as_mut(), z, noise)?;
        }
        Ok(())
    }

    /// Gives the volumes their names, or leaves them to be gone on with.
    pub(crate) fn finish(self, cancelled: bool) -> Result<StoredVolumes, RunError> {
        let noise = self.noise.map(|noise| noise.finish(cancelled)).transpose()?;
        Ok(StoredVolumes { attenuation: self.attenuation.finish(cancelled)?, noise })
    }
}

fn write_missing(
    store: &mut dyn VolumeStore,
    z: &Range<usize>,
    values: &Array3<f32>,
) -> Result<(), RunError> {
    let first = store.next_slice().clamp(z.start, z.end);
    if first < z.end {
        let missing = values.slice_axis(Axis(0), Slice::from(first - z.start..));
        store.write_slab(first..z.end, missing)?;
    }
    Ok(())
}
