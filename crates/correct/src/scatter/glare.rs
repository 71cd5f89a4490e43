//! Light that strays far in the scintillator: veiling glare, on the coarse grid. Knows no scatter.

use ndarray::Array2;

use super::{
    grid::Grid,
    spread::{Lit, Spread},
};

/// Borders between the widths that a usual glare is told by, in lengths over which it falls by e
/// (times √2): a factor of one and a half from one to the next.
const BORDERS: [f64; 7] = [0.17, 0.25, 0.38, 0.57, 0.85, 1.28, 1.92];

/// Beside the frame the light is taken to go on as at its edge.
const EVERYWHERE: Lit = [[-1e9, 1e9]; 2];

/// A part of the glare: a Gaussian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// Standard deviation, frame pixels.
    pub(super) width: f64,
    /// Share of the light that it takes.
    pub(super) share: f64,
}

/// `exp(−r/l)/(2π·l·r)`, l the length over which it falls, as Gaussians: it is the sum of those with
/// the widths √2·l·z, z spread as `2/√π·exp(−z²)`, and narrow ranges of z are each taken together.
///
/// `length`: frame pixels.
/// Source of the kernel: Seibert, Nalcioglu & Roeck 1985, doi:10.1118/1.595689.
pub(super) fn usual((share, length): (f64, f64)) -> Vec<Part> {
    let borders = std::iter::once(0.0).chain(BORDERS).chain(std::iter::once(6.0));
    let borders: Vec<f64> = borders.collect();
    let part = |ends: &[f64]| {
        let mass = error_function(ends[1]) - error_function(ends[0]);
        let moment = (-ends[0] * ends[0]).exp() - (-ends[1] * ends[1]).exp();
        let mean = moment / std::f64::consts::PI.sqrt() / mass;
        Part { width: std::f64::consts::SQRT_2 * length * mean, share: share * mass }
    };
    borders.windows(2).map(part).collect()
}

/// What each part brings to a place from the light around it.
#[derive(Debug, Clone)]
pub(super) struct Glare {
    parts: Vec<(Part, Spread)>,
}

impl Glare {
    pub(super) fn new(grid: &Grid, parts: &[Part]) -> Self {
        let spread = |part: &Part| (*part, Spread::new(grid, EVERYWHERE, part.width.max(1e-3)));
        Self { parts: parts.iter().map(spread).collect() }
    }

    /// The parts.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.parts.iter().map(|(part, _)| *part)
    }

    /// Share of the light that strays.
    pub(super) fn share(&self) -> f64 {
        self.parts().map(|part| part.share).sum()
    }

    /// What each part would bring into the cells if all light strayed by it.
    pub(super) fn by_part(&self, light: &Array2<f64>) -> Vec<Array2<f64>> {
        self.parts.iter().map(|(_, spread)| spread.to_cells(light)).collect()
    }

    /// Light that strayed into each cell.
    pub(super) fn to_cells(&self, light: &Array2<f64>) -> Array2<f64> {
        self.sum(light.dim(), |spread| spread.to_cells(light))
    }

    /// Light that strayed to each node.
    pub(super) fn to_nodes(&self, grid: &Grid, light: &Array2<f64>) -> Array2<f64> {
        self.sum((grid[0].nodes(), grid[1].nodes()), |spread| spread.to_nodes(light))
    }

    fn sum(&self, shape: (usize, usize), strayed: impl Fn(&Spread) -> Array2<f64>) -> Array2<f64> {
        let mut sum = Array2::zeros(shape);
        for (part, spread) in self.parts.iter().filter(|(part, _)| part.share > 0.0) {
            sum.scaled_add(part.share, &strayed(spread));
        }
        sum
    }

    /// The light before any strayed from it, and what strayed into each cell:
    /// `light = (seen − stray)/(1 − share)`, one step.
    pub(super) fn step(&self, seen: &Array2<f64>, stray: &Array2<f64>) -> [Array2<f64>; 2] {
        let light = (seen - stray) / (1.0 - self.share());
        let next = self.to_cells(&light);
        [light, next]
    }
}

/// erf(x) of x ≥ 0 to 10⁻⁹: the series of `2/√π·∫exp(−t²)` below 4, and 1 from there.
fn error_function(x: f64) -> f64 {
    if x >= 4.5 {
        return 1.0;
    }
    let (mut term, mut sum) = (x, x);
    for k in 1..200 {
        term *= -x * x / f64::from(k);
        sum += term / f64::from(2 * k + 1);
    }
    2.0 / std::f64::consts::PI.sqrt() * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter::grid::grid;

    #[test]
    fn the_kernel_has_its_share_and_an_even_frame_stays_even() {
        let grid = grid(480, 480);
        let glare = Glare::new(&grid, &usual((0.1, 30.0)));
        assert!((glare.share() - 0.1).abs() < 1e-9, "{}", glare.share());
        let even = glare.to_cells(&Array2::from_elem((48, 48), 0.7));
        assert!(even.iter().all(|light| (light - 0.07).abs() < 1e-6));
    }

    /// The mass within a circle is 1 − exp(−R/l); of a Gaussian's, 1 − exp(−R²/2σ²).
    #[test]
    fn gaussians_add_up_to_the_kernel_that_falls_by_its_length() {
        let parts = usual((1.0, 30.0));
        for radius in [10.0, 20.0, 40.0, 80.0, 150.0] {
            let within =
                |part: &Part| part.share * (1.0 - (-0.5 * (radius / part.width).powi(2)).exp());
            let found: f64 = parts.iter().map(within).sum();
            let expected = 1.0 - (-radius / 30.0f64).exp();
            assert!((found - expected).abs() < 0.012, "{radius}: {found} {expected}");
        }
    }

    /// Forward by the kernel's own sum, back by steps.
    #[test]
    fn light_that_strayed_is_taken_back() {
        let grid = grid(200, 160);
        let glare = Glare::new(&grid, &usual((0.09, 40.0)));
        let light = Array2::from_shape_fn((48, 40), |(y, x)| {
            if (12..28).contains(&x) && y > 6 { 0.05 } else { 1.0 }
        });
        let seen = &light * 0.91 + glare.to_cells(&light);
        let mut stray = &seen * 0.09;
        let mut found = seen.clone();
        for _ in 0..8 {
            [found, stray] = glare.step(&seen, &stray);
        }
        ndarray::Zip::from(&found)
            .and(&light)
            .for_each(|a, b| assert!((a - b).abs() < 1e-6, "{a} {b}"));
        assert!((seen[[20, 20]] - 0.05).abs() > 0.01);
    }
}
