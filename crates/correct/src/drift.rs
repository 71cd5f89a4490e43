//! Where the sample stands in each radiograph, from what its line integrals weigh. Knows no frames.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::{cast::to_f32, eigen, interpolate::CubicTaps, median::median_in_place};
use voltomo_types::{Problem, Radian};

/// How the drift of the sample is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftMethod {
    /// The sample is taken to stand still.
    #[default]
    None,
    /// From what every row weighs, which no rotation changes, and from the centre of mass, which
    /// goes round in a circle. For parallel beams and samples that stay in the field.
    Moments,
    /// Read from `file`.
    Given,
}

/// Drift of the sample against the detector, radiograph by radiograph.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DriftSettings {
    /// `moments`, `given` or `none`.
    pub method: DriftMethod,
    /// Text file with two numbers a radiograph: pixels of the frames as read that the sample stands
    /// too far down, and too far right; `#` begins a comment.
    pub file: Option<String>,
    /// These numbers, once they are read.
    #[serde(skip)]
    pub shifts: Vec<[f64; 2]>,
}

impl DriftSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let is_named = self.file.is_some() || !self.shifts.is_empty();
        let problem = |found: &str, expected: &str| vec![Problem::new(DRIFT, found, expected)];
        match (self.method, is_named) {
            (DriftMethod::Given, false) => problem(
                "nothing, with `method = \"given\"`",
                "a text file, two numbers a radiograph",
            ),
            (DriftMethod::None | DriftMethod::Moments, true) => problem(
                "given with another method",
                "`correct.drift.method = \"given\"`, or no file",
            ),
            _ => Vec::new(),
        }
    }
}

/// Key of the drift's numbers.
pub(crate) const DRIFT: &str = "correct.drift.file";

/// What the line integrals of one radiograph add up to, along its rows and columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Weighed {
    /// Sum of each row.
    pub(crate) rows: Vec<f32>,
    /// Sum of each column.
    pub(crate) columns: Vec<f32>,
    /// Stands for the bits of the counts as read.
    pub(crate) fingerprint: u64,
}

impl Weighed {
    /// All line integrals together.
    pub(crate) fn mass(&self) -> f64 {
        self.rows.iter().map(|row| f64::from(*row)).sum()
    }
}

/// A profile ends inside the frame where its end has less than this part of its largest value.
const ENDS: f64 = 0.2;
/// Part of the radiographs in which a sample may lie at an end.
const MOST_LEAVING: f64 = 0.05;

/// Whether the sample ends inside the frame above or below: rows are followed by that end.
pub(crate) fn ends_in_rows(weighed: &[Weighed]) -> bool {
    let inside = |end: usize| leaving(weighed.iter().map(|one| &one.rows[..]), end) <= MOST_LEAVING;
    inside(0) || inside(1)
}

/// Whether the sample ends inside the frame at the left and the right: a centre of mass needs all.
pub(crate) fn ends_in_columns(weighed: &[Weighed]) -> bool {
    let inside =
        |end: usize| leaving(weighed.iter().map(|one| &one.columns[..]), end) <= MOST_LEAVING;
    inside(0) && inside(1)
}

/// Part of the profiles that do not end at their first (0) or last twentieth.
fn leaving<'a>(profiles: impl ExactSizeIterator<Item = &'a [f32]>, end: usize) -> f64 {
    let count = profiles.len().max(1);
    let leaves = |profile: &&[f32]| {
        let width = (profile.len() / 20).max(1);
        let part = if end == 0 { &profile[..width] } else { &profile[profile.len() - width..] };
        let mean = part.iter().map(|value| f64::from(*value)).sum::<f64>() / width as f64;
        let largest = profile.iter().copied().fold(0.0f32, f32::max);
        mean > ENDS * f64::from(largest)
    };
    profiles.filter(leaves).count() as f64 / count as f64
}

/// Rows down that each radiograph stands off their mean, from the sums of its rows.
///
/// Each profile is laid on the mean of all, by least squares and to parts of a row (Gauss–Newton
/// after the best whole row); the mean is made anew three times.
pub(crate) fn down(weighed: &[Weighed]) -> Vec<f64> {
    let profiles: Vec<Vec<f64>> = weighed.iter().map(|one| level(&one.rows)).collect();
    let mut shifts = vec![0.0; profiles.len()];
    for _ in 0..3 {
        let mut mean = vec![0.0; profiles[0].len()];
        for (profile, shift) in profiles.iter().zip(&shifts) {
            mean.iter_mut()
                .enumerate()
                .for_each(|(y, sum)| *sum += at(profile, y as f64 + shift).0);
        }
        mean.iter_mut().for_each(|sum| *sum /= profiles.len() as f64);
        for (profile, shift) in profiles.iter().zip(&mut shifts) {
            *shift = laid_on(profile, &mean, *shift);
        }
        let middle = shifts.iter().sum::<f64>() / shifts.len() as f64;
        shifts.iter_mut().for_each(|shift| *shift -= middle);
    }
    shifts
}

/// Columns right that each radiograph's centre of mass stands off the circle
/// `c + a·cos θ + b·sin θ` through all.
pub(crate) fn right(weighed: &[Weighed], angles: &[Radian]) -> Vec<f64> {
    let centre = |one: &Weighed| {
        let columns = above_ends(&one.columns);
        let mass: f64 = columns.iter().sum();
        let moment: f64 = columns.iter().enumerate().map(|(x, value)| x as f64 * value).sum();
        if mass.abs() > 0.0 { moment / mass } else { 0.0 }
    };
    let centres: Vec<f64> = weighed.iter().map(centre).collect();
    let waves: Vec<[f64; 3]> = angles.iter().map(|a| [1.0, a.0.cos(), a.0.sin()]).collect();
    let (mut matrix, mut sums) = ([0.0; 9], [0.0; 3]);
    for (wave, centre) in waves.iter().zip(&centres) {
        for i in 0..3 {
            sums[i] += wave[i] * centre;
            (0..3).for_each(|j| matrix[3 * i + j] += wave[i] * wave[j]);
        }
    }
    let circle = eigen::solve_symmetric(&matrix, &sums);
    let on_circle = |wave: &[f64; 3]| wave.iter().zip(&circle).map(|(w, c)| w * c).sum::<f64>();
    centres.iter().zip(&waves).map(|(centre, wave)| centre - on_circle(wave)).collect()
}

/// The profile less the line through both its ends, of which each is a twentieth.
fn above_ends(profile: &[f32]) -> Vec<f64> {
    let end = (profile.len() / 20).max(1);
    let mean = |part: &[f32]| part.iter().map(|v| f64::from(*v)).sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&profile[..end]), mean(&profile[profile.len() - end..]));
    let slope = (last - first) / (profile.len() - end).max(1) as f64;
    let middle = (end as f64 - 1.0) / 2.0;
    let line = |x: usize| first + slope * (x as f64 - middle);
    profile.iter().enumerate().map(|(x, value)| f64::from(*value) - line(x)).collect()
}

/// The profile less its mean.
fn level(profile: &[f32]) -> Vec<f64> {
    let mean = profile.iter().map(|v| f64::from(*v)).sum::<f64>() / profile.len().max(1) as f64;
    profile.iter().map(|value| f64::from(*value) - mean).collect()
}

/// Value and slope of a profile between its samples.
fn at(profile: &[f64], place: f64) -> (f64, f64) {
    let taken = |place: f64| -> f64 {
        let taps = CubicTaps::at(place, profile.len());
        (0..4).map(|k| f64::from(taps.weight[k]) * profile[taps.index[k]]).sum()
    };
    (taken(place), taken(place + 0.5) - taken(place - 0.5))
}

/// The shift at which `profile(y + shift)` is nearest to `mean`, about `start`.
fn laid_on(profile: &[f64], mean: &[f64], start: f64) -> f64 {
    let reach = (profile.len() / 8).clamp(1, 20);
    let inside: Range<usize> = reach..profile.len().saturating_sub(reach).max(reach + 1);
    let inside = inside.start.min(mean.len() - 1)..inside.end.min(mean.len());
    let far = |shift: f64| -> f64 {
        inside.clone().map(|y| (at(profile, y as f64 + shift).0 - mean[y]).powi(2)).sum()
    };
    let steps = (0..=2 * reach).map(|k| start.round() + k as f64 - reach as f64);
    let tried = steps.map(|shift| (far(shift), shift));
    let mut shift = tried.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(start, |(_, shift)| shift);
    for _ in 0..8 {
        let (mut squares, mut products) = (0.0, 0.0);
        for y in inside.clone() {
            let (value, slope) = at(profile, y as f64 + shift);
            squares += slope * slope;
            products += slope * (value - mean[y]);
        }
        let step = if squares > 0.0 { (-products / squares).clamp(-1.0, 1.0) } else { 0.0 };
        shift += step;
        if step.abs() < 1e-5 {
            break;
        }
    }
    shift
}

/// Radiographs unlike their neighbours: which, and `frozen`, `blank` or `moved`.
///
/// `frozen` has the bits of the one before; `blank` weighs less than a tenth of the median;
/// `moved` has sums of columns that stand off the mean of both neighbours more than eight times as
/// far as is usual, and more than 2 % of their own size.
pub(crate) fn unlike(weighed: &[Weighed]) -> Vec<(usize, &'static str)> {
    let mut masses: Vec<f32> = weighed.iter().map(|one| to_f32(one.mass())).collect();
    let usual = f64::from(median_in_place(&mut masses).unwrap_or(0.0));
    let apart = |a: &Weighed, b: &Weighed, c: &Weighed| -> f64 {
        let one = |x: usize| f64::from(b.columns[x] - 0.5 * (a.columns[x] + c.columns[x]));
        (0..b.columns.len()).map(|x| one(x).powi(2)).sum::<f64>().sqrt()
    };
    let mut steps = vec![0.0; weighed.len()];
    for (k, three) in weighed.windows(3).enumerate() {
        steps[k + 1] = apart(&three[0], &three[1], &three[2]);
    }
    let mut inner: Vec<f32> = steps.iter().skip(1).rev().skip(1).map(|s| to_f32(*s)).collect();
    let limit = 8.0 * f64::from(median_in_place(&mut inner).unwrap_or(f32::INFINITY));
    let size =
        |one: &Weighed| one.columns.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let mut found = Vec::new();
    for (k, one) in weighed.iter().enumerate() {
        let is_top = steps[k.saturating_sub(1)..(k + 2).min(steps.len())]
            .iter()
            .all(|step| *step <= steps[k]);
        if k > 0 && one.fingerprint == weighed[k - 1].fingerprint {
            found.push((k, "frozen"));
        } else if usual > 0.0 && one.mass() < 0.1 * usual {
            found.push((k, "blank"));
        } else if is_top && steps[k] > limit && steps[k] > 0.02 * size(one) {
            found.push((k, "moved"));
        }
    }
    found
}

/// A number for the bits of a frame: FNV-1a.
pub(crate) fn fingerprint(values: &[f32]) -> u64 {
    values.iter().fold(0xcbf2_9ce4_8422_2325, |sum, value| {
        (sum ^ u64::from(value.to_bits())).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
