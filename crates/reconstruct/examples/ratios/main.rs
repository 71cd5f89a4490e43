//! How fast projectors and general geometries are beside the kernels for the simplest case, on the
//! same problem in one run: thousand million voxel updates in a second of one processor. Knows no
//! peers.
//!
//! ```text
//! ratios [parallel|cone|general]
//! ```
//!
//! Each result is checked before it is timed. Seconds are those that the system counts for this
//! process, so that other programs do not matter much.

#![allow(clippy::unwrap_used, reason = "a tool for measurements may stop")]

mod cone;
mod general;
mod parallel;
mod projector;
#[path = "../score/stopwatch.rs"]
mod stopwatch;

use voltomo_reconstruct::kernel::backproject::Processor;

/// Processor seconds that a figure is taken over, at least: the system counts hundredths.
const LEAST: f64 = 1.0;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|one| one == name);
    if is_asked("parallel") {
        parallel::compare();
    }
    if is_asked("cone") {
        cone::compare();
    }
    if is_asked("general") {
        general::compare();
    }
}

/// Processor seconds of a call: the least of some, after one that is not counted.
fn seconds(mut work: impl FnMut()) -> f64 {
    work();
    let (mut least, mut all) = (f64::INFINITY, 0.0);
    while all < LEAST {
        let mut runs = 0.0;
        let (mut took, mut walls) = (0.0, 0.0);
        // As many calls as a count of hundredths is good for.
        while took < LEAST / 4.0 && walls < 60.0 {
            let ((), now) = stopwatch::timed(&mut work);
            (took, walls, runs) = (took + now.processor, walls + now.wall, runs + 1.0);
        }
        least = least.min(took / runs);
        all += took.max(0.01);
    }
    least
}

/// The kinds that are compared.
fn processors() -> impl Iterator<Item = Processor> {
    [Processor::Avx512, Processor::Avx2, Processor::Neon].into_iter().filter(|kind| kind.is_here())
}

/// One line: what, and updates a nanosecond of each call.
fn tell(what: &str, processor: Processor, updates: f64, calls: &[(&str, f64)]) {
    let of = |(name, seconds): &(&str, f64)| format!("{name} {:.2}", updates / seconds / 1e9);
    let calls: Vec<String> = calls.iter().map(of).collect();
    println!("{what}, {}: {}", processor.name(), calls.join(", "));
}
