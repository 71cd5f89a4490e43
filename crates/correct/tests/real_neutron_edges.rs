//! Eight real neutron radiographs of a tilted absorber's edge, full of gamma spots.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use std::{fs::File, path::Path};

use ndarray::{Array2, Array3, s};
use phantom_scan::{correct, frame, references, settings};
use voltomo_correct::{CorrectSettings, SpotSettings, remove_spots};
use voltomo_numeric::cast::to_index;
use voltomo_types::{Scan, When};

/// Part of the frame that the left edge of the absorber runs through.
const ROWS: std::ops::Range<usize> = 150..450;
const COLUMNS: usize = 250;

fn read(name: &str) -> Array2<f32> {
    let folder = std::env::var("VOLTOMO_DATA").expect("VOLTOMO_DATA names the real scans");
    let path = Path::new(&folder).join("neutron_edges").join(name);
    let mut decoder = tiff::decoder::Decoder::new(File::open(path).unwrap()).unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let tiff::decoder::DecodingResult::U16(counts) = decoder.read_image().unwrap() else {
        panic!("16 bit")
    };
    let counts = counts.into_iter().map(f32::from).collect();
    Array2::from_shape_vec((height as usize, width as usize), counts).unwrap()
}

fn stack(names: &[String]) -> Array3<f32> {
    let frames: Vec<Array2<f32>> = names.iter().map(|name| read(name)).collect();
    let views: Vec<_> = frames.iter().map(|part| part.view()).collect();
    ndarray::stack(ndarray::Axis(0), &views).unwrap()
}

fn scan() -> Scan {
    let names: Vec<String> = (0..8).map(|k| format!("edge20mm_{k:04}.tif")).collect();
    let flats = vec![references(stack(&["ob.tif".into()]), When::Unknown)];
    let mut scan = phantom_scan::scan_of(stack(&names), flats, 0.0);
    scan.darks = vec![references(stack(&["dc.tif".into()]), When::Unknown)];
    scan
}

/// Where a row crosses a transmission, between columns.
fn crossing(row: &[f32], level: f32) -> f32 {
    let is_crossing = |k: &usize| (row[*k] - level) * (row[k + 1] - level) <= 0.0;
    let k = (0..row.len() - 1).find(is_crossing).unwrap();
    k as f32 + (level - row[k]) / (row[k + 1] - row[k])
}

/// Samples of a profile in a pixel.
const FINE: f32 = 4.0;

/// The profile across the edge, four samples a pixel: rows are shifted onto each other along the
/// edge's line and their median is taken, so that spots do not count.
fn edge_profile(transmission: &Array2<f32>) -> Vec<f32> {
    let smooth = |y: usize, x: usize| {
        let part = transmission.slice(s![y.saturating_sub(5)..(y + 6).min(600), x]);
        voltomo_numeric::median::median_in_place(&mut part.to_vec()).unwrap()
    };
    let centres: Vec<(f32, f32)> = (ROWS)
        .step_by(10)
        .map(|y| (y as f32, crossing(&(0..COLUMNS).map(|x| smooth(y, x)).collect::<Vec<_>>(), 0.5)))
        .collect();
    let count = centres.len() as f32;
    let mean = |f: &dyn Fn(&(f32, f32)) -> f32| centres.iter().map(f).sum::<f32>() / count;
    let (my, mx) = (mean(&|c| c.0), mean(&|c| c.1));
    let slope = mean(&|c| (c.0 - my) * (c.1 - mx)) / mean(&|c| (c.0 - my).powi(2));
    let mut bins = vec![Vec::new(); 240];
    for y in ROWS {
        for x in 0..COLUMNS {
            let distance = x as f32 - mx - slope * (y as f32 - my);
            if distance.abs() < 30.0 {
                bins[to_index(f64::from(distance + 30.0) * 4.0).min(239)]
                    .push(transmission[[y, x]]);
            }
        }
    }
    bins.iter_mut().map(|bin| voltomo_numeric::median::median_in_place(bin).unwrap()).collect()
}

/// 10–90 % width of the edge in pixels.
fn edge_width(transmission: &Array2<f32>) -> f32 {
    let profile = edge_profile(transmission);
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    let (low, high) = (mean(&profile[..30]), mean(&profile[210..]));
    let at = |share: f32| crossing(&profile, low + share * (high - low)) / FINE;
    (at(0.9) - at(0.1)).abs()
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn spots_go_and_the_edge_stays_as_sharp() {
    let scan = scan();
    let with = |json: &str| correct(&scan, &settings(json)).unwrap();
    let before = with(r#"{"spots": {"method": "none"}, "dose": {"method": "none"}}"#).1;
    let (survey, after) = with(r#"{"dose": {"method": "none"}}"#);
    let figures = after.figures();
    eprintln!("{figures:?} {:?}", survey.figures());
    assert!(figures.spots_bright > 20_000 && figures.spots_bright < 300_000, "{figures:?}");
    assert!(figures.spots_dark < figures.spots_bright / 10, "{figures:?}");
    for k in 0..8 {
        let transmission = |stack: &Array3<f32>| frame(stack, k).mapv(|p| (-p).exp());
        let widths = [&before, &after].map(|c| edge_width(&transmission(&c.line_integrals)));
        eprintln!("edge {k}: {widths:?} px");
        assert!((widths[1] / widths[0] - 1.0).abs() < 0.02, "{k}: {widths:?}");
    }
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn transmission_of_the_open_part_is_one() {
    let (survey, corrected) = correct(&scan(), &CorrectSettings::default()).unwrap();
    eprintln!("{:?}", survey.figures().dose);
    for k in 0..8 {
        let transmission = frame(&corrected.line_integrals, k).mapv(|p| (-p).exp());
        let open = transmission.slice(s![100..500, 5..30]).mean().unwrap();
        eprintln!("open part {k}: {open}");
        assert!((open - 1.0).abs() < 0.01, "{k}: {open}");
    }
}

/// Spots that hang together in the darkest part come apart only once their neighbours are gone:
/// a second pass finds some more there.
#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn hardly_a_spot_is_left_above_the_threshold() {
    for k in 0..8 {
        let mut radiograph = read(&format!("edge20mm_{k:04}.tif"));
        let first = remove_spots(&mut radiograph, &SpotSettings::default()).unwrap();
        let again = remove_spots(&mut radiograph, &SpotSettings::default()).unwrap();
        eprintln!("radiograph {k}: {first:?}, then {again:?}");
        assert!(first.bright > 2000);
        assert!(10 * (again.bright + again.dark) < first.bright, "{again:?} after {first:?}");
    }
}

/// Modulation transfer at a frequency in cycles a pixel: the spectrum of the profile's slope, which
/// fades out at both ends.
fn transfer(profile: &[f32], frequency: f32) -> f32 {
    let middle = profile.len() as f32 / 2.0;
    let slope = |k: usize| {
        let fade = (std::f32::consts::PI * (k as f32 + 0.5 - middle) / profile.len() as f32).cos();
        (profile[k + 1] - profile[k]) * fade * fade
    };
    let sum = |wave: &dyn Fn(f32) -> f32| {
        (0..profile.len() - 1)
            .map(|k| slope(k) * wave(std::f32::consts::TAU * frequency * k as f32 / FINE))
            .sum::<f32>()
    };
    let still = sum(&|_| 1.0);
    (sum(&f32::cos).powi(2) + sum(&f32::sin).powi(2)).sqrt() / still.abs()
}

/// Transmission of the first radiographs with this table.
fn transmission_with(table: &str) -> (Option<f32>, Array3<f32>) {
    let json = format!(r#"{{"dose": {{"method": "none"}}{table}}}"#);
    let (survey, corrected) = correct(&scan(), &settings(&json)).unwrap();
    (survey.figures().deblur_noise_gain, corrected.line_integrals.mapv(|p| (-p).exp()))
}

/// The blur of the edge as measured, taken for a Gaussian's: σ = width/2.563.
#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn deblurring_makes_the_edge_sharper_at_a_cost_that_is_told() {
    let (_, before) = transmission_with("");
    let width = edge_width(&frame(&before, 0));
    let noise = |stack: &Array3<f32>| {
        let open = frame(stack, 0);
        let step = |y: usize, x: usize| open[[y, x + 1]] - open[[y, x]];
        let all: Vec<f32> = (100..500)
            .flat_map(|y| (5..30).map(move |x| (y, x)))
            .map(|(y, x)| step(y, x))
            .collect();
        (all.iter().map(|v| v * v).sum::<f32>() / all.len() as f32 / 2.0).sqrt()
    };
    eprintln!("edge 10-90 % {width:.2} px, noise {:.4}", noise(&before));
    for (method, rest) in
        [("wiener", r#""noise_to_signal": 0.05"#), ("richardson_lucy", r#""iterations": 10"#)]
    {
        let sigma = width / 2.563;
        let table = format!(r#", "deblur": {{"method": "{method}", "gaussian": {sigma}, {rest}}}"#);
        let (gain, after) = transmission_with(&table);
        let sharper = edge_width(&frame(&after, 0));
        let profiles = [&before, &after].map(|stack| edge_profile(&frame(stack, 0)));
        let at = |f: f32| [0, 1].map(|k| transfer(&profiles[k], f));
        eprintln!(
            "{method}: edge {sharper:.2} px, transfer at 0.05 {:.2?}, at 0.1 {:.2?}, noise {:.4}, told {gain:?}",
            at(0.05),
            at(0.1),
            noise(&after)
        );
        assert!(sharper < 0.8 * width, "{method}: {width} {sharper}");
        assert!(at(0.05)[1] > at(0.05)[0], "{method}");
    }
}
