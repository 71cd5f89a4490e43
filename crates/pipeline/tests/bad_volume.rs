//! Volumes that cannot be inspected, each with what is wrong and what mends it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::fs;
use std::path::Path;

use voltomo_pipeline::{VolumeInput, VolumeRequest};
use voltomo_types::Probe;

fn complaint(path: &Path, voxel_mm: Option<[f64; 3]>) -> String {
    let probe = Probe::Xray;
    let request = VolumeRequest { path: path.into(), voxel_mm, probe, is_attenuation: None };
    VolumeInput::open(&request).err().unwrap().to_string()
}

fn metaimage(folder: &Path, header: &str, bytes: usize) -> std::path::PathBuf {
    let path = folder.join("volume.mha");
    let mut text = format!("ObjectType = Image\nNDims = 3\n{header}ElementDataFile = LOCAL\n");
    text.push_str(&"\0".repeat(bytes));
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_path_with_nothing_there() {
    let found = complaint(Path::new("/nowhere/volume.mha"), None);
    assert!(found.contains("/nowhere/volume.mha"), "{found}");
}

#[test]
fn a_header_that_promises_more_than_the_file_holds() {
    let folder = tempfile::tempdir().unwrap();
    let header = "DimSize = 4 5 6\nElementSpacing = 1 1 1\nElementType = MET_FLOAT\n";
    let found = complaint(&metaimage(folder.path(), header, 100), None);
    assert!(found.contains("truncated: 100 bytes of numbers, expected 480"), "{found}");
}

#[test]
fn a_header_whose_size_overflows() {
    let folder = tempfile::tempdir().unwrap();
    let header = "DimSize = 9999999999 9999999999 9999999999\nElementType = MET_FLOAT\n";
    let found = complaint(&metaimage(folder.path(), header, 100), None);
    assert!(found.contains("voxels [z, y, x]"), "{found}");
}

#[test]
fn a_volume_without_a_voxel_size() {
    let folder = tempfile::tempdir().unwrap();
    let header = "DimSize = 2 2 2\nElementType = MET_UCHAR\n";
    let path = metaimage(folder.path(), header, 8);
    assert!(complaint(&path, None).contains("give `--voxel-mm`"));
    assert!(complaint(&path, Some([0.1, -0.1, 0.1])).contains("lengths above zero"));
    assert!(complaint(&path, Some([0.1, 0.2, 0.1])).contains("square ones"));
}

#[test]
fn a_spacing_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    for spacing in ["0 0 0", "0.1 0.1 -0.1", "1e300 1e300 1e300", "1e-300 1e-300 1e-300"] {
        let header =
            format!("DimSize = 2 2 2\nElementSpacing = {spacing}\nElementType = MET_UCHAR\n");
        let found = complaint(&metaimage(folder.path(), &header, 8), None);
        assert!(found.contains("its files say [") && found.contains("`--voxel-mm`"), "{found}");
    }
    // Slices nearly on each other would be drawn out to more voxels than any memory holds.
    let header =
        "DimSize = 2000 2000 2\nElementSpacing = 1000 1000 1e-6\nElementType = MET_UCHAR\n";
    let found = complaint(&metaimage(folder.path(), header, 8_000_000), None);
    assert!(found.contains("no memory"), "{found}");
}

#[test]
fn a_folder_of_slices_with_gaps() {
    let folder = tempfile::tempdir().unwrap();
    for k in [1, 2, 4] {
        fs::write(folder.path().join(format!("slice_{k:04}.tif")), "").unwrap();
    }
    let found = complaint(folder.path(), Some([0.1; 3]));
    let gap = "3 (between slice_0002.tif and slice_0004.tif)";
    assert!(found.contains(gap) && found.contains("evenly numbered"), "{found}");
}

#[test]
fn a_text_is_no_volume() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "nothing to see").unwrap();
    let found = complaint(&path, Some([0.1; 3]));
    assert!(found.contains("not an image") && found.contains("expected TIFF or FITS"), "{found}");
}

#[test]
fn a_zarr_folder_without_an_image() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("zarr.json"), r#"{"node_type": "group"}"#).unwrap();
    let found = complaint(folder.path(), Some([0.1; 3]));
    assert!(found.contains("multiscales"), "{found}");
}
