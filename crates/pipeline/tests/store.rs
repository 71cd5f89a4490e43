//! Volumes written slab by slab come back as they were, whatever the slabs and the format.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ndarray::{Array3, s};
use serde_json::{Value, json};
use voltomo_pipeline::store::{
    Compression, Content, Existing, NumberType, StoreError, StoreFormat, StoreSettings, Stored,
    StoredVolume, VolumeMetadata, VolumeStore, create, disk_bytes, read_slab, reopen,
    slab_alignment,
};
use voltomo_types::{LengthUnit, VoxelGrid};

const FORMATS: [StoreFormat; 5] =
    [StoreFormat::Zarr, StoreFormat::Tiff, StoreFormat::Mha, StoreFormat::Nrrd, StoreFormat::Nifti];
const SHAPE: [usize; 3] = [37, 50, 70];

fn settings(format: StoreFormat) -> StoreSettings {
    StoreSettings { format, chunk: 16, shard: 32, ..StoreSettings::default() }
}

fn integers(format: StoreFormat, numbers: NumberType) -> StoreSettings {
    StoreSettings { numbers, limits: Some([-0.5, 3.0]), ..settings(format) }
}

fn metadata() -> VolumeMetadata {
    VolumeMetadata {
        name: "volume".into(),
        grid: VoxelGrid {
            shape: SHAPE,
            voxel: 0.029,
            first: [-0.522, -0.7105, -1.0005],
            unit: LengthUnit::Millimetre,
        },
        content: Content::Attenuation,
        provenance: json!({"program": "voltomo 0.1.0", "sample": "Zelle \\ \"Süd\"", "seed": 0.1}),
    }
}

fn volume() -> Array3<f32> {
    Array3::from_shape_fn(SHAPE, |(z, y, x)| {
        let wave = (z as f32 * 0.37).sin() + (y as f32 * 0.21).cos() + (x as f32 * 0.11).sin();
        (wave * 0.5 + 1.0).clamp(-0.4, 2.9)
    })
}

fn write(store: &mut dyn VolumeStore, volume: &Array3<f32>, slab: usize, end: usize) {
    while store.next_slice() < end {
        let z = store.next_slice()..(store.next_slice() + slab).min(end);
        store.write_slab(z.clone(), volume.slice(s![z, .., ..])).unwrap();
    }
}

fn store_whole(folder: &Path, settings: &StoreSettings, slab: usize) -> Stored {
    let mut store = create(folder, settings, &metadata(), Existing::Refuse).unwrap();
    write(&mut *store, &volume(), slab, SHAPE[0]);
    store.finish(false).unwrap()
}

/// Names and contents of all files below a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    found
}

/// The same with names relative to `folder`.
fn relative(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let prefix = folder.display().to_string();
    files(folder).into_iter().map(|(name, bytes)| (name.replace(&prefix, ""), bytes)).collect()
}

#[test]
fn every_format_gives_back_the_same_bits() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let stored = store_whole(folder.path(), &settings(format), 16);
        assert!(stored.is_whole && stored.slice_count == 37, "{format:?}");
        assert_eq!(read_slab(&stored.path, 0..37).unwrap(), volume(), "{format:?}");
        assert_eq!(read_slab(&stored.path, 11..12).unwrap(), volume().slice(s![11..12, .., ..]));
        let back = StoredVolume::open(&stored.path).unwrap();
        assert_eq!(*back.grid(), metadata().grid, "{format:?}");
        assert_eq!(*back.provenance(), metadata().provenance, "{format:?}");
    }
}

#[test]
fn slabs_and_threads_do_not_change_a_byte() {
    for format in FORMATS {
        let reference = tempfile::tempdir().unwrap();
        let first = store_whole(reference.path(), &settings(format), 37);
        for (slab, threads) in [(1, 1), (7, 2), (16, 2)] {
            let folder = tempfile::tempdir().unwrap();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let stored = pool.install(|| store_whole(folder.path(), &settings(format), slab));
            assert_eq!(stored.figures, first.figures, "{format:?} in slabs of {slab}");
            let same = relative(folder.path()) == relative(reference.path());
            assert!(same, "{format:?} in slabs of {slab} with {threads} threads");
        }
    }
}

#[test]
fn integers_are_within_half_a_step_and_outsiders_are_counted() {
    for format in FORMATS {
        for (numbers, step) in [(NumberType::U16, 3.5 / 65535.0), (NumberType::U8, 3.5 / 255.0)] {
            let folder = tempfile::tempdir().unwrap();
            let mut values = volume();
            values[[3, 4, 5]] = -7.0;
            values[[36, 49, 69]] = 9.0;
            values[[36, 49, 68]] = 3.5;
            let settings = integers(format, numbers);
            let mut store =
                create(folder.path(), &settings, &metadata(), Existing::Refuse).unwrap();
            write(&mut *store, &values, 5, 37);
            let stored = store.finish(false).unwrap();
            assert_eq!([stored.figures.below_limit, stored.figures.above_limit], [1, 2]);
            assert_eq!([stored.figures.least, stored.figures.greatest], [-7.0, 9.0]);
            let back = read_slab(&stored.path, 0..37).unwrap();
            let worst = (&back - &values.mapv(|it| it.clamp(-0.5, 3.0))).mapv(f32::abs);
            let worst = worst.fold(0.0_f32, |most, it| most.max(*it));
            assert!(worst <= step * 0.5 + 3e-7, "{format:?} {numbers:?}: {worst} of {step}");
        }
    }
}

#[test]
fn a_cancelled_volume_is_open_to_view_and_goes_on_bit_for_bit() {
    for format in FORMATS {
        let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = store_whole(whole.path(), &settings(format), 7);
        let folder = broken.path();
        let mut store = create(folder, &settings(format), &metadata(), Existing::Refuse).unwrap();
        write(&mut *store, &volume(), 7, 21);
        let cancelled = store.finish(true).unwrap();
        assert!(!cancelled.is_whole && cancelled.slice_count == 21, "{format:?}");
        assert!(cancelled.path.to_string_lossy().contains("partial"), "{format:?}");
        assert_eq!(read_slab(&cancelled.path, 0..21).unwrap(), volume().slice(s![..21, .., ..]));

        let mut store = reopen(folder, &settings(format), &metadata()).unwrap();
        let expected = 21 / slab_alignment(&settings(format)) * slab_alignment(&settings(format));
        assert_eq!(store.next_slice(), expected, "{format:?}");
        write(&mut *store, &volume(), 7, 37);
        assert_eq!(store.finish(false).unwrap().figures, first.figures, "{format:?}");
        assert!(relative(folder) == relative(whole.path()), "{format:?}");
    }
}

#[test]
fn a_kill_in_the_middle_of_a_shard_loses_no_safe_slice() {
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    store_whole(whole.path(), &settings(StoreFormat::Zarr), 16);
    let folder = broken.path();
    let settings = settings(StoreFormat::Zarr);
    let mut store = create(folder, &settings, &metadata(), Existing::Refuse).unwrap();
    write(&mut *store, &volume(), 5, 25);
    drop(store);
    // What a kill leaves: the shards that were being written are torn.
    let layer = folder.join("volume.partial.zarr/0/c/1");
    for (path, bytes) in files(&layer) {
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let mut store = reopen(folder, &settings, &metadata()).unwrap();
    assert_eq!(store.next_slice(), 16);
    write(&mut *store, &volume(), 5, 37);
    store.finish(false).unwrap();
    assert!(relative(folder) == relative(whole.path()));
}

#[test]
fn nothing_half_written_has_the_volumes_name() {
    for (format, name) in FORMATS.into_iter().zip([
        "volume.zarr",
        "volume",
        "volume.mha",
        "volume.nrrd",
        "volume.nii",
    ]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut store =
            create(folder.path(), &settings(format), &metadata(), Existing::Refuse).unwrap();
        write(&mut *store, &volume(), 10, 37);
        assert!(!path.exists(), "{format:?}: the last slab is written, and it is not finished");
        store.finish(false).unwrap();
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
        assert_eq!(left, [path], "{format:?}");
    }
}

#[test]
fn force_replaces_an_older_volume_only_when_the_new_one_is_whole() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let stored = store_whole(folder.path(), &settings(format), 37);
        let doubled = volume() * 2.0;
        let mut store =
            create(folder.path(), &settings(format), &metadata(), Existing::Replace).unwrap();
        write(&mut *store, &doubled, 16, 37);
        assert_eq!(read_slab(&stored.path, 0..37).unwrap(), volume(), "{format:?}: still the old");
        store.finish(false).unwrap();
        assert_eq!(read_slab(&stored.path, 0..37).unwrap(), doubled, "{format:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{format:?}");
    }
}

#[test]
fn the_disk_is_not_fuller_than_planned() {
    for format in FORMATS {
        for compression in [Compression::None, Compression::Zstd, Compression::Gzip] {
            let folder = tempfile::tempdir().unwrap();
            let settings = StoreSettings { compression, ..settings(format) };
            let noise = Array3::from_shape_fn(SHAPE, |(z, y, x)| {
                let mixed = (z * 73_856_093) ^ (y * 19_349_663) ^ (x * 83_492_791);
                (mixed % 1_000_003) as f32 / 1_000_003.0
            });
            let mut store =
                create(folder.path(), &settings, &metadata(), Existing::Refuse).unwrap();
            write(&mut *store, &noise, 37, 37);
            store.finish(false).unwrap();
            let taken: usize = files(folder.path()).values().map(Vec::len).sum();
            let planned = disk_bytes(&settings, &metadata().grid);
            assert!(taken as u64 <= planned, "{format:?} {compression:?}: {taken} of {planned}");
        }
    }
}

#[test]
fn coarser_levels_are_means_and_stay_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let stored = store_whole(folder.path(), &settings(StoreFormat::Zarr), 9);
    let group: Value =
        serde_json::from_slice(&fs::read(stored.path.join("zarr.json")).unwrap()).unwrap();
    let ome = &group["attributes"]["ome"];
    assert_eq!(ome["version"], "0.5");
    let scales = &ome["multiscales"][0];
    let axis = |name| json!({"name": name, "type": "space", "unit": "millimeter"});
    assert_eq!(scales["axes"], json!([axis("z"), axis("y"), axis("x")]));
    let level = |index: usize| scales["datasets"][index]["coordinateTransformations"].clone();
    assert_eq!(level(0)[0]["scale"], json!([0.029, 0.029, 0.029]));
    assert_eq!(level(0)[1]["translation"], json!([-0.522, -0.7105, -1.0005]));
    assert_eq!(level(1)[0]["scale"], json!([0.058, 0.058, 0.058]));
    let moved = level(1)[1]["translation"][0].as_f64().unwrap();
    assert!((moved - (-0.522 + 0.0145)).abs() < 1e-12, "{moved}");
    assert!(scales["datasets"][2].is_null(), "35 voxels are few enough");
    let read = serde_json::from_value::<ome_zarr_metadata::v0_5::OmeZarrGroupMetadata>(group);
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn an_unknown_pixel_size_gets_no_unit() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let mut metadata = metadata();
        metadata.grid = VoxelGrid { unit: LengthUnit::Pixel, voxel: 1.0, ..metadata.grid };
        let mut store =
            create(folder.path(), &settings(format), &metadata, Existing::Refuse).unwrap();
        write(&mut *store, &volume(), 37, 37);
        let stored = store.finish(false).unwrap();
        let all = files(folder.path()).into_iter().filter(|(name, _)| !name.contains("/c/"));
        for (name, bytes) in all {
            let head = String::from_utf8_lossy(&bytes[..bytes.len().min(3000)]).to_string();
            assert!(!head.contains("millimet") && !head.contains("\"mm\""), "{name}: {head}");
        }
        assert_eq!(StoredVolume::open(&stored.path).unwrap().grid().unit, LengthUnit::Pixel);
    }
}

#[test]
fn settings_read_as_lower_case_words_and_refuse_unknown_keys() {
    let read = |text: &str| serde_json::from_str::<StoreSettings>(text);
    let settings = read(r#"{"format": "tiff", "numbers": "u16", "limits": [0, 2]}"#).unwrap();
    assert_eq!((settings.format, settings.limits), (StoreFormat::Tiff, Some([0.0, 2.0])));
    assert!(settings.problems().is_empty());
    let unknown = read(r#"{"fromat": "tiff"}"#).unwrap_err().to_string();
    assert!(unknown.contains("fromat") && unknown.contains("format"), "{unknown}");
}

#[test]
fn a_volume_of_one_voxel_is_a_volume() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let mut metadata = metadata();
        metadata.grid.shape = [1, 1, 1];
        let mut store =
            create(folder.path(), &settings(format), &metadata, Existing::Refuse).unwrap();
        let one = Array3::from_elem((1, 1, 1), 1.25_f32);
        store.write_slab(0..1, one.view()).unwrap();
        let stored = store.finish(false).unwrap();
        assert_eq!(read_slab(&stored.path, 0..1).unwrap(), one, "{format:?}");
    }
}

#[test]
fn an_incomplete_volume_cannot_be_finished() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(StoreFormat::Mha);
    let mut store = create(folder.path(), &settings, &metadata(), Existing::Refuse).unwrap();
    write(&mut *store, &volume(), 7, 14);
    let error = store.finish(false).unwrap_err();
    assert!(matches!(error, StoreError::Incomplete { found: 14, expected: 37, .. }), "{error}");
}

/// A mean of the labels 2 and 8 would be a 5 that is nowhere in the sample.
#[test]
fn coarser_copies_of_labels_hold_labels_of_the_finest_copy_only() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings {
        numbers: NumberType::U8,
        limits: Some([0.0, 255.0]),
        ..settings(StoreFormat::Zarr)
    };
    let metadata = VolumeMetadata { content: Content::Labels, ..metadata() };
    let labels =
        Array3::from_shape_fn(
            [80, 70, 90],
            |(z, y, x)| {
                if (z + 3 * y + 7 * x) % 5 < 2 { 2.0 } else { 8.0 }
            },
        );
    let grid = VoxelGrid { shape: [80, 70, 90], ..metadata.grid };
    let metadata = VolumeMetadata { grid, ..metadata };
    let mut store = create(folder.path(), &settings, &metadata, Existing::Refuse).unwrap();
    store.write_slab(0..80, labels.view()).unwrap();
    let path = store.finish(false).unwrap().path;
    assert_eq!(read_slab(&path, 0..80).unwrap(), labels);

    let storage = std::sync::Arc::new(zarrs::filesystem::FilesystemStore::new(&path).unwrap());
    let coarse = zarrs::array::Array::open(storage, "/1").unwrap();
    let all = zarrs::array::ArraySubset::new_with_shape(coarse.shape().to_vec());
    let numbers: Vec<u8> = coarse.retrieve_array_subset(&all).unwrap();
    assert_eq!(numbers.len(), 40 * 35 * 45);
    assert!(numbers.iter().all(|number| [2, 8].contains(number)));
    assert!([2, 8].iter().all(|number| numbers.contains(number)));
    let text = fs::read_to_string(path.join("zarr.json")).unwrap();
    assert!(text.contains("\"nearest\"") && text.contains("\"labels\""), "{text}");
}
