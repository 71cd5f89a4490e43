//! A recipe is completed, commented and read back. Touches no data.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may stop")]

use std::path::Path;

use voltomo_pipeline::{Override, Recipe, json_schema};

fn told(typed: &[&str]) -> Vec<Override> {
    typed.iter().map(|typed| Override::parse(typed).unwrap()).collect()
}

#[test]
fn texts_need_no_quotes_on_the_command_line() {
    let told = told(&["acquire.angles=0:360", "acquire.skip=3", "acquire.pixel_mm=0.029"]);
    let recipe = Recipe::for_scan(Path::new("a folder/it's"), &told).unwrap();
    assert_eq!(recipe.acquire.path, Path::new("a folder/it's"));
    assert_eq!(recipe.acquire.angles.as_deref(), Some("0:360"));
    assert_eq!(recipe.acquire.skip, "3");
    assert_eq!(recipe.acquire.pixel_mm, Some(0.029));
}

#[test]
fn a_scan_is_read_by_the_recipe_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let scan = folder.path();
    let text = "[acquire]\npath = \"frames\"\npixel_mm = 0.1\n[correct]\nbin = 2\n";
    std::fs::write(scan.join("recipe.toml"), text).unwrap();
    let recipe = Recipe::for_scan(scan, &told(&["acquire.pixel_mm=0.2"])).unwrap();
    assert_eq!(recipe.acquire.path, scan.join("frames"));
    assert_eq!((recipe.acquire.pixel_mm, recipe.correct.bin), (Some(0.2), 2));

    std::fs::write(scan.join("recipe.toml"), "[acquire]\npath = \".\"\n").unwrap();
    assert_eq!(Recipe::for_scan(scan, &[]).unwrap().acquire.path, scan);

    std::fs::write(scan.join("recipe.toml"), "[acquire]\npixle_mm = 0.1\n").unwrap();
    let message = Recipe::for_scan(scan, &[]).unwrap_err().to_string();
    assert!(message.contains("pixle_mm") && message.contains("recipe.toml"), "{message}");
}

#[test]
fn overrides_go_before_the_recipe_and_later_before_earlier() {
    let text = "[acquire]\npath = \"scan\"\n[correct]\nbin = 4\n";
    let told = told(&["correct.bin=2", "correct.bin=3"]);
    assert_eq!(Recipe::read(text, "r", &told).unwrap().correct.bin, 3);
}

#[test]
fn dotted_keys_and_inline_tables_are_tables_too() {
    let text = "acquire = { path = \"scan\", pixel_mm = 1 }\ncorrect.bin = 2\n";
    let recipe = Recipe::read(text, "r", &[]).unwrap();
    assert_eq!((recipe.acquire.pixel_mm, recipe.correct.bin), (Some(1.0), 2));
}

#[test]
fn a_completed_recipe_survives_json() {
    let recipe = Recipe::for_scan(Path::new("scan"), &told(&["acquire.pixel_mm=0.1"])).unwrap();
    let text = serde_json::to_string(&recipe).unwrap();
    assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), recipe);
}

#[test]
fn schema_describes_every_key() {
    let schema = json_schema();
    assert!(schema["properties"]["acquire"].is_object());
    let definitions = schema["$defs"].as_object().unwrap();
    for (name, definition) in definitions {
        let Some(keys) = definition["properties"].as_object() else { continue };
        for (key, value) in keys {
            let described = value["description"].is_string() || value["$ref"].is_string();
            assert!(described, "{name}.{key} has no description");
        }
    }
}
