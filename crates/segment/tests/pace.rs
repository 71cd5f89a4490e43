//! How long a large pair takes. Slow: for somebody who wants the figure.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::time::Instant;

use ndarray::Array3;
use rayon::prelude::*;
use voltomo_numeric::{cast::to_f32, random::Random};
use voltomo_segment::{PairSlab, SegmentError, SegmentSettings, segment_slabs};
use voltomo_types::{LengthUnit, VoxelGrid};

/// One slice of a can with a roll.
fn slice(z: usize, edge: usize, beam: usize) -> Vec<f32> {
    let mut random = Random::new((2 * z + beam) as u64);
    let middle = 0.5 * edge as f64;
    let mu = [[0.0, 0.0], [1.2, 15.0], [1.37, 0.3], [1.3, 3.0], [4.4, 0.19]];
    let of = |index: usize| {
        let [y, x] = [index / edge, index % edge].map(|it| it as f64 - middle);
        let radius = y.hypot(x) / edge as f64;
        let is_coat = (radius * 88.0).fract() < 0.5;
        let material = match radius {
            r if !(0.09..=0.495).contains(&r) => 0,
            r if r > 0.483 => 1,
            r if r > 0.478 => 4,
            _ => 2 + usize::from(is_coat),
        };
        mu[material][beam] + [0.15, 0.09][beam] * random.normal()
    };
    (0..edge * edge).map(of).map(to_f32).collect()
}

#[test]
#[ignore = "slow: a quarter of a minute in release, and 3 GB; run with --release --nocapture"]
fn slow_pace_of_a_pair_of_1138_by_1138() {
    let (edge, depth) = (1138, 96);
    let grid = VoxelGrid {
        shape: [depth, edge, edge],
        voxel: 0.016,
        first: [0.0; 3],
        unit: LengthUnit::Millimetre,
    };
    let slices: Vec<Vec<f32>> =
        (0..16).into_par_iter().map(|k| slice(k / 2 * 2, edge, k % 2)).collect();
    let part = |beam: usize, range: std::ops::Range<usize>| {
        let all: Vec<f32> = range.flat_map(|z| slices[z % 8 * 2 + beam].clone()).collect();
        let depth = all.len() / (edge * edge);
        Some(Array3::from_shape_vec((depth, edge, edge), all).unwrap())
    };
    let mut asked = 0;
    let mut reading = 0.0;
    let start = Instant::now();
    let read = |range: std::ops::Range<usize>| {
        let begin = Instant::now();
        asked += range.len();
        let slab = PairSlab { neutron: part(0, range.clone()), xray: part(1, range) };
        reading += begin.elapsed().as_secs_f64();
        Ok::<_, SegmentError>(slab)
    };
    let found = segment_slabs(&grid, &SegmentSettings::default(), read, |_, _| Ok(())).unwrap();
    let wall = start.elapsed().as_secs_f64();
    println!("{wall:.1} s, of these {reading:.1} s reading {asked} slices\n{found:#?}");
}
