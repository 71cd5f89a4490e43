//! What the edges of the windings tell, as findings. Judges nothing.

use ndarray::Array2;
use voltomo_types::{
    Finding, FindingKind, Measure, MeasureUnit, Probe, ShownSlice, SliceDirection, Verdict,
};

use super::settings::EdgeSettings;
use super::settled::{even, settled};
use super::table::{EdgeTable, RollEnd};
use crate::cylindrical::winding::{Reader, Spiral};

/// A winding's overhang differs from the others' from so many standard deviations on.
const SURE: f64 = 5.0;
/// Fewer sectors than this are no region.
const LEAST_SECTORS: usize = 3;
/// Heights that change by more than this within a fifth of a turn do so at one place, mm.
const LOCAL_MM: f64 = 0.05;
/// What is usual of a winding is the median over so many at either side.
const NEAR_TURNS: usize = 8;

/// Findings of one end: its overhang, windings with another overhang, alignment, telescoping.
#[must_use]
pub fn edge_findings(
    (reader, probe): (&Reader<'_>, Probe),
    spiral: &Spiral,
    table: &EdgeTable,
    settings: &EdgeSettings,
) -> Vec<Finding> {
    let report = Report::new(reader, spiral, table, probe);
    let mut findings = vec![report.overhang()];
    findings.extend(report.changes(settings.least_change_mm));
    findings.extend([report.alignment(), report.telescoping()]);
    findings
}

struct Report<'a, 'v> {
    reader: &'a Reader<'v>,
    spiral: &'a Spiral,
    table: &'a EdgeTable,
    probe: Probe,
    overhang: Array2<f64>,
    /// Standard deviation of a single overhang: what the noise says, or the scatter from sector to
    /// sector, the greater.
    uncertainty: f64,
}

fn known<'a>(values: impl IntoIterator<Item = &'a f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().copied().filter(|it| it.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn median(values: &[f64]) -> f64 {
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// Standard deviation of one value, of the second differences from sector to sector.
fn scatter(table: &Array2<f64>) -> f64 {
    let second = |row: &[f64]| -> Vec<f64> {
        row.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).collect()
    };
    let all: Vec<f64> = table.outer_iter().flat_map(|row| second(&row.to_vec())).collect();
    1.4826 * median(&known(&all)) / 6.0_f64.sqrt()
}

impl<'a, 'v> Report<'a, 'v> {
    fn new(reader: &'a Reader<'v>, spiral: &'a Spiral, table: &'a EdgeTable, probe: Probe) -> Self {
        let overhang = table.overhang();
        let noise = median(&known(&table.anode_uncertainty));
        let uncertainty = scatter(&overhang).max(noise).max(0.02 * reader.grid.voxel);
        Self { reader, spiral, table, probe, overhang: settled(&overhang), uncertainty }
    }

    fn end(&self) -> &'static str {
        match self.table.end {
            RollEnd::Top => "upper",
            RollEnd::Bottom => "lower",
        }
    }

    /// A finding at a turn and sector; `measures` in mm by name, value and uncertainty.
    fn finding(
        &self,
        kind: FindingKind,
        [turn, sector]: [usize; 2],
        measures: &[(&str, f64, f64)],
    ) -> Finding {
        let mm = MeasureUnit::Millimetre;
        let angle = self.table.angles[sector];
        let z = self.table.cathode[[turn, sector]];
        let point = self.reader.cell_point(z, self.table.radii[[turn, sector]], angle);
        Finding {
            kind,
            place: Some(self.reader.frame.place(point)),
            extent_mm: None,
            measures: measures
                .iter()
                .map(|(name, value, sigma)| Measure::new(name, *value, Some(*sigma), mm))
                .collect(),
            confidence: 0.99,
            shown_by: vec![self.probe],
            verdict: Verdict::Seen,
            slice: Some(ShownSlice {
                direction: SliceDirection::Axial,
                position: angle.to_degrees().rem_euclid(360.0),
            }),
            note: String::new(),
        }
    }

    /// Turn and sector of the least or greatest value.
    fn extreme(table: &Array2<f64>, sign: f64) -> Option<([usize; 2], f64)> {
        let values = table.indexed_iter().filter(|(_, value)| value.is_finite());
        let most = values.max_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)));
        most.map(|((turn, sector), value)| ([turn, sector], *value))
    }

    fn overhang(&self) -> Finding {
        let all = known(&self.overhang);
        let (place, least) = Self::extreme(&self.overhang, -1.0).unwrap_or(([0; 2], f64::NAN));
        let most = Self::extreme(&self.overhang, 1.0).map_or(f64::NAN, |it| it.1);
        let sigma = self.uncertainty;
        let voxel = 0.1 * self.reader.grid.voxel;
        let bend = median(&known(&self.table.bend.mapv(f64::abs)));
        let mut finding = self.finding(
            FindingKind::Overhang,
            place,
            &[
                ("least", least, sigma.hypot(voxel)),
                ("mean", mean(&all), voxel),
                ("most", most, sigma.hypot(voxel)),
                ("bend", bend, 0.06 * self.spiral.pitch),
            ],
        );
        finding.note = format!(
            "Overhang at the {} end, {} places on {} windings: anode beyond cathode by {:.3} mm in \
             the mean, least on winding {} at {:.0}°.",
            self.end(),
            all.len(),
            self.turn_means(&self.overhang).len(),
            mean(&all),
            place[0],
            finding.place.map_or(f64::NAN, |place| place.angle_deg),
        );
        finding
    }

    /// Usual overhang of each turn: median over the windings near it.
    fn usual(&self) -> Vec<f64> {
        let medians: Vec<f64> = self.overhang.outer_iter().map(|row| median(&known(row))).collect();
        let near = |turn: usize| {
            turn.saturating_sub(NEAR_TURNS)..(turn + NEAR_TURNS + 1).min(medians.len())
        };
        (0..medians.len()).map(|turn| median(&known(&medians[near(turn)]))).collect()
    }

    /// Long runs of places along the winding whose overhang differs from what is usual, and short
    /// ones whose cathode stands beyond the anode.
    fn changes(&self, least: f64) -> Vec<Finding> {
        let sectors = self.table.angles.len();
        let usual = self.usual();
        let limit = least.max(SURE * self.uncertainty);
        let flat: Vec<f64> =
            self.overhang.indexed_iter().map(|((turn, _), value)| value - usual[turn]).collect();
        let is_out = |index: usize| {
            let value = self.overhang[[index / sectors, index % sectors]];
            value < -limit.min(SURE * self.uncertainty) && flat[index] < -limit
        };
        let mut findings = Vec::new();
        let mut from = 0;
        while from < flat.len() {
            let sign = if flat[from] < 0.0 { -1.0 } else { 1.0 };
            let to = self.run(from, |index| sign * flat[index] > limit);
            let out = (from..to).filter(|index| is_out(*index)).count();
            if 2 * (to - from) >= sectors || out >= LEAST_SECTORS {
                let turn = usize::midpoint(from, to - 1) / sectors;
                findings.push(self.change((from, to), &flat, usual[turn]));
            }
            from = to.max(from + 1);
        }
        findings
    }

    /// End of the run from `from` on that holds; places without an edge, such as a tab, and a few
    /// that do not hold are spanned.
    fn run(&self, from: usize, holds: impl Fn(usize) -> bool) -> usize {
        let sectors = self.table.angles.len();
        let is_known = |index: usize| self.overhang[[index / sectors, index % sectors]].is_finite();
        let (mut to, mut missed) = (from, 0);
        for index in from..self.overhang.len() {
            if holds(index) {
                (to, missed) = (index + 1, 0);
            } else if is_known(index) {
                missed += 1;
            }
            if missed >= LEAST_SECTORS || index > to + sectors / 3 {
                break;
            }
        }
        to
    }

    fn change(&self, (from, to): (usize, usize), flat: &[f64], usual: f64) -> Finding {
        let sectors = self.table.angles.len();
        let change = median(&known(&flat[from..to]));
        let middle = usize::midpoint(from, to - 1);
        let at = (from..to).filter(|index| flat[*index].is_finite());
        let nearest = at.min_by_key(|index| index.abs_diff(middle)).unwrap_or(from);
        let sigma = self.uncertainty.hypot(0.1 * self.reader.grid.voxel);
        let measures = [("least", usual + change, sigma), ("change", change, sigma)];
        let place = [nearest / sectors, nearest % sectors];
        let mut finding = self.finding(FindingKind::Overhang, place, &measures);
        let turns = (to - from) as f64 / sectors as f64;
        let arc = std::f64::consts::TAU * self.table.radii[place] * turns;
        finding.extent_mm = Some([self.spiral.pitch * turns.max(1.0), arc, change.abs()]);
        finding.note = format!(
            "Another overhang at the {} end from turn {:.2} to {:.2} of the winding: {:.3} mm \
             where {usual:.3} mm is usual{}.",
            self.end(),
            from as f64 / sectors as f64 - self.spiral.ends[0],
            to as f64 / sectors as f64 - self.spiral.ends[0],
            usual + change,
            if usual + change < 0.0 { ": the cathode stands beyond the anode" } else { "" },
        );
        finding
    }

    /// Mean over the sectors of each winding that is seen over half of them: turn, mean.
    fn turn_means(&self, table: &Array2<f64>) -> Vec<(f64, f64)> {
        let rows = table.outer_iter().enumerate();
        let of = |(turn, row): (usize, ndarray::ArrayView1<'_, f64>)| {
            let values = known(row);
            (2 * values.len() > row.len()).then(|| (turn as f64, mean(&values)))
        };
        rows.filter_map(of).collect()
    }

    fn range(&self, table: &Array2<f64>) -> (f64, [usize; 2]) {
        let smooth = even(table, LOCAL_MM.max(SURE * self.uncertainty));
        let low = Self::extreme(&smooth, -1.0).unwrap_or(([0; 2], f64::NAN));
        let high = Self::extreme(&smooth, 1.0).unwrap_or(([0; 2], f64::NAN));
        (high.1 - low.1, high.0)
    }

    fn alignment(&self) -> Finding {
        let (anode, place) = self.range(&self.table.anode);
        let (cathode, _) = self.range(&self.table.cathode);
        let spread = |table: &Array2<f64>| {
            let means: Vec<f64> = self.turn_means(table).into_iter().map(|it| it.1).collect();
            deviation(&means)
        };
        let sigma = self.uncertainty;
        let several = 1.0 / (2.0 * self.table.radii.nrows().max(2) as f64).sqrt();
        let [of_anode, of_cathode] = [&self.table.anode, &self.table.cathode].map(spread);
        let mut finding = self.finding(
            FindingKind::EdgeAlignment,
            place,
            &[
                ("anode_spread", of_anode, sigma.hypot(several * of_anode)),
                ("cathode_spread", of_cathode, sigma.hypot(several * of_cathode)),
                ("anode_range", anode, sigma),
                ("cathode_range", cathode, sigma),
            ],
        );
        finding.note = format!(
            "Heights of the {} edges over the windings: standard deviation of the windings' means, \
             and greatest less least height.",
            self.end()
        );
        finding
    }

    /// The line through the windings' mean heights.
    fn telescoping(&self) -> Finding {
        let means = self.turn_means(&self.table.cathode);
        let count = means.len() as f64;
        let middle = means.iter().map(|it| it.0).sum::<f64>() / count;
        let level = means.iter().map(|it| it.1).sum::<f64>() / count;
        let square: f64 = means.iter().map(|it| (it.0 - middle).powi(2)).sum();
        let both: f64 = means.iter().map(|it| (it.0 - middle) * (it.1 - level)).sum();
        let slope = if square > 0.0 { both / square } else { f64::NAN };
        let left = |(turn, height): &(f64, f64)| height - level - slope * (turn - middle);
        let free = (count - 2.0).max(1.0);
        let rest = (means.iter().map(|it| left(it).powi(2)).sum::<f64>() / free).sqrt();
        let length = self.spiral.length();
        let sigma = (rest / square.sqrt() * length).hypot(self.uncertainty);
        let (range, place) = self.range(&self.table.cathode);
        let mut finding = self.finding(
            FindingKind::Telescoping,
            place,
            &[
                ("range", range, self.uncertainty),
                ("drift", slope * length, sigma),
                ("drift_a_turn", slope, sigma / length),
                ("unevenness", rest, self.uncertainty.hypot(rest / (2.0 * free).sqrt())),
            ],
        );
        let outer = 2.0 * self.spiral.ideal(self.spiral.ends[1]);
        finding.extent_mm = Some([0.5 * outer, outer, range]);
        finding.note = format!(
            "Heights of the cathode's {} edge: greatest less least, drift from the innermost to \
             the outermost turn (above 0: outer turns stand higher), and what is left of it.",
            self.end()
        );
        finding
    }
}
