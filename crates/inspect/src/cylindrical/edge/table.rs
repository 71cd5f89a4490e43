//! The heights of anode and cathode, winding by winding and around the clock. Judges nothing.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::settings::EdgeSettings;
use super::step::{Step, greatest_step};
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
/// An end is in the volume where this share of the windings shows an edge.
const LEAST_SHARE: f64 = 0.3;

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
/// pitch; each edge is the profile's greatest step down. Grey values may have any scale. None where
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
    let places: Vec<(usize, usize)> =
        (0..turns * sectors).map(|place| (place / sectors, place % sectors)).collect();
    let edges: Vec<[Option<Step>; 2]> =
        places.into_par_iter().map(|(turn, sector)| windings.edges(turn, sector)).collect();
    let table = |electrode: usize, of: &dyn Fn(Step) -> f64| {
        Array2::from_shape_fn((turns, sectors), |(turn, sector)| {
            edges[turn * sectors + sector][electrode].map_or(f64::NAN, of)
        })
    };
    let height = |step: Step| windings.first + end.sign() * step.place;
    let uncertainty = |step: Step| step.uncertainty;
    let found = EdgeTable {
        end,
        cathode: table(0, &height),
        cathode_uncertainty: table(0, &uncertainty),
        anode: table(1, &height),
        anode_uncertainty: table(1, &uncertainty),
        angles: (0..sectors).map(|sector| windings.angle(sector)).collect(),
        radii: windings.middle_radii(),
    };
    let there = found.radii.iter().filter(|radius| radius.is_finite()).count() as f64;
    let is_there = |edges: &Array2<f64>| {
        edges.iter().filter(|it| it.is_finite()).count() as f64 > LEAST_SHARE * there
    };
    (is_there(&found.cathode) && is_there(&found.anode)).then_some(found)
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

    /// Edges of cathode and anode.
    fn edges(&self, turn: usize, sector: usize) -> [Option<Step>; 2] {
        let is_cathode = |step: &usize| {
            f64::from(self.strengths[[turn, *step]]) > LEAST_STRENGTH
                && self.radii[[turn, *step]].is_finite()
        };
        let steps: Vec<usize> = self.steps(sector).filter(is_cathode).collect();
        if 2 * steps.len() < self.steps(sector).len() {
            return [None; 2];
        }
        let range = f64::from(self.spiral.levels[1] - self.spiral.levels[0]);
        let edge = |inwards: f64, least: f64| {
            let profile = self.profile(&steps, turn, inwards * self.spiral.pitch);
            let length = self.settings.level_mm;
            let step = greatest_step(&profile, self.spacing.abs(), length)?;
            let is_sure = LEAST_SURENESS * step.uncertainty < length;
            (step.height > least * range && is_sure).then_some(step)
        };
        [edge(0.0, LEAST_STEPS[0]), edge(0.5, LEAST_STEPS[1])]
    }

    /// Mean along the height, `inwards` of the winding's radius.
    fn profile(&self, steps: &[usize], turn: usize, inwards: f64) -> Vec<f64> {
        let half = HALF_RANGE * self.spiral.pitch;
        let at = |z: f64| {
            let values = steps.iter().flat_map(|step| {
                let radius = self.radii[[turn, *step]] - inwards;
                let angle = self.spiral.angle(*step);
                [-half, 0.0, half].map(|beside| self.reader.at(z, radius + beside, angle))
            });
            let (sum, count) = values
                .fold((0.0, 0.0), |(sum, count), value| (sum + f64::from(value), count + 1.0));
            sum / count
        };
        (0..self.samples).map(|i| at(self.first + self.spacing * i as f64)).collect()
    }
}
