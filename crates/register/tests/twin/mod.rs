//! A cell of the digital twin as both beams reconstruct it, the neutron volume moved by a known
//! transform. Knows nothing of how the transform is found.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use ndarray::Array3;
use voltomo_acquire::simulate::Sample;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_acquire::simulate::material::{HydrogenModel, Library};
use voltomo_acquire::simulate::shape::VoxelRequest;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_numeric::denoise::{Gaussian, SliceFilter};
use voltomo_numeric::random::Random;
use voltomo_register::{Placement, resample_slab};
use voltomo_types::{LengthUnit, Transform, Volume, VoxelGrid};

/// Full width at half maximum of the neutron blur, mm.
pub const BLUR_MM: f64 = 0.2;
/// Noise of a voxel, 1/cm.
pub const NEUTRON_NOISE: f64 = 0.15;
pub const XRAY_NOISE: f64 = 0.07;
/// Points along each edge of a voxel of which its value is the mean. With 2 the thin layers of the roll
/// beat with the points, and the volumes show the beat, each its own, as stripes that no scan has.
const SAMPLES: usize = 4;

/// A built-in cell with more written behind its file.
pub fn cell(name: &str, more: &str) -> Cell {
    let text = CellFile::builtin_text(name).unwrap();
    let file = CellFile::parse(&format!("{text}\n{more}"), name).unwrap();
    Cell::build(&file, &[], &Library::standard()).unwrap()
}

/// µ of the cell between two heights, 1/cm, without noise; z of the volume is minus the height in
/// the cell, and there is air around.
pub fn rendered(cell: &Cell, profile: &Profile, (heights, voxel): ([f64; 2], f64)) -> Volume {
    let spectrum = profile.spectrum().unwrap();
    let thin = |substance| spectrum.effective_attenuation(substance, HydrogenModel::Organic);
    let coefficients: Vec<f64> = cell.substances().iter().map(thin).collect();
    let slices = to_index(((heights[1] - heights[0]) / voxel).round());
    let edge = to_index((2.0 * (cell.scene.bounds().radius + 1.2) / voxel).ceil());
    let first = -(edge as f64 - 1.0) / 2.0 * voxel;
    let top = heights[1] - 0.5 * voxel;
    let shape = [slices, edge, edge];
    let request = VoxelRequest { shape, voxel, first: [top, first, first], samples: SAMPLES };
    let attenuation =
        cell.scene.voxels(&request, 0..slices, &[coefficients]).attenuations.remove(0);
    let grid =
        VoxelGrid { shape, voxel, first: [-top, first, first], unit: LengthUnit::Millimetre };
    Volume { attenuation, grid }
}

/// The volume blurred by a Gaussian of a full width at half maximum, mm.
pub fn blurred(volume: &Volume, width_mm: f64) -> Volume {
    let filter = Gaussian { sigma: width_mm / 2.3548 / volume.grid.voxel };
    let [depth, rows, columns] = volume.grid.shape;
    let mut values = vec![0.0f32; depth * rows * columns];
    for (z, slice) in values.chunks_mut(rows * columns).enumerate() {
        filter.slice(volume.attenuation.view(), z, slice);
    }
    let attenuation = Array3::from_shape_vec((depth, rows, columns), values).unwrap();
    Volume { attenuation, grid: volume.grid }
}

/// Adds noise of a standard deviation to every voxel.
pub fn add_noise(volume: &mut Volume, (deviation, seed): (f64, u64)) {
    let mut random = Random::new(seed);
    for value in &mut volume.attenuation {
        *value += to_f32(deviation * random.normal());
    }
}

/// Both volumes of a cell, not yet moved or noisy, on the X-ray volume's axes.
pub struct Pair {
    /// As the X-ray scan gives it.
    pub xray: Volume,
    /// As the neutron scan gives it, finer than it is scanned.
    pub neutron: Volume,
}

/// What of a cell is rendered: heights of each volume, voxel of the X-ray volume, mm.
#[derive(Clone, Copy)]
pub struct Parts {
    pub xray: [f64; 2],
    pub neutron: [f64; 2],
    pub voxel: f64,
}

impl Pair {
    pub fn new(cell: &Cell, parts: Parts) -> Self {
        let mut xray = rendered(cell, &Profile::imax(), (parts.xray, parts.voxel));
        add_noise(&mut xray, (XRAY_NOISE, 11));
        let fine = rendered(cell, &Profile::titan(), (parts.neutron, 0.1));
        Self { xray, neutron: blurred(&fine, BLUR_MM) }
    }

    /// The neutron volume on voxels of its own from its top down, so that `xray_from_neutron` takes it back.
    pub fn moved(
        &self,
        (shape, voxel): ([usize; 3], f64),
        xray_from_neutron: &Transform,
    ) -> Volume {
        let finest = &self.neutron.grid;
        let first = std::array::from_fn(|i| match i {
            0 => finest.first[0] + 0.5 * voxel,
            _ => -0.5 * (shape[i] - 1) as f64 * voxel,
        });
        let grid = VoxelGrid { shape, voxel, first, unit: LengthUnit::Millimetre };
        let transform = xray_from_neutron.inverse().unwrap();
        let placement = Placement { transform, deformation: None };
        let attenuation = resample_slab(&self.neutron, &grid, &placement, 0..shape[0]);
        Volume { attenuation, grid }
    }
}

/// A transform drawn by a seed: a tilt of up to 15° about a line across the cell, any angle about the
/// cell's axis, and up to 2 mm along each axis, all about `centre`.
pub fn drawn(seed: u64, centre: [f64; 3]) -> Transform {
    let mut random = Random::new(seed);
    let mut between = |size: f64| size * (2.0 * random.even() - 1.0);
    let (tilt, across) = (between(15f64.to_radians()), between(std::f64::consts::PI));
    let spin = Transform::rigid([between(std::f64::consts::PI), 0.0, 0.0], centre, [0.0; 3]);
    let turn = [0.0, tilt * across.sin(), tilt * across.cos()];
    spin.then(&Transform::rigid(turn, centre, std::array::from_fn(|_| between(2.0))))
}

/// Largest and root mean square distance, mm, between where two transforms place the cell: points on
/// the can and in it between two heights of the X-ray volume.
pub fn target_error(
    found: &Transform,
    truth: &Transform,
    (heights, radius): ([f64; 2], f64),
) -> [f64; 2] {
    let back = truth.inverse().unwrap();
    let (mut largest, mut sum, mut count) = (0.0f64, 0.0, 0.0);
    for k in 0..=8 {
        let z = heights[0] + (heights[1] - heights[0]) * f64::from(k) / 8.0;
        for spoke in 0..12 {
            let (sin, cos) = (f64::from(spoke) * std::f64::consts::TAU / 12.0).sin_cos();
            for share in [0.0, 0.5, 1.0] {
                let point = [z, share * radius * sin, share * radius * cos];
                let placed = found.apply(back.apply(point));
                let square: f64 = (0..3).map(|i| (placed[i] - point[i]).powi(2)).sum();
                largest = largest.max(square.sqrt());
                sum += square;
                count += 1.0;
            }
        }
    }
    [largest, (sum / count).sqrt()]
}
