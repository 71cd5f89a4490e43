//! Rotation angles of ranges, in golden order and from files; and what a look says of them.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod written;

use std::sync::Arc;

use ndarray::Array3;
use voltomo_acquire::{
    AcquireSettings, AngleEnd, AngleLook, AngleUnit, Direction, EndPoint, RepeatedAngles, look,
};
use voltomo_types::{MemoryFrames, Origin, Radian};
use written::{folder_of, open_with};

fn degrees(count: usize, change: impl FnOnce(&mut AcquireSettings)) -> Vec<f64> {
    let folder = folder_of(count);
    let lines = (0..count).map(|i| format!("proj_{i}.tif, {}\n", 90.0 - i as f64));
    let csv: String = lines.rev().collect();
    std::fs::write(folder.path().join("named.csv"), format!("file, angle\n{csv}")).unwrap();
    std::fs::write(folder.path().join("plain.txt"), "# degrees\n0.5\n1.5 # second\n\n2.5\n")
        .unwrap();
    let scan = open_with(folder.path(), change).unwrap();
    scan.angles.unwrap().iter().map(|angle| (angle.degrees() * 1e9).round() / 1e9).collect()
}

#[test]
fn a_range_excludes_its_end_unless_told() {
    assert_eq!(degrees(4, |s| s.angles = Some("0:360".into())), [0.0, 90.0, 180.0, 270.0]);
    let included = degrees(4, |s| {
        (s.angles, s.angle_end) = (Some("0:360".into()), AngleEnd::Included);
    });
    assert_eq!(included, [0.0, 120.0, 240.0, 360.0]);
    assert_eq!(degrees(2, |s| s.angles = Some("90:-90".into())), [90.0, 0.0]);
    let reversed = degrees(2, |s| {
        (s.angles, s.reverse_rotation) = (Some("0:180".into()), true);
    });
    assert_eq!(reversed, [0.0, -90.0]);
}

#[test]
fn golden_order_steps_by_the_golden_ratio_of_the_arc() {
    let half = degrees(3, |s| s.angles = Some("golden".into()));
    for (i, &angle) in half.iter().enumerate() {
        let exact = (i as f64 * (1.0 + 5f64.sqrt()) / 2.0 * 180.0) % 180.0;
        assert!((angle - exact).abs() < 1e-8, "{i}: {angle} {exact}");
    }
    let whole = degrees(3, |s| s.angles = Some("golden:360".into()));
    assert!((whole[1] - 222.492_235_95).abs() < 1e-7, "{whole:?}");
}

#[test]
fn files_give_angles_by_order_or_by_name() {
    let plain = degrees(3, |s| s.angles = Some("plain.txt".into()));
    assert_eq!(plain, [0.5, 1.5, 2.5]);
    let named = degrees(3, |s| s.angles = Some("named.csv".into()));
    assert_eq!(named, [90.0, 89.0, 88.0]);
    let radians = degrees(3, |s| {
        (s.angles, s.angle_unit) = (Some("plain.txt".into()), Some(AngleUnit::Radians));
    });
    assert!((radians[0] - 28.647_889_757).abs() < 1e-6, "{radians:?}");
}

#[test]
fn skipped_radiographs_take_their_angles_with_them() {
    let range = degrees(4, |s| (s.angles, s.skip) = (Some("0:360".into()), "1".into()));
    assert_eq!(range, [0.0, 180.0, 270.0]);
    let for_kept = degrees(4, |s| (s.angles, s.skip) = (Some("plain.txt".into()), "0".into()));
    assert_eq!(for_kept, [0.5, 1.5, 2.5]);
    let named = degrees(3, |s| (s.angles, s.skip) = (Some("named.csv".into()), "0:2".into()));
    assert_eq!(named, [88.0]);
}

#[test]
fn a_look_names_coverage_gaps_and_end_point() {
    let of = |degrees: &[f64]| {
        let angles: Vec<Radian> = degrees.iter().map(|&d| Radian::from_degrees(d)).collect();
        AngleLook::of(&angles).unwrap()
    };
    let excluded = of(&(0..360).map(f64::from).collect::<Vec<_>>());
    assert_eq!(
        [excluded.end, of(&[0.0, 60.0, 120.0, 180.0]).end],
        [EndPoint::Excluded(360.0), EndPoint::Included(180.0)]
    );
    assert!(excluded.gaps.is_empty() && excluded.direction == Direction::Rising);
    let broken = of(&[0.0, -1.0, -2.0, -4.0, -5.0]);
    assert_eq!((broken.direction, broken.gaps.len()), (Direction::Falling, 1));
    assert_eq!(broken.gaps[0].after_radiograph, 3);
    let golden: Vec<f64> = (0..100).map(|i| (f64::from(i) * 111.246_117_975) % 180.0).collect();
    let golden = of(&golden);
    assert_eq!(golden.direction, Direction::Unordered);
    assert!(golden.gaps.is_empty(), "{:?}", golden.gaps);
    assert_eq!(of(&[3.0, 7.0, 9.0]).end, EndPoint::Neither);
}

#[test]
fn a_look_counts_saturated_dead_and_missing_pixels() {
    let folder = folder_of(3);
    let mut scan = open_with(folder.path(), |s| s.saturation = Some(500.0)).unwrap();
    let mut frames = Array3::from_elem((3, 4, 6), 100.0);
    frames[[0, 1, 1]] = 500.0;
    frames[[1, 1, 1]] = 700.0;
    frames[[2, 0, 0]] = f32::NAN;
    (0..3).for_each(|frame| frames[[frame, 2, 3]] = 0.0);
    frames[[1, 3, 3]] = 0.0;
    scan.radiographs = Arc::new(MemoryFrames(frames));
    let seen = look(&scan, 3).unwrap();
    let counts = &seen.counts;
    assert_eq!((counts.saturated, counts.dead, counts.not_finite), (Some(2), 1, 1));
    assert_eq!((counts.min, counts.max, counts.frames_sampled), (Some(0.0), Some(700.0), 3));
    assert!(seen.missing.iter().all(|fact| fact.origin == Origin::Missing));
    let text = seen.lines().join("\n");
    written::says(
        &text,
        &["3 of 4 × 6", "2 saturated", "1 always 0", "acquire.angles", "pixel_mm"],
    );
    assert_eq!(look(&scan, 1).unwrap().counts.frames_sampled, 1);
}

#[test]
fn repeated_angles_are_kept_where_the_recipe_says_so() {
    let angles = "0\n10\n0\n";
    let folder = folder_of(3);
    std::fs::write(folder.path().join("a.txt"), angles).unwrap();
    let scan = open_with(folder.path(), |s| {
        (s.angles, s.repeated_angles) = (Some("a.txt".into()), RepeatedAngles::Keep);
    });
    assert_eq!(scan.unwrap().angles.unwrap().len(), 3);
}
