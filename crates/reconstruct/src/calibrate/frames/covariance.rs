//! How sure centre and tilt of a registration are. Knows no pixels.

/// A direction of which less than this part of the curvature is common to both frames is noise.
const LEAST_COMMON: f64 = 0.1;
/// A turn that changes the frames by less than this part of what it would at random shows nothing.
const LEAST_CHANGE: f64 = 3e-4;
/// Fewest pairs whose scatter counts.
const FEWEST_PAIRS: usize = 4;
/// Standard deviation of a centre that is left however many pixels there are: what interpolation
/// between them and the blur before it do, pixels.
const LEAST_CENTRE: f64 = 0.002;
/// Fewest degrees of freedom that a variance is told from.
const LEAST_FREEDOM: f64 = 2.5;
/// Standard deviation of a tilt that nothing shows: even within 4 degrees either way.
const TILT_UNKNOWN: f64 = 4.0 * std::f64::consts::PI / 180.0 / 1.732_050_8;

/// A symmetric 2 × 2 matrix: centre, mixed, tilt.
pub(super) type Square = [f64; 3];

/// What the passes over all pixels leave.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// Curvature of the misfit, noise included.
    pub(super) curvature: Square,
    /// Curvature that is common to both frames of a pair: free of their noise.
    pub(super) common: Square,
    /// What the curvature in the tilt would be if slopes pointed anywhere.
    pub(super) at_random: f64,
    /// Σ of the squared gradients of tiles.
    pub(super) of_tiles: Square,
    /// Σ of the fourth powers of the tiles' gradients in the centre.
    pub(super) fourth: f64,
    /// Gradients of the pairs.
    pub(super) of_pairs: Vec<[f64; 2]>,
}

/// Centre and tilt with their mixed uncertainty, at the row that the fit counts from.
#[derive(Debug, Clone)]
pub(super) struct Covariance {
    estimates: Vec<Square>,
    /// Whether the frames show the tilt.
    pub(super) shows_tilt: bool,
}

impl Covariance {
    /// `None` where not even the centre can be told. `C = H⁻¹·G·H⁻¹` with H the curvature that is
    /// common to both frames, and G from the gradients of tiles of pixels (whose noise may be
    /// correlated within them), and again from those of pairs, where there are some; the larger
    /// counts. Source: White 1980, doi:10.2307/1912934.
    pub(super) fn of(evidence: &Evidence, free: bool) -> Option<Self> {
        let [centre, mixed, tilt] = evidence.common;
        if centre <= LEAST_COMMON * evidence.curvature[0] || centre <= 0.0 {
            return None;
        }
        let left = tilt - mixed * mixed / centre;
        let [all_centre, all_mixed, all_tilt] = evidence.curvature;
        let all_left = all_tilt - all_mixed * all_mixed / all_centre;
        let shows_tilt =
            !free || (left > LEAST_COMMON * all_left && left > LEAST_CHANGE * evidence.at_random);
        let pairs = evidence.of_pairs.len();
        let factor = of_few(evidence.of_tiles[0].powi(2) / evidence.fourth);
        let mut gradients = vec![evidence.of_tiles.map(|sum| sum * factor)];
        if pairs >= FEWEST_PAIRS {
            let factor = of_few(pairs as f64);
            gradients.push(squares(&evidence.of_pairs).map(|sum| sum * factor));
        }
        let fixed = !free || !shows_tilt;
        let estimate = |g: &Square| {
            if fixed { [g[0] / (centre * centre), 0.0, 0.0] } else { sandwich(evidence.common, *g) }
        };
        Some(Self { estimates: gradients.iter().map(estimate).collect(), shows_tilt })
    }

    /// Standard deviations of the centre so far along the axis (rows), and of the tilt in radians.
    pub(super) fn sigmas(&self, lever: f64) -> (f64, f64) {
        let unknown = if self.shows_tilt { 0.0 } else { TILT_UNKNOWN };
        let most = |of: &dyn Fn(&Square) -> f64| {
            self.estimates.iter().map(of).fold(0.0, f64::max).max(0.0).sqrt()
        };
        let centre = most(&|c| c[0] + 2.0 * lever * c[1] + lever * lever * c[2]);
        let tilt = most(&|c| c[2]).max(1e-6);
        (centre.hypot(LEAST_CENTRE).hypot(unknown * lever), tilt.hypot(unknown))
    }
}

/// What a variance of two unknowns from so many independent gradients is times, so that twice its
/// root holds as often as of a known one: `n/(n − 2)`, and the variance of Student's distribution.
///
/// Of gradients of unlike size the number is Satterthwaite's, `(Σ g²)²/Σ g⁴`. Source: Satterthwaite
/// 1946, doi:10.2307/3002019.
fn of_few(count: f64) -> f64 {
    let freedom = if count.is_finite() { (count - 2.0).max(LEAST_FREEDOM) } else { LEAST_FREEDOM };
    (freedom + 2.0) / freedom * freedom / (freedom - 2.0)
}

/// Σ g·gᵀ.
pub(super) fn squares(gradients: &[[f64; 2]]) -> Square {
    gradients.iter().fold([0.0; 3], |sum, [c, t]| [sum[0] + c * c, sum[1] + c * t, sum[2] + t * t])
}

/// `H⁻¹·G·H⁻¹`.
fn sandwich(h: Square, g: Square) -> Square {
    let determinant = h[0] * h[2] - h[1] * h[1];
    let [a, b, d] = [h[2], -h[1], h[0]].map(|value| value / determinant);
    let row = |x: f64, y: f64| [x * g[0] + y * g[1], x * g[1] + y * g[2]];
    let (upper, lower) = (row(a, b), row(b, d));
    [upper[0] * a + upper[1] * b, upper[0] * b + upper[1] * d, lower[0] * b + lower[1] * d]
}
