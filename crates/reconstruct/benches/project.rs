//! Times forward projection and its adjoint, after a check of what they make.
//!
//! `cargo bench -p voltomo-reconstruct --bench project -- parallel/1x512`: the name is slices, the
//! side of a slice, and views. An element is one voxel in one view. Knows no method and no peers.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array3;
use voltomo_reconstruct::{ConeProjector, ParallelProjector, Projector};
use voltomo_types::{
    ConeCircle, LengthUnit, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis,
    VoxelGrid,
};

fn grid([slices, side]: [usize; 2]) -> VoxelGrid {
    let half = |count: usize| -(count as f64 - 1.0) / 2.0;
    let first = [half(slices), half(side), half(side)];
    let unit = LengthUnit::Millimetre;
    VoxelGrid { shape: [slices, side, side], voxel: 1.0, first, unit }
}

fn angles(count: usize, turn: f64) -> Vec<Radian> {
    (0..count).map(|k| Radian(k as f64 * turn / count as f64)).collect()
}

fn parallel([slices, side, count]: [usize; 3], tilt: f64) -> ParallelProjector {
    let geometry = ParallelGeometry {
        angles: angles(count, std::f64::consts::PI),
        axis: RotationAxis { centre: (side as f64 - 1.0) / 2.0, tilt: Radian::from_degrees(tilt) },
        frame: PixelFrame::whole(slices, side),
        pixel: Some(Millimetre(1.0)),
    };
    ParallelProjector::new(&geometry, (slices, side), &grid([slices, side])).unwrap()
}

/// At a magnification of 2, a voxel a pixel on the axis, the source three volumes away.
fn cone([slices, side, count]: [usize; 3], roll: f64) -> ConeProjector {
    let (rows, columns) = (slices * 5 / 4, side * 5 / 4);
    let circle = ConeCircle {
        source_to_axis: Millimetre(3.0 * side as f64),
        source_to_detector: Millimetre(6.0 * side as f64),
        pixel: Millimetre(2.0),
        centre: [rows, columns].map(|count| (count as f64 - 1.0) / 2.0),
        roll: Radian::from_degrees(roll),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let frame = PixelFrame::whole(rows, columns);
    let geometry = circle.geometry(&angles(count, std::f64::consts::TAU), frame);
    ConeProjector::new(&geometry, (rows, columns), &grid([slices, side])).unwrap()
}

/// Ones: the middle ray is as long as its way through the volume, and ⟨A·1, 1⟩ = ⟨1, Aᵀ·1⟩.
fn check(projector: &dyn Projector) -> [Array3<f32>; 2] {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let (rows, columns) = projector.frame_shape();
    let mut volume = Array3::ones(projector.volume_shape());
    let mut data = Array3::zeros((views.len(), rows, columns));
    projector.project(volume.view(), &views, data.view_mut());
    let side = volume.dim().1 as f32 / 10.0;
    let middle = data[[0, rows / 2, columns / 2]];
    assert!((middle / side - 1.0).abs() < 0.01, "{middle}, expected {side}");

    let ones = Array3::ones(data.dim());
    volume.fill(0.0);
    projector.backproject(ones.view(), &views, volume.view_mut());
    let sums = [&data, &volume].map(|values| values.iter().map(|&it| f64::from(it)).sum::<f64>());
    assert!((sums[0] / sums[1] - 1.0).abs() < 1e-6, "{sums:?}");
    [volume, data]
}

fn time(criterion: &mut Criterion, name: &str, projector: &dyn Projector) {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let [mut volume, mut data] = check(projector);
    let mut group = criterion.benchmark_group(format!("project/{name}"));
    group.sample_size(10);
    group.throughput(Throughput::Elements((volume.len() * views.len()) as u64));
    group.bench_function(BenchmarkId::from_parameter("forward"), |bencher| {
        bencher.iter(|| projector.project(volume.view(), &views, data.view_mut()));
    });
    group.bench_function(BenchmarkId::from_parameter("adjoint"), |bencher| {
        bencher.iter(|| projector.backproject(data.view(), &views, volume.view_mut()));
    });
    group.finish();
}

fn project(criterion: &mut Criterion) {
    time(criterion, "parallel/1x512x360", &parallel([1, 512, 360], 0.0));
    time(criterion, "parallel/64x512x360", &parallel([64, 512, 360], 0.0));
    time(criterion, "tilted/64x256x180", &parallel([64, 256, 180], 1.0));
    time(criterion, "cone/256x256x180", &cone([256, 256, 180], 0.0));
    time(criterion, "rolled/256x256x180", &cone([256, 256, 180], 1.0));
}

criterion_group!(benches, project);
criterion_main!(benches);
