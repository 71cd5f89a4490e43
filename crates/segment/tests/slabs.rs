//! What a segmentation cannot depend on, and what it refuses.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, s};
use voltomo_numeric::{cast::to_f32, random::Random};
use voltomo_segment::{
    JointHistogram, Model, SegmentError, SegmentSettings, Slab, Tally, objects, segment,
    segment_single,
};
use voltomo_types::{BimodalVolume, LengthUnit, Material, Probe, Transform, Volume, VoxelGrid};

const SHAPE: [usize; 3] = [45, 40, 44];

fn grid(unit: LengthUnit) -> VoxelGrid {
    VoxelGrid { shape: SHAPE, voxel: 0.1, first: [0.0; 3], unit }
}

/// A steel tube with a roll in it and a ball of plastic; outside the second beam's field is NaN.
fn pair(noise: f64) -> BimodalVolume {
    let mut random = Random::new(7);
    let mut volumes = [1.2, 1.37, 4.4].into_iter().zip([15.0, 1.3, 0.19]).collect::<Vec<_>>();
    volumes.insert(0, (0.0, 0.0));
    let material = |z: usize, y: usize, x: usize| {
        let square = |c: usize, at: usize| c.abs_diff(at).pow(2);
        let radius = ((square(y, 20) + square(x, 22)) as f64).sqrt();
        let is_ball = square(z, 20) + square(y, 14) + square(x, 20) < 20;
        match radius {
            _ if is_ball => 3,
            r if r < 14.0 => 2,
            r if r < 17.0 => 1,
            _ => 0,
        }
    };
    let mut draw = |beam: usize, noise: f64| {
        Array3::from_shape_fn(SHAPE, |(z, y, x)| {
            let (n, xray) = volumes[material(z, y, x)];
            to_f32([n, xray][beam] + noise * random.normal())
        })
    };
    let (mut neutron, xray) = (draw(0, noise), draw(1, 0.6 * noise));
    neutron.slice_mut(s![40.., .., ..]).fill(f32::NAN);
    let grid = grid(LengthUnit::Millimetre);
    BimodalVolume { neutron, xray, grid, xray_from_neutron: Transform::IDENTITY }
}

/// Slabs of a thickness, labelled one by one by a fit of their own slices.
fn by_slabs(pair: &BimodalVolume, thickness: usize) -> (Array3<u8>, Array3<u8>, Tally) {
    let settings = SegmentSettings::default();
    let mut histogram = JointHistogram::new();
    let sampled: Vec<usize> = JointHistogram::sampled_slices(SHAPE[0]).collect();
    for z in sampled {
        let part = s![z..=z, .., ..];
        histogram.add(Some(pair.neutron.slice(part)), Some(pair.xray.slice(part)));
    }
    let model = Model::fit(histogram, pair.grid.voxel, &settings).unwrap();
    let (mut materials, mut confidence) = (Array3::zeros(SHAPE), Array3::zeros(SHAPE));
    let mut tally = Tally::default();
    for from in (0..SHAPE[0]).step_by(thickness) {
        let to = (from + thickness).min(SHAPE[0]);
        let first = from.saturating_sub(model.halo());
        let part = s![first..(to + model.halo()).min(SHAPE[0]), .., ..];
        let neutron = Some(pair.neutron.slice(part));
        let xray = Some(pair.xray.slice(part));
        let found = model.label(&Slab { neutron, xray, first, wanted: from..to });
        materials.slice_mut(s![from..to, .., ..]).assign(&found.materials);
        confidence.slice_mut(s![from..to, .., ..]).assign(&found.confidence);
        tally.merge(&found.tally);
    }
    (materials, confidence, tally)
}

#[test]
fn labels_have_the_same_bits_for_any_slab_and_any_number_of_threads() {
    let pair = pair(0.3);
    let whole = segment(&pair, &SegmentSettings::default()).unwrap();
    for (thickness, threads) in [(1, 1), (7, 3), (45, 2)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (materials, confidence, tally) = pool.install(|| by_slabs(&pair, thickness));
        assert_eq!(materials, whole.labels.materials);
        assert_eq!(confidence, whole.labels.confidence);
        assert_eq!(tally.figures(&pair.grid), whole.materials);
    }
}

#[test]
fn the_ball_is_one_object_of_its_size_and_place() {
    let pair = pair(0.1);
    let found = segment(&pair, &SegmentSettings::default()).unwrap();
    let views = [Some(pair.neutron.view()), Some(pair.xray.view())];
    let balls = objects(&found.labels, Material::Plastic, views, 20);
    assert_eq!(balls.len(), 1);
    let ball = &balls[0];
    let truth = 4.0 / 3.0 * std::f64::consts::PI * 20f64.powf(1.5) * 1e-3;
    assert!((ball.volume / truth - 1.0).abs() < 0.1, "{ball:?}");
    assert!((ball.centroid[1] - 1.4).abs() < 0.05 && (ball.neutron.unwrap() - 4.4).abs() < 0.1);
    assert!(ball.semi_axes.iter().all(|it| (it - 0.447).abs() < 0.04) && !ball.reaches_end);
    assert!(ball.touches.iter().all(|it| it.0 == Material::ElectrodeRoll), "{ball:?}");
    // Above, where neutrons do not reach, X-rays still tell the tube.
    let tube = objects(&found.labels, Material::Steel, views, 20);
    assert!(tube[0].bounds[0] == [0, 44] && tube[0].reaches_end);
}

fn refused(change: impl Fn(&mut BimodalVolume)) -> SegmentError {
    let mut pair = pair(0.1);
    change(&mut pair);
    segment(&pair, &SegmentSettings::default()).unwrap_err()
}

#[test]
fn bad_unit_is_refused() {
    let error = refused(|pair| pair.grid = grid(LengthUnit::Pixel));
    assert_eq!(error, SegmentError::NoUnit);
    assert!(error.to_string().contains("1/pixel; expected 1/cm"));
}

#[test]
fn bad_shapes_are_refused() {
    let error = refused(|pair| pair.neutron = Array3::zeros((2, 3, 4)));
    assert!(error.to_string().contains("[2, 3, 4] voxels and the X-ray volume [45, 40, 44]"));
}

#[test]
fn bad_volume_of_one_value_is_refused() {
    let error = refused(|pair| {
        pair.neutron.fill(1.4);
        pair.xray.fill(1.4);
    });
    assert!(matches!(error, SegmentError::Constant { .. }), "{error}");
}

#[test]
fn bad_volume_of_noise_is_refused() {
    let error = refused(|pair| {
        let mut random = Random::new(1);
        let both = pair.neutron.iter_mut().chain(&mut pair.xray);
        both.for_each(|value| *value = to_f32(1.0 + random.normal()));
    });
    assert!(error.to_string().contains("the volume is noise"), "{error}");
}

#[test]
fn bad_volume_without_numbers_or_voxels_is_refused() {
    let error = refused(|pair| {
        pair.neutron.fill(f32::NAN);
        pair.xray.fill(f32::INFINITY);
    });
    assert_eq!(error, SegmentError::NoNumbers);
    let error = refused(|pair| {
        pair.neutron = Array3::zeros((0, 4, 4));
        pair.xray = Array3::zeros((0, 4, 4));
    });
    assert_eq!(error, SegmentError::NoNumbers);
}

#[test]
fn bad_scale_is_refused_as_strange() {
    let error = refused(|pair| {
        pair.neutron.mapv_inplace(|value| 2.0 * value - 0.9);
        pair.xray.mapv_inplace(|value| 3.0 * value + 40.0);
    });
    assert!(error.to_string().contains("near no expected material"), "{error}");
}

#[test]
fn bad_settings_are_named() {
    let settings = SegmentSettings { smoothing: -1.0, ..SegmentSettings::default() };
    let volume = Volume { attenuation: pair(0.1).neutron, grid: grid(LengthUnit::Millimetre) };
    let error = segment_single(&volume, Probe::Neutron, &settings).unwrap_err();
    assert_eq!(error.to_string(), "`segment.smoothing` is -1; expected 0 to 10");
    let unknown = SegmentSettings {
        materials: vec![Material::Unknown],
        separation: f64::NAN,
        ..SegmentSettings::default()
    };
    assert_eq!(unknown.problems().len(), 3);
    let text = serde_json::to_string(&SegmentSettings::default()).unwrap();
    assert_eq!(serde_json::from_str::<SegmentSettings>(&text).unwrap(), SegmentSettings::default());
}

#[test]
fn a_volume_of_a_few_voxels_is_answered() {
    let grid = VoxelGrid { shape: [1, 1, 2], ..grid(LengthUnit::Millimetre) };
    let attenuation = Array3::from_shape_vec((1, 1, 2), vec![0.0, 4.4]).unwrap();
    let found =
        segment_single(&Volume { attenuation, grid }, Probe::Neutron, &SegmentSettings::default());
    assert_eq!(found.unwrap().labels.materials.len(), 2);
}
