//! The can's wall as a blurred layer: where its edges are behind the blur. Knows no angle and no height.

use voltomo_numeric::nonlinear_fit::{Misfit, NormalSums, Parameter, minimise};

/// Layers that a wall of falling value is made of.
const LAYERS: usize = 4;

/// A wall between an outside and an inside, all blurred alike. Lengths mm, values of the volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wall {
    /// Outer edge.
    pub(super) outer: f64,
    /// Thickness.
    pub(super) thickness: f64,
    /// Value of the wall at its outer edge.
    pub(super) value: f64,
    /// Share of the contrast that it loses on the way to its inner edge: hardened beams make steel
    /// look darker inside.
    pub(super) drop: f64,
    /// Standard deviation of the blur.
    pub(super) blur: f64,
    /// Value inside the wall.
    pub(super) inside: f64,
    /// Value outside it.
    pub(super) outside: f64,
    /// Value and thickness of a sleeve about it; 0 for none.
    pub(super) sleeve: [f64; 2],
}

/// A wall fitted to a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FittedWall {
    /// The wall.
    pub(super) wall: Wall,
    /// Standard deviation of the outer edge, mm.
    pub(super) outer_sigma: f64,
    /// Standard deviation of the thickness, mm.
    pub(super) thickness_sigma: f64,
    /// Root-mean-square misfit, in shares of the wall's contrast.
    pub(super) misfit: f64,
}

impl Wall {
    /// Value at a radius.
    #[must_use]
    pub(super) fn at(&self, radius: f64) -> f64 {
        let below = |edge: f64| normal_share((edge - radius) / self.blur);
        let inner = self.outer - self.thickness;
        let [sleeve, thick] = self.sleeve;
        self.outside
            + (self.value - self.outside) * self.wall_share(&below)
            + (self.inside - self.outside) * below(inner)
            + sleeve * (below(self.outer + thick) - below(self.outer))
    }

    /// The blurred wall in shares of its contrast, in layers.
    fn wall_share(&self, below: &dyn Fn(f64) -> f64) -> f64 {
        let edge = |k: usize| self.outer - self.thickness * k as f64 / LAYERS as f64;
        let share = |k: usize| 1.0 - self.drop * (k as f64 + 0.5) / LAYERS as f64;
        (0..LAYERS).map(|k| share(k) * (below(edge(k)) - below(edge(k + 1)))).sum()
    }

    /// Where the profile crosses a level: on the way in from outside, and on the way out of the wall
    /// inwards; `None` where it does not.
    #[must_use]
    pub(super) fn crossings(&self, level: f64) -> [Option<f64>; 2] {
        let inner = self.outer - self.thickness;
        let reach = 4.0 * self.blur;
        let outer = cross(|r| self.at(r) - level, [self.outer + reach + self.sleeve[1], inner]);
        let peak = self.outer - 0.5 * self.thickness;
        [outer, cross(|r| level - self.at(r), [peak, inner - reach])]
    }

    /// Fits a wall to points `(radius, value)`, from a first guess; `outside` is held.
    #[must_use]
    pub(super) fn fit(points: &[(f64, f64)], start: &Self) -> Option<FittedWall> {
        let contrast = start.value - start.outside;
        if points.len() < 8 || contrast <= 0.0 {
            return None;
        }
        let near = |value: f64, play: f64| Parameter {
            start: value,
            low: value - play,
            high: value + play,
        };
        let least = 0.2 * start.blur;
        let parameters = [
            near(start.outer, start.thickness),
            Parameter {
                start: start.thickness,
                low: 0.3 * start.thickness,
                high: 3.0 * start.thickness,
            },
            Parameter { start: contrast, low: 0.3 * contrast, high: 4.0 * contrast },
            Parameter { start: start.blur, low: least, high: 6.0 * start.blur },
            near(start.inside, contrast),
            Parameter { start: 0.05 * contrast, low: 0.0, high: 0.4 * contrast },
            Parameter { start: 0.1, low: 0.0, high: 0.3 },
            Parameter { start: 0.0, low: -0.2, high: 0.8 },
        ];
        let misfit = Profile { points, outside: start.outside };
        let mut found = minimise(&misfit, &parameters)?;
        if found.covariance.is_none() {
            // Without a sleeve its thickness means nothing.
            let mut held = parameters;
            (5..7).for_each(|k| held[k] = Parameter::held(found.parameters[k]));
            found = minimise(&misfit, &held)?;
        }
        let wall = misfit.wall(&found.parameters);
        let scale = found.scatter().sqrt();
        let misfit = (found.squares / points.len() as f64).sqrt() / (wall.value - wall.outside);
        // What the model misses at an edge of slope contrast / (√2π blur) moves the edge by so much.
        let missed = std::f64::consts::TAU.sqrt() * misfit * wall.blur;
        // Where the points do not see a combination of the parameters, an edge is still known to a
        // third of the blur.
        let blind = 0.3 * wall.blur;
        let sigma = |k: usize| found.sigma(k).map_or(blind, |sigma| sigma * scale).hypot(missed);
        Some(FittedWall { wall, outer_sigma: sigma(0), thickness_sigma: sigma(1), misfit })
    }
}

/// Squared differences between a profile and a wall.
struct Profile<'a> {
    points: &'a [(f64, f64)],
    outside: f64,
}

impl Profile<'_> {
    fn wall(&self, parameters: &[f64]) -> Wall {
        let [outer, thickness, contrast, blur, inside, sleeve, thick, drop] =
            std::array::from_fn(|k| parameters[k]);
        let outside = self.outside;
        let value = outside + contrast;
        Wall { outer, thickness, value, drop, blur, inside, outside, sleeve: [sleeve, thick] }
    }
}

impl Misfit for Profile<'_> {
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
        let here = self.wall(parameters);
        let steps: Vec<(Wall, f64)> = (0..parameters.len())
            .map(|k| {
                let step = 1e-5 * parameters[k].abs().max(1e-2);
                let mut moved = parameters.to_vec();
                moved[k] += step;
                (self.wall(&moved), step)
            })
            .collect();
        for (radius, value) in self.points {
            let at = here.at(*radius);
            let slope =
                |(k, (wall, step)): (usize, &(Wall, f64))| (k, (wall.at(*radius) - at) / step);
            let slopes: Vec<(usize, f64)> = steps.iter().enumerate().map(slope).collect();
            sums.add(at - value, 1.0, &slopes);
        }
    }
}

/// The place between two ends where a function first rises above 0, from the first end on.
fn cross(of: impl Fn(f64) -> f64, [from, to]: [f64; 2]) -> Option<f64> {
    let steps = 200;
    let place = |k: usize| from + (to - from) * k as f64 / steps as f64;
    let k = (1..=steps).find(|&k| of(place(k - 1)) <= 0.0 && of(place(k)) > 0.0)?;
    let [mut low, mut high] = [place(k - 1), place(k)];
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        if of(middle) > 0.0 { high = middle } else { low = middle }
    }
    Some(0.5 * (low + high))
}

/// Share of a normal distribution below `x` standard deviations.
///
/// Source: Abramowitz & Stegun 1964, formula 7.1.26 (error below 2e-7).
#[must_use]
pub(super) fn normal_share(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let terms = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let series = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    let tail = 0.5 * series * (-z * z).exp();
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_shares_are_those_of_the_tables() {
        for (x, wanted) in
            [(0.0, 0.5), (1.0, 0.841_344_7), (-1.96, 0.024_997_9), (3.0, 0.998_650_1)]
        {
            assert!((normal_share(x) - wanted).abs() < 3e-7, "{x}");
        }
    }

    #[test]
    fn edges_of_a_blurred_wall_with_a_sleeve_are_found() {
        let truth = Wall {
            outer: 9.1,
            thickness: 0.22,
            value: 10.0,
            drop: 0.3,
            blur: 0.05,
            inside: 0.8,
            outside: 0.0,
            sleeve: [0.9, 0.1],
        };
        let points: Vec<(f64, f64)> =
            (0..60).map(|k| 8.6 + 0.015 * f64::from(k)).map(|r| (r, truth.at(r))).collect();
        let start =
            Wall { outer: 9.13, thickness: 0.3, value: 8.0, blur: 0.05, sleeve: [0.0; 2], ..truth };
        let found = Wall::fit(&points, &start).unwrap();
        println!("{found:?}");
        assert!((found.wall.outer - 9.1).abs() < 2e-3, "{found:?}");
        assert!((found.wall.thickness - 0.22).abs() < 4e-3, "{found:?}");
        let [outer, inner] = truth.crossings(5.0);
        assert!((outer.unwrap() - 9.1).abs() < 0.03 && (inner.unwrap() - 8.88).abs() < 0.03);
    }
}
