//! TIFF files written by tifffile, read back value for value. Needs Python.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod clients;

use clients::{read_all, run_python, same, written_values};
use voltomo_acquire::{AcquireSettings, open};

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn every_variant_of_tifffile_is_read_value_for_value() {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_tiffs.py", folder.path());
    let made = std::fs::read_to_string(folder.path().join("made.txt")).unwrap();
    let mut wrong = Vec::new();
    for line in made.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [frames, rows, columns] = [1, 2, 3].map(|i| fields[i].parse().unwrap());
        let name = fields[0];
        let written =
            written_values(&folder.path().join(format!("{name}.f32")), (frames, rows, columns));
        let path = format!("{name}.tif").into();
        match open(&AcquireSettings { path, ..Default::default() }, folder.path()) {
            Ok(scan) if same(&read_all(&*scan.radiographs), &written) => {}
            Ok(_) => wrong.push(format!("{name}: other values")),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(made.lines().count() > 120, "{} variants", made.lines().count());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn a_pixel_size_counts_only_where_image_j_gives_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_tiffs.py", folder.path());
    let pixel = |name: &str| {
        let path = format!("{name}.tif").into();
        let scan = open(&AcquireSettings { path, ..Default::default() }, folder.path()).unwrap();
        scan.detector.pixel.map(|pixel| (pixel.0 * 1e9).round() / 1e9)
    };
    assert_eq!(pixel("imagej_u2"), Some(0.05));
    assert_eq!(pixel("imagej_f4"), Some(0.002));
    assert_eq!(pixel("imagej_one_directory"), Some(0.029));
    assert_eq!([pixel("imagej_no_unit_u2"), pixel("plain_u2_little")], [None, None]);
}
