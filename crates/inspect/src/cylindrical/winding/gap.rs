//! Gaps between windings and the collapse of the innermost: places where windings lie too far
//! apart. Judges nothing.

use std::collections::VecDeque;
use std::f64::consts::TAU;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_index;
use voltomo_types::{
    Finding, FindingKind, Measure, MeasureUnit, Probe, Problem, ShownSlice, SliceDirection, Verdict,
};

use super::excess::Excess;
use super::reader::Reader;
use super::spiral::Spiral;

/// A gap counts from so many standard deviations of the windings' distances on.
const SURE: f64 = 6.0;
/// A gap reaches as far as the excess is above this share of its greatest; a lens 1 − u² is then
/// √0.7 of its whole length long.
const LEVEL: f64 = 0.3;
/// Voxels of a gap that is worth a finding, however small the noise.
const LEAST_VOXELS: f64 = 0.75;
/// Shorter places along the winding are no gap, mm.
const LEAST_ARC_MM: f64 = 0.3;
/// A gap of which more than this share lies at a dim winding is a void along a tab.
const TAB_SHARE: f64 = 0.25;
/// A collapse begins within so many windings from the innermost.
const INNERMOST: usize = 2;

/// How gaps between windings are looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GapSettings {
    /// Thinner gaps are no finding, mm.
    pub least_thickness_mm: f64,
}

impl Default for GapSettings {
    fn default() -> Self {
        Self { least_thickness_mm: 0.02 }
    }
}

impl GapSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let length = self.least_thickness_mm;
        let is_length = length > 0.0 && length.is_finite();
        let problem = || Problem::new("gap.least_thickness_mm", length, "a positive length");
        if is_length { Vec::new() } else { vec![problem()] }
    }
}

/// A connected place where two windings lie too far apart.
#[derive(Debug, Clone)]
struct Gap {
    /// Inner winding's place along the spiral (turn·steps + step) at the middle.
    place: usize,
    /// Heights between which it reaches, mm.
    z: [f64; 2],
    thickness: f64,
    arc: f64,
    height: f64,
    is_cut: bool,
    /// Share of it at a dim winding, such as a tab.
    dim: f64,
}

/// Findings of the winding's gaps, of the void along a tab, and of a collapsed core.
///
/// Windings that lie farther apart than usual by 6 standard deviations, 3/4 of a voxel and the least
/// thickness are joined along the winding and over the heights; the thickness is the greatest
/// excess of the distance, so that a gap much thinner than the resolution is measured by what it
/// pushes apart. Gaps of two or more neighbouring windings at one angle from the innermost on are a
/// collapse of the core.
#[must_use]
pub fn gap_findings(
    (reader, probe): (&Reader<'_>, Probe),
    spiral: &Spiral,
    settings: &GapSettings,
) -> Vec<Finding> {
    let excess = Excess::of(spiral);
    let search = Search { reader, spiral, excess: &excess, probe };
    let voxels = LEAST_VOXELS * reader.grid.voxel;
    let least = settings.least_thickness_mm.max(SURE * excess.uncertainty).max(voxels);
    let gaps = search.gaps(least);
    let gaps = search.without_doubles(gaps);
    let (collapsed, gaps) = search.collapsed(gaps);
    let mut findings: Vec<Finding> = gaps.iter().map(|gap| search.finding(gap)).collect();
    findings.extend((!collapsed.is_empty()).then(|| search.collapse(&collapsed)));
    findings
}

struct Search<'a, 'v> {
    reader: &'a Reader<'v>,
    spiral: &'a Spiral,
    excess: &'a Excess,
    probe: Probe,
}

impl Search<'_, '_> {
    fn gaps(&self, least: f64) -> Vec<Gap> {
        let map = &self.excess.map;
        let low = (0.4 * least).max(2.5 * self.excess.uncertainty);
        let mut seen = Array2::from_elem(map.dim(), false);
        let mut gaps = Vec::new();
        for (start, value) in map.indexed_iter() {
            if *value > least && !seen[start] {
                let region = self.region(start, low, &mut seen);
                gaps.extend(self.measured(&region).filter(|gap| gap.thickness > least));
            }
        }
        gaps
    }

    /// The connected places above `low`.
    fn region(
        &self,
        start: (usize, usize),
        low: f64,
        seen: &mut Array2<bool>,
    ) -> Vec<(usize, usize)> {
        let map = &self.excess.map;
        let mut region = Vec::new();
        let mut queue = VecDeque::from([start]);
        seen[start] = true;
        while let Some((height, place)) = queue.pop_front() {
            region.push((height, place));
            let next = [
                (height.wrapping_sub(1), place),
                (height + 1, place),
                (height, place.wrapping_sub(1)),
                (height, place + 1),
            ];
            for at in next {
                if map.get(at).is_some_and(|value| *value > low) && !seen[at] {
                    seen[at] = true;
                    queue.push_back(at);
                }
            }
        }
        region
    }

    fn measured(&self, region: &[(usize, usize)]) -> Option<Gap> {
        let map = &self.excess.map;
        let heights = [region.iter().map(|at| at.0).min()?, region.iter().map(|at| at.0).max()?];
        let places = [region.iter().map(|at| at.1).min()?, region.iter().map(|at| at.1).max()?];
        // Where the gap is as thick as anywhere in most heights.
        let mean = |place: usize| {
            let column = (heights[0]..=heights[1]).map(|height| map[[height, place]]);
            let known: Vec<f64> = column.filter(|it| it.is_finite()).collect();
            known.iter().sum::<f64>() / known.len().max(1) as f64
        };
        let profile: Vec<f64> = (places[0]..=places[1]).map(mean).collect();
        let top = (0..profile.len()).max_by(|a, b| profile[*a].total_cmp(&profile[*b]))?;
        let along_z: Vec<f64> =
            (0..map.nrows()).map(|height| self.crest(height, places[0] + top)).collect();
        let greatest = along_z[heights[0]..=heights[1]].iter().copied().fold(0.0, f64::max);
        let held = (heights[0]..=heights[1]).filter(|it| along_z[*it] > 0.5 * greatest);
        let held: Vec<usize> = held.collect();
        let thickness = held.iter().map(|it| along_z[*it]).sum::<f64>() / held.len() as f64;
        let share = |height: usize| (along_z[height] / thickness).clamp(0.0, 1.0);
        let step = self.height_step();
        let height = (heights[0]..=heights[1]).map(share).sum::<f64>() * step;
        let width = self.width(&held, places[0] + top);
        let (place, arc) = (width.0, width.1 / (1.0 - LEVEL).sqrt());
        let dim = region.iter().filter(|at| self.excess.is_dim[**at]).count();
        let zs = &self.spiral.heights;
        let z = [zs[heights[0]] - 0.5 * step, zs[heights[1]] + 0.5 * step];
        let is_cut = heights[0] == 0 || heights[1] + 1 == map.nrows();
        let dim = dim as f64 / region.len() as f64;
        let gap = Gap { place, z, thickness, arc, height, is_cut, dim };
        (arc > LEAST_ARC_MM).then_some(gap)
    }

    /// Greatest excess at a height, near the gap's crest.
    fn crest(&self, height: usize, place: usize) -> f64 {
        let near = place.saturating_sub(5)..(place + 6).min(self.excess.map.ncols());
        let known: Vec<f64> = near
            .map(|place| self.excess.map[[height, place]])
            .filter(|it| it.is_finite())
            .collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    }

    /// Middle and length along the winding above the level.
    fn width(&self, heights: &[usize], top: usize) -> (usize, f64) {
        let map = &self.excess.map;
        let mean = |place: usize| {
            let column = heights.iter().map(|height| map[[*height, place]]);
            let known: Vec<f64> = column.filter(|it| it.is_finite()).collect();
            if known.is_empty() { f64::NAN } else { known.iter().sum::<f64>() / known.len() as f64 }
        };
        let level = LEVEL * mean(top);
        // What is not seen, as beside a tab, is spanned.
        let holds = |place: &usize| {
            let value = mean(*place);
            value.is_nan() || value >= level
        };
        let first = (0..=top).rev().take_while(holds).last().unwrap_or(top);
        let last = (top..map.ncols()).take_while(holds).last().unwrap_or(top);
        let middle = usize::midpoint(first, last);
        let steps = self.spiral.steps() as f64;
        let radius = self.spiral.ideal(middle as f64 / steps);
        (middle, TAU * radius * (last + 1 - first) as f64 / steps)
    }

    fn height_step(&self) -> f64 {
        self.spiral.height_step
    }

    /// At a winding that was not seen the excess counts at both sides of it: of two such gaps the
    /// one that goes on beside that winding stays, or the outer one.
    fn without_doubles(&self, gaps: Vec<Gap>) -> Vec<Gap> {
        let steps = self.spiral.steps();
        let is_double = |index: usize| {
            let gap = &gaps[index];
            gap.dim > 0.0
                && gaps.iter().enumerate().any(|(other_index, other)| {
                    let apart = other.place.abs_diff(gap.place).abs_diff(steps);
                    let is_same = other_index != index && apart < steps / 12 && other.dim > 0.0;
                    let is_less =
                        other.dim < gap.dim || (other.dim <= gap.dim && other.place > gap.place);
                    is_same && is_less
                })
        };
        let keep: Vec<bool> = (0..gaps.len()).map(|index| !is_double(index)).collect();
        gaps.into_iter().zip(keep).filter(|it| it.1).map(|it| it.0).collect()
    }

    /// Splits off the gaps that are a collapse of the core: of two or more neighbouring windings
    /// from the innermost on, at one angle.
    fn collapsed(&self, gaps: Vec<Gap>) -> (Vec<Gap>, Vec<Gap>) {
        let steps = self.spiral.steps();
        let first = to_index(self.spiral.ends[0] * steps as f64);
        let inner = gaps.iter().filter(|gap| gap.place < first + INNERMOST * steps);
        for seed in inner {
            let mut chain = vec![seed.place];
            for gap in &gaps {
                let last = chain[chain.len() - 1];
                let apart = gap.place as f64 - last as f64 - steps as f64;
                if apart.abs() < 0.06 * steps as f64 {
                    chain.push(gap.place);
                }
            }
            if chain.len() > 1 {
                return gaps.into_iter().partition(|gap| chain.contains(&gap.place));
            }
        }
        (Vec::new(), gaps)
    }

    /// Between the inner winding and the next, half way.
    fn point(&self, gap: &Gap) -> ([f64; 3], f64) {
        let steps = self.spiral.steps();
        let z = 0.5 * (gap.z[0] + gap.z[1]);
        let (turn, step) = (gap.place / steps, gap.place % steps);
        let table = self.spiral.at_height(z);
        let radius = table[[turn, step]];
        let ideal = self.spiral.ideal(gap.place as f64 / steps as f64);
        let radius = if radius.is_finite() { radius } else { ideal };
        let angle = self.spiral.angle(step);
        (
            self.reader.cell_point(z, radius + 0.5 * (self.spiral.pitch + gap.thickness), angle),
            angle,
        )
    }

    fn finding(&self, gap: &Gap) -> Finding {
        let steps = self.spiral.steps() as f64;
        let sigma = self.excess.uncertainty.max(0.03 * self.reader.grid.voxel);
        let turn = gap.place as f64 / steps - self.spiral.ends[0];
        let cut = if gap.is_cut { "; it goes on beyond the heights traced" } else { "" };
        let mut finding = self.blank(gap);
        finding.kind =
            if gap.dim > TAB_SHARE { FindingKind::TabVoid } else { FindingKind::WindingGap };
        finding.measures = measures(&[
            ("thickness", gap.thickness, sigma),
            ("arc", gap.arc, 0.05 * gap.arc),
            ("height", gap.height, 0.3 * self.height_step()),
        ]);
        finding.extent_mm = Some([gap.thickness, gap.arc, gap.height]);
        finding.note = format!(
            "Windings {:.3} mm too far apart after turn {turn:.2}, over {:.1} mm along the winding \
             and {:.1} mm of height{}{cut}.",
            gap.thickness,
            gap.arc,
            gap.height,
            if gap.dim > TAB_SHARE { ", at a tab" } else { "" },
        );
        finding
    }

    fn blank(&self, gap: &Gap) -> Finding {
        let (point, angle) = self.point(gap);
        let sureness = gap.thickness / self.excess.uncertainty.max(1e-6);
        Finding {
            kind: FindingKind::WindingGap,
            place: Some(self.reader.frame.place(point)),
            extent_mm: None,
            measures: Vec::new(),
            confidence: 1.0 - (-0.5 * (sureness - 3.0).max(0.0)).exp(),
            shown_by: vec![self.probe],
            verdict: Verdict::Seen,
            slice: Some(ShownSlice {
                direction: SliceDirection::Axial,
                position: angle.to_degrees().rem_euclid(360.0),
            }),
            note: String::new(),
        }
    }

    fn collapse(&self, gaps: &[Gap]) -> Finding {
        let depth: f64 = gaps.iter().map(|gap| gap.thickness).sum();
        let innermost = gaps.iter().min_by_key(|gap| gap.place);
        let Some(innermost) = innermost else { unreachable!("a collapse has gaps") };
        let sigma = self.excess.uncertainty.max(0.03 * self.reader.grid.voxel);
        let of_turn = self.spiral.steps() as f64;
        // Arc lengths grow with the radius; the innermost winding's is told.
        let radius = self.spiral.ideal(innermost.place as f64 / of_turn);
        let mut finding = self.blank(innermost);
        finding.kind = FindingKind::CoreCollapse;
        let arc = innermost.arc * (radius - 0.5 * self.spiral.pitch).max(0.0) / radius;
        finding.measures = measures(&[
            ("depth", depth, sigma * (gaps.len() as f64).sqrt()),
            ("arc", arc, 0.1 * arc),
            ("height", innermost.height, 0.3 * self.height_step()),
        ]);
        finding.measures.push(Measure::new("turns", gaps.len() as f64, None, MeasureUnit::Count));
        finding.extent_mm = Some([depth, arc, innermost.height]);
        finding.note = format!(
            "The innermost windings are bent inwards by {depth:.3} mm; {} neighbouring windings \
             lie too far apart at one angle.",
            gaps.len()
        );
        finding
    }
}

fn measures(named: &[(&str, f64, f64)]) -> Vec<Measure> {
    let mm = MeasureUnit::Millimetre;
    named.iter().map(|(name, value, sigma)| Measure::new(name, *value, Some(*sigma), mm)).collect()
}
