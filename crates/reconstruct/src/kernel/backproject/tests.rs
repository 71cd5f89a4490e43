//! The fast back-projection held to its slow twin, and the twin to closed forms.

use ndarray::{Array2, Array3, ArrayView1, ArrayView2, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::Radian;

use super::{
    Bundle, Circle, Interpolation, Processor, RayPath, Rays, backproject, backproject_with,
    reference::{self, ramp_reference},
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
    let slow = |between: fn(ArrayView1<'_, f64>, f64) -> f64| {
        reference::backproject_reference(filtered.view(), &views, (CENTRE, between), (side, pitch))
    };
    let twins = [
        (Interpolation::Linear, slow(reference::linear)),
        (Interpolation::Cubic, slow(reference::cubic)),
    ];
    let paths = &paths(&views, side, pitch)[..];
    for lanes in [16, 32, 64] {
        let bundle = bundle(&views, 3, lanes);
        for kind in Processor::ALL.into_iter().filter(|kind| kind.is_here()) {
            for (interpolation, slow) in &twins {
                let mut fast = Array3::from_elem((3, side, side), f32::NAN);
                let rays = Rays { bundle: &bundle, paths, interpolation: *interpolation };
                backproject_with(kind, &rays, None, fast.view_mut());
                for (k, slice) in fast.outer_iter().enumerate() {
                    let ratio = peak_ratio_db(slice, slow, (1 + k) as f64);
                    let what = format!("{} {lanes} lanes {interpolation:?}", kind.name());
                    assert!(ratio > 110.0, "{what}: {ratio} dB");
                }
            }
        }
    }
}

fn peak_ratio_db(found: ArrayView2<'_, f32>, expected: &Array2<f64>, scale: f64) -> f64 {
    let peak = expected.iter().fold(0.0f64, |peak, value| peak.max(value.abs()));
    let squares = found.iter().zip(expected).map(|(&a, b)| (f64::from(a) / scale - b).powi(2));
    let mean = squares.sum::<f64>() / expected.len() as f64;
    20.0 * (peak / mean.sqrt()).log10()
}

/// What the record of a run says of the kind is enough to know the bits.
#[test]
fn kinds_that_fuse_give_the_same_bits() {
    let views = views(23);
    let (bundle, paths) = (bundle(&views, 5, 16), paths(&views, 70, 0.9));
    let fused = [Processor::Avx512, Processor::Avx2, Processor::Neon];
    let volumes = fused.into_iter().filter(|kind| kind.is_here()).map(|kind| {
        let mut volume = Array3::zeros((5, 70, 70));
        let rays = rays(&bundle, &paths);
        backproject_with(kind, &rays, None, volume.view_mut());
        volume.mapv(f32::to_bits)
    });
    let volumes: Vec<Array3<u32>> = volumes.collect();
    assert!(volumes.windows(2).all(|pair| pair[0] == pair[1]));
}

/// Far away, on the line of the last column, and where a place is no number.
#[test]
fn voxels_that_no_view_sees_are_zero() {
    let bundle = bundle(&views(5), 1, 16);
    for start in [1e30, -1e30, 4e9, -4e9, -3e4, 3e4, 92.0, f64::NAN] {
        for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
            let path = RayPath { start, along_y: 0.5, along_x: 0.3 };
            let mut volume = Array3::from_elem((1, 40, 40), f32::NAN);
            let rays = Rays { bundle: &bundle, paths: &[path; 5], interpolation };
            backproject(&rays, None, volume.view_mut());
            let is_zero = |value: &f32| *value == 0.0 || start.is_nan();
            assert!(volume.iter().all(is_zero), "{start} {interpolation:?}");
        }
    }
}

fn rays<'a>(bundle: &'a Bundle, paths: &'a [RayPath]) -> Rays<'a> {
    Rays { bundle, paths, interpolation: Interpolation::Linear }
}

/// The first lane must have the same bits, however many lanes there are beside it.
#[test]
fn sums_of_a_slice_do_not_depend_on_its_neighbours() {
    let views = views(30);
    let slice = |slices: usize, lanes: usize| {
        let mut volume = Array3::zeros((slices, 64, 64));
        let bundle = bundle(&views, slices, lanes);
        backproject(&rays(&bundle, &paths(&views, 64, 1.0)), None, volume.view_mut());
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
    backproject(&rays(&bundle, &paths), None, whole.view_mut());
    let circle = Circle { centre: [39.5, 39.5], radius: 30.0 };
    let mut masked = Array3::from_elem((1, 80, 80), f32::NAN);
    backproject(&rays(&bundle, &paths), Some(circle), masked.view_mut());
    for ((_, y, x), value) in masked.indexed_iter() {
        let expected = if circle.holds([y, x]) { whole[[0, y, x]] } else { 0.0 };
        assert_eq!(value.to_bits(), expected.to_bits(), "{y} {x}");
    }
}

/// The twins against physics: the disc comes back with its attenuation, at its place.
#[test]
fn references_give_the_attenuation_of_a_disc_within_half_a_percent() {
    let views = views(180);
    let filtered = ramp_reference(disc(&views, 0.02).view());
    for between in [reference::linear, reference::cubic] {
        let slice =
            reference::backproject_reference(filtered.view(), &views, (CENTRE, between), (89, 1.0));
        let (mut sum, mut count) = (0.0, 0.0);
        for ((y, x), value) in slice.indexed_iter() {
            let (y, x) = (y as f64 - 44.0 + 14.0, x as f64 - 44.0 - 9.0);
            if y.hypot(x) < 11.0 {
                (sum, count) = (sum + value, count + 1.0);
            }
        }
        assert!((sum / count / 0.02 - 1.0).abs() < 0.005, "{}", sum / count);
    }
}
