//! The axis of scans of 500 counts, at random centres and tilts. Reads no files.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod calibrate_scans;

use calibrate_scans::{cell, counted, geometry, project};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltomo_reconstruct::{ReconstructSettings, calibrate::find_axis};
use voltomo_types::PixelFrame;

const ROWS: usize = 128;
const COLUMNS: usize = 192;

/// Errors of one scan: centre in pixels, tilt in degrees, and whether it was warned of.
struct Outcome {
    centre: f64,
    tilt: f64,
    sigmas: [f64; 2],
    warned: bool,
}

impl Outcome {
    fn is_within(&self) -> bool {
        self.centre.abs() <= 0.1 && self.tilt.abs() <= 0.02
    }
}

fn trial((views, arc): (usize, f64), seed: u64) -> Outcome {
    let mut source = ChaCha8Rng::seed_from_u64(seed);
    let centre = (COLUMNS as f64 - 1.0) / 2.0 + source.random_range(-15.0..15.0);
    let tilt = source.random_range(-1.5..1.5);
    let geometry = geometry(PixelFrame::whole(ROWS, COLUMNS), (centre, tilt), (views, arc));
    let scan = counted(&project(&cell(1.0), &geometry, (ROWS, COLUMNS)), seed + 1000);
    let found = find_axis(&scan, &geometry, &ReconstructSettings::default(), &|_, _| {}).unwrap();
    let outcome = Outcome {
        centre: found.axis.centre - centre,
        tilt: found.axis.tilt.degrees() - tilt,
        sigmas: [found.centre_sigma_px, found.tilt_sigma.unwrap().degrees()],
        warned: !found.warnings.is_empty(),
    };
    println!(
        "{arc} {seed:3}: centre {centre:7.2} {:+.4} ± {:.4} px  tilt {tilt:+.3} {:+.4} ± {:.4}°  \
         by {} (apart {:.3}) {}",
        outcome.centre,
        outcome.sigmas[0],
        outcome.tilt,
        outcome.sigmas[1],
        found.methods[0].name,
        found.disagreement_px,
        if outcome.warned { "warned" } else { "" }
    );
    outcome
}

fn trials(scan: (usize, f64), seeds: std::ops::Range<u64>) -> Vec<Outcome> {
    let outcomes: Vec<Outcome> = seeds.map(|seed| trial(scan, seed)).collect();
    let rms = |of: &dyn Fn(&Outcome) -> f64| {
        (outcomes.iter().map(|o| of(o).powi(2)).sum::<f64>() / outcomes.len() as f64).sqrt()
    };
    let most =
        |of: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(|o| of(o).abs()).fold(0.0, f64::max);
    println!(
        "{scan:?}: centre rms {:.4} (stated {:.4}) most {:.4} px, tilt rms {:.4} (stated {:.4}) most \
         {:.4}°, warned {}",
        rms(&|o| o.centre),
        rms(&|o| o.sigmas[0]),
        most(&|o| o.centre),
        rms(&|o| o.tilt),
        rms(&|o| o.sigmas[1]),
        most(&|o| o.tilt),
        outcomes.iter().filter(|o| o.warned).count()
    );
    outcomes
}

fn assert_within(outcomes: &[Outcome], least: usize) {
    assert!(outcomes.iter().filter(|outcome| outcome.is_within()).count() >= least);
    assert!(outcomes.iter().all(|outcome| outcome.is_within() || outcome.warned));
}

#[test]
fn noisy_half_turns_are_within_a_tenth_of_a_pixel_and_a_fiftieth_of_a_degree() {
    assert_within(&trials((180, 180.0), 0..4), 3);
}

#[test]
fn noisy_whole_turns_are_within_a_tenth_of_a_pixel_and_a_fiftieth_of_a_degree() {
    assert_within(&trials((240, 360.0), 0..2), 2);
}

/// Half a turn has no opposite pairs but at its seam: the tilt is known to 0.012° (rms), so that
/// about one in ten is beyond 0.02°, and warned of.
#[test]
#[ignore = "slow: 100 noisy scans"]
fn slow_a_hundred_noisy_half_turns_are_within_or_warned() {
    assert_within(&trials((180, 180.0), 0..100), 85);
}

#[test]
#[ignore = "slow: 100 noisy scans"]
fn slow_a_hundred_noisy_whole_turns_are_within_or_warned() {
    assert_within(&trials((240, 360.0), 0..100), 95);
}
