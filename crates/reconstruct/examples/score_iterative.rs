//! Reconstructs a stack of sinograms from a .npy file by an iterative method and writes the slices as
//! .npy, so that the peers' benchmark can score and time it. Knows no format but plain float32 .npy.
//!
//! `score_iterative IN.npy OUT.npy METHOD [ITERATIONS [KEY=VALUE …]]`: IN is float32
//! `[slice, angle, column]` over 180°, end excluded, axis in the middle; OUT is float32
//! `[slice, y, x]` in 1/pixel. Keys and
//! values (JSON): those of `[reconstruct.iterative]`. Prints
//! seconds of the call and of the processor with the data in memory, and the residual.

#![allow(clippy::unwrap_used, reason = "a tool for measurements may stop")]

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    time::Instant,
};

use ndarray::{Array3, Axis};
use voltomo_reconstruct::{Iterative, Projections, ReconstructSettings, Reconstruction, grid_for};
use voltomo_types::{Geometry, ParallelGeometry, PixelFrame, Radian, RotationAxis};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output, method, rest @ ..] = &arguments[..] else {
        eprintln!("usage: score_iterative IN.npy OUT.npy METHOD [ITERATIONS [KEY=VALUE ...]]");
        std::process::exit(2);
    };
    let settings = settings(method, rest);
    let mut projections = read_npy(input);
    projections.swap_axes(0, 1);
    let projections = projections.as_standard_layout().to_owned();
    let (angle_count, rows, columns) = projections.dim();

    let half_turn = std::f64::consts::PI;
    let geometry = ParallelGeometry {
        angles: (0..angle_count)
            .map(|k| Radian(k as f64 * half_turn / angle_count as f64))
            .collect(),
        axis: RotationAxis { centre: (columns as f64 - 1.0) / 2.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(rows, columns),
        pixel: None,
    };
    let grid = grid_for(&geometry, (rows, columns), &settings).unwrap();
    let geometry = Geometry::Parallel(geometry);
    let iterative = Iterative::new(&geometry, (rows, columns), &grid, &settings).unwrap();
    let (wall, processor) = (Instant::now(), processor_seconds());
    let projections = Projections::new(projections.view(), 0);
    let found = iterative.iterate(projections, 0..rows, &()).unwrap();
    let wall = wall.elapsed().as_secs_f64();
    let iterations = found.curve.residual.len();
    println!(
        "{method} {iterations}: {rows} x {angle_count} x {columns}: {wall:.2} s wall, {:.2} s \
         processor, {:.3} s an iteration, residual {:.6}, {} MB working",
        processor_seconds() - processor,
        wall / iterations as f64,
        found.curve.relative().last().unwrap(),
        iterative.working_bytes(0..rows) / 1_000_000,
    );
    write_npy(output, &found.volume);
}

fn settings(method: &str, rest: &[String]) -> ReconstructSettings {
    let mut json = serde_json::json!({ "method": method, "iterative": {} });
    if let Some(iterations) = rest.first() {
        json["iterative"]["iterations"] = iterations.parse::<usize>().unwrap().into();
    }
    for pair in rest.iter().skip(1) {
        let (key, value) = pair.split_once('=').unwrap();
        json["iterative"][key] = serde_json::from_str(value).unwrap();
    }
    serde_json::from_value(json).unwrap()
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
