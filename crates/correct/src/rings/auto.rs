//! Which method suits a scan: a few are tried on a few sinograms. Reads no scan.

use ndarray::{Array2, ArrayViewMut2};
use rayon::prelude::*;
use serde::Serialize;

use super::{
    choose::{RingFilter, rows_of},
    gain_map::GainFigures,
    index::{RingIndex, change},
    settings::{RingMethod, RingSettings},
    winding::Winding,
};
use crate::CorrectError;

/// Part of the contrast of windings that a method may take away.
const MOST_LOSS: f64 = 0.01;
/// How much more than the stripes a method may take off the mean row.
const MOST_CHANGE: f64 = 2.0;
/// Decibels that the stripes must fall by for a method to be worth its harm.
const LEAST_GAIN: f64 = 3.0;
/// Decibels within which the gentler method is taken.
const ALIKE: f64 = 1.0;

/// What was tried, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RingTrial {
    /// The method.
    pub method: RingMethod,
    /// Columns of its median.
    pub window: usize,
    /// Stripes that it leaves, root mean square in line integrals.
    pub index: f64,
    /// Decibels that the stripes fell by.
    pub gain_db: f64,
    /// What it takes off the mean rows, root mean square over the stripes' own.
    pub change: f64,
    /// Part of the contrast of a jelly roll on the axis that it takes away; 0 of `gain_map`, which
    /// knows no layer that goes on over rows.
    pub winding_loss: f64,
}

/// The method that was chosen for a scan, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RingChoice {
    /// What is done.
    pub settings: RingSettings,
    /// Stripes before, root mean square in line integrals.
    pub index_before: f64,
    /// What single pixels add, where that was measured and is taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gains: Option<GainFigures>,
    /// One sentence for the log.
    pub why: String,
    /// All that was tried.
    pub tried: Vec<RingTrial>,
}

/// Tries a few methods on these sinograms, `[angle, column]`, taken at `angles` (radians).
///
/// Each is judged by the stripes that it leaves, and by what it takes from a jelly roll about the
/// sample's middle that is added to the sinograms for that: at most 1 % of its contrast may go, and at most twice as much off
/// the mean rows as the stripes hold. Of the methods that pass and take 3 dB of the stripes or more
/// the best is chosen, of alike ones (1 dB) the gentlest. Depends on nothing but its arguments. Memory: 5 times the sinograms, and the filters' rooms.
///
/// # Errors
/// Settings that cannot be used; sinograms of less than 8 angles or columns.
pub fn choose_method(
    sinograms: &[Array2<f32>],
    angles: &[f64],
    settings: &RingSettings,
) -> Result<RingChoice, CorrectError> {
    let before = index_of(sinograms);
    let windings: Vec<Winding> =
        sinograms.iter().map(|sinogram| winding_in(sinogram, angles)).collect();
    let mut choice = RingChoice {
        settings: RingSettings { method: RingMethod::None, ..settings.clone() },
        index_before: before.value(),
        gains: None,
        why: String::from("`none`: no stripes stand out of the noise"),
        tried: Vec::new(),
    };
    if !before.stands_out() {
        return Ok(choice);
    }
    for candidate in candidates(settings) {
        choice.tried.push(trial(&candidate, (sinograms, &windings), before.value())?);
    }
    choice.decide(settings);
    Ok(choice)
}

impl RingChoice {
    /// What pixels add is taken off, as the settings ask.
    pub(crate) fn of_gains(settings: &RingSettings, found: GainFigures) -> Self {
        Self {
            settings: settings.clone(),
            index_before: found.stripes,
            why: said_of(&found),
            gains: Some(found),
            tried: Vec::new(),
        }
    }

    /// What pixels add is taken off first, and what was chosen without it follows; `None` where it
    /// does not stand out of its noise, or is more than the stripes.
    pub(crate) fn after_gains(
        mut self,
        (before, after): (&[Array2<f32>], &[Array2<f32>]),
        (settings, found): (&RingSettings, GainFigures),
    ) -> Option<Self> {
        let [plain, left] = [before, after].map(|sinograms| index_of(sinograms).value());
        let squares = before.iter().zip(after).map(|(before, after)| {
            let [mut before, mut after] = [before.clone(), after.clone()];
            change(&rows_of(before.view_mut()), &rows_of(after.view_mut())).powi(2)
        });
        let change = (squares.sum::<f64>() / before.len().max(1) as f64).sqrt() / plain;
        if !found.stands_out() || change > MOST_CHANGE {
            return None;
        }
        let trial = RingTrial {
            method: RingMethod::GainMap,
            window: found.rows,
            index: left,
            gain_db: 20.0 * (plain / left.max(1e-3 * plain)).log10(),
            change,
            winding_loss: 0.0,
        };
        self.tried.insert(0, trial);
        self.why = format!("{}; then {}", said_of(&found), self.why);
        let Self { settings: RingSettings { method, window, .. }, .. } = self;
        self.settings = RingSettings { then: method, window, ..settings.clone() };
        Some(Self { index_before: plain, gains: Some(found), ..self })
    }

    fn decide(&mut self, settings: &RingSettings) {
        let is_good = |one: &&RingTrial| {
            one.winding_loss <= MOST_LOSS && one.change <= MOST_CHANGE && one.gain_db >= LEAST_GAIN
        };
        let good = || self.tried.iter().filter(is_good);
        let best = good().map(|one| one.gain_db).fold(f64::NEG_INFINITY, f64::max);
        let alike = good().filter(|one| one.gain_db >= best - ALIKE);
        let Some(found) = alike.min_by(|a, b| a.change.total_cmp(&b.change)) else {
            self.why = format!(
                "`none`: of {} methods none takes {LEAST_GAIN} dB of the stripes ({:.2e}), leaves windings \
                 their contrast within {} % and the rest as it is; name one in `correct.rings.method` where the \
                 sample has no windings",
                self.tried.len(),
                self.index_before,
                100.0 * MOST_LOSS
            );
            return;
        };
        self.why = format!(
            "`{}` with a window of {}: it lowers the stripes by {:.1} dB, from {:.2e} to {:.2e}, \
             and takes {:.2} % of the contrast of windings",
            name_of(found.method),
            found.window,
            found.gain_db,
            self.index_before,
            found.index,
            100.0 * found.winding_loss.max(0.0)
        );
        let window = Some(found.window);
        self.settings = RingSettings { method: found.method, window, ..settings.clone() };
    }
}

fn said_of(found: &GainFigures) -> String {
    format!(
        "`gain_map`: {:.1} % of the pixels add {:.2e} to their line integrals (rms; noise {:.2e}), \
         told from {} rows, which takes nothing from windings",
        100.0 * found.share,
        found.stripes,
        found.noise,
        found.rows
    )
}

/// The method's name in a recipe.
fn name_of(method: RingMethod) -> String {
    let debug = format!("{method:?}");
    let mut name = String::new();
    for letter in debug.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// What is tried.
fn candidates(settings: &RingSettings) -> Vec<RingSettings> {
    use RingMethod::{Combined, Filtering, Gentle, Sorting, WaveletFourier};
    let usual = [
        (Gentle, 5),
        (Gentle, 9),
        (Gentle, 21),
        (Filtering, 21),
        (Sorting, 5),
        (Sorting, 21),
        (Combined, 21),
        (WaveletFourier, 21),
    ];
    let with = |(method, usual): (RingMethod, usize)| RingSettings {
        method,
        window: settings.window.or(Some(usual)),
        ..settings.clone()
    };
    let mut candidates: Vec<RingSettings> = usual.map(with).into();
    candidates.dedup();
    candidates
}

fn trial(
    candidate: &RingSettings,
    (sinograms, windings): (&[Array2<f32>], &[Winding]),
    before: f64,
) -> Result<RingTrial, CorrectError> {
    let filter = RingFilter::new(candidate, sinograms[0].dim())?;
    let run = |(sinogram, winding): (&Array2<f32>, &Winding)| {
        let mut plain = sinogram.clone();
        filter.apply(plain.view_mut());
        let mut wound = sinogram.clone();
        wound.iter_mut().zip(&winding.values).for_each(|(value, layer)| *value += layer);
        filter.apply(wound.view_mut());
        let response: Vec<f32> =
            wound.iter().zip(&plain).map(|(wound, plain)| wound - plain).collect();
        let mut sinogram = sinogram.clone();
        let change = change(&rows_of(sinogram.view_mut()), &rows_of(plain.view_mut()));
        (winding.loss(&response), change * change, plain)
    };
    let done: Vec<_> = sinograms.par_iter().zip(windings).map(run).collect();
    let [lost, whole] =
        done.iter().fold([0.0; 2], |[a, b], ([lost, whole], ..)| [a + lost, b + whole]);
    let mut index = RingIndex::default();
    let change = done.iter().map(|(_, change, _)| change).sum::<f64>() / done.len() as f64;
    for (.., mut filtered) in done {
        index.add(&rows_of(filtered.view_mut()));
    }
    let value = index.value();
    Ok(RingTrial {
        method: candidate.method,
        window: candidate.window(),
        index: value,
        gain_db: 20.0 * (before / value.max(1e-3 * before)).log10(),
        change: change.sqrt() / before,
        winding_loss: if whole > 0.0 { lost / whole } else { 0.0 },
    })
}

/// The stripes of all these sinograms.
fn index_of(sinograms: &[Array2<f32>]) -> RingIndex {
    let mut index = RingIndex::default();
    for sinogram in sinograms {
        let mut sinogram = sinogram.clone();
        index.add(&rows_of(sinogram.view_mut() as ArrayViewMut2<'_, f32>));
    }
    index
}

/// A roll that fills the sample, about the sample's own middle.
fn winding_in(sinogram: &Array2<f32>, angles: &[f64]) -> Winding {
    let columns = sinogram.ncols();
    let largest = sinogram.iter().copied().fold(0.0, f32::max);
    let is_inside = |value: &&f32| **value > 0.2 * largest;
    let inside = sinogram.iter().filter(is_inside).count();
    let sum: f64 = sinogram.iter().filter(is_inside).map(|value| f64::from(*value)).sum();
    let radius = 0.5 * (inside / angles.len()).max(columns / 8) as f64;
    let level = (sum / inside.max(1) as f64).max(f64::MIN_POSITIVE);
    Winding::new(angles, columns, (middle_of(sinogram, angles), radius), level)
}

/// Where the sample's middle is seen: `[c, a, b]` of `c + a·cos θ + b·sin θ`, in columns.
fn middle_of(sinogram: &Array2<f32>, angles: &[f64]) -> [f64; 3] {
    let (mut normal, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
    for (row, theta) in sinogram.rows().into_iter().zip(angles) {
        let weights = row.iter().map(|value| f64::from(value.max(0.0)));
        let [sum, moment] = weights.enumerate().fold([0.0; 2], |[sum, moment], (x, weight)| {
            [sum + weight, moment + x as f64 * weight]
        });
        if sum > 0.0 {
            let waves = [1.0, theta.cos(), theta.sin()];
            for (k, wave) in waves.iter().enumerate() {
                right[k] += wave * moment / sum;
                (0..3).for_each(|other| normal[k][other] += wave * waves[other]);
            }
        }
    }
    let whole = determinant(&normal);
    let unknown = |k: usize| {
        let mut changed = normal;
        (0..3).for_each(|row| changed[row][k] = right[row]);
        determinant(&changed) / whole
    };
    let found = [unknown(0), unknown(1), unknown(2)];
    let middle = 0.5 * (sinogram.ncols() as f64 - 1.0);
    if found.iter().all(|value| value.is_finite()) { found } else { [middle, 0.0, 0.0] }
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
    m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
}
