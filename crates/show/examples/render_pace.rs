//! How fast a cell is rendered: `render_pace [SIDE] [OUT.png]`; prints wall and processor seconds.
#![allow(clippy::unwrap_used, reason = "an example may stop")]

use std::time::Instant;

use ndarray::Array3;
use voltomo_show::picture::write_png;
use voltomo_show::render::{Cut, RenderStyle, Renderer, VolumeToRender, working_bytes};
use voltomo_types::{LengthUnit, Probe, VoxelGrid};

/// µ of a can of steel, a roll of windings and a void, with some noise, in 1/cm.
fn cell(side: usize) -> Array3<f32> {
    let half = side as f32 / 2.0;
    let mut volume = Array3::zeros([side; 3]);
    for ((z, y, x), value) in volume.indexed_iter_mut() {
        let [z, y, x] = [z, y, x].map(|at| (at as f32 + 0.5 - half) / half);
        let (radius, angle) = (y.hypot(x), y.atan2(x) / std::f32::consts::TAU);
        let winding = (radius * 22.0 + angle).fract();
        let is_void = (z - 0.1).powi(2) + (y - 0.35).powi(2) + (x + 0.2).powi(2) < 0.02;
        *value = match radius {
            _ if z.abs() > 0.9 => 0.0,
            radius if radius > 0.88 => 0.0,
            radius if radius > 0.83 || z.abs() > 0.86 => 6.0,
            _ if z.abs() > 0.75 || is_void => 0.0,
            radius if (0.12..0.8).contains(&radius) && winding < 0.7 => 1.8,
            radius if (0.12..0.8).contains(&radius) => 1.0,
            _ => 0.0,
        };
        let seed = (z * 91.7 + y * 47.3 + x * 13.1).sin() * 43758.547;
        *value += 0.2 * (seed - seed.floor() - 0.5);
    }
    volume
}

/// Processor seconds of this process so far; NaN where the system does not say.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks: Vec<f64> = after.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // State is no number: user and system time are the 11th and 12th number after it.
    ticks.get(10).zip(ticks.get(11)).map_or(f64::NAN, |(user, system)| (user + system) / 100.0)
}

fn main() {
    let mut words = std::env::args().skip(1);
    let side = words.next().map_or(512, |word| word.parse().unwrap());
    let attenuation = cell(side);
    let voxel = 20.0 / side as f64;
    let first = [-0.5 * (side - 1) as f64 * voxel; 3];
    let grid = VoxelGrid { shape: [side; 3], voxel, first, unit: LengthUnit::Millimetre };
    let cuts = vec![Cut::upright_wedge([0.0, 0.0], [-110.0, -10.0])];
    let probe = Some(Probe::Xray);
    let style = RenderStyle { probe, cuts, ..RenderStyle::default() };
    let volume = VolumeToRender { attenuation: attenuation.view(), grid };
    let begin = (Instant::now(), processor_seconds());
    let report = |what: &str| {
        let (wall, processor) = (begin.0.elapsed().as_secs_f64(), processor_seconds() - begin.1);
        println!("{what}: {wall:.2} s by the clock, {processor:.2} s of processor");
    };
    let renderer = Renderer::of_volume(&volume, &style).unwrap();
    report("ready");
    let picture = renderer.picture();
    report("picture");
    let megabytes = working_bytes(grid.shape, style.camera.size) as f64 / 1e6;
    println!("{side}³ voxels, {:?} pixels, {megabytes:.0} MB beside them", style.camera.size);
    if let Some(path) = words.next() {
        write_png(&picture, path.as_ref()).unwrap();
    }
}
