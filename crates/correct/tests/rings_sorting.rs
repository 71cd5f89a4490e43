//! Vo's methods hold to their slow twins, and take the stripes that they are for.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod rings_sinogram;
mod rings_twins;

use ndarray::Array2;
use rings_sinogram::{Kind, filtered, left_of, psnr, rms, sample, striped_by_all};
use rings_twins as slow;
use voltomo_correct::{RingMethod, RingSettings};

fn settings(method: RingMethod) -> RingSettings {
    RingSettings { window: Some(9), large_window: 31, ..RingSettings::of(method) }
}

#[track_caller]
fn assert_holds_to(method: RingMethod, slow: impl Fn(&Array2<f64>) -> Array2<f64>) {
    let sinogram = striped_by_all();
    let decibels = psnr(&filtered(&sinogram, &settings(method)), &slow(&sinogram.mapv(f64::from)));
    assert!(decibels > 100.0, "{decibels} dB");
}

#[test]
fn sorting_agrees_with_sorted_columns_and_windows() {
    assert_holds_to(RingMethod::Sorting, |sinogram| slow::sorting(sinogram, 9));
}

#[test]
fn filtering_agrees_with_a_plain_gaussian_mean() {
    let sinogram = striped_by_all();
    let fast = filtered(&sinogram, &settings(RingMethod::Filtering));
    let slow = slow::filtering(&sinogram.mapv(f64::from), 9, 3.0);
    // The fast Gaussian ends at four deviations.
    assert!(psnr(&fast, &slow) > 80.0, "{} dB", psnr(&fast, &slow));
}

#[test]
fn large_agrees_with_levels_of_sorted_columns() {
    assert_holds_to(RingMethod::Large, |sinogram| slow::large(sinogram, 31, (3.0, 0.1)));
}

#[test]
fn dead_agrees_with_bridges_and_large() {
    assert_holds_to(RingMethod::Dead, |sinogram| {
        slow::large(&slow::bridged(sinogram, 31, 3.0), 31, (3.0, 0.1))
    });
}

#[test]
fn combined_agrees_with_its_three_steps_one_after_the_other() {
    assert_holds_to(RingMethod::Combined, |sinogram| {
        let flat = slow::large(&slow::bridged(sinogram, 31, 3.0), 31, (3.0, 0.1));
        slow::sorting(&flat, 9)
    });
}

#[test]
fn each_method_takes_the_stripes_that_it_is_for() {
    let left = |kind, method| left_of(kind, &settings(method));
    for (kind, method, most) in [
        (Kind::Full, RingMethod::Sorting, 0.15),
        (Kind::Full, RingMethod::Filtering, 0.12),
        (Kind::Full, RingMethod::Large, 0.2),
        (Kind::Full, RingMethod::Combined, 0.2),
        (Kind::Partial, RingMethod::Sorting, 0.6),
        (Kind::Partial, RingMethod::Combined, 0.2),
        (Kind::Large, RingMethod::Large, 0.5),
        (Kind::Large, RingMethod::Combined, 0.5),
        (Kind::Dead, RingMethod::Dead, 0.02),
        (Kind::Dead, RingMethod::Combined, 0.02),
        (Kind::Fluctuating, RingMethod::Dead, 0.04),
        (Kind::Fluctuating, RingMethod::Combined, 0.04),
    ] {
        let left = left(kind, method);
        assert!(left < most, "{kind:?} {method:?}: {left}");
    }
}

#[test]
fn methods_leave_the_stripes_that_their_paper_says_they_leave() {
    let left = |kind, method| left_of(kind, &settings(method));
    for (kind, method) in [
        (Kind::Large, RingMethod::Sorting),
        (Kind::Large, RingMethod::Filtering),
        (Kind::Fluctuating, RingMethod::Sorting),
        (Kind::Fluctuating, RingMethod::Filtering),
        (Kind::Fluctuating, RingMethod::Large),
    ] {
        let left = left(kind, method);
        assert!(left > 0.7, "{kind:?} {method:?}: {left}");
    }
}

#[test]
fn a_sinogram_without_stripes_stays_within_its_noise() {
    let clean = sample();
    for method in [RingMethod::Sorting, RingMethod::Filtering, RingMethod::Combined] {
        let changed = rms(&filtered(&clean, &settings(method)), &clean);
        assert!(changed < 0.012, "{method:?}: {changed}");
    }
    assert_eq!(filtered(&clean, &settings(RingMethod::None)), clean);
}
