//! Projectors against their slow twin, against closed forms, and against the laws they promise.
//! Knows no reconstruction method.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod projector_scans;

use ndarray::{Array3, Axis, s};
use projector_scans::{
    Scan, ball, ball_cases, cases, dot, forward, noise, norm, peak_ratio_db, processors, transposed,
};
use voltomo_reconstruct::ParallelProjector;

#[test]
fn every_projector_agrees_with_the_twin_on_every_processor() {
    for case in cases() {
        let volume = noise(case.volume_shape(), 3);
        let expected = case.twin_project(&volume);
        for processor in processors() {
            let found = forward(&*case.projector(processor), &volume);
            let ratio = peak_ratio_db(&found, &expected);
            println!("{} on {processor:?}: {ratio:.1} dB", case.name);
            assert!(ratio > 100.0, "{} on {processor:?}: {ratio:.1} dB", case.name);
        }
    }
}

#[test]
fn every_adjoint_agrees_with_that_of_the_twin() {
    for case in cases() {
        let data = noise(case.data_shape(), 4);
        let expected = case.twin_backproject(&data);
        for processor in processors() {
            let found = transposed(&*case.projector(processor), &data);
            let ratio = peak_ratio_db(&found, &expected);
            println!("{} on {processor:?}: {ratio:.1} dB", case.name);
            assert!(ratio > 100.0, "{} on {processor:?}: {ratio:.1} dB", case.name);
        }
    }
}

/// ⟨A·x, y⟩ = ⟨x, Aᵀ·y⟩, for values of both signs (in shares of ‖A·x‖·‖y‖) and for positive ones.
#[test]
fn every_adjoint_is_exact() {
    for case in cases() {
        for processor in processors() {
            let projector = case.projector(processor);
            let [volume, data] = [noise(case.volume_shape(), 5), noise(case.data_shape(), 6)];
            let (seen, given) = (forward(&*projector, &volume), transposed(&*projector, &data));
            let gap = (dot(&seen, &data) - dot(&volume, &given)).abs();
            let share = gap / (norm(&seen) * norm(&data));
            assert!(share < 1e-6, "{} on {processor:?}: {share:.1e}", case.name);

            let [volume, data] = [volume, data].map(|values| values.mapv(f32::abs));
            let (seen, given) = (forward(&*projector, &volume), transposed(&*projector, &data));
            let share = (dot(&seen, &data) / dot(&volume, &given) - 1.0).abs();
            println!("{} on {processor:?}: {share:.1e}", case.name);
            assert!(share < 1e-6, "{} on {processor:?}: {share:.1e}", case.name);
        }
    }
}

/// Chords of a ball of radius 24.7 voxels, whose edge is as wide as a voxel: rms error 0.8 % of the
/// longest chord. Within eight tenths of the radius no ray is off by more than 2 %, and all of them
/// together by no more than 0.15 % (voxels and rays blur the curve of the chords).
#[test]
fn a_ball_of_voxels_has_the_chords_of_a_ball() {
    let (middle, radius) = ([31.0, 33.4, 30.2], 24.7);
    for case in ball_cases() {
        let volume = ball(case.volume_shape(), middle, radius);
        let expected = case.chords(middle, radius);
        let longest = expected.iter().fold(0.0f64, |longest, &chord| longest.max(chord));
        let found = forward(&*case.projector(processors()[0]), &volume);
        let pairs = || found.iter().zip(&expected).map(|(&one, &other)| (f64::from(one), other));
        let squares = pairs().map(|(found, chord)| (found - chord).powi(2)).sum::<f64>();
        let rms = (squares / found.len() as f64).sqrt() / longest;
        let inner = || pairs().filter(|(_, chord)| *chord > 0.6 * longest);
        let worst = inner().map(|(found, chord)| (found / chord - 1.0).abs()).fold(0.0, f64::max);
        let sums = inner().fold([0.0; 2], |sums, pair| [sums[0] + pair.0, sums[1] + pair.1]);
        let gain = (sums[0] / sums[1] - 1.0).abs();
        let figures = format!("{}: rms {rms:.5}, worst {worst:.5}, gain {gain:.5}", case.name);
        println!("{figures}");
        assert!(rms < 0.008 && worst < 0.02 && gain < 0.0015, "{figures}");
    }
}

#[test]
fn a_projection_is_linear() {
    for case in cases() {
        let projector = case.projector(processors()[0]);
        let [one, other] = [7, 8].map(|seed| noise(case.volume_shape(), seed));
        let both = forward(&*projector, &(&one * 2.0 - &other * 0.5));
        let expected = forward(&*projector, &one) * 2.0 - forward(&*projector, &other) * 0.5;
        let gap = norm(&(&both - &expected)) / norm(&expected);
        assert!(gap < 1e-6, "{}: {gap:.1e}", case.name);
    }
}

/// Everything twice as large: the same voxels, rays twice as long.
#[test]
fn line_integrals_grow_with_the_voxels() {
    for case in cases() {
        let Some(doubled) = case.doubled() else { continue };
        let volume = noise(case.volume_shape(), 9);
        let once = forward(&*case.projector(processors()[0]), &volume);
        let twice = forward(&*doubled.projector(processors()[0]), &volume);
        let gap = norm(&(&once * 2.0 - &twice)) / norm(&twice);
        assert!(gap < 1e-6, "{}: {gap:.1e}", case.name);
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let pools =
        [1, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for case in cases() {
        let projector = case.projector(processors()[0]);
        let [volume, data] = [noise(case.volume_shape(), 10), noise(case.data_shape(), 11)];
        let [one, other] = pools.each_ref().map(|pool| {
            pool.install(|| (forward(&*projector, &volume), transposed(&*projector, &data)))
        });
        assert!(one == other, "{}", case.name);
    }
}

/// Rows of slices are independent, however many are taken together.
#[test]
fn a_slice_has_the_same_bits_beside_any_number_of_others() {
    use voltomo_types::{
        LengthUnit, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
    };
    let geometry = ParallelGeometry {
        angles: (0..7).map(|k| Radian(0.2 + 0.45 * f64::from(k))).collect(),
        axis: RotationAxis { centre: 80.3, tilt: Radian(0.0) },
        frame: PixelFrame::whole(70, 160),
        pixel: None,
    };
    let [volume, data] = [noise((70, 130, 150), 15), noise((7, 70, 160), 16)];
    for processor in processors() {
        let part = |rows: std::ops::Range<usize>| {
            let shape = [rows.len(), 130, 150];
            let unit = LengthUnit::Pixel;
            let grid = VoxelGrid { shape, voxel: 1.0, first: [0.0, -64.0, -75.5], unit };
            let projector = ParallelProjector::of_slices(&geometry, 160, &grid).unwrap();
            let volume = volume.slice(s![rows.clone(), .., ..]).to_owned();
            let data = data.slice(s![.., rows, ..]).to_owned();
            let projector = projector.on(processor);
            (forward(&projector, &volume), transposed(&projector, &data))
        };
        let (seen, given) = part(0..70);
        for rows in [0..1, 3..5, 10..14, 15..38, 35..70] {
            let (alone_seen, alone_given) = part(rows.clone());
            assert!(alone_seen == seen.slice(s![.., rows.clone(), ..]), "{processor:?} {rows:?}");
            assert!(alone_given == given.slice(s![rows.clone(), .., ..]), "{processor:?} {rows:?}");
        }
    }
}

/// Views in any order and number: each is what it is among all of them, to the bit.
#[test]
fn views_are_independent() {
    for case in cases() {
        let projector = case.projector(processors()[0]);
        let volume = noise(case.volume_shape(), 12);
        let whole = forward(&*projector, &volume);
        let views = [2, 0, 2];
        let (rows, columns) = projector.frame_shape();
        let mut part = Array3::from_elem((3, rows, columns), f32::NAN);
        projector.project(volume.view(), &views, part.view_mut());
        assert!(part == whole.select(Axis(0), &views), "{}", case.name);

        let data = noise(part.dim(), 13);
        let mut sum = noise(case.volume_shape(), 14);
        let before = sum.clone();
        projector.backproject(data.view(), &views, sum.view_mut());
        let mut all = Array3::zeros(case.data_shape());
        all.slice_mut(s![2, .., ..])
            .assign(&(&data.slice(s![0, .., ..]) + &data.slice(s![2, .., ..])));
        all.slice_mut(s![0, .., ..]).assign(&data.slice(s![1, .., ..]));
        let expected = transposed(&*projector, &all) + &before;
        let gap = norm(&(&sum - &expected)) / norm(&expected);
        assert!(gap < 1e-6, "{}: {gap:.1e}", case.name);
    }
}

#[test]
#[should_panic(expected = "a view that the scan does not have")]
fn bad_view_stops_at_once() {
    let case = &cases()[0];
    let projector = case.projector(processors()[0]);
    let (rows, columns) = projector.frame_shape();
    let mut into = Array3::zeros((1, rows, columns));
    projector.project(noise(case.volume_shape(), 1).view(), &[999], into.view_mut());
}

#[test]
#[should_panic(expected = "the projections have another shape")]
fn bad_projections_stop_at_once() {
    let case = &cases()[0];
    let projector = case.projector(processors()[0]);
    let mut into = Array3::zeros(case.volume_shape());
    projector.backproject(Array3::zeros((1, 1, 1)).view(), &[0], into.view_mut());
}

fn message(scan: Scan) -> String {
    scan.try_projector(processors()[0]).err().unwrap().to_string()
}

#[test]
fn bad_frame_without_pixels_is_refused() {
    let mut scan = cases().remove(0);
    scan.frame_shape.1 = 0;
    assert!(message(scan).starts_with("projections of 5 rows and 0 columns, expected"));
}

#[test]
fn bad_grid_without_voxels_is_refused() {
    let mut scan = cases().remove(0);
    scan.grid_mut().shape[1] = 0;
    assert!(message(scan).starts_with("a grid of [5, 0, 41] voxels of"));
}

#[test]
fn bad_voxel_size_is_refused() {
    let mut scan = cases().remove(0);
    scan.grid_mut().voxel = -1.0;
    assert!(message(scan).contains("expected at least one voxel of a positive size"));
}

#[test]
fn bad_angle_is_refused() {
    let mut scan = cases().remove(0);
    scan.parallel_mut().angles[3].0 = f64::NAN;
    assert!(message(scan).starts_with("angle 3 is NaN"));
}

#[test]
fn bad_grid_in_mm_without_a_pixel_size_is_refused() {
    let mut scan = cases().remove(0);
    scan.parallel_mut().pixel = None;
    assert!(message(scan).contains("the pixel size is unknown"));
}

#[test]
fn bad_source_within_the_volume_is_refused() {
    let mut scan = ball_cases().remove(2);
    (scan.grid_mut().voxel, scan.grid_mut().first) = (1.0, [-32.0; 3]);
    assert!(message(scan).starts_with("the source of view 0 (counted from 0) does not stand"));
}

#[test]
fn bad_detector_without_an_extent_is_refused() {
    let mut scan = ball_cases().remove(2);
    scan.cone_mut().views[3].along_rows = [0.0; 3];
    assert!(message(scan).starts_with("the source of view 3 (counted from 0) does not stand"));
}

#[test]
fn bad_cone_on_a_grid_of_pixels_is_refused() {
    let mut scan = ball_cases().remove(2);
    scan.grid_mut().unit = voltomo_types::LengthUnit::Pixel;
    assert!(message(scan).contains("expected a grid in mm"));
}
