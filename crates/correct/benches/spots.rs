//! Spot removal in 2048 × 2048 frames on all threads, of an open beam and of a wound cell, whose
//! layers stand out of the noise without being spots. The result is checked before it is timed.
#![allow(missing_docs, reason = "a bench has no readers of its items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use rayon::prelude::*;
use voltomo_acquire::simulate::Exposure;
use voltomo_correct::{SpotSettings, remove_spots};

const SIDE: usize = 2048;

fn frames() -> (Vec<Array2<f32>>, u64) {
    let beam = Exposure { open_beam: 20_000.0, dark: 100.0, seed: Some(3) };
    let clean = beam.flats((2, SIDE, SIDE));
    let spots = 400;
    let hit = |mut frame: Array2<f32>| {
        for k in 0..spots {
            frame[[(k * 977 + 13) % SIDE, (k * 1583 + 7) % SIDE]] += 20_000.0;
        }
        frame
    };
    (clean.outer_iter().map(|frame| hit(frame.to_owned())).collect(), spots as u64)
}

/// Layers edge-on, five pixels apart, as X-rays see a winding.
fn windings() -> Vec<Array2<f32>> {
    let beam = Exposure { open_beam: 3000.0, dark: 100.0, seed: Some(4) };
    let layers = |mut frame: Array2<f32>| {
        for ((_, column), value) in frame.indexed_iter_mut() {
            *value *= 0.7 + 0.3 * (1.2 * column as f32).sin();
        }
        frame
    };
    beam.flats((2, SIDE, SIDE)).outer_iter().map(|frame| layers(frame.to_owned())).collect()
}

fn remove_all(frames: &[Array2<f32>]) -> u64 {
    let removed = frames.par_iter().map(|frame| {
        remove_spots(&mut frame.clone(), &SpotSettings::default()).map_or(0, |count| count.bright)
    });
    removed.sum()
}

fn spots(criterion: &mut Criterion) {
    let (frames, spots) = frames();
    // A neighbour of a spot goes with it where noise lifts it above half the threshold.
    let found = remove_all(&frames);
    assert!(found.abs_diff(2 * spots) <= 16, "{found} of {} spots", 2 * spots);
    let mut group = criterion.benchmark_group("spots");
    group.sample_size(10).throughput(Throughput::Elements((2 * SIDE * SIDE) as u64));
    group.bench_function("remove/2048x2048x2/cpu", |bench| {
        bench.iter(|| black_box(remove_all(black_box(&frames))));
    });
    let windings = windings();
    let found = remove_all(&windings);
    assert!(found < 200, "{found} pixels of a winding are spots");
    group.bench_function("windings/2048x2048x2/cpu", |bench| {
        bench.iter(|| black_box(remove_all(black_box(&windings))));
    });
    group.finish();
}

criterion_group!(benches, spots);
criterion_main!(benches);
