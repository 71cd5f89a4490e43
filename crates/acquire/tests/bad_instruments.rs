//! Mistakes in instruments' profiles, each with its message. Renders nothing.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may stop")]

mod traced_solids;

use traced_solids::{Solid, Solids};
use voltomo_acquire::simulate::instrument::{Aim, InstrumentError, Profile, Twin};

const TITAN: &str = include_str!("../../../instruments/titan.toml");
const IMAX: &str = include_str!("../../../instruments/imax.toml");

/// The message for a profile with one text of it replaced.
fn message(profile: &str, text: &str, by: &str) -> String {
    assert!(profile.contains(text), "{text}");
    let broken = profile.replacen(text, by, 1);
    Profile::from_toml(&broken, "mine.toml").unwrap_err().to_string()
}

fn refused(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn bad_unknown_key_is_named_with_its_line() {
    let found = message(TITAN, "pixel_mm", "pixle_mm");
    let line = 1 + TITAN[..TITAN.find("pixel_mm").unwrap()].matches('\n').count();
    refused(&found, &["pixle_mm", "pixel_mm", "mine.toml", &format!("line {line}:")]);
}

#[test]
fn bad_unknown_table_is_named() {
    refused(&message(TITAN, "[screen]", "[scintillator]"), &["scintillator", "screen"]);
}

/// Line of a text of a profile, from 1.
fn line(profile: &str, text: &str) -> String {
    format!("line {}:", 1 + profile[..profile.find(text).unwrap()].matches('\n').count())
}

#[test]
fn bad_type_says_what_is_expected_in_plain_words() {
    let found = message(TITAN, "exposure_s = 20.0", "exposure_s = \"20 s\"");
    let words = ["`frames.exposure_s`", "a string \"20 s\"", "expected a number"];
    refused(&found, &[&words[..], &[&line(TITAN, "exposure_s = 20.0")]].concat());
    assert!(!found.contains("f64") && !found.contains("invalid type"), "{found}");
    let found = message(TITAN, "region = [0, 0]", "region = 5");
    refused(&found, &["`detector.region`", "the whole number `5`", "a list of the length 2"]);
}

#[test]
fn bad_key_is_told_with_the_nearest() {
    let found = message(IMAX, "exposure_s", "exposure");
    refused(&found, &["unknown key `exposure`", "the nearest is `exposure_s`"]);
}

#[test]
fn bad_range_is_told_with_its_line() {
    let found = message(TITAN, "efficiency = 0.15", "efficiency = 15.0");
    refused(&found, &["`screen.efficiency`", &line(TITAN, "efficiency = 0.15")]);
    let found = message(TITAN, "region = [952, 576]", "region = [952, 5760]");
    refused(&found, &["preset.demo", &line(TITAN, "region = [952, 576]")]);
}

#[test]
fn bad_preset_of_an_instrument_without_presets_is_told_plainly() {
    let bare = TITAN.split("[preset.").next().unwrap();
    let profile = Profile::from_toml(bare, "mine.toml").unwrap();
    let found = profile.with_preset(Some("demo")).unwrap_err().to_string();
    refused(&found, &["no preset `demo`", "leave out --preset"]);
    assert!(!found.contains("``"), "{found}");
}

#[test]
fn bad_toml_is_refused_with_its_line() {
    refused(&message(TITAN, "[screen]", "[screen"), &["line ", "mine.toml"]);
}

#[test]
fn bad_probe_names_both_kinds() {
    refused(&message(TITAN, "\"neutron\"", "\"proton\""), &["proton", "neutron", "xray"]);
}

#[test]
fn bad_nan_is_no_number() {
    let found = message(TITAN, "axis_tilt_deg = 0.25", "axis_tilt_deg = nan");
    refused(&found, &["geometry.axis_tilt_deg", "NaN", "-30 to 30"]);
}

#[test]
fn bad_infinite_flux_is_refused() {
    let found = message(TITAN, "flux_per_cm2_s = 5e6", "flux_per_cm2_s = inf");
    refused(&found, &["neutrons.flux_per_cm2_s", "inf", "above 0"]);
}

#[test]
fn bad_negative_distance_is_refused() {
    let found = message(TITAN, "axis_screen_mm = 50.0", "axis_screen_mm = -50.0");
    refused(&found, &["geometry.axis_screen_mm", "-50", "above 0"]);
}

#[test]
fn bad_axis_behind_the_panel_is_refused() {
    let found = message(IMAX, "source_axis_mm = 60.0", "source_axis_mm = 300.0");
    refused(&found, &["geometry.source_axis_mm", "300", "240", "between source and detector"]);
}

#[test]
fn bad_detector_without_pixels_is_refused() {
    refused(&message(TITAN, "rows = 2048", "rows = 0"), &["detector.rows", "0", "from 1"]);
}

#[test]
fn bad_efficiency_above_1_is_refused() {
    let found = message(TITAN, "efficiency = 0.15", "efficiency = 15.0");
    refused(&found, &["screen.efficiency", "15", "at most 1"]);
}

#[test]
fn bad_number_of_bits_is_refused() {
    refused(&message(IMAX, "bits = 14", "bits = 0"), &["readout.bits", "from 1 to 16"]);
    refused(&message(IMAX, "bits = 14", "bits = 24"), &["readout.bits", "24"]);
    let found = message(IMAX, "bits = 14", "bits = -1");
    refused(&found, &["`readout.bits`", "-1", "a whole number of 0 or more"]);
}

#[test]
fn bad_region_beyond_the_detector_is_refused() {
    let found = message(TITAN, "region = [952, 576]", "region = [952, 5760]");
    refused(&found, &["preset.demo: detector.region", "5760 columns", "2048"]);
}

#[test]
fn bad_aim_lists_the_words() {
    let found = message(TITAN, "aim = \"middle\"", "aim = \"bottom\"");
    refused(&found, &["bottom", "middle", "top", "mm"]);
}

#[test]
fn bad_order_lists_the_words() {
    refused(&message(TITAN, "\"uniform\"", "\"random\""), &["random", "uniform", "golden"]);
}

#[test]
fn bad_missing_source_is_asked_for() {
    let tube = Profile::imax();
    let mut titan = Profile::titan();
    titan.neutrons = None;
    titan.tube = tube.tube;
    let keys: Vec<String> = titan.problems().into_iter().map(|problem| problem.key).collect();
    assert!(keys.contains(&"neutrons".to_string()), "{keys:?}");
}

#[test]
fn bad_views_and_arc_are_refused() {
    refused(&message(TITAN, "views = 720", "views = 0"), &["frames.views", "from 1"]);
    let found = message(TITAN, "arc_deg = [0.0, 360.0]", "arc_deg = [0.0, 0.0]");
    refused(&found, &["frames.arc_deg", "other than 0"]);
}

#[test]
fn bad_voltage_is_refused() {
    let found = message(IMAX, "kilovolts = 80.0", "kilovolts = 800.0");
    refused(&found, &["tube.kilovolts", "800", "30 to 90"]);
}

#[test]
fn bad_all_mistakes_are_told_at_once() {
    let broken = TITAN.replace("bits = 16", "bits = 0").replace("efficiency = 0.15", "");
    let found = Profile::from_toml(&broken, "mine.toml").unwrap_err().to_string();
    refused(&found, &["readout.bits", "screen.efficiency"]);
}

fn ball(radius: f64) -> Solids {
    Solids::opaque(&[Solid::Ball([0.0, 0.0, 20.0], radius)])
}

#[test]
fn bad_preset_lists_those_there_are() {
    let sample = ball(5.0);
    let error = Twin::new(&sample, &Profile::titan(), Some("fast"), 1).unwrap_err();
    refused(&error.to_string(), &["`fast`", "`demo`", "`full`", "TITAN"]);
}

#[test]
fn bad_instrument_name_lists_those_there_are() {
    let error = Profile::named("hubble").unwrap_err();
    refused(&error.to_string(), &["`hubble`", "`titan`", "`imax`", "TOML"]);
}

#[test]
fn bad_file_that_is_not_there_is_named() {
    let error = Profile::named("no/such.toml").unwrap_err();
    assert!(matches!(error, InstrumentError::Open { .. }));
    refused(&error.to_string(), &["cannot be opened", "no/such.toml"]);
}

#[test]
fn bad_sample_that_touches_the_screen_or_the_source_is_refused() {
    let sample = ball(70.0);
    let error = Twin::new(&sample, &Profile::titan(), None, 1).unwrap_err();
    refused(&error.to_string(), &["70.0 mm", "screen has 50.0 mm", "geometry.axis_screen_mm"]);
    let error = Twin::new(&sample, &Profile::imax(), None, 1).unwrap_err();
    refused(&error.to_string(), &["source has 60.0 mm", "geometry.source_axis_mm"]);
}

#[test]
fn bad_aim_beside_the_sample_is_refused() {
    let sample = ball(5.0);
    let mut profile = Profile::titan();
    profile.detector.region = [100, 100];
    profile.geometry.aim = Aim::Height(60.0);
    let error = Twin::new(&sample, &profile, None, 1).unwrap_err();
    refused(&error.to_string(), &["57.9 to 62.1", "15.0 to 25.0", "geometry.aim"]);
}

#[test]
fn bad_filter_material_names_the_key() {
    let mut profile = Profile::imax();
    profile.tube.as_mut().unwrap().filters[0].material = "unobtainium".into();
    let sample = ball(5.0);
    let error = Twin::new(&sample, &profile, None, 1).unwrap_err();
    refused(&error.to_string(), &["tube.filters[0].material", "unobtainium"]);
}

#[test]
fn bad_bias_beyond_what_the_bits_hold() {
    let found = message(TITAN, "bits = 16", "bits = 8");
    refused(&found, &["`readout.bias`", "300", "less than the 255 that `readout.bits` hold"]);
}

#[test]
fn bad_pixel_smaller_than_any() {
    let found = message(TITAN, "pixel_mm = 0.042", "pixel_mm = 1e-12");
    refused(&found, &["`detector.pixel_mm`", "0.001"]);
}
