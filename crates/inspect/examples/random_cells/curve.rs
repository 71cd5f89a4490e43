//! Probability of detection against size: Wilson's interval and a logistic curve with its band. Knows
//! no cell.

/// 95 % of a normal distribution lie within so many standard deviations.
const SURE: f64 = 1.96;
const STEPS: usize = 60;

/// Wilson's 95 % interval of a share.
///
/// Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
pub(crate) fn wilson(found: usize, of: usize) -> [f64; 2] {
    if of == 0 {
        return [0.0, 1.0];
    }
    let (n, p, z2) = (of as f64, found as f64 / of as f64, SURE * SURE);
    let middle = p + z2 / (2.0 * n);
    let half = SURE * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    [(middle - half) / (1.0 + z2 / n), (middle + half) / (1.0 + z2 / n)]
        .map(|it| it.clamp(0.0, 1.0))
}

/// `P(found) = 1 / (1 + e^−(a + b ln size))`.
pub(crate) struct Logistic {
    coefficients: [f64; 2],
    covariance: [[f64; 2]; 2],
}

impl Logistic {
    /// Through `(size, found)` by maximum likelihood with Firth's correction, which stays finite where a
    /// size parts the found from the missed; `None` for fewer than eight defects or one size alone.
    ///
    /// Source: Firth 1993, doi:10.1093/biomet/80.1.27.
    pub(crate) fn through(points: &[(f64, bool)]) -> Option<Self> {
        let logs: Vec<(f64, f64)> =
            points.iter().map(|(size, found)| (size.ln(), f64::from(u8::from(*found)))).collect();
        let spread = logs.iter().map(|it| it.0).fold(f64::NEG_INFINITY, f64::max)
            - logs.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
        if points.len() < 8 || spread < 0.1 {
            return None;
        }
        let mut found = Self { coefficients: [0.0; 2], covariance: [[0.0; 2]; 2] };
        for _ in 0..STEPS {
            found.covariance = found.inverse_information(&logs)?;
            let mut score = [0.0; 2];
            for (x, y) in &logs {
                let p = found.share(*x);
                let leverage = p * (1.0 - p) * found.variance(*x);
                let rest = y - p + leverage * (0.5 - p);
                score = [score[0] + rest, score[1] + rest * x];
            }
            let step: [f64; 2] = std::array::from_fn(|i| {
                (0..2).map(|j| found.covariance[i][j] * score[j]).sum::<f64>().clamp(-1.0, 1.0)
            });
            found.coefficients = std::array::from_fn(|i| found.coefficients[i] + step[i]);
        }
        found.covariance = found.inverse_information(&logs)?;
        Some(found)
    }

    fn share(&self, log: f64) -> f64 {
        1.0 / (1.0 + (-self.coefficients[0] - self.coefficients[1] * log).exp())
    }

    /// Of the exponent.
    fn variance(&self, log: f64) -> f64 {
        let [[a, b], [_, c]] = self.covariance;
        (a + 2.0 * b * log + c * log * log).max(0.0)
    }

    fn inverse_information(&self, logs: &[(f64, f64)]) -> Option<[[f64; 2]; 2]> {
        let [mut a, mut b, mut c] = [0.0; 3];
        for (x, _) in logs {
            let p = self.share(*x);
            let weight = p * (1.0 - p);
            (a, b, c) = (a + weight, b + weight * x, c + weight * x * x);
        }
        let determinant = a * c - b * b;
        (determinant > 1e-12)
            .then(|| [[c / determinant, -b / determinant], [-b / determinant, a / determinant]])
    }

    /// Probability at a size, and its 95 % band.
    pub(crate) fn at(&self, size: f64) -> [f64; 3] {
        let log = size.ln();
        let exponent = self.coefficients[0] + self.coefficients[1] * log;
        let half = SURE * self.variance(log).sqrt();
        [exponent, exponent - half, exponent + half].map(|it| 1.0 / (1.0 + (-it).exp()))
    }
}
