//! Times the back-projection of bundles of slices, after a check of what it makes.
//!
//! `cargo bench -p voltomo-reconstruct -- 64x512`: the name is slices, then the side of a slice
//! and the columns; angles are five eighths of the columns. Knows no filter and no peers.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array3;
use voltomo_reconstruct::kernel::backproject::{Bundle, Processor, RayPath, backproject};

fn paths(angle_count: usize, side: usize) -> Vec<RayPath> {
    let middle = (side as f64 - 1.0) / 2.0;
    let path = |k: usize| {
        let (sin, cos) = (k as f64 * std::f64::consts::PI / angle_count as f64).sin_cos();
        RayPath { start: middle * (1.0 - cos + sin), along_y: -sin, along_x: cos }
    };
    (0..angle_count).map(path).collect()
}

fn constant_bundle(angle_count: usize, columns: usize, lanes: usize) -> Bundle {
    let mut bundle = Bundle::default();
    bundle.reshape(angle_count, columns, lanes);
    let row = vec![1.0; lanes * columns];
    bundle.parts_mut(1).into_iter().for_each(|mut part| part.write(0, &row));
    bundle
}

fn backproject_parallel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("backproject/parallel");
    group.sample_size(10);
    for (slices, side) in [(16, 512), (64, 512), (64, 2048)] {
        let angle_count = side * 5 / 8;
        let (bundle, paths) =
            (constant_bundle(angle_count, side, slices), paths(angle_count, side));
        let mut volume = Array3::zeros((slices, side, side));
        backproject(&bundle, &paths, None, volume.view_mut());
        // Rows of ones: inside the circle that all views see, each voxel counts the angles.
        let expected = angle_count as f32;
        let middle = volume[[slices - 1, side / 3, side / 2]];
        assert!((middle - expected).abs() < 1e-2, "{middle}, expected {expected}");

        group.throughput(Throughput::Elements((slices * side * side * angle_count) as u64));
        let name = format!("{slices}x{side}x{side}");
        let place = format!("{:?}", Processor::found()).to_lowercase();
        group.bench_function(BenchmarkId::new(name, place), |bencher| {
            bencher.iter(|| backproject(&bundle, &paths, None, volume.view_mut()));
        });
    }
    group.finish();
}

criterion_group!(benches, backproject_parallel);
criterion_main!(benches);
