//! The shape of veiling glare from the air beside the sample. Reads no frames.

use ndarray::Array2;

use super::{glare::Part, solve::solve};

/// Neighbouring cells of air share what is left of gain and beam: so many count as one.
const ALIKE: f64 = 9.0;

/// Least cells of air.
const LEAST_CELLS: usize = 24;

/// Standard deviation of the share of each part, and of all, about the usual ones.
const UNSURE: f64 = 0.03;

/// Largest share of the light that strays.
const MOST: f64 = 0.4;

/// Part of a line integral behind the sample by which it may be uncertain.
const UNCERTAIN: f64 = 0.02;

/// Noise of a cell of air at first, as a share of the beam.
const NOISE: f64 = 4e-4;

/// Rounds of the descent along the axes: it ends where its matrix is well-natured long before.
const ROUNDS: usize = 4000;

/// Air in the cells of the radiographs that were looked at, on average.
#[derive(Debug, Clone)]
pub(super) struct GlareAir {
    /// Light in excess of that of air with scatter.
    pub(super) excess: Array2<f64>,
    /// For each part, the light that a place loses where all of it strays by that part, less what
    /// it gets.
    pub(super) lost: Vec<Array2<f64>>,
    /// Whether a cell is air in all radiographs.
    pub(super) is_air: Array2<bool>,
    /// What is seen of a cell behind the sample.
    pub(super) behind: Behind,
}

/// The cell of median light behind the sample, on average over the radiographs.
#[derive(Debug, Clone, Default)]
pub(super) struct Behind {
    /// Share that came straight.
    pub(super) transmission: f64,
    /// Light before any of it strayed.
    pub(super) light: f64,
    /// What it loses where all of it strays by a part, less what it gets.
    pub(super) lost: Vec<f64>,
}

/// What air and the usual shares leave most likely.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    /// The parts.
    pub(super) parts: Vec<Part>,
    /// Standard deviation of the light that is left in the cell behind the sample.
    pub(super) deviation: f64,
    /// Share that came straight through it.
    pub(super) transmission: f64,
}

impl Fitted {
    /// What to say where the line integral of that cell is uncertain by more than 2 %.
    pub(super) fn doubt(&self) -> Option<String> {
        let straight = self.transmission.clamp(1e-6, 0.99);
        let (line_integral, unsure) = (-straight.ln(), self.deviation / straight);
        (unsure > UNCERTAIN * line_integral).then(|| {
            format!(
                "the air beside the sample tells the glare of the detector only roughly: line integrals \
                 of {line_integral:.2} behind it are uncertain by {unsure:.2}, and cupping may be left; expected a frame with more air (above or below the sample, too), or the parts \
                 that such a scan of the same detector told, in `correct.scatter.kernel.glare_parts`"
            )
        })
    }
}

/// The parts, with the shares that air and the usual ones leave most likely, none below nought.
///
/// Air at a place reads `c − Σ gⱼ·lostⱼ`: less beside a dark sample, up to its dose c, by as much and
/// as far as light strays. Least squares over the cells with the usual shares as one more
/// observation of each, by descent along the axes (a convex problem). The deviation is that of the
/// same problem without the bound at nought. `None` where there is hardly any air.
pub(super) fn fit(air: &GlareAir, usual: &[Part]) -> Option<Fitted> {
    let cells: Vec<(usize, usize)> =
        air.is_air.indexed_iter().filter(|(_, is_air)| **is_air).map(|(at, _)| at).collect();
    if cells.len() < LEAST_CELLS {
        return None;
    }
    let (shares, _) = least(air, (usual, &cells), NOISE * NOISE);
    let left: f64 = residuals(air, &cells, &shares).iter().map(|value| value * value).sum();
    let variance = left / (cells.len() - usual.len().min(cells.len() - 1)) as f64;
    let (shares, inverse_covariance) = least(air, (usual, &cells), variance.max(1e-10));
    let is_possible = shares.iter().sum::<f64>() <= MOST;
    let part = |(part, share): (&Part, f64)| Part { share, ..*part };
    is_possible.then(|| Fitted {
        parts: usual.iter().zip(shares).map(part).collect(),
        deviation: deviation(&inverse_covariance, &effects(air, &cells)),
        transmission: air.behind.transmission,
    })
}

/// What a share of each part changes in the cell behind the sample, the dose being read in air.
fn effects(air: &GlareAir, cells: &[(usize, usize)]) -> Vec<f64> {
    let Behind { light, lost, .. } = &air.behind;
    let in_air = |plane: &Array2<f64>| {
        cells.iter().map(|at| plane[*at]).sum::<f64>() / cells.len().max(1) as f64
    };
    lost.iter().zip(&air.lost).map(|(lost, plane)| lost - light * in_air(plane)).collect()
}

/// Of `Σ gⱼ·effectⱼ`.
fn deviation(inverse_covariance: &Array2<f64>, effects: &[f64]) -> f64 {
    let rows = inverse_covariance.outer_iter().zip(effects);
    let rows = rows.map(|(row, effect)| row.iter().copied().chain([*effect]).collect());
    let solved = solve(rows.collect()).unwrap_or_default();
    solved.iter().zip(effects).map(|(a, b)| a * b).sum::<f64>().max(0.0).sqrt()
}

/// The best shares where a cell has this variance, and the inverse of their covariance.
fn least(
    air: &GlareAir,
    (usual, cells): (&[Part], &[(usize, usize)]),
    variance: f64,
) -> (Vec<f64>, Array2<f64>) {
    let weight = 1.0 / (ALIKE * variance);
    let (lost, excess) =
        (centred(&air.lost, cells), &centred(std::slice::from_ref(&air.excess), cells)[0]);
    let known = UNSURE.powi(-2);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let total: f64 = usual.iter().map(|part| part.share).sum();
    let count = usual.len();
    let matrix = Array2::from_shape_fn((count, count), |(j, k)| {
        let prior = known + if j == k { known } else { 0.0 };
        weight * product(&lost[j], &lost[k]) + prior
    });
    let right: Vec<f64> = (0..count)
        .map(|j| known * (usual[j].share + total) - weight * product(&lost[j], excess))
        .collect();
    let mut shares: Vec<f64> = usual.iter().map(|part| part.share).collect();
    for _ in 0..ROUNDS {
        for j in 0..count {
            let others: f64 =
                (0..count).filter(|k| *k != j).map(|k| matrix[[j, k]] * shares[k]).sum();
            shares[j] = ((right[j] - others) / matrix[[j, j]]).max(0.0);
        }
    }
    (shares, matrix)
}

/// The values of some cells less their mean.
fn centred(planes: &[Array2<f64>], cells: &[(usize, usize)]) -> Vec<Vec<f64>> {
    let of = |plane: &Array2<f64>| {
        let values: Vec<f64> = cells.iter().map(|at| plane[*at]).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        values.into_iter().map(|value| value - mean).collect()
    };
    planes.iter().map(of).collect()
}

fn residuals(air: &GlareAir, cells: &[(usize, usize)], shares: &[f64]) -> Vec<f64> {
    let lost = centred(&air.lost, cells);
    let mut left = centred(std::slice::from_ref(&air.excess), cells).remove(0);
    for (lost, share) in lost.iter().zip(shares) {
        left.iter_mut().zip(lost).for_each(|(left, lost)| *left += share * lost);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter::{
        glare::{Glare, usual},
        grid::grid,
    };

    /// Air beside a dark sample that strays by `truth`, with noise.
    fn air(truth: &[Part], noise: f64) -> GlareAir {
        let grid = grid(480, 480);
        let light =
            Array2::from_shape_fn(
                (48, 48),
                |(y, x)| {
                    if (8..40).contains(&x) && y > 8 { 0.1 } else { 1.0 }
                },
            );
        let true_glare = Glare::new(&grid, truth);
        let mut excess = true_glare.to_cells(&light) - &light * true_glare.share() + 0.003;
        let drawn = |k: usize| (((k * 7919 + 13) % 1009) as f64 / 1009.0 - 0.5) * 12f64.sqrt();
        excess.iter_mut().enumerate().for_each(|(k, value)| *value += noise * drawn(k));
        let glare = Glare::new(&grid, &usual((0.09, 75.0)));
        let lost: Vec<Array2<f64>> =
            glare.by_part(&light).into_iter().map(|strayed| &light - &strayed).collect();
        let is_air = Array2::from_shape_fn((48, 48), |(y, x)| !(7..41).contains(&x) || y < 7);
        let inside = lost.iter().map(|lost| lost[[24, 24]]).collect();
        let behind = Behind { transmission: 0.1, light: 0.1, lost: inside };
        GlareAir { excess, lost, is_air, behind }
    }

    /// What all of them bring from an even half of the beam at these distances from its edge.
    fn brought(parts: &[Part], distance: f64) -> f64 {
        let grid = grid(480, 480);
        let light = Array2::from_shape_fn((48, 48), |(_, x)| if x < 24 { 1.0 } else { 0.0 });
        let column = voltomo_numeric::cast::to_index(24.0 + distance / 10.0);
        Glare::new(&grid, parts).to_cells(&light)[[24, column]]
    }

    #[test]
    fn air_tells_the_shape_of_another_glare_than_the_usual_one() {
        for truth in [
            vec![Part { width: 44.0, share: 0.07 }],
            vec![Part { width: 20.0, share: 0.05 }, Part { width: 90.0, share: 0.06 }],
        ] {
            let usual = usual((0.09, 75.0));
            let found = fit(&air(&truth, 2e-4), &usual).unwrap().parts;
            for distance in [15.0, 35.0, 75.0, 125.0] {
                let [found, usual, truth] =
                    [&found, &usual, &truth].map(|parts| brought(parts, distance));
                let worst = (0.15 * truth).max(0.002);
                assert!((found - truth).abs() < worst, "{distance}: {found} {truth} {usual}");
            }
        }
    }

    #[test]
    fn noise_and_little_air_leave_the_usual_glare() {
        let usual = usual((0.09, 75.0));
        let truth = [Part { width: 44.0, share: 0.07 }];
        let found = fit(&air(&truth, 0.1), &usual).unwrap();
        let sure = fit(&air(&truth, 2e-4), &usual).unwrap();
        assert!(sure.deviation < 0.2 * found.deviation, "{sure:?} {found:?}");
        assert!(sure.doubt().is_none(), "{sure:?}");
        assert!(found.doubt().unwrap().contains("glare_parts"), "{found:?}");
        for (found, usual) in found.parts.iter().zip(&usual) {
            assert!((found.share - usual.share).abs() < 0.02, "{found:?} {usual:?}");
        }
        let mut none = air(&truth, 1e-4);
        none.is_air.fill(false);
        assert_eq!(fit(&none, &usual), None);
    }
}
