//! Volumes that other programs wrote (tifffile, SimpleITK, zarr-python), read by ours.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::{Path, PathBuf};
use std::process::Command;

use voltomo_pipeline::{VolumeInput, VolumeRequest};
use voltomo_types::Probe;

/// What every script begins with: a volume of 4 × 5 × 6 whose numbers tell their place.
const PRELUDE: &str = r"
import sys, json, pathlib
import numpy as np
folder = pathlib.Path(sys.argv[1])
volume = np.add.outer(np.add.outer(100 * np.arange(4), 10 * np.arange(5)), np.arange(6))
";

fn written(script: &str) -> tempfile::TempDir {
    let python = std::env::var_os("VOLTOMO_PYTHON")
        .expect("VOLTOMO_PYTHON names no interpreter; `cargo xtask test` sets it up");
    let folder = tempfile::tempdir().unwrap();
    let script = format!("{PRELUDE}{script}");
    let output = Command::new(python).arg("-c").arg(script).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

fn request(path: PathBuf, voxel_mm: Option<[f64; 3]>) -> VolumeRequest {
    VolumeRequest { path, voxel_mm, probe: Probe::Xray, is_attenuation: None }
}

/// Reads the volume and holds each voxel to the number that tells its place.
fn holds(path: &Path, voxel_mm: Option<[f64; 3]>, expected: [f64; 3]) {
    let input = VolumeInput::open(&request(path.into(), voxel_mm)).unwrap();
    let grid = *input.grid();
    let volume = input.read().unwrap();
    assert!(!input.is_attenuation, "nobody said that the numbers are attenuations");
    assert!((grid.voxel - expected[2]).abs() < 1e-9, "{grid:?}");
    let deep = if expected[0] > 1.5 * expected[2] { 7 } else { 4 };
    assert_eq!(grid.shape, [deep, 5, 6]);
    for ((z, y, x), found) in volume.attenuation.indexed_iter() {
        let slice = z as f64 * expected[2] / expected[0];
        let wanted = 100.0 * slice + (10 * y + x) as f64;
        assert!((f64::from(*found) - wanted).abs() < 1e-3, "{z} {y} {x}: {found}, wanted {wanted}");
    }
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn a_stack_of_imagej_with_thicker_slices_becomes_cubes() {
    let folder = written(
        r"
import tifffile
tifffile.imwrite(folder / 'stack.tif', volume.astype(np.uint16), imagej=True,
    resolution=(20, 20), metadata={'unit': 'mm', 'spacing': 0.1, 'axes': 'ZYX'})
",
    );
    holds(&folder.path().join("stack.tif"), None, [0.1, 0.05, 0.05]);
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn a_folder_of_slices_needs_a_voxel_size() {
    let folder = written(
        r"
import tifffile
for k, plane in enumerate(volume):
    tifffile.imwrite(folder / f'im{k + 8:03d}.tif', plane.astype(np.float32), compression='zlib')
",
    );
    let complaint = VolumeInput::open(&request(folder.path().into(), None)).err().unwrap();
    assert!(complaint.to_string().contains("--voxel-mm"), "{complaint}");
    holds(folder.path(), Some([0.03, 0.03, 0.03]), [0.03; 3]);
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn metaimage_and_nrrd_of_simpleitk_are_read() {
    let folder = written(
        r"
import SimpleITK as sitk
image = sitk.GetImageFromArray(volume.astype(np.int16))
image.SetSpacing((0.05, 0.05, 0.1)); image.SetOrigin((1, 2, 3))
for name in ('plain.mha', 'apart.mhd', 'plain.nrrd', 'apart.nhdr'):
    sitk.WriteImage(image, str(folder / name))
for name in ('packed.mha', 'packed.nrrd'):
    sitk.WriteImage(image, str(folder / name), useCompression=True)
",
    );
    let names = ["plain.mha", "apart.mhd", "plain.nrrd", "apart.nhdr", "packed.mha", "packed.nrrd"];
    for name in names {
        let path = folder.path().join(name);
        holds(&path, None, [0.1, 0.05, 0.05]);
        let input = VolumeInput::open(&request(path, None)).unwrap();
        assert_eq!(input.grid().first, [3.0, 2.0, 1.0], "{name}");
    }
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn ome_zarr_of_either_version_is_read() {
    let folder = written(
        r"
import zarr
def write(name, version, compressor):
    group = zarr.open_group(str(folder / name), mode='w', zarr_format=version)
    kind = dict(compressors=compressor)
    array = group.create_array('0', shape=(1, 1, 4, 5, 6), chunks=(1, 1, 2, 3, 4), dtype='uint16', **kind)
    array[:] = volume[None, None]
    axes = [{'name': 't', 'type': 'time'}, {'name': 'c', 'type': 'channel'}]
    axes += [{'name': n, 'type': 'space', 'unit': 'micrometer'} for n in 'zyx']
    scale = [{'type': 'scale', 'scale': [1, 1, 100.0, 50.0, 50.0]}]
    image = {'axes': axes, 'datasets': [{'path': '0', 'coordinateTransformations': scale}]}
    if version == 2:
        group.attrs['multiscales'] = [dict(image, version='0.4')]
    else:
        group.attrs['ome'] = {'version': '0.5', 'multiscales': [image]}
from numcodecs import GZip
write('old.zarr', 2, GZip())
write('new.zarr', 3, zarr.codecs.ZstdCodec())
write('blosc.zarr', 3, zarr.codecs.BloscCodec())
",
    );
    holds(&folder.path().join("old.zarr"), None, [0.1, 0.05, 0.05]);
    holds(&folder.path().join("new.zarr"), None, [0.1, 0.05, 0.05]);
    let blosc = VolumeInput::open(&request(folder.path().join("blosc.zarr"), None)).err().unwrap();
    assert!(blosc.to_string().contains("gzip, zstd or no compression"), "{blosc}");
}
