//! Two volumes of a body of known change.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array3;
use voltomo_inspect::Seen;
use voltomo_inspect::compare::{Beside, CompareError, CompareSettings, Comparison, compare};
use voltomo_numeric::cast::to_f32;
use voltomo_numeric::random::Random;
use voltomo_types::{FindingKind, LengthUnit, Probe, Transform, VoxelGrid};

const VOXEL: f64 = 0.1;
const NOISE: f64 = 0.15;

/// A can of 1.2 1/cm with a roll of 1.4 1/cm in air; `extra` 1/cm in a ball of `radius` mm at
/// `centre`, all of it moved by `shift` mm and scaled.
struct Scene {
    extra: f64,
    shift: [f64; 3],
    scale: f64,
}

const PLAIN: Scene = Scene { extra: 0.0, shift: [0.0; 3], scale: 1.0 };
const CENTRE: [f64; 3] = [0.4, 1.0, -1.2];
const RADIUS: f64 = 0.6;

struct Volume(Array3<f32>, VoxelGrid, Probe);

impl Volume {
    fn seen(&self) -> Seen<'_> {
        let Self(attenuation, grid, probe) = self;
        let attenuation = attenuation.view();
        Seen { attenuation, grid: *grid, probe: *probe, is_quantitative: true }
    }
}

fn volume(scene: &Scene, seed: u64) -> Volume {
    let shape = [40, 70, 70];
    let first = [-2.0, -3.5, -3.5];
    let grid = VoxelGrid { shape, voxel: VOXEL, first, unit: LengthUnit::Millimetre };
    let mut chance = Random::new(seed);
    let step = |inside: f64| 0.5 * (1.0 + (inside / 0.08).tanh());
    let attenuation = Array3::from_shape_fn(shape, |(k, j, i)| {
        let point = grid.centre_of([k, j, i]);
        let [z, y, x]: [f64; 3] = std::array::from_fn(|axis| point[axis] - scene.shift[axis]);
        let can = step(3.0 - x.hypot(y)) * step(1.8 - z.abs());
        let [dz, dy, dx] = [z - CENTRE[0], y - CENTRE[1], x - CENTRE[2]];
        let ball = step(RADIUS - (dz * dz + dy * dy + dx * dx).sqrt());
        let mu = scene.scale * (1.3 * can + scene.extra * ball);
        to_f32(mu + NOISE * chance.normal())
    });
    Volume(attenuation, grid, Probe::Neutron)
}

fn compared(first: &Volume, second: &Volume, beside: &Beside<'_>) -> Comparison {
    let found = compare(&first.seen(), &second.seen(), beside, &CompareSettings::default());
    let found = found.unwrap();
    for finding in &found.findings {
        println!("{:?} {}", finding.place.map(|place| place.volume_mm), finding.note);
    }
    found
}

#[test]
fn the_same_cell_twice_does_not_differ() {
    let found = compared(&volume(&PLAIN, 1), &volume(&PLAIN, 2), &Beside::default());
    assert_eq!(found.findings.len(), 1);
    assert!((found.scale[0] - 1.0).abs() < 4.0 * found.scale[1].max(1e-3), "{:?}", found.scale);
}

#[test]
fn a_lost_ball_of_electrolyte_is_placed_and_measured() {
    let changed = Scene { extra: -0.5, ..PLAIN };
    let found = compared(&volume(&PLAIN, 1), &volume(&changed, 2), &Beside::default());
    assert_eq!(found.findings.len(), 2);
    let region = &found.findings[1];
    assert_eq!(region.kind, FindingKind::Difference);
    let at = region.place.unwrap().volume_mm;
    for (found, wanted) in at.into_iter().zip(CENTRE) {
        assert!((found - wanted).abs() < VOXEL, "{at:?}");
    }
    let [change, volume] = ["change", "volume"].map(|name| region.measure(name).unwrap());
    assert!((change.value / -0.5 - 1.0).abs() < 0.15, "{change:?}");
    let ball = 4.0 / 3.0 * std::f64::consts::PI * RADIUS.powi(3);
    assert!((volume.value / ball - 1.0).abs() < 0.2, "{volume:?}, wanted {ball}");
}

#[test]
fn a_moved_and_paler_volume_is_brought_back() {
    let moved = Scene { extra: 0.5, shift: [0.13, -0.24, 0.31], scale: 0.9 };
    let back = Transform { shift: moved.shift.map(|it| -it), ..Transform::IDENTITY };
    let beside = Beside { first_from_second: Some(back), ..Beside::default() };
    let found = compared(&volume(&PLAIN, 1), &volume(&moved, 2), &beside);
    assert!((found.scale[0] - 0.9).abs() < 0.01, "{:?}", found.scale);
    let regions: Vec<_> = found.findings[1..].iter().collect();
    assert_eq!(regions.len(), 1);
    let at = regions[0].place.unwrap().volume_mm;
    for (found, wanted) in at.into_iter().zip(CENTRE) {
        assert!((found - wanted).abs() < VOXEL, "{at:?}");
    }
    assert!((regions[0].measure("change").unwrap().value / 0.5 - 1.0).abs() < 0.15);
}

#[test]
fn bad_pairs_are_refused() {
    let first = volume(&PLAIN, 1);
    let mut other = volume(&PLAIN, 2);
    let far = Transform { shift: [90.0, 0.0, 0.0], ..Transform::IDENTITY };
    let apart = Beside { first_from_second: Some(far), ..Beside::default() };
    let settings = CompareSettings::default();
    let error = compare(&first.seen(), &other.seen(), &apart, &settings).unwrap_err();
    assert!(matches!(error, CompareError::Apart { .. }), "{error}");
    let flat = Transform { matrix: [[1.0, 0.0, 0.0]; 3], shift: [0.0; 3] };
    let flat = Beside { first_from_second: Some(flat), ..Beside::default() };
    let error = compare(&first.seen(), &other.seen(), &flat, &settings).unwrap_err();
    assert_eq!(error, CompareError::Flat);
    other.2 = Probe::Xray;
    let error = compare(&first.seen(), &other.seen(), &Beside::default(), &settings).unwrap_err();
    assert!(error.to_string().contains("register"), "{error}");
}

#[test]
fn bad_volumes_of_noise_or_of_another_body_are_refused() {
    let first = volume(&PLAIN, 1);
    let mut noise = volume(&PLAIN, 2);
    let mut chance = Random::new(9);
    noise.0.mapv_inplace(|_| to_f32(1.0 + chance.normal()));
    // The can's outside for its inside: what is matter here is air there.
    let mut inside_out = volume(&PLAIN, 3);
    inside_out.0.mapv_inplace(|mu| 1.5 - mu);
    for other in [noise, inside_out] {
        let settings = CompareSettings::default();
        let refused = compare(&first.seen(), &other.seen(), &Beside::default(), &settings);
        let error = refused.unwrap_err();
        assert!(matches!(error, CompareError::Unlike { .. }), "{error}");
        assert!(error.to_string().contains("two different cells"), "{error}");
    }
}

#[test]
fn bad_a_volume_upside_down_is_refused() {
    // A lid at one end: a bright disc.
    let lidded = |seed: u64| {
        let mut whole = volume(&PLAIN, seed);
        for mut slice in whole.0.outer_iter_mut().skip(30).take(4) {
            slice.mapv_inplace(|mu| 1.5 * mu);
        }
        whole
    };
    let (first, mut second) = (lidded(1), lidded(2));
    let upright = compared(&first, &second, &Beside::default());
    assert!((upright.scale[0] - 1.0).abs() < 0.01, "{:?}", upright.scale);
    second.0.invert_axis(ndarray::Axis(0));
    let settings = CompareSettings::default();
    let refused = compare(&first.seen(), &second.seen(), &Beside::default(), &settings);
    let error = refused.unwrap_err();
    assert!(matches!(error, CompareError::UpsideDown { .. }), "{error}");
    assert!(error.to_string().contains("turn it over"), "{error}");
}

#[test]
fn a_second_volume_of_half_the_cell_says_how_much_was_compared() {
    let first = volume(&PLAIN, 1);
    let mut half = volume(&PLAIN, 2);
    half.0.slice_mut(ndarray::s![.., .., ..35]).fill(f32::NAN);
    let found = compared(&first, &half, &Beside::default());
    let share = found.findings[0].measure("compared").unwrap().value;
    assert!((share - 0.5).abs() < 0.02, "{share}");
    assert!(
        found.findings[0].note.contains("% of the first one's matter"),
        "{}",
        found.findings[0].note
    );
    let whole = compared(&first, &volume(&PLAIN, 2), &Beside::default());
    assert!(!whole.findings[0].note.contains("was not compared"));
}
