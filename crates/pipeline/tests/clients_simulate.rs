//! Simulated scans as other people's programs read them: tifffile, astropy, h5py, zarr-python.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::path::Path;
use std::process::Command;

use small_scan::{imax, small};
use voltomo_acquire::{AcquireSettings, open};
use voltomo_pipeline::{ScanFormat, Silent, SimulateOptions, simulate};

/// What every script begins with: the counts as our reader has them, in the order of the files.
const PRELUDE: &str = r"
import sys, json, pathlib
import numpy as np
scan = pathlib.Path(sys.argv[1])
counts = np.fromfile(sys.argv[2], dtype='<f4').reshape(6, 48, 40)
def same(found, what):
    found = np.asarray(found)
    assert found.dtype.kind == 'u' and found.dtype.itemsize == 2, f'{what}: {found.dtype}'
    assert found.shape == counts.shape, f'{what}: {found.shape}'
    assert (found.astype(np.float32) == counts).all(), what
";

/// Simulates, and runs a script on the scan; what it raises fails the test.
fn ask(options: &SimulateOptions, scan: &str, script: &str) {
    simulate(options, &Silent::default()).unwrap();
    let settings = AcquireSettings { path: scan.into(), ..Default::default() };
    let frames = open(&settings, &options.out).unwrap().radiographs;
    let shape = frames.shape();
    let mut counts = ndarray::Array3::<f32>::zeros((shape.frames, shape.rows, shape.columns));
    frames.read(0..shape.frames, 0..shape.rows, counts.view_mut()).unwrap();
    let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    let written = options.out.with_extension("f32");
    std::fs::write(&written, bytes).unwrap();
    let script = format!("{PRELUDE}{script}");
    run_python(&script, &options.out, &written);
}

fn run_python(script: &str, scan: &Path, written: &Path) {
    let python = std::env::var_os("VOLTOMO_PYTHON")
        .expect("VOLTOMO_PYTHON names no interpreter; `cargo xtask test` sets it up");
    let output =
        Command::new(python).arg("-c").arg(script).arg(scan).arg(written).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {text}", scan.display());
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn tifffile_reads_the_frames_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let options = SimulateOptions { truth: false, ..small(&folder.path().join("scan")) };
    ask(
        &options,
        "radiographs",
        r"
import tifffile
names = sorted((scan / 'radiographs').iterdir())
assert names[0].name == 'radiograph_0000.tif' and len(names) == 6, names
same(np.stack([tifffile.imread(name) for name in names]), 'TIFF')
with tifffile.TiffFile(names[0]) as file:
    assert file.imagej_metadata['unit'] == 'mm', file.imagej_metadata
    across, one = file.pages[0].tags['XResolution'].value
    assert abs(one / across - 0.504) < 1e-6, (across, one)
",
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn astropy_reads_the_frames_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let format = Some(ScanFormat::Fits);
    let options = SimulateOptions { truth: false, format, ..small(&folder.path().join("scan")) };
    ask(
        &options,
        "radiographs",
        r"
from astropy.io import fits
names = sorted((scan / 'radiographs').iterdir())
frames = []
for index, name in enumerate(names):
    with fits.open(name) as file:
        file.verify('exception')
        frames.append(np.array(file[0].data))
        assert file[0].header['IMAGETYP'] == 'radiograph', repr(file[0].header)
        assert abs(file[0].header['ANGLE'] - 60 * index) < 1e-9, repr(file[0].header)
        assert file[0].header['EXPTIME'] == 20, repr(file[0].header)
same(np.stack(frames), 'FITS')
",
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn h5py_reads_the_frames_bit_for_bit_where_nxtomo_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let options = SimulateOptions { truth: false, ..imax(&folder.path().join("scan")) };
    ask(
        &options,
        "scan.nxs",
        r"
import h5py
with h5py.File(scan / 'scan.nxs', 'r') as file:
    entry = file[file.attrs['default']]
    assert entry['definition'][0].decode() == 'NXtomo', entry['definition'][()]
    classes = {name: entry[name].attrs['NX_class'] for name in ['instrument', 'sample', 'data']}
    assert classes == {'instrument': 'NXinstrument', 'sample': 'NXsample', 'data': 'NXdata'}
    detector = entry['instrument/detector']
    key = detector['image_key'][()]
    assert key.tolist() == [2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1], key
    same(detector['data'][key == 0], 'HDF5')
    same(entry['data/data'][key == 0], 'link')
    angles = entry['sample/rotation_angle']
    assert angles.attrs['units'] == 'degree', dict(angles.attrs)
    assert np.abs(angles[key == 0] - np.arange(6) * 60).max() < 1e-9, angles[()]
    assert abs(detector['x_pixel_size'][()] - 0.064 * 44) < 1e-12
    assert abs(entry['sample/x_pixel_size'][()] - 0.064 * 44 / 4) < 1e-12
    assert detector['x_pixel_size'].attrs['units'] == 'mm'
    assert (detector['count_time'][()] == 5).all()
    assert detector['distance'][()] == 180 and entry['instrument/source/distance'][()] == -60
    assert entry['instrument/source/probe'][0].decode() == 'x-ray'
",
    );
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn zarr_python_finds_labels_and_attenuation_of_the_truth_on_one_grid() {
    let folder = tempfile::tempdir().unwrap();
    ask(
        &small(&folder.path().join("scan")),
        "radiographs",
        r"
import zarr
truth = scan / 'truth'
groups = {name: zarr.open_group(truth / f'{name}.zarr', mode='r')
          for name in ['labels', 'mu_neutron', 'mu_xray']}
labels, neutron, xray = (groups[name]['0'][:] for name in groups)
assert labels.dtype == np.uint8 and neutron.dtype == xray.dtype == np.float32
assert labels.shape == neutron.shape == xray.shape == (48, 40, 40), labels.shape
materials = json.loads((truth / 'materials.json').read_text())['materials']
assert set(np.unique(labels)) <= {0} | {it['label'] for it in materials}, np.unique(labels)
assert len(np.unique(labels)) > 3
assert neutron.max() <= max(it['mu_neutron_per_cm'] for it in materials) * (1 + 1e-6)
assert xray.max() <= max(it['mu_xray_per_cm'] for it in materials) * (1 + 1e-6)
assert (neutron[labels > 0].mean() > neutron[labels == 0].mean() + 0.3)
assert json.loads((truth / 'simulation.json').read_text())['seed'] == 1
",
    );
}
