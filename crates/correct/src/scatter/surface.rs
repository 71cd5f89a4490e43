//! A smooth surface through values at scattered places: polynomial or thin-plate spline. Knows no
//! frames.

use super::solve::solve;
use crate::scatter_settings::{BlackBodySettings, SurfaceKind};

/// A value at a place `[row, column]` of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dot {
    pub(crate) place: [f64; 2],
    pub(crate) value: f64,
}

/// What is laid through the dots of a frame of `size` rows and columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Recipe {
    kind: SurfaceKind,
    degree: usize,
    smoothing: f64,
    size: [f64; 2],
}

/// A surface over the frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Surface {
    recipe: Recipe,
    /// Of the polynomial; of the spline's plane.
    terms: Vec<f64>,
    /// Weight and place of each dot, of the spline.
    knots: Vec<(f64, [f64; 2])>,
}

impl Recipe {
    /// What the settings ask for, as far as so many dots carry it.
    pub(crate) fn new(settings: &BlackBodySettings, size: [usize; 2], dots: usize) -> Self {
        let (kind, size) = (settings.surface, size.map(|count| (count.max(2) - 1) as f64));
        // A plane through two dots is level across the line between them.
        let carried = |degree: &usize| *degree < 2 && dots > *degree || dots > term_count(*degree);
        let degree = (0..=settings.degree).rev().find(carried).unwrap_or(0);
        let kind = if dots < 4 { SurfaceKind::Polynomial } else { kind };
        Self { kind, degree, smoothing: settings.smoothing, size }
    }

    /// Degree of the polynomial; `None` of a spline.
    pub(crate) fn degree(&self) -> Option<usize> {
        (self.kind == SurfaceKind::Polynomial).then_some(self.degree)
    }

    /// The surface through the dots; `None` where there are none, or all in one line for a spline.
    ///
    /// Polynomial: least squares of all terms rowⁱ·columnʲ with i + j up to the degree. Spline:
    /// Σ wₖ·rₖ²·ln rₖ + a plane, with the bending energy weighed by the smoothing.
    /// Source: Duchon 1977, doi:10.1007/BFb0086566; Wahba 1990, doi:10.1137/1.9781611970128.
    pub(crate) fn through(&self, dots: &[Dot]) -> Option<Surface> {
        let places: Vec<[f64; 2]> = dots.iter().map(|dot| self.scaled(dot.place)).collect();
        let values: Vec<f64> = dots.iter().map(|dot| dot.value).collect();
        match self.kind {
            SurfaceKind::Polynomial => self.polynomial(&places, &values),
            SurfaceKind::ThinPlate => self.thin_plate(&places, &values),
        }
    }

    /// Root mean square of each dot's distance from the surface through all others.
    pub(crate) fn left_out(&self, dots: &[Dot]) -> Option<f64> {
        let distance = |k: usize| {
            let others: Vec<Dot> = [&dots[..k], &dots[k + 1..]].concat();
            Some(self.through(&others)?.at(dots[k].place) - dots[k].value)
        };
        let squares: Vec<f64> =
            (0..dots.len()).filter_map(distance).map(|distance| distance * distance).collect();
        (squares.len() > 1).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
    }

    /// Both coordinates from −1 to 1.
    fn scaled(&self, place: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|k| 2.0 * place[k] / self.size[k] - 1.0)
    }

    fn polynomial(&self, places: &[[f64; 2]], values: &[f64]) -> Option<Surface> {
        if places.is_empty() {
            return None;
        }
        let count = term_count(self.degree);
        let mut rows = vec![vec![0.0; count + 1]; count];
        for (place, value) in places.iter().zip(values) {
            let terms = terms(*place, self.degree);
            for (row, a) in rows.iter_mut().zip(&terms) {
                row[..count].iter_mut().zip(&terms).for_each(|(sum, b)| *sum += a * b);
                row[count] += a * value;
            }
        }
        // What the dots leave open is level.
        let little = 1e-9 * places.len() as f64;
        (1..count).for_each(|k| rows[k][k] += little);
        Some(Surface { recipe: *self, terms: solve(rows)?, knots: Vec::new() })
    }

    fn thin_plate(&self, places: &[[f64; 2]], values: &[f64]) -> Option<Surface> {
        let count = places.len();
        let mut rows = vec![vec![0.0; count + 4]; count + 3];
        for (k, place) in places.iter().enumerate() {
            let bent = places.iter().enumerate().map(|(j, other)| {
                let stiff = if j == k { self.smoothing * count as f64 } else { 0.0 };
                radial(*place, *other) + stiff
            });
            rows[k][..count].iter_mut().zip(bent).for_each(|(entry, value)| *entry = value);
            for (j, plane) in terms(*place, 1).into_iter().enumerate() {
                rows[k][count + j] = plane;
                rows[count + j][k] = plane;
            }
            rows[k][count + 3] = values[k];
        }
        let solution = solve(rows)?;
        let knots = solution[..count].iter().copied().zip(places.iter().copied()).collect();
        Some(Surface { recipe: *self, terms: solution[count..].to_vec(), knots })
    }
}

impl Surface {
    /// The surface at `[row, column]`.
    pub(crate) fn at(&self, place: [f64; 2]) -> f64 {
        let scaled = self.recipe.scaled(place);
        let degree = self.recipe.degree().unwrap_or(1);
        let plane: f64 = terms(scaled, degree).iter().zip(&self.terms).map(|(a, b)| a * b).sum();
        plane + self.knots.iter().map(|(weight, knot)| weight * radial(scaled, *knot)).sum::<f64>()
    }
}

fn term_count(degree: usize) -> usize {
    (degree + 1) * (degree + 2) / 2
}

/// 1, row, column, row², row·column, column², …
fn terms([row, column]: [f64; 2], degree: usize) -> Vec<f64> {
    let powers = |value: f64| {
        std::iter::successors(Some(1.0), move |last| Some(last * value)).take(degree + 1)
    };
    let rows: Vec<f64> = powers(row).collect();
    let columns: Vec<f64> = powers(column).collect();
    (0..=degree)
        .flat_map(|total| (0..=total).rev().map(move |down| (down, total - down)))
        .map(|(down, right)| rows[down] * columns[right])
        .collect()
}

/// r²·ln r.
fn radial(a: [f64; 2], b: [f64; 2]) -> f64 {
    let square = (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    if square > 0.0 { 0.5 * square * square.ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(truth: impl Fn([f64; 2]) -> f64) -> Vec<Dot> {
        let places = (0..20).map(|k| [f64::from(k % 5) * 24.0, f64::from(k / 5) * 33.0 + 2.0]);
        places.map(|place| Dot { place, value: truth(place) }).collect()
    }

    fn recipe(surface: SurfaceKind, degree: usize, smoothing: f64) -> Recipe {
        let settings = BlackBodySettings { surface, degree, smoothing, ..Default::default() };
        Recipe::new(&settings, [97, 104], 20)
    }

    #[test]
    fn polynomials_of_each_degree_are_recovered() {
        for degree in 0..=3i32 {
            let truth =
                |[y, x]: [f64; 2]| 0.1 + 1e-4 * (y + 2.0 * x).powi(degree) * 0.01f64.powi(degree);
            let dots = dots(truth);
            let recipe = recipe(SurfaceKind::Polynomial, usize::try_from(degree).unwrap(), 0.0);
            let surface = recipe.through(&dots).unwrap();
            assert!((surface.at([50.0, 31.0]) - truth([50.0, 31.0])).abs() < 1e-9, "{degree}");
            assert!(recipe.left_out(&dots).unwrap() < 1e-8);
        }
    }

    #[test]
    fn a_thin_plate_goes_through_its_dots_and_smoothing_makes_it_a_plane() {
        let truth = |[y, x]: [f64; 2]| 0.1 + 1e-3 * (0.05 * y).sin() + 1e-3 * (0.04 * x).cos();
        let dots = dots(truth);
        let surface = recipe(SurfaceKind::ThinPlate, 2, 0.0).through(&dots).unwrap();
        assert!(dots.iter().all(|dot| (surface.at(dot.place) - dot.value).abs() < 1e-10));
        assert!((surface.at([50.0, 31.0]) - truth([50.0, 31.0])).abs() < 2e-4);
        let plane = recipe(SurfaceKind::Polynomial, 1, 0.0).through(&dots).unwrap();
        let stiff = recipe(SurfaceKind::ThinPlate, 2, 1000.0).through(&dots).unwrap();
        assert!((stiff.at([10.0, 60.0]) - plane.at([10.0, 60.0])).abs() < 1e-5);
    }

    #[test]
    fn few_dots_carry_a_low_degree() {
        let settings = BlackBodySettings { surface: SurfaceKind::ThinPlate, ..Default::default() };
        let degree = |dots: usize| Recipe::new(&settings, [97, 104], dots).degree();
        assert_eq!([1, 2, 3, 4].map(degree), [Some(0), Some(1), Some(1), None]);
        let plane = Recipe::new(&settings, [11, 11], 2);
        let two =
            [([0.0, 0.0], 1.0), ([0.0, 10.0], 3.0)].map(|(place, value)| Dot { place, value });
        let plane = plane.through(&two).unwrap();
        assert!((plane.at([10.0, 5.0]) - 2.0).abs() < 1e-6);
    }
}
