//! Times the back-projection of a cone beam, after a check of what it makes.
//!
//! `cargo bench -p voltomo-reconstruct --bench backproject_cone -- 64x256`: the name is slices,
//! then the side of a slice. Knows no filter and no peers.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array3;
use voltomo_reconstruct::kernel::{
    backproject::Processor,
    backproject_cone::{ConePath, Slope, Views, backproject_cone},
};

/// A circle of views at magnification such that a voxel is a pixel on the axis; the source is two
/// and a half volumes away.
fn paths(count: usize, side: usize, middle: f64) -> Vec<ConePath> {
    let half = (side as f64 - 1.0) / 2.0;
    let path = |view: usize| {
        let (sin, cos) = (view as f64 * std::f64::consts::TAU / count as f64).sin_cos();
        let far = 2.5 * side as f64;
        let slope = |scale: f64, y: f64, x: f64, start: f64| Slope {
            start: start - scale * (y + x) * half,
            along_y: scale * y,
            along_x: scale * x,
        };
        let (depth, across) = (slope(1.0 / far, cos, sin, 1.0), slope(1.0, -sin, cos, 0.0));
        let column = Slope {
            start: across.start + middle * depth.start,
            along_y: across.along_y + middle * depth.along_y,
            along_x: across.along_x + middle * depth.along_x,
        };
        ConePath { depth, column, source_row: middle, rise: (-half, 1.0) }
    };
    (0..count).map(path).collect()
}

fn constant_views(count: usize, pixels: usize) -> Views {
    let mut views = Views::default();
    views.reshape(count, pixels, (0, pixels));
    let ones = vec![1.0; pixels * pixels];
    for mut part in views.parts_mut(1) {
        part.clear(0);
        part.write(0, 0, &ones);
    }
    views
}

fn backproject(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("backproject/cone");
    group.sample_size(10);
    for (slices, side, count) in [(64, 256, 200), (64, 512, 400)] {
        let pixels = side * 3 / 2;
        let middle = (pixels as f64 - 1.0) / 2.0;
        let (views, paths) = (constant_views(count, pixels), paths(count, side, middle));
        let mut volume = Array3::zeros((slices, side, side));
        backproject_cone((&views, &paths), 0, None, volume.view_mut());
        // Views of ones: each voxel sums the inverse squares of its depths.
        let place = [side / 3, side / 2];
        let expected: f64 = paths.iter().map(|path| path.depth.at(place).powi(-2)).sum();
        let found = f64::from(volume[[slices - 1, place[0], place[1]]]);
        assert!((found / expected - 1.0).abs() < 1e-5, "{found}, expected {expected}");

        group.throughput(Throughput::Elements((slices * side * side * count) as u64));
        let name = format!("{slices}x{side}x{side}");
        let place = format!("{:?}", Processor::found()).to_lowercase();
        group.bench_function(BenchmarkId::new(name, place), |bencher| {
            bencher.iter(|| backproject_cone((&views, &paths), 0, None, volume.view_mut()));
        });
    }
    group.finish();
}

criterion_group!(benches, backproject);
criterion_main!(benches);
