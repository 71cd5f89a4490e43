//! Total variation on few noisy views of a phantom in closed form, beside filtered back-projection:
//! error of both against the truth, seconds an iteration. Knows no file.

use std::time::Instant;

use voltomo_reconstruct::{
    Iterative, Progress, Projections, ReconstructSettings, Reconstruction, Window, grid_for,
};
use voltomo_types::Geometry;

use crate::{
    argument,
    iterative::settings,
    parallel::{half_turn, ready},
    phantom::{error, noisy, projections, truth},
    stopwatch::timed,
};

pub(crate) fn score(arguments: &[&str]) {
    let (side, views) = (argument(arguments, 0, 256), argument(arguments, 1, 90));
    let method = arguments.get(2).copied().unwrap_or("fista_tv");
    let rest = arguments.get(3..).unwrap_or(&["40"]);
    let settings = settings(method, if rest.is_empty() { &["40"] } else { rest });
    let geometry = half_turn(views, (side, side));
    let (values, truth) = (noisy(projections(&geometry, side)), truth(side));
    let given = Projections::new(values.view(), 0);
    for window in [Window::Ramp, Window::Hann] {
        let filtered = ReconstructSettings {
            window,
            method: voltomo_reconstruct::Method::Fbp,
            ..Default::default()
        };
        let (fbp, _) = ready(&filtered, (views, side, side));
        let found = fbp.reconstruct(given, 0..side, &()).unwrap();
        println!("fbp {window:?}: error {:.4} of the wall's µ", error(&found, &truth));
    }
    let grid = grid_for(&geometry, (side, side), &settings).unwrap();
    let geometry = Geometry::Parallel(geometry);
    let iterative = Iterative::new(&geometry, (side, side), &grid, &settings).unwrap();
    let talk = Talk(Instant::now());
    let (found, took) = timed(|| iterative.iterate(given, 0..side, &talk).unwrap());
    let done = found.curve.residual.len() as f64;
    println!(
        "{method}: error {:.4}, {:.1} s wall, {:.1} s processor, {:.2} s wall and {:.2} s processor \
         an iteration, {} MB planned",
        error(&found.volume, &truth),
        took.wall,
        took.processor,
        took.wall / done,
        took.processor / done,
        iterative.working_bytes(0..side) / 1_000_000
    );
}

struct Talk(Instant);

impl Progress for Talk {
    fn step(&self, done: usize, total: usize, residual: f64) {
        if done.is_power_of_two() || done == total {
            println!(
                "  {done} of {total}: {residual:.6} after {:.1} s",
                self.0.elapsed().as_secs_f64()
            );
        }
    }
}
