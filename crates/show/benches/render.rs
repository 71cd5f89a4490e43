//! A rendering of 1600 × 1200 pixels of a wound cell of 512³ voxels, cut open, on all threads. The
//! picture is checked before it is timed.
#![allow(missing_docs, reason = "a bench has no readers of its items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array3, Axis};
use rayon::prelude::*;
use voltomo_show::picture::Picture;
use voltomo_show::render::{Camera, Cut, RenderStyle, VolumeToRender, render};
use voltomo_types::{LengthUnit, Probe, VoxelGrid};

const SIDE: usize = 512;
const SIZE: [usize; 2] = [1600, 1200];

/// A can about windings about a void, with a lid, in air that is noisy.
fn cell() -> Array3<f32> {
    let half = SIDE as f32 / 2.0;
    let mut cell = Array3::zeros((SIDE, SIDE, SIDE));
    cell.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(z, mut slice)| {
        for ((y, x), value) in slice.indexed_iter_mut() {
            let (up, across) = (y as f32 - half, x as f32 - half);
            let radius = up.hypot(across) / half;
            let turn = 150.0 * radius + up.atan2(across);
            let noise = ((x * 7919 + y * 104_729 + z * 1_299_709) % 101) as f32 / 101.0 - 0.5;
            let is_lid = !(20..=SIDE - 20).contains(&z);
            *value = 0.05 * noise
                + match radius {
                    radius if radius > 0.9 => 0.0,
                    radius if radius > 0.85 || is_lid => 3.0,
                    radius if radius > 0.2 && z > 60 => 1.0 + 0.5 * turn.sin(),
                    _ => 0.0,
                };
        }
    });
    cell
}

fn style() -> RenderStyle {
    RenderStyle {
        camera: Camera { size: SIZE, ..Camera::default() },
        probe: Some(Probe::Xray),
        cuts: vec![Cut::upright_wedge([0.0, 0.0], [-115.0, -15.0])],
        ..RenderStyle::default()
    }
}

/// Share of the pixels that are not white.
fn drawn(picture: &Picture) -> f64 {
    let coloured = picture.bytes().chunks(3).filter(|pixel| pixel.iter().any(|it| *it < 250));
    coloured.count() as f64 / (SIZE[0] * SIZE[1]) as f64
}

fn rendering(criterion: &mut Criterion) {
    let cell = cell();
    let first = [-0.025 * SIDE as f64 / 2.0; 3];
    let grid = VoxelGrid { shape: [SIDE; 3], voxel: 0.025, first, unit: LengthUnit::Millimetre };
    let volume = VolumeToRender { attenuation: cell.view(), grid };
    let picture = render(&volume, &style()).expect("a cell can be rendered");
    let drawn = drawn(&picture);
    assert!((0.2..0.8).contains(&drawn), "{drawn} of the picture is drawn");
    let mut group = criterion.benchmark_group("render");
    group.sample_size(10);
    group.bench_function("cut_open/512^3/1600x1200", |bench| {
        bench.iter(|| black_box(render(black_box(&volume), &style())));
    });
    group.finish();
}

criterion_group!(benches, rendering);
criterion_main!(benches);
