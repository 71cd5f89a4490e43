//! The coin in its volume, roughly: a disc of matter in air. Knows no parts.

use ndarray::Array3;
use voltomo_numeric::components::{Connectivity, components};
use voltomo_numeric::eigen::symmetric;
use voltomo_numeric::threshold::otsu;
use voltomo_types::{CellKind, Probe, VoxelGrid};

use super::axes::frame;
use super::working::Working;
use crate::error::InspectError;
use crate::round::{median, median_and_sigma};

/// Edge of the voxels in which the disc is looked for, mm.
const COARSE_MM: f64 = 0.25;
/// A coin cell is so much wider than it is high: 2016 to 2450 are 5 to 12 times as wide.
const FLATNESS: [f64; 2] = [2.2, 20.0];
/// Diameters of coin cells, with room to spare, mm.
const DIAMETERS_MM: [f64; 2] = [4.0, 40.0];
/// So much of the disc's own cylinder is filled at least.
const FILLED: f64 = 0.45;

/// Thin steel reads at least such a share of what most of the bright half reads, which may be lithium.
const FAINT: f64 = 0.12;

/// Where a disc is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    /// Its middle, `[z, y, x]`, mm.
    pub(super) centre: [f64; 3],
    /// Its axis, of length 1; which end is up is not known.
    pub(super) axis: [f64; 3],
    /// Its radius, mm.
    pub(super) radius: f64,
    /// Half of its height, mm.
    pub(super) half_height: f64,
}

/// The largest body of the volume, if it is a disc.
///
/// # Errors
/// A volume in which nothing stands out, a body that is no disc, a disc that reaches beyond the
/// volume.
pub(super) fn find(working: &Working<'_>, probe: Probe) -> Result<Body, InspectError> {
    let (coarse, grid) = working.coarser(COARSE_MM);
    let blank = InspectError::Blank { probe };
    let level = level(&coarse).ok_or(blank.clone())?;
    let inside = coarse.mapv(|mu| f64::from(mu) > level);
    let set = largest(&inside).ok_or(blank.clone())?;
    let body = disc(&set, &grid).ok_or(blank)?;
    let diameter = 2.0 * body.radius;
    let flatness = body.radius / body.half_height;
    let volume = std::f64::consts::TAU * body.radius.powi(2) * body.half_height;
    let filled = set.len() as f64 * grid.voxel.powi(3) / volume;
    let is_coin = (DIAMETERS_MM[0]..DIAMETERS_MM[1]).contains(&diameter)
        && (FLATNESS[0]..FLATNESS[1]).contains(&flatness);
    let height_mm = 2.0 * body.half_height;
    let wrong =
        InspectError::WrongKind { wanted: CellKind::Coin, height_mm, diameter_mm: diameter };
    if !is_coin {
        return Err(wrong);
    }
    let outside = outside(&body, &working.grid);
    if outside > 0.0 {
        return Err(InspectError::OutsideField { probe, outside, diameter_mm: diameter });
    }
    if filled < FILLED {
        return Err(wrong);
    }
    Ok(body)
}

/// The voxels of the largest set of neighbours.
fn largest(inside: &Array3<bool>) -> Option<Vec<[usize; 3]>> {
    let found = components(inside.view(), Connectivity::Faces);
    let largest = found.largest()?;
    let runs = found.runs().iter().filter(|run| run.component as usize == largest);
    let voxels = runs.flat_map(|run| {
        let [z, y] = run.row();
        run.columns().map(move |x| [z, y, x])
    });
    Some(voxels.collect())
}

/// What parts matter from air: above the noise of the air, and well below the matter.
fn level(coarse: &Array3<f32>) -> Option<f64> {
    let split = f64::from(otsu(coarse.iter().copied())?);
    let (low, high): (Vec<f64>, Vec<f64>) = coarse
        .iter()
        .filter(|mu| mu.is_finite())
        .map(|mu| f64::from(*mu))
        .partition(|mu| *mu < split);
    let (air, noise) = median_and_sigma(&low)?;
    Some((air + FAINT * (median(high)? - air)).max(air + 6.0 * noise).min(split))
}

fn disc(set: &[[usize; 3]], grid: &VoxelGrid) -> Option<Body> {
    let count = set.len() as f64;
    let points: Vec<[f64; 3]> = set.iter().map(|voxel| grid.centre_of(*voxel)).collect();
    let mean = |axis: usize| points.iter().map(|point| point[axis]).sum::<f64>() / count;
    let mut centre = [mean(0), mean(1), mean(2)];
    let mut spread = [0.0; 9];
    for point in &points {
        for (place, value) in spread.iter_mut().enumerate() {
            let (i, j) = (place / 3, place % 3);
            *value += (point[i] - centre[i]) * (point[j] - centre[j]) / count;
        }
    }
    let eigen = symmetric(&spread, 3);
    let thin = eigen.iter().min_by(|a, b| a.value.total_cmp(&b.value))?;
    let axis = [thin.vector[0], thin.vector[1], thin.vector[2]];
    let (mut along, mut across): (Vec<f64>, Vec<f64>) = points
        .iter()
        .map(|point| {
            let away: [f64; 3] = std::array::from_fn(|i| point[i] - centre[i]);
            let along: f64 = (0..3).map(|i| away[i] * axis[i]).sum();
            let square: f64 = away.iter().map(|it| it * it).sum();
            (along, (square - along * along).max(0.0).sqrt())
        })
        .unzip();
    let [low, high] = [0.005, 0.995].map(|share| quantile(&mut along, share));
    let radius = quantile(&mut across, 0.995) + 0.5 * grid.voxel;
    let middle = 0.5 * (low + high);
    centre = std::array::from_fn(|i| centre[i] + middle * axis[i]);
    let half_height = 0.5 * (high - low + grid.voxel);
    (set.len() > 3).then_some(Body { centre, axis, radius, half_height })
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    let last = values.len() - 1;
    let place = voltomo_numeric::cast::to_index(share * last as f64 + 0.5).min(last);
    *values.select_nth_unstable_by(place, f64::total_cmp).1
}

/// Share of the points on the disc's two rims that lie beyond the volume, half a coarse voxel
/// inside.
fn outside(body: &Body, grid: &VoxelGrid) -> f64 {
    let frame = frame(body.centre, body.axis);
    let beyond = |point: [f64; 3]| {
        (0..3).any(|axis| {
            let low = grid.first[axis] - 0.5 * grid.voxel;
            !(low..=low + grid.shape[axis] as f64 * grid.voxel).contains(&point[axis])
        })
    };
    let count = 360;
    let points = (0..2 * count).filter(|k| {
        let angle = std::f64::consts::TAU * (k / 2) as f64 / count as f64;
        let z = if k % 2 == 0 { -body.half_height } else { body.half_height };
        let scale = |length: f64| length - 0.5 * COARSE_MM * length.signum();
        beyond(frame.volume_point(scale(z), scale(body.radius), angle))
    });
    points.count() as f64 / (2 * count) as f64
}
