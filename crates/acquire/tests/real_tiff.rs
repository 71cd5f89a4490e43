//! The real scans in TIFF: a neutron sinogram, raw neutron radiographs, a volume's slices.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::PathBuf;

use ndarray::Array3;
use voltomo_acquire::{AcquireSettings, EndPoint, Kind, look, open};
use voltomo_types::{FrameShape, Millimetre, Quantity};

fn data() -> PathBuf {
    let folder = std::env::var("VOLTOMO_DATA");
    folder
        .expect("VOLTOMO_DATA names the folder of the real scans; cargo xtask test sets it")
        .into()
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_neutron_sinogram_is_a_scan_of_line_integrals() {
    let settings = AcquireSettings {
        path: "neutron_sinogram.tiff".into(),
        kind: Kind::Sinogram,
        angles: Some("0:360".into()),
        pixel_mm: Some(0.029),
        ..Default::default()
    };
    let scan = open(&settings, &data()).unwrap();
    assert_eq!(scan.radiographs.shape(), FrameShape { frames: 1125, rows: 1, columns: 924 });
    assert_eq!(scan.quantity, Quantity::LineIntegrals);
    assert_eq!(scan.detector.pixel, Some(Millimetre(0.029)));
    let angles = scan.angles.as_ref().unwrap();
    assert!((angles[1].degrees() - 0.32).abs() < 1e-12);
    assert!((angles[1124].degrees() - 359.68).abs() < 1e-12);
    let look = look(&scan, 1125).unwrap();
    assert_eq!(look.angles.as_ref().unwrap().end, EndPoint::Excluded(360.0));
    assert_eq!(look.counts.not_finite, 0);
    assert!(look.counts.mean.unwrap() > 0.05 && look.counts.max.unwrap() < 10.0, "{look:?}");
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_raw_neutron_radiographs_are_sorted_by_their_names() {
    let settings = AcquireSettings { path: "neutron_edges".into(), ..Default::default() };
    let scan = open(&settings, &data()).unwrap();
    assert_eq!(scan.radiographs.shape(), FrameShape { frames: 8, rows: 600, columns: 600 });
    assert_eq!([scan.flats.len(), scan.darks.len()], [1, 1]);
    assert_eq!(scan.flats[0].frames.name_of(0), "ob.tif");
    assert_eq!(scan.darks[0].frames.name_of(0), "dc.tif");
    assert_eq!(scan.radiographs.name_of(7), "edge20mm_0007.tif");
    let look = look(&scan, 8).unwrap();
    let means =
        [&look.darks[0].counts, &look.counts, &look.flats[0].counts].map(|c| c.mean.unwrap());
    assert!(means[0] < means[1] && means[1] < means[2], "{means:?}");
    println!("{}", look.lines().join("\n"));
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_slices_of_the_cell_top_are_a_stack_of_u8() {
    let settings = AcquireSettings { path: "battery_xct/cell_top".into(), ..Default::default() };
    let scan = open(&settings, &data()).unwrap();
    assert_eq!(scan.radiographs.shape(), FrameShape { frames: 70, rows: 728, columns: 728 });
    assert_eq!(scan.detector.saturation, Some(255.0));
    assert_eq!(scan.radiographs.name_of(0), "im031.tif");
    let mut rows = Array3::zeros((70, 3, 728));
    scan.radiographs.read(0..70, 300..303, rows.view_mut()).unwrap();
    assert!(rows.iter().any(|&value| value > 100.0));
}
