//! A volume of either origin as a picture takes it: read in part, wherever it came from.

use std::path::{Path, PathBuf};

use ndarray::{Array2, Array3, Axis, concatenate};
use voltomo_show::section::{Gather, Lattice, Over, Reading, Surface};
use voltomo_types::LengthUnit;

use super::options::Shown;
use crate::error::RunError;
use crate::layout::volume_in;
use crate::store::{Content, ForeignVolume, StoreError, StoredVolume};

/// Slices that are read at once.
const AT_ONCE: usize = 16;
/// Edges of voxels that differ by less than this share are equal.
const EQUAL: f64 = 1e-3;

/// What the numbers of a volume are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// µ, in this unit.
    Attenuation(&'static str),
    /// One standard deviation of µ, in this unit.
    Noise(&'static str),
    /// Probability of a label.
    Confidence,
    /// One material a number.
    Labels,
    /// Nobody says what.
    Grey,
}

enum Source {
    Own(StoredVolume),
    Foreign(Box<ForeignVolume>),
}

/// A volume whose numbers are not yet read.
pub(super) struct ShownVolume {
    source: Source,
    pub(super) path: PathBuf,
    pub(super) lattice: Lattice,
    pub(super) unit: LengthUnit,
    pub(super) numbers: Numbers,
}

impl ShownVolume {
    /// Opens a volume of voltomo's or of another program.
    pub(super) fn open(shown: &Shown) -> Result<Self, RunError> {
        let path = volume_in(&shown.path);
        let source = match StoredVolume::open(&path) {
            Ok(stored) => Source::Own(stored),
            Err(StoreError::Unreadable { .. } | StoreError::Io { .. }) => {
                Source::Foreign(Box::new(ForeignVolume::open(&path)?))
            }
            Err(other) => return Err(other.into()),
        };
        let numbers = match &source {
            Source::Own(stored) => {
                let unit = stored.grid().attenuation_unit().symbol();
                match stored.content() {
                    Content::Attenuation => Numbers::Attenuation(unit),
                    Content::Noise => Numbers::Noise(unit),
                    Content::Confidence => Numbers::Confidence,
                    Content::Labels => Numbers::Labels,
                }
            }
            Source::Foreign(_) if shown.is_per_cm => Numbers::Attenuation("1/cm"),
            Source::Foreign(_) => Numbers::Grey,
        };
        let (lattice, unit) = lattice(&source, shown.voxel_mm, &path)?;
        Ok(Self { source, path, lattice, unit, numbers })
    }

    /// Whether lengths are mm; a refusal that says how to tell them where they are not.
    pub(super) fn needs_millimetres(&self) -> Result<(), RunError> {
        if self.unit == LengthUnit::Millimetre {
            return Ok(());
        }
        Err(RunError::Picture {
            found: "a length in mm, and a volume that does not tell how large a voxel is".into(),
            expected: "its size: give `--voxel-mm`, as 0.034 or as Z,Y,X".into(),
            path: self.path.clone(),
        })
    }

    /// The numbers of a section. Memory: the section and some slices.
    pub(super) fn read(&self, surface: &Surface, over: Over) -> Result<Array2<f32>, RunError> {
        let reading = match self.numbers {
            Numbers::Labels => Reading::Nearest,
            _ => Reading::Linear,
        };
        let mut gather = Gather::new(surface, &self.lattice, (reading, over));
        let Some(slices) = surface.slices(&self.lattice) else { return Ok(gather.finish()) };
        let mut before: Option<Array3<f32>> = None;
        let mut first = slices.start;
        let at_once = match &self.source {
            Source::Own(stored) => stored.slices_at_once(),
            Source::Foreign(_) => AT_ONCE,
        };
        while first < slices.end {
            // Up to the next border of chunks, and the last slice of the slab before.
            let end = ((first / at_once + 1) * at_once).min(slices.end);
            let part = self.slab(first..end)?;
            let last = part.slice_axis(Axis(0), (part.len_of(Axis(0)) - 1..).into()).to_owned();
            match before.take() {
                None => gather.add(first, part.view()),
                Some(before) => {
                    let both = concatenate(Axis(0), &[before.view(), part.view()]);
                    let both = both.map_err(|error| StoreError::Foreign {
                        found: error.to_string(),
                        path: self.path.clone(),
                    })?;
                    gather.add(first - 1, both.view());
                }
            }
            before = Some(last);
            first = end;
        }
        Ok(gather.finish())
    }

    fn slab(&self, z: std::ops::Range<usize>) -> Result<Array3<f32>, StoreError> {
        match &self.source {
            Source::Own(stored) => stored.read_slab(z),
            Source::Foreign(foreign) => foreign.read_slab(z),
        }
    }
}

/// Where the voxels are, by the word of a person or of the files.
fn lattice(
    source: &Source,
    told: Option<[f64; 3]>,
    path: &Path,
) -> Result<(Lattice, LengthUnit), RunError> {
    match source {
        Source::Own(stored) => {
            let grid = stored.grid();
            let Some([edge, y, x]) = told else { return Ok((grid.into(), grid.unit)) };
            if (y / edge - 1.0).abs().max((x / edge - 1.0).abs()) > EQUAL {
                return Err(RunError::Picture {
                    found: format!("a voxel of {told:?} mm [z, y, x]"),
                    expected: "a cube: voltomo writes no others".into(),
                    path: path.into(),
                });
            }
            let first = grid.first.map(|first| first * edge / grid.voxel);
            let lattice = Lattice { shape: grid.shape, first, spacing: [edge; 3] };
            Ok((lattice, LengthUnit::Millimetre))
        }
        Source::Foreign(foreign) => {
            let spacing = told.or(foreign.spacing_mm());
            let unit = spacing.map_or(LengthUnit::Pixel, |_| LengthUnit::Millimetre);
            let first = foreign.first_mm().filter(|_| spacing.is_some()).unwrap_or([0.0; 3]);
            let spacing = spacing.unwrap_or([1.0; 3]);
            Ok((Lattice { shape: foreign.shape(), first, spacing }, unit))
        }
    }
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::cast::to_f32;
    use voltomo_show::section::{Directions, cut, oblique, projection};

    use super::*;

    /// A MetaImage of voxels 0.2 mm high and 0.1 mm wide whose numbers rise along each axis.
    fn ramp(path: &Path) -> Array3<f32> {
        let volume = Array3::from_shape_fn((40, 9, 11), |(z, y, x)| {
            to_f32(z as f64 * 0.2 - y as f64 * 0.3 + x as f64 * 0.5)
        });
        let head = "ObjectType = Image\nNDims = 3\nDimSize = 11 9 40\n\
                    ElementSpacing = 0.1 0.1 0.2\nOffset = -0.5 0.2 1.0\n\
                    ElementType = MET_FLOAT\nElementDataFile = LOCAL\n";
        let numbers = volume.iter().flat_map(|value| value.to_le_bytes());
        std::fs::write(path, head.bytes().chain(numbers).collect::<Vec<u8>>()).unwrap();
        volume
    }

    #[test]
    fn a_volume_read_in_batches_has_the_section_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ramp.mha");
        let whole = ramp(&path);
        let shown = ShownVolume::open(&Shown { path, ..Shown::default() }).unwrap();
        let lattice = shown.lattice;
        assert_eq!((lattice.first, lattice.spacing), ([1.0, 0.2, -0.5], [0.2, 0.1, 0.1]));
        let tilted = oblique(&lattice, lattice.middle(), Directions::Normal([0.1, 1.0, 0.4]));
        let ends = [lattice.first[0], lattice.last()[0]];
        let surfaces = [tilted.unwrap(), projection(&lattice, 0, ends).unwrap()];
        for (surface, over) in surfaces.iter().zip([Over::Mean, Over::Max]) {
            let found = shown.read(surface, over).unwrap();
            let wanted = cut(whole.view(), &lattice, surface, (Reading::Linear, over));
            let same = found.iter().zip(&wanted).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{found} {wanted}");
            assert!(found.iter().any(|value| value.is_finite()));
        }
    }
}
