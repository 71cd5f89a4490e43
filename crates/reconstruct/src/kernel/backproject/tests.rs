//! The fast back-projection held to its slow twin, and the twin to closed forms.

use ndarray::{Array2, Array3, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::Radian;

use super::{
    Bundle, Circle, Processor, RayPath, backproject,
    cpu::backproject_with,
    reference::{backproject_reference, ramp_reference},
};

const CENTRE: f64 = 44.3;
const COLUMNS: usize = 90;

fn views(count: usize) -> Vec<(Radian, f64)> {
    let step = std::f64::consts::PI / count as f64;
    (0..count).map(|k| (Radian(k as f64 * step), step)).collect()
}

/// Chords of an off-centre disc of radius 15 and attenuation 1/pixel, scaled.
fn disc(views: &[(Radian, f64)], scale: f64) -> Array2<f64> {
    Array2::from_shape_fn((views.len(), COLUMNS), |(view, column)| {
        let (sin, cos) = views[view].0.0.sin_cos();
        let distance = column as f64 - CENTRE - (9.0 * cos - (-14.0) * sin);
        2.0 * scale * (225.0 - distance * distance).max(0.0).sqrt()
    })
}

fn paths(views: &[(Radian, f64)], side: usize, pitch: f64) -> Vec<RayPath> {
    let half = (side as f64 - 1.0) / 2.0 * pitch;
    let path = |(angle, _): &(Radian, f64)| {
        let (sin, cos) = angle.0.sin_cos();
        let start = CENTRE - half * cos + half * sin;
        RayPath { start, along_y: -pitch * sin, along_x: pitch * cos }
    };
    views.iter().map(path).collect()
}

/// A bundle whose lane `k` is the sinogram of the disc times (1 + k), weights included.
fn bundle(views: &[(Radian, f64)], slices: usize, lanes: usize) -> Bundle {
    let filtered = ramp_reference(disc(views, 1.0).view());
    let mut bundle = Bundle::default();
    bundle.reshape(views.len(), COLUMNS, lanes);
    for (angle, mut part) in bundle.parts_mut(1).into_iter().enumerate() {
        let weight = views[angle].1;
        let row = |k: usize| {
            let values = filtered.row(angle);
            values.into_iter().map(move |q| to_f32(q * weight * (1 + k) as f64)).collect::<Vec<_>>()
        };
        part.write(0, &(0..slices).flat_map(row).collect::<Vec<f32>>());
    }
    bundle
}

/// Off the centre, where a swapped sine and cosine or a half-pixel shift cannot hide; the grid
/// is wider than the detector, and neither a whole number of tiles nor of angle blocks.
#[test]
fn each_processor_kind_agrees_with_the_reference_on_an_off_centre_disc() {
    let views = views(61);
    let (side, pitch) = (101, 1.17);
    let filtered = ramp_reference(disc(&views, 1.0).view());
    let slow = backproject_reference(filtered.view(), &views, CENTRE, (side, pitch));
    let peak = slow.iter().fold(0.0f64, |peak, value| peak.max(value.abs()));
    let kinds = match Processor::found() {
        Processor::Avx512 => vec![Processor::Avx512, Processor::Avx2, Processor::Portable],
        Processor::Avx2 => vec![Processor::Avx2, Processor::Portable],
        Processor::Portable => vec![Processor::Portable],
    };
    for (kind, lanes) in kinds.into_iter().flat_map(|kind| [16, 32, 64].map(|l| (kind, l))) {
        let bundle = bundle(&views, 3, lanes);
        let mut fast = Array3::from_elem((3, side, side), f32::NAN);
        let rays = (&bundle, &paths(&views, side, pitch)[..]);
        backproject_with(kind, rays, None, fast.view_mut());
        for (k, slice) in fast.outer_iter().enumerate() {
            for (fast, slow) in slice.iter().zip(&slow) {
                let error = (f64::from(*fast) / (1 + k) as f64 - slow).abs();
                assert!(error < 1e-5 * peak, "{kind:?} {lanes} lanes: {fast} {slow}");
            }
        }
    }
}

/// The first lane must have the same bits, however many lanes there are beside it.
#[test]
fn sums_of_a_slice_do_not_depend_on_its_neighbours() {
    let views = views(30);
    let slice = |slices: usize, lanes: usize| {
        let mut volume = Array3::zeros((slices, 64, 64));
        let bundle = bundle(&views, slices, lanes);
        backproject(&bundle, &paths(&views, 64, 1.0), None, volume.view_mut());
        volume.slice(s![0, .., ..]).mapv(f32::to_bits)
    };
    let alone = slice(1, 16);
    assert_eq!(alone, slice(20, 32));
    assert_eq!(alone, slice(64, 64));
}

#[test]
fn voxels_beyond_the_circle_are_zero_and_those_within_are_kept() {
    let views = views(30);
    let bundle = bundle(&views, 1, 16);
    let paths = paths(&views, 80, 1.0);
    let mut whole = Array3::zeros((1, 80, 80));
    backproject(&bundle, &paths, None, whole.view_mut());
    let circle = Circle { centre: [39.5, 39.5], radius: 30.0 };
    let mut masked = Array3::from_elem((1, 80, 80), f32::NAN);
    backproject(&bundle, &paths, Some(circle), masked.view_mut());
    for ((_, y, x), value) in masked.indexed_iter() {
        let expected = if circle.holds([y, x]) { whole[[0, y, x]] } else { 0.0 };
        assert_eq!(value.to_bits(), expected.to_bits(), "{y} {x}");
    }
}

/// The twin against physics: the disc comes back with its attenuation, at its place.
#[test]
fn reference_gives_the_attenuation_of_a_disc_within_half_a_percent() {
    let views = views(180);
    let filtered = ramp_reference(disc(&views, 0.02).view());
    let slice = backproject_reference(filtered.view(), &views, CENTRE, (89, 1.0));
    let (mut sum, mut count) = (0.0, 0.0);
    for ((y, x), value) in slice.indexed_iter() {
        let (y, x) = (y as f64 - 44.0 + 14.0, x as f64 - 44.0 - 9.0);
        if y.hypot(x) < 11.0 {
            (sum, count) = (sum + value, count + 1.0);
        }
    }
    assert!((sum / count / 0.02 - 1.0).abs() < 0.005, "{}", sum / count);
}
