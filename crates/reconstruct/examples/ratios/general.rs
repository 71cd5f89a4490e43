//! Filtered back-projection of a cone beam: source and detector of every view where they please,
//! beside the ideal circle. Knows no kernel.

use ndarray::Array3;
use voltomo_reconstruct::{
    Fdk, Projections, ReconstructSettings, Reconstruction, kernel::backproject::Processor,
};
use voltomo_types::{ConeGeometry, PixelFrame, Radian};

use crate::{
    cone::{circle, grid},
    seconds, tell,
};

const VIEWS: usize = 360;
const PIXELS: usize = 320;
/// In voxels of 1 mm.
const RADIUS: f64 = 80.0;
const MIDDLE: [f64; 3] = [5.0, -9.0, 14.0];

pub(crate) fn compare() {
    let updates = (grid().voxel_count() * VIEWS) as f64;
    let ideal = geometry((0.0, 0.0), 0.0);
    let rolled = geometry((1.0, 0.0), 0.0);
    let free = geometry((1.0, 0.5), 1.5);
    let [ideal, rolled, free] = [ideal, rolled, free].map(|geometry| fdk_seconds(&geometry));
    let calls = [("ideal circle", ideal), ("rolled by 1°", rolled), ("free vectors", free)];
    let what = format!("fdk, 256³, {VIEWS} views of {PIXELS}², filter included");
    tell(&what, Processor::found(), updates, &calls);
    println!("  free vectors take {:.2} times as long as the ideal circle", free / ideal);
}

/// A circle of views; each then displaced by up to so many pixels, source and detector apart.
fn geometry(turned: (f64, f64), astray: f64) -> ConeGeometry {
    let angle = |view: usize| Radian(view as f64 * std::f64::consts::TAU / VIEWS as f64);
    let angles: Vec<Radian> = (0..VIEWS).map(angle).collect();
    let mut geometry = circle(PIXELS, turned).geometry(&angles, PixelFrame::whole(PIXELS, PIXELS));
    for (k, view) in geometry.views.iter_mut().enumerate() {
        let wave = |axis: usize, of: f64| astray * (k as f64 * of + 2.0 * axis as f64).sin();
        view.source = std::array::from_fn(|axis| view.source[axis] + wave(axis, 0.7));
        view.origin = std::array::from_fn(|axis| view.origin[axis] + wave(axis, 1.9));
    }
    geometry
}

/// Processor seconds of a whole reconstruction, whose ball must have its µ.
fn fdk_seconds(geometry: &ConeGeometry) -> f64 {
    let data = chords(geometry);
    let settings = ReconstructSettings { circular_mask: false, ..Default::default() };
    let fdk = Fdk::new(geometry, (PIXELS, PIXELS), &grid(), &settings).unwrap();
    let slices = grid().shape[0];
    let mut volume = Array3::zeros((0, 0, 0));
    let took = seconds(|| {
        let given = Projections::new(data.view(), 0);
        volume = fdk.reconstruct(given, 0..slices, &()).unwrap();
    });
    let middle = volume[MIDDLE.map(|place| voltomo_numeric::cast::to_index(place + 127.5))];
    // Of 1 a mm, in 1/cm.
    assert!((middle / 10.0 - 1.0).abs() < 0.02, "µ {middle}, expected 10");
    took
}

/// Chords of a ball, `[view, row, column]`.
fn chords(geometry: &ConeGeometry) -> Array3<f32> {
    Array3::from_shape_fn((VIEWS, PIXELS, PIXELS), |(view, row, column)| {
        let view = &geometry.views[view];
        let ray: [f64; 3] = std::array::from_fn(|k| {
            let pixel = view.origin[k]
                + row as f64 * view.along_rows[k]
                + column as f64 * view.along_columns[k];
            pixel - view.source[k]
        });
        let toward: [f64; 3] = std::array::from_fn(|k| MIDDLE[k] - view.source[k]);
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let along = dot(ray, toward).powi(2) / dot(ray, ray);
        let half = (RADIUS * RADIUS - dot(toward, toward) + along).max(0.0).sqrt();
        voltomo_numeric::cast::to_f32(2.0 * half)
    })
}
