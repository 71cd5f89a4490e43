//! Frames in order as a folder of TIFF images, through the volume store. Knows no TIFF.

use std::path::{Path, PathBuf};

use ndarray::ArrayView3;
use voltomo_types::{FrameShape, LengthUnit, Millimetre, VoxelGrid};

use crate::{
    error::RunError,
    store::{self, Existing, NumberType, StoreFormat, StoreSettings, VolumeMetadata, VolumeStore},
};

/// A folder of TIFF images being written: one image a frame.
pub(crate) struct Stack {
    store: Box<dyn VolumeStore>,
    next: usize,
}

/// What the images of a stack are.
pub(crate) struct StackSettings {
    /// Folder that will hold the folder of images.
    pub(crate) folder: PathBuf,
    /// Name of the folder of images.
    pub(crate) name: &'static str,
    /// How many of what size.
    pub(crate) shape: FrameShape,
    /// Edge of a pixel.
    pub(crate) pixel: Option<Millimetre>,
    /// 16-bit counts, or 32-bit floating point.
    pub(crate) numbers: NumberType,
}

impl Stack {
    /// Begins a stack.
    pub(crate) fn create(settings: &StackSettings) -> Result<Self, RunError> {
        let unit = settings.pixel.map_or(LengthUnit::Pixel, |_| LengthUnit::Millimetre);
        let FrameShape { frames, rows, columns } = settings.shape;
        let grid = VoxelGrid {
            shape: [frames, rows, columns],
            voxel: settings.pixel.map_or(1.0, |pixel| pixel.0),
            first: [0.0; 3],
            unit,
        };
        let counts = settings.numbers == NumberType::U16;
        let stored = StoreSettings {
            format: StoreFormat::Tiff,
            numbers: settings.numbers,
            limits: counts.then_some([0.0, 65535.0]),
            ..StoreSettings::default()
        };
        let metadata = VolumeMetadata {
            name: settings.name.into(),
            grid,
            content: store::Content::Attenuation,
            provenance: serde_json::json!({ "images": settings.name }),
        };
        let store = store::create(&settings.folder, &stored, &metadata, Existing::Replace)?;
        Ok(Self { store, next: 0 })
    }

    /// Writes the next frames, `[frame, row, column]`.
    pub(crate) fn push(&mut self, frames: ArrayView3<'_, f32>) -> Result<(), RunError> {
        let end = self.next + frames.dim().0;
        self.store.write_slab(self.next..end, frames)?;
        self.next = end;
        Ok(())
    }

    /// Ends the stack; returns the folder of images.
    pub(crate) fn finish(self, cancelled: bool) -> Result<PathBuf, RunError> {
        Ok(self.store.finish(cancelled)?.path)
    }
}

/// Writes a text file.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), RunError> {
    std::fs::write(path, text).map_err(|source| RunError::File {
        what: "cannot write",
        path: path.into(),
        source,
    })
}
