//! What goes wrong with a store, one mistake a test: the message names what was found, what was
//! expected and what mends it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::fs;
use std::path::Path;

use ndarray::Array3;
use serde_json::json;
use voltomo_pipeline::store::{
    Content, Existing, NumberType, StoreFormat, StoreSettings, VolumeMetadata, VolumeStore, create,
    read_slab, reopen,
};
use voltomo_types::{LengthUnit, VoxelGrid};

fn settings() -> StoreSettings {
    StoreSettings { format: StoreFormat::Mha, ..StoreSettings::default() }
}

fn metadata() -> VolumeMetadata {
    let grid =
        VoxelGrid { shape: [4, 5, 6], voxel: 0.1, first: [0.0; 3], unit: LengthUnit::Millimetre };
    VolumeMetadata {
        name: "volume".into(),
        grid,
        content: Content::Attenuation,
        provenance: json!({"recipe": "a"}),
    }
}

fn begin(folder: &Path) -> Box<dyn VolumeStore> {
    create(folder, &settings(), &metadata(), Existing::Refuse).unwrap()
}

fn refused(folder: &Path, settings: &StoreSettings, metadata: &VolumeMetadata) -> String {
    let refused = create(folder, settings, metadata, Existing::Refuse);
    refused.err().expect("this should be refused").to_string()
}

/// Every part of the message stands in it, and the path is last.
fn says(text: &str, parts: &[&str], path: &Path) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    assert!(text.ends_with(&format!("({})", path.display())), "{text}");
}

#[test]
fn a_finished_volume_of_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = begin(folder.path());
    store.write_slab(0..4, Array3::zeros((4, 5, 6)).view()).unwrap();
    store.finish(false).unwrap();
    let text = refused(folder.path(), &settings(), &metadata());
    says(&text, &["there already", "--force", "--out"], &folder.path().join("volume.mha"));
}

#[test]
fn an_unfinished_volume_of_that_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path()));
    let text = refused(folder.path(), &settings(), &metadata());
    let path = folder.path().join("volume.partial.mha");
    says(&text, &["unfinished", "--resume", "--force"], &path);
}

#[test]
fn a_file_of_another_program_is_kept_even_with_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("volume.mha");
    fs::write(&path, "ObjectType = Image\n").unwrap();
    let error = create(folder.path(), &settings(), &metadata(), Existing::Replace).err().unwrap();
    says(&error.to_string(), &["voltomo did not write", "another `--out`"], &path);
    assert!(path.exists());
}

#[test]
fn a_folder_of_somebodys_images_is_kept_even_with_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("volume");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("slice_0000.tif"), "mine").unwrap();
    let settings = StoreSettings { format: StoreFormat::Tiff, ..settings() };
    let error = create(folder.path(), &settings, &metadata(), Existing::Replace).err().unwrap();
    says(&error.to_string(), &["voltomo did not write"], &path);
    assert!(path.join("slice_0000.tif").exists());
}

#[test]
fn an_out_that_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    fs::write(&path, "").unwrap();
    let text = refused(&path, &settings(), &metadata());
    says(&text, &["failed"], &path);
}

#[test]
fn a_slab_out_of_order() {
    let folder = tempfile::tempdir().unwrap();
    let error = begin(folder.path()).write_slab(2..4, Array3::zeros((2, 5, 6)).view());
    let path = folder.path().join("volume.partial.mha");
    says(&error.unwrap_err().to_string(), &["slices 2 to 4", "begins at slice 0"], &path);
}

#[test]
fn a_slab_written_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = begin(folder.path());
    store.write_slab(0..2, Array3::zeros((2, 5, 6)).view()).unwrap();
    let error = store.write_slab(1..3, Array3::zeros((2, 5, 6)).view()).unwrap_err();
    let path = folder.path().join("volume.partial.mha");
    says(&error.to_string(), &["slices 1 to 3", "expected", "begins at slice 2"], &path);
}

#[test]
fn a_slab_beyond_the_last_slice() {
    let folder = tempfile::tempdir().unwrap();
    let error = begin(folder.path()).write_slab(0..5, Array3::zeros((5, 5, 6)).view());
    let path = folder.path().join("volume.partial.mha");
    says(&error.unwrap_err().to_string(), &["slices 0 to 5", "ends at or before 4"], &path);
}

#[test]
fn a_slab_of_the_wrong_shape() {
    let folder = tempfile::tempdir().unwrap();
    let error = begin(folder.path()).write_slab(0..2, Array3::zeros((2, 6, 5)).view());
    let path = folder.path().join("volume.partial.mha");
    says(&error.unwrap_err().to_string(), &["[2, 6, 5]", "expected [2, 5, 6]"], &path);
}

#[test]
fn a_slab_with_nan_is_not_written_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = begin(folder.path());
    store.write_slab(0..1, Array3::ones((1, 5, 6)).view()).unwrap();
    let mut slab = Array3::ones((2, 5, 6));
    slab[[1, 2, 3]] = f32::NAN;
    slab[[1, 2, 4]] = f32::INFINITY;
    let error = store.write_slab(1..3, slab.view()).unwrap_err();
    let path = folder.path().join("volume.partial.mha");
    says(&error.to_string(), &["2 voxels", "NaN", "[2, 2, 3]", "expected finite"], &path);
    assert_eq!(store.next_slice(), 1);
    assert_eq!(read_slab(&path, 1..3).unwrap(), Array3::<f32>::zeros((2, 5, 6)));
}

#[test]
fn integers_without_limits() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings { numbers: NumberType::U16, ..settings() };
    let text = refused(folder.path(), &settings, &metadata());
    for part in ["`store.limits` is nothing", "expected two attenuations", "f32"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn limits_the_wrong_way_round() {
    let limits = Some([2.0, 0.5]);
    let settings = StoreSettings { numbers: NumberType::U8, limits, ..settings() };
    let problem = settings.problems().remove(0);
    assert_eq!((problem.key.as_str(), problem.found.as_str()), ("store.limits", "[2, 0.5]"));
    assert!(problem.expected.contains("lower one first"));
}

#[test]
fn limits_for_floating_point() {
    let settings = StoreSettings { limits: Some([0.0, 1.0]), ..settings() };
    let problem = settings.problems().remove(0);
    assert!(problem.expected.contains("needs none") && problem.expected.contains("store.numbers"));
}

#[test]
fn a_shard_that_is_no_multiple_of_the_chunk() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings { chunk: 64, shard: 100, ..StoreSettings::default() };
    let text = refused(folder.path(), &settings, &metadata());
    for part in ["`store.shard` is 100", "expected a multiple of `store.chunk` = 64"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was touched");
}

#[test]
fn a_compression_level_that_is_none() {
    let settings = StoreSettings { compression_level: 0, ..StoreSettings::default() };
    assert_eq!(settings.problems()[0].key, "store.compression_level");
}

#[test]
fn a_name_that_is_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = VolumeMetadata { name: "../volume".into(), ..metadata() };
    let text = refused(folder.path(), &settings(), &metadata);
    assert!(text.contains("`../volume`") && text.contains("expected a name"), "{text}");
}

#[test]
fn a_volume_without_slices() {
    let folder = tempfile::tempdir().unwrap();
    let mut metadata = metadata();
    metadata.grid.shape = [0, 5, 6];
    let text = refused(folder.path(), &settings(), &metadata);
    assert!(text.contains("[0, 5, 6]") && text.contains("at least one"), "{text}");
}

#[test]
fn resume_without_anything_begun() {
    let folder = tempfile::tempdir().unwrap();
    let error = reopen(folder.path(), &settings(), &metadata()).err().unwrap();
    let path = folder.path().join("volume.progress.json");
    says(&error.to_string(), &["no unfinished volume", "without `--resume`"], &path);
}

#[test]
fn resume_with_another_recipe() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path()));
    let other = VolumeMetadata { provenance: json!({"recipe": "b"}), ..metadata() };
    let error = reopen(folder.path(), &settings(), &other).err().unwrap();
    let path = folder.path().join("volume.progress.json");
    let parts = ["volume.provenance.recipe = \"a\"", "expected \"b\"", "--force"];
    says(&error.to_string(), &parts, &path);
}

#[test]
fn resume_onto_a_damaged_header() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path()));
    let path = folder.path().join("volume.partial.mha");
    fs::write(&path, "ObjectType").unwrap();
    let error = reopen(folder.path(), &settings(), &metadata()).err().unwrap();
    says(&error.to_string(), &["damaged", "--force"], &path);
}

#[test]
fn slices_that_the_volume_does_not_have() {
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path()));
    let path = folder.path().join("volume.partial.mha");
    let error = read_slab(&path, 2..9).unwrap_err();
    says(&error.to_string(), &["slices 2 to 9", "0 to 4"], &path);
}

#[test]
fn a_volume_of_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.nrrd");
    fs::write(&path, "NRRD0004\ntype: float\n\n").unwrap();
    let error = read_slab(&path, 0..1).unwrap_err();
    says(&error.to_string(), &["no record of voltomo's", "expected a volume"], &path);
}
