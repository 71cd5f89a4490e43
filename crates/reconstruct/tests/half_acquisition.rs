//! Whole turns about an axis near one side of the frame: the volume is as wide as what opposite views
//! see together. Knows no calibration.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::{Body, Phantom, project};
use voltomo_reconstruct::{
    HalfAcquisition, Method, ReconstructError, ReconstructSettings, grid_for, reconstruct,
};
use voltomo_types::{
    Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, Volume,
};

const PIXEL_MM: f64 = 0.05;
const FRAME: (usize, usize) = (4, 88);
const PLACE: [f64; 2] = [0.2, -0.3];
const RADIUS_MM: f64 = 2.4;

/// 240 views of 88 columns over an arc, the axis 28.5 px from the left edge.
fn geometry(degrees: f64) -> ParallelGeometry {
    let angle = |k: u32| Radian::from_degrees(f64::from(k) * degrees / 240.0);
    ParallelGeometry {
        angles: (0..240).map(angle).collect(),
        axis: RotationAxis { centre: 28.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(FRAME.0, FRAME.1),
        pixel: Some(Millimetre(PIXEL_MM)),
    }
}

/// Mean over the voxels that lie between two distances, mm, from the middle of the body.
fn mean_between(volume: &Volume, [from, to]: [f64; 2]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ((k, j, i), value) in volume.attenuation.indexed_iter() {
        let at = volume.grid.centre_of([k, j, i]);
        if (from..to).contains(&(at[1] - PLACE[0]).hypot(at[2] - PLACE[1])) {
            (sum, count) = (sum + f64::from(*value), count + 1.0);
        }
    }
    sum / count
}

#[test]
fn a_body_wider_than_the_frame_is_whole_in_the_volume() {
    let bodies = vec![Body::cylinder([0.0, PLACE[0], PLACE[1]], RADIUS_MM, 1e3, 2.0)];
    let geometry = geometry(360.0);
    let projections = project(&Phantom { bodies }, &geometry, 0..FRAME.0, 3);
    for method in [Method::Fbp, Method::Fourier] {
        let settings = ReconstructSettings { method, ..Default::default() };
        let volume = reconstruct(projections.view(), &geometry, &settings).unwrap();
        assert_eq!(volume.grid.shape, [4, 119, 119]);
        for (ring, expected) in [([0.0, 1.2], 2.0), ([1.8, 2.25], 2.0), ([2.5, 2.55], 0.0)] {
            let found = mean_between(&volume, ring);
            assert!((found - expected).abs() < 0.04, "{method:?}, {ring:?} mm: {found} 1/cm");
        }
    }
}

#[test]
fn the_field_is_that_of_opposite_views_and_a_region_beyond_it_is_refused() {
    let whole = Geometry::Parallel(geometry(360.0));
    let found = HalfAcquisition::of(&whole, FRAME).unwrap();
    assert_eq!([found.near, found.far, found.field()], [28.5, 59.5, 119.0]);
    assert!(found.line().contains("28.5 px from the nearer edge"), "{}", found.line());
    assert_eq!(HalfAcquisition::of(&Geometry::Parallel(geometry(180.0)), FRAME), None);
    let asked = |region: &str| {
        let settings = ReconstructSettings { region: Some(region.into()), ..Default::default() };
        grid_for(&geometry(360.0), FRAME, &settings)
    };
    assert_eq!(asked("0:119,90:119").unwrap().shape, [4, 119, 29]);
    let refused = asked("0:120,0:88").unwrap_err();
    assert!(matches!(refused, ReconstructError::BeyondFrame { count: 119, .. }), "{refused}");
    let half_turn = grid_for(&geometry(180.0), FRAME, &ReconstructSettings::default()).unwrap();
    assert_eq!(half_turn.shape, [4, 88, 88]);
}
