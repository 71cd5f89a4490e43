//! Nonlinear least squares with bounds and covariance. Knows no physics.

/// Times that a step is tried at most.
const MOST_STEPS: usize = 200;
/// Damping beyond which no step helps.
const STIFFEST: f64 = 1e14;
/// A pivot of the scaled matrix below this is a direction that the points do not see.
const BLIND: f64 = 1e-11;

/// A sum of squares that is linearised anew at every step.
pub trait Misfit {
    /// Adds each residual, with its weight (1/variance) and derivatives, at `parameters`.
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums);
}

/// One parameter: where its search begins, and the bounds that it never leaves.
///
/// Equal bounds hold it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// First guess.
    pub start: f64,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
}

impl Parameter {
    /// A parameter that keeps its value.
    #[must_use]
    pub fn held(value: f64) -> Self {
        Self { start: value, low: value, high: value }
    }

    /// A parameter without bounds.
    #[must_use]
    pub fn free(start: f64) -> Self {
        Self { start, low: f64::NEG_INFINITY, high: f64::INFINITY }
    }

    fn is_held(&self) -> bool {
        self.low >= self.high
    }
}

/// `JᵀWJ`, `JᵀWr` and `rᵀWr` of a linearised sum of squares.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalSums {
    size: usize,
    /// Row by row; only the part on and below the diagonal is kept up.
    matrix: Vec<f64>,
    gradient: Vec<f64>,
    squares: f64,
    count: usize,
}

impl NormalSums {
    /// Nothing yet, for so many parameters. Memory: their square.
    #[must_use]
    pub fn new(parameters: usize) -> Self {
        Self {
            size: parameters,
            matrix: vec![0.0; parameters * parameters],
            gradient: vec![0.0; parameters],
            squares: 0.0,
            count: 0,
        }
    }

    /// Adds one residual with its weight, and its derivatives by some parameters.
    pub fn add(&mut self, residual: f64, weight: f64, derivatives: &[(usize, f64)]) {
        self.squares += weight * residual * residual;
        self.count += 1;
        for &(i, by_i) in derivatives {
            self.gradient[i] += weight * residual * by_i;
            for &(j, by_j) in derivatives.iter().filter(|(j, _)| *j <= i) {
                self.matrix[i * self.size + j] += weight * by_i * by_j;
            }
        }
    }

    fn diagonal(&self, index: usize) -> f64 {
        self.matrix[index * self.size + index]
    }
}

/// Where the sum of squares is least.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The parameters there.
    pub parameters: Vec<f64>,
    /// Their covariance `(JᵀWJ)⁻¹`, row by row, 0 for those that were held or stand at a bound;
    /// `None` where the points do not see some combination of the parameters.
    pub covariance: Option<Vec<f64>>,
    /// The sum of weighted squares.
    pub squares: f64,
    /// Residuals less free parameters.
    pub freedom: usize,
    /// Which parameters ended at a bound.
    pub at_bound: Vec<bool>,
    /// Whether the last steps were as small as they should be.
    pub has_converged: bool,
}

impl Minimum {
    /// The variance of a residual of weight 1 as the misfit shows it; 1 without freedom.
    #[must_use]
    pub fn scatter(&self) -> f64 {
        if self.freedom == 0 { 1.0 } else { self.squares / self.freedom as f64 }
    }

    /// Covariance of two parameters as their weights have it.
    #[must_use]
    pub fn covariance_of(&self, a: usize, b: usize) -> Option<f64> {
        self.covariance.as_ref().map(|all| all[a * self.parameters.len() + b])
    }

    /// Standard deviation of a parameter as the weights have it; 0 where it was held.
    #[must_use]
    pub fn sigma(&self, index: usize) -> Option<f64> {
        self.covariance_of(index, index).map(|variance| variance.max(0.0).sqrt())
    }

    /// Correlation of two parameters, −1 to 1; 0 where one was held.
    #[must_use]
    pub fn correlation(&self, a: usize, b: usize) -> Option<f64> {
        let product = self.sigma(a)? * self.sigma(b)?;
        Some(if product > 0.0 { self.covariance_of(a, b)? / product } else { 0.0 })
    }
}

/// The parameters of least misfit within their bounds, by damped Gauss–Newton steps.
///
/// Parameters at a bound that the step would leave are held for that step. The damping is relative
/// to the curvature along each parameter, so that their units do not matter. Returns `None` where
/// the misfit at the start is no number. Memory: three times the square of the parameters.
/// Source: Marquardt 1963, doi:10.1137/0111030.
#[must_use]
pub fn minimise(misfit: &dyn Misfit, parameters: &[Parameter]) -> Option<Minimum> {
    let sums_at = |values: &[f64]| {
        let mut sums = NormalSums::new(values.len());
        misfit.add_to(values, &mut sums);
        sums
    };
    let mut values: Vec<f64> = parameters.iter().map(|p| p.start.max(p.low).min(p.high)).collect();
    let mut sums = sums_at(&values);
    if !sums.squares.is_finite() {
        return None;
    }
    let (mut damping, mut has_converged) = (1e-3, false);
    for _ in 0..MOST_STEPS {
        let free = free_parameters(&sums, parameters, &values);
        let next = step(&sums, &free, damping).map(|step| moved(parameters, &values, &step));
        let trial = next.map(|next| (sums_at(&next), next));
        match trial.filter(|(trial, _)| trial.squares <= sums.squares) {
            Some((trial, next)) => {
                let gain = sums.squares - trial.squares;
                (sums, values, damping) = (trial, next, (damping * 0.1).max(1e-12));
                if gain <= 1e-12 * sums.squares {
                    has_converged = true;
                    break;
                }
            }
            None => damping *= 10.0,
        }
        if damping > STIFFEST {
            has_converged = true;
            break;
        }
    }
    Some(minimum(parameters, values, (&sums, has_converged)))
}

fn minimum(
    parameters: &[Parameter],
    values: Vec<f64>,
    (sums, has_converged): (&NormalSums, bool),
) -> Minimum {
    let at_bound: Vec<bool> = parameters
        .iter()
        .zip(&values)
        .map(|(p, value)| !p.is_held() && (*value <= p.low || *value >= p.high))
        .collect();
    let free: Vec<usize> =
        (0..values.len()).filter(|&k| !parameters[k].is_held() && !at_bound[k]).collect();
    Minimum {
        covariance: inverse(sums, &free),
        squares: sums.squares,
        freedom: sums.count.saturating_sub(free.len()),
        at_bound,
        has_converged,
        parameters: values,
    }
}

/// The parameters that a step may change: not held, not pressed against a bound.
fn free_parameters(sums: &NormalSums, parameters: &[Parameter], values: &[f64]) -> Vec<usize> {
    let is_free = |k: &usize| {
        let (p, value, downhill) = (&parameters[*k], values[*k], -sums.gradient[*k]);
        let pressed = (value <= p.low && downhill < 0.0) || (value >= p.high && downhill > 0.0);
        !p.is_held() && !pressed && sums.diagonal(*k) > 0.0
    };
    (0..values.len()).filter(is_free).collect()
}

fn moved(parameters: &[Parameter], values: &[f64], step: &[f64]) -> Vec<f64> {
    let within =
        |((p, value), step): ((&Parameter, &f64), &f64)| (value + step).clamp(p.low, p.high);
    parameters.iter().zip(values).zip(step).map(within).collect()
}

/// The damped step of all parameters, 0 for those that are not free.
fn step(sums: &NormalSums, free: &[usize], damping: f64) -> Option<Vec<f64>> {
    let (lower, scales) = cholesky(sums, free, damping)?;
    let right: Vec<f64> = free.iter().zip(&scales).map(|(&k, s)| -sums.gradient[k] * s).collect();
    let solved = solve(&lower, &right);
    let mut step = vec![0.0; sums.size];
    for ((&k, value), scale) in free.iter().zip(solved).zip(scales) {
        step[k] = value * scale;
    }
    step.iter().all(|value| value.is_finite()).then_some(step)
}

/// Lower triangle of the matrix of the free parameters, scaled to `1 + damping` on its diagonal,
/// and those scales.
fn cholesky(sums: &NormalSums, free: &[usize], damping: f64) -> Option<(Vec<Vec<f64>>, Vec<f64>)> {
    let scales: Vec<f64> = free.iter().map(|&k| sums.diagonal(k).sqrt().recip()).collect();
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(free.len());
    for (i, &row) in free.iter().enumerate() {
        let mut line = vec![0.0; i + 1];
        for (j, &column) in free.iter().enumerate().take(i + 1) {
            let above = if i == j { &line } else { &lower[j] };
            let known: f64 = line[..j].iter().zip(&above[..j]).map(|(a, b)| a * b).sum();
            let (a, b) = (row.max(column), row.min(column));
            let scaled = sums.matrix[a * sums.size + b] * scales[i] * scales[j];
            line[j] = if i == j {
                let pivot = scaled + damping - known;
                if pivot.is_nan() || pivot <= BLIND {
                    return None;
                }
                pivot.sqrt()
            } else {
                (scaled - known) / lower[j][j]
            };
        }
        lower.push(line);
    }
    Some((lower, scales))
}

/// Solves `L·Lᵀ·x = right`.
fn solve(lower: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut x = right.to_vec();
    for i in 0..x.len() {
        let known: f64 = lower[i][..i].iter().zip(&x).map(|(a, b)| a * b).sum();
        x[i] = (x[i] - known) / lower[i][i];
    }
    for i in (0..x.len()).rev() {
        let known: f64 = (i + 1..x.len()).map(|k| lower[k][i] * x[k]).sum();
        x[i] = (x[i] - known) / lower[i][i];
    }
    x
}

fn inverse(sums: &NormalSums, free: &[usize]) -> Option<Vec<f64>> {
    let (lower, scales) = cholesky(sums, free, 0.0)?;
    let mut inverse = vec![0.0; sums.size * sums.size];
    for (column, &k) in free.iter().enumerate() {
        let mut unit = vec![0.0; free.len()];
        unit[column] = 1.0;
        for (row, value) in solve(&lower, &unit).into_iter().enumerate() {
            inverse[free[row] * sums.size + k] = value * scales[row] * scales[column];
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a·exp(−b·x)` at some places.
    struct Decay(Vec<(f64, f64)>);

    impl Misfit for Decay {
        fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
            let &[a, b] = parameters else { panic!("two parameters") };
            for &(x, value) in &self.0 {
                let e = (-b * x).exp();
                sums.add(a * e - value, 100.0, &[(0, e), (1, -a * x * e)]);
            }
        }
    }

    fn decay() -> Decay {
        let at = |k: u8| f64::from(k) * 0.2;
        Decay((0..20).map(|k| (at(k), 3.0 * (-0.7 * at(k)).exp())).collect())
    }

    #[test]
    fn the_parameters_that_made_the_points_are_found_from_afar() {
        let found = minimise(&decay(), &[Parameter::free(20.0), Parameter::free(0.05)]).unwrap();
        assert!((found.parameters[0] - 3.0).abs() < 1e-6, "{found:?}");
        assert!((found.parameters[1] - 0.7).abs() < 1e-6 && found.has_converged);
        assert_eq!((found.freedom, &found.at_bound[..]), (18, &[false, false][..]));
    }

    #[test]
    fn a_bound_is_kept_and_told_and_a_held_parameter_does_not_move() {
        let bounded = Parameter { start: 0.1, low: 0.0, high: 0.5 };
        let found = minimise(&decay(), &[Parameter::held(3.0), bounded]).unwrap();
        assert_eq!((found.parameters[0], found.parameters[1]), (3.0, 0.5));
        assert_eq!((found.at_bound[1], found.sigma(0)), (true, Some(0.0)));
    }

    #[test]
    fn the_covariance_is_the_inverse_of_the_curvature() {
        let found = minimise(&decay(), &[Parameter::free(2.0), Parameter::free(0.5)]).unwrap();
        let mut sums = NormalSums::new(2);
        decay().add_to(&[3.0, 0.7], &mut sums);
        let [aa, ab, bb] = [sums.matrix[0], sums.matrix[2], sums.matrix[3]];
        let expected = (bb / (aa * bb - ab * ab)).sqrt();
        assert!((found.sigma(0).unwrap() / expected - 1.0).abs() < 1e-6);
        let correlation = -ab / (aa * bb).sqrt();
        assert!((found.correlation(0, 1).unwrap() - correlation).abs() < 1e-6);
    }

    #[test]
    fn what_the_points_do_not_see_has_no_covariance() {
        struct Sum;
        impl Misfit for Sum {
            fn add_to(&self, p: &[f64], sums: &mut NormalSums) {
                sums.add(p[0] + p[1] - 2.0, 1.0, &[(0, 1.0), (1, 1.0)]);
            }
        }
        let found = minimise(&Sum, &[Parameter::free(0.0), Parameter::free(0.0)]).unwrap();
        assert_eq!(found.covariance, None);
        assert!(minimise(&Sum, &[Parameter::free(f64::NAN), Parameter::free(0.0)]).is_none());
    }
}
