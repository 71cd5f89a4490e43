//! Exports as other people's programs open them: ImageJ, VTK.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::Array3;
use serde_json::json;
use voltomo_pipeline::store::{
    Content, Existing, NumberType, StoreSettings, VolumeMetadata, create,
};
use voltomo_pipeline::{ExportOptions, Silent, export};
use voltomo_types::{LengthUnit, VoxelGrid};

const SHAPE: [usize; 3] = [24, 26, 28];
const VOXEL: f64 = 0.05;

/// A ball of label 1 with 9 voxels of radius, value 1 in a volume that rises along x else.
fn is_in([z, y, x]: [usize; 3]) -> bool {
    let away = |at: usize, middle: f64| (at as f64 - middle).powi(2);
    away(z, 12.0) + away(y, 13.0) + away(x, 14.0) < 81.0
}

fn stored(folder: &Path) -> PathBuf {
    let unit = LengthUnit::Millimetre;
    let grid = VoxelGrid { shape: SHAPE, voxel: VOXEL, first: [0.0; 3], unit };
    let content = Content::Attenuation;
    let metadata = VolumeMetadata { name: "ball".into(), grid, content, provenance: json!({}) };
    let mut store = create(folder, &StoreSettings::default(), &metadata, Existing::Refuse).unwrap();
    let volume = Array3::from_shape_fn(
        SHAPE,
        |(z, y, x)| {
            if is_in([z, y, x]) { 1.0 } else { x as f32 / 64.0 }
        },
    );
    store.write_slab(0..SHAPE[0], volume.view()).unwrap();
    store.finish(false).unwrap().path
}

fn exported(volume: &Path, out: PathBuf, more: ExportOptions) -> PathBuf {
    let options = ExportOptions { volume: volume.into(), out: out.clone(), ..more };
    export(&options, &Silent::default()).unwrap();
    out
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    said
}

#[test]
#[ignore = "needs ImageJ; cargo xtask test finds it where it is installed"]
fn imagej_opens_slices_and_regions() {
    let folder = tempfile::tempdir().unwrap();
    let volume = stored(folder.path());
    let slices = exported(&volume, folder.path().join("slices"), ExportOptions::default());
    let findings = folder.path().join("findings.json");
    let finding = json!({
        "kind": "gas_bubble", "verdict": "fail", "confidence": 1.0, "shown_by": ["neutron"],
        "measures": [], "note": "", "extent_mm": [0.3, 0.2, 0.4],
        "place": {"z_mm": 1.0, "radius_mm": 9.0, "angle_deg": 0.0, "volume_mm": [0.6, 0.65, 0.7]},
    });
    std::fs::write(&findings, json!({ "findings": [finding] }).to_string()).unwrap();
    let more = ExportOptions { findings: Some(findings), ..ExportOptions::default() };
    let regions = exported(&volume, folder.path().join("findings.zip"), more);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/Opened.java");
    let imagej = std::env::var("VOLTOMO_IMAGEJ").unwrap();
    let said = output(
        Command::new("java")
            .args(["-Djava.awt.headless=true", "-cp", &imagej])
            .args([&source, &slices, &regions]),
    );
    let lines: Vec<&str> = said.lines().collect();
    let value = 5.0 / 64.0;
    let expected = [
        "slices 24".to_string(),
        "voxel 0.050000 0.050000 0.050000 mm".to_string(),
        format!("value {value:.4}"),
        "region 01 gas_bubble fail, slice 13, 11.50 10.50 6.00 6.00".to_string(),
    ];
    assert_eq!(lines, expected);
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn vtk_opens_volumes_and_surfaces() {
    let folder = tempfile::tempdir().unwrap();
    let volume = stored(folder.path());
    let at = |name: &str| folder.path().join(name);
    for name in ["ball.mha", "ball.nii", "ball.nrrd"] {
        exported(&volume, at(name), ExportOptions::default());
    }
    let more = || ExportOptions { above: Some(0.7), ..ExportOptions::default() };
    for name in ["ball.stl", "ball.ply", "ball.obj"] {
        exported(&volume, at(name), more());
    }
    let script = r"
import sys, vtk, math
at = sys.argv[1] + '/ball'
for reader, ending in ((vtk.vtkMetaImageReader(), '.mha'), (vtk.vtkNIFTIImageReader(), '.nii'),
                       (vtk.vtkNrrdReader(), '.nrrd')):
    reader.SetFileName(at + ending); reader.Update()
    image = reader.GetOutput()
    assert image.GetDimensions() == (28, 26, 24), (ending, image.GetDimensions())
    assert all(abs(it - 0.05) < 1e-6 for it in image.GetSpacing()), (ending, image.GetSpacing())
    value = image.GetScalarComponentAsDouble(5, 7, 2, 0)
    assert abs(value - 5 / 64) < 1e-6, (ending, value)
# Of a ball of 9 voxels the smooth surface may lie a fifth of a voxel further in: 3 * 0.2 / 9.
wanted, play = 4 / 3 * math.pi * 0.45 ** 3, 0.067
for reader, ending in ((vtk.vtkSTLReader(), '.stl'), (vtk.vtkPLYReader(), '.ply'),
                       (vtk.vtkOBJReader(), '.obj')):
    reader.SetFileName(at + ending); reader.Update()
    mass = vtk.vtkMassProperties(); mass.SetInputData(reader.GetOutput())
    assert abs(mass.GetVolume() / wanted - 1) < play, (ending, mass.GetVolume(), wanted)
    edges = vtk.vtkFeatureEdges(); edges.SetInputData(reader.GetOutput())
    edges.BoundaryEdgesOn(); edges.FeatureEdgesOff(); edges.ManifoldEdgesOff()
    edges.NonManifoldEdgesOff(); edges.Update()
    assert edges.GetOutput().GetNumberOfCells() == 0, ending
    x0, x1, y0, y1, z0, z1 = reader.GetOutput().GetBounds()
    assert abs((x0 + x1) / 2 - 0.7) < 0.03 and abs((z0 + z1) / 2 - 0.6) < 0.03, ending
";
    let python = std::env::var("VOLTOMO_PYTHON").unwrap();
    output(Command::new(python).args(["-c", script]).arg(folder.path()));
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn integers_keep_their_meaning_in_python() {
    let folder = tempfile::tempdir().unwrap();
    let volume = stored(folder.path());
    let more = ExportOptions {
        numbers: Some(NumberType::U8),
        limits: Some("0:1".parse().unwrap()),
        ..ExportOptions::default()
    };
    let out = exported(&volume, folder.path().join("small.nii"), more);
    let script = r"
import sys, SimpleITK as sitk
found = sitk.GetArrayFromImage(sitk.ReadImage(sys.argv[1]))
assert found.shape == (24, 26, 28) and abs(found[2, 7, 5] - 5 / 64) < 0.003, found[2, 7, 5]
";
    let python = std::env::var("VOLTOMO_PYTHON").unwrap();
    output(Command::new(python).args(["-c", script]).arg(out));
}
