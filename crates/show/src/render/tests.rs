//! Renderings against closed forms. Knows no files.

use ndarray::Array3;
use voltomo_types::{LengthUnit, VoxelGrid};

use super::renderer::{Renderer, VolumeToRender};
use super::style::RenderStyle;
use super::{Camera, ControlPoint, Cut, Projection, TransferFunction};
use crate::picture::ColourMap;

/// A grid of voxels of 0.1 mm about the origin.
fn grid(shape: [usize; 3]) -> VoxelGrid {
    let first = shape.map(|side| -0.05 * (side as f64 - 1.0));
    VoxelGrid { shape, voxel: 0.1, first, unit: LengthUnit::Millimetre }
}

fn style(size: [usize; 2]) -> RenderStyle {
    RenderStyle { camera: Camera { size, ..Camera::default() }, ..RenderStyle::default() }
}

/// Grey, opaque from 0.5 on.
fn solid() -> TransferFunction {
    let point = |attenuation, opacity| ControlPoint { attenuation, opacity };
    let opacity = vec![point(0.3, 0.0), point(0.7, 100.0)];
    TransferFunction { colour_map: ColourMap::Grey, colour_limits: [0.0, 2.0], opacity }
}

/// A ball, a shell about it and a ramp inside: smooth, so that every kernel agrees on it.
fn ball(side: usize, radius: f32) -> Array3<f32> {
    let middle = (side - 1) as f32 / 2.0;
    Array3::from_shape_fn((side, side, side), |(z, y, x)| {
        let [z, y, x] = [z, y, x].map(|at| at as f32 - middle);
        let away = (z * z + y * y + x * x).sqrt();
        let inside = (0.5 * (radius - away) + 0.5).clamp(0.0, 1.0);
        inside * (1.0 + 0.3 * z / middle + 0.2 * (0.5 * x).sin())
    })
}

fn rendered(values: &Array3<f32>, style: &RenderStyle) -> crate::picture::Picture {
    let (depth, rows, columns) = values.dim();
    let grid = grid([depth, rows, columns]);
    let volume = VolumeToRender { attenuation: values.view(), grid };
    Renderer::of_volume(&volume, style).unwrap().image()
}

#[test]
fn a_ball_covers_the_area_of_its_circle() {
    let values = ball(48, 16.0).mapv(|value| if value > 0.0 { value.min(1.0) } else { 0.0 });
    let mut sharp = solid();
    (sharp.opacity[0].attenuation, sharp.opacity[1].attenuation) = (0.499, 0.501);
    sharp.opacity[1].opacity = 1000.0;
    let look = RenderStyle { transfer: Some(sharp), ..style([300, 280]) };
    let grid = grid([48; 3]);
    let volume = VolumeToRender { attenuation: values.view(), grid };
    for (azimuth, elevation) in [(0.0, 0.0), (37.0, 52.0)] {
        let mut look = look.clone();
        (look.camera.azimuth_degrees, look.camera.elevation_degrees) = (azimuth, elevation);
        let renderer = Renderer::of_volume(&volume, &look).unwrap();
        let image = renderer.image();
        let covered = image.bytes().chunks(3).filter(|colour| colour[1] < 200).count();
        // Of radius 16 voxels of 0.1 mm, within a ring of a pixel.
        let radius = 1.6 / renderer.pixel_size();
        let found = (covered as f64 / std::f64::consts::PI).sqrt();
        assert!((found - radius).abs() < 1.0, "{found} pixels, expected {radius}");
    }
}

#[test]
fn a_slab_lets_through_what_its_thickness_says_for_any_step() {
    // Four millimetres of matter along x, in air along x only.
    let values = Array3::from_shape_fn(
        (20, 20, 60),
        |(_, _, x)| {
            if (10..50).contains(&x) { 1.0 } else { 0.0 }
        },
    );
    for opacity in [0.05, 0.3, 0.8] {
        let point = |attenuation, opacity| ControlPoint { attenuation, opacity };
        // A step of opacity at half of the matter: the thickness is 4 mm.
        let points = vec![point(0.499, 0.0), point(0.501, opacity)];
        let transfer = TransferFunction {
            colour_map: ColourMap::Grey,
            colour_limits: [-2.0, 1.0],
            opacity: points,
        };
        for step in [0.1, 0.35, 0.7, 1.0, 2.0] {
            let mut look = style([9, 9]);
            (look.transfer, look.step, look.background) = (Some(transfer.clone()), step, [0; 3]);
            look.camera =
                Camera { azimuth_degrees: 0.0, elevation_degrees: 0.0, zoom: 8.0, ..look.camera };
            let image = rendered(&values, &look);
            let white = f64::from(image.at(4, 4).unwrap()[0]) / 255.0;
            let expected = 1.0 - (-opacity * 4.0_f64).exp();
            assert!((white - expected).abs() < 0.01, "{opacity} {step}: {white}, not {expected}");
        }
    }
}

#[test]
fn a_cut_shows_the_colours_of_its_slice() {
    let values = Array3::from_shape_fn((40, 40, 40), |(z, y, _)| {
        let away = (y as f32 - 19.5).hypot(z as f32 - 19.5);
        if away < 16.0 { 1.0 + 0.02 * z as f32 } else { 0.0 }
    });
    let plane = Cut::Plane { point: [0.0; 3], normal: [0.0, 0.0, 1.0] };
    let wedge = Cut::upright_wedge([0.0, 0.0], [-90.0, 90.0]);
    for cut in [plane, wedge] {
        let mut look = style([120, 120]);
        look.camera = Camera { azimuth_degrees: 0.0, elevation_degrees: 0.0, ..look.camera };
        (look.transfer, look.cuts) = (Some(solid()), vec![cut]);
        let volume = VolumeToRender { attenuation: values.view(), grid: grid([40; 3]) };
        let renderer = Renderer::of_volume(&volume, &look).unwrap();
        let image = renderer.image();
        for z_mm in [-1.1, -0.3, 0.4, 1.2] {
            let [x, y] = renderer.project([z_mm, 0.3, 0.0]).unwrap();
            let at = [x, y].map(voltomo_numeric::cast::to_index);
            let expected = 255.0 * (1.0 + 0.02 * (z_mm / 0.1 + 19.5)) / 2.0;
            let found = f64::from(image.at(at[0], at[1]).unwrap()[0]);
            assert!((found - expected).abs() < 3.0, "{z_mm}: {found}, expected {expected}");
        }
    }
}

#[test]
fn skipping_what_is_empty_changes_no_bit() {
    let mut values = ball(50, 17.0);
    for ((z, y, x), value) in values.indexed_iter_mut() {
        *value += 0.25 * (((z * 7 + y * 13 + x * 29) % 17) as f32 / 17.0);
    }
    let perspective = Projection::Perspective { field_of_view_degrees: 30.0 };
    for projection in [Projection::Orthographic, perspective] {
        let mut look = RenderStyle { transfer: Some(solid()), ..style([160, 120]) };
        look.camera.projection = projection;
        look.cuts = vec![Cut::upright_wedge([0.1, 0.2], [-80.0, -20.0])];
        let volume = VolumeToRender { attenuation: values.view(), grid: grid([50; 3]) };
        let mut renderer = Renderer::of_volume(&volume, &look).unwrap();
        let skipped = renderer.image();
        renderer.blocks.all_shown();
        assert_eq!(skipped, renderer.image());
    }
}
