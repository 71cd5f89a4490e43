//! One cross-section: its windings by turn and angle. Knows no other heights.

use ndarray::Array2;
use std::f64::consts::TAU;
use voltomo_numeric::cast::to_index;
use voltomo_numeric::eigen::solve_symmetric;

use super::link::{Linked, link};
use super::pitch::{levels, pitch};
use super::reader::Reader;
use super::ridge::{Ridge, Section};
use super::settings::WindingSettings;
use super::spiral::Sense;

/// Samples along the radius in a voxel.
const SAMPLES_PER_VOXEL: f64 = 2.0;
/// Voxels left out inside the wall.
const WALL_MARGIN: f64 = 1.5;
/// Least share of windings that must close as a spiral does.
pub(super) const LEAST_AGREEMENT: f64 = 0.6;
/// Thinner bright layers than this share of the usual are bare foil.
const LEAST_WIDTH: f64 = 0.5;
/// Fewer windings than this are no roll.
const LEAST_WINDINGS: usize = 3;

/// The windings of a cross-section.
#[derive(Debug, Clone)]
pub(super) struct Traced {
    /// `[turn, step]`: radius, mm, along the sense of the spiral; NaN where there is none.
    pub(super) radii: Array2<f64>,
    /// `[turn, step]`: strength, in units of the volume.
    pub(super) strengths: Array2<f64>,
    pub(super) sense: Sense,
    pub(super) votes: [usize; 2],
    /// Usual strength of a ridge.
    pub(super) typical: f64,
    /// Levels between which the roll's values lie.
    pub(super) levels: [f32; 2],
}

/// What a cross-section did not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Pitch,
    Spiral([usize; 2]),
}

/// How a cross-section is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) settings: &'a WindingSettings,
    /// Radius about the cell's axis within which the roll lies, mm.
    pub(super) inside: f64,
    /// Pitch, mm, where it is known.
    pub(super) pitch: Option<f64>,
}

impl Search<'_> {
    /// Traces the windings of the mean of the heights `z`.
    pub(super) fn trace(&self, reader: &Reader<'_>, z: &[f64]) -> Result<Traced, Missing> {
        let step = reader.grid.voxel / SAMPLES_PER_VOXEL;
        let radii = to_index((self.inside + reader.centre[0].hypot(reader.centre[1])) / step) + 2;
        let map = reader.unrolled(z, (self.settings.angles, radii, step));
        let limits = self.limits(&map, reader, step);
        let levels = levels(&map, &limits).ok_or(Missing::Pitch)?;
        let pitch = match self.pitch {
            Some(pitch) => pitch / step,
            None => {
                let range = self.range(reader.grid.voxel).map(|length| to_index(length / step));
                pitch(&map, &limits, range).ok_or(Missing::Pitch)?
            }
        };
        let section = Section { map: &map, limits: &limits, levels, pitch };
        let (ridges, typical) = self.strong(section.ridges());
        let (linked, ridges, sense) = oriented(ridges, pitch)?;
        let [agreeing, seen] = linked.votes;
        let is_spiral = agreeing as f64 >= LEAST_AGREEMENT * seen as f64;
        if !is_spiral || agreeing < LEAST_WINDINGS {
            return Err(Missing::Spiral(linked.votes));
        }
        let [radii, strengths] = tables(&linked, &ridges, step);
        Ok(Traced { radii, strengths, sense, votes: linked.votes, typical, levels })
    }

    /// Least and greatest pitch, mm.
    pub(super) fn range(&self, voxel: f64) -> [f64; 2] {
        [self.settings.least_pitch_mm.max(3.5 * voxel), self.settings.most_pitch_mm]
    }

    /// Samples of each angle within the wall and the volume.
    fn limits(&self, map: &Array2<f32>, reader: &Reader<'_>, step: f64) -> Vec<usize> {
        let most = self.inside - WALL_MARGIN * reader.grid.voxel;
        let of_angle = |(k, row): (usize, ndarray::ArrayView1<'_, f32>)| {
            let angle = TAU * k as f64 / map.nrows() as f64;
            let is_inside = |i: usize| {
                let [_, y, x] = reader.cell_point(0.0, i as f64 * step, angle);
                y.hypot(x) < most && row[i].is_finite()
            };
            (0..row.len()).find(|i| !is_inside(*i)).unwrap_or(row.len())
        };
        map.outer_iter().enumerate().map(of_angle).collect()
    }

    /// Ridges that are strong enough, and how strong they usually are.
    fn strong(&self, mut ridges: Vec<Vec<Ridge>>) -> (Vec<Vec<Ridge>>, f64) {
        let share = self.settings.least_strength;
        let typical = upper_quartile(ridges.iter().flatten().map(|it| it.strength));
        ridges.iter_mut().for_each(|it| it.retain(|it| it.strength > share * typical));
        let contrast = upper_quartile(ridges.iter().flatten().map(|it| it.contrast));
        ridges.iter_mut().for_each(|it| it.retain(|it| it.contrast > share * contrast));
        let width = upper_quartile(ridges.iter().flatten().map(|it| it.width));
        ridges.iter_mut().for_each(|it| it.retain(|it| it.width > LEAST_WIDTH * width));
        (ridges, typical)
    }
}

fn upper_quartile(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() * 3 / 4).copied().unwrap_or(0.0)
}

/// Links the ridges in the sense in which the radius grows.
fn oriented(
    ridges: Vec<Vec<Ridge>>,
    pitch: f64,
) -> Result<(Linked, Vec<Vec<Ridge>>, Sense), Missing> {
    let linked = link(&ridges, pitch);
    match linked.advance {
        1 => Ok((linked, ridges, Sense::Anticlockwise)),
        -1 => {
            let count = ridges.len();
            let mirrored: Vec<Vec<Ridge>> =
                (0..count).map(|k| ridges[(count - k) % count].clone()).collect();
            let linked = link(&mirrored, pitch);
            if linked.advance == 1 {
                Ok((linked, mirrored, Sense::Clockwise))
            } else {
                Err(Missing::Spiral(linked.votes))
            }
        }
        _ => Err(Missing::Spiral([0, linked.votes[1]])),
    }
}

/// Radii (mm) and strengths, `[turn, step]`.
fn tables(linked: &Linked, ridges: &[Vec<Ridge>], step: f64) -> [Array2<f64>; 2] {
    let turns = linked.turns.iter().flatten().flatten().max().map_or(0, |most| most + 1);
    let mut radii = Array2::from_elem((turns, ridges.len()), f64::NAN);
    let mut strengths = Array2::zeros((turns, ridges.len()));
    for (k, (of_angle, numbers)) in ridges.iter().zip(&linked.turns).enumerate() {
        for (ridge, turn) in of_angle.iter().zip(numbers) {
            if let Some(turn) = turn
                && ridge.strength > strengths[[*turn, k]]
            {
                radii[[*turn, k]] = ridge.radius * step;
                strengths[[*turn, k]] = ridge.strength;
            }
        }
    }
    [radii, strengths]
}

/// An Archimedean line about a centre beside the one that the radii are counted from:
/// r = first + pitch·τ + x·cos θ + y·sin θ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) first: f64,
    pub(super) pitch: f64,
    /// `[y, x]`, mm.
    pub(super) centre: [f64; 2],
    /// Root mean square of what is left, mm, of the points that count.
    pub(super) rms: f64,
}

/// Fits the line by least squares, three times over, leaving out what is more than three standard
/// deviations beside it.
pub(super) fn fit(radii: &Array2<f64>, sense: Sense) -> Option<Line> {
    let count = radii.ncols();
    let mut line: Option<Line> = None;
    for _ in 0..4 {
        let mut matrix = [0.0; 16];
        let mut right = [0.0; 4];
        let (mut used, mut square) = (0, 0.0);
        for ((turn, step), radius) in radii.indexed_iter().filter(|(_, it)| it.is_finite()) {
            let position = turn as f64 + step as f64 / count as f64;
            let (sin, cos) = sense.angle(step, count).sin_cos();
            let left = line.map_or(0.0, |line| {
                let [y, x] = line.centre;
                radius - line.first - line.pitch * position - x * cos - y * sin
            });
            if line.is_some_and(|line| left.abs() > 3.0 * line.rms) {
                continue;
            }
            let row = [1.0, position, cos, sin];
            for i in 0..4 {
                right[i] += row[i] * radius;
                (0..4).for_each(|j| matrix[4 * i + j] += row[i] * row[j]);
            }
            used += 1;
            square += left * left;
        }
        if used < 8 {
            return line;
        }
        let rms = if line.is_some() { (square / f64::from(used)).sqrt() } else { f64::INFINITY };
        let [first, pitch, x, y]: [f64; 4] = solve_symmetric(&matrix, &right).try_into().ok()?;
        line = Some(Line { first, pitch, centre: [y, x], rms: rms.max(1e-9) });
    }
    line
}
