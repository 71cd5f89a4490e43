//! Each iterative method on small systems with a known solution: a plain matrix projects.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod dense;

use std::sync::atomic::{AtomicUsize, Ordering};

use dense::Dense;
use ndarray::{Array3, s};
use voltomo_reconstruct::{
    Ending, IterativeSettings, Method, Progress, Projector,
    iterative::{Iterated, System, solve},
};

const ALL: [Method; 8] = [
    Method::Sirt,
    Method::Sart,
    Method::OsSart,
    Method::Cgls,
    Method::Mlem,
    Method::Osem,
    Method::FistaTv,
    Method::PdhgTv,
];
const SHAPE: [usize; 2] = [3, 10];
const VIEWS: [usize; 2] = [24, 17];

fn settings(iterations: usize) -> IterativeSettings {
    IterativeSettings { iterations: Some(iterations), subsets: 4, ..Default::default() }
}

/// Flat pieces, all above 0, another in every slice.
fn body() -> Array3<f32> {
    Array3::from_shape_fn((SHAPE[0], SHAPE[1], SHAPE[1]), |(z, y, x)| {
        let inner = if y > 2 && y < 7 && x > 3 && x < 8 { 1.0 } else { 0.0 };
        0.5 + 0.25 * z as f32 + inner
    })
}

fn rays_of(projector: &Dense, volume: &Array3<f32>) -> Array3<f32> {
    let (rows, columns) = projector.frame_shape();
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let mut rays = Array3::zeros((views.len(), rows, columns));
    projector.project(volume.view(), &views, rays.view_mut());
    rays
}

fn run(system: &System<'_>, method: Method, settings: &IterativeSettings) -> Iterated {
    run_with(system, (method, settings), &())
}

fn run_with(
    system: &System<'_>,
    what: (Method, &IterativeSettings),
    progress: &dyn Progress,
) -> Iterated {
    solve(system, what, Array3::zeros((SHAPE[0], SHAPE[1], SHAPE[1])), progress).unwrap()
}

fn error(found: &Array3<f32>, truth: &Array3<f32>) -> f64 {
    let square = |a: &Array3<f32>| a.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    (square(&(found - truth)) / square(truth)).sqrt()
}

#[test]
fn each_method_converges_to_the_solution_of_a_consistent_system() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let rays = rays_of(&projector, &body());
    let mut wrong = vec![];
    for (method, iterations, limit) in [
        (Method::Sirt, 1500, 0.03),
        (Method::Sart, 150, 0.02),
        (Method::OsSart, 400, 0.03),
        (Method::Cgls, 300, 0.005),
        (Method::Mlem, 1500, 0.02),
        (Method::Osem, 400, 0.02),
        (Method::FistaTv, 400, 0.01),
        (Method::PdhgTv, 1500, 0.03),
    ] {
        let settings = IterativeSettings { tv_weight: 1e-5, ..settings(iterations) };
        for apart in [false, true] {
            let system = System::new(&projector, rays.view()).unwrap();
            let system = if apart { system.with_slices_apart() } else { system };
            let found = run(&system, method, &settings);
            let error = error(&found.volume, &body());
            if error >= limit || found.curve.residual.len() > iterations {
                wrong.push(format!("{method:?}, slices apart {apart}: {error:.2e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Where theory says so: CGLS its residual, MLEM its distance, FISTA its function; SIRT on a system
/// whose rays are all alike in length falls in the plain norm too.
#[test]
fn what_a_method_minimises_never_rises() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let mut rays = rays_of(&projector, &body());
    rays.indexed_iter_mut()
        .for_each(|((v, r, c), ray)| *ray += ((v * 7 + r * 3 + c) as f32).sin() * 0.05);
    let system = System::new(&projector, rays.view()).unwrap();
    for method in [Method::Cgls, Method::Mlem, Method::FistaTv, Method::Sirt] {
        let curve = run(&system, method, &settings(40)).curve;
        let values = if curve.objective.is_empty() || method == Method::Cgls {
            &curve.residual
        } else {
            &curve.objective
        };
        let rises = values.windows(2).filter(|pair| pair[1] > pair[0] * (1.0 + 1e-6)).count();
        assert_eq!(rises, 0, "{method:?} {values:?}");
        assert!(values[39] < values[0]);
    }
}

#[test]
fn fista_and_pdhg_find_the_same_minimum() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let mut rays = rays_of(&projector, &body());
    rays.indexed_iter_mut()
        .for_each(|((v, r, c), ray)| *ray += ((v * 7 + r * 3 + c) as f32).sin() * 0.1);
    let weights = rays.mapv(|ray| 1e4 * (-ray).exp());
    for weights in [None, Some(weights)] {
        let mut system = System::new(&projector, rays.view()).unwrap().with_bounds([0.0, 1.4]);
        if let Some(weights) = &weights {
            system = system.with_weights(weights.view()).unwrap();
        }
        let settings = IterativeSettings { tv_weight: 3e-3, ..settings(1200) };
        let [fista, pdhg] = [Method::FistaTv, Method::PdhgTv].map(|m| run(&system, m, &settings));
        let [a, b] = [&fista, &pdhg].map(|found| *found.curve.objective.last().unwrap());
        assert!((a / b - 1.0).abs() < 1e-4, "{a} {b}");
        assert!(error(&fista.volume, &pdhg.volume) < 1e-3);
        assert!(error(&fista.volume, &body()) > 1e-3);
    }
}

/// Half the voxel: µ twice as large for the same line integrals, to the bit (a power of two).
#[test]
fn attenuation_scales_with_the_voxel_size() {
    let [coarse, fine] = [0.5, 0.25].map(|voxel| Dense::new(SHAPE, VIEWS, voxel));
    let rays = rays_of(&coarse, &body());
    for method in ALL {
        let [a, b] = [&coarse, &fine].map(|projector| {
            run(&System::new(projector, rays.view()).unwrap(), method, &settings(12)).volume
        });
        assert!(error(&a.mapv(|value| 2.0 * value), &b) < 1e-5, "{method:?}");
    }
}

#[test]
fn bounds_and_support_hold() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let rays = rays_of(&projector, &body()).mapv(|ray| ray - 0.4);
    let support = Array3::from_shape_fn((1, SHAPE[1], SHAPE[1]), |(_, y, x)| y + x > 4);
    for method in ALL {
        let system = System::new(&projector, rays.view()).unwrap();
        let free = run(&system, method, &settings(15)).volume;
        assert!(free.iter().any(|value| *value > 1.2), "{method:?}");
        let system = system.with_bounds([0.1, 1.2]).with_support(support.view());
        let held = run(&system, method, &settings(15)).volume;
        for ((_, y, x), value) in held.indexed_iter() {
            let holds = if y + x > 4 { (0.1..=1.2).contains(value) } else { *value == 0.0 };
            assert!(holds, "{method:?} {y} {x} {value}");
        }
    }
}

/// A pixel of infinite variance may hold anything.
#[test]
fn a_line_integral_without_weight_has_no_effect() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let rays = rays_of(&projector, &body());
    let (mut spoilt, mut weights) = (rays.clone(), rays.mapv(|ray| 100.0 * (-ray).exp()));
    spoilt[[5, 1, 8]] = 40.0;
    for method in ALL {
        let solved = |rays: &Array3<f32>, weights: &Array3<f32>| {
            let system = System::new(&projector, rays.view()).unwrap();
            let system = system.with_weights(weights.view()).unwrap();
            run(&system, method, &settings(15))
        };
        weights[[5, 1, 8]] = 1.0;
        let harmed = solved(&spoilt, &weights);
        weights[[5, 1, 8]] = 0.0;
        let [good, same] = [solved(&rays, &weights), solved(&spoilt, &weights)];
        assert!(error(&harmed.volume, &good.volume) > 1e-3, "{method:?}");
        assert_eq!(same.volume, good.volume, "{method:?}");
        assert_eq!(same.curve, good.curve, "{method:?}");
    }
}

/// Stops after some steps, and counts them.
struct Impatient {
    after: usize,
    steps: AtomicUsize,
}

impl Progress for Impatient {
    fn step(&self, done: usize, total: usize, residual: f64) {
        assert_eq!(done, self.steps.fetch_add(1, Ordering::Relaxed) + 1);
        assert!(total == 20 && residual > 0.0 && residual < 2.0);
    }

    fn is_cancelled(&self) -> bool {
        self.steps.load(Ordering::Relaxed) >= self.after
    }
}

#[test]
fn cancelled_a_method_returns_what_it_has_by_then_and_says_so() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let rays = rays_of(&projector, &body());
    let system = System::new(&projector, rays.view()).unwrap();
    for method in ALL {
        let impatient = Impatient { after: 6, steps: AtomicUsize::new(0) };
        let stopped = run_with(&system, (method, &settings(20)), &impatient);
        let note = stopped.note.unwrap();
        assert!(note.contains("stopped at iteration 6 of 20"), "{note}");
        let short = run(&system, method, &settings(6));
        assert_eq!(stopped.volume, short.volume, "{method:?}");
        assert_eq!(stopped.curve.residual, short.curve.residual, "{method:?}");
        assert_eq!((stopped.curve.planned, short.note), (20, None));
        assert!(stopped.curve.is_cancelled() && !short.curve.is_cancelled());
    }
}

#[test]
fn slices_apart_have_the_same_bits_alone_and_together_however_many_threads() {
    let (whole, one) = (Dense::new(SHAPE, VIEWS, 0.2), Dense::new([1, SHAPE[1]], VIEWS, 0.2));
    let rays = rays_of(&whole, &body());
    let rule = IterativeSettings { stop_at_change: Some(0.02), ..settings(60) };
    for method in
        [Method::Sirt, Method::Sart, Method::OsSart, Method::Cgls, Method::Mlem, Method::Osem]
    {
        let all = || {
            let system = System::new(&whole, rays.view()).unwrap().with_slices_apart();
            run(&system.with_probe(&one), method, &rule).volume
        };
        let [few, many] = [1, 5].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(all)
        });
        assert_eq!(few, many, "{method:?}");
        for z in 0..SHAPE[0] {
            let rays = rays.slice(s![.., z..z + 1, ..]);
            let system = System::new(&one, rays).unwrap().with_slices_apart();
            let start = Array3::zeros((1, SHAPE[1], SHAPE[1]));
            let alone = solve(&system, (method, &rule), start, &()).unwrap();
            assert!(alone.curve.residual.len() < 60, "{method:?} stops early");
            assert_eq!(alone.volume, few.slice(s![z..z + 1, .., ..]), "{method:?} {z}");
        }
    }
}

/// The filter is the best of its kind: with the bins it has, no other explains more.
#[test]
fn mr_fbp_fits_better_with_every_bin_and_better_than_any_single_filter() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let rays = rays_of(&projector, &body());
    let system = System::new(&projector, rays.view()).unwrap().with_slices_apart();
    let found = run(&system, Method::MrFbp, &settings(1));
    let residual = found.curve.relative();
    assert!(residual.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 1e-9)), "{residual:?}");
    assert!(*residual.last().unwrap() < 0.05, "{residual:?}");
    // The curve tells the residual of what is returned.
    let left = &rays_of(&projector, &found.volume) - &rays;
    let left = (left.iter().map(|v| f64::from(v * v)).sum::<f64>() / found.curve.data).sqrt();
    assert!((left / residual.last().unwrap() - 1.0).abs() < 1e-2, "{left} {residual:?}");
}

#[test]
fn the_discrepancy_principle_ends_each_slice_at_its_noise() {
    let projector = Dense::new(SHAPE, VIEWS, 0.2);
    let clean = rays_of(&projector, &body());
    let mut rays = clean.clone();
    let sigma = |row: usize| [0.01f32, 0.03, 0.1][row];
    rays.indexed_iter_mut().for_each(|((v, r, c), ray)| {
        *ray += sigma(r) * 1.414 * ((v * 131 + r * 17 + c * c * 29) as f32).sin();
    });
    let weights = Array3::from_shape_fn(rays.dim(), |(_, row, _)| sigma(row).powi(-2));
    let rule =
        IterativeSettings { noise_weights: true, stop_at_discrepancy: Some(1.1), ..settings(400) };
    let system = System::new(&projector, rays.view()).unwrap().with_slices_apart();
    let system = system.with_weights(weights.view()).unwrap();
    for method in [Method::Cgls, Method::Sirt] {
        let found = run(&system, method, &rule);
        let rays_found = rays_of(&projector, &found.volume);
        for row in 0..3 {
            let mean: f32 = (&rays_found - &rays)
                .slice(s![.., row, ..])
                .iter()
                .map(|value| (value / sigma(row)).powi(2) / (VIEWS[0] * VIEWS[1]) as f32)
                .sum();
            assert!(mean <= 1.1 && mean > 0.6, "{method:?} {row} {mean}");
        }
        assert!(found.curve.residual.len() < 400, "{method:?}");
        assert_eq!(found.curve.endings, [(Ending::Discrepancy, 3)].into(), "{method:?}");
    }
}
