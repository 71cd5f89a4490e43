//! The ways to read filtered rows between their columns, against a body with a closed form. Knows
//! no kernels.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, Axis};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    Fbp, Interpolation, Padding, Projections, ReconstructSettings, Reconstruction, grid_for,
};
use voltomo_types::{ParallelGeometry, PixelFrame, Radian, RotationAxis};

const COLUMNS: usize = 96;
/// Place of the Gaussian, `[y, x]` in voxels from the axis.
const PLACE: [f64; 2] = [-17.0, 11.5];

/// Root mean square error of the reconstruction of `exp(−r²/2w²)`.
fn error_of(interpolation: Interpolation, width: f64) -> f64 {
    let (count, axis) = (150, 46.3);
    let angle = |k: usize| Radian(0.1 + k as f64 * std::f64::consts::PI / count as f64);
    let geometry = ParallelGeometry {
        angles: (0..count).map(angle).collect(),
        axis: RotationAxis { centre: axis, tilt: Radian(0.0) },
        frame: PixelFrame::whole(2, COLUMNS),
        pixel: None,
    };
    let bell = |distance: f64| (-distance * distance / (2.0 * width * width)).exp();
    let projections = Array3::from_shape_fn((count, 2, COLUMNS), |(view, _, column)| {
        let (sin, cos) = angle(view).0.sin_cos();
        let chord = (std::f64::consts::TAU).sqrt() * width;
        to_f32(chord * bell(column as f64 - axis - (PLACE[1] * cos - PLACE[0] * sin)))
    });
    let settings = ReconstructSettings {
        padding: Padding::Zero,
        interpolation: Some(interpolation),
        ..Default::default()
    };
    let grid = grid_for(&geometry, (2, COLUMNS), &settings).unwrap();
    let fbp = Fbp::new(&geometry, (2, COLUMNS), &grid, &settings).unwrap();
    let slices = fbp.reconstruct(Projections::new(projections.view(), 0), 0..2, &()).unwrap();
    assert_eq!(slices.index_axis(Axis(0), 0), slices.index_axis(Axis(0), 1));
    let inside = |index: usize| (8..COLUMNS - 8).contains(&index);
    let slice = slices.index_axis(Axis(0), 0);
    let voxels = slice.indexed_iter();
    let squares = voxels.filter(|((y, x), _)| inside(*y) && inside(*x)).map(|((y, x), &value)| {
        let at = grid.centre_of([0, y, x]);
        (f64::from(value) - bell((at[1] - PLACE[0]).hypot(at[2] - PLACE[1]))).powi(2)
    });
    let (sum, count) = squares.fold((0.0, 0.0), |(sum, count), it| (sum + it, count + 1.0));
    (sum / count).sqrt()
}

/// A narrow bell, which a straight line between two columns lowers most.
#[test]
fn the_sharper_kinds_follow_a_narrow_bell_better() {
    let kinds = [Interpolation::Linear, Interpolation::Cubic, Interpolation::Upsampled];
    let [linear, cubic, upsampled] = kinds.map(|kind| error_of(kind, 1.3));
    println!("{linear} {cubic} {upsampled}");
    assert!(linear < 4e-3, "{linear}");
    assert!(cubic < linear / 2.0, "{cubic}, linear {linear}");
    assert!(upsampled < linear / 2.0, "{upsampled}, linear {linear}");
}
