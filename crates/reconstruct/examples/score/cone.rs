//! A cone beam over a whole turn by filtered back-projection. Knows no peers.
//!
//! IN: `[view, row, column]` of 0.8 mm on the detector, 1000 mm from the source, 500 mm beyond the
//! axis; the source stands at the angle b, columns along (−sin b, cos b). OUT: `[z, y, x]`, the
//! middle SLICES of SIDE, voxels of 204.8 mm over SIDE, µ a mm.

use voltomo_reconstruct::{Fdk, Projections, ReconstructSettings, Reconstruction};
use voltomo_types::{ConeGeometry, ConeView, LengthUnit, PixelFrame, Radian, VoxelGrid};

use crate::{
    argument,
    npy::{read_npy, write_npy},
    stopwatch::timed,
};

const SOURCE_TO_AXIS: f64 = 500.0;
const SOURCE_TO_DETECTOR: f64 = 1000.0;
const PIXEL: f64 = 0.8;
const FIELD: f64 = 204.8;

pub(crate) fn score(arguments: &[&str]) {
    let projections = read_npy(arguments[0]);
    let (views, rows, columns) = projections.dim();
    let side: usize = arguments[2].parse().unwrap();
    let slices = argument(arguments, 3, side);
    let voxel = FIELD / side as f64;
    let first = |count: usize| -(count as f64 - 1.0) / 2.0 * voxel;
    let grid = VoxelGrid {
        shape: [slices, side, side],
        voxel,
        first: [first(slices), first(side), first(side)],
        unit: LengthUnit::Millimetre,
    };
    let geometry = circle(views, (rows, columns));
    let fdk = Fdk::new(&geometry, (rows, columns), &grid, &ReconstructSettings::default()).unwrap();
    let updates = (grid.voxel_count() * views) as f64;
    let mut volume = ndarray::Array3::zeros((0, 0, 0));
    for run in 0..argument(arguments, 4, 1) {
        drop(volume);
        let given = Projections::new(projections.view(), 0);
        let (found, took) =
            timed(|| Reconstruction::reconstruct(&fdk, given, 0..slices, &()).unwrap());
        volume = found;
        println!(
            "fdk run {run}: {slices} of {side}^3 x {views}: {:.2} s wall, {:.2} s processor, {:.2} \
             GUPS, {} MB working",
            took.wall,
            took.processor,
            updates / took.wall / 1e9,
            fdk.working_bytes(0..slices) / 1_000_000,
        );
    }
    volume /= 10.0; // from 1/cm to 1/mm
    write_npy(arguments[1], &volume);
}

fn circle(views: usize, (rows, columns): (usize, usize)) -> ConeGeometry {
    let half = |count: usize| (count as f64 - 1.0) / 2.0 * PIXEL;
    let view = |k: usize| {
        let turn = k as f64 * std::f64::consts::TAU / views as f64;
        let (sin, cos) = turn.sin_cos();
        let behind = SOURCE_TO_AXIS - SOURCE_TO_DETECTOR;
        ConeView {
            // The angle of our own circle whose source stands there.
            angle: Radian(-turn),
            source: [0.0, SOURCE_TO_AXIS * sin, SOURCE_TO_AXIS * cos],
            origin: [
                -half(rows),
                behind * sin - half(columns) * cos,
                behind * cos + half(columns) * sin,
            ],
            along_rows: [PIXEL, 0.0, 0.0],
            along_columns: [0.0, PIXEL * cos, -PIXEL * sin],
        }
    };
    let frame = PixelFrame::whole(rows, columns);
    ConeGeometry { views: (0..views).map(view).collect(), frame }
}
