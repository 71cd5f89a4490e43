//! Scans of TIFF images: found by name, read in bands, cropped and turned; sinograms.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod written;

use ndarray::{Array3, s};
use voltomo_acquire::{Kind, Mirror};
use voltomo_types::{FrameShape, Origin, PixelFrame, Quantity, When};
use written::{all, folder_of, open_with, tiff, value};

#[test]
fn a_folder_is_sorted_by_its_names_in_natural_order() {
    let folder = folder_of(12);
    let scan = open_with(folder.path(), |_| {}).unwrap();
    assert_eq!(scan.radiographs.shape(), FrameShape { frames: 12, rows: 4, columns: 6 });
    assert_eq!([scan.flats.len(), scan.darks.len()], [1, 1]);
    assert_eq!(scan.radiographs.name_of(10), "proj_10.tif");
    let frames = all(&*scan.radiographs);
    for ((frame, row, column), &found) in frames.indexed_iter() {
        assert_eq!(found, f32::from(value(frame, row, column)));
    }
    assert_eq!(scan.detector.saturation, Some(65535.0));
    assert_eq!(scan.files.len(), 14);
    let guessed = scan.facts.iter().filter(|fact| fact.value.contains("guessed")).count();
    assert_eq!(guessed, 3);
    let missing: Vec<&str> = scan
        .facts
        .iter()
        .filter(|fact| fact.origin == Origin::Missing)
        .map(|fact| fact.item.as_str())
        .collect();
    assert_eq!(missing, ["rotation angles", "pixel size", "probe"]);
}

#[test]
fn sub_folders_and_patterns_name_the_sets() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    tiff(&file("radiographs/a_1.tif"), &[1, 2, 3], (4, 6));
    tiff(&file("flats_before/f.tif"), &[50], (4, 6));
    tiff(&file("flats_after/f_1.tif"), &[51], (4, 6));
    tiff(&file("flats_after/f_2.tif"), &[52], (4, 6));
    tiff(&file("darks/d.tif"), &[0], (4, 6));
    let guessed = open_with(folder.path(), |_| {}).unwrap();
    let told = open_with(folder.path(), |s| {
        s.radiographs = Some("radiographs/a_?.tif".into());
        s.flats_before = Some("flats_before".into());
        s.flats_after = Some("flats_after/f*.tif".into());
        s.darks = Some("darks/d.tif".into());
    })
    .unwrap();
    for scan in [&guessed, &told] {
        assert_eq!(scan.radiographs.shape().frames, 3);
        let mut when: Vec<_> =
            scan.flats.iter().map(|f| (f.when, f.frames.shape().frames)).collect();
        when.sort_by_key(|pair| pair.1);
        assert_eq!(when, [(When::Before, 1), (When::After, 2)]);
        assert_eq!(all(&*scan.radiographs)[[2, 1, 5]], 3045.0);
    }
    assert!(told.facts.iter().any(|f| f.item == "dark fields" && f.origin == Origin::Recipe));
}

#[test]
fn bands_skips_crops_turns_and_mirrors_are_parts_of_the_whole() {
    let folder = folder_of(7);
    let whole = all(&*open_with(folder.path(), |_| {}).unwrap().radiographs);
    let kept: Vec<usize> = vec![0, 2, 6];
    let whole = whole.select(ndarray::Axis(0), &kept);
    for turn in [0, 90, 180, 270] {
        for mirror in [Mirror::None, Mirror::Rows, Mirror::Columns] {
            let scan = open_with(folder.path(), |s| {
                s.skip = "1,3:6".into();
                (s.turn, s.mirror) = (turn, mirror);
                s.crop_rows = Some("1:4".into());
                s.crop_columns = Some("0:3".into());
            })
            .unwrap();
            let expected = turned(&whole, turn, mirror).slice(s![.., 1..4, 0..3]).to_owned();
            assert_eq!(all(&*scan.radiographs), expected, "{turn} {mirror:?}");
            let mut band = Array3::zeros((2, 1, 3));
            scan.radiographs.read(1..3, 2..3, band.view_mut()).unwrap();
            assert_eq!(band, expected.slice(s![1..3, 2..3, ..]), "{turn} {mirror:?}");
            let (rows, columns) = if turn.is_multiple_of(180) { (4, 6) } else { (6, 4) };
            assert_eq!(scan.detector.frame, PixelFrame::whole(rows, columns).cropped(1, 0));
            assert_eq!(scan.flats[0].frames.shape().columns, 3);
            assert_eq!(scan.radiographs.name_of(2), "proj_6.tif");
        }
    }
}

/// Turned clockwise pixel by pixel, from the definition, then mirrored.
fn turned(frames: &Array3<f32>, turn: u16, mirror: Mirror) -> Array3<f32> {
    let (count, rows, columns) = frames.dim();
    let shape =
        if turn.is_multiple_of(180) { (count, rows, columns) } else { (count, columns, rows) };
    let (last_row, last_column) = (shape.1 - 1, shape.2 - 1);
    Array3::from_shape_fn(shape, |(frame, row, column)| {
        let row = if mirror == Mirror::Rows { last_row - row } else { row };
        let column = if mirror == Mirror::Columns { last_column - column } else { column };
        match turn {
            90 => frames[[frame, rows - 1 - column, row]],
            180 => frames[[frame, rows - 1 - row, columns - 1 - column]],
            270 => frames[[frame, column, columns - 1 - row]],
            _ => frames[[frame, row, column]],
        }
    })
}

#[test]
fn a_sinogram_is_a_scan_of_one_row_and_its_lines_are_angles() {
    let folder = tempfile::tempdir().unwrap();
    tiff(&folder.path().join("sinogram.tif"), &[0, 1], (5, 6));
    let scan = open_with(folder.path(), |s| {
        s.path = "sinogram.tif".into();
        s.kind = Kind::Sinogram;
        s.angles = Some("0:180".into());
    })
    .unwrap();
    assert_eq!(scan.quantity, Quantity::LineIntegrals);
    assert_eq!(scan.radiographs.shape(), FrameShape { frames: 5, rows: 2, columns: 6 });
    let mut band = Array3::zeros((2, 1, 6));
    scan.radiographs.read(3..5, 1..2, band.view_mut()).unwrap();
    assert_eq!(band[[1, 0, 5]], f32::from(value(1, 4, 5)));
    assert_eq!(band[[0, 0, 0]], f32::from(value(1, 3, 0)));
    assert_eq!(scan.angles.unwrap()[1].degrees(), 36.0);
    assert_eq!(scan.detector.saturation, None);
}

#[test]
fn a_gap_in_the_numbers_of_the_files_is_told() {
    let folder = folder_of(5);
    std::fs::remove_file(folder.path().join("proj_2.tif")).unwrap();
    let scan = open_with(folder.path(), |s| s.angles = Some("0:180".into())).unwrap();
    let told = scan.facts.iter().find(|fact| fact.item == "radiographs in the numbering").unwrap();
    assert!(told.value.contains("between proj_1.tif and proj_3.tif"), "{}", told.value);
    assert_eq!(told.origin, Origin::Missing);
}

#[test]
fn golden_files_of_tifffile_are_read_value_for_value() {
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tiff");
    let mut read = 0;
    for entry in std::fs::read_dir(&golden).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "tif") {
            continue;
        }
        let scan = open_with(&golden, |s| s.path = path.clone()).unwrap();
        let frames = all(&*scan.radiographs);
        assert_eq!(frames.dim(), (3, 20, 30), "{}", path.display());
        for ((frame, row, column), &found) in frames.indexed_iter() {
            let expected = f32::from(value(frame, row, column));
            assert_eq!(found, expected, "{} {frame} {row} {column}", path.display());
        }
        let mut band = Array3::zeros((1, 3, 30));
        scan.radiographs.read(2..3, 15..18, band.view_mut()).unwrap();
        assert_eq!(band, frames.slice(s![2..3, 15..18, ..]), "{}", path.display());
        read += 1;
    }
    assert_eq!(read, 5);
}
