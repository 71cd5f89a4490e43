//! Classes of one volume without knowledge of materials.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array3;
use voltomo_numeric::{cast::to_f32, random::Random};
use voltomo_segment::{
    ClassMethod, ClassSettings, NO_CLASS, SegmentError, ThresholdMethod, classify,
};

const METHODS: [ClassMethod; 5] = [
    ClassMethod::Threshold,
    ClassMethod::MultiOtsu,
    ClassMethod::KMeans,
    ClassMethod::Watershed,
    ClassMethod::RandomWalker,
];

/// Three shells about a point of values 0, 1 and 2.
fn shells(noise: f64) -> (Array3<f32>, Array3<u8>) {
    let mut random = Random::new(13);
    let truth = Array3::from_shape_fn((18, 30, 30), |(z, y, x)| {
        let square = z.abs_diff(9).pow(2) + y.abs_diff(15).pow(2) + x.abs_diff(15).pow(2);
        if square < 40 { 2 } else { u8::from(square < 150) }
    });
    let values = truth.mapv(|class| to_f32(f64::from(class) + noise * random.normal()));
    (values, truth)
}

fn settings(method: ClassMethod) -> ClassSettings {
    ClassSettings { method, seed_depth: 1.0, ..ClassSettings::default() }
}

#[test]
fn every_method_finds_three_shells() {
    let (values, truth) = shells(0.12);
    for method in METHODS.into_iter().filter(|method| *method != ClassMethod::Threshold) {
        let found = classify(values.view(), &settings(method)).unwrap();
        let right = found.classes.iter().zip(&truth).filter(|(a, b)| a == b).count();
        let share = right as f64 / truth.len() as f64;
        println!("{method:?} {share}");
        assert!(share > 0.97, "{method:?} {share}");
    }
}

/// Where noise crosses every threshold, walks still find their way.
#[test]
fn random_walks_see_through_noise_that_thresholds_do_not() {
    let (values, truth) = shells(0.3);
    let share = |method| {
        let settings = ClassSettings { seed_depth: 0.0, ..settings(method) };
        let found = classify(values.view(), &settings).unwrap();
        let right = found.classes.iter().zip(&truth).filter(|(a, b)| a == b).count();
        right as f64 / truth.len() as f64
    };
    let deep = ClassSettings { beta: 60.0, ..settings(ClassMethod::RandomWalker) };
    let walks = classify(values.view(), &deep).unwrap();
    let right = walks.classes.iter().zip(&truth).filter(|(a, b)| a == b).count();
    let (walks, plain) = (right as f64 / truth.len() as f64, share(ClassMethod::MultiOtsu));
    println!("walks {walks} plain {plain}");
    assert!(walks > plain, "{walks} {plain}");
}

#[test]
fn each_global_threshold_parts_two_peaks() {
    let (values, truth) = shells(0.08);
    let two = values.mapv(|value| value.min(1.0));
    let mut found = 0;
    for threshold in [
        ThresholdMethod::Default,
        ThresholdMethod::Huang,
        ThresholdMethod::IsoData,
        ThresholdMethod::Li,
        ThresholdMethod::Mean,
        ThresholdMethod::Otsu,
        ThresholdMethod::Moments,
    ] {
        let settings = ClassSettings { threshold, ..settings(ClassMethod::Threshold) };
        let classes = classify(two.view(), &settings).unwrap().classes;
        let wrong = classes.iter().zip(&truth).filter(|(a, b)| **a != (**b).min(1)).count();
        assert!(wrong < truth.len() / 50, "{threshold:?} {wrong}");
        found += 1;
    }
    assert_eq!(found, 7);
}

#[test]
fn nan_belongs_to_no_class() {
    let (mut values, _) = shells(0.1);
    values[[3, 3, 3]] = f32::NAN;
    for method in METHODS {
        let found = classify(values.view(), &settings(method)).unwrap();
        assert_eq!(found.classes[[3, 3, 3]], NO_CLASS, "{method:?}");
        let known: u64 = found.voxels.iter().sum();
        assert!(known < values.len() as u64);
    }
}

#[test]
fn bad_values_and_settings_are_refused() {
    let nothing = Array3::from_elem((2, 2, 2), f32::NAN);
    let refused = |values: &Array3<f32>, settings| classify(values.view(), &settings).unwrap_err();
    assert_eq!(refused(&nothing, ClassSettings::default()), SegmentError::NoNumbers);
    let even = Array3::from_elem((2, 2, 2), 3.0);
    let error = refused(&even, ClassSettings::default());
    assert_eq!(error, SegmentError::Constant { value: 3.0 });
    let one = ClassSettings { classes: 1, ..ClassSettings::default() };
    let error = refused(&even, one).to_string();
    assert_eq!(error, "`segment.classes.classes` is 1; expected 2 to 16");
    let two = Array3::from_shape_vec((1, 1, 2), vec![0.0, 1.0]).unwrap();
    let error = refused(&two, ClassSettings::default()).to_string();
    assert!(error.contains("3 classes, which these values do not have"), "{error}");
}
