//! The centre of a fan sinogram from the shadow of a round can. Knows no bands and no rays inside.
//!
//! With the distance from source to axis as the unit, a cylinder of radius r at (x, y) is seen at
//! `s = x·cos θ − y·sin θ`, `b = 1 + x·sin θ + y·cos θ`; the edges of its shadow lie at
//! `c + D·tan(atan(s/b) ± asin(r/√(s² + b²)))`. Where the profile is cut at a level, the edges lie
//! a little further in on both sides alike, which changes r and not c.

use ndarray::{Array2, ArrayView1, Axis};
use voltomo_numeric::{
    cast::to_index,
    nonlinear_fit::{Minimum, Misfit, NormalSums, Parameter, minimise},
};

use super::{
    super::{
        band::{self, Support},
        pairs::Centre,
    },
    ring::Ring,
};

/// The level at which an edge is cut, as a part of the can's rise.
const LEVEL: f64 = 0.25;
/// An edge must rise above so many standard deviations of a view's noise.
const ABOVE_NOISE: f64 = 6.0;
/// An edge stays above the level for so many columns.
const STAYS: usize = 4;
/// Edges further than so many robust standard deviations are no edges of the can.
const REACH: f64 = 4.0;
/// Fewest edges to fit to.
const FEWEST: usize = 24;
/// Blocks of neighbouring views over which deviations from a circle are taken together.
const BLOCKS: usize = 12;
/// A shadow whose edges scatter by more than this part of its radius is not that of a round can.
const ROUND: f64 = 0.03;

/// One edge of the shadow in one view.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    angle: f64,
    /// −1: left, 1: right.
    side: f64,
    column: f64,
}

/// The centre of the sinogram as the can's edges show it; `None` where there is no round can, or
/// its edges do not tell the centre.
///
/// `smooth`: `[angle, column]`, air at 0, smoothed along the columns; `distance`: D in columns.
pub(super) fn find(smooth: &Array2<f32>, ring: &Ring, distance: f64) -> Option<Centre> {
    let support = band::support(smooth)?;
    let edges = edges(smooth, ring, support);
    let mut fit = Fit { weights: vec![1.0; edges.len()], edges, distance };
    let mut start = fit.start()?;
    let mut found = None;
    for _ in 0..6 {
        let minimum = minimise(&fit, &start)?;
        start.iter_mut().zip(&minimum.parameters).for_each(|(p, value)| p.start = *value);
        let changed = fit.weigh(&minimum.parameters);
        found = Some(minimum);
        if !changed {
            break;
        }
    }
    found.and_then(|found| fit.centre(&found))
}

fn edges(smooth: &Array2<f32>, ring: &Ring, support: Support) -> Vec<Edge> {
    let Some(level) = level(smooth, support) else { return vec![] };
    let mut edges = vec![];
    for (angle, view) in ring.views() {
        let row = smooth.row(view);
        let last = row.len() as f64 - 1.0;
        let left = crossing(row, level).map(|column| Edge { angle, side: -1.0, column });
        let right = crossing(row.slice(ndarray::s![..;-1]), level);
        let right = right.map(|column| Edge { angle, side: 1.0, column: last - column });
        edges.extend([left, right].into_iter().flatten());
    }
    edges
}

/// The level that edges are cut at: a quarter of the can's rise; `None` where that is no more than
/// the noise of a view.
fn level(smooth: &Array2<f32>, support: Support) -> Option<f32> {
    let mean = smooth.mean_axis(Axis(0))?;
    let inside = to_index(support.first)..to_index(support.last) + 1;
    let mut sorted = mean.slice(ndarray::s![inside]).to_vec();
    sorted.sort_by(f32::total_cmp);
    let rise = f64::from(sorted[sorted.len() * 9 / 10]);
    let noise = quiet_noise(smooth);
    let level = (LEVEL * rise).max(ABOVE_NOISE * noise);
    (level < 0.6 * rise).then(|| voltomo_numeric::cast::to_f32(level))
}

/// Noise of a view where there is least of it, from views that follow one another.
fn quiet_noise(smooth: &Array2<f32>) -> f64 {
    let mut steps: Vec<f64> = smooth
        .axis_iter(Axis(1))
        .map(|column| {
            let pairs = column.iter().zip(column.iter().skip(1));
            let squares: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
            (squares / (2.0 * column.len() as f64)).sqrt()
        })
        .collect();
    steps.sort_by(f64::total_cmp);
    steps[steps.len() / 10]
}

/// Where a view rises above the level for good, from the left; `None` where that is at its border.
fn crossing(row: ArrayView1<'_, f32>, level: f32) -> Option<f64> {
    let rises = |from: usize| (from..from + STAYS).all(|column| row[column] > level);
    let first = (0..row.len().saturating_sub(STAYS)).find(|&column| rises(column))?;
    if first < STAYS {
        return None;
    }
    let (before, after) = (f64::from(row[first - 1]), f64::from(row[first]));
    Some(first as f64 - (after - f64::from(level)) / (after - before).max(f64::MIN_POSITIVE))
}

/// Edges with their weights, to be fitted by `[c, x, y, r]`.
struct Fit {
    edges: Vec<Edge>,
    weights: Vec<f64>,
    distance: f64,
}

impl Misfit for Fit {
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
        let at = [parameters[0], parameters[1], parameters[2], parameters[3]];
        for (edge, &weight) in self.edges.iter().zip(&self.weights).filter(|(_, w)| **w > 0.0) {
            let residual = self.expected(edge, at) - edge.column;
            let mut derivatives = [(0, 1.0); 4];
            for (k, derivative) in derivatives.iter_mut().enumerate().skip(1) {
                let by = |step: f64| {
                    let mut moved = at;
                    moved[k] += step;
                    self.expected(edge, moved)
                };
                *derivative = (k, (by(1e-5) - by(-1e-5)) / 2e-5);
            }
            sums.add(residual, weight, &derivatives);
        }
    }
}

impl Fit {
    fn expected(&self, edge: &Edge, [centre, x, y, radius]: [f64; 4]) -> f64 {
        let (sin, cos) = edge.angle.sin_cos();
        let (s, b) = (x * cos - y * sin, 1.0 + x * sin + y * cos);
        let half = (radius / s.hypot(b)).min(1.0).asin();
        centre + self.distance * (s.atan2(b) + edge.side * half).tan()
    }

    /// First guess: the mean edges of either side.
    fn start(&self) -> Option<[Parameter; 4]> {
        if self.edges.len() < FEWEST {
            return None;
        }
        let mean = |side: f64| {
            let columns: Vec<f64> =
                self.edges.iter().filter(|e| e.side == side).map(|e| e.column).collect();
            (columns.len() > FEWEST / 4).then(|| columns.iter().sum::<f64>() / columns.len() as f64)
        };
        let (left, right) = (mean(-1.0)?, mean(1.0)?);
        let radius = ((right - left) / 2.0 / self.distance).atan().sin();
        let within = |start: f64, low: f64, high: f64| Parameter { start, low, high };
        Some([
            Parameter::free((left + right) / 2.0),
            within(0.0, -0.5, 0.5),
            within(0.0, -0.5, 0.5),
            within(radius.clamp(2e-4, 0.4), 1e-4, 0.45),
        ])
    }

    fn residuals(&self, parameters: &[f64]) -> Vec<f64> {
        let at = [parameters[0], parameters[1], parameters[2], parameters[3]];
        self.edges.iter().map(|edge| edge.column - self.expected(edge, at)).collect()
    }

    /// Gives edges far from the circle no weight; whether that changed anything.
    fn weigh(&mut self, parameters: &[f64]) -> bool {
        let residuals = self.residuals(parameters);
        let mut sizes: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let limit = REACH * (1.4826 * sizes[sizes.len() / 2]).max(0.01);
        let kept = |residual: &f64| if residual.abs() <= limit { 1.0 } else { 0.0 };
        let weights: Vec<f64> = residuals.iter().map(kept).collect();
        std::mem::replace(&mut self.weights, weights) != self.weights
    }

    /// The centre with what the scatter of the edges makes of it; `None` where the can is not
    /// round or its edges do not tell the centre.
    fn centre(&self, found: &Minimum) -> Option<Centre> {
        let kept = self.weights.iter().sum::<f64>();
        let scatter = found.scatter();
        let radius = found.parameters[3] * self.distance;
        let is_round = scatter.sqrt() < (ROUND * radius).max(0.3)
            && kept > 0.6 * self.edges.len() as f64
            && !found.at_bound.contains(&true);
        let sigma = found.sigma(0)? * (scatter * self.together(found, scatter)).sqrt();
        (is_round && sigma < 2.0)
            .then(|| Centre { column: found.parameters[0], sigma: sigma.max(1e-3) })
    }

    /// How much more neighbouring edges deviate together than by chance, 1 or more: a can that is
    /// not quite round deviates alike in many views.
    fn together(&self, found: &Minimum, scatter: f64) -> f64 {
        let residuals = self.residuals(&found.parameters);
        let (mut squares, mut blocks) = (0.0, 0.0);
        for side in [-1.0, 1.0] {
            let of_side: Vec<f64> = (0..residuals.len())
                .filter(|&k| self.edges[k].side == side && self.weights[k] > 0.0)
                .map(|k| residuals[k])
                .collect();
            for block in of_side.chunks(of_side.len().div_ceil(BLOCKS).max(1)) {
                squares += block.iter().sum::<f64>().powi(2) / block.len() as f64;
                blocks += 1.0;
            }
        }
        (squares / scatter.max(f64::MIN_POSITIVE) / (blocks - 4.0f64).max(1.0)).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use voltomo_numeric::cast::to_f32;

    /// The chord through a cylinder of radius 20 at (6, −4) from a source at 100; D = 300.
    fn sinogram(arc_deg: f64, centre: f64) -> (Array2<f32>, Ring) {
        let angles: Vec<f64> =
            (0..90).map(|k| (f64::from(k) * arc_deg / 90.0).to_radians()).collect();
        let sinogram = Array2::from_shape_fn((90, 180), |(view, column)| {
            let (sin, cos) = angles[view].sin_cos();
            let (s, b) = (6.0 * cos + 4.0 * sin, 100.0 + 6.0 * sin - 4.0 * cos);
            let t = (column as f64 - centre) / 300.0;
            let off = (s - t * b) / t.hypot(1.0);
            to_f32(2.0 * (400.0 - off * off).max(0.0).sqrt() / 40.0)
        });
        (band::smoothed(&sinogram, 1.5), Ring::new(&angles))
    }

    #[test]
    fn the_centre_behind_an_eccentric_can_is_found_on_any_arc() {
        for arc_deg in [360.0, 200.0] {
            let (smooth, ring) = sinogram(arc_deg, 87.3);
            let centre = find(&smooth, &ring, 300.0).unwrap();
            assert!((centre.column - 87.3).abs() < 0.05, "{arc_deg} {centre:?}");
        }
    }

    #[test]
    fn a_can_cut_on_one_side_throughout_tells_no_centre() {
        let (smooth, ring) = sinogram(360.0, 87.3);
        let cut = smooth.slice(ndarray::s![.., ..100]).to_owned();
        assert_eq!(find(&cut, &ring, 300.0), None);
    }
}
