//! Renders a raw volume of little-endian f32: `render_raw FILE Z Y X VOXEL_MM OUT.png [neutron|xray] [azimuth elevation from to]`.
#![allow(clippy::unwrap_used, reason = "an example may stop")]

use std::path::Path;

use ndarray::Array3;
use voltomo_show::picture::write_png;
use voltomo_show::render::{Cut, RenderStyle, Renderer, VolumeToRender};
use voltomo_types::{LengthUnit, Probe, VoxelGrid};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words.get(at).map(|word| word.parse::<f64>().unwrap());
    let shape = [1, 2, 3].map(|at| words[at].parse::<usize>().unwrap());
    let voxel = number(4).unwrap();
    let bytes = std::fs::read(&words[0]).unwrap();
    let floats = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
    let attenuation = Array3::from_shape_vec(shape, floats.collect()).unwrap();
    drop(bytes);
    let first = shape.map(|side| -0.5 * (side - 1) as f64 * voxel);
    let grid = VoxelGrid { shape, voxel, first, unit: LengthUnit::Millimetre };
    let is_neutron = words.get(6).is_some_and(|word| word == "neutron");
    let probe = Some(if is_neutron { Probe::Neutron } else { Probe::Xray });
    let mut style = RenderStyle { probe, title: vec![words[0].clone()], ..RenderStyle::default() };
    style.camera.is_upside_down = words.get(11).is_some();
    style.camera.azimuth_degrees = number(7).unwrap_or(-60.0);
    style.camera.elevation_degrees = number(8).unwrap_or(25.0);
    if let Some((from, to)) = number(9).zip(number(10)) {
        style.cuts = vec![Cut::upright_wedge([0.0, 0.0], [from, to])];
    }
    let begin = std::time::Instant::now();
    let renderer =
        Renderer::of_volume(&VolumeToRender { attenuation: attenuation.view(), grid }, &style);
    let renderer = renderer.unwrap();
    println!("ready after {:.2} s: {:?}", begin.elapsed().as_secs_f64(), renderer.transfer());
    let picture = renderer.picture();
    println!("done after {:.2} s", begin.elapsed().as_secs_f64());
    write_png(&picture, Path::new(&words[5])).unwrap();
}
