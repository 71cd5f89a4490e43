//! The windings of a whole roll: one spiral through all heights. Judges nothing.

use ndarray::Array3;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{LengthUnit, VoxelGrid};

use super::error::WindingError;
use super::pitch::wall;
use super::reader::Reader;
use super::settings::WindingSettings;
use super::spiral::Spiral;
use super::trace::{Line, Missing, Search, Traced, fit};
use crate::frame::CellFrame;
use crate::seen::Seen;

/// Fewer voxels across hold no roll.
const LEAST_ACROSS: usize = 48;
/// Heights that are tried before one is taken as the best.
const TRIALS: usize = 9;
/// A height counts where its layers swing by at least this share of the best height's.
const LEAST_SWING: f64 = 0.5;
/// A winding lies beside another where their distance differs from the pitch by less than this
/// share.
const BESIDE: f64 = 0.4;
/// The centre is found when it moves by less than this share of a voxel.
const STILL: f64 = 0.05;

/// Finds the windings of a roll in an X-ray volume, of grey values of any scale.
///
/// `seen`: the volume, in mm; one slice is enough. `frame`: where the can's axis is. Each cross-section is unrolled
/// about the roll's axis, the bright layers are found on every ray by what swings with the pitch,
/// and linked around the clock into one spiral; sparse heights are traced alike and numbered as the
/// best of them. Memory: one cross-section, and `[height, turn, angle]` twice.
///
/// # Errors
/// No size of a voxel, settings that cannot be, a volume too small, nothing that repeats along the
/// radius, rings that do not close as a spiral does.
///
/// Source: Kok et al. 2019, doi:10.1039/c9se00500e (virtual unrolling in polar coordinates).
pub fn windings(
    seen: &Seen<'_>,
    frame: &CellFrame,
    settings: &WindingSettings,
) -> Result<Spiral, WindingError> {
    check(&seen.grid, settings)?;
    let mut reader = Reader::new(seen, frame, [0.0; 2]);
    let slabs = slabs(&reader, settings);
    let (mut search, mut best) = best_height(&reader, &slabs, settings)?;
    let mut line = best.line;
    for _ in 0..4 {
        let [y, x] = line.centre;
        reader.centre = [reader.centre[0] + y, reader.centre[1] + x];
        search.pitch = Some(line.pitch);
        let Ok(traced) = search.trace(&reader, &slabs[best.slab]) else { break };
        let Some(next) = fit(&traced.radii, traced.sense) else { break };
        (best.traced, line) = (traced, next);
        if y.hypot(x) < STILL * seen.grid.voxel {
            break;
        }
    }
    let heights = all_heights(&reader, &slabs, &search, &best.traced);
    if heights.is_empty() {
        let [agreeing, seen] = best.traced.votes;
        return Err(WindingError::NoSpiral { agreeing, seen });
    }
    Ok(gathered(&reader, &search, (&best.traced, line), heights))
}

/// A cross-section that shows windings.
struct Best {
    slab: usize,
    traced: Traced,
    line: Line,
}

fn check(grid: &VoxelGrid, settings: &WindingSettings) -> Result<(), WindingError> {
    if grid.unit != LengthUnit::Millimetre || !grid.voxel.is_normal() || grid.voxel < 0.0 {
        return Err(WindingError::NoSize);
    }
    if let Some(problem) = settings.problems().into_iter().next() {
        let voltomo_types::Problem { key, found, expected } = problem;
        return Err(WindingError::Setting { key, found, expected });
    }
    let found = grid.shape[1].min(grid.shape[2]);
    if found < LEAST_ACROSS || grid.shape[0] == 0 {
        return Err(WindingError::TooSmall { found, wanted: LEAST_ACROSS });
    }
    Ok(())
}

/// Heights whose mean is one cross-section, for each of the heights to trace, mm.
fn slabs(reader: &Reader<'_>, settings: &WindingSettings) -> Vec<Vec<f64>> {
    let [low, high] = reader.heights();
    let count = slab_count(reader, settings);
    let step = (high - low) / count as f64;
    let in_slab = to_index((step / reader.grid.voxel).round()).clamp(1, settings.slices);
    let heights = |slab: usize| {
        let place = |i: usize| slab as f64 + (i as f64 + 0.5) / in_slab as f64;
        (0..in_slab).map(|i| low + step * place(i)).collect()
    };
    (0..count).map(heights).collect()
}

fn slab_count(reader: &Reader<'_>, settings: &WindingSettings) -> usize {
    let [low, high] = reader.heights();
    to_index(((high - low) / settings.height_step_mm).floor()).max(1)
}

/// The cross-section that shows most windings best, of some spread over the volume.
fn best_height<'a>(
    reader: &Reader<'_>,
    slabs: &[Vec<f64>],
    settings: &'a WindingSettings,
) -> Result<(Search<'a>, Best), WindingError> {
    let trials = slabs.len().min(TRIALS);
    let mut best: Option<(Search<'a>, Best)> = None;
    let mut missing = Missing::Pitch;
    for trial in 0..trials {
        let slab = (2 * trial + 1) * slabs.len() / (2 * trials);
        let search =
            Search { settings, inside: inside(reader, &slabs[slab], settings), pitch: None };
        match search.trace(reader, &slabs[slab]) {
            Ok(traced) => {
                let better =
                    best.as_ref().is_none_or(|(_, old)| score(&traced) > score(&old.traced));
                if better && let Some(line) = fit(&traced.radii, traced.sense) {
                    best = Some((search, Best { slab, traced, line }));
                }
            }
            Err(Missing::Spiral(votes)) => missing = Missing::Spiral(votes),
            Err(Missing::Pitch) => {}
        }
    }
    let [least_mm, most_mm] = [settings.least_pitch_mm, settings.most_pitch_mm];
    best.ok_or(match missing {
        Missing::Pitch => WindingError::NoWindings { least_mm, most_mm },
        Missing::Spiral([agreeing, seen]) => WindingError::NoSpiral { agreeing, seen },
    })
}

fn score(traced: &Traced) -> f64 {
    let [agreeing, seen] = traced.votes.map(|count| count as f64);
    agreeing * agreeing / seen.max(1.0) * traced.typical
}

/// Radius about the cell's axis within which the roll lies.
fn inside(reader: &Reader<'_>, slab: &[f64], settings: &WindingSettings) -> f64 {
    if let Some(inside) = settings.inside_mm {
        return inside;
    }
    let step = 0.5 * reader.grid.voxel;
    let radii = to_index(reader.reach() / step) + 1;
    let map = reader.unrolled(slab, (settings.angles.min(360), radii, step));
    wall(&map, step).unwrap_or(reader.reach())
}

/// Every height that shows the same spiral.
fn all_heights(
    reader: &Reader<'_>,
    slabs: &[Vec<f64>],
    search: &Search<'_>,
    best: &Traced,
) -> Vec<(f64, Traced)> {
    let is_same =
        |traced: &Traced| traced.sense == best.sense && traced.typical > LEAST_SWING * best.typical;
    let trace = |slab: &Vec<f64>| {
        let traced = search.trace(reader, slab).ok().filter(is_same)?;
        Some((slab.iter().sum::<f64>() / slab.len() as f64, traced))
    };
    let mut heights: Vec<(f64, Traced)> = slabs.iter().filter_map(trace).collect();
    heights.sort_by(|a, b| a.0.total_cmp(&b.0));
    heights
}

/// By how many turns `traced` must be numbered higher to lie on `best`.
fn offset(best: &Traced, traced: &Traced, line: Line) -> i64 {
    let mut shares: Vec<f64> = Vec::new();
    for ((turn, step), radius) in traced.radii.indexed_iter().step_by(7) {
        let part = step as f64 / traced.radii.ncols() as f64;
        let ideal = |turn: f64| line.first + line.pitch * (turn + part);
        let near = ((radius - ideal(0.0)) / line.pitch).round();
        let known = (near >= 0.0).then(|| best.radii.get([to_index(near), step])).flatten();
        let at = known.filter(|it| it.is_finite()).copied().unwrap_or(ideal(near));
        let share = near + (radius - at) / line.pitch - turn as f64;
        shares.extend(Some(share).filter(|it| it.is_finite()));
    }
    shares.sort_unstable_by(f64::total_cmp);
    let middle = shares.get(shares.len() / 2).copied().unwrap_or(0.0).round();
    if middle < 0.0 { -i64::from(to_count(-middle)) } else { i64::from(to_count(middle)) }
}

fn to_count(value: f64) -> u32 {
    u32::try_from(to_index(value)).unwrap_or(0)
}

/// All heights in one table.
fn gathered(
    reader: &Reader<'_>,
    search: &Search<'_>,
    (best, line): (&Traced, Line),
    heights: Vec<(f64, Traced)>,
) -> Spiral {
    let offsets: Vec<i64> = heights.iter().map(|(_, it)| offset(best, it, line)).collect();
    let least = offsets.iter().copied().min().unwrap_or(0).min(0);
    let index = |turn: usize, offset: i64| turn + usize::try_from(offset - least).unwrap_or(0);
    let last = |(offset, (_, it)): (&i64, &(f64, Traced))| index(it.radii.nrows(), *offset);
    let turns = offsets.iter().zip(&heights).map(last).max().unwrap_or(0);
    let shape = (heights.len(), turns, best.radii.ncols());
    let mut radii = Array3::from_elem(shape, f32::NAN);
    let mut strengths = Array3::zeros(shape);
    for (height, ((_, traced), offset)) in heights.iter().zip(&offsets).enumerate() {
        for ((turn, step), radius) in traced.radii.indexed_iter() {
            let turn_in_all = index(turn, *offset);
            radii[[height, turn_in_all, step]] = to_f32(*radius);
            let strength = traced.strengths[[turn, step]] / traced.typical;
            strengths[[height, turn_in_all, step]] = to_f32(strength);
        }
    }
    let shift = usize::try_from(-least).unwrap_or(0) as f64;
    let [agreeing, seen] = best.votes.map(|count| count as f64);
    let mut spiral = Spiral {
        centre: reader.centre,
        pitch: line.pitch,
        pitch_uncertainty: 0.0,
        first_radius: line.first - line.pitch * shift,
        sense: best.sense,
        ends: [0.0, turns as f64],
        ends_uncertainty: 1.0 / best.radii.ncols() as f64,
        height_step: {
            let [low, high] = reader.heights();
            ((high - low) / slab_count(reader, search.settings) as f64).max(reader.grid.voxel)
        },
        heights: heights.iter().map(|(z, _)| *z).collect(),
        radii,
        strengths,
        agreement: agreeing / seen.max(1.0),
        radius_uncertainty: 0.0,
        inside: search.inside,
        levels: best.levels,
    };
    finish(&mut spiral, line);
    spiral
}

/// Ends and uncertainties.
fn finish(spiral: &mut Spiral, line: Line) {
    let (ends, blur) = ends(spiral);
    spiral.ends = ends;
    spiral.ends_uncertainty = blur.max(spiral.ends_uncertainty);
    spiral.radius_uncertainty = scatter(&spiral.radii);
    // Deviations run on over an eighth of a turn or so: so many are independent.
    let independent = 8.0 * spiral.length().max(1.0);
    let spread = spiral.length() / 12.0_f64.sqrt();
    spiral.pitch_uncertainty = line.rms / (independent.sqrt() * spread.max(0.1));
}

/// Where the bright layer begins and ends: a twentieth of a turn of which two thirds are seen, with
/// a winding beside them, at half of the heights; and by how much that is unsure.
fn ends(spiral: &Spiral) -> ([f64; 2], f64) {
    let (heights, turns, steps) = spiral.radii.dim();
    let is_seen = |height: usize, turn: usize, step: usize| {
        let radius = |turn: usize| f64::from(spiral.radii[[height, turn, step]]);
        let mut beside = [turn.checked_sub(1), Some(turn + 1).filter(|it| *it < turns)]
            .into_iter()
            .flatten()
            .map(|other| ((radius(other) - radius(turn)).abs() / spiral.pitch - 1.0).abs());
        beside.any(|share| share < BESIDE)
    };
    let seen: Vec<bool> = (0..turns * steps)
        .map(|index| {
            let is_seen = |height: &usize| is_seen(*height, index / steps, index % steps);
            2 * (0..heights).filter(is_seen).count() >= heights.max(1)
        })
        .collect();
    let window = (steps / 20).max(3);
    let is_sheet = |from: usize| {
        let part = &seen[from..(from + window).min(seen.len())];
        3 * part.iter().filter(|it| **it).count() >= 2 * window
    };
    let first = (0..seen.len()).find(|i| seen[*i] && is_sheet(*i)).unwrap_or(0);
    let from_end = |i: usize| i.saturating_sub(window - 1);
    let last = (0..seen.len()).rev().find(|i| seen[*i] && is_sheet(from_end(*i)));
    let at = |index: usize| index as f64 / steps as f64;
    ([at(first), at(last.unwrap_or(0)) + 1.0 / steps as f64], 2.0 / steps as f64)
}

/// Standard deviation of a single radius: of the second differences along the windings.
fn scatter(radii: &Array3<f32>) -> f64 {
    let mut values: Vec<f32> = Vec::new();
    for lane in radii.lanes(ndarray::Axis(2)) {
        let lane: Vec<f32> = lane.to_vec();
        values.extend(lane.windows(3).step_by(5).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()));
    }
    values.retain(|value| value.is_finite());
    values.sort_unstable_by(f32::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(0.0);
    1.4826 * f64::from(median) / 6.0_f64.sqrt()
}
