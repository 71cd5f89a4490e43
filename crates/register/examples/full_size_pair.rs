//! Writes a pair of full size of the twin's 18650, as MetaImage: X-rays 1138 × 1138 × 1000 of its top, and its
//! neutron partner, turned and shifted. Registers nothing.
//!
//! `cargo run --release -p voltomo-register --example full_size_pair -- FOLDER [SHARE]`, SHARE of the full
//! number of voxels along each edge.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may stop")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use ndarray::{Array3, Axis, s};
use rayon::prelude::*;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_acquire::simulate::material::{HydrogenModel, Library};
use voltomo_acquire::simulate::shape::VoxelRequest;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_numeric::denoise::{Gaussian, SliceFilter};
use voltomo_numeric::random::Random;
use voltomo_register::{Placement, resample_slab};
use voltomo_types::{LengthUnit, Transform, Volume, VoxelGrid};

/// The cell, and slices that are made at once.
const CELL: &str = "18650-na-1500";
const AT_ONCE: usize = 20;
/// Slices `[z, y, x]`, voxel, and height in the cell of the upper end, mm. z of a volume is minus the height.
const XRAY: ([usize; 3], f64, f64) = ([1000, 1138, 1138], 0.017, 66.5);
const NEUTRON: ([usize; 3], f64, f64) = ([1620, 480, 480], 0.042, 66.6);
/// Blur (full width at half maximum, mm) and noise (1/cm) of the beams.
const XRAY_BLUR: [f64; 2] = [0.04, 0.07];
const NEUTRON_BLUR: [f64; 2] = [0.2, 0.16];
/// Where the neutron volume lies: turned about `[z, y, x]` (degrees), then shifted (mm).
const TURN_DEG: [f64; 3] = [40.0, 0.3, -0.2];
const SHIFT_MM: [f64; 3] = [0.8, -0.4, 0.3];

/// A cell as one beam sees it.
struct Seen<'a> {
    cell: &'a Cell,
    coefficients: Vec<f64>,
    grid: VoxelGrid,
}

impl<'a> Seen<'a> {
    fn new(cell: &'a Cell, profile: &Profile, grid: VoxelGrid) -> Self {
        let spectrum = profile.spectrum().unwrap();
        let thin = |substance| spectrum.effective_attenuation(substance, HydrogenModel::Organic);
        let coefficients = cell.substances().iter().map(thin).collect();
        Self { cell, coefficients, grid }
    }

    /// µ in some slices, blurred, 1/cm.
    fn slab(&self, z: Range<usize>, blur_mm: f64) -> Array3<f32> {
        let filter = Gaussian { sigma: blur_mm / 2.3548 / self.grid.voxel };
        let reach = filter.reach();
        let [depth, rows, columns] = self.grid.shape;
        let wide = z.start.saturating_sub(reach)..(z.end + reach).min(depth);
        let [first, y, x] = self.grid.first;
        let request = VoxelRequest {
            shape: self.grid.shape,
            voxel: self.grid.voxel,
            first: [-first, y, x],
            samples: 2,
        };
        let attenuations = std::slice::from_ref(&self.coefficients);
        let sharp = self.cell.scene.voxels(&request, wide.clone(), attenuations);
        let sharp = &sharp.attenuations[0];
        let mut out = Array3::zeros((z.len(), rows, columns));
        let slices = out.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
        slices.for_each(|(k, mut slice)| {
            let into = slice.as_slice_mut().unwrap();
            filter.slice(sharp.view(), z.start + k - wide.start, into);
        });
        out
    }
}

fn grid((shape, voxel, top): ([usize; 3], f64, f64), share: f64) -> VoxelGrid {
    let shape = shape.map(|edge| to_index(edge as f64 * share));
    let voxel = voxel / share;
    let middle = |edge: usize| -0.5 * (edge as f64 - 1.0) * voxel;
    let first = [0.5 * voxel - top, middle(shape[1]), middle(shape[2])];
    VoxelGrid { shape, voxel, first, unit: LengthUnit::Millimetre }
}

/// A MetaImage: header and numbers, slab by slab.
struct Image(BufWriter<File>);

impl Image {
    fn new(folder: &Path, name: &str, grid: &VoxelGrid) -> Self {
        let [depth, rows, columns] = grid.shape;
        let ([z, y, x], voxel) = (grid.first, grid.voxel);
        let header = format!(
            "ObjectType = Image\nNDims = 3\nDimSize = {columns} {rows} {depth}\n\
             ElementSpacing = {voxel} {voxel} {voxel}\nOffset = {x} {y} {z}\n\
             BinaryDataByteOrderMSB = False\nElementType = MET_FLOAT\nElementDataFile = {name}.raw\n"
        );
        std::fs::write(folder.join(format!("{name}.mhd")), header).unwrap();
        Self(BufWriter::new(File::create(folder.join(format!("{name}.raw"))).unwrap()))
    }

    /// Writes slices with noise that hangs on the slice alone.
    fn write(&mut self, mut slab: Array3<f32>, (noise, first): (f64, usize)) {
        slab.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(k, mut plane)| {
            let mut random = Random::new(1 + (first + k) as u64);
            plane.mapv_inplace(|value| value + to_f32(noise * random.normal()));
        });
        let bytes: Vec<u8> = slab.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.write_all(&bytes).unwrap();
    }
}

fn slabs(depth: usize) -> impl Iterator<Item = Range<usize>> {
    (0..depth).step_by(AT_ONCE).map(move |from| from..(from + AT_ONCE).min(depth))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(&arguments[0]);
    let share = arguments.get(1).map_or(1.0, |text| text.parse().unwrap());
    std::fs::create_dir_all(folder).unwrap();
    let cell = Cell::build(&CellFile::read(CELL).unwrap(), &[], &Library::standard()).unwrap();

    let xray = Seen::new(&cell, &Profile::imax(), grid(XRAY, share));
    let mut image = Image::new(folder, "xray", &xray.grid);
    for z in slabs(xray.grid.shape[0]) {
        image.write(xray.slab(z.clone(), XRAY_BLUR[0]), (XRAY_BLUR[1], z.start));
    }

    // Upright first, then read where the scan has its voxels.
    let upright = Seen::new(&cell, &Profile::titan(), grid(NEUTRON, share));
    let mut attenuation = Array3::zeros(upright.grid.shape);
    for z in slabs(upright.grid.shape[0]) {
        attenuation.slice_mut(s![z.clone(), .., ..]).assign(&upright.slab(z, NEUTRON_BLUR[0]));
    }
    let held = Volume { attenuation, grid: upright.grid };
    let turn = TURN_DEG.map(f64::to_radians);
    let centre = [xray.grid.first[0] + 8.0, 0.0, 0.0];
    let xray_from_neutron = Transform::rigid(turn, centre, SHIFT_MM);
    let transform = xray_from_neutron.inverse().unwrap();
    let back = Placement { transform, deformation: None };
    let mut image = Image::new(folder, "neutron", &held.grid);
    for z in slabs(held.grid.shape[0]) {
        let slab = resample_slab(&held, &held.grid, &back, z.clone());
        let slab = slab.mapv(|value| if value.is_finite() { value } else { 0.0 });
        image.write(slab, (NEUTRON_BLUR[1], z.start));
    }
    println!("xray_from_neutron {xray_from_neutron:?}");
}
