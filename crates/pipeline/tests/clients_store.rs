//! Stored volumes as other people's programs read them: zarr-python, ome-zarr, tifffile,
//! SimpleITK.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::{Array3, s};
use serde_json::json;
use voltomo_pipeline::store::{
    Compression, Content, Existing, NumberType, StoreFormat, StoreSettings, VolumeMetadata, create,
};
use voltomo_types::{LengthUnit, VoxelGrid};

const SHAPE: [usize; 3] = [37, 70, 151];

fn settings(format: StoreFormat) -> StoreSettings {
    StoreSettings { format, chunk: 16, shard: 32, ..StoreSettings::default() }
}

fn integers(format: StoreFormat, numbers: NumberType) -> StoreSettings {
    StoreSettings { numbers, limits: Some([-1.0, 4.0]), ..settings(format) }
}

/// Numbers that Python makes the same bits of: sums and quotients by powers of two.
fn volume() -> Array3<f32> {
    Array3::from_shape_fn(SHAPE, |(z, y, x)| ((z * 31 + y * 7 + x * 3) % 257) as f32 / 64.0 - 0.5)
}

/// What every script begins with: `path`, `volume` and `same`.
const PRELUDE: &str = r"
import sys, json
import numpy as np
path = sys.argv[1]
z, y, x = np.meshgrid(np.arange(37), np.arange(70), np.arange(151), indexing='ij')
volume = (((z * 31 + y * 7 + x * 3) % 257) / 64 - 0.5).astype(np.float32)
first = [-0.522, -0.7105, -1.0005]
def same(found, expected, what, tolerance=0):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f'{what}: shape {found.shape}, expected {expected.shape}'
    worst = np.abs(found.astype(np.float64) - expected.astype(np.float64)).max()
    assert worst <= tolerance, f'{what}: {worst} apart, allowed {tolerance}'
";

fn store(folder: &Path, settings: &StoreSettings, provenance: serde_json::Value) -> PathBuf {
    let unit = LengthUnit::Millimetre;
    let grid = VoxelGrid { shape: SHAPE, voxel: 0.029, first: [-0.522, -0.7105, -1.0005], unit };
    let metadata =
        VolumeMetadata { name: "volume".into(), grid, content: Content::Attenuation, provenance };
    let mut store = create(folder, settings, &metadata, Existing::Refuse).unwrap();
    for start in (0..SHAPE[0]).step_by(10) {
        let z = start..(start + 10).min(SHAPE[0]);
        store.write_slab(z.clone(), volume().slice(s![z, .., ..])).unwrap();
    }
    store.finish(false).unwrap().path
}

fn provenance() -> serde_json::Value {
    json!({"program": "voltomo 0.1.0", "sample": "Zelle \"Süd\" \\ 1"})
}

/// Runs a script on a stored volume; what it raises fails the test.
fn ask(script: &str, path: &Path) {
    let python = std::env::var_os("VOLTOMO_PYTHON")
        .expect("VOLTOMO_PYTHON names no interpreter; `cargo xtask test` sets it up");
    let script = format!("{PRELUDE}{script}");
    let output = Command::new(python).arg("-c").arg(script).arg(path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {text}", path.display());
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn zarr_python_reads_every_level_bit_for_bit() {
    for compression in [Compression::None, Compression::Zstd, Compression::Gzip] {
        let folder = tempfile::tempdir().unwrap();
        let settings = StoreSettings { compression, ..settings(StoreFormat::Zarr) };
        let path = store(folder.path(), &settings, provenance());
        ask(
            r"
import zarr
group = zarr.open_group(path, mode='r')
assert sorted(group.array_keys()) == ['0', '1', '2'], list(group.array_keys())
finest = group['0']
assert finest.dtype == np.float32 and finest.chunks == (16, 16, 16), finest.info
assert finest.shards == (16, 32, 32), finest.shards
assert finest.metadata.dimension_names == ('z', 'y', 'x')
same(finest[:], volume, 'level 0')
def half(fine):
    # Means of 2 x 2 x 2; what is left over at an end is averaged as far as it goes.
    sums = np.add.reduceat(fine.astype(np.float64), range(0, fine.shape[0], 2), axis=0)
    sums = np.add.reduceat(sums, range(0, fine.shape[1], 2), axis=1)
    sums = np.add.reduceat(sums, range(0, fine.shape[2], 2), axis=2)
    count = np.add.reduceat(np.ones(fine.shape), range(0, fine.shape[0], 2), axis=0)
    count = np.add.reduceat(count, range(0, fine.shape[1], 2), axis=1)
    count = np.add.reduceat(count, range(0, fine.shape[2], 2), axis=2)
    return (sums / count).astype(np.float32)
level = volume
for name in ['1', '2']:
    level = half(level)
    same(group[name][:], level, 'level ' + name, 5e-7)
record = group.attrs['voltomo']
assert record['attenuation_unit'] == '1/cm', record
assert record['provenance']['sample'] == 'Zelle \u0022S\u00fcd\u0022 \\ 1', record
",
            &path,
        );
    }
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn ome_zarr_finds_scale_place_and_unit_of_every_level() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &settings(StoreFormat::Zarr), provenance());
    ask(
        r"
import zarr
from ome_zarr.io import parse_url
from ome_zarr.reader import Reader
from ome_zarr_models import open_ome_zarr
image = next(iter(Reader(parse_url(path))()))
assert [level.shape for level in image.data] == [(37, 70, 151), (19, 35, 76), (10, 18, 38)]
same(np.asarray(image.data[0]), volume, 'ome-zarr level 0')
model = open_ome_zarr(zarr.open_group(path, mode='r'))
scales = model.attributes.ome.multiscales[0]
assert model.attributes.ome.version == '0.5'
assert [axis.name for axis in scales.axes] == ['z', 'y', 'x']
assert {axis.unit for axis in scales.axes} == {'millimeter'}, scales.axes
for index, dataset in enumerate(scales.datasets):
    scale, translation = dataset.coordinateTransformations
    factor = 2 ** index
    same(scale.scale, [0.029 * factor] * 3, 'scale', 1e-12)
    moved = [at + (factor - 1) / 2 * 0.029 for at in first]
    same(translation.translation, moved, 'translation', 1e-12)
",
        &path,
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn zarr_python_reads_integers_with_their_limits() {
    for (numbers, largest) in [(NumberType::U16, 65535), (NumberType::U8, 255)] {
        let folder = tempfile::tempdir().unwrap();
        let path = store(folder.path(), &integers(StoreFormat::Zarr, numbers), provenance());
        ask(
            &format!(
                r"
import zarr
group = zarr.open_group(path, mode='r')
record = group.attrs['voltomo']
same(record['slope'], 5 / {largest}, 'slope', 1e-12)
back = group['0'][:] * record['slope'] + record['intercept']
same(back, volume, 'attenuation', record['slope'] * 0.5001)
coarse = group['1'][:] * record['slope'] + record['intercept']
same(coarse[:18, :35, :75], volume[:36, :70, :150].reshape(18, 2, 35, 2, 75, 2).mean(axis=(1, 3, 5)),
     'coarser', record['slope'] * 1.01)
"
            ),
            &path,
        );
    }
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn tifffile_reads_the_stack_with_imagejs_voxel_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &settings(StoreFormat::Tiff), provenance());
    ask(
        r"
import glob, tifffile
names = sorted(glob.glob(path + '/*.tif'))
assert len(names) == 37 and names[0].endswith('slice_0000.tif'), names
same(tifffile.imread(names), volume, 'stack')
with tifffile.TiffFile(names[0]) as tif:
    assert tif.is_imagej, 'no ImageJ file'
    notes = tif.imagej_metadata
    assert notes['unit'] == 'mm' and abs(notes['spacing'] - 0.029) < 1e-12, notes
    above, below = tif.pages[0].tags['XResolution'].value
    same(below / above, 0.029, 'pixel size', 1e-10)
    assert tif.pages[0].tags['ResolutionUnit'].value == 1
    line = [line for line in tif.pages[0].description.splitlines() if line.startswith('provenance=')]
    told = json.loads(line[0][len('provenance='):])
    assert told['sample'] == 'Zelle \u0022S\u00fcd\u0022 \\ 1', told
",
        &path,
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn tifffile_reads_integers_with_imagejs_calibration() {
    for numbers in [NumberType::U16, NumberType::U8] {
        let folder = tempfile::tempdir().unwrap();
        let path = store(folder.path(), &integers(StoreFormat::Tiff, numbers), provenance());
        ask(
            r"
import glob, tifffile
names = sorted(glob.glob(path + '/*.tif'))
with tifffile.TiffFile(names[5]) as tif:
    notes = tif.imagej_metadata
    assert notes['cf'] == 0 and notes['vunit'] == '1/cm', notes
    back = tif.asarray() * notes['c1'] + notes['c0']
    same(back, volume[5], 'attenuation', notes['c1'] * 0.5001)
",
            &path,
        );
    }
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn simple_itk_reads_metaimage_and_nrrd_in_place() {
    // A long recipe and its hashes: headers have to carry them.
    let long = json!({"program": "voltomo 0.1.0", "recipe": "x".repeat(20_000)});
    for format in [StoreFormat::Mha, StoreFormat::Nrrd] {
        for provenance in [provenance(), long.clone()] {
            let folder = tempfile::tempdir().unwrap();
            let path = store(folder.path(), &settings(format), provenance);
            ask(
                r"
import SimpleITK as sitk
image = sitk.ReadImage(path)
assert image.GetPixelIDTypeAsString() == '32-bit float'
same(image.GetSize(), [151, 70, 37], 'size x, y, z')
same(image.GetSpacing(), [0.029] * 3, 'spacing', 1e-12)
same(image.GetOrigin(), first[::-1], 'origin x, y, z', 1e-12)
same(image.GetDirection(), np.eye(3).ravel(), 'direction', 1e-12)
same(sitk.GetArrayFromImage(image), volume, 'values')
keys = {key.lower(): key for key in image.GetMetaDataKeys()}
assert 'voltomo' in keys, keys
record = json.loads(image.GetMetaData(keys['voltomo']))
assert record['attenuation_unit'] == '1/cm', record
assert record['provenance']['program'] == 'voltomo 0.1.0', record
",
                &path,
            );
        }
    }
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn simple_itk_reads_nifti_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &settings(StoreFormat::Nifti), provenance());
    ask(
        r"
import SimpleITK as sitk
image = sitk.ReadImage(path)
same(image.GetSize(), [151, 70, 37], 'size x, y, z')
same(image.GetSpacing(), [0.029] * 3, 'spacing', 1e-8)
same(image.GetOrigin(), first[::-1], 'origin x, y, z', 1e-6)
same(image.GetDirection(), np.eye(3).ravel(), 'direction', 1e-9)
same(sitk.GetArrayFromImage(image), volume, 'values')
",
        &path,
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn simple_itk_reads_a_metaimage_of_a_run_with_very_many_files() {
    let folder = tempfile::tempdir().unwrap();
    let hashes = json!({"program": "voltomo 0.1.0", "hashes": "x".repeat(70_000)});
    let path = store(folder.path(), &settings(StoreFormat::Mha), hashes);
    ask(
        r"
import SimpleITK as sitk
same(sitk.GetArrayFromImage(sitk.ReadImage(path)), volume, 'values')
",
        &path,
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn simple_itk_reads_integers() {
    for format in [StoreFormat::Mha, StoreFormat::Nrrd, StoreFormat::Nifti] {
        for (numbers, largest) in [(NumberType::U16, 65535), (NumberType::U8, 255)] {
            let folder = tempfile::tempdir().unwrap();
            let path = store(folder.path(), &integers(format, numbers), provenance());
            let script = format!(
                "
import SimpleITK as sitk
numbers = sitk.GetArrayFromImage(sitk.ReadImage(path))
if path.endswith('.nii'):  # ITK scales these itself
    same(numbers, volume, 'attenuation', 5 / {largest} * 0.5001)
    raise SystemExit
assert numbers.dtype.itemsize * 8 == {bits}, numbers.dtype
same(numbers * (5 / {largest}) - 1, volume, 'attenuation', 5 / {largest} * 0.5001)
",
                bits = numbers.bytes() * 8
            );
            ask(&script, &path);
        }
    }
}
