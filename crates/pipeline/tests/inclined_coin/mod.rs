//! A coin cell in X-rays, upright or inclined, simulated with all that the instrument does,
//! reconstructed by a recipe, and held to its truth. Judges nothing.
#![allow(dead_code, reason = "a test and an example take what they need")]

use std::path::Path;

use ndarray::{Array3, s};
use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_pipeline::store::{StoredVolume, read_slab};
use voltomo_pipeline::{Recipe, RunOptions, RunRecord, Silent, SimulateOptions, run, simulate};
use voltomo_types::{RotationAxis, VoxelGrid};

/// A coin with defects drawn by chance.
pub(crate) struct Coin {
    pub(crate) cell: &'static str,
    pub(crate) seed: u64,
    pub(crate) defects: usize,
}

/// IMAX with pixels `bin` times as large.
pub(crate) fn imax(bin: usize, views: usize) -> Profile {
    let mut profile = Profile::imax();
    profile.detector.bin = bin;
    profile.detector.region = [1024, 1760].map(|pixels| pixels / bin * bin);
    profile.rays.per_pixel = [4, 4];
    profile.geometry.source_axis_mm = 48.0;
    profile.geometry.aim = Aim::Middle;
    profile.frames.views = views;
    (profile.frames.open_before, profile.frames.open_after, profile.frames.darks) = (5, 5, 3);
    profile.preset.clear();
    profile
}

/// The same as the verdict on an upright scan recommends.
pub(crate) fn inclined(mut profile: Profile) -> Profile {
    profile.geometry.inclination_deg = 15.0;
    if let Some(tube) = &mut profile.tube {
        tube.kilovolts = 90.0;
        tube.filters[0].mm = 1.0;
    }
    profile
}

/// Simulates the scan into `folder/scan`; where its axis is.
pub(crate) fn simulated(folder: &Path, coin: &Coin, profile: &Profile) -> RotationAxis {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join("instrument.toml");
    std::fs::write(&path, toml::to_string(profile).unwrap()).unwrap();
    let asked = SimulateOptions::demo(coin.cell, &path.display().to_string(), folder.join("scan"));
    let (seed, random_defects) = (coin.seed, coin.defects);
    let asked = SimulateOptions { preset: None, seed, random_defects, ..asked };
    simulate(&asked, &Silent::default()).unwrap().axis
}

/// The keys that the documentation gives for such a scan.
const KEYS: &str = include_str!("../../../../docs/inclined-coin.toml");

/// The scan's recipe with its axis, and the keys of the documentation where they are wanted.
pub(crate) fn recipe(folder: &Path, axis: RotationAxis, is_documented: bool) -> Recipe {
    let text = std::fs::read_to_string(folder.join("scan/recipe.toml")).unwrap();
    let mut table: toml::Table = toml::from_str(&text).unwrap();
    if is_documented {
        join(&mut table, toml::from_str(KEYS).unwrap());
    }
    let path = folder.join("scan/asked.toml");
    std::fs::write(&path, toml::to_string(&table).unwrap()).unwrap();
    let mut recipe = Recipe::open(&path, &[]).unwrap();
    recipe.reconstruct.centre_px = Some(axis.centre);
    recipe.reconstruct.tilt_deg = Some(axis.tilt.degrees());
    recipe
}

fn join(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(value)) => join(inner, value),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// What was found, beside the truth on the same voxels.
pub(crate) struct Compared {
    pub(crate) found: Array3<f32>,
    pub(crate) truth: Array3<f32>,
    pub(crate) grid: VoxelGrid,
    pub(crate) record: RunRecord,
}

/// Runs the recipe on the scan.
pub(crate) fn compared(recipe: &Recipe, folder: &Path) -> Compared {
    let out = folder.join("out");
    let options =
        RunOptions { out: out.clone(), base: folder.join("scan"), ..RunOptions::default() };
    let record = run(recipe, &options, &Silent::default()).unwrap();
    let (found, grid) = volume(&out.join("3-reconstruct/volume.zarr"));
    let (truth, all) = volume(&folder.join("scan/truth/mu_xray.zarr"));
    let first: [usize; 3] = std::array::from_fn(|k| {
        let place = (grid.first[k] - all.first[k]) / grid.voxel;
        assert!((place - place.round()).abs() < 1e-3, "the voxels lie on each other");
        voltomo_numeric::cast::to_index(place.round())
    });
    let [z, y, x] = std::array::from_fn(|k| first[k]..first[k] + grid.shape[k]);
    let truth = truth.slice(s![z, y, x]).to_owned();
    Compared { found, truth, grid, record }
}

fn volume(path: &Path) -> (Array3<f32>, VoxelGrid) {
    let grid = *StoredVolume::open(path).unwrap().grid();
    (read_slab(path, 0..grid.shape[0]).unwrap(), grid)
}

impl Compared {
    /// Height of the outer face of the coin's floor, mm, by the truth on the axis.
    fn floor(&self) -> f64 {
        let (truth, grid) = (&self.truth, &self.grid);
        let steel = truth.iter().fold(0.0f32, |most, mu| most.max(*mu));
        let on_axis = |z: usize| truth[[z, grid.shape[1] / 2, grid.shape[2] / 2]];
        let last = (0..grid.shape[0]).rev().find(|z| on_axis(*z) > 0.01 * steel).unwrap();
        let share = f64::from(on_axis(last) / steel);
        grid.first[0] + (last as f64 - 0.5 + share) * grid.voxel
    }

    /// Relative error (rms over rms) of the interior: between floor and lid, within the gasket.
    pub(crate) fn interior_error(&self) -> f64 {
        let floor = self.floor();
        let (mut wrong, mut all) = (0.0, 0.0);
        for ((place, found), truth) in self.found.indexed_iter().zip(&self.truth) {
            let [z, y, x] = self.grid.centre_of([place.0, place.1, place.2]);
            if (0.25..2.95).contains(&(floor - z)) && y.hypot(x) < 8.5 {
                wrong += f64::from(found - truth).powi(2);
                all += f64::from(*truth).powi(2);
            }
        }
        (wrong / all).sqrt()
    }

    /// Share of all µ that was found above or below the coin.
    pub(crate) fn share_beside(&self) -> f64 {
        let (floor, margin) = (self.floor(), 2.0 * self.grid.voxel);
        let (mut beside, mut all) = (0.0, 0.0);
        for ((z, ..), found) in self.found.indexed_iter() {
            let height = floor - self.grid.centre_of([z, 0, 0])[0];
            let is_beside = !(-margin..3.2 + margin).contains(&height);
            beside += f64::from(*found) * f64::from(u8::from(is_beside));
            all += f64::from(*found);
        }
        beside / all
    }
}
