//! FITS files written by astropy, read back value for value. Needs Python.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod clients;

use clients::{read_all, run_python, same, written_values};
use voltomo_acquire::{AcquireSettings, open};

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn every_variant_of_astropy_is_read_value_for_value() {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_fits.py", folder.path());
    let made = std::fs::read_to_string(folder.path().join("made.txt")).unwrap();
    let mut wrong = Vec::new();
    for line in made.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [frames, rows, columns] = [1, 2, 3].map(|i| fields[i].parse().unwrap());
        let (name, ending) = (fields[0], fields[4]);
        let written =
            written_values(&folder.path().join(format!("{name}.f32")), (frames, rows, columns));
        let path = format!("{name}.{ending}").into();
        match open(&AcquireSettings { path, ..Default::default() }, folder.path()) {
            Ok(scan) if same(&read_all(&*scan.radiographs), &written) => {}
            Ok(_) => wrong.push(format!("{name}: other values")),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(made.lines().count() > 30, "{} variants", made.lines().count());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs the Python clients; cargo xtask test sets them up"]
fn angles_come_from_the_header_key_that_the_recipe_names() {
    let folder = tempfile::tempdir().unwrap();
    run_python("write_fits.py", folder.path());
    let settings = AcquireSettings {
        path: "angles".into(),
        angle_key: Some("rot_ang".into()),
        ..Default::default()
    };
    let scan = open(&settings, folder.path()).unwrap();
    let degrees: Vec<f64> = scan.angles.unwrap().iter().map(|angle| angle.degrees()).collect();
    assert!(degrees.iter().enumerate().all(|(i, d)| (d - 12.5 * i as f64).abs() < 1e-12));
    assert_eq!(degrees.len(), 6);
    let other = AcquireSettings { angle_key: Some("THETA".into()), ..settings };
    let message = open(&other, folder.path()).unwrap_err().to_string();
    assert!(message.contains("THETA") && message.contains("ROT_ANG"), "{message}");
    assert!(message.contains("acquire.angle_key") && message.contains("proj_"), "{message}");
}
