//! Scatter and glare of one radiograph from its own transmission. Fits nothing.

use ndarray::Array2;

use super::{glare::Glare, grid::Grid, spread::Spread};

/// Least transmission that is believed to send scatter.
const LEAST: f64 = 1e-5;

/// Steps of the iteration at most, and the change of the background that ends it.
const STEPS: usize = 30;
const SMALL: f64 = 1e-6;

/// What a ray sends into the kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// What it lost, 1 − T.
    Loss,
    /// T^(1 + alpha)·p^beta with p = −ln T.
    Primary { alpha: f64, beta: f64 },
}

impl Form {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Primary { .. } => "primary",
        }
    }

    pub(super) fn sent(self, transmission: f64) -> f64 {
        let t = transmission.clamp(LEAST, 1.0);
        match self {
            Self::Loss => 1.0 - transmission.max(0.0),
            Self::Primary { alpha, beta } => t.powf(1.0 + alpha) * (-t.ln()).powf(beta),
        }
    }
}

/// A model of what is added to the primary beam, as shares of the open beam:
/// counts over open beam and dose
/// `r = (1 − g)·L + Σ gⱼ·(L ⊛ Kⱼ)` with g = Σ gⱼ, light `L = (1 − b)·(T + S) + b`, `S = k·(sent(T) ⊛ G)`.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) grid: Grid,
    pub(super) form: Form,
    /// k
    pub(super) amplitude: f64,
    pub(super) spread: Spread,
    /// b
    pub(super) backlight: f64,
    /// The gⱼ and Kⱼ
    pub(super) glare: Option<Glare>,
}

/// What the model tells of one radiograph, on the cells.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Transmission, which may be negative where too much was taken off.
    pub(super) transmission: Array2<f64>,
    /// What the cells send into the kernel.
    pub(super) sent: Array2<f64>,
    /// Light before any of it strayed.
    pub(super) light: Array2<f64>,
    pub(super) dose: f64,
}

impl Model {
    /// Share of the open beam that came straight, at most.
    pub(super) fn straight(&self) -> f64 {
        (1.0 - self.glare_share()) * (1.0 - self.backlight)
    }

    fn glare_share(&self) -> f64 {
        self.glare.as_ref().map_or(0.0, Glare::share)
    }

    /// Solves the model for one radiograph by steps, each of which takes off what the last one told.
    ///
    /// `seen`: counts over open beam, means of the cells. `air`: the same in air, and the cells that
    /// are air; the dose itself where there are none.
    /// Sources: Ohnesorge, Flohr & Klingenbeck-Regn 1999, doi:10.1007/s003300050710; Sun & Star-Lack
    /// 2010, doi:10.1088/0031-9155/55/22/007.
    pub(super) fn solve(&self, seen: &Array2<f64>, (air, cells): (f64, &[[usize; 2]])) -> Told {
        let (b, g) = (self.backlight, self.glare_share());
        let mut dose = air;
        let mut scatter = Array2::<f64>::zeros(seen.dim());
        let mut stray = seen * (g / dose);
        let mut told = None;
        for _ in 0..STEPS {
            let shares = seen / dose;
            let mut moved = 0.0;
            let light = match &self.glare {
                Some(glare) => {
                    let [light, next] = glare.step(&shares, &stray);
                    moved = change(&next, &stray);
                    stray = next;
                    light
                }
                None => shares,
            };
            let transmission = (&light - b) / (1.0 - b) - &scatter;
            let sent = transmission.mapv(|t| self.form.sent(t));
            let next = self.spread.to_cells(&sent) * self.amplitude;
            moved = change(&next, &scatter).max(moved);
            scatter = next;
            if !cells.is_empty() {
                let background =
                    |cell: &[usize; 2]| stray[*cell] + (1.0 - g) * (b + (1.0 - b) * scatter[*cell]);
                dose = air / (self.straight() + in_air(cells, background));
            }
            told = Some(Told { transmission, sent, light, dose });
            if moved < SMALL {
                break;
            }
        }
        told.expect("there is at least one step")
    }

    /// The background at the nodes, as a share of the open beam.
    pub(super) fn background(&self, told: &Told) -> Array2<f64> {
        let (b, g) = (self.backlight, self.glare_share());
        let scatter = self.spread.to_nodes(&told.sent) * self.amplitude;
        let light = (scatter * (1.0 - b) + b) * (1.0 - g);
        match &self.glare {
            Some(glare) => light + glare.to_nodes(&self.grid, &told.light),
            None => light,
        }
    }

    /// Background of the open beam, as a share of it.
    pub(super) fn open(&self) -> f64 {
        1.0 - self.straight()
    }
}

/// The median over rows of cells of their means, as air is read; the cells come row by row.
fn in_air(cells: &[[usize; 2]], background: impl Fn(&[usize; 2]) -> f64) -> f64 {
    let rows = cells.chunk_by(|a, b| a[0] == b[0]);
    let mean =
        |row: &[[usize; 2]]| row.iter().map(&background).sum::<f64>() / row.len().max(1) as f64;
    let mut means: Vec<f64> = rows.map(mean).collect();
    means.sort_by(f64::total_cmp);
    let count = means.len();
    0.5 * (means[(count - 1) / 2] + means[count / 2])
}

/// Largest difference.
fn change(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    a.iter().zip(b).fold(0.0f64, |most, (a, b)| most.max((a - b).abs()))
}
