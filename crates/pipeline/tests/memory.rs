//! The plan of a large scan keeps to the memory allowed, before a radiograph is read.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use voltomo_pipeline::{Bytes, Plan, Recipe, RunError, plan_only};
use voltomo_reconstruct::Method;

const SIDE: u32 = 2048;
const ANGLES: usize = 720;
const GIBIBYTE: u64 = 1 << 30;

/// A 16-bit TIFF of zeros that takes no room on the disk.
fn sparse_image(path: &Path) {
    let bytes = 2 * SIDE * SIDE;
    let tags: [(u16, u32); 8] = [
        (256, SIDE),
        (257, SIDE),
        (258, 16),
        (259, 1),
        (262, 1),
        (273, 110),
        (278, SIDE),
        (279, bytes),
    ];
    let mut file = File::create(path).unwrap();
    file.write_all(b"II*\0\x08\0\0\0\x08\0").unwrap();
    for (tag, value) in tags {
        file.write_all(&tag.to_le_bytes()).unwrap();
        file.write_all(&[4, 0, 1, 0, 0, 0]).unwrap();
        file.write_all(&value.to_le_bytes()).unwrap();
    }
    file.set_len(110 + u64::from(bytes)).unwrap();
}

/// A scan of 2048 × 2048 × 720 16-bit counts, planned with so much memory.
fn planned(settings: impl Fn(&mut Recipe), memory: u64) -> Result<Plan, RunError> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    sparse_image(&at("one.tif"));
    for (name, count) in [("radiographs", ANGLES), ("flats", 10), ("darks", 10)] {
        fs::create_dir(at(name)).unwrap();
        for index in 0..count {
            fs::hard_link(at("one.tif"), at(&format!("{name}/{index:04}.tif"))).unwrap();
        }
    }
    let mut recipe = Recipe::default();
    recipe.acquire.path = folder.path().into();
    recipe.acquire.radiographs = Some("radiographs".into());
    recipe.acquire.flats = Some("flats".into());
    recipe.acquire.darks = Some("darks".into());
    recipe.acquire.angles = Some("0:180".into());
    settings(&mut recipe);
    plan_only(&recipe, folder.path(), Some(Bytes(memory)))
}

/// The slabs cover all slices once, in order.
fn is_gapless(plan: &Plan) -> bool {
    let mut ends = plan.slabs.iter().scan(0, |next, slab| {
        let follows = slab.start == *next;
        *next = slab.end;
        Some(follows)
    });
    ends.all(|follows| follows)
        && plan.slabs.last().map(|slab| slab.end) == Some(plan.grid.shape[0])
}

#[test]
fn a_volume_of_2048_cubed_is_planned_within_6_gibibytes() {
    let plan = planned(|_| {}, 6 * GIBIBYTE).unwrap();
    assert_eq!(plan.grid.shape, [2048; 3]);
    assert!(plan.peak_memory <= Bytes(6 * GIBIBYTE), "{}", plan.peak_memory);
    assert!(is_gapless(&plan), "{:?}", plan.slabs);
    // The volume alone is 32 GiB; a plan that left half of the memory unused would be slow.
    assert!(plan.peak_memory >= Bytes(3 * GIBIBYTE), "{}", plan.peak_memory);
    assert!(plan.disk >= Bytes(32 * GIBIBYTE), "{}", plan.disk);
}

#[test]
fn less_memory_gives_thinner_slabs_and_never_more_than_is_allowed() {
    let mut thinnest = usize::MAX;
    for memory in [8 * GIBIBYTE, 4 * GIBIBYTE, 2 * GIBIBYTE, GIBIBYTE] {
        let plan = planned(|_| {}, memory).unwrap();
        assert!(plan.peak_memory <= Bytes(memory), "{} of {memory}", plan.peak_memory);
        assert!(plan.slab_slices < thinnest, "{} slices in {memory}", plan.slab_slices);
        assert!(is_gapless(&plan), "{:?}", plan.slabs);
        thinnest = plan.slab_slices;
    }
}

#[test]
fn a_part_of_64_rows_is_planned_as_such() {
    let rows = |recipe: &mut Recipe| {
        recipe.reconstruct.rows = Some("992:1056".into());
        recipe.reconstruct.centre_px = Some(1023.5);
        recipe.reconstruct.tilt_deg = Some(0.0);
    };
    let plan = planned(rows, 6 * GIBIBYTE).unwrap();
    assert_eq!((plan.grid.shape, plan.slabs.len()), ([64, 2048, 2048], 1));
    assert!(plan.peak_memory < Bytes(2 * GIBIBYTE), "{}", plan.peak_memory);
}

#[test]
fn a_budget_too_small_for_one_slice_says_how_much_one_takes() {
    let message = planned(|_| {}, GIBIBYTE / 8).unwrap_err().to_string();
    assert!(message.contains("a slab of one slice takes"), "{message}");
    assert!(message.contains("--memory") && message.contains("correct.bin"), "{message}");
    assert!(!message.contains("reconstruct.rows"), "{message}");
}

#[test]
fn a_budget_too_small_for_a_method_that_takes_all_slices_says_so_and_names_the_rows() {
    let whole = |recipe: &mut Recipe| recipe.reconstruct.method = Method::FistaTv;
    let message = planned(whole, 2 * GIBIBYTE).unwrap_err().to_string();
    let words = ["fista_tv solves all 2048 slices at once", "`reconstruct.rows`", "--memory"];
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
}

#[test]
fn a_budget_too_small_for_the_shards_names_them() {
    let large = |recipe: &mut Recipe| {
        (recipe.store.chunk, recipe.store.shard) = (128, 2048);
        (recipe.reconstruct.rows, recipe.correct.bin) = (Some("0:128".into()), 1);
    };
    let message = planned(large, GIBIBYTE).unwrap_err().to_string();
    assert!(message.contains("`store.shard`") && message.contains("writing a slab"), "{message}");
}
