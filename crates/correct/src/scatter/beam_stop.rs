//! The background behind beam stops: in every radiograph, or in frames of their own. Knows no kernels.

use ndarray::{Array3, s};
use rayon::prelude::*;
use voltomo_numeric::{cast::to_f32, median::median_in_place};
use voltomo_types::Problem;

use super::{
    ScatterFigures, black_bodies,
    figures::DotFigures,
    given::{Found, Given},
    grid::at_nodes,
    surface::Dot,
};
use crate::first_error::first_error;
use crate::{CorrectError, dose::grown, noise::spread, region::Region};

/// Radiographs that frames with stops are held against.
const COMPARED: usize = 12;

/// What is seen behind a stop is darker than this share of what is seen about it.
const DARK: f32 = 0.9;
/// Pixels beside a region that a stop may darken, and beyond them those it is held against.
const BESIDE: [usize; 2] = [4, 8];

const KEY: &str = "correct.scatter.beam_stop.regions";

/// The background behind the stops.
pub(super) fn measure(given: &Given<'_>) -> Result<Found, CorrectError> {
    let regions = regions(given)?;
    if !regions.is_empty() {
        return in_every_radiograph(given, &regions);
    }
    let Some(frames) = &given.instrument.scan.black_bodies.sample else {
        return Err(CorrectError::NoBeamStop);
    };
    let mut picture = given.mean_ratio(frames, black_bodies::SAMPLE)?;
    let chosen = spread(given.shape().frames, COMPARED);
    let mut without = vec![0.0f32; picture.len()];
    for frame in &chosen {
        let ratio = given.ratio(&*given.instrument.scan.radiographs, (*frame, *frame))?;
        without.iter_mut().zip(ratio).for_each(|(sum, value)| *sum += value);
    }
    let count = chosen.len() as f32;
    picture.iter_mut().zip(without).for_each(|(value, sum)| *value *= count / sum);
    black_bodies::behind_stops(given, (frames, &picture))
}

fn regions(given: &Given<'_>) -> Result<Vec<Region>, CorrectError> {
    let shape = given.shape();
    let told = given.settings.scatter.beam_stop.regions.iter();
    told.map(|text| {
        let wrong = |expected: String| {
            CorrectError::Setting(Problem::new(KEY, format!("`{text}`"), expected))
        };
        let region = Region::parse(text).map_err(wrong)?;
        if region.rows.end > shape.rows || region.columns.end > shape.columns {
            return Err(wrong(format!(
                "a region within frames of {} × {} pixels",
                shape.rows, shape.columns
            )));
        }
        Ok(region)
    })
    .collect()
}

/// Stops that stand in every radiograph: in air it reads d + q, with q what is seen behind the stops.
fn in_every_radiograph(given: &Given<'_>, regions: &[Region]) -> Result<Found, CorrectError> {
    let count = given.shape().frames;
    let usual = usual_beam(given);
    check_stops(given, regions, usual)?;
    let nodes = (0..count).into_par_iter().map(|frame| {
        let dots = regions
            .iter()
            .map(|region| behind(given, region, (frame, usual)))
            .collect::<Result<Vec<_>, _>>()?;
        let Some((surface, _)) = black_bodies::surface_of(given, &dots) else {
            return Err(CorrectError::NoBeamStop);
        };
        let dose = match given.region {
            Some(_) => f64::from(given.air[frame]) - given.over_air(|place| surface.at(place)),
            None => f64::from(given.air[frame]),
        };
        if !(dose > 0.01 && dose.is_finite()) {
            let region = given.region.map(ToString::to_string).unwrap_or_default();
            let radiographs = &given.instrument.scan.radiographs;
            let (place, frame) = (radiographs.name_of(frame), radiographs.number_of(frame));
            return Err(CorrectError::NoDose { frame, found: to_f32(dose), region, place });
        }
        Ok(at_nodes(&given.grid, |place| surface.at(place) / dose))
    });
    let nodes = first_error(nodes)?.concat();
    let mut figures = ScatterFigures::of("beam_stop");
    figures.dots = Some(DotFigures {
        dots: regions.len(),
        dropped: 0,
        frames: 0,
        degree: None,
        open_residual: None,
        sample_residual: None,
    });
    Ok(Found { sample: nodes, open: at_nodes(&given.grid, |_| 0.0), figures, warnings: Vec::new() })
}

/// An error where a region is as bright as what lies about it: no stop stands there.
fn check_stops(given: &Given<'_>, regions: &[Region], usual: f32) -> Result<(), CorrectError> {
    let chosen = spread(given.shape().frames, COMPARED).into_par_iter();
    let seen = chosen.map(|frame| {
        let radiographs = &*given.instrument.scan.radiographs;
        let picture = given.ratio(radiographs, (frame, frame))?;
        let share = |region: &Region| {
            let inside = to_f32(behind(given, region, (frame, usual))?.value);
            Ok(inside / about(given, &picture, region).unwrap_or(f32::NAN))
        };
        regions.iter().map(share).collect::<Result<Vec<f32>, CorrectError>>()
    });
    let seen = first_error(seen)?;
    for (k, region) in regions.iter().enumerate() {
        let mut shares: Vec<f32> =
            seen.iter().map(|shares| shares[k]).filter(|share| share.is_finite()).collect();
        if let Some(share) = median_in_place(&mut shares).filter(|share| *share >= DARK) {
            let found =
                format!("`{region}`, which is {share:.3} times as bright as what is about it");
            let expected = format!("a region behind a stop, less than {DARK} times as bright");
            return Err(CorrectError::Setting(Problem::new(KEY, found, expected)));
        }
    }
    Ok(())
}

/// Median of a picture about a region; `None` where no live pixel is there.
fn about(given: &Given<'_>, picture: &[f32], region: &Region) -> Option<f32> {
    let shape = given.shape();
    let around = |by: usize| {
        let rows = grown(&region.rows, by, shape.rows);
        (rows, grown(&region.columns, by, shape.columns))
    };
    let [(near_rows, near_columns), (rows, columns)] = BESIDE.map(around);
    let place = |row: usize, column: usize| {
        let is_near = near_rows.contains(&row) && near_columns.contains(&column);
        Some(picture[row * shape.columns + column]).filter(|value| !is_near && value.is_finite())
    };
    let mut values: Vec<f32> = rows
        .flat_map(|row| columns.clone().filter_map(|column| place(row, column)).collect::<Vec<_>>())
        .collect();
    median_in_place(&mut values)
}

/// Median over a region of one radiograph over the open beam; where the stop stands in the flat
/// fields too, over the usual open beam of the frame.
fn behind(
    given: &Given<'_>,
    region: &Region,
    (frame, usual): (usize, f32),
) -> Result<Dot, CorrectError> {
    let columns = given.shape().columns;
    let mut counts = Array3::zeros((1, region.rows.len(), columns));
    let radiographs = &given.instrument.scan.radiographs;
    radiographs.read(frame..frame + 1, region.rows.clone(), counts.view_mut())?;
    let open_beam = given.instrument.open_beam.at(frame);
    let part = counts.slice(s![0, .., region.columns.clone()]);
    let ratio = |((row, column), count): ((usize, usize), &f32)| {
        let pixel = (region.rows.start + row) * columns + region.columns.start + column;
        let dead = given.instrument.detector.dead[pixel];
        let beam = if dead { usual } else { open_beam.at(pixel) };
        (count - given.instrument.open_beam.dark[pixel]) / beam
    };
    let mut values: Vec<f32> = part.indexed_iter().map(ratio).filter(|v| v.is_finite()).collect();
    let value = f64::from(median_in_place(&mut values).unwrap_or(0.0));
    let place =
        [&region.rows, &region.columns].map(|range| (range.start + range.end - 1) as f64 / 2.0);
    Ok(Dot { place, value })
}

/// Median open beam of the live pixels.
fn usual_beam(given: &Given<'_>) -> f32 {
    let (open, dead) = (given.instrument.open_beam.at(0), &given.instrument.detector.dead);
    let live = (0..dead.len()).filter(|pixel| !dead[*pixel]);
    let mut values: Vec<f32> = live.step_by(31).map(|pixel| open.at(pixel)).collect();
    median_in_place(&mut values).unwrap_or(1.0)
}
