//! Backgrounds of open beam and sample from frames with a grid of black bodies. Knows no kernels.
//!
//! Behind a body that lets nothing through, a frame shows what was scattered: by the surroundings in
//! the open beam, by these and the sample behind the sample. `T = (I − D − B)/(I₀ − D − B₀) · d₀/d`,
//! with the doses d read in air less its own background.
//! Sources: Boillat, Carminati, Schmid et al. 2018, doi:10.1364/OE.26.015769; Carminati, Boillat,
//! Schmid et al. 2019, doi:10.1371/journal.pone.0210300.

use rayon::prelude::*;
use voltomo_numeric::{cast::to_f32, median::median_in_place};
use voltomo_types::BlackBodyFrames;

use super::{
    ScatterFigures,
    angles::{Between, between},
    dots::{self, DotGrid},
    figures::DotFigures,
    given::{Found, Given},
    grid::at_nodes,
    placed::{Placed, placed},
    surface::{Dot, Recipe, Surface},
};
use crate::{CorrectError, first_error::first_error, scatter_settings::OverAngle};

pub(super) const OPEN: &str = "acquire.black_bodies_open";
pub(super) const SAMPLE: &str = "acquire.black_bodies_sample";

/// Backgrounds of a frame with dots, its dose taken out.
struct Seen {
    nodes: Vec<f32>,
    residual: Option<f64>,
}

/// The backgrounds that the dots tell.
pub(super) fn measure(given: &Given<'_>) -> Result<Found, CorrectError> {
    let bodies = &given.instrument.scan.black_bodies;
    let missing = |key: &'static str| CorrectError::NoBlackBodies { key };
    let open = bodies.open.as_ref().ok_or(missing(OPEN))?;
    let sample = bodies.sample.as_ref().ok_or(missing(SAMPLE))?;
    let picture = given.mean_ratio(open, OPEN)?;
    let grid = find(given, &picture, (OPEN, open))?;
    let read = read(given, &picture, &grid);
    let recipe = recipe(given, read.len());
    let surface = recipe.through(&read).ok_or_else(|| unfit(given, &grid, (OPEN, open)))?;
    // Air in these frames is the open beam with its background: it tells their dose alone.
    let share = |given: &Given<'_>| {
        let dose = given.air_of(&picture, &grid.shaded).unwrap_or(1.0);
        1.0 / (dose * f64::from(given.settings.scatter.black_bodies.transparency))
    };
    let share = share(given);
    let of_open = |place: [f64; 2]| share * surface.at(place);
    let seen = behind_sample(given, (sample, SAMPLE), (&grid, given.over_air(of_open)))?;
    let mut figures = ScatterFigures::of("black_bodies");
    let mut dots = dot_figures(&grid, &seen, recipe);
    dots.open_residual = recipe.left_out(&read).map(|residual| to_f32(share * residual));
    let level = at_nodes(&given.grid, of_open);
    let mut warnings = judge(&dots);
    figures.dots = Some(dots);
    let sample = over_angle(given, sample, &seen, &mut warnings);
    Ok(Found { sample, open: level, figures, warnings })
}

/// Finds the dots in a picture, or says why there are none.
pub(super) fn find(
    given: &Given<'_>,
    picture: &[f32],
    (key, frames): (&'static str, &BlackBodyFrames),
) -> Result<DotGrid, CorrectError> {
    let columns = given.shape().columns;
    dots::find(picture, columns, &given.settings.scatter.black_bodies)
        .map_err(|what| CorrectError::NoDots { what, key, place: frames.frames.name_of(0) })
}

fn unfit(
    given: &Given<'_>,
    grid: &DotGrid,
    (key, frames): (&'static str, &BlackBodyFrames),
) -> CorrectError {
    let kind = given.settings.scatter.black_bodies.surface;
    let what = format!("{} dots that carry no surface ({kind:?})", grid.dots.len());
    CorrectError::NoDots { what, key, place: frames.frames.name_of(0) }
}

fn recipe(given: &Given<'_>, dots: usize) -> Recipe {
    let shape = given.shape();
    Recipe::new(&given.settings.scatter.black_bodies, [shape.rows, shape.columns], dots)
}

/// The value of every dot in a picture.
fn read(given: &Given<'_>, picture: &[f32], grid: &DotGrid) -> Vec<Dot> {
    let kind = given.settings.scatter.black_bodies.dot;
    let dot = |dot: &dots::DotPixels| {
        let value = f64::from(dot.value(picture, kind)?);
        Some(Dot { place: dot.place, value })
    };
    grid.dots.iter().filter_map(dot).collect()
}

/// Backgrounds of each frame of the sample behind the dots; `open`: that of the open beam in air.
///
/// In air a frame reads `d·(1 − b) + q/τ` with q what its dots tell there: so its dose d is known.
fn behind_sample(
    given: &Given<'_>,
    (frames, key): (&BlackBodyFrames, &'static str),
    (grid, open): (&DotGrid, f64),
) -> Result<Vec<Seen>, CorrectError> {
    check_size(given, (frames, key))?;
    let (count, last) = (frames.frames.shape().frames, given.shape().frames - 1);
    let passes = f64::from(given.settings.scatter.black_bodies.transparency);
    let seen = (0..count).into_par_iter().map(|index| {
        let picture = given.ratio(&*frames.frames, (index, last))?;
        let mut read = read(given, &picture, grid);
        let all = read.len();
        read.retain(|dot| dot.value < f64::from(grid.threshold));
        let place = || frames.frames.name_of(index);
        if 2 * read.len() < all {
            let bright = all - read.len();
            return Err(CorrectError::BrightDots { bright, all, key, place: place() });
        }
        check_places(given, (&picture, grid), (key, &place))?;
        let recipe = recipe(given, read.len());
        let surface = recipe.through(&read).ok_or_else(|| unfit(given, grid, (key, frames)))?;
        let air = given.air_of(&picture, &grid.shaded);
        let dose = air.map_or(1.0, |air| {
            (air - given.over_air(|place| surface.at(place)) / passes) / (1.0 - open)
        });
        if !(dose > 0.01 && dose.is_finite()) {
            let region = given.region.map(ToString::to_string).unwrap_or_default();
            let found = to_f32(dose);
            return Err(CorrectError::NoDose { frame: index, found, region, place: place() });
        }
        let share = 1.0 / (dose * passes);
        let nodes = at_nodes(&given.grid, |place| share * surface.at(place));
        Ok(Seen { nodes, residual: recipe.left_out(&read).map(|left| share * left) })
    });
    first_error(seen)
}

/// An error where a frame shows no dots, or shows them elsewhere than the open beam does.
fn check_places(
    given: &Given<'_>,
    (picture, grid): (&[f32], &DotGrid),
    (key, place): (&'static str, &dyn Fn() -> String),
) -> Result<(), CorrectError> {
    let rim = given.settings.scatter.black_bodies.rim;
    match placed(grid, (picture, given.shape().columns), rim) {
        Some(Placed::Missing(brightness)) => {
            Err(CorrectError::MissingDots { brightness, key, place: place() })
        }
        Some(Placed::Moved([rows, columns])) => {
            Err(CorrectError::MovedDots { rows, columns, key, place: place() })
        }
        Some(Placed::There) | None => Ok(()),
    }
}

fn check_size(
    given: &Given<'_>,
    (frames, key): (&BlackBodyFrames, &'static str),
) -> Result<(), CorrectError> {
    let shape = frames.frames.shape();
    let wanted = given.shape();
    if (shape.rows, shape.columns) != (wanted.rows, wanted.columns) || shape.frames == 0 {
        return Err(CorrectError::ReferenceSize {
            kind: "black-body",
            found_rows: shape.rows,
            found_columns: shape.columns,
            rows: wanted.rows,
            columns: wanted.columns,
            key,
            place: if shape.frames > 0 { frames.frames.name_of(0) } else { "no frame".into() },
        });
    }
    Ok(())
}

/// The nodes of all radiographs, or of one that serves for all.
fn over_angle(
    given: &Given<'_>,
    frames: &BlackBodyFrames,
    seen: &[Seen],
    warnings: &mut Vec<String>,
) -> Vec<f32> {
    let count = seen[0].nodes.len();
    let average: Vec<f32> = (0..count)
        .map(|k| seen.iter().map(|one| one.nodes[k]).sum::<f32>() / seen.len() as f32)
        .collect();
    let wants = given.settings.scatter.black_bodies.over_angle;
    if wants == OverAngle::Average || seen.len() == 1 {
        return average;
    }
    let (Some(angles), Some(taken)) = (&given.instrument.scan.angles, &frames.angles) else {
        warnings.push(
            "the black bodies' background is the average of all their frames, since nobody told \
             their angles; set `acquire.black_bodies_angles` (and `acquire.angles`)"
                .into(),
        );
        return average;
    };
    let of_frame = |angle: &voltomo_types::Radian| {
        let Between { first, second, share } = between(taken, *angle);
        let (first, second) = (&seen[first].nodes, &seen[second].nodes);
        first.iter().zip(second).map(move |(a, b)| a + share * (b - a)).collect::<Vec<f32>>()
    };
    angles.iter().flat_map(of_frame).collect()
}

fn dot_figures(grid: &DotGrid, seen: &[Seen], recipe: Recipe) -> DotFigures {
    let mut residuals: Vec<f32> = seen.iter().filter_map(|one| one.residual).map(to_f32).collect();
    DotFigures {
        dots: grid.dots.len(),
        dropped: grid.dropped,
        frames: seen.len(),
        degree: recipe.degree(),
        open_residual: None,
        sample_residual: median_in_place(&mut residuals),
    }
}

/// What a person should know of the dots.
fn judge(dots: &DotFigures) -> Vec<String> {
    const LARGE: f32 = 0.01;
    let mut warnings = Vec::new();
    let kinds = [("open beam", dots.open_residual), ("sample", dots.sample_residual)];
    for (what, residual) in kinds {
        if let Some(residual) = residual.filter(|residual| *residual > LARGE) {
            warnings.push(format!(
                "the black bodies' dots ({what}) lie {residual:.4} of the open beam off the surface \
                 through the others, expected at most {LARGE}: take \
                 `correct.scatter.black_bodies.surface = \"thin_plate\"` or another degree, or a \
                 larger `rim` where the beam shines into the dots"
            ));
        }
    }
    if dots.dots < 4 {
        warnings.push(format!(
            "{} dots of black bodies carry no more than a plane; a finer grid tells more",
            dots.dots
        ));
    }
    warnings
}

/// Backgrounds behind stops that stand before the sample, without a word on the open beam.
pub(super) fn behind_stops(
    given: &Given<'_>,
    (frames, picture): (&BlackBodyFrames, &[f32]),
) -> Result<Found, CorrectError> {
    let grid = find(given, picture, (SAMPLE, frames))?;
    let seen = behind_sample(given, (frames, SAMPLE), (&grid, 0.0))?;
    let dots = dot_figures(&grid, &seen, recipe(given, grid.dots.len()));
    let mut warnings = judge(&dots);
    let mut figures = ScatterFigures::of("beam_stop");
    figures.dots = Some(dots);
    let sample = over_angle(given, frames, &seen, &mut warnings);
    Ok(Found { sample, open: at_nodes(&given.grid, |_| 0.0), figures, warnings })
}

/// Only the surface of single values, for stops in every radiograph.
pub(super) fn surface_of(given: &Given<'_>, dots: &[Dot]) -> Option<(Surface, Recipe)> {
    let recipe = recipe(given, dots.len());
    Some((recipe.through(dots)?, recipe))
}
