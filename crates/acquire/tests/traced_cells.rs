//! Every cell that comes with the program, with and without defects, traced against its slow twin.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::time::Instant;

use voltomo_acquire::simulate::cell::{Cell, CellFile, random_defects};
use voltomo_acquire::simulate::material::Library;
use voltomo_acquire::simulate::shape::{Scene, VoxelRequest};
use voltomo_acquire::simulate::{ColumnRays, PathLengths, RowRay, Sample};
use voltomo_numeric::cast::to_index;

fn built(name: &str, defects: usize, seed: u64) -> Cell {
    let file = CellFile::read(name).unwrap();
    let more =
        if defects == 0 { Vec::new() } else { random_defects(&file, defects, seed).unwrap() };
    Cell::build(&file, &more, &Library::standard()).unwrap()
}

/// Lengths by material of one ray, traced.
fn traced(scene: &Scene, [s, angle]: [f64; 2], ray: RowRay) -> Vec<f64> {
    let (sin, cos) = angle.sin_cos();
    let (origin, direction) = ([s * cos, -s * sin], [sin, cos]);
    let mut lengths = PathLengths::new(scene.materials().len(), 1);
    scene.trace(&ColumnRays { origin, direction, rows: &[ray] }, &mut lengths);
    (0..scene.materials().len()).map(|m| f64::from(lengths.material(m)[0])).collect()
}

/// The same by steps of 2 µm.
fn sampled(scene: &Scene, [s, angle]: [f64; 2], ray: RowRay) -> Vec<f64> {
    let (sin, cos) = angle.sin_cos();
    let step = 2e-3;
    let half = i32::try_from(to_index(scene.bounds().radius / step) + 1).unwrap();
    let mut sums = vec![0.0; scene.materials().len()];
    for k in -half..half {
        let t = (f64::from(k) + 0.5) * step;
        let point = [s * cos + t * sin, -s * sin + t * cos, ray.z + ray.slope * t];
        if let Some(material) = scene.material_at(point) {
            sums[material] += step * ray.slope.hypot(1.0);
        }
    }
    sums
}

fn agree(cell: &Cell, count: i32) {
    let (scene, bounds) = (&cell.scene, cell.scene.bounds());
    let spread = |k: i32, step: f64| (f64::from(k) * step).fract();
    for k in 0..count {
        let s = bounds.radius * (2.0 * spread(k, 0.618_034) - 1.0);
        let place = [s, f64::from(k)];
        let z = bounds.z[0] + (bounds.z[1] - bounds.z[0]) * spread(k, 0.754_878);
        let slope = [0.0, 0.04, -0.13, 0.02][usize::try_from(k % 4).unwrap()];
        let ray = RowRay { z, slope };
        let (found, slow) = (traced(scene, place, ray), sampled(scene, place, ray));
        let path: f64 = slow.iter().sum();
        for (material, (found, slow)) in found.iter().zip(&slow).enumerate() {
            let limit = 1e-3 * path + 2e-2;
            let name = cell.substances()[material].name();
            assert!((found - slow).abs() < limit, "{place:?} {ray:?} {name}: {found} for {slow}");
        }
    }
}

#[test]
fn every_cell_agrees_with_its_slow_twin() {
    for name in CellFile::builtin_names() {
        println!("{name}");
        agree(&built(name, 0, 0), 24);
    }
}

#[test]
fn cells_with_defects_agree_with_their_slow_twins() {
    for (seed, name) in (1..).zip(CellFile::builtin_names()) {
        println!("{name}");
        agree(&built(name, 4, seed), 16);
    }
}

/// Times columns, rows and voxels; printed, never judged: run with `--ignored --nocapture`.
#[test]
#[ignore = "slow: a timing for people to read"]
fn slow_timing_of_cells() {
    for name in CellFile::builtin_names() {
        let cell = built(name, 0, 0);
        let (scene, bounds) = (&cell.scene, cell.scene.bounds());
        for (slope, share) in
            [(0.0, [0.1, 0.8]), (0.1, [0.1, 0.8]), (0.0, [0.85, 1.0]), (0.1, [0.85, 1.0])]
        {
            let time = |count: i32| {
                let height = |k: i32| share[0] + (share[1] - share[0]) * f64::from(k) / 500.0;
                let z = |k: i32| bounds.z[0] + (bounds.z[1] - bounds.z[0]) * height(k);
                let rows: Vec<RowRay> = (0..count).map(|k| RowRay { z: z(k), slope }).collect();
                let mut lengths = PathLengths::new(scene.materials().len(), rows.len());
                let start = Instant::now();
                for k in 0..200 {
                    let s = bounds.radius * (f64::from(k) / 100.0 - 0.995);
                    let (sin, cos) = f64::from(k).sin_cos();
                    let (origin, direction) = ([s * cos, -s * sin], [sin, cos]);
                    scene.trace(&ColumnRays { origin, direction, rows: &rows }, &mut lengths);
                }
                start.elapsed().as_secs_f64() / 200.0 * 1e6
            };
            let (column, all) = (time(1), time(501));
            let row = (all - column) / 0.5;
            println!("{name}, slope {slope}, z {share:?}: column {column:.1} µs, row {row:.0} ns");
        }
    }
    let scene = built("18650-na-1500", 0, 0).scene;
    let start = Instant::now();
    let request = VoxelRequest {
        shape: [774, 230, 230],
        voxel: 0.084,
        first: [65.0, -9.618, -9.618],
        samples: 3,
    };
    let lists = [vec![0.1; scene.materials().len()], vec![0.2; scene.materials().len()]];
    let voxels = scene.voxels(&request, 0..774, &lists);
    println!("voxels: {:.1} s ({})", start.elapsed().as_secs_f64(), voxels.labels[[300, 100, 50]]);
}
