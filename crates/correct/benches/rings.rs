//! Ring removal in two sinograms of 1200 × 2048 on all threads. The result is checked before it is
//! timed.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench has no readers and may stop")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array3;
use voltomo_correct::{RingFilter, RingMethod, RingSettings};

const SHAPE: (usize, usize) = (1200, 2048);

/// Chords of a disc beside the axis, with a stripe in every 40th column.
fn sinograms() -> Array3<f32> {
    Array3::from_shape_fn((SHAPE.0, 2, SHAPE.1), |(angle, _, column)| {
        let middle = 1024.0 + 60.0 * (angle as f32 * 0.0026).cos();
        let from_middle = (column as f32 - middle) / 800.0;
        let stripe = if column % 40 == 7 { 0.05 } else { 0.0 };
        (1.0 - from_middle * from_middle).max(0.0).sqrt() + stripe
    })
}

fn rings(criterion: &mut Criterion) {
    use RingMethod::{
        BoinHaibel, Combined, Dead, Filtering, Fitting, Gentle, Large, Oimoen, Raven, Regularised,
        Rivers, Sorting, WaveletFourier,
    };
    let striped = sinograms();
    let mut group = criterion.benchmark_group("rings");
    group.sample_size(10).throughput(Throughput::Elements(striped.len() as u64));
    // Without Sijbers and Postnov's, which leaves more than half of the stripe that is looked at.
    for method in [
        Sorting,
        Filtering,
        Large,
        Dead,
        Combined,
        Gentle,
        Fitting,
        WaveletFourier,
        Regularised,
        Raven,
        Rivers,
        BoinHaibel,
        Oimoen,
    ] {
        let filter = RingFilter::new(&RingSettings::of(method), SHAPE).unwrap();
        let mut filtered = striped.clone();
        filter.apply_to_rows(filtered.view_mut());
        let stripe = |stack: &Array3<f32>| stack[[600, 1, 1007]] - stack[[600, 1, 1003]];
        assert!(stripe(&filtered) < 0.5 * stripe(&striped), "{method:?}");
        group.bench_function(format!("{method:?}/1200x2048x2/cpu"), |bench| {
            bench.iter(|| filter.apply_to_rows(black_box(filtered.view_mut())));
        });
    }
    group.finish();
}

criterion_group!(benches, rings);
criterion_main!(benches);
