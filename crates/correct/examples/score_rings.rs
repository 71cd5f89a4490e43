//! Takes the rings out of one sinogram in a .npy file and writes it as .npy, so that the peers'
//! benchmark can score and time it. Knows no format but plain float32 .npy.
//!
//! `score_rings IN.npy OUT.npy SETTINGS [RUNS [COPIES]]`: IN is float32 `[angle, column]`, OUT the
//! same, or `-` for none; SETTINGS is the table `correct.rings` as JSON, `{"method": "sorting"}`.
//! COPIES sinograms are filtered at once (1), as those of a slab are. Prints one line a run: seconds
//! of the call and of the processor for one sinogram, with the data in memory. With the method
//! `auto` it tells what was tried and chosen instead, and RUNS is the turns of the scan (0.5).

#![allow(clippy::unwrap_used, reason = "a tool for measurements may stop")]

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    time::Instant,
};

use ndarray::{Array2, Array3, Axis};
use voltomo_correct::{RingFilter, RingMethod, RingSettings, choose_method};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output, settings, rest @ ..] = &arguments[..] else {
        eprintln!("usage: score_rings IN.npy OUT.npy SETTINGS [RUNS [COPIES]]");
        std::process::exit(2);
    };
    let settings: RingSettings = serde_json::from_str(settings).unwrap();
    let sinogram = read_npy(input);
    let (angles, columns) = sinogram.dim();
    if settings.method == RingMethod::Auto {
        return tell_choice(sinogram, rest.first().map_or(0.5, |turns| turns.parse().unwrap()));
    }
    let number = |place: usize| rest.get(place).map_or(1, |text| text.parse().unwrap());
    let (runs, copies): (usize, usize) = (number(0), number(1));
    let filter = RingFilter::new(&settings, (angles, columns)).unwrap();
    let mut filtered = Array3::zeros((angles, copies, columns));
    for run in 0..runs {
        for mut copy in filtered.axis_iter_mut(Axis(1)) {
            copy.assign(&sinogram);
        }
        let (wall, processor) = (Instant::now(), processor_seconds());
        filter.apply_to_rows(filtered.view_mut());
        let wall = wall.elapsed().as_secs_f64();
        let share = 1.0 / copies as f64;
        println!(
            "{:?} run {run}: {angles} x {columns}, {copies} at once: {:.4} s wall, {:.4} s processor",
            settings.method,
            wall * share,
            (processor_seconds() - processor) * share,
        );
    }
    if output != "-" {
        write_npy(output, &filtered.index_axis(Axis(1), 0).to_owned());
    }
}

/// What `auto` makes of the sinogram, taken over so many turns.
fn tell_choice(sinogram: Array2<f32>, turns: f64) {
    let count = sinogram.nrows();
    let angle = |k: usize| std::f64::consts::TAU * turns * k as f64 / count as f64;
    let angles: Vec<f64> = (0..count).map(angle).collect();
    let settings = RingSettings::of(RingMethod::Auto);
    let choice = choose_method(&[sinogram], &angles, &settings).unwrap();
    for one in &choice.tried {
        println!(
            "{:?} {}: {:.3e}, {:.1} dB, {:.2} % of windings, {:.2} of the mean row",
            one.method,
            one.window,
            one.index,
            one.gain_db,
            100.0 * one.winding_loss,
            one.change
        );
    }
    println!("{}", choice.why);
}

/// User and system seconds of this process, from the kernel's own account (Linux; else NaN).
fn processor_seconds() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else {
        return f64::NAN;
    };
    let ticks = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    ticks.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn read_npy(path: &str) -> Array2<f32> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + header_length]).unwrap();
    assert!(header.contains("'<f4'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let shape: Vec<usize> = shape.split(',').filter_map(|text| text.trim().parse().ok()).collect();
    let (values, _) = bytes[10 + header_length..].as_chunks::<4>();
    let values = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
    Array2::from_shape_vec((shape[0], shape[1]), values).unwrap()
}

fn write_npy(path: &str, sinogram: &Array2<f32>) {
    let shape = sinogram.dim();
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape:?}, }}").into_bytes();
    header.resize((10 + header.len() + 1).next_multiple_of(64) - 11, b' ');
    header.push(b'\n');
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(b"\x93NUMPY\x01\x00").unwrap();
    file.write_all(&u16::try_from(header.len()).unwrap().to_le_bytes()).unwrap();
    file.write_all(&header).unwrap();
    for value in sinogram {
        file.write_all(&value.to_le_bytes()).unwrap();
    }
}
