//! The void that the mandrel left: size, roundness, place, and what fell into it. Knows no can.

use ndarray::Array2;
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Probe, Verdict};

use super::regions;
use super::report::{self, Place};
use super::rise::Rise;
use super::sawtooth::Sawtooth;
use super::survey::{ANGLES, Survey};
use crate::round::{median, median_and_sigma};

/// Directions over which samples are taken together.
const BINS: usize = 144;
/// A buckle of the inner windings leaves voids up to so far behind the edge, mm.
const BEHIND_MM: f64 = 2.5;
/// No roll is wound about a mandrel that is wider than this share of its can: that is the room under a lid.
const WIDEST: f64 = 1.0 / 3.0;
/// Gaps behind a buckle add up to its depth within this share: the first lies in the edge's blur.
const BY_GAPS: f64 = 0.25;
/// Heights taken together for a map by height, mm.
const ROW_MM: f64 = 1.0;

/// The void as measured.
#[derive(Debug, Clone)]
pub(super) struct Core {
    /// Its edge around the clock, about the can's axis.
    pub(super) edge: Sawtooth,
    /// Its heights, within those of the roll.
    pub(super) heights: [f64; 2],
    /// Grey value in it.
    pub(super) level: f64,
    /// Radius by height and direction, mm.
    map: Array2<f64>,
    /// Radius of the first sheet that is brighter than the roll's mean, as `map`; X-rays alone.
    sheet: Option<Array2<f64>>,
    /// Height of each row of the map.
    rows: Vec<f64>,
    /// A buckle that the spiral's step explains as well, told by the gaps behind it.
    pub(super) by_gaps: Option<Place>,
}

fn bin_angle(bin: usize) -> f64 {
    let part = (ANGLES / BINS) as f64;
    std::f64::consts::TAU * (bin as f64 * part + 0.5 * (part - 1.0)) / ANGLES as f64
}

impl Core {
    /// Measures the void; `None` where the middle of the roll is not dark.
    pub(super) fn of(survey: &Survey<'_>) -> Option<Self> {
        let levels = &survey.levels;
        let mean = survey.roll_mean();
        let rise = Rise::of(survey, &mean);
        let middle = rise.inside(&mean, 0.05 * survey.body.radius)?;
        if middle > 0.5 * (levels.air + levels.roll) {
            return None;
        }
        let reach = 0.6 * survey.body.radius;
        let points: Vec<(f64, f64)> = (0..BINS)
            .filter_map(|bin| {
                let profile = bin_profile(&mean, bin);
                Some((bin_angle(bin), rise.outwards(&profile, (middle, reach))?))
            })
            .collect();
        if points.len() < BINS * 2 / 3 {
            return None;
        }
        let edge = Sawtooth::through(&points)?;
        if edge.radius > WIDEST * survey.body.radius {
            return None;
        }
        let (map, sheet, rows) = map_by_height(survey, (middle, reach));
        let heights = dark_heights(survey, (middle, &edge))?;
        let sheet = (survey.seen.probe == Probe::Xray).then_some(sheet);
        Some(Self { edge, heights, level: middle, map, sheet, rows, by_gaps: None })
    }
}

/// Mean profile of a bin.
fn bin_profile(map: &Array2<f32>, bin: usize) -> Vec<f64> {
    let part = ANGLES / BINS;
    let rows = map.slice(ndarray::s![bin * part..(bin + 1) * part, ..]);
    let mean = |k: usize| rows.column(k).iter().map(|it| f64::from(*it)).sum::<f64>() / part as f64;
    (0..map.ncols()).map(mean).collect()
}

/// The edge at each height of the roll, the first bright sheet, and the heights.
fn map_by_height(survey: &Survey<'_>, search: (f64, f64)) -> (Array2<f64>, Array2<f64>, Vec<f64>) {
    let [low, high] = survey.roll.unwrap_or(survey.body.plain);
    let count = voltomo_numeric::cast::to_index(((high - low) / ROW_MM).round()).max(1);
    let step = (high - low) / count as f64;
    let mut map = Array2::from_elem((count, BINS), f64::NAN);
    let mut sheet = map.clone();
    let mut rows = Vec::new();
    for row in 0..count {
        let from = low + row as f64 * step;
        let mut range = survey.unrolled.height_range([from, from + step]);
        if range.is_empty() {
            range = 0..survey.unrolled.heights.len().min(1);
        }
        let mean = survey.unrolled.mean_over(range);
        let rise = Rise::of(survey, &mean);
        for bin in 0..BINS {
            let profile = bin_profile(&mean, bin);
            map[[row, bin]] = rise.outwards(&profile, search).unwrap_or(f64::NAN);
            let first = profile.iter().position(|value| *value > survey.levels.roll);
            sheet[[row, bin]] = first.map_or(f64::NAN, |k| survey.unrolled.radius(k));
        }
        rows.push(from + 0.5 * step);
    }
    (map, sheet, rows)
}

/// Heights of the roll over which the middle is dark.
fn dark_heights(survey: &Survey<'_>, (middle, edge): (f64, &Sawtooth)) -> Option<[f64; 2]> {
    let unrolled = &survey.unrolled;
    let end = unrolled.radius_index(0.5 * edge.radius).max(1);
    let level = 0.5 * (middle + survey.levels.roll);
    let [low, high] = survey.roll.unwrap_or(survey.body.plain);
    let range = unrolled.height_range([low, high]);
    let range = if range.is_empty() { 0..unrolled.heights.len() } else { range };
    let is_dark = |h: usize| {
        let part = unrolled.map.slice(ndarray::s![h, ..;5, ..end]);
        median(part.iter().map(|it| f64::from(*it)).collect()).is_some_and(|it| it < level)
    };
    let flags: Vec<bool> = range.clone().map(is_dark).collect();
    let start = flags.iter().enumerate().filter(|(_, flag)| **flag).map(|(k, _)| k);
    let longest = start.map(|k| regions::run(flags.clone(), k)).max_by_key(|run| run.len())?;
    let half = 0.5 * unrolled.height_step;
    let at = |k: usize| unrolled.heights[range.start + k];
    Some([(at(longest.start) - half).max(low), (at(longest.end - 1) + half).min(high)])
}

impl Core {
    /// Radius about the can's axis within which the void lies, mm.
    pub(super) fn outermost(&self) -> f64 {
        let [x, y] = self.edge.centre;
        self.edge.radius + 0.5 * self.edge.step.abs() + x.hypot(y)
    }

    /// Radius about the can's axis within which nothing of the roll lies at most heights, mm.
    pub(super) fn innermost(&self) -> f64 {
        let edges = (0..BINS).filter_map(|bin| median(self.map.column(bin).to_vec()));
        edges.fold(self.edge.radius, f64::min)
    }

    /// Whether a place lies behind a buckle of the inner windings, where they leave a void.
    pub(super) fn is_behind_buckle(
        &self,
        survey: &Survey<'_>,
        (radius, angle): (f64, f64),
    ) -> bool {
        let tau = std::f64::consts::TAU;
        radius < self.edge.radius + BEHIND_MM
            && buckles(survey, self).0.iter().any(|place| {
                let aside = (angle - place.angle + 0.5 * tau).rem_euclid(tau) - 0.5 * tau;
                aside.abs() * self.edge.radius < 0.5 * place.extent[1] + 0.5
            })
    }
}

/// Findings about the void.
pub(super) fn findings(survey: &Survey<'_>, core: Option<&Core>) -> Vec<Finding> {
    let Some(core) = core else { return vec![unseen(survey)] };
    let mut findings = vec![void(survey, core)];
    findings.extend(collapses(survey, core));
    findings
}

fn void(survey: &Survey<'_>, core: &Core) -> Finding {
    let mm = MeasureUnit::Millimetre;
    let edge = &core.edge;
    let [low, high] = core.heights;
    let diameter = 2.0 * edge.radius;
    let voxel = survey.seen.grid.voxel;
    let sigma = 2.0 * edge.sigmas[0].hypot(0.1 * voxel);
    let points: Vec<f64> = (0..BINS).map(|bin| edge.at(bin_angle(bin))).collect();
    let own = core
        .map
        .columns()
        .into_iter()
        .enumerate()
        .filter_map(|(bin, column)| Some(median(column.to_vec())? - points[bin]));
    let own: Vec<f64> = own.collect();
    let roundness = own.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        - own.iter().copied().fold(f64::INFINITY, f64::min);
    let [x, y] = edge.centre;
    let place = Place {
        height: 0.5 * (low + high),
        radius: x.hypot(y),
        angle: y.atan2(x),
        extent: [diameter, diameter, high - low],
    };
    let measures = vec![
        Measure::new("diameter", diameter, Some(sigma), mm),
        Measure::new("roundness", roundness, Some(edge.scatter), mm),
        Measure::new("off_axis", x.hypot(y), Some(edge.sigmas[1].hypot(edge.sigmas[2])), mm),
        Measure::new("height", high - low, Some(survey.unrolled.height_step), mm),
    ];
    let note = format!(
        "The void of the winding mandrel is {diameter:.2} mm wide and {:.1} mm high; its edge leaves \
         its spiral by {roundness:.2} mm.",
        high - low
    );
    report::finding_at(FindingKind::MandrelVoid, survey, (place, measures), note)
}

/// Regions of the edge that stand inside their spiral.
fn collapses(survey: &Survey<'_>, core: &Core) -> Vec<Finding> {
    let (places, (noise, threshold)) = buckles(survey, core);
    let edge = noise.hypot(0.25 * survey.seen.grid.voxel);
    let sigma = |place: &Place| {
        if core.by_gaps == Some(*place) { BY_GAPS * place.extent[0] } else { edge }
    };
    places.into_iter().map(|place| collapse(survey, place, (sigma(&place), threshold))).collect()
}

/// Where inner windings stand inside their spiral; noise of the edge and threshold, mm.
fn buckles(survey: &Survey<'_>, core: &Core) -> (Vec<Place>, (f64, f64)) {
    let depth = depths(core);
    let values: Vec<f64> = depth.iter().copied().filter(|it| it.is_finite()).collect();
    let Some((_, noise)) = median_and_sigma(&values) else { return (Vec::new(), (0.0, 0.0)) };
    // The step of the spiral is blurred over a few bins; it may not pass for a buckle.
    let threshold = (6.0 * noise).max(1.5 * survey.seen.grid.voxel).max(0.2 * core.edge.step.abs());
    let regions = regions::above(&depth, threshold);
    let wound = regions.iter().filter(|region| core.is_wound(&depth, region));
    let by_edge = wound.filter_map(|region| buckle(core, &depth, region));
    (by_edge.chain(core.by_gaps).collect(), (noise, threshold))
}

impl Core {
    /// Whether windings moved inwards, and not only a loose end of separator hangs into the void: then
    /// the first bright sheet is farther inside than elsewhere, by a quarter of the depth at least.
    /// Neutrons do not show single sheets.
    fn is_wound(&self, depth: &Array2<f64>, region: &[(usize, usize)]) -> bool {
        let Some(sheet) = &self.sheet else { return true };
        let behind = |at: (usize, usize)| sheet[at] - self.edge.at(bin_angle(at.1));
        let all = ndarray::indices(sheet.dim()).into_iter().map(behind).collect();
        let here =
            |of: &dyn Fn((usize, usize)) -> f64| median(region.iter().map(|at| of(*at)).collect());
        let (Some(usual), Some(found), Some(deep)) =
            (median(all), here(&behind), here(&|at| depth[at]))
        else {
            return true;
        };
        usual - found > 0.25 * deep
    }
}

/// Height of a row of the map, mm.
fn row_mm(core: &Core) -> f64 {
    if core.rows.len() > 1 { core.rows[1] - core.rows[0] } else { ROW_MM }
}

/// Where a region of the edge stands inside its spiral; `None` where it is too small to be sure of.
fn buckle(core: &Core, depth: &Array2<f64>, region: &[(usize, usize)]) -> Option<Place> {
    let bins: std::collections::BTreeSet<usize> = region.iter().map(|(_, bin)| *bin).collect();
    let rows: std::collections::BTreeSet<usize> = region.iter().map(|(row, _)| *row).collect();
    let arc = core.edge.radius * std::f64::consts::TAU / BINS as f64;
    let (width, height) = (bins.len() as f64 * arc, rows.len() as f64 * row_mm(core));
    if region.len() < 6 || width < 0.6 || (height < 3.0 && core.rows.len() > 3) {
        return None;
    }
    let [mut x, mut y, mut z, mut sum] = [0.0; 4];
    for &(row, bin) in region {
        let weight = depth[[row, bin]];
        let (sin, cos) = bin_angle(bin).sin_cos();
        (x, y, z) = (x + weight * cos, y + weight * sin, z + weight * core.rows[row]);
        sum += weight;
    }
    let mut all: Vec<f64> = region.iter().map(|at| depth[*at]).collect();
    all.sort_by(f64::total_cmp);
    let most = all[all.len() * 9 / 10];
    let radius = core.edge.radius - 0.5 * most;
    Some(Place { height: z / sum, radius, angle: y.atan2(x), extent: [most, width, height] })
}

fn collapse(survey: &Survey<'_>, place: Place, (sigma, threshold): (f64, f64)) -> Finding {
    let [most, width, height] = place.extent;
    let mm = MeasureUnit::Millimetre;
    let measures = vec![
        Measure::new("depth", most, Some(sigma), mm),
        Measure::new("width", width, Some(0.15), mm),
        Measure::new("height", height, Some(ROW_MM), mm),
    ];
    let note = format!(
        "Inner windings stand {most:.2} mm inside their spiral over {width:.1} × {height:.1} mm."
    );
    let mut finding =
        report::finding_at(FindingKind::CoreCollapse, survey, (place, measures), note);
    finding.confidence = report::confidence(most / threshold, 1.0);
    finding
}

/// How far the edge stands inside its spiral, but for the bins at the step.
fn depths(core: &Core) -> Array2<f64> {
    Array2::from_shape_fn(core.map.dim(), |(row, bin)| {
        let angle = bin_angle(bin);
        let from_step = (angle - core.edge.start + std::f64::consts::PI)
            .rem_euclid(std::f64::consts::TAU)
            - std::f64::consts::PI;
        let is_at_step = from_step.abs() * core.edge.radius < core.edge.step.abs().max(0.2);
        if is_at_step { f64::NAN } else { core.edge.at(angle) - core.map[[row, bin]] }
    })
}

fn unseen(survey: &Survey<'_>) -> Finding {
    let note = "No void of a mandrel is seen: the middle is not dark, or what is dark there is wider than a \
                third of the can, as under a lid."
        .into();
    let mut finding = report::finding(FindingKind::MandrelVoid, survey, Vec::new(), note);
    (finding.verdict, finding.confidence) = (Verdict::CannotTell, 0.5);
    finding
}
