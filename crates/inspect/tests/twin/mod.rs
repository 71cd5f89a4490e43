//! Volumes of a simulated cell as a good scan would show them: truth, blurred, with noise. Reconstructs
//! nothing.

#![allow(dead_code, reason = "each test takes a part")]

use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_acquire::simulate::Sample;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_acquire::simulate::material::{HydrogenModel, Library};
use voltomo_acquire::simulate::shape::VoxelRequest;
use voltomo_inspect::Seen;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_numeric::random::Random;
use voltomo_types::{LengthUnit, Probe, VoxelGrid};

/// A volume of its own.
pub(crate) struct Volume {
    pub(crate) attenuation: Array3<f32>,
    pub(crate) grid: VoxelGrid,
    pub(crate) probe: Probe,
}

impl Volume {
    pub(crate) fn seen(&self) -> Seen<'_> {
        let is_quantitative = true;
        let attenuation = self.attenuation.view();
        Seen { attenuation, grid: self.grid, probe: self.probe, is_quantitative }
    }

    /// Upside down: a half turn about y.
    pub(crate) fn turned_over(mut self) -> Self {
        self.attenuation.invert_axis(Axis(0));
        self.attenuation.invert_axis(Axis(2));
        self.attenuation = self.attenuation.as_standard_layout().into_owned();
        self
    }
}

/// What is seen of a cell: heights `[low, high]` in mm, voxel in mm; the axis lies off the middle
/// of the field. Resolution 200 µm (neutrons) or 40 µm (X-rays), noise 0.15 1/cm at 42 µm or
/// 0.07 1/cm at 16 µm, white.
pub(crate) fn look(cell: &Cell, probe: Probe, voxel: f64, heights: [f64; 2]) -> Volume {
    Look { probe, voxel, heights, samples: 3, seed: 17 }.of(cell)
}

/// How a cell is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) probe: Probe,
    /// Edge of a voxel, mm.
    pub(crate) voxel: f64,
    /// Lowest and highest height in the cell, mm.
    pub(crate) heights: [f64; 2],
    /// Points along each edge of a voxel of which its value is the mean.
    pub(crate) samples: usize,
    /// Seed of the noise.
    pub(crate) seed: u64,
}

impl Look {
    /// The volume.
    pub(crate) fn of(&self, cell: &Cell) -> Volume {
        let profile = match self.probe {
            Probe::Neutron => Profile::titan(),
            Probe::Xray => Profile::imax(),
        };
        let spectrum = profile.spectrum().unwrap();
        let thin = |substance| spectrum.effective_attenuation(substance, HydrogenModel::Organic);
        let coefficients: Vec<f64> = cell.substances().iter().map(thin).collect();
        let request = self.request(cell);
        let slices = request.shape[0];
        let mut attenuation =
            cell.scene.voxels(&request, 0..slices, &[coefficients]).attenuations.remove(0);
        let voxel = self.voxel;
        let (resolution, noise) = match self.probe {
            Probe::Neutron => (0.2, 0.15 * (0.042 / voxel).powf(1.5)),
            Probe::Xray => (0.04, 0.07 * (0.016 / voxel).powf(1.5)),
        };
        blur(&mut attenuation, resolution / 2.3548 / voxel);
        add_noise(&mut attenuation, (noise, self.seed));
        let grid = VoxelGrid {
            shape: request.shape,
            voxel,
            first: [0.5 * voxel - 10.0, request.first[1], request.first[2]],
            unit: LengthUnit::Millimetre,
        };
        Volume { attenuation, grid, probe: self.probe }
    }

    fn request(&self, cell: &Cell) -> VoxelRequest {
        let (voxel, [low, high]) = (self.voxel, self.heights);
        let slices = to_index(((high - low) / voxel).round());
        let edge = to_index((2.16 * cell.scene.bounds().radius / voxel).ceil());
        let first = -(edge as f64 - 1.0) / 2.0 * voxel;
        VoxelRequest {
            shape: [slices, edge, edge],
            voxel,
            first: [high - 0.5 * voxel, first + 0.11, first - 0.07],
            samples: self.samples,
        }
    }
}

/// Where a point of the cell, `[x, y, z]` mm, lies in such a volume, `[z, y, x]` mm.
pub(crate) fn in_volume([x, y, z]: [f64; 3], high: f64) -> [f64; 3] {
    [high - z - 10.0, y, x]
}

/// A built-in cell with the defects of `text` in the place of its own.
pub(crate) fn cell_with(name: &str, defects: &str) -> Cell {
    let text = CellFile::builtin(name).unwrap();
    let plain = text.split("\n[[defect]]").next().unwrap();
    let file = CellFile::parse(&format!("{plain}\n{defects}"), name).unwrap();
    Cell::build(&file, &[], &Library::standard()).unwrap()
}

/// A built-in cell.
pub(crate) fn cell(name: &str) -> Cell {
    Cell::build(&CellFile::read(name).unwrap(), &[], &Library::standard()).unwrap()
}

/// A normal blur along all axes, sigma in voxels.
fn blur(volume: &mut Array3<f32>, sigma: f64) {
    let reach = to_index((4.0 * sigma).ceil());
    let weights: Vec<f64> =
        (0..=reach).map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp()).collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    let weights: Vec<f32> = weights.into_iter().map(|weight| to_f32(weight / sum)).collect();
    for axis in 0..3 {
        let lanes: Vec<_> = volume.lanes_mut(Axis(axis)).into_iter().collect();
        lanes.into_par_iter().for_each(|mut lane| {
            let old = lane.to_vec();
            let at = |k: usize, by: usize, sign: bool| {
                let last = old.len() - 1;
                old[if sign { (k + by).min(last) } else { k.saturating_sub(by) }]
            };
            for (k, value) in lane.iter_mut().enumerate() {
                *value = weights[0] * old[k];
                for (by, weight) in weights.iter().enumerate().skip(1) {
                    *value += weight * (at(k, by, true) + at(k, by, false));
                }
            }
        });
    }
}

fn add_noise(volume: &mut Array3<f32>, (sigma, seed): (f64, u64)) {
    volume.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(slice, mut plane)| {
        let mut chance = Random::new(seed + slice as u64);
        plane.mapv_inplace(|value| value + to_f32(sigma * chance.normal()));
    });
}

/// The space between roll and can at a height, by direction: `(radians, mm)`, from the labels of
/// fine voxels.
pub(crate) fn true_gaps(cell: &Cell, z: f64, directions: usize) -> Vec<(f64, f64)> {
    let voxel = 0.015;
    let edge = to_index(18.6 / voxel);
    let first = -(edge as f64 - 1.0) / 2.0 * voxel;
    let request =
        VoxelRequest { shape: [1, edge, edge], voxel, first: [z, first, first], samples: 3 };
    let labels = cell.scene.voxels(&request, 0..1, &[]).labels;
    let can = cell.substances().iter().position(|it| it.name() == "can_steel").unwrap() + 1;
    let gap = |angle: f64| {
        let (sin, cos) = angle.sin_cos();
        let label = |k: i32| {
            let r = 9.3 - 0.005 * f64::from(k);
            let index = |at: f64| to_index((at - first) / voxel + 0.5);
            usize::from(labels[[0, index(r * sin), index(r * cos)]])
        };
        let wall = (0..200).rev().find(|k| label(*k) == can).unwrap();
        let roll = (wall + 1..wall + 400).find(|k| label(*k) != 0).unwrap();
        0.005 * f64::from(roll - wall - 1)
    };
    (0..directions)
        .map(|k| std::f64::consts::TAU * (k as f64 + 0.5) / directions as f64)
        .map(|angle| (angle, gap(angle)))
        .collect()
}
