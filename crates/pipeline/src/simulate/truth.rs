//! The truth beside a scan: labels and attenuation on the grid that its reconstruction has. Knows no
//! frames.

use std::path::{Path, PathBuf};

use ndarray::{ArrayView3, s};
use voltomo_acquire::simulate::{
    instrument::Twin,
    shape::{Scene, VoxelRequest},
};
use voltomo_reconstruct::{ConeSlices, ReconstructSettings, cone_grid_for, grid_for};
use voltomo_types::{
    Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

use super::{cone_truth::geometry_as_read, error::SimulateError};
use crate::{
    error::RunError,
    memory::Bytes,
    store::{
        self, Content, Existing, NumberType, StoreError, StoreSettings, VolumeMetadata, VolumeStore,
    },
    watch::Watch,
};

/// Lines a voxel along each of y and z.
const LINES: usize = 3;
/// Edge of a chunk: shallow, so that thin slabs fill whole ones.
const CHUNK: usize = 32;
/// The volumes: name, and what they hold.
const VOLUMES: [(&str, Content); 3] = [
    ("labels", Content::Labels),
    ("mu_neutron", Content::Attenuation),
    ("mu_xray", Content::Attenuation),
];

/// Where the voxels of the truth are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TruthGrid {
    /// As the reconstruction has it.
    pub(super) grid: VoxelGrid,
    /// The same voxels in the cell.
    pub(super) request: VoxelRequest,
}

impl TruthGrid {
    /// The grid that the reconstruction of the frames with the recipe beside them, read as they are
    /// on disk, has.
    ///
    /// # Errors
    /// An axis that is not on the frame.
    pub(super) fn of(twin: &Twin<'_>) -> Result<Self, SimulateError> {
        let [rows, columns] = twin.shape();
        let (grid, below_middle) = match twin.geometry() {
            Geometry::Parallel(geometry) => {
                let settings = ReconstructSettings::default();
                let read = as_read(geometry, [rows, columns]);
                let (axis, last) = (read.axis.centre, columns as f64 - 1.0);
                if !(0.0..=last).contains(&axis) {
                    return Err(SimulateError::AxisOffFrame { axis, columns });
                }
                let grid = grid_for(&read, (rows, columns), &settings).map_err(RunError::from)?;
                (grid, frame_below_middle(&geometry.frame, rows))
            }
            Geometry::Cone(cone) => {
                let mut settings = ReconstructSettings::default();
                settings.cone.slices = ConeSlices::Axis;
                let read = geometry_as_read(twin);
                let grid =
                    cone_grid_for(&read, (rows, columns), &settings).map_err(RunError::from)?;
                (grid, frame_below_middle(&cone.frame, rows))
            }
        };
        let pixel = grid.voxel / twin.geometry().frame().bin as f64;
        let [z, y, x] = grid.first;
        let first = [twin.aim_mm() - below_middle * pixel - z, y, x];
        let request = VoxelRequest { shape: grid.shape, voxel: grid.voxel, first, samples: LINES };
        Ok(Self { grid, request })
    }

    /// Bytes on disk at most.
    pub(super) fn disk(&self) -> Bytes {
        let bytes = VOLUMES.map(|(_, content)| store::disk_bytes(&settings(content), &self.grid));
        Bytes(bytes.iter().sum())
    }

    /// Memory that a slab of so many slices takes.
    pub(super) fn memory(&self, slices: usize) -> Bytes {
        let voxels = (slices * self.grid.shape[1] * self.grid.shape[2]) as u64;
        let stores =
            VOLUMES.map(|(_, content)| store::working_bytes(&settings(content), &self.grid));
        // Labels as bytes and as numbers for the store, two attenuations.
        Bytes(voxels * (1 + 4 + 2 * 4) + stores.iter().max().copied().unwrap_or(0))
    }

    /// The most slices that fit a budget, beside what is held anyway.
    ///
    /// # Errors
    /// Not even one.
    pub(super) fn slab_slices(&self, budget: Bytes, held: Bytes) -> Result<usize, SimulateError> {
        let takes = |slices: usize| Bytes(self.memory(slices).0 + held.0);
        let what = "one slice of the truth";
        // A layer of chunks at most: more would fill no file better, and takes memory.
        [CHUNK, CHUNK / 2, 8, 4, 2, 1]
            .into_iter()
            .find(|slices| takes(*slices) <= budget)
            .ok_or_else(|| SimulateError::Budget { what, needed: takes(1), budget })
    }
}

/// Rows by which the frame's middle lies below the detector's, unbinned.
fn frame_below_middle(frame: &PixelFrame, rows: usize) -> f64 {
    frame.detector_row((rows as f64 - 1.0) / 2.0) - frame.middle_row()
}

/// The axis as somebody who has only the frames would tell it: in their pixels, from the middle
/// of their rows.
pub(super) fn axis_as_read(geometry: &ParallelGeometry, rows: usize) -> RotationAxis {
    let frame = &geometry.frame;
    let middle = frame.detector_row((rows as f64 - 1.0) / 2.0);
    RotationAxis {
        centre: frame.column(geometry.axis.column_at(middle, frame)),
        tilt: geometry.axis.tilt,
    }
}

/// The geometry of the frames as they are read from disk: without knowledge of crop and binning.
fn as_read(geometry: &ParallelGeometry, [rows, columns]: [usize; 2]) -> ParallelGeometry {
    let pixel = geometry.pixel.map(|pixel| Millimetre(pixel.0 * geometry.frame.bin as f64));
    ParallelGeometry {
        angles: vec![Radian(0.0)],
        axis: axis_as_read(geometry, rows),
        frame: PixelFrame::whole(rows, columns),
        pixel,
    }
}

fn settings(content: Content) -> StoreSettings {
    let plain = StoreSettings { chunk: CHUNK, ..StoreSettings::default() };
    match content {
        Content::Attenuation | Content::Noise | Content::Confidence => plain,
        Content::Labels => {
            StoreSettings { numbers: NumberType::U8, limits: Some([0.0, 255.0]), ..plain }
        }
    }
}

/// What the volumes of the truth are made of.
pub(super) struct Truth<'a> {
    pub(super) scene: &'a Scene,
    pub(super) at: TruthGrid,
    /// Coefficients of each material for neutrons and for X-rays, 1/cm.
    pub(super) attenuations: [Vec<f64>; 2],
    /// What every volume says of its origin.
    pub(super) provenance: serde_json::Value,
}

impl Truth<'_> {
    /// Writes the volumes into `folder`, slab by slab; `goes_on` with those of a stopped
    /// simulation. Returns whether they are whole: told to stop, it stops between two slabs.
    pub(super) fn write(
        &self,
        folder: &Path,
        (slices, goes_on): (usize, bool),
        watch: &dyn Watch,
    ) -> Result<bool, SimulateError> {
        let mut stores = Vec::new();
        for (name, content) in VOLUMES {
            stores.push(self.open(folder, (name, content), goes_on)?);
        }
        let depth = self.at.grid.shape[0];
        let next = |store: &Option<Box<dyn VolumeStore>>| {
            store.as_ref().map_or(depth, |store| store.next_slice())
        };
        let begin = stores.iter().map(next).min().unwrap_or(0);
        watch.begin("fill the voxels of the truth", depth);
        let mut z = begin;
        while z < depth && !watch.is_cancelled() {
            let end = (z / slices * slices + slices).min(depth);
            let voxels = self.scene.voxels(&self.at.request, z..end, &self.attenuations);
            let labels = voxels.labels.mapv(f32::from);
            let volumes = std::iter::once(&labels).chain(&voxels.attenuations);
            for (store, volume) in stores.iter_mut().zip(volumes) {
                if let Some(store) = store {
                    keep(store.as_mut(), z..end, volume.view())?;
                }
            }
            z = end;
            watch.advance(z);
        }
        watch.end();
        for store in stores.into_iter().flatten() {
            store.finish(z < depth)?;
        }
        Ok(z == depth)
    }

    /// A volume to write, or nothing where a stopped simulation has finished it.
    fn open(
        &self,
        folder: &Path,
        (name, content): (&str, Content),
        goes_on: bool,
    ) -> Result<Option<Box<dyn VolumeStore>>, SimulateError> {
        let metadata = VolumeMetadata {
            name: name.into(),
            grid: self.at.grid,
            content,
            provenance: self.provenance.clone(),
        };
        let settings = settings(content);
        if goes_on && volume_path(folder, name).exists() {
            return Ok(None);
        }
        if goes_on {
            match store::reopen(folder, &settings, &metadata) {
                Err(StoreError::NothingToResume { .. }) => {}
                reopened => return Ok(Some(reopened?)),
            }
        }
        Ok(Some(store::create(folder, &settings, &metadata, Existing::Replace)?))
    }
}

/// Where a volume of the truth is.
pub(super) fn volume_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.zarr"))
}

/// Writes the slices that the volume still lacks.
fn keep(
    store: &mut dyn VolumeStore,
    z: std::ops::Range<usize>,
    volume: ArrayView3<'_, f32>,
) -> Result<(), SimulateError> {
    let from = store.next_slice().max(z.start);
    if from < z.end {
        store.write_slab(from..z.end, volume.slice(s![from - z.start.., .., ..]))?;
    }
    Ok(())
}
