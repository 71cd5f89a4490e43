//! The heights of anode and cathode, winding by winding and around the clock. Judges nothing.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::settings::EdgeSettings;
use super::step::{Step, first_step};
use crate::cylindrical::winding::{Reader, Spiral};
use crate::frame::CellFrame;
use crate::seen::Seen;

/// A bright layer is there where it is at least so strong; a tab in its place is not.
const LEAST_STRENGTH: f64 = 0.5;
/// Least step of the cathode and of the anode, as shares of the range of the roll's values.
const LEAST_STEPS: [f64; 2] = [0.25, 0.03];
/// A step counts from so many standard deviations of its place in a level's length.
const LEAST_SURENESS: f64 = 4.0;
/// Half of the radial range that is averaged, pitches.
const HALF_RANGE: f64 = 0.08;
/// Least step of a cathode, as a share of the median of all.
const LIKE_OTHERS: f64 = 0.6;
/// An anode's sheet is followed from so far beyond the cathodes' edges on, mm.
const CLEAR_MM: f64 = 0.1;
/// It is looked for at places so far apart, pitches, and so many of them to either side.
const LATERAL: f64 = 0.06;
const MOST_SIDE: f64 = 6.0;
/// An end is in the volume where this share of the places shows both edges.
const LEAST_SHARE: f64 = 0.6;

/// An end of the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollEnd {
    /// Towards the lid.
    Top,
    /// Towards the can's floor.
    Bottom,
}

impl RollEnd {
    /// 1 where heights rise beyond the edge, −1 where they fall.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Top => 1.0,
            Self::Bottom => -1.0,
        }
    }
}

/// Heights of the electrodes' edges at one end of the roll, mm in the cell.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeTable {
    /// Which end.
    pub end: RollEnd,
    /// `[turn, sector]`: height of the cathode's edge; NaN where it was not seen.
    pub cathode: Array2<f64>,
    /// `[turn, sector]`: one standard deviation.
    pub cathode_uncertainty: Array2<f64>,
    /// `[turn, sector]`: height of the edge of the anode inside that cathode; NaN where it was not
    /// seen.
    pub anode: Array2<f64>,
    /// `[turn, sector]`: one standard deviation.
    pub anode_uncertainty: Array2<f64>,
    /// `[turn, sector]`: by how much the anode's sheet has left its place at its edge, mm, outwards
    /// above 0.
    pub bend: Array2<f64>,
    /// Middle of each sector, radians from +x towards +y about the roll's axis.
    pub angles: Vec<f64>,
    /// `[turn, sector]`: radius of the cathode from the roll's axis, mm; NaN where there is none.
    pub radii: Array2<f64>,
}

impl EdgeTable {
    /// `[turn, sector]`: overhang, mm: by how much the anode reaches beyond the cathode; negative
    /// where the cathode stands out.
    #[must_use]
    pub fn overhang(&self) -> Array2<f64> {
        (&self.anode - &self.cathode) * self.end.sign()
    }

    /// Position of a sector's middle along the spiral, turns.
    #[must_use]
    pub fn position(&self, turn: usize, sector: usize) -> f64 {
        turn as f64 + (sector as f64 + 0.5) / self.angles.len() as f64
    }
}

/// Measures the edges of every winding at one end of the roll.
///
/// At each winding and sector two profiles along the height are read, one in the middle of the
/// cathode and one half a pitch inside it, in the anode, averaged over the sector and a sixth of a
/// pitch; each edge is the profile's first great step
/// down. Beyond the cathodes' edges the anode's sheet is followed as it leans to either side, by up
/// to 0.35 pitches. Grey values may have any scale. None where
/// the volume does not hold that end.
#[must_use]
pub fn edge_table(
    (seen, frame): (&Seen<'_>, &CellFrame),
    spiral: &Spiral,
    end: RollEnd,
    settings: &EdgeSettings,
) -> Option<EdgeTable> {
    let reader = Reader::new(seen, frame, spiral.centre);
    let last = match end {
        RollEnd::Top => *spiral.heights.last()?,
        RollEnd::Bottom => *spiral.heights.first()?,
    };
    let windings = Windings::new(reader, spiral, (last, end), settings);
    let (turns, sectors) = (spiral.turns(), settings.sectors);
    let each = |edge: &(dyn Fn(usize, usize) -> Option<Edge> + Sync)| {
        let places: Vec<usize> = (0..turns * sectors).collect();
        let of = |place: usize| edge(place / sectors, place % sectors);
        places.into_par_iter().map(of).collect::<Vec<Option<Edge>>>()
    };
    let table = |edges: &[Option<Edge>], of: &dyn Fn(Edge) -> f64| {
        Array2::from_shape_fn((turns, sectors), |(turn, sector)| {
            edges[turn * sectors + sector].map_or(f64::NAN, of)
        })
    };
    let height = |edge: Edge| windings.first + end.sign() * edge.step.place;
    let uncertainty = |edge: Edge| edge.step.uncertainty;
    let cathodes = each(&|turn, sector| windings.cathode(turn, sector));
    let cathodes = like_the_others(cathodes);
    let cathode = table(&cathodes, &height);
    let anodes = each(&|turn, sector| windings.anode((turn, sector), &cathode));
    let found = EdgeTable {
        end,
        cathode_uncertainty: table(&cathodes, &uncertainty),
        anode: table(&anodes, &height),
        anode_uncertainty: table(&anodes, &uncertainty),
        bend: table(&anodes, &|edge| edge.bend),
        cathode,
        angles: (0..sectors).map(|sector| windings.angle(sector)).collect(),
        radii: windings.middle_radii(),
    };
    let there = found.radii.iter().filter(|radius| radius.is_finite()).count() as f64;
    let seen = found.overhang().iter().filter(|it| it.is_finite()).count() as f64;
    (seen > LEAST_SHARE * there).then_some(found)
}

/// Without edges whose step is much lower than the others': bare foil is no cathode.
fn like_the_others(edges: Vec<Option<Edge>>) -> Vec<Option<Edge>> {
    let mut heights: Vec<f64> = edges.iter().flatten().map(|edge| edge.step.height).collect();
    heights.sort_unstable_by(f64::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    let is_like = |edge: &Edge| edge.step.height > LIKE_OTHERS * usual;
    edges.into_iter().map(|edge| edge.filter(is_like)).collect()
}

/// Where the profiles of an end run.
struct Windings<'a> {
    reader: Reader<'a>,
    spiral: &'a Spiral,
    settings: &'a EdgeSettings,
    /// `[turn, step]`.
    radii: Array2<f64>,
    /// `[turn, step]`.
    strengths: Array2<f32>,
    /// Height of the first sample, samples of a profile, and from one to the next.
    first: f64,
    samples: usize,
    spacing: f64,
}

impl<'a> Windings<'a> {
    fn new(
        reader: Reader<'a>,
        spiral: &'a Spiral,
        (last, end): (f64, RollEnd),
        settings: &'a EdgeSettings,
    ) -> Self {
        let [low, high] = reader.heights();
        let sign = end.sign();
        let spacing = 0.5 * reader.grid.voxel;
        let clamp = |z: f64| z.clamp(low, high);
        let before = 4.0 * settings.level_mm + 0.5;
        let (first, end) = (clamp(last - sign * before), clamp(last + sign * settings.reach_mm));
        let samples = to_index((end - first).abs() / spacing) + 1;
        let nearest = spiral.heights.iter().position(|z| *z == last).unwrap_or(0);
        let strengths = spiral.strengths.index_axis(ndarray::Axis(0), nearest).to_owned();
        let radii = spiral.at_height(last);
        Self { reader, spiral, settings, radii, strengths, first, samples, spacing: sign * spacing }
    }

    /// Steps of a sector.
    fn steps(&self, sector: usize) -> std::ops::Range<usize> {
        let (steps, sectors) = (self.spiral.steps(), self.settings.sectors);
        let first = sector * steps / sectors;
        first..((sector + 1) * steps / sectors).max(first + 1)
    }

    fn angle(&self, sector: usize) -> f64 {
        let steps = self.steps(sector);
        let middle = 0.5 * (steps.start as f64 + steps.end as f64 - 1.0);
        let turned = std::f64::consts::TAU * middle / self.spiral.steps() as f64;
        let sense = if self.spiral.angle(1) < std::f64::consts::PI { 1.0 } else { -1.0 };
        sense * turned
    }

    fn middle_radii(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.spiral.turns(), self.settings.sectors), |(turn, sector)| {
            let steps = self.steps(sector);
            self.radii[[turn, usize::midpoint(steps.start, steps.end - 1)]]
        })
    }

    /// The steps of a sector at which the cathode is seen, if they are half of it.
    fn seen(&self, turn: usize, sector: usize) -> Option<Vec<usize>> {
        let is_cathode = |step: &usize| {
            f64::from(self.strengths[[turn, *step]]) > LEAST_STRENGTH
                && self.radii[[turn, *step]].is_finite()
        };
        let steps: Vec<usize> = self.steps(sector).filter(is_cathode).collect();
        (2 * steps.len() >= self.steps(sector).len()).then_some(steps)
    }

    fn step(&self, profile: &[f64], least: f64) -> Option<Step> {
        let range = f64::from(self.spiral.levels[1] - self.spiral.levels[0]);
        let length = self.settings.level_mm;
        let step = first_step(profile, self.spacing.abs(), length)?;
        let is_sure = LEAST_SURENESS * step.uncertainty < length;
        (step.height > least * range && is_sure).then_some(step)
    }

    fn cathode(&self, turn: usize, sector: usize) -> Option<Edge> {
        let steps = self.seen(turn, sector)?;
        let half = HALF_RANGE * self.spiral.pitch;
        let profile: Vec<f64> = (0..self.samples)
            .map(|i| self.mean((&steps, turn), self.height(i), &[-half, 0.0, half]))
            .collect();
        Some(Edge { step: self.step(&profile, LEAST_STEPS[0])?, bend: 0.0 })
    }

    /// The anode inside a cathode: straight up to the edges of the cathodes at either side, and then
    /// wherever its sheet leads.
    fn anode(&self, (turn, sector): (usize, usize), cathode: &Array2<f64>) -> Option<Edge> {
        let steps = self.seen(turn, sector)?;
        let sign = self.spacing.signum();
        let beside = [Some(turn), turn.checked_sub(1)].into_iter().flatten();
        let edges = beside.map(|turn| sign * cathode[[turn, sector]]).filter(|it| it.is_finite());
        let clear = edges.reduce(f64::max).map_or(f64::INFINITY, |edge| edge + CLEAR_MM);
        let lateral = LATERAL * self.spiral.pitch;
        let middle = -0.5 * self.spiral.pitch;
        let value = |i: usize, side: f64| {
            let at = middle + side * lateral;
            self.mean((&steps, turn), self.height(i), &[at - lateral, at, at + lateral])
        };
        let range = f64::from(self.spiral.levels[1] - self.spiral.levels[0]);
        let (mut profile, mut path, mut side) = (Vec::new(), Vec::new(), 0.0);
        for i in 0..self.samples {
            let mut here = value(i, side);
            if sign * self.height(i) > clear {
                let sides = [side - 1.0, side + 1.0].map(|it: f64| it.clamp(-MOST_SIDE, MOST_SIDE));
                let there = sides.map(|next| (value(i, next), next));
                let better = there.into_iter().filter(|it| it.0 > here + LEAST_STEPS[1] * range);
                (here, side) = better.fold((here, side), |a, b| if b.0 > a.0 { b } else { a });
            }
            profile.push(here);
            path.push(side);
        }
        let step = self.step(&profile, LEAST_STEPS[1])?;
        let at = to_index(step.place / self.spacing.abs()).min(path.len() - 1);
        Some(Edge { step, bend: path[at] * lateral })
    }

    fn height(&self, sample: usize) -> f64 {
        self.first + self.spacing * sample as f64
    }

    /// Mean at a height over steps of a winding and places beside its radius, metal held down.
    fn mean(&self, (steps, turn): (&[usize], usize), z: f64, beside: &[f64]) -> f64 {
        let [low, high] = self.spiral.levels;
        let most = high + 0.3 * (high - low);
        let (mut sum, mut count) = (0.0, 0.0);
        for step in steps {
            let (radius, angle) = (self.radii[[turn, *step]], self.spiral.angle(*step));
            for beside in beside {
                sum += f64::from(self.reader.at(z, radius + beside, angle).min(most));
                count += 1.0;
            }
        }
        sum / count
    }
}

/// An edge, and how far the sheet has left its place there, mm.
#[derive(Debug, Clone, Copy)]
struct Edge {
    step: Step,
    bend: f64,
}
