//! What filtered back-projection makes of samples wider than the frame with each kind of padding:
//! discs of known attenuation, of which the rows show the middle.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::f64::consts::PI;

use ndarray::Array3;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{Method, Padding, Projections, ReconstructSettings, grid_for, prepare};
use voltomo_types::{
    Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

const FRAME: (usize, usize) = (2, 96);
const PIXEL_MM: f64 = 0.1;
const EVERY: [Padding; 4] = [Padding::Edge, Padding::Zero, Padding::Cosine, Padding::Cylinder];

/// Place `[x, y]` and half axes in mm, µ in 1/cm.
type Disc = ([f64; 2], [f64; 2], f64);

fn geometry(centre: f64) -> ParallelGeometry {
    ParallelGeometry {
        angles: (0..180).map(|k| Radian(f64::from(k) * PI / 180.0)).collect(),
        axis: RotationAxis { centre, tilt: Radian(0.0) },
        frame: PixelFrame::whole(FRAME.0, FRAME.1),
        pixel: Some(Millimetre(PIXEL_MM)),
    }
}

/// Chords of the discs, the mean of four rays a pixel.
fn projections(geometry: &ParallelGeometry, discs: &[Disc]) -> Array3<f32> {
    let shape = (geometry.angles.len(), FRAME.0, FRAME.1);
    Array3::from_shape_fn(shape, |(view, _, column)| {
        let (sin, cos) = geometry.angles[view].0.sin_cos();
        let chord = |part: f64| {
            let place = (column as f64 + part - geometry.axis.centre) * PIXEL_MM;
            let of = |&([x, y], [a, b], mu): &Disc| {
                let away = place - (x * cos - y * sin);
                let reach = (a * cos).powi(2) + (b * sin).powi(2);
                mu * 2.0 * a * b * (reach - away * away).max(0.0).sqrt() / reach / 10.0
            };
            discs.iter().map(of).sum::<f64>()
        };
        to_f32([-0.375, -0.125, 0.125, 0.375].map(chord).iter().sum::<f64>() / 4.0)
    })
}

fn truth([x, y]: [f64; 2], discs: &[Disc]) -> f64 {
    let inside = |&([cx, cy], [a, b], mu): &Disc| {
        if ((x - cx) / a).hypot((y - cy) / b) < 1.0 { mu } else { 0.0 }
    };
    discs.iter().map(inside).sum()
}

/// Percent that the mean µ is off within 2.4 mm of the axis, and in the ring from there to 4.4 mm; and
/// the root mean square of what voxels are off in both together.
fn errors(discs: &[Disc], (method, padding): (Method, Padding)) -> [f64; 3] {
    let geometry = geometry(47.5);
    let values = projections(&geometry, discs);
    let settings = ReconstructSettings { method, padding, ..Default::default() };
    let grid: VoxelGrid = grid_for(&geometry, FRAME, &settings).unwrap();
    let made = prepare(&Geometry::Parallel(geometry), FRAME, &grid, &settings).unwrap();
    let volume = made.reconstruct(Projections::new(values.view(), 0), 0..1, &()).unwrap();
    let (mut sums, mut square, mut count) = ([[0.0; 2]; 2], 0.0, 0.0);
    for ((z, y, x), value) in volume.indexed_iter() {
        let [_, y, x] = grid.centre_of([z, y, x]);
        if x.hypot(y) < 4.4 {
            let ring = usize::from(x.hypot(y) > 2.4);
            let true_mu = truth([x, y], discs);
            sums[ring][0] += f64::from(*value);
            sums[ring][1] += true_mu;
            square += (f64::from(*value) - true_mu).powi(2);
            count += 1.0;
        }
    }
    let mean = (sums[0][1] + sums[1][1]) / count;
    let off = sums.map(|[found, truth]| 100.0 * (found / truth - 1.0));
    [off[0], off[1], 100.0 * (square / count).sqrt() / mean]
}

fn told(name: &str, discs: &[Disc], method: Method) -> [[f64; 3]; 4] {
    EVERY.map(|padding| {
        let errors = errors(discs, (method, padding));
        println!("{name:28} {:8} {padding:?}: {errors:6.2?} %", method.name());
        errors
    })
}

#[test]
fn a_cylinder_about_the_axis_is_continued_exactly() {
    for method in [Method::Fbp, Method::Fourier] {
        for radius in [5.5, 6.0, 7.2, 9.0] {
            let disc = [([0.0, 0.0], [radius; 2], 3.0)];
            let [edge, _, _, cylinder] = told(&format!("cylinder {radius}"), &disc, method);
            // The last one ends where what is put beside the row does.
            let limit = if radius < 8.0 { 0.2 } else { 1.5 };
            assert!(cylinder.iter().all(|percent| percent.abs() < limit), "{cylinder:?}");
            assert!(edge[0].abs() > 5.0, "{edge:?}");
        }
    }
}

#[test]
fn an_ellipse_about_the_axis_is_continued_exactly() {
    let disc = [([0.0, 0.0], [5.6, 7.5], 3.0)];
    let cylinder = told("ellipse", &disc, Method::Fbp)[3];
    assert!(cylinder.iter().all(|percent| percent.abs() < 1.0), "{cylinder:?}");
}

/// A body off the axis with rods in it, and one with a dense wall beyond the frame.
#[test]
fn bodies_that_are_no_cylinder_about_the_axis_are_nearer_the_truth_than_with_any_other_padding() {
    let inserts = [
        ([0.0, 0.0], [1.2, 1.2], 0.5),
        ([-2.0, 1.5], [0.7, 0.7], 1.0),
        ([2.5, -1.0], [0.6, 0.6], -0.6),
    ];
    for (name, body) in [
        ("off the axis by 0.5 mm", vec![([0.3, 0.4], [6.5; 2], 1.0)]),
        ("wall at 5.8 to 6 mm", vec![([0.3, 0.4], [6.0; 2], 3.0), ([0.3, 0.4], [5.76; 2], -2.0)]),
        (
            "wall at 6.9 to 7.2 mm",
            vec![([0.3, 0.4], [7.2; 2], 3.0), ([0.3, 0.4], [6.912; 2], -2.0)],
        ),
    ] {
        let discs: Vec<Disc> = body.into_iter().chain(inserts).collect();
        let [edge, zero, cosine, cylinder] = told(name, &discs, Method::Fbp);
        let least = [edge, zero, cosine].map(|one| one[2]).into_iter().fold(f64::MAX, f64::min);
        assert!(cylinder[2] < least, "{name}: {cylinder:?}, {least}");
    }
}
