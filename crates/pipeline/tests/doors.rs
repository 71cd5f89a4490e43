//! What every door that reads a finished volume does with a lost chunk and with a person who stops it:
//! an error, and nothing half-written.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::Array3;
use voltomo_inspect::InspectSettings;
use voltomo_pipeline::store::{
    Content, Existing, ForeignVolume, NumberType, StoreSettings, VolumeMetadata, create, read_slab,
};
use voltomo_pipeline::{
    CompareOptions, CompareSettings, ExportOptions, InspectOptions, RegisterOptions,
    RegisterSettings, RenderOptions, RunError, SegmentOptions, SegmentSettings, ShowOptions, Shown,
    Silent, VolumeRequest, Watch, compare, export, inspect, register, render_volume, segment, show,
};
use voltomo_types::{CellKind, LengthUnit, Probe, VoxelGrid};

const SHAPE: [usize; 3] = [40, 48, 48];
/// The chunk that is lost, and the slices of which it holds a part.
const LOST: (&str, &str) = ("0/c/1/0/0", "slices 16 to 31");

fn settings() -> StoreSettings {
    StoreSettings { chunk: 16, shard: 32, ..StoreSettings::default() }
}

/// A ring about the middle of every slice, stored under `name`.
fn stored(folder: &Path, name: &str, settings: &StoreSettings, level: f32) -> PathBuf {
    let grid =
        VoxelGrid { shape: SHAPE, voxel: 0.5, first: [0.0; 3], unit: LengthUnit::Millimetre };
    let volume = Array3::from_shape_fn(SHAPE, |(_, y, x)| {
        let radius = (y as f32 - 23.5).hypot(x as f32 - 23.5);
        if (14.0..18.0).contains(&radius) { level } else { 0.0 }
    });
    let provenance = serde_json::json!({});
    let content = Content::Attenuation;
    let metadata = VolumeMetadata { name: name.into(), grid, content, provenance };
    let mut store = create(folder, settings, &metadata, Existing::Refuse).unwrap();
    store.write_slab(0..SHAPE[0], volume.view()).unwrap();
    store.finish(false).unwrap().path
}

/// Tells to stop when it was asked so many times.
struct StopsAfter {
    left: AtomicUsize,
}

impl Watch for StopsAfter {
    fn begin(&self, _step: &str, _total: usize) {}
    fn advance(&self, _done: usize) {}
    fn end(&self) {}
    fn note(&self, _text: &str) {}
    fn warn(&self, _text: &str) {}
    fn is_cancelled(&self) -> bool {
        let left = |left: usize| Some(left.saturating_sub(1));
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left) == Ok(0)
    }
}

fn request(path: &Path, probe: Probe) -> VolumeRequest {
    VolumeRequest { path: path.into(), voxel_mm: None, probe, is_attenuation: None }
}

type Door = (&'static str, Box<dyn Fn(&dyn Watch) -> Result<(), RunError>>);

fn rendering(volume: &Path, out: PathBuf, turntable: Option<usize>) -> RenderOptions {
    RenderOptions {
        volume: request(volume, Probe::Xray),
        view_degrees: [-60.0, 25.0],
        is_upside_down: false,
        zoom: 1.0,
        wedge_degrees: None,
        cut_above_mm: None,
        colours: Default::default(),
        size: [80, 60],
        turntable,
        out,
        memory: None,
    }
}

fn exporting(volume: &Path, out: PathBuf) -> ExportOptions {
    let above = out.extension().is_some_and(|it| it == "stl").then_some(0.5);
    ExportOptions { volume: volume.into(), out, above, ..ExportOptions::default() }
}

/// The doors that look at all of a volume; each writes below `out`.
fn doors(volume: &Path, out: &Path) -> Vec<Door> {
    let mut doors = stages(volume, &out.join("results"));
    let picture = rendering(volume, out.join("body.png"), None);
    let turn = rendering(volume, out.join("turn.png"), Some(4));
    let copy = exporting(volume, out.join("copies/copy.nrrd"));
    let part = exporting(volume, out.join("parts/part.stl"));
    doors.push(("render", Box::new(move |watch| render_volume(&picture, watch).map(|_| ()))));
    doors.push(("render a turn", Box::new(move |watch| render_volume(&turn, watch).map(|_| ()))));
    doors.push(("export a volume", Box::new(move |watch| export(&copy, watch).map(|_| ()))));
    doors.push(("export a surface", Box::new(move |watch| export(&part, watch).map(|_| ()))));
    doors
}

fn inspecting(volume: &Path, out: &Path) -> InspectOptions {
    InspectOptions {
        name: String::new(),
        volumes: vec![request(volume, Probe::Xray)],
        cell: CellKind::Cylindrical,
        beforehand: vec![],
        xray_from_neutron: None,
        limits: None,
        settings: InspectSettings::default(),
        out: out.into(),
        force: false,
        memory: None,
    }
}

/// The stages on whole volumes.
fn stages(volume: &Path, out: &Path) -> Vec<Door> {
    let xray = || request(volume, Probe::Xray);
    let segmenting = SegmentOptions {
        volumes: vec![xray()],
        xray_from_neutron: None,
        settings: SegmentSettings::default(),
        out: out.into(),
        force: false,
        memory: None,
    };
    let inspecting = inspecting(volume, out);
    let other = volume.with_file_name("other.zarr");
    if !other.exists() {
        stored(volume.parent().unwrap(), "other", &settings(), 1.0);
    }
    let registering = RegisterOptions {
        neutron: request(&other, Probe::Neutron),
        xray: xray(),
        settings: RegisterSettings::default(),
        is_resampled: false,
        out: out.into(),
        force: false,
        memory: None,
    };
    let comparing = CompareOptions {
        volumes: [xray(), xray()],
        first_from_second: None,
        settings: CompareSettings::default(),
        out: out.into(),
        force: false,
        memory: None,
    };
    vec![
        ("segment", Box::new(move |watch| segment(&segmenting, watch).map(|_| ()))),
        ("inspect", Box::new(move |watch| inspect(&inspecting, watch).map(|_| ()))),
        ("register", Box::new(move |watch| register(&registering, watch).map(|_| ()))),
        ("compare", Box::new(move |watch| compare(&comparing, watch).map(|_| ()))),
    ]
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// A folder with a volume, and an empty one beside it.
fn bench() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let volume = stored(folder.path(), "volume", &settings(), 1.0);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    (folder, volume, out)
}

#[test]
fn a_lost_chunk_is_named_by_every_door() {
    let (_folder, volume, out) = bench();
    fs::remove_file(volume.join(LOST.0)).unwrap();
    let holds = |name: &str, text: String| {
        for part in [LOST.0, LOST.1, "missing", "copy the volume again", "volume.zarr)"] {
            assert!(text.contains(part), "{name}: `{part}` is not in: {text}");
        }
    };
    for (name, door) in doors(&volume, &out) {
        holds(name, door(&Silent::default()).unwrap_err().to_string());
        assert!(is_empty(&out), "{name} left something");
    }
    let shown = |at| ShowOptions {
        shown: Shown { path: volume.clone(), ..Shown::default() },
        cut: voltomo_pipeline::Cut::Across(
            voltomo_pipeline::SectionAxis::Z,
            voltomo_pipeline::Along::Index(at),
        ),
        out: out.join("slice.png"),
        ..ShowOptions::default()
    };
    holds("show", show(&shown(20)).unwrap_err().to_string());
    assert!(is_empty(&out));
    // A slice that is all there can be looked at.
    show(&shown(3)).unwrap();
    assert!(read_slab(&volume, 0..16).is_ok() && read_slab(&volume, 15..17).is_err());
}

#[test]
fn a_damaged_chunk_is_an_error_wherever_the_damage_is() {
    let (_folder, volume, _) = bench();
    let path = volume.join(LOST.0);
    let whole = fs::read(&path).unwrap();
    // The index of the shard stands at its end.
    for at in [10, whole.len() / 3, whole.len() / 2, whole.len() - 8] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, damaged).unwrap();
        let text = read_slab(&volume, 16..32).unwrap_err().to_string();
        assert!(text.contains("slices 16 to 31 is broken"), "byte {at}: {text}");
        assert!(text.contains("copy the volume again") && text.ends_with("volume.zarr)"), "{text}");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(read_slab(&volume, 16..32).is_err());
    fs::write(&path, whole).unwrap();
    read_slab(&volume, 16..32).unwrap();
}

#[test]
fn an_unfinished_volume_may_lack_chunks() {
    let (folder, volume, _) = bench();
    let unfinished = folder.path().join("volume.partial.zarr");
    fs::rename(&volume, &unfinished).unwrap();
    fs::remove_file(unfinished.join(LOST.0)).unwrap();
    assert!(read_slab(&unfinished, 16..32).unwrap().iter().any(|value| value.is_nan()));
}

#[test]
fn chunks_of_nothing_but_the_least_number_are_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let integers =
        StoreSettings { numbers: NumberType::U8, limits: Some([0.0, 1.0]), ..settings() };
    let volume = stored(folder.path(), "zeros", &integers, 0.0);
    assert!(volume.join("0/c/2/1/1").is_file());
    assert!(read_slab(&volume, 0..SHAPE[0]).unwrap().iter().all(|value| *value == 0.0));
}

#[test]
fn whoever_is_stopped_from_the_start_writes_nothing() {
    let (_folder, volume, out) = bench();
    for (name, door) in doors(&volume, &out) {
        let stop = StopsAfter { left: AtomicUsize::new(0) };
        let error = door(&stop).unwrap_err();
        assert!(matches!(error, RunError::Stopped { .. }), "{name}: {error}");
        assert!(is_empty(&out), "{name} left something");
    }
}

/// Wherever a door looks whether it is stopped, it stops there, and leaves nothing.
#[test]
fn whoever_is_stopped_on_the_way_writes_nothing() {
    let (_folder, volume, out) = bench();
    for (name, door) in doors(&volume, &out) {
        let mut stops = 0;
        for questions in 1..60 {
            let stop = StopsAfter { left: AtomicUsize::new(questions) };
            let Err(RunError::Stopped { .. }) = door(&stop) else { break };
            stops += 1;
            assert!(is_empty(&out), "{name} left something after {questions} questions");
        }
        // The ring is no cell: segment, inspect and register end with what they say of it.
        assert!(stops > 1, "{name} never looks after its first slices");
        fs::remove_dir_all(&out).unwrap();
        fs::create_dir(&out).unwrap();
    }
}

#[test]
fn an_export_that_is_refused_leaves_nothing_in_the_way_of_another() {
    let (_folder, volume, out) = bench();
    let asked = |name: &str, numbers| {
        let out = out.join("made").join(name);
        let options = ExportOptions { numbers, ..exporting(&volume, out) };
        export(&options, &Silent::default())
    };
    let text = asked("copy.mha", Some(NumberType::U8)).unwrap_err().to_string();
    assert!(text.contains("`--range` is nothing") && text.contains("`--numbers` to f32"), "{text}");
    assert!(text.contains("0.0:2.0") && !text.contains("store."), "{text}");
    assert!(is_empty(&out), "the folder that was made for it stays");
    asked("copy.mha", None).unwrap();
    asked("copy.nrrd", None).unwrap();
    let text = asked("copy.mha", None).unwrap_err().to_string();
    assert!(text.contains("--force") && !text.contains("--resume"), "{text}");
    assert_eq!(fs::read_dir(out.join("made")).unwrap().count(), 2);
}

#[test]
fn no_volume_is_exported_onto_itself() {
    let (_folder, volume, out) = bench();
    let first = out.join("first.mha");
    export(&exporting(&volume, first.clone()), &Silent::default()).unwrap();
    let before = fs::read(&first).unwrap();
    let again = ExportOptions {
        numbers: Some(NumberType::U8),
        limits: "0:1".parse().ok(),
        force: true,
        ..exporting(&first, out.join(".").join("first.mha"))
    };
    let text = export(&again, &Silent::default()).unwrap_err().to_string();
    assert!(text.contains("the volume itself lies there"), "{text}");
    assert_eq!(fs::read(&first).unwrap(), before);
}

#[test]
fn a_header_that_another_program_has_changed_is_believed() {
    let (_folder, volume, out) = bench();
    for (name, ours, theirs) in [
        ("cut.mha", "DimSize = 48 48 40\n", "DimSize = 48 40 48\n"),
        ("cut.nrrd", "sizes: 48 48 40\n", "sizes: 48 40 48\n"),
    ] {
        let path = out.join(name);
        export(&exporting(&volume, path.clone()), &Silent::default()).unwrap();
        assert_eq!(ForeignVolume::open(&path).unwrap().shape(), SHAPE);
        let bytes = fs::read(&path).unwrap();
        let at = bytes.windows(ours.len()).position(|part| part == ours.as_bytes()).unwrap();
        let changed = [&bytes[..at], theirs.as_bytes(), &bytes[at + ours.len()..]].concat();
        fs::write(&path, changed).unwrap();
        assert_eq!(ForeignVolume::open(&path).unwrap().shape(), [48, 40, 48]);
        assert!(
            read_slab(&path, 0..1).is_err(),
            "voltomo's record is no longer that of the numbers"
        );
    }
}

#[test]
fn a_rendering_that_cannot_be_is_refused_before_anything_is_read() {
    let (_folder, volume, out) = bench();
    let asked = |options: RenderOptions| {
        // Whoever reads with this watch is stopped.
        render_volume(&options, &StopsAfter { left: AtomicUsize::new(0) }).unwrap_err().to_string()
    };
    let plain = || rendering(&volume, out.join("body.png"), None);
    let found = asked(RenderOptions { size: [usize::MAX; 2], turntable: Some(720), ..plain() });
    assert!(found.contains("`--size` is") && found.contains("16384"), "{found}");
    let found = asked(RenderOptions { zoom: f64::NAN, ..plain() });
    assert!(found.contains("`--zoom` is"), "{found}");
    let found = asked(RenderOptions { out: out.join("nowhere/body.png"), ..plain() });
    assert!(found.contains("cannot write") && found.contains("nowhere"), "{found}");
    assert!(is_empty(&out));
}
