//! A cell of known truth on a coarse grid, as two tomograms would show it.

use ndarray::{Array3, Axis, Zip};
use rayon::prelude::*;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};
use voltomo_acquire::simulate::shape::VoxelRequest;
use voltomo_acquire::simulate::spectrum::Spectrum;
use voltomo_numeric::cast::to_f32;
use voltomo_numeric::random::Random;
use voltomo_types::{BimodalVolume, LengthUnit, Material, Transform, VoxelGrid};

/// Materials of the truth, and what two tomograms show.
pub(crate) struct Twin {
    pub(crate) truth: Array3<u8>,
    pub(crate) pair: BimodalVolume,
}

/// Edge of a voxel, standard deviation of both blurs in voxels, noise, 1/cm; neutrons first.
pub(crate) struct Look {
    pub(crate) voxel_mm: f64,
    pub(crate) blur: [f64; 2],
    pub(crate) noise: [f64; 2],
}

pub(crate) fn label(name: &str) -> Material {
    match name {
        "gas" | "air" => Material::Void,
        "can_steel" | "ss304" | "ss316" | "iron" => Material::Steel,
        "aluminium" => Material::Aluminium,
        "copper" | "nickel" => Material::CopperOrNickel,
        "lithium" => Material::Lithium,
        "pp" | "pe" | "pet" | "pbt" | "pvc" | "tape" => Material::Plastic,
        name if name.starts_with("electrolyte") => Material::Electrolyte,
        name if name.contains("_coat_") || name.contains("membrane") => Material::ElectrodeRoll,
        name => panic!("{name} has no label"),
    }
}

pub(crate) fn spectra() -> [Spectrum; 2] {
    [Profile::titan().spectrum().unwrap(), Profile::imax().spectrum().unwrap()]
}

pub(crate) fn thin(spectrum: &Spectrum, substance: &Substance) -> f64 {
    spectrum.effective_attenuation(substance, HydrogenModel::Organic)
}

/// The slices of a built-in cell between two heights, mm.
pub(crate) fn twin(name: &str, [low, high]: [f64; 2], look: &Look) -> Twin {
    let file = CellFile::read(name).unwrap();
    let cell = Cell::build(&file, &[], &Library::standard()).unwrap();
    let edge = |mm: f64| voltomo_numeric::cast::to_index((mm / look.voxel_mm).ceil());
    let across = edge(20.6);
    let shape = [edge(high - low), across, across];
    let first = -0.5 * (across as f64 - 1.0) * look.voxel_mm;
    let request =
        VoxelRequest { shape, voxel: look.voxel_mm, first: [high, first, first], samples: 3 };
    let coefficients =
        spectra().map(|spectrum| cell.substances().iter().map(|it| thin(&spectrum, it)).collect());
    let voxels = cell.scene.voxels(&request, 0..shape[0], &coefficients);
    let materials: Vec<u8> = std::iter::once(Material::Void)
        .chain(cell.substances().iter().map(|it| label(it.name())))
        .map(Material::number)
        .collect();
    let truth = voxels.labels.mapv(|label| materials[usize::from(label)]);
    let mut seen = voxels.attenuations.into_iter().enumerate().map(|(beam, mut volume)| {
        blur(&mut volume, look.blur[beam]);
        add_noise(&mut volume, look.noise[beam], beam as u64);
        volume
    });
    let grid = VoxelGrid {
        shape,
        voxel: look.voxel_mm,
        first: [0.0, first, first],
        unit: LengthUnit::Millimetre,
    };
    let (neutron, xray) = (seen.next().unwrap(), seen.next().unwrap());
    let pair = BimodalVolume { neutron, xray, grid, xray_from_neutron: Transform::IDENTITY };
    Twin { truth, pair }
}

/// Gaussian blur along each axis.
fn blur(volume: &mut Array3<f32>, sigma: f64) {
    let reach = voltomo_numeric::cast::to_index((4.0 * sigma).ceil());
    let weight = |step: f64| (-0.5 * (step / sigma).powi(2)).exp();
    let weights: Vec<f64> = (0..=2 * reach).map(|k| weight(k as f64 - reach as f64)).collect();
    let sum: f64 = weights.iter().sum();
    for axis in 0..3 {
        Zip::from(volume.lanes_mut(Axis(axis))).par_for_each(|mut lane| {
            let old = lane.to_vec();
            for (place, value) in lane.iter_mut().enumerate() {
                let at = |k: usize| old[(place + k).saturating_sub(reach).min(old.len() - 1)];
                let terms = weights.iter().enumerate().map(|(k, w)| w * f64::from(at(k)));
                *value = to_f32(terms.sum::<f64>() / sum);
            }
        });
    }
}

fn add_noise(volume: &mut Array3<f32>, noise: f64, seed: u64) {
    volume.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(z, mut slice)| {
        let mut random = Random::new(seed * 1000 + z as u64);
        slice.iter_mut().for_each(|value| *value += to_f32(noise * random.normal()));
    });
}

/// Voxels by truth and label.
pub(crate) struct Confusion(pub(crate) [[u64; 9]; 9]);

fn place(number: u8) -> usize {
    usize::from(number.min(8))
}

impl Confusion {
    pub(crate) fn of(truth: &Array3<u8>, labels: &Array3<u8>) -> Self {
        let mut counts = [[0; 9]; 9];
        for (truth, label) in truth.iter().zip(labels) {
            counts[place(*truth)][place(*label)] += 1;
        }
        Self(counts)
    }

    /// 2·|A ∩ B| / (|A| + |B|) of a material.
    pub(crate) fn dice(&self, material: Material) -> f64 {
        let at = place(material.number());
        let truth: u64 = self.0[at].iter().sum();
        let label: u64 = self.0.iter().map(|row| row[at]).sum();
        2.0 * self.0[at][at] as f64 / (truth + label).max(1) as f64
    }

    /// Share of the voxels of a material that have its label, another one, and none.
    pub(crate) fn shares(&self, material: Material) -> [f64; 3] {
        let row = self.0[place(material.number())];
        let all = row.iter().sum::<u64>().max(1) as f64;
        let right = row[place(material.number())] as f64;
        let none = row[8] as f64;
        [right / all, (all - right - none) / all, none / all]
    }

    /// Share of all voxels that have the right label.
    pub(crate) fn right(&self) -> f64 {
        let all: u64 = self.0.iter().flatten().sum();
        (0..9).map(|k| self.0[k][k]).sum::<u64>() as f64 / all as f64
    }
}

impl std::fmt::Display for Confusion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, row) in (0..).zip(&self.0) {
            if row.iter().sum::<u64>() > 0 {
                let material = Material::of_number(number).unwrap_or(Material::Unknown);
                writeln!(f, "{:16} {row:8?} dice {:.3}", material.name(), self.dice(material))?;
            }
        }
        write!(f, "right {:.4}", self.right())
    }
}
