//! Simulations so small that a test has time for them. Tests nothing.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use voltomo_acquire::simulate::instrument::Profile;
use voltomo_pipeline::SimulateOptions;

/// TITAN with 48 × 40 pixels of 0.504 mm and six views.
pub(crate) fn titan() -> Profile {
    let mut profile = Profile::titan();
    profile.detector.bin = 12;
    profile.detector.region = [576, 480];
    profile.rays.per_pixel = [1, 2];
    profile.rays.pinhole = [1, 1];
    few_frames(profile)
}

fn few_frames(mut profile: Profile) -> Profile {
    profile.frames.views = 6;
    (profile.frames.open_before, profile.frames.open_after, profile.frames.darks) = (2, 2, 2);
    profile.preset.clear();
    profile
}

/// The scan of a coin cell in the small TITAN; it has no roll, and is quick.
pub(crate) fn small(out: &Path) -> SimulateOptions {
    asked("2032-k-li", &titan(), out)
}

/// The scan of a coin cell in an IMAX with 48 × 40 pixels.
pub(crate) fn imax(out: &Path) -> SimulateOptions {
    let mut profile = Profile::imax();
    profile.detector.bin = 44;
    profile.detector.region = [48 * 44, 40 * 44];
    profile.rays.per_pixel = [1, 2];
    asked("2032-k-li", &few_frames(profile), out)
}

/// The scan of a cell in an instrument of which a file is written beside the scan.
pub(crate) fn asked(cell: &str, profile: &Profile, out: &Path) -> SimulateOptions {
    let folder = out.parent().unwrap().join("instruments");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{}.toml", profile.name));
    std::fs::write(&path, toml::to_string(profile).unwrap()).unwrap();
    let demo = SimulateOptions::demo(cell, &path.display().to_string(), out.into());
    SimulateOptions { preset: None, ..demo }
}

/// Every file below a folder, by its path in it, with its bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(
                    path.strip_prefix(folder).unwrap().into(),
                    std::fs::read(&path).unwrap(),
                );
            }
        }
    }
    found
}
