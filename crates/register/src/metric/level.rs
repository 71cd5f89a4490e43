//! One level of the comparison: classes of the X-ray volume and points of the neutron volume,
//! equally sharp. Knows no placement.

use std::{ops::Range, sync::Arc};

use voltomo_numeric::random::Random;
use voltomo_types::{Transform, Volume, VoxelGrid};

use super::{Classes, rings::by_ring};
use crate::{
    can::Can,
    field::{Blocks, Field},
    smooth::smooth,
};

/// Full width at half maximum over standard deviation of a Gaussian.
const FWHM: f64 = 2.354_820_045;
/// Width of the air around the can that is compared too, mm.
const AIR_MM: f64 = 0.8;
/// Standard deviation of the blur in points of the grid, at least: a sharper picture shows its grid.
const LEAST_BLUR: f64 = 0.9;
/// Largest number of values that a level may hold.
const MOST_VALUES: f64 = 1.6e8;

/// How a level is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LevelPlan {
    /// Edge of its voxels, mm.
    pub(crate) edge_mm: f64,
    /// Standard deviation of the sharpness at least, mm.
    pub(crate) sigma_mm: f64,
    /// Blur of the neutron volume, full width at half maximum, mm.
    pub(crate) neutron_blur_mm: f64,
    /// Points, about.
    pub(crate) points: usize,
    /// Where the neutron volume lies, if that is nearly known: then points that the X-ray volume does
    /// not reach are left out.
    pub(crate) near: Option<Transform>,
}

/// One level.
#[derive(Debug)]
pub(crate) struct Level {
    /// Values that are to explain, on the X-ray volume's grid.
    pub(crate) field: Arc<Field>,
    /// Points of the neutron volume, `[z, y, x]`, mm.
    pub(crate) places: Vec<[f64; 3]>,
    /// µ of the neutron volume at each, 1/cm.
    pub(crate) values: Vec<f64>,
    /// Points of each ring about the axis.
    pub(crate) rings: Vec<Range<usize>>,
}

/// Variance of the blur that a box of `edge` has along an axis.
fn box_variance(edge: f64) -> f64 {
    edge * edge / 12.0
}

impl Level {
    /// Makes the classes, blurs both volumes to the same sharpness and draws the points.
    pub(crate) fn new(
        (neutron, neutron_can): (&Volume, &Can),
        (xray, xray_can): (&Volume, &Can),
        classes: &Classes,
        plan: &LevelPlan,
    ) -> Self {
        let count = classes.count();
        let blocks = blocks_for(&xray.grid, xray_can, (plan.edge_mm, count));
        let mut field = Field::of(xray, &blocks, count, |value, into| classes.spread(value, into));
        let blocks = blocks_for(&neutron.grid, neutron_can, (plan.edge_mm, 1));
        let mut means = Field::mean(neutron, &blocks);
        let neutron_variance = (plan.neutron_blur_mm / FWHM).powi(2) + box_variance(means.voxel);
        let xray_variance = box_variance(field.voxel) + box_variance(xray.grid.voxel);
        let grain = (LEAST_BLUR * field.voxel.max(means.voxel)).powi(2);
        let target = neutron_variance.max(xray_variance).max(plan.sigma_mm.powi(2)).max(grain);
        smooth(&mut means, (target - neutron_variance).max(0.0).sqrt());
        smooth(&mut field, (target - xray_variance).max(0.0).sqrt());
        let mut points = drawn(&means, neutron_can, (plan, &field));
        let rings = by_ring(neutron_can, &mut points);
        let (places, values) = points.into_iter().unzip();
        Self { field: Arc::new(field), places, values, rings }
    }
}

impl Level {
    /// The level with some of its points only.
    pub(crate) fn part(&self, is_kept: impl Fn(usize) -> bool) -> Self {
        let (mut places, mut values, mut rings) = (Vec::new(), Vec::new(), Vec::new());
        for part in &self.rings {
            let start = places.len();
            for point in part.clone().filter(|point| is_kept(*point)) {
                places.push(self.places[point]);
                values.push(self.values[point]);
            }
            rings.push(start..places.len());
        }
        Self { field: Arc::clone(&self.field), places, values, rings }
    }
}

/// Blocks over the box that holds the can and some air; larger ones where they would be too many.
fn blocks_for(grid: &VoxelGrid, can: &Can, (edge_mm, channels): (f64, usize)) -> Blocks {
    let corners = corners(can);
    let mut edge = edge_mm;
    loop {
        let blocks = Blocks::new(grid, edge, corners);
        let values =
            blocks.shape.iter().map(|size| *size as f64).product::<f64>() * channels as f64;
        if values <= MOST_VALUES || blocks.factor >= 64 {
            return blocks;
        }
        edge = (blocks.factor + 1) as f64 * grid.voxel;
    }
}

/// Corners of the box around the can and the air about it.
fn corners(can: &Can) -> [[f64; 3]; 2] {
    let mut low = [f64::INFINITY; 3];
    let mut high = [f64::NEG_INFINITY; 3];
    for height in [can.held[0] - 3.0 * AIR_MM, can.held[1] + 3.0 * AIR_MM] {
        for axis in 0..3 {
            let middle = can.point[axis] + height * can.direction[axis];
            let across = (1.0 - can.direction[axis].powi(2)).max(0.0).sqrt();
            let half = (can.radius_mm + 2.0 * AIR_MM) * across + 0.5;
            low[axis] = low[axis].min(middle - half);
            high[axis] = high[axis].max(middle + half);
        }
    }
    [low, high]
}

/// About as many points of a field in and around the can as planned, drawn by a fixed seed; only those
/// that lie in the X-ray volume, where it is known how that lies.
fn drawn(means: &Field, can: &Can, (plan, xray): (&LevelPlan, &Field)) -> Vec<([f64; 3], f64)> {
    let radius = can.radius_mm + AIR_MM;
    let is_wanted = |flat: usize| {
        let place = means.place(means.index(flat));
        let [height, across] = can.height_and_radius(place);
        across < radius
            && (can.held[0] - AIR_MM..can.held[1] + AIR_MM).contains(&height)
            && means.values[flat].is_finite()
            && plan.near.is_none_or(|near| xray.corner(near.apply(place), 0.0).is_some())
    };
    let wanted: Vec<usize> = (0..means.values.len()).filter(|flat| is_wanted(*flat)).collect();
    let share = plan.points as f64 / wanted.len().max(1) as f64;
    let mut random = Random::new(0x5EED);
    let taken = wanted.into_iter().filter(|_| random.even() <= share);
    taken.map(|flat| (means.place(means.index(flat)), f64::from(means.values[flat]))).collect()
}
