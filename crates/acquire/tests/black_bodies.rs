//! Frames with black bodies are read beside the radiographs, seen as these are, and refused by name.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod written;

use voltomo_types::FrameShape;
use written::{folder_of, message, open_with, says, tiff, value};

fn with_bodies() -> tempfile::TempDir {
    let folder = folder_of(3);
    tiff(&folder.path().join("black_bodies_open/black_bodies_0000.tif"), &[7], (4, 6));
    for frame in 0..2 {
        let name = format!("black_bodies_sample/black_bodies_{frame:04}.tif");
        tiff(&folder.path().join(name), &[frame], (4, 6));
    }
    folder
}

#[test]
fn folders_of_the_usual_names_are_read_without_a_word() {
    let folder = with_bodies();
    std::fs::write(folder.path().join("black_bodies_angles.txt"), "# degrees\n10\n190\n").unwrap();
    let scan = open_with(folder.path(), |_| {}).unwrap();
    let (open, sample) = (scan.black_bodies.open.unwrap(), scan.black_bodies.sample.unwrap());
    assert_eq!(open.frames.shape(), FrameShape { frames: 1, rows: 4, columns: 6 });
    assert!(open.angles.is_none());
    let degrees: Vec<f64> = sample.angles.unwrap().iter().map(|angle| angle.degrees()).collect();
    assert!((degrees[0] - 10.0).abs() < 1e-9 && (degrees[1] - 190.0).abs() < 1e-9);
    assert_eq!(scan.files.len(), 3 + 2 + 3 + 1);
}

#[test]
fn frames_with_black_bodies_are_cropped_and_turned_as_the_radiographs() {
    let folder = with_bodies();
    let scan = open_with(folder.path(), |s| {
        s.black_bodies_sample = Some("black_bodies_sample/black_bodies_*.tif".into());
        s.black_bodies_angles = Some("0:360".into());
        s.reverse_rotation = true;
        s.crop_rows = Some("1:3".into());
        s.crop_columns = Some("2:5".into());
    })
    .unwrap();
    let sample = scan.black_bodies.sample.unwrap();
    assert_eq!(sample.frames.shape(), FrameShape { frames: 2, rows: 2, columns: 3 });
    let mut counts = ndarray::Array3::zeros((2, 2, 3));
    sample.frames.read(0..2, 0..2, counts.view_mut()).unwrap();
    assert_eq!(counts[[1, 0, 0]], f32::from(value(1, 1, 2)));
    assert!((sample.angles.unwrap()[1].degrees() + 180.0).abs() < 1e-9);
}

#[test]
fn bad_black_bodies_of_another_size_are_named() {
    let folder = folder_of(3);
    tiff(&folder.path().join("bb/a.tif"), &[1], (4, 5));
    let text = message(folder.path(), |s| s.black_bodies_open = Some("bb".into()));
    says(&text, &["4 × 5", "expected 4 × 6", "acquire.black_bodies_open", "a.tif"]);
}

#[test]
fn bad_folder_of_black_bodies_is_named() {
    let text = message(folder_of(3).path(), |s| s.black_bodies_sample = Some("nowhere".into()));
    says(&text, &["acquire.black_bodies_sample", "nowhere"]);
}

#[test]
fn bad_number_of_angles_of_black_bodies_is_told() {
    let folder = with_bodies();
    std::fs::write(folder.path().join("black_bodies_angles.txt"), "1\n2\n3\n").unwrap();
    let text = message(folder.path(), |_| {});
    says(&text, &["acquire.black_bodies_angles", "3 angles", "expected 2"]);
    let text = message(folder.path(), |s| s.black_bodies_angles = Some("golden".into()));
    says(&text, &["acquire.black_bodies_angles", "START:STOP"]);
}
