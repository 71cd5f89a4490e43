//! Sheets of separator above the edge of the roll that lean into the mandrel's void. Judges nothing.

use ndarray::Array2;
use rayon::prelude::*;
use std::f64::consts::TAU;
use voltomo_numeric::cast::to_index;
use voltomo_types::{
    Finding, FindingKind, Measure, MeasureUnit, Probe, ShownSlice, SliceDirection, Verdict,
};

use super::table::{EdgeTable, RollEnd};
use crate::cylindrical::winding::{Reader, Spiral};

/// Parts of the clock that are looked at by themselves.
const SECTORS: usize = 6;
/// Directions averaged in each.
const RAYS: usize = 60;
/// A sheet stands out from the void by so many standard deviations.
const SURE: f64 = 4.0;
/// A sheet that leans less is upright, mm.
const LEAST_BEND_MM: f64 = 0.15;
/// Points at either end of a sheet by which its lean is told.
const END: usize = 5;
/// Sheets are looked for from so far above the anode's edge on, mm.
const ABOVE_MM: f64 = 0.3;
/// and so far up, mm.
const ROOM_MM: f64 = 1.6;
/// What changes along the radius more slowly than this is no sheet, mm.
const SLOW_MM: f64 = 0.35;
/// A sheet leads on from height to height within this distance, mm.
const JUMP_MM: f64 = 0.2;
/// So many heights without it end it.
const MOST_MISSED: usize = 3;
/// Share of the sectors that must show the same sheet.
const LEAST_SHARE: f64 = 0.25;

/// The sheet in a sector: by height above the anode, its radius.
struct Sheet {
    sector: usize,
    /// `[height above the cell's bottom, radius]`, mm, rising from the roll.
    points: Vec<[f64; 2]>,
}

impl Sheet {
    fn bend(&self) -> f64 {
        let radii = || self.points.iter().map(|point| point[1]);
        radii().fold(0.0, f64::max) - radii().fold(f64::INFINITY, f64::min)
    }

    /// By how much it is nearer to the axis at its tip than at the roll, mm: medians over an end's
    /// points, so that single ones that lie elsewhere are no lean.
    fn lean(&self) -> f64 {
        let middle = |points: &[[f64; 2]]| {
            let mut radii: Vec<f64> = points.iter().map(|point| point[1]).collect();
            radii.sort_unstable_by(f64::total_cmp);
            radii[radii.len() / 2]
        };
        let end = END.min(self.points.len());
        middle(&self.points[..end]) - middle(&self.points[self.points.len() - end..])
    }

    /// Its last point, `[height, radius]`, mm.
    fn tip(&self) -> [f64; 2] {
        self.points[self.points.len() - 1]
    }

    /// Direction of its sector's middle, radians.
    fn angle(&self) -> f64 {
        TAU * (self.sector as f64 + 0.5) / SECTORS as f64
    }
}

/// Middle of the tips of sheets about the roll's axis, `[z, y, x]`, mm: on the axis where sheets lean
/// all round.
fn middle_of_tips(sheets: &[&Sheet]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for sheet in sheets {
        let ([z, radius], (sin, cos)) = (sheet.tip(), sheet.angle().sin_cos());
        sum = [sum[0] + z, sum[1] + radius * sin, sum[2] + radius * cos];
    }
    sum.map(|it| it / sheets.len().max(1) as f64)
}

/// Finds separators bent inwards above the upper (or below the lower) edge of the windings.
///
/// A sheet of a few hundredths of a millimetre is fainter than the noise of a voxel; so the void
/// and the innermost winding are averaged over sixths of the clock, less what changes slowly along
/// the radius, and in every sixth the innermost thing that stands out is followed from the anode's
/// edge outwards along the height. Where it comes nearer to the axis by more than 0.15 mm, in a
/// quarter of the sixths or more, it is bent. Metal, as of a tab, is left out.
#[must_use]
pub fn bent_findings(
    (reader, probe): (&Reader<'_>, Probe),
    spiral: &Spiral,
    table: &EdgeTable,
) -> Vec<Finding> {
    let Some(look) = Look::new(reader, spiral, table) else { return Vec::new() };
    let sectors: Vec<usize> = (0..SECTORS).collect();
    let sheets: Vec<Sheet> =
        sectors.into_par_iter().filter_map(|sector| look.sheet(sector)).collect();
    let bent: Vec<&Sheet> = sheets.iter().filter(|it| it.lean() > LEAST_BEND_MM).collect();
    if (bent.len() as f64) < LEAST_SHARE * SECTORS as f64 {
        return Vec::new();
    }
    vec![look.finding(probe, &bent)]
}

struct Look<'a, 'v> {
    reader: &'a Reader<'v>,
    spiral: &'a Spiral,
    /// Height of the innermost anode's edge, and the way out of the roll.
    edge: f64,
    sign: f64,
    /// Radius of the innermost cathode at its beginning.
    inner: f64,
    spacing: f64,
}

impl<'a, 'v> Look<'a, 'v> {
    fn new(reader: &'a Reader<'v>, spiral: &'a Spiral, table: &EdgeTable) -> Option<Self> {
        let inner = spiral.ideal(spiral.ends[0]);
        let first = table.anode.outer_iter().find(|row| row.iter().any(|it| it.is_finite()))?;
        let mut edges: Vec<f64> = first.iter().copied().filter(|it| it.is_finite()).collect();
        edges.sort_unstable_by(f64::total_cmp);
        let edge = *edges.get(edges.len() / 2)?;
        let sign = if table.end == RollEnd::Top { 1.0 } else { -1.0 };
        let spacing = 0.5 * reader.grid.voxel;
        Some(Self { reader, spiral, edge, sign, inner, spacing })
    }

    /// `[height, radius]`: means over a sector, from a height on.
    fn map(&self, sector: usize, from: f64, rows: usize) -> Array2<f64> {
        let radii = to_index((self.inner + 0.5 * self.spiral.pitch) / self.spacing);
        let step = 2.0 * self.spacing * self.sign;
        Array2::from_shape_fn((rows, radii), |(row, i)| {
            let radius = i as f64 * self.spacing;
            let value = |ray: usize| {
                let part = (sector as f64 + ray as f64 / RAYS as f64) / SECTORS as f64;
                f64::from(self.reader.at(from + step * row as f64, radius, TAU * part))
            };
            (0..RAYS).map(value).sum::<f64>() / RAYS as f64
        })
    }

    fn sheet(&self, sector: usize) -> Option<Sheet> {
        let step = 2.0 * self.spacing;
        let rows = to_index((ROOM_MM - ABOVE_MM) / step);
        let map = self.map(sector, self.edge + self.sign * ABOVE_MM, rows);
        let half = to_index((SLOW_MM / self.spacing).round()).max(2);
        let core = to_index((self.inner - self.spiral.pitch).max(0.0) / self.spacing);
        let mut points: Vec<[f64; 2]> = Vec::new();
        let mut missed = 0;
        for (row, profile) in map.outer_iter().enumerate() {
            let flat = flattened(&profile.to_vec(), half);
            let least = SURE * spread(&flat[core / 3..core.max(core / 3 + 1).min(flat.len())]);
            let metal = 0.25 * f64::from(self.spiral.levels[1] - self.spiral.levels[0]);
            let found = innermost(&flat, core / 3, least).filter(|it| it.1 < metal);
            let radius = found.map(|it| it.0 * self.spacing);
            let last = points.last().map(|last| last[1]);
            let is_near = |radius: &f64| last.is_none_or(|last| (last - radius).abs() < JUMP_MM);
            match radius.filter(is_near) {
                Some(radius) => {
                    let z = self.edge + self.sign * (ABOVE_MM + step * row as f64);
                    points.push([z, radius]);
                    missed = 0;
                }
                None => missed += 1,
            }
            if missed > MOST_MISSED {
                break;
            }
        }
        (points.len() > 3).then_some(Sheet { sector, points })
    }

    fn finding(&self, probe: Probe, bent: &[&Sheet]) -> Finding {
        let mut bends: Vec<f64> = bent.iter().map(|sheet| sheet.bend()).collect();
        bends.sort_unstable_by(f64::total_cmp);
        let bend = bends[bends.len() / 2];
        let spread = bends[bends.len() * 3 / 4] - bends[bends.len() / 4];
        let sigma = (0.74 * spread).hypot(0.5 * self.reader.grid.voxel);
        let most = bent.iter().max_by(|a, b| a.bend().total_cmp(&b.bend()));
        let angle = most.unwrap_or(&bent[0]).angle();
        let [z, y, x] = middle_of_tips(bent);
        let reach = (z - self.edge).abs();
        let radius = bent.iter().map(|sheet| sheet.tip()[1]).sum::<f64>() / bent.len() as f64;
        let share = bent.len() as f64 / SECTORS as f64;
        let mm = MeasureUnit::Millimetre;
        Finding {
            kind: FindingKind::BentSeparator,
            place: Some(self.reader.frame.place(self.reader.cell_point(z, x.hypot(y), y.atan2(x)))),
            extent_mm: Some([bend, TAU * radius * share, reach]),
            measures: vec![
                Measure::new("bend", bend, Some(sigma), mm),
                Measure::new("reach", reach, Some(self.reader.grid.voxel), mm),
                Measure::new("share", share, None, MeasureUnit::One),
            ],
            confidence: (0.5 + 0.5 * share).min(0.99),
            shown_by: vec![probe],
            verdict: Verdict::Seen,
            slice: Some(ShownSlice {
                direction: SliceDirection::Axial,
                position: angle.to_degrees(),
            }),
            note: format!(
                "A sheet leans {bend:.2} mm towards the axis above the electrodes, up to {reach:.2} \
                 mm from the anode's edge, in {} of {SECTORS} parts of the clock.",
                bent.len()
            ),
        }
    }
}

/// A profile less the median of what lies about each sample.
fn flattened(profile: &[f64], half: usize) -> Vec<f64> {
    let at = |i: usize| {
        let near = i.saturating_sub(half)..(i + half + 1).min(profile.len());
        let mut values: Vec<f64> = profile[near].to_vec();
        values.sort_unstable_by(f64::total_cmp);
        profile[i] - values[values.len() / 2]
    };
    (0..profile.len()).map(at).collect()
}

/// Standard deviation, of the median distance from nought.
fn spread(values: &[f64]) -> f64 {
    let mut all: Vec<f64> = values.iter().map(|it| it.abs()).collect();
    all.sort_unstable_by(f64::total_cmp);
    1.4826 * all.get(all.len() / 2).copied().unwrap_or(f64::INFINITY)
}

/// The innermost top of a profile that is higher than `least`: sample and height.
fn innermost(profile: &[f64], from: usize, least: f64) -> Option<(f64, f64)> {
    let last = profile.len().saturating_sub(1);
    let is_top = |i: &usize| {
        profile[*i] > least && profile[*i] >= profile[i - 1] && profile[*i] > profile[i + 1]
    };
    let top = (from.max(1)..last).find(is_top)?;
    let [a, b, c] = [profile[top - 1], profile[top], profile[top + 1]];
    let beside = 0.5 * (a - c) / (a - 2.0 * b + c).min(-1e-30);
    Some((top as f64 + beside.clamp(-1.0, 1.0), b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_leans_whose_tip_is_nearer_to_the_axis_and_none_that_only_wavers() {
        let sheet = |radius: &dyn Fn(usize) -> f64| Sheet {
            sector: 0,
            points: (0..20).map(|k| [0.064 * k as f64, radius(k)]).collect(),
        };
        let leaning = sheet(&|k| 1.75 - 0.04 * k as f64);
        assert!((leaning.lean() - 0.6).abs() < 1e-9, "{}", leaning.lean());
        let wavering = sheet(&|k| if k == 12 || k == 19 { 1.55 } else { 1.75 });
        assert!(wavering.bend() > 0.19 && wavering.lean() == 0.0);
        assert!(sheet(&|k| 1.5 + 0.02 * k as f64).lean() < 0.0, "outwards");
    }

    #[test]
    fn sheets_that_lean_all_round_lie_on_the_axis_and_those_of_one_side_there() {
        let sheet = |sector: usize| Sheet { sector, points: vec![[24.6, 1.7], [25.4, 1.4]] };
        let all: Vec<Sheet> = (0..SECTORS).map(sheet).collect();
        let [z, y, x] = middle_of_tips(&all.iter().collect::<Vec<_>>());
        assert!((z - 25.4).abs() < 1e-9 && y.hypot(x) < 1e-9, "{z} {y} {x}");
        let [_, y, x] = middle_of_tips(&[&all[0], &all[1]]);
        assert!((y.atan2(x).to_degrees() - 60.0).abs() < 1e-6 && y.hypot(x) > 1.2, "{y} {x}");
    }
}
