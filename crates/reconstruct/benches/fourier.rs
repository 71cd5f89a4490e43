//! Times whole reconstructions by Fourier gridding, after a check of what they make.
//!
//! `cargo bench -p voltomo-reconstruct --bench fourier -- 16x512`: the name is slices, then the side
//! of a slice and the columns; angles are five eighths of the columns. Back-projection of the same
//! rows stands beside it. Knows no peers.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array3;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    Fbp, Fourier, Projections, ReconstructSettings, Reconstruction, grid_for,
};
use voltomo_types::{ParallelGeometry, PixelFrame, Radian, RotationAxis};

fn geometry(rows: usize, columns: usize) -> ParallelGeometry {
    let angle_count = columns * 5 / 8;
    let angle = |k: usize| Radian(k as f64 * std::f64::consts::PI / angle_count as f64);
    ParallelGeometry {
        angles: (0..angle_count).map(angle).collect(),
        axis: RotationAxis { centre: (columns as f64 - 1.0) / 2.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(rows, columns),
        pixel: None,
    }
}

/// Chords of a centred disc of 0.01/pixel, six tenths of the frame wide.
fn projections(geometry: &ParallelGeometry, (rows, columns): (usize, usize)) -> Array3<f32> {
    let radius = 0.3 * columns as f64;
    Array3::from_shape_fn((geometry.angles.len(), rows, columns), |(_, _, column)| {
        let distance = column as f64 - geometry.axis.centre;
        to_f32(0.02 * (radius * radius - distance * distance).max(0.0).sqrt())
    })
}

fn fourier_parallel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fourier/parallel");
    group.sample_size(10);
    for (slices, side) in [(16, 256), (16, 512), (64, 1024), (64, 2048)] {
        let (geometry, settings) = (geometry(slices, side), ReconstructSettings::default());
        let projections = projections(&geometry, (slices, side));
        let grid = grid_for(&geometry, (slices, side), &settings).unwrap();
        let fourier = Fourier::new(&geometry, (slices, side), &grid, &settings).unwrap();
        let fbp = Fbp::new(&geometry, (slices, side), &grid, &settings).unwrap();
        let methods: [&dyn Reconstruction; 2] = [&fourier, &fbp];
        // The exact back-projection of the largest size takes half a minute a run.
        for method in methods.into_iter().take(if side > 512 { 1 } else { 2 }) {
            let run =
                || method.reconstruct(Projections::new(projections.view(), 0), 0..slices, &());
            let middle = run().unwrap()[[slices - 1, side / 3, side / 2]];
            assert!((middle - 0.01).abs() < 5e-5, "{}: {middle}, expected 0.01", method.name());
            group.throughput(Throughput::Elements(
                (slices * side * side * geometry.angles.len()) as u64,
            ));
            let name = BenchmarkId::new(format!("{slices}x{side}x{side}"), method.name());
            group.bench_function(name, |bencher| bencher.iter(run));
        }
    }
    group.finish();
}

criterion_group!(benches, fourier_parallel);
criterion_main!(benches);
