//! Cupping and streaks of a reconstructed cell, held to the simulation's truth: prints figures.
//!
//! `score_hardening TRUTH.zarr VOLUME.zarr…`; the volumes lie on the truth's grid.
#![allow(clippy::unwrap_used, reason = "a tool of the bench may stop")]

use std::path::Path;

use ndarray::{Array2, Array3, Axis, s};
use voltomo_correct::Cupping;
use voltomo_pipeline::store::{StoredVolume, read_slab};

/// Slices averaged: those that every view sees whole.
const SLICES: std::ops::Range<usize> = 16..48;

fn volume(path: &str) -> Array3<f32> {
    let path = Path::new(path);
    let depth = StoredVolume::open(path).unwrap().grid().shape[0];
    read_slab(path, 0..depth).unwrap()
}

/// Mean square of the deviation from truth in rings, `[from, to]` in radii of the can, and how much
/// of it changes along a ring.
fn ring(
    found: &Array2<f32>,
    truth: &Array2<f32>,
    about: &Cupping,
    [from, to]: [f64; 2],
) -> [f64; 3] {
    let (mut sums, mut counts) = (vec![0.0; 400], vec![0.0; 400]);
    let mut squares = 0.0;
    for ((y, x), value) in found.indexed_iter() {
        let away = (y as f64 - about.centre[0]).hypot(x as f64 - about.centre[1]) / about.radius;
        if away < from || away > to {
            continue;
        }
        let error = f64::from(*value - truth[[y, x]]);
        let bin = voltomo_numeric::cast::to_index(away * 200.0);
        sums[bin] += error;
        counts[bin] += 1.0;
        squares += error * error;
    }
    let count: f64 = counts.iter().sum();
    let along: f64 =
        sums.iter().zip(&counts).filter(|(_, n)| **n > 0.0).map(|(s, n)| s * s / n).sum();
    let mean = sums.iter().sum::<f64>() / count;
    [mean, (along / count).sqrt(), ((squares - along) / count).sqrt()]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let truth = volume(&arguments[0]).slice(s![SLICES, .., ..]).mean_axis(Axis(0)).unwrap();
    let about = Cupping::of(truth.view()).unwrap();
    println!("truth: cupping {:.2} %, radius {:.1}", about.percent, about.radius);
    for path in &arguments[1..] {
        let all = volume(path);
        let found = all.slice(s![SLICES, .., ..]).mean_axis(Axis(0)).unwrap();
        let cupping = Cupping::about(found.view(), about.centre, about.radius).unwrap();
        println!(
            "{path}: cupping {:.2} %, middle {:.3}, edge {:.3}, truth {:.3} {:.3}",
            cupping.percent, cupping.middle, cupping.edge, about.middle, about.edge
        );
        let rings = [
            ("air outside", [1.03, 1.15]),
            ("outer roll and gap", [0.91, 0.965]),
            ("roll", [0.25, 0.9]),
            ("core", [0.0, 0.17]),
        ];
        for (name, within) in rings {
            let [mean, radial, angular] = ring(&found, &truth, &about, within);
            println!(
                "  {name}: mean error {mean:.4}, rms radial {radial:.4}, angular {angular:.4} 1/cm"
            );
        }
        let profile: Vec<String> =
            cupping.profile.iter().step_by(3).map(|v| format!("{v:.2}")).collect();
        println!("  profile {}", profile.join(" "));
    }
}
