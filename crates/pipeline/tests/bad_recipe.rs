//! Mistakes in a recipe, each with the message that a person reads. Touches no data.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may stop")]

use voltomo_pipeline::{Override, Recipe};

const PATH: &str = "[acquire]\npath = \"scan\"\n";

/// The message for a recipe text, which must name all of `words`.
fn refused(text: &str, words: &[&str]) {
    let message = Recipe::read(text, "cell.toml", &[]).unwrap_err().to_string();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

fn refused_override(typed: &str, words: &[&str]) {
    let told = Override::parse(typed).unwrap();
    let message = Recipe::read(PATH, "cell.toml", &[told]).unwrap_err().to_string();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn unknown_key_names_the_nearest_one_and_its_place() {
    let text = "[acquire]\npath = \"scan\"\npxiel_mm = 0.04\n";
    refused(text, &["`acquire.pxiel_mm`", "nearest is `pixel_mm`", "cell.toml, line 3, column 1"]);
}

#[test]
fn unknown_table_names_the_nearest_one() {
    refused(&format!("{PATH}[corect]\nbin = 2\n"), &["`corect`", "nearest is `correct`", "line 3"]);
}

#[test]
fn unknown_key_without_a_neighbour_lists_all_keys() {
    refused(&format!("{PATH}[store]\nxyzzyplugh = 1\n"), &["one of the keys `format`", "`chunk`"]);
}

#[test]
fn length_with_a_unit_is_converted_in_the_message() {
    refused(&format!("{PATH}pixel_mm = \"42 um\"\n"), &["42 um", "in mm", "`0.042`"]);
}

#[test]
fn angle_with_a_unit_is_converted_in_the_message() {
    let text = format!("{PATH}[reconstruct]\ntilt_deg = \"0.5 deg\"\n");
    refused(&text, &["0.5 deg", "in degrees", "`0.5`"]);
}

#[test]
fn text_where_a_number_is_wanted_is_refused() {
    refused(&format!("{PATH}[correct]\nbin = \"two\"\n"), &["\"two\"", "a whole number", "line 4"]);
}

#[test]
fn fraction_where_a_whole_number_is_wanted_is_refused() {
    refused(&format!("{PATH}[correct]\nbin = 1.5\n"), &["`1.5`", "a whole number"]);
}

#[test]
fn nan_is_no_number() {
    refused(&format!("{PATH}pixel_mm = nan\n"), &["`nan`", "a number"]);
}

#[test]
fn unknown_word_names_the_nearest_one() {
    let text = format!("{PATH}[reconstruct]\nwindow = \"han\"\n");
    refused(&text, &["\"han\"", "one of `ramp`", "nearest is `hann`"]);
}

#[test]
fn list_of_the_wrong_length_is_refused() {
    let text = format!("{PATH}[reconstruct]\nsearch_px = [1.0, 2.0, 3.0]\n");
    refused(&text, &["search_px", "a list of 2 values"]);
}

#[test]
fn table_where_a_value_is_wanted_is_refused() {
    refused(&format!("{PATH}[acquire.pixel_mm]\nx = 1\n"), &["`acquire.pixel_mm`", "a table"]);
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_place() {
    refused("[acquire\npath = 3", &["no TOML", "cell.toml, line 1"]);
}

#[test]
fn same_key_twice_is_refused() {
    refused(&format!("{PATH}path = \"other\"\n"), &["no TOML", "duplicate key", "line 3"]);
}

#[test]
fn missing_path_is_refused() {
    refused("", &["`acquire.path`", "found nothing"]);
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "[acquire]\npath = 5\n[correct]\nbni = 2\n[store]\nformat = \"jpeg\"\n";
    refused(text, &["3 problems", "acquire.path", "correct.bni", "store.format"]);
}

#[test]
fn contradicting_settings_are_found_before_any_data() {
    let text = format!("{PATH}[correct.dose]\nmethod = \"none\"\nregion = \"0:9,0:9\"\n");
    refused(&text, &["correct.dose", "cell.toml, line"]);
}

#[test]
fn store_limits_are_wanted_for_integers() {
    let text = format!("{PATH}[store]\nnumbers = \"u16\"\n");
    refused(&text, &["`store.limits`", "found nothing", "two attenuations"]);
}

#[test]
fn override_with_an_unknown_key_names_the_command_line() {
    let words = ["`correct.bni`", "nearest is `bin`", "command line, --set correct.bni=2"];
    refused_override("correct.bni=2", &words);
}

#[test]
fn override_of_a_whole_table_is_refused() {
    refused_override("correct=2", &["`correct`", "a table"]);
}

#[test]
fn override_below_a_plain_value_is_refused() {
    refused_override("acquire.path.x=2", &["acquire.path.x"]);
}

#[test]
fn override_without_an_equals_sign_is_refused() {
    assert!(Override::parse("correct.bin").unwrap_err().contains("expected KEY=VALUE"));
}

#[test]
fn recipe_file_that_is_not_there_is_named() {
    let error = Recipe::open(std::path::Path::new("/nowhere/cell.toml"), &[]).unwrap_err();
    assert!(error.to_string().contains("/nowhere/cell.toml"), "{error}");
}
