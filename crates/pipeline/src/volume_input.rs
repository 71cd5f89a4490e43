//! A finished volume as a later stage takes it, whichever program wrote it. Knows no stage.

use std::path::{Path, PathBuf};

use ndarray::{Array3, Axis, Zip, s};
use serde::Deserialize;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{AttenuationUnit, Fact, LengthUnit, Probe, Volume, VoxelGrid};

use crate::error::RunError;
use crate::layout::volume_in;
use crate::provenance::RECORD;
use crate::store::{Content, ForeignVolume, StoreError, StoredVolume, check_size, is_length_mm};

/// Slices that are read at once.
const AT_ONCE: usize = 16;
/// Edges of voxels that differ by less than this share are equal.
const EQUAL: f64 = 1e-3;

/// What a person says of a volume: what its files do not tell, or tell wrongly.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeRequest {
    /// The volume: of a run of voltomo's, or of another program.
    pub path: PathBuf,
    /// Distances from voxel to voxel `[z, y, x]`, mm.
    pub voxel_mm: Option<[f64; 3]>,
    /// The beam.
    pub probe: Probe,
    /// Whether the numbers are attenuations in 1/cm; `None`: as the files say, else grey values.
    pub is_attenuation: Option<bool>,
}

/// A volume of either origin, opened.
enum Source {
    Own(StoredVolume),
    Foreign(Box<ForeignVolume>),
}

/// A volume with all that a later stage must know of it; its numbers are not yet read.
pub struct VolumeInput {
    source: Source,
    path: PathBuf,
    /// Distances from voxel to voxel as stored, `[z, y, x]`, mm.
    spacing: [f64; 3],
    grid: VoxelGrid,
    /// The beam.
    pub probe: Probe,
    /// Whether the numbers are attenuations in 1/cm.
    pub is_attenuation: bool,
    /// What was understood, told and missing.
    pub facts: Vec<Fact>,
    /// That the voxels are told to be of another size than the files say.
    pub warning: Option<String>,
}

impl VolumeInput {
    /// Opens a volume and settles its voxel size.
    ///
    /// # Errors
    /// Nothing there, no volume, or nobody tells how large a voxel is.
    pub fn open(request: &VolumeRequest) -> Result<Self, RunError> {
        let path = volume_in(&request.path);
        if let Some(told) = request.voxel_mm.filter(|told| !told.iter().all(|it| is_length_mm(*it)))
        {
            let found = format!("a voxel of {told:?} mm [z, y, x]");
            return Err(refused(found, "lengths above zero, from 1e-7 to 10000 mm", &path));
        }
        let source = match StoredVolume::open(&path) {
            Ok(stored) => Source::Own(stored),
            Err(StoreError::Unreadable { .. } | StoreError::Io { .. }) => {
                Source::Foreign(Box::new(ForeignVolume::open(&path)?))
            }
            Err(other) => return Err(other.into()),
        };
        match source {
            Source::Own(stored) => Self::own(stored, request, path),
            Source::Foreign(foreign) => Self::foreign(foreign, request, path),
        }
    }

    fn own(stored: StoredVolume, request: &VolumeRequest, path: PathBuf) -> Result<Self, RunError> {
        if stored.content() != Content::Attenuation {
            let found = format!("a volume of {:?}", stored.content()).to_lowercase();
            return Err(refused(found, "one of attenuation coefficients", &path));
        }
        stored.refuse_missing(0..stored.grid().shape[0])?;
        let made_with = stored.provenance().pointer("/recipe/acquire/probe");
        let made_with = made_with.and_then(|it| Probe::deserialize(it).ok());
        if let Some(other) = made_with.filter(|it| *it != request.probe) {
            let (made, beam) = match other {
                Probe::Neutron => ("neutrons", "neutron"),
                Probe::Xray => ("X-rays", "xray"),
            };
            let expected = format!(
                "`{beam}` as its beam (`--modality {beam}`, `[{beam}]` in a cell's recipe)"
            );
            return Err(refused(format!("a volume made with {made}"), &expected, &path));
        }
        let mut grid = *stored.grid();
        let warning = other_voxel(request.voxel_mm, grid_voxel_mm(&grid), &path);
        let mut facts = vec![Fact::from_file("volume", "written by voltomo")];
        if let Some(told) = request.voxel_mm {
            let is_cubic = told.iter().all(|it| (it / told[0] - 1.0).abs() < EQUAL);
            if !is_cubic {
                let found = format!("a voxel of {told:?} mm [z, y, x]");
                return Err(refused(found, "a cube: voltomo writes no others", &path));
            }
            grid.first = grid.first.map(|first| first * told[0] / grid.voxel);
            (grid.voxel, grid.unit) = (told[0], LengthUnit::Millimetre);
            facts.push(Fact::from_recipe("voxel size", format!("{} mm", told[0])));
        }
        if grid.unit == LengthUnit::Pixel {
            return Err(no_voxel_size(None, &path));
        }
        let per_cm = stored.grid().attenuation_unit() == AttenuationUnit::PerCentimetre;
        let is_attenuation = request.is_attenuation.unwrap_or(per_cm);
        let spacing = [grid.voxel; 3];
        let probe = request.probe;
        let source = Source::Own(stored);
        Ok(Self { source, path, spacing, grid, probe, is_attenuation, facts, warning })
    }

    fn foreign(
        foreign: Box<ForeignVolume>,
        request: &VolumeRequest,
        path: PathBuf,
    ) -> Result<Self, RunError> {
        let mut facts = vec![Fact::from_file("volume", foreign.storage())];
        let written = |lengths: [f64; 3]| format!("{lengths:?} mm [z, y, x]");
        match (request.voxel_mm, foreign.spacing_mm()) {
            (Some(told), _) => facts.push(Fact::from_recipe("voxel size", written(told))),
            (None, Some(read)) => facts.push(Fact::from_file("voxel size", written(read))),
            (None, None) => return Err(no_voxel_size(foreign.odd_spacing_mm(), &path)),
        }
        let spacing = request.voxel_mm.or(foreign.spacing_mm()).unwrap_or([1.0; 3]);
        if (spacing[1] / spacing[2] - 1.0).abs() > EQUAL {
            let found = format!("pixels of {} × {} mm in a slice", spacing[1], spacing[2]);
            return Err(refused(found, "square ones: resample the slices first", &path));
        }
        if request.is_attenuation.is_none() {
            let mend = "grey values; say that they are attenuations in 1/cm where they are";
            facts.push(Fact::missing("unit of the numbers", mend));
        }
        let voxel = spacing[1].min(spacing[0]);
        let shape = foreign.shape();
        let lengthened = |axis: usize| {
            let length = (shape[axis] - 1) as f64 * spacing[axis];
            to_index(length / voxel + 1e-6) + 1
        };
        let grid = VoxelGrid {
            shape: [lengthened(0), lengthened(1), lengthened(2)],
            voxel,
            first: foreign.first_mm().unwrap_or([0.0; 3]),
            unit: LengthUnit::Millimetre,
        };
        check_size(grid.shape, &path)?;
        if grid.shape != shape {
            let [z, y, x] = grid.shape;
            let cubes = format!("drawn out to {z} × {y} × {x} cubes of {voxel} mm [z, y, x]");
            facts.push(Fact::from_file("voxels", cubes));
        }
        let is_attenuation = request.is_attenuation.unwrap_or(false);
        let in_files = foreign.spacing_mm();
        let (source, probe) = (Source::Foreign(foreign), request.probe);
        let warning = other_voxel(request.voxel_mm, in_files, &path);
        Ok(Self { source, path, spacing, grid, probe, is_attenuation, facts, warning })
    }

    /// Where the voxels are, once read: cubes, in mm.
    #[must_use]
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that [`Self::read`] takes: the volume, once more where voxels are no cubes; beside them
    /// some slices.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let stored = self.stored_shape().iter().product::<usize>() as u64 * 4;
        if self.stored_shape() == self.grid.shape {
            stored
        } else {
            stored + self.grid.voxel_count() as u64 * 4
        }
    }

    /// Share of the rays through the sample that nothing came through, where the run that made the
    /// volume measured it.
    #[must_use]
    pub fn starved_share(&self) -> Option<f64> {
        let run = self.path.parent()?.parent()?.join(RECORD);
        let record: serde_json::Value = serde_json::from_slice(&std::fs::read(run).ok()?).ok()?;
        record["starvation"]["percent"].as_f64().map(|percent| percent / 100.0)
    }

    /// Voxels `[z, y, x]` in the files.
    pub(crate) fn stored_shape(&self) -> [usize; 3] {
        match &self.source {
            Source::Own(stored) => stored.grid().shape,
            Source::Foreign(foreign) => foreign.shape(),
        }
    }

    /// Reads the volume, as cubes: where slices lie farther apart than pixels (or nearer), linear
    /// between them.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(&self) -> Result<Volume, RunError> {
        self.read_while(&mut |_| Ok(()))
    }

    /// As [`Self::read`]; `go_on` is asked after each few slices, with how many of them are read, whether
    /// to end.
    pub(crate) fn read_while(
        &self,
        go_on: &mut dyn FnMut(usize) -> Result<(), RunError>,
    ) -> Result<Volume, RunError> {
        let shape = self.stored_shape();
        let mut attenuation = Array3::zeros(shape);
        let at_once = match &self.source {
            Source::Own(stored) => stored.slices_at_once(),
            Source::Foreign(_) => AT_ONCE,
        };
        for from in (0..shape[0]).step_by(at_once) {
            let z = from..(from + at_once).min(shape[0]);
            let slab = match &self.source {
                Source::Own(stored) => stored.read_slab(z.clone())?,
                Source::Foreign(foreign) => foreign.read_slab(z.clone())?,
            };
            attenuation.slice_mut(s![z.clone(), .., ..]).assign(&slab);
            go_on(z.end)?;
        }
        for axis in 0..3 {
            attenuation = drawn_out(attenuation, axis, &self.grid, self.spacing[axis]);
        }
        Ok(Volume { attenuation, grid: self.grid })
    }
}

/// The same volume with voxels of the grid's edge along `axis`, where they were `spacing` apart.
fn drawn_out(volume: Array3<f32>, axis: usize, grid: &VoxelGrid, spacing: f64) -> Array3<f32> {
    let mut shape = [volume.dim().0, volume.dim().1, volume.dim().2];
    if shape[axis] == grid.shape[axis] {
        return volume;
    }
    let last = shape[axis] - 1;
    shape[axis] = grid.shape[axis];
    let mut out = Array3::zeros(shape);
    for (k, mut plane) in out.axis_iter_mut(Axis(axis)).enumerate() {
        let position = (k as f64 * grid.voxel / spacing).min(last as f64);
        let low = to_index(position).min(last.saturating_sub(1));
        let share = to_f32(position - low as f64);
        let (before, after) = (
            volume.index_axis(Axis(axis), low),
            volume.index_axis(Axis(axis), (low + 1).min(last)),
        );
        let mix = |out: &mut f32, a: &f32, b: &f32| *out = a + share * (b - a);
        Zip::from(&mut plane).and(before).and(after).par_for_each(mix);
    }
    out
}

/// The voxel of a grid in mm, where its unit is known.
fn grid_voxel_mm(grid: &VoxelGrid) -> Option<[f64; 3]> {
    (grid.unit == LengthUnit::Millimetre).then_some([grid.voxel; 3])
}

/// What is said where the voxels are told to be of another size than the files say, by more than 1 %.
fn other_voxel(told: Option<[f64; 3]>, in_files: Option<[f64; 3]>, path: &Path) -> Option<String> {
    let (told, read) = told.zip(in_files)?;
    let is_other = told.iter().zip(read).any(|(told, read)| (told / read - 1.0).abs() > 0.01);
    is_other.then(|| {
        format!(
            "`--voxel-mm` is {told:?} mm [z, y, x], but the files say {read:?} mm; expected the same \
             within 1 %: every length follows from it ({})",
            path.display()
        )
    })
}

/// `odd`: what the files say of it all the same, mm.
fn no_voxel_size(odd: Option<[f64; 3]>, path: &Path) -> RunError {
    let odd = odd.map_or(String::new(), |odd| format!(": its files say {odd:?} mm [z, y, x]"));
    let expected = "one in mm: give `--voxel-mm`, as 0.034 or as Z,Y,X";
    refused(format!("a volume that does not tell how large a voxel is{odd}"), expected, path)
}

fn refused(found: String, expected: &str, path: &Path) -> RunError {
    StoreError::Foreign { found: format!("{found}; expected {expected}"), path: path.into() }.into()
}
