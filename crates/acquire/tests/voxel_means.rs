//! Voxels of the truth against brute force: each holds the mean of what is in it, however coarse.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use rayon::prelude::*;
use voltomo_acquire::simulate::Sample;
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::material::Library;
use voltomo_acquire::simulate::shape::{Scene, VoxelRequest, Voxels};

/// Points along each edge of a voxel.
const FINE: usize = 40;

fn built(name: &str, defect: &str) -> Cell {
    let text = CellFile::builtin_text(name).unwrap();
    let file = CellFile::parse(&format!("{text}\n{defect}"), name).unwrap();
    Cell::build(&file, &[], &Library::standard()).unwrap()
}

/// One list of coefficients a material, 1 for it and 0 for others: its share of each voxel.
fn shares(scene: &Scene, request: &VoxelRequest) -> Voxels {
    let count = scene.materials().len();
    let only = |this: usize| (0..count).map(|k| f64::from(u8::from(k == this))).collect();
    let lists: Vec<Vec<f64>> = (0..count).map(only).collect();
    scene.voxels(request, 0..request.shape[0], &lists)
}

/// Share of each material in a voxel by 40³ points: even in y and z, and in x at another place on
/// each line, so that layers across x do not fall into step with the points.
fn brute(scene: &Scene, request: &VoxelRequest, voxel: [usize; 3]) -> Vec<f64> {
    let middle = [0, 1, 2].map(|k| {
        let sign = if k == 0 { -1.0 } else { 1.0 };
        request.first[k] + sign * voxel[k] as f64 * request.voxel
    });
    let place = |k: usize, part: f64| middle[k] + ((part / FINE as f64) - 0.5) * request.voxel;
    let mut hits = vec![0.0; scene.materials().len()];
    for line in 0..FINE * FINE {
        let [z, y] = [place(0, (line / FINE) as f64 + 0.5), place(1, (line % FINE) as f64 + 0.5)];
        let start = (line as f64 * 0.618_033_988_75).fract();
        for step in 0..FINE {
            if let Some(material) = scene.material_at([place(2, step as f64 + start), y, z]) {
                hits[material] += 1.0;
            }
        }
    }
    hits.into_iter().map(|hits| hits / (FINE * FINE * FINE) as f64).collect()
}

/// How far the shares of all materials are from brute force for each number of lines across a
/// voxel: the greatest difference, and the root mean square. Six slices of half a millimetre, a few
/// places of each, others in each.
fn differences(scene: &Scene, top: f64, lines: [usize; 2]) -> [[f64; 2]; 2] {
    let first = [top, -9.828, -9.828];
    let request = |samples| VoxelRequest { shape: [6, 40, 40], voxel: 0.504, first, samples };
    let places = (0..6).flat_map(|z| (0..10).map(move |k| [z, (7 * k + z) % 40, 4 * k + 1]));
    let places: Vec<[usize; 3]> = places.collect();
    let slow: Vec<Vec<f64>> =
        places.par_iter().map(|voxel| brute(scene, &request(1), *voxel)).collect();
    lines.map(|lines| {
        let found = shares(scene, &request(lines)).attenuations;
        let of = |(voxel, slow): (&[usize; 3], &Vec<f64>)| -> Vec<f64> {
            let pairs = found.iter().zip(slow);
            pairs.map(|(found, slow)| (f64::from(found[*voxel]) - slow).abs()).collect()
        };
        let all: Vec<f64> = places.iter().zip(&slow).flat_map(of).collect();
        let most = all.iter().copied().fold(0.0, f64::max);
        [most, (all.iter().map(|it| it * it).sum::<f64>() / all.len() as f64).sqrt()]
    })
}

/// Lid, vent, gasket, crimp, bead and insulator; the ends of the sheets and of a dry zone: flat
/// faces at any height in voxels of half a millimetre.
#[test]
fn coarse_voxels_hold_the_means_that_brute_force_finds() {
    let dry = "[[defect]]\nkind = \"dry_zone\"\nradius_mm = 5.5\nangle_deg = 35.0\nz_mm = 50.0\n\
               depth_mm = 5.0\narc_mm = 9.0\nheight_mm = 12.0\n";
    let cell = built("18650-na-1500", dry);
    for top in [64.9, 61.3, 58.9, 56.7] {
        let [many, few] = differences(&cell.scene, top, [40, 12]);
        println!("below {top} mm: {many:?} with 40 lines, {few:?} with 12");
        // With as many lines as points, only the points are left: 40 of them resolve a face to 1/80.
        assert!(many[0] < 0.0125 && many[1] < 0.0025, "{many:?}");
        assert!(few[0] < 0.03 && few[1] < 0.0025, "{few:?}");
    }
}
