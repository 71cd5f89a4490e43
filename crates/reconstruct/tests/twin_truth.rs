//! The truth of a simulated scan against the scan: its voxels, projected ray by ray, give the scan
//! back. Reconstructs nothing; the projector here shares nothing with the one that made the scan.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array3;
use rayon::prelude::*;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::{Aim, Profile, Twin};
use voltomo_acquire::simulate::material::{HydrogenModel, Library};
use voltomo_acquire::simulate::shape::VoxelRequest;
use voltomo_acquire::simulate::spectrum::AttenuationTable;
use voltomo_acquire::simulate::{ColumnRays, PathLengths, RowRay, Sample};
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::Geometry;

/// Edge of a voxel of the truth, mm.
const VOXEL_MM: f64 = 0.02;

/// Rays across a pixel.
const FINE: usize = 8;

/// Slices of voxels, and rays of the scan, in the height of a pixel that holds a face edge-on.
const SLICES: usize = 4;
const ROW_RAYS: usize = 1024;

/// A point or a direction of the cell, `[z, y, x]`, mm.
type Vector = [f64; 3];

fn cell(name: &str) -> Cell {
    Cell::build(&CellFile::read(name).unwrap(), &[], &Library::standard()).unwrap()
}

/// TITAN at 84 µm with so many rows at a height of the cell, tilted and off the middle as ever.
fn titan(rows: usize, height: f64) -> Profile {
    let mut profile = Profile::titan().without_noise();
    profile.detector.bin = 2;
    profile.detector.region = [2 * rows, 2 * 240];
    profile.geometry.aim = Aim::Height(height);
    profile.frames.views = 7;
    profile
}

/// The same instrument with every pixel cut into `fine` by `fine`.
fn finer(mut profile: Profile, fine: usize) -> Profile {
    let detector = &mut profile.detector;
    detector.pixel_mm /= fine as f64;
    (detector.rows, detector.columns) = (detector.rows * fine, detector.columns * fine);
    detector.region = detector.region.map(|count| count * fine);
    profile.geometry.piercing_offset = profile.geometry.piercing_offset.map(|it| it * fine as f64);
    profile
}

/// Voxels of the cell about `z` (lowest, highest; mm), for each list of coefficients.
struct Truth {
    request: VoxelRequest,
    volumes: Vec<Array3<f32>>,
}

impl Truth {
    fn new(cell: &Cell, ([low, high], voxel): ([f64; 2], f64), coefficients: &[Vec<f64>]) -> Self {
        let slices = to_index(((high - low) / voxel).ceil()) + 2;
        let edge = to_index((2.0 * cell.scene.bounds().radius / voxel).ceil()) + 2;
        let first = -(edge as f64 - 1.0) / 2.0 * voxel;
        let request = VoxelRequest {
            shape: [slices, edge, edge],
            voxel,
            first: [high + 0.5 * voxel, first, first],
            samples: 3,
        };
        let volumes = cell.scene.voxels(&request, 0..slices, coefficients).attenuations;
        Self { request, volumes }
    }

    /// Place in voxels: their edges are whole numbers.
    fn place(&self, [z, y, x]: Vector) -> Vector {
        let [top, back, left] = self.request.first;
        [top - z, y - back, x - left].map(|length| length / self.request.voxel + 0.5)
    }

    /// Line integrals of each volume along the ray, coefficient × cm, plane by plane of the voxels
    /// (Siddon 1985, doi:10.1118/1.595715).
    fn project(&self, (origin, direction): (Vector, Vector)) -> Vec<f64> {
        let from = self.place(origin);
        let to = self.place([0, 1, 2].map(|k| origin[k] + direction[k]));
        let step = [0, 1, 2].map(|k| to[k] - from[k]);
        let mut inside = [f64::NEG_INFINITY, f64::INFINITY];
        let mut crossings = Vec::new();
        for axis in (0..3).filter(|axis| step[*axis].abs() > 1e-12) {
            let plane = |index: usize| (index as f64 - from[axis]) / step[axis];
            let ends = [plane(0), plane(self.request.shape[axis])];
            inside[0] = inside[0].max(ends[0].min(ends[1]));
            inside[1] = inside[1].min(ends[0].max(ends[1]));
            crossings.extend((0..=self.request.shape[axis]).map(plane));
        }
        crossings.retain(|t| (inside[0]..=inside[1]).contains(t));
        crossings.sort_by(f64::total_cmp);
        let mut sums = vec![0.0; self.volumes.len()];
        for pair in crossings.windows(2) {
            let middle = f64::midpoint(pair[0], pair[1]);
            let place = [0, 1, 2].map(|k| from[k] + middle * step[k]);
            assert!(place[0] >= 0.0, "the ray leaves the voxels upwards");
            let voxel = place.map(to_index);
            for (sum, volume) in sums.iter_mut().zip(&self.volumes) {
                *sum += f64::from(volume[voxel]) * (pair[1] - pair[0]) / 10.0;
            }
        }
        sums
    }
}

/// The ray through a place of the frame, worked out from the geometry that a scan is told to have:
/// a point of it and its direction (of length 1), in the cell.
fn ray(twin: &Twin<'_>, view: usize, [row, column]: [f64; 2]) -> (Vector, Vector) {
    let geometry = twin.geometry();
    let frame = geometry.frame();
    let place = [frame.detector_row(row), frame.detector_column(column)];
    let ([z, y, x], end): (Vector, Vector) = match geometry {
        Geometry::Parallel(geometry) => {
            let (sin, cos) = geometry.angles[view].0.sin_cos();
            let [down, s] = geometry.ray(place).map(|pixels| pixels * geometry.pixel.unwrap().0);
            let at = |b: f64| [down, b * cos - s * sin, s * cos + b * sin];
            (at(-20.0), at(20.0))
        }
        Geometry::Cone(cone) => {
            let view = &cone.views[view];
            let pixel = |k: usize| place[0] * view.along_rows[k] + place[1] * view.along_columns[k];
            (view.source, [0, 1, 2].map(|k| view.origin[k] + pixel(k)))
        }
    };
    let [down, back, right] = [end[0] - z, end[1] - y, end[2] - x];
    let length = down.hypot(back).hypot(right);
    ([twin.aim_mm() - z, y, x], [-down, back, right].map(|part| part / length))
}

/// Heights between which the rays of all views run in a cylinder of the radius.
fn heights(twin: &Twin<'_>, radius: f64) -> [f64; 2] {
    let [rows, columns] = twin.shape().map(|count| count as f64 - 0.5);
    let corners = [[-0.5, -0.5], [-0.5, columns], [rows, -0.5], [rows, columns]];
    let ends = corners.into_iter().flat_map(|corner| {
        let ([z, y, x], [up, back, right]) = ray(twin, 0, corner);
        let nearest = -(y * back + x * right) / (back * back + right * right);
        [-radius, radius].map(|t| z + (nearest + t * 1.1) * up)
    });
    let start = [f64::INFINITY, f64::NEG_INFINITY];
    ends.fold(start, |[low, high], z| [low.min(z), high.max(z)])
}

/// How far found values are from those of the scan, in shares of the scan's.
#[derive(Debug)]
struct Difference {
    rms: f64,
    mean: f64,
}

impl Difference {
    fn of(pairs: &[[f64; 2]]) -> Self {
        let sum = |of: &dyn Fn(&[f64; 2]) -> f64| pairs.iter().map(of).sum::<f64>();
        let squares = sum(&|[_, scan]| scan * scan);
        let rms = (sum(&|[found, scan]| (found - scan).powi(2)) / squares).sqrt();
        Self { rms, mean: sum(&|[found, _]| *found) / sum(&|[_, scan]| *scan) - 1.0 }
    }

    fn is_small(&self) -> bool {
        self.rms < 0.005 && self.mean.abs() < 0.001
    }
}

/// Attenuation of a thin layer of each material in the beam, 1/cm.
fn thin(cell: &Cell, profile: &Profile) -> Vec<f64> {
    let spectrum = profile.spectrum().unwrap();
    let thin = |substance| spectrum.effective_attenuation(substance, HydrogenModel::Organic);
    cell.substances().iter().map(thin).collect()
}

/// Line integrals of thin-layer coefficients, the means over each pixel: from voxels, and from the
/// path lengths of the scan; `fine` by `fine` rays a pixel, voxels of so many mm.
fn projected(
    cell: &Cell,
    profile: Profile,
    views: &[usize],
    (fine, voxel): (usize, f64),
) -> Difference {
    let profile = &finer(profile, fine);
    let twin = Twin::new(&cell.scene, profile, None, 1).unwrap();
    let coefficients = thin(cell, profile);
    let z = heights(&twin, cell.scene.bounds().radius);
    let truth = Truth::new(cell, (z, voxel), std::slice::from_ref(&coefficients));
    let [rows, columns] = twin.shape();
    let of_view = |view: &usize| -> Vec<[f64; 2]> {
        let lengths = twin.path_lengths(*view).unwrap();
        let pair = |place: [usize; 2]| {
            let scan = lengths.iter().zip(&coefficients);
            let scan: f64 = scan.map(|(mm, mu)| f64::from(mm[place]) * mu / 10.0).sum();
            [truth.project(ray(&twin, *view, place.map(|index| index as f64)))[0], scan]
        };
        let pixel = |index: usize| {
            let (row, column) = (index / (columns / fine), index % (columns / fine));
            let rays = (0..fine * fine).map(|k| [row * fine + k / fine, column * fine + k % fine]);
            rays.map(pair).fold([0.0; 2], |[a, b], [c, d]| [a + c, b + d])
        };
        (0..rows * columns / (fine * fine)).into_par_iter().map(pixel).collect()
    };
    let pairs: Vec<[f64; 2]> = views.iter().flat_map(of_view).collect();
    assert!(pairs.iter().any(|[_, scan]| *scan > 0.1));
    Difference::of(&pairs)
}

/// The roll with its gaps and its tab, the gasket under the vent and about the lid; a tilted axis off the middle.
#[test]
fn projected_truth_is_the_neutron_scan_of_a_wound_cell() {
    let cell = cell("18650-na-1500");
    for height in [30.0, 62.3, 63.15] {
        let found = projected(&cell, titan(1, height), &[0, 3], (8, VOXEL_MM));
        println!("at {height} mm: {found:?}");
        assert!(found.is_small(), "at {height} mm: {found:?}");
    }
}

/// Flat faces at right angles to the axis, seen edge-on: gasket, vent and lid over 2 mm. Pixels are
/// whole numbers of slices, so that voxels and pixels are means over the same heights.
#[test]
fn projected_truth_is_the_scan_where_flat_faces_lie_edge_on() {
    let cell = cell("18650-na-1500");
    let mut profile = titan(24, 62.9);
    profile.geometry.axis_tilt_deg = 0.0;
    let twin = Twin::new(&cell.scene, &profile, None, 1).unwrap();
    let coefficients = thin(&cell, &profile);
    let z = heights(&twin, cell.scene.bounds().radius);
    let faces = cell.scene.part_bounds().into_iter().flatten().map(|corner| corner[2]);
    assert!(faces.filter(|face| (z[0]..z[1]).contains(face)).count() > 2, "faces in {z:?}");
    let [rows, columns] = twin.shape();
    let voxel = (z[1] - z[0]) / (rows * SLICES) as f64;
    let truth = Truth::new(&cell, (z, voxel), std::slice::from_ref(&coefficients));
    let of_column = |column: usize| -> Vec<[f64; 2]> {
        let place = |row: usize, (ray, rays): (usize, usize)| {
            [row as f64 + (ray as f64 + 0.5) / rays as f64 - 0.5, column as f64]
        };
        let scan = edge_on(&cell, &twin, &coefficients, &place);
        let found = |row: usize| {
            let rays = (0..SLICES).map(|part| ray(&twin, 1, place(row, (part, SLICES))));
            rays.map(|ray| truth.project(ray)[0]).sum::<f64>() / SLICES as f64
        };
        scan.into_iter().enumerate().map(|(row, scan)| [found(row), scan]).collect()
    };
    let by_column: Vec<_> = (0..columns).into_par_iter().map(of_column).collect();
    for row in 0..rows {
        let pairs: Vec<_> = by_column.iter().map(|column| column[row]).collect();
        let found = Difference::of(&pairs);
        println!("row {row}: {found:?}");
        assert!(found.is_small(), "row {row}: {found:?}");
    }
}

/// Mean line integral over the height of each pixel of a column of the view 1, from the solids;
/// `place(row, (ray, rays))` is where a ray meets the frame.
fn edge_on(
    cell: &Cell,
    twin: &Twin<'_>,
    coefficients: &[f64],
    place: &dyn Fn(usize, (usize, usize)) -> [f64; 2],
) -> Vec<f64> {
    let rows = twin.shape()[0];
    let rays: Vec<_> = (0..rows * ROW_RAYS)
        .map(|k| ray(twin, 1, place(k / ROW_RAYS, (k % ROW_RAYS, ROW_RAYS))))
        .collect();
    let ([_, y, x], [rise, back, right]) = rays[0];
    assert!(rise.abs() < 1e-12, "the axis is tilted");
    let heights: Vec<RowRay> =
        rays.iter().map(|([z, ..], _)| RowRay { z: *z, slope: 0.0 }).collect();
    let mut lengths = PathLengths::new(coefficients.len(), heights.len());
    let rays = ColumnRays { origin: [x, y], direction: [right, back], rows: &heights };
    cell.scene.trace(&rays, &mut lengths);
    let of = |ray: usize| -> f64 {
        let materials = coefficients.iter().enumerate();
        materials.map(|(k, mu)| f64::from(lengths.material(k)[ray]) * mu / 10.0).sum()
    };
    let pixel = |row: usize| (row * ROW_RAYS..(row + 1) * ROW_RAYS).map(of).sum::<f64>();
    (0..rows).map(|row| pixel(row) / ROW_RAYS as f64).collect()
}

/// At the edges of the electrodes, where single sheets end: what is left there is the error of the
/// voxels, which falls with their size.
#[test]
fn projected_truth_is_the_closer_to_the_scan_the_finer_its_voxels_are() {
    let cell = cell("18650-na-1500");
    let mut profile = titan(1, 58.7);
    profile.geometry.axis_tilt_deg = 0.0;
    let found =
        [1.0, 0.5].map(|scale| projected(&cell, profile.clone(), &[1], (12, scale * VOXEL_MM)));
    println!("{found:?}");
    assert!(found[1].rms < 0.7 * found[0].rms && found[1].is_small(), "{found:?}");
}

/// Steep rays through the crimp and the roll, with X-ray coefficients.
#[test]
fn projected_truth_is_the_xray_scan_in_a_cone() {
    let cell = cell("18650-na-1500");
    let mut profile = Profile::imax().without_noise();
    profile.detector.bin = 5;
    profile.detector.region = [5, 5 * 300];
    profile.geometry.piercing_offset = [-350.0, -3.2];
    profile.geometry.aim = Aim::Height(58.0);
    profile.frames.views = 7;
    let found = projected(&cell, profile, &[2], (8, VOXEL_MM));
    println!("{found:?}");
    assert!(found.is_small(), "{found:?}");
}

/// The beam as it is, of all wavelengths, and pixels as wide as they are: lengths by material from
/// voxels give the transmission that the scan is made of.
#[test]
fn projected_materials_are_the_polychromatic_scan() {
    let cell = cell("18650-na-1500");
    let mut profile = titan(1, 30.0);
    profile.neutrons.as_mut().unwrap().collimation = 0.0;
    profile.geometry.axis_tilt_deg = 0.0;
    profile.rays.per_pixel = [1, FINE];
    let twin = Twin::new(&cell.scene, &profile, None, 1).unwrap();
    let substances = cell.substances();
    let only =
        |this: usize| (0..substances.len()).map(|k| f64::from(u8::from(k == this))).collect();
    let each: Vec<Vec<f64>> = (0..substances.len()).map(only).collect();
    let truth = Truth::new(&cell, ([29.99, 30.01], VOXEL_MM), &each);
    let table = AttenuationTable::new(&profile.spectrum().unwrap(), substances);
    let behind = |view: usize, column: f64| {
        let mut lengths = PathLengths::new(substances.len(), 1);
        let cm = truth.project(ray(&twin, view, [0.0, column]));
        for (material, cm) in cm.iter().enumerate() {
            lengths.material_mut(material)[0] = to_f32(cm * 10.0);
        }
        let mut transmission = [0.0];
        table.transmission(&lengths, &mut transmission);
        f64::from(transmission[0])
    };
    for view in [0, 2, 5] {
        let scan = twin.transmission(view).unwrap();
        let pair = |column: usize| {
            let fine = (0..FINE).map(|k| column as f64 + (k as f64 + 0.5) / FINE as f64 - 0.5);
            let mean = fine.map(|place| behind(view, place)).sum::<f64>() / FINE as f64;
            [-mean.ln(), -f64::from(scan[[0, column]]).ln()]
        };
        let pairs: Vec<_> = (0..twin.shape()[1]).into_par_iter().map(pair).collect();
        let found = Difference::of(&pairs);
        println!("view {view}: {found:?}");
        assert!(found.is_small(), "view {view}: {found:?}");
    }
}
