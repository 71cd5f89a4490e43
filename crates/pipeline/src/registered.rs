//! A registration that comes from a file, held against the volumes that it is used for. Registers
//! nothing.

use std::path::Path;

use serde::{Deserialize, Serialize};
use voltomo_register::{RegisterError, check_placement};
use voltomo_types::{Probe, Transform, Volume, VoxelGrid};

use crate::error::RunError;
use crate::volume_input::VolumeInput;
use crate::watch::Watch;
use crate::whole_volumes::is_same_file;

/// How far an entry of `MᵀM` may be from that of the unit matrix, where `M` is the transform's matrix:
/// a stretch or a shear of 5 %.
const MOST_STRETCH: f64 = 0.1;
/// Points along each edge of a volume, of which the share that lies in the other one is counted.
const POINTS: usize = 16;
/// Least share of the smaller volume that must lie in the other one.
const LEAST_SHARED: f64 = 0.1;
/// Voxels that differ by less than this share are the same.
const SAME_VOXEL: f64 = 1e-3;

/// Where the neutron volume lies in the X-ray volume, and of which volumes that was said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Registered {
    /// Where points of the neutron volume lie in the X-ray volume.
    pub xray_from_neutron: Transform,
    /// The neutron volume, where the file names one.
    #[serde(default)]
    pub neutron: Option<String>,
    /// The X-ray volume, where the file names one.
    #[serde(default)]
    pub xray: Option<String>,
    /// Their voxels, where the file tells them.
    #[serde(default)]
    pub grids: Option<RegisteredGrids>,
}

/// The voxels of both volumes of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RegisteredGrids {
    /// Of the neutron volume.
    pub neutron: VoxelGrid,
    /// Of the X-ray volume.
    pub xray: VoxelGrid,
}

impl From<Transform> for Registered {
    fn from(xray_from_neutron: Transform) -> Self {
        Self { xray_from_neutron, neutron: None, xray: None, grids: None }
    }
}

impl Registered {
    /// The registration in a JSON file with the key `xray_from_neutron`.
    ///
    /// # Errors
    /// A file that cannot be read, or without such a key; a map that mirrors, shears or stretches by more
    /// than 5 %, which no registration does.
    pub fn read(path: &Path) -> Result<Self, RunError> {
        let what = "cannot read the registration, a JSON file with the key `xray_from_neutron`";
        let failed = |source| RunError::File { what, path: path.into(), source };
        let text = std::fs::read(path).map_err(failed)?;
        let held: Self = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
        let stretch = stretch(&held.xray_from_neutron);
        let is_finite = held.xray_from_neutron.shift.iter().all(|it| it.is_finite());
        let keeps_size = held.xray_from_neutron.determinant() > 0.0 && stretch <= MOST_STRETCH;
        if !keeps_size || !is_finite {
            let found = "found a map that mirrors, shears or stretches, expected one that keeps shapes \
                         and sizes to within 5 %: register again";
            return Err(failed(std::io::Error::other(found)));
        }
        Ok(held)
    }

    /// What can be told before a voxel is read: other volumes than those that were registered are a
    /// warning.
    ///
    /// # Errors
    /// Volumes that lie beside each other.
    pub(crate) fn check(&self, inputs: &[VolumeInput], watch: &dyn Watch) -> Result<(), RunError> {
        inputs.iter().filter_map(|input| self.other(input)).for_each(|text| watch.warn(&text));
        let Some((neutron, xray)) = of(inputs, inputs) else { return Ok(()) };
        let shared = shared((neutron.grid(), xray.grid()), &self.xray_from_neutron);
        if shared >= LEAST_SHARED {
            return Ok(());
        }
        let [shared, least] = [shared, LEAST_SHARED].map(|share| 100.0 * share);
        let found = format!("the volumes share {shared:.0} % of the smaller one");
        Err(RegisterError::Apart { found, expected: format!("at least {least:.0} %") }.into())
    }

    /// Holds the transform to the cans in both volumes; a warning where a can is not found.
    ///
    /// # Errors
    /// Cans that do not coincide, or are of two sizes.
    pub(crate) fn check_volumes(
        &self,
        inputs: &[VolumeInput],
        volumes: &[Volume],
        watch: &dyn Watch,
    ) -> Result<(), RunError> {
        let Some((neutron, xray)) = of(inputs, volumes) else { return Ok(()) };
        match check_placement(neutron, xray, &self.xray_from_neutron) {
            Err(
                wrong @ (RegisterError::Apart { .. }
                | RegisterError::Diameter { .. }
                | RegisterError::Length { .. }),
            ) => Err(wrong.into()),
            Err(unseen) => {
                watch.warn(&format!("the registration was not held to the volumes: {unseen}"));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// What is said where a volume is another one than was registered.
    fn other(&self, input: &VolumeInput) -> Option<String> {
        let (name, grid) = match input.probe {
            Probe::Neutron => (&self.neutron, self.grids.map(|it| it.neutron)),
            Probe::Xray => (&self.xray, self.grids.map(|it| it.xray)),
        };
        let path = input.path();
        let is_known = |name: &String| {
            let known = Path::new(name);
            is_same_file(known, path) || (!known.exists() && known.file_name() == path.file_name())
        };
        let found = match (name, grid) {
            (Some(name), _) if !is_known(name) => format!("`{name}`"),
            (_, Some(grid)) if !is_same_grid(&grid, input.grid()) => {
                format!("{:?} voxels of {} mm [z, y, x]", grid.shape, grid.voxel)
            }
            _ => return None,
        };
        let path = path.display();
        Some(format!(
            "the registration was made with another volume: {found}, and this is `{path}`; where it is \
             not the same cell in the same place, register again"
        ))
    }
}

/// Of what belongs to each input, that of the neutrons and that of the X-rays.
fn of<'a, T>(inputs: &[VolumeInput], each: &'a [T]) -> Option<(&'a T, &'a T)> {
    let at = |probe| inputs.iter().position(|input| input.probe == probe);
    Some((&each[at(Probe::Neutron)?], &each[at(Probe::Xray)?]))
}

fn is_same_grid(one: &VoxelGrid, other: &VoxelGrid) -> bool {
    one.shape == other.shape && (one.voxel / other.voxel - 1.0).abs() < SAME_VOXEL
}

/// Largest distance of an entry of `MᵀM` from that of the unit matrix.
fn stretch(transform: &Transform) -> f64 {
    let matrix = &transform.matrix;
    let entry = |i: usize, j: usize| (0..3).map(|k| matrix[k][i] * matrix[k][j]).sum::<f64>();
    let off = |i: usize, j: usize| (entry(i, j) - f64::from(u8::from(i == j))).abs();
    (0..9).map(|k| off(k / 3, k % 3)).fold(0.0, f64::max)
}

/// Share of the volume of which more lies in the other one.
fn shared((neutron, xray): (&VoxelGrid, &VoxelGrid), xray_from_neutron: &Transform) -> f64 {
    let Some(back) = xray_from_neutron.inverse() else { return 0.0 };
    inside(neutron, xray, xray_from_neutron).max(inside(xray, neutron, &back))
}

/// Share of the points of one grid that lie in another.
fn inside(grid: &VoxelGrid, other: &VoxelGrid, map: &Transform) -> f64 {
    let box_of = |grid: &VoxelGrid, axis: usize| {
        let low = grid.first[axis] - 0.5 * grid.voxel;
        [low, low + grid.shape[axis] as f64 * grid.voxel]
    };
    let place = |k: usize, axis: usize| {
        let [low, high] = box_of(grid, axis);
        low + (k as f64 + 0.5) / POINTS as f64 * (high - low)
    };
    let is_in = |point: &[f64; 3]| {
        (0..3).all(|axis| {
            let [low, high] = box_of(other, axis);
            (low..high).contains(&point[axis])
        })
    };
    let points = (0..POINTS.pow(3)).map(|flat| {
        let k = [flat / (POINTS * POINTS), flat / POINTS % POINTS, flat % POINTS];
        map.apply([0, 1, 2].map(|axis| place(k[axis], axis)))
    });
    points.filter(is_in).count() as f64 / POINTS.pow(3) as f64
}

#[cfg(test)]
mod tests {
    use voltomo_types::LengthUnit;

    use super::*;

    #[test]
    fn a_registration_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registration.json");
        let told = |matrix: &str| {
            let text =
                format!(r#"{{"xray_from_neutron": {{"matrix": {matrix}, "shift": [1, 0, 0]}}}}"#);
            std::fs::write(&path, text).unwrap();
            Registered::read(&path)
        };
        assert!(told("[[1, 0, 0], [0, 0, 1], [0, -1, 0]]").is_ok());
        assert!(told("[[1.01, 0, 0], [0, 1, 0.02], [0, 0, 0.99]]").is_ok(), "an affine one");
        for wrong in [
            "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]",
            "[[9, 0, 0], [0, 1, 0], [0, 0, 1]]",
            "[[1.2, 0, 0], [0, 1.2, 0], [0, 0, 1.2]]",
            "[[1, 5, 0], [0, 1, 0], [0, 0, 1]]",
            "[[1, 0, 0], [0, 1, 0], [0, 0, -1]]",
        ] {
            let said = told(wrong).unwrap_err().to_string();
            assert!(
                said.contains("register again") && said.contains("registration.json"),
                "{said}"
            );
        }
    }

    #[test]
    fn the_share_is_that_of_the_volume_that_lies_more_in_the_other() {
        let grid = |shape, voxel| VoxelGrid {
            shape,
            voxel,
            first: [0.0; 3],
            unit: LengthUnit::Millimetre,
        };
        let (large, small) = (grid([40, 20, 20], 1.0), grid([20, 40, 40], 0.5));
        let moved = |z: f64| Transform { shift: [z, 0.0, 0.0], ..Transform::IDENTITY };
        let share = |z: f64| shared((&small, &large), &moved(z));
        assert!(share(0.25) > 0.99, "{}", share(0.25));
        assert!((share(34.75) - 0.5).abs() < 0.1, "{}", share(34.75));
        assert_eq!([share(500.0), share(1e300)], [0.0; 2]);
    }
}
