//! Times the back-projection of bundles of slices, after a check of what it makes.
//!
//! `cargo bench -p voltomo-reconstruct -- 64x512`: the name is slices, then the side of a slice
//! and the columns; angles are five eighths of the columns. Knows no filter and no peers.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array3;
use voltomo_reconstruct::kernel::backproject::{
    Bundle, Interpolation, Processor, RayPath, Rays, backproject_with,
};

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
        group.throughput(Throughput::Elements((slices * side * side * angle_count) as u64));
        for processor in Processor::ALL.into_iter().filter(|kind| kind.is_here()) {
            for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
                let rays = Rays { bundle: &bundle, paths: &paths, interpolation };
                backproject_with(processor, &rays, None, volume.view_mut());
                // Rows of ones: inside the circle that all views see, each voxel counts the angles.
                let expected = angle_count as f32;
                let middle = volume[[slices - 1, side / 3, side / 2]];
                assert!((middle - expected).abs() < 1e-2, "{middle}, expected {expected}");

                let name = format!("{slices}x{side}x{side}");
                let place = format!("{interpolation:?}-{}", processor.name()).to_lowercase();
                group.bench_function(BenchmarkId::new(name, place), |bencher| {
                    bencher.iter(|| backproject_with(processor, &rays, None, volume.view_mut()));
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, backproject_parallel);
criterion_main!(benches);
