//! Renderings against closed forms. Knows no files.

use ndarray::Array3;
use voltomo_types::{LengthUnit, VoxelGrid};

use super::reference::Reference;
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
    for (projection, step) in [(Projection::Orthographic, 3.7), (perspective, 0.7)] {
        let mut look = RenderStyle { transfer: Some(solid()), step, ..style([160, 120]) };
        look.camera.projection = projection;
        look.cuts = vec![Cut::upright_wedge([0.1, 0.2], [-80.0, -20.0])];
        let volume = VolumeToRender { attenuation: values.view(), grid: grid([50; 3]) };
        let mut renderer = Renderer::of_volume(&volume, &look).unwrap();
        let skipped = renderer.image();
        renderer.blocks.all_shown();
        assert_eq!(skipped, renderer.image());
    }
}

/// The last step within an empty block ends beyond it, farther than the block sees.
#[test]
fn the_step_out_of_what_is_empty_is_taken() {
    let values = Array3::from_shape_fn((24, 24, 24), |(_, _, x)| if x < 10 { 0.0 } else { 1.0 });
    let mut look = RenderStyle { transfer: Some(solid()), step: 3.7, ..style([60, 50]) };
    look.camera.azimuth_degrees = 175.0;
    let volume = VolumeToRender { attenuation: values.view(), grid: grid([24; 3]) };
    let mut renderer = Renderer::of_volume(&volume, &look).unwrap();
    let skipped = renderer.image();
    renderer.blocks.all_shown();
    assert_eq!(skipped, renderer.image());
}

/// 20 · lg(255 / root mean square difference) of 8-bit pictures.
fn peak_signal_to_noise(one: &[u8], other: &[u8]) -> f64 {
    let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
    let mean = one.iter().zip(other).map(square).sum::<f64>() / one.len() as f64;
    20.0 * (255.0 / mean.sqrt()).log10()
}

/// They agree to 48 to 51 dB and differ where a ray grazes a body, whose colour the fast one takes
/// from fewer places. 40 dB are a root mean square of 2.5 of 255 levels.
#[test]
fn the_fast_renderer_agrees_with_its_slow_reference() {
    let values = ball(34, 12.0);
    let grid = grid([34; 3]);
    let perspective = Projection::Perspective { field_of_view_degrees: 35.0 };
    for (projection, opacity) in [(Projection::Orthographic, 20.0), (perspective, 2.0)] {
        let mut look = RenderStyle { anti_aliasing: 1, ..style([56, 48]) };
        let mut transfer = TransferFunction { colour_map: ColourMap::Turbo, ..solid() };
        transfer.opacity[1].opacity = opacity;
        look.transfer = Some(transfer.clone());
        look.camera.projection = projection;
        look.cuts = vec![Cut::upright_wedge([0.1, 0.05], [-110.0, -30.0])];
        let volume = VolumeToRender { attenuation: values.view(), grid };
        let renderer = Renderer::of_volume(&volume, &look).unwrap();
        let fast = renderer.image();
        let is_cut =
            |[_, y, x]: [f64; 3]| (-110.0..-30.0).contains(&(y - 0.1).atan2(x - 0.05).to_degrees());
        let (viewer, transfer) = (&renderer.viewer(), &transfer);
        let slow =
            Reference { values: &values, grid, transfer, style: &look, viewer, is_cut: &is_cut };
        let means = slow.means();
        let pixels =
            (0..48).flat_map(|y| (0..56).map(move |x| [x, y].map(|at| f64::from(at) + 0.5)));
        let colours = pixels.flat_map(|at| slow.pixel(&means, at));
        let slow: Vec<u8> =
            colours.map(|level| super::trace::byte(voltomo_numeric::cast::to_f32(level))).collect();
        let likeness = peak_signal_to_noise(fast.bytes(), &slow);
        assert!(likeness > 40.0, "{projection:?}: {likeness} dB");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let values = ball(40, 14.0);
    let mut look = RenderStyle { transfer: Some(solid()), ..style([120, 90]) };
    look.cuts = vec![Cut::upright_wedge([0.0, 0.0], [10.0, 250.0])];
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| rendered(&values, &look))
    };
    assert_eq!(with(1), with(3));
}
