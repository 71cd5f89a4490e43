//! Registers the twin's cell from random starts and prints how far each is off. Writes nothing.
//!
//! `cargo run --release -p voltomo-register --example random_starts -- [CELL] [STARTS] [part|whole] [FIRST]`
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may stop")]

#[path = "../tests/twin/mod.rs"]
mod twin;

use std::time::Instant;

use twin::{NEUTRON_NOISE, Pair, Parts, add_noise, cell, drawn, target_error};
use voltomo_acquire::simulate::Sample;
use voltomo_register::{RegisterError, RegisterSettings, Registration, register};
use voltomo_types::Transform;

/// A cell, both volumes of it, and where its points are compared.
struct Bench {
    pair: Pair,
    parts: Parts,
    grid: ([usize; 3], f64),
    heights: [f64; 2],
    radius: f64,
}

impl Bench {
    fn new(name: &str, is_whole: bool) -> Self {
        let cell = cell(name, "");
        let (parts, grid) = if name.starts_with("2032") {
            (
                Parts { xray: [-2.0, 5.2], neutron: [-3.0, 6.2], voxel: 0.15 },
                ([100, 185, 185], 0.14),
            )
        } else if is_whole {
            (
                Parts { xray: [-2.0, 67.0], neutron: [-3.0, 68.0], voxel: 0.2 },
                ([420, 230, 230], 0.17),
            )
        } else {
            (
                Parts { xray: [52.0, 67.0], neutron: [25.0, 69.0], voxel: 0.15 },
                ([220, 170, 170], 0.15),
            )
        };
        let top = if name.starts_with("2032") { 3.2 } else { 65.0 };
        let heights = parts.xray.map(|height: f64| -height.clamp(0.0, top));
        let radius = cell.scene.bounds().radius;
        Self { pair: Pair::new(&cell, parts), parts, grid, heights, radius }
    }

    fn one(&self, seed: u64) -> (Transform, Result<Registration, RegisterError>, f64) {
        let truth = drawn(seed, [0.5 * (self.heights[0] + self.heights[1]), 0.0, 0.0]);
        let mut neutron = self.pair.moved(self.grid, &truth);
        add_noise(&mut neutron, (NEUTRON_NOISE, 100 + seed));
        let began = Instant::now();
        let found = register(&neutron, &self.pair.xray, &RegisterSettings::default());
        (truth, found, began.elapsed().as_secs_f64())
    }

    /// Largest distance from the truth, mm.
    fn print(&self, found: &Registration, truth: &Transform) -> f64 {
        let [largest, rms] =
            target_error(&found.xray_from_neutron, truth, (self.heights, self.radius));
        let said = found.target_error;
        print!("off {:.1} µm rms, {:.1} at most; ", 1e3 * rms, 1e3 * largest);
        let middle = [0.5 * (self.heights[0] + self.heights[1]), 0.0, 0.0];
        let change = truth.inverse().unwrap().then(&found.xray_from_neutron);
        let turn = 0.5 * (change.matrix[2][1] - change.matrix[1][2]);
        print!(
            "turn {:.3}° ± {:.3}, along {:.1} µm ± {:.1}; ",
            turn.to_degrees(),
            said.turn_about_axis_deg,
            1e3 * (change.apply(middle)[0] - middle[0]),
            1e3 * said.along_axis_mm
        );
        print!(
            "said {:.1} and {:.1}; score {:.4}; ",
            1e3 * said.rms_mm,
            1e3 * said.largest_mm,
            found.score
        );
        print!("scale {:.5} ± {:.5}; ", found.scale, found.scale_sigma);
        if let Some(second) = found.runner_up {
            print!("second {:.4} of {:.4}, ", second.score, second.winner_score);
            print!(
                "margin {:.1}, {:.1}°, {:.2} mm; ",
                second.margin, second.turn_deg, second.shift_mm
            );
        }
        largest
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("18650-na-1500", String::as_str);
    let starts: u64 = arguments.get(1).map_or(50, |text| text.parse().unwrap());
    let is_whole = arguments.get(2).is_some_and(|text| text == "whole");
    let began = Instant::now();
    let bench = Bench::new(name, is_whole);
    println!("{name}: rendered in {:.1} s", began.elapsed().as_secs_f64());
    let (mut within, mut refused, mut wrong, mut sure) = (0, 0, 0, 0);
    let first: u64 = arguments.get(3).map_or(1, |text| text.parse().unwrap());
    for seed in first..first + starts {
        print!("{seed}: ");
        let (truth, found, seconds) = bench.one(seed);
        match found {
            Ok(found) => {
                let largest = bench.print(&found, &truth);
                let is_wrong = largest > 0.5 * bench.parts.voxel;
                (within, wrong) = (within + u32::from(!is_wrong), wrong + u32::from(is_wrong));
                // Sure of what is wrong: two standard deviations do not reach the truth.
                let is_sure = largest > 2.0 * found.target_error.largest_mm;
                sure += u32::from(is_wrong && is_sure);
            }
            Err(error) => {
                refused += 1;
                print!("refused: {error}; ");
            }
        }
        println!("{seconds:.1} s");
    }
    println!(
        "{name}: {within} within half an X-ray voxel, {refused} refused, {wrong} beyond, {sure} of \
         them by more than two standard deviations; of {starts}"
    );
}
