//! Dense things that do not belong into a roll: small, apart from can, lid and tabs. Judges nothing.

use std::collections::HashMap;
use std::f64::consts::{PI, TAU};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_index;
use voltomo_types::{
    Finding, FindingKind, Measure, MeasureUnit, Probe, Problem, ShownSlice, SliceDirection, Verdict,
};

use super::reader::Reader;
use super::spiral::{Sense, Spiral};

/// A voxel is too dense from so many standard deviations of the noise above the bright layer.
const SURE: f64 = 6.0;
/// Metal stands out from the roll by so many times the range of the roll's values: the mean of
/// iron, copper and nickel beside the oxides of a cathode, behind a can.
const METAL_OVER_RANGE: f64 = 4.6;
/// One standard deviation of the diameter where it hangs on that, as a share.
const METAL_UNCERTAINTY: f64 = 0.1;
/// A particle from so many voxels across shows its own value.
const RESOLVED_VOXELS: f64 = 5.0;
/// Left out inside the can's wall, mm.
const WALL_MM: f64 = 0.15;
/// Separators lie so far from the middle of the cathode, pitches.
const SEPARATOR: f64 = 0.23;
/// More dense voxels than this are no particles.
const MOST_VOXELS: usize = 4_000_000;

/// How foreign particles are looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ParticleSettings {
    /// A voxel is dense that stands out from its like, along the winding, by this share of the
    /// range of the roll's values.
    pub least_excess: f64,
    /// Longer things are parts of the cell, mm.
    pub most_mm: f64,
    /// So far above and below the windings particles are looked for, mm.
    pub reach_mm: f64,
}

impl Default for ParticleSettings {
    fn default() -> Self {
        Self { least_excess: 0.5, most_mm: 1.0, reach_mm: 3.0 }
    }
}

impl ParticleSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let named = [
            ("least_excess", self.least_excess, self.least_excess > 0.0),
            ("most_mm", self.most_mm, self.most_mm > 0.0),
            ("reach_mm", self.reach_mm, self.reach_mm >= 0.0),
        ];
        let bad = named.into_iter().filter(|(_, value, is_good)| !is_good || !value.is_finite());
        let expected = "a finite number above 0";
        bad.map(|(key, value, _)| Problem::new(&format!("particle.{key}"), value, expected))
            .collect()
    }
}

/// Finds foreign particles in the roll and in the space above and below it.
///
/// Voxels brighter than the bright layer by half the range of the roll's values and 6 standard
/// deviations of the noise are joined; what is longer than `most_mm`, or reaches the wall, is a part
/// of the cell. What is left must stand out from the median of its like on the same winding at
/// either side. Its volume is the sum of that excess over the excess of metal: its own greatest
/// where it is resolved, else 4.6 times the range of the roll's values, which is right to a tenth of
/// the diameter for iron, copper and nickel. Memory: the dense voxels.
#[must_use]
pub fn particle_findings(
    (reader, probe): (&Reader<'_>, Probe),
    spiral: &Spiral,
    settings: &ParticleSettings,
) -> Vec<Finding> {
    let search = Search { reader, spiral, settings, probe };
    let dense = search.dense_voxels();
    if dense.len() > MOST_VOXELS {
        return Vec::new();
    }
    let groups = groups(&dense);
    groups.iter().filter_map(|group| search.finding(group)).collect()
}

type Voxel = [usize; 3];

/// Joins voxels that touch, corners included.
fn groups(dense: &[Voxel]) -> Vec<Vec<Voxel>> {
    let mut left: HashMap<Voxel, bool> = dense.iter().map(|voxel| (*voxel, false)).collect();
    let mut groups = Vec::new();
    for start in dense {
        if left.insert(*start, true) != Some(false) {
            continue;
        }
        let (mut group, mut queue) = (Vec::new(), vec![*start]);
        while let Some(voxel) = queue.pop() {
            group.push(voxel);
            for near in 0..27_usize {
                let by = [near / 9, near / 3 % 3, near % 3];
                let at: Voxel = std::array::from_fn(|i| (voxel[i] + by[i]).wrapping_sub(1));
                if let Some(is_taken) = left.get_mut(&at)
                    && !*is_taken
                {
                    *is_taken = true;
                    queue.push(at);
                }
            }
        }
        groups.push(group);
    }
    groups
}

struct Search<'a, 'v> {
    reader: &'a Reader<'v>,
    spiral: &'a Spiral,
    settings: &'a ParticleSettings,
    probe: Probe,
}

/// What a particle weighs.
struct Weighed {
    /// Sum of the excess, in units of the volume times mm³.
    sum: f64,
    greatest: f64,
    /// `[z, y, x]` of the cell, mm.
    middle: [f64; 3],
}

impl Search<'_, '_> {
    fn range(&self) -> f64 {
        f64::from(self.spiral.levels[1] - self.spiral.levels[0])
    }

    fn cell_point(&self, voxel: Voxel) -> [f64; 3] {
        self.reader.frame.cell_from_volume.apply(self.reader.grid.centre_of(voxel))
    }

    /// Standard deviation of the noise, of the second differences along x.
    fn noise(&self) -> f64 {
        let values = &self.reader.attenuation;
        let (slices, rows, _) = values.dim();
        let row = |slice: usize, row: usize| {
            let row = values.slice(ndarray::s![slice, row, ..]).to_vec();
            row.windows(3)
                .map(|w| f64::from(w[0] - 2.0 * w[1] + w[2]).abs())
                .filter(|it| it.is_finite() && *it > 0.0)
                .collect::<Vec<f64>>()
        };
        // Away from the roll, where nothing but noise changes: the least of many rows' medians.
        let medians = (0..24_usize).filter_map(|k| {
            let mut all = row(slices * (k % 4) / 4, rows * k / 24);
            all.sort_unstable_by(f64::total_cmp);
            all.get(all.len() / 2).copied()
        });
        medians.reduce(f64::min).map_or(0.0, |median| 1.4826 * median / 6.0_f64.sqrt())
    }

    fn dense_voxels(&self) -> Vec<Voxel> {
        let level = f64::from(self.spiral.levels[1]);
        let excess = (self.settings.least_excess * self.range()).max(SURE * self.noise());
        let least = voltomo_numeric::cast::to_f32(level + excess);
        let reach = self.settings.reach_mm;
        let zs = &self.spiral.heights;
        let heights = [zs[0] - reach, zs[zs.len() - 1] + reach];
        let most = (self.spiral.inside - WALL_MM).powi(2);
        let slices: Vec<usize> = (0..self.reader.grid.shape[0]).collect();
        let of_slice = |slice: usize| {
            let plane = self.reader.attenuation.index_axis(ndarray::Axis(0), slice);
            let is_near = |voxel: Voxel| {
                let [z, y, x] = self.cell_point(voxel);
                y * y + x * x < most && z > heights[0] && z < heights[1]
            };
            let dense = plane.indexed_iter().filter(|(_, value)| **value > least);
            let voxels = dense.map(|((y, x), _)| [slice, y, x]);
            voxels.filter(|voxel| is_near(*voxel)).collect::<Vec<Voxel>>()
        };
        slices.into_par_iter().flat_map_iter(of_slice).collect()
    }

    fn finding(&self, group: &[Voxel]) -> Option<Finding> {
        let voxel = self.reader.grid.voxel;
        let bounds = [0, 1, 2].map(|axis| {
            let along = group.iter().map(|it| it[axis]);
            (along.clone().min().unwrap_or(0), along.max().unwrap_or(0))
        });
        let extent = bounds.map(|(low, high)| (high + 1 - low) as f64 * voxel);
        let wall = self.spiral.inside - WALL_MM - 1.5 * voxel;
        let is_at_wall = group.iter().any(|it| {
            let [_, y, x] = self.cell_point(*it);
            y.hypot(x) > wall
        });
        if is_at_wall || extent.iter().any(|length| *length > self.settings.most_mm) {
            return None;
        }
        let longest = extent.into_iter().fold(0.0, f64::max);
        let weighed = self.weigh(&bounds, longest)?;
        if weighed.greatest < self.settings.least_excess * self.range() || weighed.sum <= 0.0 {
            return None;
        }
        Some(self.told(&weighed))
    }

    /// Sums the excess in a box three voxels wider than the dense voxels.
    fn weigh(&self, bounds: &[(usize, usize); 3], longest: f64) -> Option<Weighed> {
        let shape = self.reader.grid.shape;
        let [zs, ys, xs] = [0, 1, 2].map(|axis: usize| {
            let (low, high) = bounds[axis];
            low.saturating_sub(3)..(high + 4).min(shape[axis])
        });
        let (mut sum, mut positive, mut greatest, mut middle) = (0.0, 0.0, 0.0f64, [0.0; 3]);
        for z in zs {
            for (y, x) in ys.clone().flat_map(|y| xs.clone().map(move |x| (y, x))) {
                let point = self.cell_point([z, y, x]);
                let value = f64::from(self.reader.attenuation[[z, y, x]]);
                let excess = value - self.usual(point, longest)?;
                sum += excess;
                greatest = greatest.max(excess);
                positive += excess.max(0.0);
                (0..3).for_each(|i| middle[i] += excess.max(0.0) * point[i]);
            }
        }
        let middle = middle.map(|it| it / positive);
        let volume = self.reader.grid.voxel.powi(3);
        (positive > 0.0).then_some(Weighed { sum: sum * volume, greatest, middle })
    }

    /// Median of what is seen on the same winding at either side.
    fn usual(&self, [z, y, x]: [f64; 3], longest: f64) -> Option<f64> {
        let [dy, dx] = [y - self.reader.centre[0], x - self.reader.centre[1]];
        let (radius, angle) = (dy.hypot(dx), dy.atan2(dx));
        let growth = self.spiral.pitch / TAU
            * if self.spiral.sense == Sense::Anticlockwise { 1.0 } else { -1.0 };
        let turn = (longest + 0.2) / radius.max(longest + 0.2);
        let beside = [-1.5, -1.2, -0.9, 0.9, 1.2, 1.5].map(|share| share * turn);
        let mut values: Vec<f32> = beside
            .iter()
            .map(|turned| self.reader.at(z, radius + growth * turned, angle + turned))
            .filter(|value| value.is_finite())
            .collect();
        values.sort_unstable_by(f32::total_cmp);
        let (low, high) =
            (values.get((values.len().max(1) - 1) / 2)?, values.get(values.len() / 2)?);
        Some(0.5 * f64::from(low + high))
    }

    fn told(&self, weighed: &Weighed) -> Finding {
        let voxel = self.reader.grid.voxel;
        let across = |contrast: f64| (6.0 * weighed.sum / (PI * contrast)).cbrt();
        let metal = METAL_OVER_RANGE * self.range();
        let is_resolved = across(weighed.greatest) > RESOLVED_VOXELS * voxel;
        let contrast = if is_resolved { weighed.greatest } else { metal.max(weighed.greatest) };
        let diameter = across(contrast);
        let share = if is_resolved { 0.05 } else { METAL_UNCERTAINTY };
        let sigma = share * diameter;
        let volume = weighed.sum / contrast;
        let [z, y, x] = weighed.middle;
        let [dy, dx] = [y - self.reader.centre[0], x - self.reader.centre[1]];
        let angle = dy.atan2(dx).to_degrees().rem_euclid(360.0);
        let mm = MeasureUnit::Millimetre;
        let mut measures = vec![
            Measure::new("diameter", diameter, Some(sigma), mm),
            Measure::new(
                "volume",
                volume,
                Some(3.0 * share * volume),
                MeasureUnit::CubicMillimetre,
            ),
        ];
        let gap = self.to_separator(z, dy.hypot(dx), dy.atan2(dx));
        let blur = (0.05 * self.spiral.pitch).hypot(0.2 * voxel);
        measures.extend(gap.map(|gap| Measure::new("to_separator", gap, Some(blur), mm)));
        Finding {
            kind: FindingKind::ForeignParticle,
            place: Some(self.reader.frame.place([z, y, x])),
            extent_mm: Some([diameter; 3]),
            measures,
            confidence: (weighed.greatest / self.range()).clamp(0.5, 1.0),
            shown_by: vec![self.probe],
            verdict: Verdict::Seen,
            slice: Some(ShownSlice { direction: SliceDirection::Axial, position: angle }),
            note: format!(
                "Something dense of {:.0} µm that is no part of the cell; its size is that of a \
                 ball of metal.",
                1e3 * diameter
            ),
        }
    }

    /// Distance to the nearest separator along the radius; none outside the roll.
    fn to_separator(&self, z: f64, radius: f64, angle: f64) -> Option<f64> {
        let steps = self.spiral.steps();
        let part = self.spiral.sense.part(angle);
        let step = to_index((part * steps as f64).round()) % steps;
        let table = self.spiral.at_height(z);
        let turns = (0..self.spiral.turns()).map(|turn| table[[turn, step]]);
        let beside = turns.filter(|it| it.is_finite()).flat_map(|cathode| {
            let apart = SEPARATOR * self.spiral.pitch;
            [cathode - apart, cathode + apart].map(|separator| (separator - radius).abs())
        });
        beside.reduce(f64::min)
    }
}
