//! What the sample scatters into the detector: the cheap model, on a coarse grid. Knows no noise.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::Radian;

use super::{beam_image::BeamImage, placement::Placement, profile::Profile};

/// Columns of coarse rays through the sample.
const COLUMNS: usize = 32;
/// Places on the detector a standard deviation of the Gaussian.
const NODES_PER_SIGMA: f64 = 6.0;

/// `S = k·[(1 − T) ⊛ Gaussian(σ)]` with σ in proportion to the distance from axis to detector: a
/// fit to Monte Carlo pictures of homogenised cells, within a fifth.
#[derive(Debug)]
pub(super) struct SampleScatter {
    strength: f64,
    sigma: f64,
    /// Middles of the coarse rays, `[v, u]`, mm, and the area that each stands for.
    rays: [Vec<f64>; 2],
    area: f64,
    /// Places at which S is computed, `[v, u]`, mm.
    nodes: [Vec<f64>; 2],
}

impl SampleScatter {
    /// `None` where the profile switches it off.
    pub(super) fn new(profile: &Profile, placement: &Placement) -> Option<Self> {
        let scatter = &profile.scatter;
        if scatter.strength <= 0.0 {
            return None;
        }
        let sigma = scatter.spread * placement.axis_detector();
        let [low, high] = lit(placement);
        let size = [high[0] - low[0], high[1] - low[1]];
        let pitch = size[1] / COLUMNS as f64;
        let counts = [to_index((size[0] / pitch).round()).clamp(8, 96), COLUMNS];
        let middles = |k: usize| {
            let step = size[k] / counts[k] as f64;
            (0..counts[k]).map(|i| low[k] + (i as f64 + 0.5) * step).collect()
        };
        let [frame_low, frame_high] = placement.frame_extent();
        let nodes = |k: usize| {
            let extent = frame_high[k] - frame_low[k];
            let count = to_index((extent * NODES_PER_SIGMA / sigma).ceil()).clamp(2, 256);
            let step = extent / count as f64;
            (0..=count).map(|i| frame_low[k] + i as f64 * step).collect()
        };
        Some(Self {
            strength: scatter.strength,
            sigma,
            rays: [middles(0), middles(1)],
            area: size[0] * size[1] / (counts[0] * counts[1]) as f64,
            nodes: [nodes(0), nodes(1)],
        })
    }

    /// Scattered signal as a share of the open beam, frame `[row, column]`.
    pub(super) fn picture(&self, image: &BeamImage<'_>, angle: Radian) -> Array2<f32> {
        let [heights, places] = &self.rays;
        let columns: Vec<Vec<f32>> =
            places.par_iter().map(|&u| image.column(angle, u, heights)).collect();
        let lost = Array2::from_shape_fn([heights.len(), places.len()], |(v, u)| {
            1.0 - f64::from(columns[u][v])
        });
        let sources = [self.gaussian(0), self.gaussian(1)];
        let factor = self.strength * self.area / (std::f64::consts::TAU * self.sigma.powi(2));
        let nodes = sources[0].dot(&lost).dot(&sources[1].t()) * factor;
        self.on_detector(&nodes, &image.placement)
    }

    /// `exp(−(node − ray)²/2σ²)`, `[node, ray]`.
    fn gaussian(&self, k: usize) -> Array2<f64> {
        let (nodes, rays) = (&self.nodes[k], &self.rays[k]);
        Array2::from_shape_fn([nodes.len(), rays.len()], |(node, ray)| {
            (-0.5 * ((nodes[node] - rays[ray]) / self.sigma).powi(2)).exp()
        })
    }

    /// Linear between the nodes.
    fn on_detector(&self, nodes: &Array2<f64>, placement: &Placement) -> Array2<f32> {
        let first = [self.nodes[0][0], self.nodes[1][0]];
        let step = [self.nodes[0][1] - first[0], self.nodes[1][1] - first[1]];
        let mut frame = Array2::zeros(placement.shape);
        let samples = nodes.as_slice().unwrap_or_default();
        frame.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let [start, next] = [0.0, 1.0].map(|column| placement.upright([row as f64, column]));
            let at = |k: usize| (start[k] - first[k]) / step[k];
            let change = |k: usize| (next[k] - start[k]) / step[k];
            let (place, change) = ([at(0), at(1)], [change(0), change(1)]);
            for (column, value) in line.iter_mut().enumerate() {
                let column = column as f64;
                let place = [place[0] + change[0] * column, place[1] + change[1] * column];
                *value = to_f32(bilinear(samples, nodes.dim(), place));
            }
        });
        frame
    }
}

#[inline]
fn bilinear(nodes: &[f64], (rows, columns): (usize, usize), [row, column]: [f64; 2]) -> f64 {
    let (i, j) = (to_index(row).min(rows - 2), to_index(column).min(columns - 2));
    let (down, right) = (row - i as f64, column - j as f64);
    let upper = &nodes[i * columns + j..i * columns + j + 2];
    let lower = &nodes[(i + 1) * columns + j..(i + 1) * columns + j + 2];
    let upper = upper[0] + (upper[1] - upper[0]) * right;
    let lower = lower[0] + (lower[1] - lower[0]) * right;
    upper + (lower - upper) * down
}

/// The part of the sample's shadow that the beam lights: that on the whole detector.
fn lit(placement: &Placement) -> [[f64; 2]; 2] {
    let frame = placement.frame;
    let last = [frame.detector_rows, frame.detector_columns].map(|count| count as f64 - 0.5);
    let low = [0, 1].map(|k| (-0.5 - placement.pivot[k]) * placement.pixel_mm);
    let high = [0, 1].map(|k| (last[k] - placement.pivot[k]) * placement.pixel_mm);
    let [shadow_low, shadow_high] = placement.shadow();
    let low = [0, 1].map(|k| shadow_low[k].max(low[k]));
    let high = [0, 1].map(|k| shadow_high[k].min(high[k]).max(low[k] + placement.pixel_mm));
    [low, high]
}
