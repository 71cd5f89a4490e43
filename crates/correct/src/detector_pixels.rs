//! Pixels of the detector that hold nothing, and pixels unlike their neighbours. Knows no
//! radiographs.

use voltomo_numeric::median::{MedianOf25, median_and_deviation_in_place, median_in_place};

use crate::{
    noise::{DEVIATIONS, spread},
    spots::around_row,
};

/// How far up and down a dead pixel may be bridged, in rows.
pub(crate) const BRIDGE_REACH: usize = 8;

/// A live pixel sees at least this part of the open beam of its neighbours.
const LEAST_OF_NEIGHBOURS: f32 = 0.2;

/// A live pixel sees at least this part of the median open beam.
const LEAST_OF_ALL: f32 = 0.01;

/// A dead pixel and the live pixels `[row, column]` that its line integral is taken between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bridge {
    pub(crate) column: usize,
    pub(crate) from: Option<[[usize; 2]; 2]>,
    /// Share of the second.
    pub(crate) share: f32,
}

/// A pixel whose gain or dark field differs from its neighbours' beyond the noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Uneven {
    pub(crate) column: usize,
    /// Open beam over the median of the neighbours' open beam.
    pub(crate) gain: f32,
    pub(crate) dark: f32,
    /// Median dark field of the neighbours.
    pub(crate) dark_around: f32,
}

/// What is known of each pixel of the detector.
#[derive(Debug, Clone, Default)]
pub(crate) struct DetectorPixels {
    pub(crate) columns: usize,
    pub(crate) dead: Vec<bool>,
    /// Dead pixels of each row.
    pub(crate) bridges: Vec<Vec<Bridge>>,
    /// Uneven pixels of each row.
    pub(crate) uneven: Vec<Vec<Uneven>>,
    /// Rows that a bridge reaches up or down at most.
    pub(crate) reach: usize,
}

impl DetectorPixels {
    /// Judges every pixel by the open beams (dark field taken off) and the dark field, each rows
    /// of `columns` pixels.
    pub(crate) fn judge(open_beams: &[&[f32]], dark: &[f32], columns: usize) -> Self {
        let mut dead = vec![false; dark.len()];
        for open_beam in open_beams {
            mark_dead(open_beam, columns, &mut dead);
        }
        for (dead, dark) in dead.iter_mut().zip(dark) {
            *dead |= !dark.is_finite();
        }
        let mut pixels = Self::with_dead(dead, columns);
        pixels.uneven = find_uneven(open_beams, dark, &pixels);
        pixels
    }

    /// All pixels alive and alike.
    pub(crate) fn perfect(rows: usize, columns: usize) -> Self {
        Self::with_dead(vec![false; rows * columns], columns)
    }

    /// The same detector with these pixels dead too.
    pub(crate) fn with_more_dead(mut self, pixels: &[usize]) -> Self {
        pixels.iter().for_each(|pixel| self.dead[*pixel] = true);
        Self { uneven: self.uneven, ..Self::with_dead(self.dead, self.columns) }
    }

    fn with_dead(dead: Vec<bool>, columns: usize) -> Self {
        let rows = dead.len() / columns;
        let mut pixels = Self { columns, dead, uneven: vec![Vec::new(); rows], ..Self::default() };
        pixels.bridges = (0..rows).map(|row| pixels.bridges_of(row)).collect();
        let sources = |(row, bridges): (usize, &Vec<Bridge>)| {
            let from = bridges.iter().filter_map(|bridge| bridge.from).flatten();
            from.map(|source| source[0].abs_diff(row)).max().unwrap_or(0)
        };
        pixels.reach = pixels.bridges.iter().enumerate().map(sources).max().unwrap_or(0);
        pixels
    }

    fn bridges_of(&self, row: usize) -> Vec<Bridge> {
        let line = &self.dead[row * self.columns..(row + 1) * self.columns];
        let (mut bridges, mut column) = (Vec::new(), 0);
        while let Some(first) = line[column..].iter().position(|dead| *dead) {
            let first = column + first;
            let run = line[first..].iter().position(|dead| !*dead);
            let end = run.map_or(self.columns, |run| first + run);
            bridges.extend((first..end).map(|column| self.bridge([row, column], first..end)));
            column = end;
        }
        bridges
    }

    /// Across the shorter gap; along the row where both are as wide.
    fn bridge(&self, [row, column]: [usize; 2], run: std::ops::Range<usize>) -> Bridge {
        let left = run.start.checked_sub(1).map(|x| [row, x]);
        let right = (run.end < self.columns).then_some([row, run.end]);
        let is_live = |y: &usize| !self.dead[y * self.columns + column];
        let rows = self.dead.len() / self.columns;
        let up = (row.saturating_sub(BRIDGE_REACH)..row).rev().find(is_live);
        let down = (row + 1..(row + BRIDGE_REACH + 1).min(rows)).find(is_live);
        let along = between([row, column], left, right);
        let across = between([row, column], up.map(|y| [y, column]), down.map(|y| [y, column]));
        let (from, share) = match (along, across) {
            (Some(along), Some(across)) if across.2 < along.2 => (Some(across.0), across.1),
            (Some(along), _) => (Some(along.0), along.1),
            (None, Some(across)) => (Some(across.0), across.1),
            (None, None) => (self.nearest([row, column]).map(|one| [one, one]), 0.0),
        };
        Bridge { column, from, share }
    }

    /// The nearest live pixel within the reach of bridges, the first one of equally near ones.
    fn nearest(&self, [row, column]: [usize; 2]) -> Option<[usize; 2]> {
        let rows = self.dead.len() / self.columns;
        let around = |at: usize, count: usize| {
            at.saturating_sub(BRIDGE_REACH)..(at + BRIDGE_REACH + 1).min(count)
        };
        let line = around(column, self.columns);
        let square = around(row, rows).flat_map(|y| line.clone().map(move |x| [y, x]));
        let live = square.filter(|[y, x]| !self.dead[y * self.columns + x]);
        live.min_by_key(|[y, x]| y.abs_diff(row).pow(2) + x.abs_diff(column).pow(2))
    }

    /// Widest run of dead pixels in a row or, where bridged so, in a column.
    pub(crate) fn widest_gap(&self) -> usize {
        let gap = |bridge: &Bridge| {
            bridge
                .from
                .map_or(0, |[a, b]| (a[0].abs_diff(b[0]) + a[1].abs_diff(b[1])).saturating_sub(1))
        };
        self.bridges.iter().flatten().map(gap).max().unwrap_or(0)
    }

    /// Dead pixels with nothing in reach to bridge them from.
    pub(crate) fn unreachable(&self) -> usize {
        self.bridges.iter().flatten().filter(|bridge| bridge.from.is_none()).count()
    }
}

type Between = ([[usize; 2]; 2], f32, usize);

/// Both sources, the share of the second and the width of the gap; one source counts twice as far.
fn between(
    at: [usize; 2],
    before: Option<[usize; 2]>,
    after: Option<[usize; 2]>,
) -> Option<Between> {
    let far = |from: [usize; 2]| at[0].abs_diff(from[0]) + at[1].abs_diff(from[1]);
    match (before, after) {
        (Some(a), Some(b)) => {
            let gap = far(a) + far(b);
            Some(([a, b], far(a) as f32 / gap as f32, gap))
        }
        (Some(one), None) | (None, Some(one)) => Some(([one, one], 0.0, 2 * far(one))),
        (None, None) => None,
    }
}

/// Marks pixels that see no beam, or far less than their neighbours.
fn mark_dead(open_beam: &[f32], columns: usize, dead: &mut [bool]) {
    let finite = |value: &f32| if value.is_finite() { *value } else { 0.0 };
    let numbers: Vec<f32> = open_beam.iter().map(finite).collect();
    let sample = spread(numbers.len(), 100_001);
    let mut positive: Vec<f32> =
        sample.into_iter().map(|k| numbers[k]).filter(|value| *value > 0.0).collect();
    let least = LEAST_OF_ALL * median_in_place(&mut positive).unwrap_or(0.0);
    for_each_row_with_medians(&numbers, columns, |row, values, medians| {
        let dead = &mut dead[row * columns..(row + 1) * columns];
        for ((dead, value), median) in dead.iter_mut().zip(values).zip(medians) {
            *dead |= *value <= least || *value < LEAST_OF_NEIGHBOURS * median;
        }
    });
    for (dead, value) in dead.iter_mut().zip(open_beam) {
        *dead |= !value.is_finite();
    }
}

fn for_each_row_with_medians(
    values: &[f32],
    columns: usize,
    mut see: impl FnMut(usize, &[f32], &[f32]),
) {
    let rows: Vec<&[f32]> = values.chunks(columns).collect();
    let (mut filter, mut medians) = (MedianOf25::default(), vec![0.0; columns]);
    for (y, row) in rows.iter().enumerate() {
        filter.row(around_row(&rows, y), &mut medians);
        see(y, row, &medians);
    }
}

/// Pixels whose gain (or dark field) is off by more than 5 (8) times what is usual in their row.
fn find_uneven(open_beams: &[&[f32]], dark: &[f32], pixels: &DetectorPixels) -> Vec<Vec<Uneven>> {
    let columns = pixels.columns;
    let mean = |k: usize| open_beams.iter().map(|beam| beam[k]).sum::<f32>();
    let alive = |k: usize, value: f32| if pixels.dead[k] { 0.0 } else { value };
    let open: Vec<f32> = (0..dark.len()).map(|k| alive(k, mean(k))).collect();
    let dark: Vec<f32> = dark.iter().enumerate().map(|(k, value)| alive(k, *value)).collect();
    let mut uneven = vec![Vec::new(); dark.len() / columns];
    let mut offsets = Vec::with_capacity(uneven.len());
    for_each_row_with_medians(&dark, columns, |row, values, medians| {
        let offset = |(value, median): (&f32, &f32)| value - median;
        let limit = 8.0 * usual(values.iter().zip(medians).map(offset).collect());
        let hot = values.iter().zip(medians).map(|(value, around)| {
            if (value - around).abs() > limit.max(0.002 * open[row * columns]) {
                *around
            } else {
                *value
            }
        });
        offsets.push(hot.collect::<Vec<f32>>());
    });
    for_each_row_with_medians(&open, columns, |row, values, medians| {
        let relative: Vec<f32> =
            values.iter().zip(medians).map(|(value, median)| value / median - 1.0).collect();
        let limit = (5.0 * usual(relative.clone())).max(0.02);
        for (column, relative) in relative.into_iter().enumerate() {
            let k = row * columns + column;
            let is_uneven = relative.abs() > limit || offsets[row][column] != dark[k];
            if !pixels.dead[k] && relative.is_finite() && is_uneven {
                let gain = if relative.abs() > limit { 1.0 + relative } else { 1.0 };
                let dark_around = offsets[row][column];
                uneven[row].push(Uneven { column, gain, dark: dark[k], dark_around });
            }
        }
    });
    uneven
}

/// Standard deviation of the bulk of the values.
fn usual(mut values: Vec<f32>) -> f32 {
    values.retain(|value| value.is_finite());
    median_and_deviation_in_place(&mut values).map_or(0.0, |(_, distance)| DEVIATIONS * distance)
}
