//! The sharpest straight edge of a radiograph. Measures no edge itself.

use ndarray::{Array2, Axis, s};
use rayon::prelude::*;
use serde::Serialize;
use voltomo_correct::{Block, Survey, correct_block};
use voltomo_numeric::slanted_edge::{EdgeResponse, edge_response};
use voltomo_types::Scan;

use crate::{error::RunError, recipe::Recipe};

/// Rows and columns of the part of a radiograph that is asked for an edge.
const TILE: usize = 64;
/// Rows and columns from one part to the next: an edge lies no farther than half of that from the
/// middle of one of them, which then holds both of its levels.
const APART: usize = TILE / 4;
/// Least step of the transmission that counts as an edge.
const STEP: f64 = 0.1;
/// Largest scatter of the edge's two levels, of its step.
const NOISE: f64 = 0.1;

/// How sharp the middle radiograph is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EdgeQuality {
    /// First row and column of the 64 by 64 pixels that hold the edge.
    pub at: [usize; 2],
    /// Angle against the pixels, degrees.
    pub angle_deg: f64,
    /// Rise from 10 to 90 % of the step, pixels.
    pub width_px: f64,
    /// The same in mm on the detector, where the pixel size is known.
    pub width_mm: Option<f64>,
    /// Cycles a pixel at which half of the modulation is left.
    pub half_modulation_per_px: Option<f64>,
    /// Cycles a pixel at which a tenth of the modulation is left.
    pub tenth_modulation_per_px: Option<f64>,
    /// Step of the transmission.
    pub step: f64,
}

impl EdgeQuality {
    pub(super) fn line(&self) -> String {
        let mm = self.width_mm.map_or(String::new(), |mm| format!(", {mm:.4} mm on the detector"));
        let at = |value: Option<f64>| value.map_or("beyond 0.5".into(), |it| format!("{it:.3}"));
        format!(
            "  edge                 {:.2} px from 10 to 90 %{mm}; modulation 50 % at {}, 10 % at {} \
             cycles a pixel (rows {}:{}, columns {}:{})",
            self.width_px,
            at(self.half_modulation_per_px),
            at(self.tenth_modulation_per_px),
            self.at[0],
            self.at[0] + TILE,
            self.at[1],
            self.at[1] + TILE
        )
    }
}

/// The sharpest straight edge in the transmission of the middle radiograph, of all parts of 64 by
/// 64 pixels, 16 apart, that hold the whole rise of one with its levels on both sides.
///
/// # Errors
/// A radiograph that cannot be read or mended.
pub(super) fn sharpest(
    (scan, survey): (&Scan, &Survey),
    recipe: &Recipe,
) -> Result<Option<EdgeQuality>, RunError> {
    let shape = survey.shape();
    let middle = shape.frames / 2;
    let block = Block { frames: middle..middle + 1, rows: 0..shape.rows };
    let image = correct_block(scan, survey, &recipe.correct, block)?.line_integrals;
    let image = image.index_axis(Axis(0), 0).mapv(|value| (-value).exp());
    let pixel = scan.detector.pixel.map(|pixel| pixel.0 * survey.frame().bin as f64);
    Ok(best(&image).map(|(at, found)| EdgeQuality {
        at,
        angle_deg: found.angle_deg,
        width_px: found.width,
        width_mm: pixel.map(|pixel| pixel * found.width),
        half_modulation_per_px: found.frequency_at(0.5),
        tenth_modulation_per_px: found.frequency_at(0.1),
        step: found.step,
    }))
}

fn best(image: &Array2<f32>) -> Option<([usize; 2], EdgeResponse)> {
    let starts = |count: usize| (0..=count.saturating_sub(TILE)).step_by(APART);
    let (rows, columns) = image.dim();
    if rows.min(columns) < TILE {
        return None;
    }
    let tiles: Vec<_> =
        starts(rows).flat_map(|row| starts(columns).map(move |column| [row, column])).collect();
    let edges = tiles.into_par_iter().filter_map(|[row, column]| {
        let tile = image.slice(s![row..row + TILE, column..column + TILE]);
        let found = edge_response(tile).ok()?;
        (found.step > STEP && found.noise < NOISE).then_some(([row, column], found))
    });
    edges.min_by(|(_, a), (_, b)| a.width.total_cmp(&b.width))
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::{cast::to_f32, random::Random};

    use super::*;

    /// The normal distribution, summed up in fine steps.
    fn normal(x: f64) -> f64 {
        let width = (x + 8.0).max(0.0) / 200.0;
        let height = |k: i32| (-0.5 * ((f64::from(k) + 0.5) * width - 8.0).powi(2)).exp();
        (0..200).map(height).sum::<f64>() * width / (2.0 * std::f64::consts::PI).sqrt()
    }

    /// Wherever an edge lies, the part that is chosen holds all of its rise.
    #[test]
    fn a_blurred_edge_is_as_wide_as_it_is_wherever_it_lies() {
        let mut random = Random::new(5);
        for (middle, noise) in [(80.0, 0.0), (85.0, 0.0), (90.0, 0.0), (75.0, 0.002)] {
            for sigma in [0.7, 1.0, 2.0, 3.0, 4.0] {
                let (sine, cosine) = 5f64.to_radians().sin_cos();
                let image = Array2::from_shape_fn((96, 160), |(y, x)| {
                    let away = (x as f64 - middle) * cosine + (y as f64 - 48.0) * sine;
                    to_f32(0.25 + 0.7 * normal(away / sigma) + noise * random.normal())
                });
                let (_, found) = best(&image).unwrap();
                let width = 2.563_103 * sigma;
                // The sharpest of a dozen noisy parts is a little sharper than it is.
                let tolerance = 0.03 + 10.0 * noise * sigma;
                assert!((found.width - width).abs() < tolerance, "{} of {width}", found.width);
                let half = 2f64.ln().sqrt() / (2f64.sqrt() * std::f64::consts::PI * sigma);
                let told = found.frequency_at(0.5).unwrap();
                assert!((told - half).abs() < 0.02 * half, "{told} of {half} at {middle}");
            }
        }
    }
}
