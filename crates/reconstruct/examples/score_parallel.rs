//! Reconstructs a stack of sinograms from a .npy file and writes the slices as .npy, so that the
//! peers' benchmark can score and time it. Knows no format but plain float32 .npy.
//!
//! `score_parallel IN.npy OUT.npy [RUNS [METHOD]]`: IN is float32 `[slice, angle, column]` over
//! 180°, end excluded, axis in the middle; OUT is float32 `[slice, y, x]` in 1/pixel, or `-` for
//! none. METHOD is `fbp` (default), `fbp-cubic`, `fbp-upsampled` or `fourier`. Prints one line a
//! run: seconds of the call and of the processor, with the data in memory.

#![allow(clippy::unwrap_used, reason = "a tool for measurements may stop")]

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    time::Instant,
};

use ndarray::{Array3, Axis};
use voltomo_reconstruct::{
    Fbp, Fourier, Projections, ReconstructSettings, Reconstruction, grid_for,
    kernel::backproject::Interpolation,
};
use voltomo_types::{ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output, rest @ ..] = &arguments[..] else {
        eprintln!("usage: score_parallel IN.npy OUT.npy [RUNS [METHOD]]");
        std::process::exit(2);
    };
    let runs: usize = rest.first().map_or(1, |runs| runs.parse().unwrap());
    let method = rest.get(1).map_or("fbp", String::as_str);
    let sinograms = read_npy(input);
    let (rows, angle_count, columns) = sinograms.dim();
    let mut projections = sinograms;
    projections.swap_axes(0, 1);

    let (method, grid) = prepare(method, (angle_count, rows, columns));
    let updates = (grid.voxel_count() * angle_count) as f64;
    let mut slices = Array3::zeros((0, 0, 0));
    for run in 0..runs {
        drop(slices);
        let (wall, processor) = (Instant::now(), processor_seconds());
        let given = Projections::new(projections.view(), 0);
        slices = method.reconstruct(given, 0..rows, &()).unwrap();
        let wall = wall.elapsed().as_secs_f64();
        println!(
            "{} run {run}: {rows} x {angle_count} x {columns}: {wall:.2} s wall, {:.2} s processor, \
             {:.2} GUPS, {} MB working",
            method.name(),
            processor_seconds() - processor,
            updates / wall / 1e9,
            method.working_bytes(0..rows) / 1_000_000,
        );
    }
    if output != "-" {
        write_npy(output, &slices);
    }
}

/// The method over a half turn, with the axis in the middle, and the grid of its slices.
fn prepare(
    name: &str,
    (angle_count, rows, columns): (usize, usize, usize),
) -> (Box<dyn Reconstruction>, VoxelGrid) {
    let half_turn = std::f64::consts::PI;
    let geometry = ParallelGeometry {
        angles: (0..angle_count)
            .map(|k| Radian(k as f64 * half_turn / angle_count as f64))
            .collect(),
        axis: RotationAxis { centre: (columns as f64 - 1.0) / 2.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(rows, columns),
        pixel: None,
    };
    let settings = ReconstructSettings::default();
    let grid = grid_for(&geometry, (rows, columns), &settings).unwrap();
    let frame_shape = (rows, columns);
    let fbp = |interpolation| {
        let fbp = Fbp::new(&geometry, frame_shape, &grid, &settings).unwrap();
        Box::new(fbp.with_interpolation(interpolation))
    };
    let method: Box<dyn Reconstruction> = match name {
        "fbp" => fbp(Interpolation::Linear),
        "fbp-cubic" => fbp(Interpolation::Cubic),
        "fbp-upsampled" => fbp(Interpolation::Upsampled),
        "fourier" => Box::new(Fourier::new(&geometry, frame_shape, &grid, &settings).unwrap()),
        other => panic!("method {other}, expected fbp, fbp-cubic, fbp-upsampled or fourier"),
    };
    (method, grid)
}

/// User and system seconds of this process, from the kernel's own account (Linux; else NaN).
fn processor_seconds() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else {
        return f64::NAN;
    };
    let ticks = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    ticks.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn read_npy(path: &str) -> Array3<f32> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + header_length]).unwrap();
    assert!(header.contains("'<f4'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let shape: Vec<usize> = shape.split(',').filter_map(|text| text.trim().parse().ok()).collect();
    let (values, _) = bytes[10 + header_length..].as_chunks::<4>();
    let values = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
    Array3::from_shape_vec((shape[0], shape[1], shape[2]), values).unwrap()
}

fn write_npy(path: &str, slices: &Array3<f32>) {
    let shape = slices.dim();
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape:?}, }}").into_bytes();
    header.resize((10 + header.len() + 1).next_multiple_of(64) - 11, b' ');
    header.push(b'\n');
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(b"\x93NUMPY\x01\x00").unwrap();
    file.write_all(&u16::try_from(header.len()).unwrap().to_le_bytes()).unwrap();
    file.write_all(&header).unwrap();
    for slice in slices.axis_iter(Axis(0)) {
        let bytes: Vec<u8> = slice.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes).unwrap();
    }
}
