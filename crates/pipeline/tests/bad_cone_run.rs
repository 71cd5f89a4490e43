//! Mistakes in the geometry of a cone beam: each is refused with what was found, what was expected
//! and the key that mends it, before any volume is begun.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod cone_scan;

use cone_scan::{Cone, MadeCone, PLAIN};
use voltomo_pipeline::{Override, Recipe, RecipeError};
use voltomo_reconstruct::Beam;

/// A scan with this geometry file.
fn with_geometry(text: &str) -> MadeCone {
    let made = PLAIN.tiff();
    std::fs::write(made.folder.path().join("geometry.toml"), text).unwrap();
    made
}

fn assert_says(made: &MadeCone, words: &[&str]) {
    let message = made.refusal();
    for word in words {
        assert!(message.contains(word), "`{word}` not in: {message}");
    }
}

#[test]
fn bad_cone_distances_in_a_recipe_are_refused_before_any_file_is_opened() {
    let refused = |sets: &[(&str, &str)]| {
        let overrides: Vec<Override> =
            sets.iter().map(|(key, value)| Override::new(key, value)).collect();
        let error: RecipeError = Recipe::read("", "test", &overrides).unwrap_err();
        error.to_string()
    };
    for value in ["-60.0", "0.0", "1e9"] {
        let message = refused(&[("reconstruct.cone.source_to_axis_mm", value)]);
        assert!(message.contains("a length in mm above 0"), "{message}");
    }
    let message = refused(&[
        ("reconstruct.cone.source_to_axis_mm", "240.0"),
        ("reconstruct.cone.source_to_detector_mm", "60.0"),
    ]);
    assert!(message.contains("above that to the axis (240 mm)"), "{message}");
    let message = refused(&[
        ("reconstruct.cone.source_to_axis_mm", "0.1"),
        ("reconstruct.cone.source_to_detector_mm", "240.0"),
    ]);
    assert!(message.contains("magnifies 2400 times"), "{message}");
    let message = refused(&[("reconstruct.cone.roll_deg", "1.0"), ("reconstruct.tilt_deg", "2.0")]);
    assert!(message.contains("they are the same turn"), "{message}");
    for pixel in ["1e6", "-1.0", "101.0"] {
        let message = refused(&[("reconstruct.cone.detector_pixel_mm", pixel)]);
        assert!(message.contains("the edge of a pixel on the detector"), "{message}");
    }
    let message = refused(&[("reconstruct.cone.yaw_deg", "90.0")]);
    assert!(message.contains("degrees between -45 and 45"), "{message}");
}

#[test]
fn bad_cone_distances_in_a_geometry_file_are_refused() {
    let text = |axis: f64, detector: f64| {
        format!(
            "source_to_axis_mm = {axis:?}\nsource_to_detector_mm = {detector:?}\n\
             detector_pixel_mm = 1.0\n"
        )
    };
    let cases = [
        (-60.0, 240.0, "a file with source_to_axis_mm = -60"),
        (60.0, 60.0, "a file with source_to_detector_mm = 60"),
        (60.0, 6e7, "up to a kilometre"),
        (0.2, 240.0, "magnifies 1200 times"),
    ];
    for (axis, detector, word) in cases {
        assert_says(&with_geometry(&text(axis, detector)), &[word, "acquire.geometry", "expected"]);
    }
}

#[test]
fn bad_cone_without_a_distance_or_a_pixel_is_refused() {
    let made = with_geometry("source_to_axis_mm = 60.0\ndetector_pixel_mm = 1.0\n");
    assert_says(&made, &["`reconstruct.cone.source_to_detector_mm` is nothing"]);
    let made = with_geometry("source_to_axis_mm = 60.0\nsource_to_detector_mm = 240.0\n");
    assert_says(&made, &["`reconstruct.cone.detector_pixel_mm` is nothing", "acquire.pixel_mm"]);
    let mut made = PLAIN.tiff();
    made.recipe.acquire.geometry = None;
    made.recipe.reconstruct.cone.beam = Beam::Cone;
    assert_says(&made, &["`reconstruct.cone.source_to_axis_mm` is nothing", "acquire.geometry"]);
}

#[test]
fn bad_cone_pixels_that_contradict_each_other_are_refused() {
    let mut made = PLAIN.tiff();
    // The pixel on the detector, told as if it were that in the plane of the sample.
    made.recipe.acquire.pixel_mm = Some(1.0);
    assert_says(&made, &["`acquire.pixel_mm` is 1 mm", "expected 0.250000 mm"]);
}

#[test]
fn bad_cone_geometry_files_are_refused_with_their_place() {
    let text = PLAIN.geometry_text();
    let cases = [
        (text.replace("rows = 40", "rows = 80"), "a geometry for frames of 80 rows"),
        (text.replace("source_to_axis_mm", "source_to_axle_mm"), "source_to_axle_mm"),
        ("beam = \"cone\"\n".into(), "a file without a geometry"),
        ("beam = \"fan\"\n".into(), "fan"),
    ];
    for (text, word) in cases {
        assert_says(&with_geometry(&text), &["`acquire.geometry`", word, "geometry.toml"]);
    }
    let mut made = PLAIN.tiff();
    made.recipe.acquire.geometry = Some("nowhere.toml".into());
    assert_says(&made, &["acquire.geometry", "nowhere.toml"]);
}

#[test]
fn bad_cone_view_tables_are_refused_with_their_line() {
    let cases = [
        ("0 -60 0 0 180 0 1 0 0 0 0 1\n", "expected 120 views, one for each"),
        ("0 -60 0 0 180 0 1 0 0 0 0\n", "line 1: 11 columns, 11 of them numbers"),
        ("0 -60 0 0 180 0 1 0 0 0 0 one\n", "line 1: 12 columns, 11 of them numbers"),
        ("source_x source_y\n", "no column `source_z`"),
        ("0 -60 0 0 180 0 1 0 0 0 0 inf\n", "view 0: inf"),
    ];
    for (text, word) in cases {
        let mut made = PLAIN.tiff();
        std::fs::write(made.folder.path().join("views.csv"), text).unwrap();
        made.recipe.acquire.geometry = Some("views.csv".into());
        assert_says(&made, &[word, "views.csv"]);
    }
}

#[test]
fn bad_cone_whose_source_stands_in_the_volume_or_whose_axis_is_beside_the_detector_is_refused() {
    let mut made = PLAIN.tiff();
    made.recipe.acquire.geometry = None;
    let cone = &mut made.recipe.reconstruct.cone;
    (cone.source_to_axis_mm, cone.source_to_detector_mm) = (Some(1.5), Some(240.0));
    cone.detector_pixel_mm = Some(40.0);
    assert_says(&made, &["expected a source outside it", "reconstruct.cone.source_to_axis_mm"]);
    let mut made = PLAIN.tiff();
    made.recipe.reconstruct.centre_px = Some(75.0);
    assert_says(&made, &["the rotation axis is at detector column 75", "reconstruct.centre_px"]);
}

#[test]
fn bad_cone_turns_and_places_of_a_geometry_file_name_key_and_file() {
    let text = PLAIN.geometry_text();
    let cases = [
        ("roll_deg = nan", "roll_deg = NaN"),
        ("pitch_deg = inf", "pitch_deg = inf"),
        ("yaw_deg = 80.0", "between -45 and 45 degrees"),
        ("centre_px = nan", "centre_px = NaN"),
        ("centre_row_px = nan", "centre_row_px = NaN"),
        ("centre_row_px = 1e5", "a row of the detector"),
    ];
    for (line, word) in cases {
        let key = line.split(' ').next().unwrap();
        let others = text.lines().filter(|told| !told.starts_with(key));
        let spoilt = format!("{}\n{line}\n", others.collect::<Vec<_>>().join("\n"));
        let mut made = with_geometry(&spoilt);
        made.recipe.reconstruct.cone.centre_row_px = None;
        assert_says(&made, &["`acquire.geometry`", word, "geometry.toml"]);
    }
    let mut made = PLAIN.tiff();
    made.recipe.reconstruct.cone.centre_row_px = Some(1e5);
    assert_says(&made, &["`reconstruct.cone.centre_row_px` is 100000", "a row of the detector"]);
}

#[test]
fn bad_cone_views_say_what_is_wrong_with_them_and_in_which_file() {
    let good = "0 -60 0 -40 180 -20 1 0 0 0 0 1\n";
    for (bad, word) in [
        ("0 0 0 -40 180 -20 1 0 0 0 0 1\n", "its source on the axis"),
        ("0 -60 0 -40 -180 -20 1 0 0 0 0 1\n", "does not face its source"),
        ("0 -60 0 -40 180 -20 0 1 0 0 0 1\n", "does not face its source"),
    ] {
        let mut made = PLAIN.tiff();
        let text = good.repeat(7) + bad + &good.repeat(112);
        std::fs::write(made.folder.path().join("views.csv"), text).unwrap();
        made.recipe.acquire.geometry = Some("views.csv".into());
        assert_says(&made, &["`acquire.geometry`", "view 7", word, "views.csv"]);
        assert!(!made.refusal().contains("ConeView"), "{}", made.refusal());
    }
}

#[test]
fn bad_cone_with_an_offset_detector_needs_a_whole_turn() {
    let made = Cone { axis_off: 17.0, arc_deg: 235.0, ..PLAIN }.tiff();
    assert_says(&made, &["reaches", "less than a whole turn", "over 360 degrees"]);
}
