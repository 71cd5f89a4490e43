//! Registers the twin's cell from random starts and prints how far each is off. Writes nothing.
//!
//! `cargo run --release -p voltomo-register --example random_starts -- [CELL] [STARTS] [part|whole]`
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may stop")]

#[path = "../tests/twin/mod.rs"]
mod twin;

use std::time::Instant;

use twin::{NEUTRON_NOISE, Pair, Parts, add_noise, cell, drawn, target_error};
use voltomo_acquire::simulate::Sample;
use voltomo_register::{RegisterSettings, register};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("18650-na-1500", String::as_str);
    let starts: u64 = arguments.get(1).map_or(50, |text| text.parse().unwrap());
    let is_whole = arguments.get(2).is_some_and(|text| text == "whole");
    let cell = cell(name, "");
    let (parts, grid) = if name.starts_with("2032") {
        let parts = Parts { xray: [-2.0, 5.2], neutron: [-3.0, 6.2], voxel: 0.15 };
        (parts, ([100, 185, 185], 0.14))
    } else if is_whole {
        let parts = Parts { xray: [-2.0, 67.0], neutron: [-3.0, 68.0], voxel: 0.2 };
        (parts, ([420, 230, 230], 0.17))
    } else {
        let parts = Parts { xray: [52.0, 67.0], neutron: [25.0, 69.0], voxel: 0.15 };
        (parts, ([220, 170, 170], 0.15))
    };
    let began = Instant::now();
    let pair = Pair::new(&cell, parts);
    println!("{name}: rendered in {:.1} s", began.elapsed().as_secs_f64());
    let heights = parts.xray.map(|height| -height.clamp(0.0, 65.0));
    let centre = [0.5 * (heights[0] + heights[1]), 0.0, 0.0];
    let radius = cell.scene.bounds().radius;
    let (mut within, mut refused, mut wrong) = (0, 0, 0);
    for seed in 1..=starts {
        let truth = drawn(seed, centre);
        let mut neutron = pair.moved(grid, &truth);
        add_noise(&mut neutron, (NEUTRON_NOISE, 100 + seed));
        let began = Instant::now();
        let found = register(&neutron, &pair.xray, &RegisterSettings::default());
        let seconds = began.elapsed().as_secs_f64();
        match found {
            Ok(found) => {
                let [largest, rms] =
                    target_error(&found.xray_from_neutron, &truth, (heights, radius));
                let is_within = largest <= 0.5 * parts.voxel;
                within += u32::from(is_within);
                wrong += u32::from(!is_within);
                let (said, second) = (found.target_error, found.runner_up);
                println!(
                    "{seed}: off {:.1} µm rms, {:.1} µm at most; said {:.1} and {:.1}; score {:.4}; \
                     second {:.4} of {:.4}, margin {:.1}, {:.0}°, {:.2} mm; scale {:.5} ± {:.5}; {seconds:.1} s",
                    1e3 * rms,
                    1e3 * largest,
                    1e3 * said.rms_mm,
                    1e3 * said.largest_mm,
                    found.score,
                    second.map_or(0.0, |it| it.score),
                    second.map_or(0.0, |it| it.winner_score),
                    second.map_or(0.0, |it| it.margin),
                    second.map_or(0.0, |it| it.turn_deg),
                    second.map_or(0.0, |it| it.shift_mm),
                    found.scale,
                    found.scale_sigma,
                );
            }
            Err(error) => {
                refused += 1;
                println!("{seed}: refused in {seconds:.1} s: {error}");
            }
        }
    }
    println!(
        "{name}: of {starts}: {within} within half an X-ray voxel, {refused} refused, {wrong} beyond"
    );
}
