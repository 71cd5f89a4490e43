//! The layers of a coin along its axis: band, bright chip, cavity. Knows no places across it.

use voltomo_numeric::cast::to_index;
use voltomo_numeric::least_squares::parabola_minimum;

use super::fit::Estimate;
use super::pose::{FLAT, Pose};
use super::rays::{Rays, crossing};
use super::settings::CoinSettings;
use super::upright::Layers;

/// A chip of lithium reads so much more than steel, edge-on or not.
const BRIGHT: f64 = 1.3;
/// A lower cavity is none, mm.
const LEAST_CAVITY_MM: f64 = 0.15;
/// Nearer to a face than this no band is looked for, mm: a wall is there.
const WALL_MM: f64 = 0.25;

/// A minimum between two shoulders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dip {
    /// Its height, mm.
    pub(super) z: f64,
    /// What it reads, 1/cm.
    pub(super) least: f64,
    /// What its shoulders read, below and above, 1/cm.
    pub(super) shoulders: [f64; 2],
    /// Lesser shoulder less band, 1/cm.
    pub(super) depth: Estimate,
    /// Thickness of gas that lets through the same light, mm.
    pub(super) gas_mm: Estimate,
}

impl Dip {
    /// Whether it is a band, and no ripple.
    fn is_band(&self, settings: &CoinSettings) -> bool {
        let lesser = self.shoulders[0].min(self.shoulders[1]);
        self.depth.value > settings.band_sigmas * self.depth.sigma
            && self.depth.value > settings.band_depth * lesser
    }
}

/// What lies above what.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    /// Means over the flat part of the cell.
    pub(super) layers: Layers,
    /// Lower and upper end of the gas under the cap, mm.
    pub(super) cavity: Option<[f64; 2]>,
    /// The minima of the stack, from the floor upwards.
    pub(super) dips: Vec<Dip>,
    /// Lower and upper face of a layer that reads much more than steel, mm.
    pub(super) chip: Option<[f64; 2]>,
    /// Thresholds.
    settings: CoinSettings,
}

impl Stack {
    /// The layers of a cell.
    pub(super) fn of(pose: &Pose, settings: &CoinSettings) -> Self {
        let layers = pose.upright.layers([0.0, FLAT * pose.radius.value]);
        let level = pose.rays.middle(0.0, pose.steel.value);
        let cavity = cavity(pose, &layers.value, level);
        let end = cavity.map_or(pose.height.value - WALL_MM, |cavity| cavity[0]);
        let range = pose.upright.slice(0.5 * WALL_MM)..=pose.upright.slice(end);
        let brightest = range.clone().map(|k| layers.value[k]).fold(f64::NEG_INFINITY, f64::max);
        let dips = dips(pose, &layers, [*range.start(), *range.end()]);
        let chip = chip(pose, &layers.value, (range, &dips, settings), brightest);
        Self { layers, cavity, dips, chip, settings: *settings }
    }

    /// The band of the separator: the lowest of the clear minima, between the two electrodes.
    pub(super) fn band(&self) -> Option<&Dip> {
        self.dips.iter().find(|dip| dip.is_band(&self.settings))
    }

    /// Lower end of what is bright: the upper face of the gas at a drained separator, else the lower
    /// face of the chip.
    pub(super) fn bright_from(&self) -> Option<f64> {
        let [low, high] = self.chip?;
        let below = self.band().filter(|band| band.z < high);
        Some(below.map_or(low, |band| band.z + 0.5 * band.gas_mm.value))
    }

    /// Standard deviation of a layer's mean, 1/cm.
    pub(super) fn noise(&self) -> f64 {
        crate::round::median(self.layers.sigma.clone()).unwrap_or(f64::NAN)
    }

    /// Where the electrodes meet, mm: the band, the lower face of the chip, or nothing.
    pub(super) fn meeting(&self) -> Option<f64> {
        self.band().map(|band| band.z).or(self.chip.map(|chip| chip[0] + ELECTRODE_MM))
    }
}

/// A coat with its separator, mm: so much of a bright layer may lie below the chip itself.
pub(super) const ELECTRODE_MM: f64 = 0.1;

fn cavity(pose: &Pose, layers: &[f64], level: f64) -> Option<[f64; 2]> {
    let count = layers.len();
    let top = crossing(layers, (0..count).rev(), level, true)?;
    let high = crossing(layers, (0..to_index(top) + 1).rev(), level, false)?;
    let low = crossing(layers, (0..to_index(high) + 1).rev(), level, true)?;
    let found = [low, high].map(|slice| pose.upright.height(slice));
    let is_room = found[1] - found[0] > LEAST_CAVITY_MM && found[0] > WALL_MM;
    is_room.then_some(found)
}

fn chip(
    pose: &Pose,
    layers: &[f64],
    (range, dips, settings): (std::ops::RangeInclusive<usize>, &[Dip], &CoinSettings),
    brightest: f64,
) -> Option<[f64; 2]> {
    if brightest < BRIGHT * pose.steel.value {
        return None;
    }
    let peak = range.clone().find(|k| layers[*k] >= brightest)?;
    let z = pose.upright.height(peak as f64);
    // Below is the gas of a drained separator, or steel under a thin coat; above is the spacer, or
    // gas where that leans.
    let is_drained = dips.iter().any(|dip| dip.is_band(settings) && dip.z < z);
    let under = if is_drained { 0.5 } else { 1.0 } * pose.steel.value;
    let gap = dips.iter().find(|dip| dip.is_band(settings) && dip.z > z);
    let over = gap.map_or(pose.steel.value, |gap| gap.least);
    let [below, above] = [under, over].map(|mu| pose.rays.middle(mu, brightest));
    let low = crossing(layers, (*range.start()..=peak).rev(), below, false)?;
    let high = crossing(layers, peak..layers.len(), above, false)?;
    Some([low, high].map(|slice| pose.upright.height(slice)))
}

/// Every minimum with a shoulder on both sides.
fn dips(pose: &Pose, layers: &Layers, [first, last]: [usize; 2]) -> Vec<Dip> {
    let value = &layers.value;
    let least_height = pose.upright.slice(WALL_MM);
    let minima = (first + 1..last)
        .filter(|&k| k >= least_height && value[k] < value[k - 1] && value[k] <= value[k + 1]);
    let minima: Vec<usize> = minima.collect();
    let mut found = Vec::new();
    for (place, &k) in minima.iter().enumerate() {
        // A shoulder ends where the next minimum is deeper.
        let from = minima[..place].iter().rev().find(|j| value[**j] < value[k]);
        let to = minima[place + 1..].iter().find(|j| value[**j] < value[k]);
        let sides = [from.copied().unwrap_or(first)..=k, k..=to.copied().unwrap_or(last)];
        let [low, high] =
            sides.map(|side| side.max_by(|a, b| value[*a].total_cmp(&value[*b])).unwrap_or(k));
        found.push(dip(pose, layers, [low, k, high]));
    }
    found
}

fn dip(pose: &Pose, layers: &Layers, [low, k, high]: [usize; 3]) -> Dip {
    let value = &layers.value;
    let lesser = if value[low] < value[high] { low } else { high };
    let light = |k: usize| pose.rays.light(value[k]);
    let turned = [k - 1, k, k + 1].map(|k| -light(k));
    let place = k as f64 + parabola_minimum(turned);
    let sigma = layers.sigma[lesser].hypot(layers.sigma[k]);
    let shoulders = [value[low], value[high]];
    Dip {
        z: pose.upright.height(place),
        least: value[k],
        shoulders,
        depth: Estimate { value: value[lesser] - value[k], sigma },
        gas_mm: gas(pose, value, [low, k, high], place),
    }
}

/// Light beyond that of the two shoulders, which meet in the band's middle, over that of gas.
fn gas(pose: &Pose, value: &[f64], [low, k, high]: [usize; 3], place: f64) -> Estimate {
    let rays: Rays = pose.rays;
    let light = |mu: f64| rays.light(mu);
    let sides = [low, high].map(|side| light(value[side]));
    let half = to_index((0.35 / pose.upright.step).ceil());
    let range = k.saturating_sub(half).max(low)..=(k + half).min(high);
    let excess: f64 = range
        .map(|j| {
            let side = (j as f64 - place).clamp(-0.5, 0.5) + 0.5;
            light(value[j]) - sides[0] * (1.0 - side) - sides[1] * side
        })
        .sum();
    let full = light(0.0) - 0.5 * (sides[0] + sides[1]);
    let thick = excess * pose.upright.step / full;
    // The shoulders are coats and spacers, each of which reads otherwise near the band.
    Estimate { value: thick, sigma: 0.15 * thick.abs() + 0.1 * pose.upright.step }
}
