//! `voltomo calibrate`: the axis of a scan, and a cone beam's geometry from balls.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]
#![allow(clippy::cast_possible_truncation, reason = "line integrals are small")]

mod scans;

use std::fs::{self, File};

use scans::Bench;
use tiff::encoder::{TiffEncoder, colortype::Gray32Float};
use voltomo_types::{ConeCircle, ConeView, Millimetre, Radian};

const RECIPE: &str = "[acquire]\npath = \"scan\"\nangles = \"0:180\"\n";

/// A bench with a half turn in order, and a recipe of it.
fn half_turn() -> Bench {
    let bench = Bench::with_scan();
    fs::write(bench.path("cell.toml"), RECIPE).unwrap();
    bench
}

#[test]
fn the_axis_of_a_half_turn_is_printed_written_and_kept_from_being_overwritten() {
    let bench = half_turn();
    let said = bench.voltomo(&["calibrate", "cell.toml"]);
    for part in ["reconstruct.centre_px", "[reconstruct]", "centre_px = 15."] {
        assert!(said.output.contains(part), "{}{}", said.output, said.errors);
    }
    let text = fs::read_to_string(bench.path("calibration.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let centre = record["found"]["centre_px"].as_f64().unwrap();
    assert!((centre - 15.5).abs() < 0.2, "{centre}");
    bench.voltomo(&["calibrate", "cell.toml"]).refuses(&["a file is there already", "--force"]);
    let again =
        bench.voltomo(&["calibrate", "cell.toml", "--force", "--set", "reconstruct.centre_px=12"]);
    assert!(again.output.contains("the recipe tells 12 px, -3."), "{}", again.output);
}

#[test]
fn bad_spacing_without_balls_is_refused() {
    let words = ["calibrate", "cell.toml", "--spacing-mm", "4"];
    half_turn().voltomo(&words).refuses(&["--balls"]);
}

#[test]
fn bad_scans_without_balls_are_refused() {
    let bench = half_turn();
    let said = bench.voltomo(&["calibrate", "--balls", "cell.toml"]);
    said.refuses(&["no ball was followed through 24 views"]);
    assert!(!bench.path("calibration.json").exists());
}

fn circle() -> ConeCircle {
    ConeCircle {
        source_to_axis: Millimetre(60.0),
        source_to_detector: Millimetre(120.0),
        pixel: Millimetre(0.3),
        centre: [50.0, 81.0],
        roll: Radian(0.012),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    }
}

/// The path of the ray to a pixel through balls 4 mm apart in height, with some grain, over the
/// radius of a ball.
fn through(view: &ConeView, [row, column]: [usize; 2]) -> f32 {
    let along: [f64; 3] = std::array::from_fn(|k| {
        view.origin[k] + row as f64 * view.along_rows[k] + column as f64 * view.along_columns[k]
            - view.source[k]
    });
    let length = along.iter().map(|k| k * k).sum::<f64>().sqrt();
    let grain = 0.05 * ((row * 71 + column * 37) as f64 + 1e3 * view.angle.0).sin();
    let chord = |ball: i32| {
        let (sin, cos) = (2.1 * f64::from(ball)).sin_cos();
        let ball = [4.0 * f64::from(ball) - 4.0, 7.0 * sin, 7.0 * cos];
        let off: [f64; 3] = std::array::from_fn(|k| ball[k] - view.source[k]);
        let part = (0..3).map(|k| off[k] * along[k]).sum::<f64>() / length;
        let near = off.iter().map(|k| k * k).sum::<f64>() - part * part;
        2.0 * (0.36 - near).max(0.0).sqrt() / 0.6
    };
    ((0..3).map(chord).sum::<f64>() + grain) as f32
}

#[test]
fn balls_give_distances_centre_and_roll_with_lines_for_the_recipe() {
    let bench = Bench::empty();
    fs::create_dir(bench.path("balls")).unwrap();
    for index in 0..90_u32 {
        let view = circle().view(Radian::from_degrees(4.0 * f64::from(index)));
        let pixels: Vec<f32> =
            (0..104 * 160).map(|pixel| through(&view, [pixel / 160, pixel % 160])).collect();
        let file = File::create(bench.path(&format!("balls/{index:03}.tif"))).unwrap();
        let mut image = TiffEncoder::new(file).unwrap();
        image.write_image::<Gray32Float>(160, 104, &pixels).unwrap();
    }
    let recipe = "[acquire]\npath = \"balls\"\nkind = \"line_integrals\"\nangles = \"0:360\"\n\
                  [reconstruct.cone]\ndetector_pixel_mm = 0.3\n";
    fs::write(bench.path("balls.toml"), recipe).unwrap();
    // Neighbours are 4 mm apart in height, and on a circle of 7 mm by 2.1 radians.
    let spacing = 4f64.hypot(2.0 * 7.0 * 1.05f64.sin()).to_string();
    let said = bench.voltomo(&["calibrate", "--balls", "balls.toml", "--spacing-mm", &spacing]);
    said.succeeds();
    println!("{}", said.output);
    let text = fs::read_to_string(bench.path("calibration.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let found: ConeCircle = serde_json::from_value(record["found"]["circle"].clone()).unwrap();
    assert!((found.source_to_axis.0 - 60.0).abs() < 1.5, "{found:?}");
    assert!((found.source_to_detector.0 - 120.0).abs() < 3.0, "{found:?}");
    assert!((found.centre[1] - 81.0).abs() < 0.3 && (found.roll.0 - 0.012).abs() < 2e-3);
    for part in ["[reconstruct.cone]", "source_to_axis_mm = ", "roll_deg = ", "± "] {
        assert!(said.output.contains(part), "{}", said.output);
    }
}
