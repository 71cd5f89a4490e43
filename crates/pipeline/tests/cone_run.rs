//! Cone-beam scans from files to volumes: µ and place of known bodies, whatever the files tell and
//! the recipe adds.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod cone_scan;

use std::fmt::Write;

use cone_scan::{Cone, PITCH, PLAIN, assert_right, found};
use voltomo_pipeline::{Bytes, Recipe, RunError, RunOptions, Silent, correct_only, plan_only};
use voltomo_reconstruct::{Beam, ConeSlices, ShortScan};

#[test]
fn one_nexus_file_and_images_with_a_geometry_file_give_the_same_volume() {
    let (nexus, tiff) = (PLAIN.nexus(), PLAIN.tiff());
    let (record, volume) = nexus.run("out");
    assert_right(&volume, &record.plan.grid);
    assert!((record.plan.grid.voxel - PITCH).abs() < 1e-12);
    let (other, same) = tiff.run("out");
    assert_eq!(other.plan.grid, record.plan.grid);
    assert!(same == volume);
    let files: Vec<_> = other.inputs.iter().map(|input| input.path.clone()).collect();
    assert!(files.iter().any(|path| path.ends_with("geometry.toml")), "{files:?}");
}

#[test]
fn only_slices_that_every_view_shows_whole_are_reconstructed_unless_all_are_wanted() {
    let mut made = PLAIN.tiff();
    let plan = |made: &cone_scan::MadeCone| {
        plan_only(&made.recipe, made.folder.path(), None).unwrap().grid
    };
    let seen = plan(&made);
    // The cylinder of vision has a radius of 7.44 mm; nearest to the source a slice at 17.5 voxels
    // falls on 17.5·60/52.56 = 19.98 rows from the middle, and the frame has 20.
    assert_eq!(seen.shape, [36, 60, 60]);
    made.recipe.reconstruct.cone.slices = ConeSlices::Axis;
    assert_eq!(plan(&made).shape, [40, 60, 60]);
    made.recipe.reconstruct.rows = Some("5:15".into());
    made.recipe.reconstruct.region = Some("10:40,20:59".into());
    let part = plan(&made);
    assert_eq!(part.shape, [10, 30, 39]);
    assert!((part.first[0] + 14.5 * PITCH).abs() < 1e-9, "{:?}", part.first);
    made.recipe.reconstruct.region = None;
    made.recipe.reconstruct.voxel_mm = Some(0.5);
    assert_eq!((plan(&made).voxel, plan(&made).shape), (0.5, [5, 30, 30]));
}

#[test]
fn a_short_scan_is_right_with_either_weight() {
    let short = Cone { arc_deg: 235.0, views: 160, ..PLAIN };
    for weight in [ShortScan::Parker, ShortScan::Smooth] {
        let mut made = short.tiff();
        made.recipe.reconstruct.cone.short_scan = weight;
        let (record, volume) = made.run("out");
        assert_right(&volume, &record.plan.grid);
        assert!(record.warnings.is_empty(), "{:?}", record.warnings);
    }
}

#[test]
fn an_offset_detector_sees_a_wider_sample_on_a_whole_turn() {
    let offset = Cone { axis_off: 17.0, radius: 8.0, views: 200, ..PLAIN };
    let (record, volume) = offset.tiff().run("out");
    // 47 of 60 columns on one side of the axis.
    assert!(record.plan.grid.shape[1] > 85, "{:?}", record.plan.grid.shape);
    assert_right(&volume, &record.plan.grid);
}

#[test]
fn the_axis_and_the_roll_are_found_where_nobody_tells_them() {
    let rolled = Cone { axis_off: 2.3, roll_deg: 0.6, ..PLAIN };
    let mut made = rolled.tiff();
    made.recipe.reconstruct.centre_px = None;
    made.recipe.reconstruct.cone.roll_deg = None;
    let (record, volume) = made.run("out");
    let axis = |key: &str| record.axis[key].as_f64().unwrap();
    assert!((axis("centre_px") - rolled.centre()).abs() < 0.1, "{}", record.axis);
    assert!((axis("tilt_deg") - 0.6).abs() < 0.25, "{}", record.axis);
    assert_right(&volume, &record.plan.grid);
}

#[test]
fn crop_and_binning_leave_the_body_in_its_place() {
    let fine = Cone { rows: 80, columns: 122, ..PLAIN };
    for (crop, bin) in [(false, 2), (true, 1), (true, 2)] {
        let mut made = fine.tiff();
        made.recipe.correct.bin = bin;
        if crop {
            made.recipe.acquire.crop_rows = Some("14:62".into());
            made.recipe.acquire.crop_columns = Some("30:88".into());
        }
        let (record, volume) = made.run("out");
        let found = found(&volume, &record.plan.grid);
        assert!((found.cylinder / cone_scan::CYLINDER - 1.0).abs() < 0.01, "{}", found.cylinder);
        for (at, truth) in found.ball_at.iter().zip(cone_scan::BALL_AT) {
            assert!((at - truth).abs() < 0.1, "{crop} {bin}: {:?}", found.ball_at);
        }
    }
}

#[test]
fn roll_and_a_central_ray_off_the_middle_row_are_taken_into_account() {
    for cone in [Cone { roll_deg: 1.0, ..PLAIN }, Cone { row_off: 9.0, axis_off: -1.7, ..PLAIN }] {
        let (record, volume) = cone.tiff().run("out");
        assert_right(&volume, &record.plan.grid);
    }
}

#[test]
fn views_of_a_table_are_turned_with_their_frames() {
    let (record, volume) = as_views(PLAIN, ",").run("out");
    assert_right(&volume, &record.plan.grid);
    let on_its_head = Cone { axis_off: 3.0, row_off: 2.0, upside_down: true, ..PLAIN };
    let mut made = as_views(on_its_head, ";");
    made.recipe.acquire.turn = 180;
    let (record, volume) = made.run("out");
    assert_right(&volume, &record.plan.grid);
    made.recipe.acquire.turn = 0;
    let error = made.refusal();
    assert!(error.contains("a detector behind it whose rows run along the axis"), "{error}");
}

#[test]
fn going_on_from_written_line_integrals_keeps_the_cone_through_crop_and_binning() {
    let fine = Cone { rows: 80, columns: 122, row_off: 3.0, ..PLAIN };
    for (mut made, roll) in [(fine.tiff(), 1.0), (fine.nexus(), 0.0), (as_views(fine, ","), 0.0)] {
        if roll != 0.0 {
            made.recipe.reconstruct.cone.roll_deg = Some(roll);
        }
        made.recipe.correct.bin = 2;
        made.recipe.acquire.crop_rows = Some("10:70".into());
        made.recipe.acquire.crop_columns = Some("20:100".into());
        let (straight, volume) = made.run("straight");
        let base = made.folder.path().to_path_buf();
        let corrected = base.join("corrected");
        let options = RunOptions { out: corrected.clone(), base, ..RunOptions::default() };
        correct_only(&made.recipe, &options, &Silent::default()).unwrap();
        let folder = corrected.join("2-correct");
        let recipe = Recipe::open(&folder.join("reconstruct.toml"), &[]).unwrap();
        let next = cone_scan::MadeCone { recipe, folder: made.folder };
        let options = RunOptions { out: corrected.join("next"), base: folder, ..options };
        let (record, same) = next.run_with(&options).unwrap();
        assert_eq!(record.plan.grid.shape, straight.plan.grid.shape);
        assert!((record.plan.grid.voxel - straight.plan.grid.voxel).abs() < 1e-9);
        let differ = (&same - &volume).fold(0.0f32, |most, value| most.max(value.abs()));
        assert!(differ < 1e-3, "{differ}");
    }
}

/// A scan whose geometry file has a view a line.
fn as_views(cone: Cone, comma: &str) -> cone_scan::MadeCone {
    let mut made = cone.tiff();
    let mut text = String::from("# source, origin, u, v\n");
    for view in cone.sights() {
        let mut vectors = [view.source, view.origin, view.along_columns, view.along_rows];
        if cone.upside_down {
            let (right, down) = (cone.columns as f64 - 1.0, cone.rows as f64 - 1.0);
            vectors[1] = std::array::from_fn(|k| {
                view.origin[k] + right * view.along_columns[k] + down * view.along_rows[k]
            });
            vectors[2] = vectors[2].map(|k| -k);
            vectors[3] = vectors[3].map(|k| -k);
        }
        let numbers: Vec<String> =
            vectors.iter().flat_map(|[z, y, x]| [x, y, z]).map(f64::to_string).collect();
        writeln!(text, "{}", numbers.join(comma)).unwrap();
    }
    std::fs::write(made.folder.path().join("views.csv"), text).unwrap();
    made.recipe.acquire.geometry = Some("views.csv".into());
    made.recipe.acquire.angles = None;
    made.recipe.reconstruct = Default::default();
    made
}

#[test]
fn the_volume_depends_neither_on_slabs_nor_on_threads() {
    let made = Cone { roll_deg: 0.7, ..PLAIN }.tiff();
    let (one, whole) = made.run("whole");
    assert_eq!(one.plan.slabs.len(), 1);
    let Err(RunError::Budget { needed, .. }) =
        plan_only(&made.recipe, made.folder.path(), Some(Bytes(1)))
    else {
        panic!("one byte is enough");
    };
    let (thin, sliced) =
        made.try_run("sliced", Some(Bytes((3 * needed.0 + one.plan.peak_memory.0) / 4))).unwrap();
    assert!(thin.plan.slabs.len() > 2, "{:?}", thin.plan.slabs);
    assert!(sliced == whole);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (_, alone) = pool.install(|| made.run("alone"));
    assert!(alone == whole);
}

#[test]
fn a_recipe_may_tell_all_distances_and_call_a_cone_parallel() {
    let mut made = PLAIN.tiff();
    made.recipe.acquire.geometry = None;
    made.recipe.acquire.pixel_mm = Some(PITCH);
    let cone = &mut made.recipe.reconstruct.cone;
    (cone.source_to_axis_mm, cone.source_to_detector_mm) = (Some(60.0), Some(240.0));
    let (record, volume) = made.run("out");
    assert_right(&volume, &record.plan.grid);
    let mut parallel = PLAIN.nexus();
    parallel.recipe.reconstruct.cone = Default::default();
    parallel.recipe.reconstruct.cone.beam = Beam::Parallel;
    let (record, _) = parallel.run("out");
    assert!(record.warnings.iter().any(|warning| warning.contains("says parallel")));
}
