//! How sharp a straight edge is drawn that lies a little aslant on the pixels. Finds no edge.

use std::cmp::Ordering;

use ndarray::{ArrayView2, Axis};

use crate::{
    cast::to_index,
    fft::{Complex, forward_f64},
    least_squares::{Point, robust_line},
};

/// Bins of the edge's profile in the width of a pixel.
const BINS: f64 = 4.0;
/// Share of the profile at each end that tells the level of that side.
const LEVEL: f64 = 0.2;
/// Least distance from the edge to the end of its profile, in widths (10 to 90 %) of its rise: the
/// levels of both sides are then read where a Gaussian edge has 99.7 % of its step or more.
const PLATEAUS: f64 = 1.8;
/// Distance from the edge up to which its slope counts whole, in widths.
const WHOLE: f64 = 1.5;
/// The transform is taken of so many times the profile's length, so that its values lie close.
const PADDED: usize = 4;
/// Least pixels across and along the edge.
const LEAST: usize = 12;
/// Least turn of the edge against the pixels: it must cross two columns.
const LEAST_CROSSED: f64 = 1.5;

/// Why no sharpness can be told.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EdgeError {
    /// Too few pixels.
    #[error("{rows} x {columns} pixels; expected at least {LEAST} x {LEAST}")]
    Small {
        /// Rows of the image.
        rows: usize,
        /// Columns of the image.
        columns: usize,
    },
    /// No edge, or more than one, or a bent one.
    #[error("found no straight edge through all rows or all columns ({0})")]
    NoEdge(&'static str),
    /// Every row cuts the edge at the same place of a pixel.
    #[error(
        "the edge crosses {crossed:.1} pixels over its length; expected at least \
         {LEAST_CROSSED}: turn it by 2 to 10 degrees against the pixels"
    )]
    Upright {
        /// Pixels between its ends, across.
        crossed: f64,
    },
}

/// The sharpness of an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeResponse {
    /// Angle between the edge and the pixels' nearest axis, degrees.
    pub angle_deg: f64,
    /// Distance over which the profile rises from 10 to 90 % of the step, pixels.
    pub width: f64,
    /// Height of the step, in units of the image.
    pub step: f64,
    /// Scatter of the profile about its two levels, of the step.
    pub noise: f64,
    /// Modulation transfer at frequencies from 0, `frequency_step` apart, to half a cycle a pixel.
    pub modulation: Vec<f64>,
    /// Cycles a pixel between two values of `modulation`.
    pub frequency_step: f64,
}

impl EdgeResponse {
    /// Cycles a pixel at which the modulation falls to a share; `None` where it never does.
    #[must_use]
    pub fn frequency_at(&self, share: f64) -> Option<f64> {
        let below = self.modulation.iter().position(|value| *value < share)?;
        let [before, after] = [self.modulation[below.checked_sub(1)?], self.modulation[below]];
        let part = (before - share) / (before - after);
        Some((below as f64 - 1.0 + part) * self.frequency_step)
    }
}

/// The sharpness of the one straight edge in an image that runs through all of its rows, or all
/// of its columns.
///
/// The edge's place in each row is the centroid of the row's slope; a line through them gives every
/// pixel its distance from the edge; the mean over bins of a quarter of a pixel is the profile of
/// the edge, its slope the line spread, and the modulus of the transform of that (over the one of
/// the difference itself) the modulation transfer. The slope counts whole over the rise, and fades
/// to nothing at the ends of the profile, where it is noise. Memory: a copy of the image.
/// Source: ISO 12233:2017, slanted-edge method; Burns 2000.
///
/// # Errors
/// No edge, more than one, one that is bent or runs along the pixels, or so near the rim that a
/// part of its rise or of its levels is cut off.
pub fn edge_response(image: ArrayView2<'_, f32>) -> Result<EdgeResponse, EdgeError> {
    let (rows, columns) = image.dim();
    if rows < LEAST || columns < LEAST {
        return Err(EdgeError::Small { rows, columns });
    }
    let image = if runs_across(image) { image.reversed_axes() } else { image };
    let line = edge_line(image)?;
    let crossed = line.slope.abs() * image.nrows() as f64;
    if crossed < LEAST_CROSSED {
        return Err(EdgeError::Upright { crossed });
    }
    let angle = line.slope.atan();
    let profile = profile(image, |row| line.middle + line.slope * row, angle.cos())?;
    let (levels, noise) = levels(&profile);
    let step = levels[1] - levels[0];
    if step.abs().partial_cmp(&(3.0 * noise)) != Some(Ordering::Greater) {
        return Err(EdgeError::NoEdge("its step is lost in the noise"));
    }
    let rise: Vec<f64> = profile.iter().map(|value| (value - levels[0]) / step).collect();
    let width = width(&rise).ok_or(EdgeError::NoEdge("its profile does not rise"))?;
    if 0.5 * rise.len() as f64 / BINS < PLATEAUS * width {
        return Err(EdgeError::NoEdge("its rise is cut off by the rim"));
    }
    let (modulation, frequency_step) = modulation(&rise, WHOLE * width);
    Ok(EdgeResponse {
        angle_deg: angle.abs().to_degrees(),
        width,
        step: step.abs(),
        noise: noise / step.abs(),
        modulation,
        frequency_step,
    })
}

/// Whether values change more from row to row than from column to column.
fn runs_across(image: ArrayView2<'_, f32>) -> bool {
    let change = |axis: usize| {
        let means = image.mean_axis(Axis(axis)).unwrap_or_default();
        means.iter().zip(means.iter().skip(1)).map(|(a, b)| (b - a).abs()).sum::<f32>()
    };
    change(1) > change(0)
}

struct EdgeLine {
    /// Column of the edge in row 0.
    middle: f64,
    slope: f64,
}

/// The line through the centroids of the slopes of all rows, twice: the second time only what is
/// near the first line counts.
fn edge_line(image: ArrayView2<'_, f32>) -> Result<EdgeLine, EdgeError> {
    let columns = image.ncols() as f64;
    let mut line = fit(image, |_| (0.5 * columns, columns))?;
    for reach in [0.25 * columns, 8f64.max(0.1 * columns)] {
        let (middle, slope) = (line.middle, line.slope);
        line = fit(image, |row| (middle + slope * row, reach))?;
    }
    let inside = |row: f64| (1.0..columns - 2.0).contains(&(line.middle + line.slope * row));
    if !inside(0.0) || !inside(image.nrows() as f64 - 1.0) {
        return Err(EdgeError::NoEdge("it leaves the image"));
    }
    Ok(line)
}

/// The line through the rows' centroids, where each row is seen within a reach of a place.
fn fit(
    image: ArrayView2<'_, f32>,
    window: impl Fn(f64) -> (f64, f64),
) -> Result<EdgeLine, EdgeError> {
    let mut points = Vec::with_capacity(image.nrows());
    for (row, values) in image.outer_iter().enumerate() {
        let (middle, reach) = window(row as f64);
        let (mut sum, mut moment) = (0.0, 0.0);
        let pairs = values.iter().zip(values.iter().skip(1)).enumerate();
        for (column, (a, b)) in pairs {
            let place = column as f64 + 0.5;
            let near = ((place - middle) / reach).abs();
            // The weight falls off gently, so that noise far from the edge hardly counts.
            let weight =
                if near < 1.0 { (std::f64::consts::FRAC_PI_2 * near).cos().powi(2) } else { 0.0 };
            let slope = weight * f64::from(b - a);
            sum += slope;
            moment += slope * place;
        }
        let place = moment / sum;
        if place.is_finite() && (0.0..image.ncols() as f64).contains(&place) {
            points.push(Point { x: row as f64, value: place, sigma: 1.0 });
        }
    }
    let enough = 2 * points.len() > image.nrows();
    let line = enough.then(|| robust_line(&points, None, 3.0)).flatten();
    let line = line.ok_or(EdgeError::NoEdge("too few rows show one"))?;
    Ok(EdgeLine { middle: line.value, slope: line.slope })
}

/// Mean value by distance from the edge, `BINS` to a pixel, as far as the image reaches on both
/// sides alike.
fn profile(
    image: ArrayView2<'_, f32>,
    edge: impl Fn(f64) -> f64,
    cosine: f64,
) -> Result<Vec<f64>, EdgeError> {
    let last = image.nrows() as f64 - 1.0;
    let right = image.ncols() as f64 - 1.0;
    let room = [0.0, last].map(|row| edge(row).min(right - edge(row)));
    let half = to_index((room[0].min(room[1]) * cosine * BINS - 1.0).max(0.0));
    if half < 4 * to_index(BINS) {
        return Err(EdgeError::NoEdge("it lies too near the rim"));
    }
    let mut sums = vec![(0.0, 0u32); 2 * half + 1];
    for ((row, column), value) in image.indexed_iter() {
        let distance = (column as f64 - edge(row as f64)) * cosine * BINS;
        let bin = (distance + half as f64).round();
        if bin >= 0.0
            && let Some((sum, count)) = sums.get_mut(to_index(bin))
        {
            *sum += f64::from(*value);
            *count += 1;
        }
    }
    let mut profile = Vec::with_capacity(sums.len());
    for (index, (sum, count)) in sums.iter().enumerate() {
        let filled = sums[index..].iter().find(|(_, count)| *count > 0);
        profile.push(match (count, profile.last(), filled) {
            (1.., ..) => sum / f64::from(*count),
            // A bin that no pixel falls into lies between its neighbours.
            (0, Some(before), Some((sum, count))) => {
                f64::midpoint(*before, sum / f64::from(*count))
            }
            (0, Some(before), None) => *before,
            (0, None, _) => return Err(EdgeError::NoEdge("its rows leave places out")),
        });
    }
    Ok(profile)
}

/// Mean of both ends of the profile, and the scatter about it.
fn levels(profile: &[f64]) -> ([f64; 2], f64) {
    let count = to_index((LEVEL * profile.len() as f64).max(2.0));
    let ends = [&profile[..count], &profile[profile.len() - count..]];
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means = ends.map(mean);
    let squares: f64 = ends
        .iter()
        .zip(means)
        .flat_map(|(values, mean)| values.iter().map(move |value| (value - mean).powi(2)))
        .sum();
    (means, (squares / (2 * count) as f64).sqrt())
}

/// Pixels between 10 and 90 % of the step, on the rising line nearest to the profile, so that noise
/// on either level makes no early or late crossing.
fn width(rise: &[f64]) -> Option<f64> {
    let rising = rising(rise);
    let crossing = |level: f64| {
        let after = rising.iter().position(|value| *value >= level)?;
        let before = after.checked_sub(1)?;
        let part = (level - rising[before]) / (rising[after] - rising[before]);
        Some(before as f64 + part)
    };
    Some((crossing(0.9)? - crossing(0.1)?) / BINS)
}

/// The line that never falls and is nearest to the values by least squares.
/// Source: Ayer et al. 1955, pool adjacent violators, doi:10.1214/aoms/1177728423.
fn rising(values: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::with_capacity(values.len());
    for value in values {
        let mut pool = (*value, 1);
        while let Some((sum, count)) =
            pools.pop_if(|(sum, count)| *sum / *count as f64 >= pool.0 / pool.1 as f64)
        {
            pool = (pool.0 + sum, pool.1 + count);
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / *count as f64, *count)).collect()
}

/// Modulation transfer of a profile, and the step of its frequencies in cycles a pixel; the slope
/// counts whole up to `whole` pixels from the edge.
fn modulation(rise: &[f64], whole: f64) -> (Vec<f64>, f64) {
    let spread: Vec<f64> = rise.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (half, whole) = (0.5 * spread.len() as f64, whole * BINS);
    let weight = |k: usize| {
        let beyond = ((k as f64 + 0.5 - half).abs() - whole).max(0.0);
        (std::f64::consts::FRAC_PI_2 * beyond / (half - whole)).cos().powi(2)
    };
    let mut values: Vec<Complex<f64>> =
        spread.iter().enumerate().map(|(k, value)| Complex::new(value * weight(k), 0.0)).collect();
    let count = PADDED * values.len();
    values.resize(count, Complex::new(0.0, 0.0));
    forward_f64(count).process(&mut values);
    let whole = values[0].norm().max(f64::MIN_POSITIVE);
    let step = BINS / count as f64;
    let sinc = |x: f64| {
        if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) }
    };
    let modulation = values.iter().enumerate().take_while(|(k, _)| *k as f64 * step <= 0.5 + 1e-9);
    // Bins and differences over a quarter of a pixel blur by themselves.
    let own = |k: usize| sinc(k as f64 * step / BINS).powi(2);
    (modulation.map(|(k, value)| value.norm() / whole / own(k)).collect(), step)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Gaussian blur of an edge, at the middles of pixels: the normal distribution.
    fn edge(sigma: f64, angle_deg: f64, (noise, seed): (f64, u64)) -> Array2<f32> {
        let (sine, cosine) = angle_deg.to_radians().sin_cos();
        let mut state = seed;
        Array2::from_shape_fn((64, 80), |(y, x)| {
            let distance = (x as f64 - 38.3) * cosine - (y as f64 - 32.0) * sine;
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let random = (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5;
            let value = normal(distance / sigma) + noise * random * 12f64.sqrt();
            crate::cast::to_f32(200.0 + 100.0 * value)
        })
    }

    /// The normal distribution, summed up in fine steps.
    fn normal(x: f64) -> f64 {
        let steps = 400;
        let height = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let width = (x + 8.0).max(0.0) / f64::from(steps);
        (0..steps).map(|k| height(-8.0 + (f64::from(k) + 0.5) * width) * width).sum()
    }

    #[test]
    fn a_gaussian_edge_has_its_width_and_its_modulation() {
        for (sigma, angle) in [(0.7, 5.0), (1.5, -3.0), (2.5, 8.0), (4.0, 6.0)] {
            for turned in [false, true] {
                let image = edge(sigma, angle, (0.0, 1));
                let image = if turned { image.reversed_axes() } else { image };
                let found = edge_response(image.view()).unwrap();
                let width = 2.563_103 * sigma;
                assert!((found.width - width).abs() < 0.03, "{} of {width}", found.width);
                assert!((found.angle_deg - angle.abs()).abs() < 0.1, "{}", found.angle_deg);
                assert!((found.step - 100.0).abs() < 0.5, "{}", found.step);
                let half = 2f64.ln().sqrt() / (2f64.sqrt() * std::f64::consts::PI * sigma);
                let told = found.frequency_at(0.5).unwrap();
                assert!((told - half).abs() < 0.02 * half, "{told} of {half}, sigma {sigma}");
            }
        }
    }

    #[test]
    fn noise_hardly_moves_the_width() {
        let found: Vec<EdgeResponse> = (0..16u64)
            .map(|seed| edge_response(edge(1.5, 4.0, (0.05, seed)).view()).unwrap())
            .collect();
        let mean = |of: fn(&EdgeResponse) -> f64| found.iter().map(of).sum::<f64>() / 16.0;
        // One width scatters by 0.2: sixteen by 0.05.
        assert!((mean(|one| one.width) - 3.845).abs() < 0.15, "{}", mean(|one| one.width));
        let noise = mean(|one| one.noise);
        // Sixteen pixels fall into a bin.
        assert!((noise - 0.0125).abs() < 0.003, "{noise}");
    }

    #[test]
    fn bad_edges_are_refused_with_their_reason() {
        let message = |image: Array2<f32>| edge_response(image.view()).unwrap_err().to_string();
        assert!(message(edge(1.0, 0.3, (0.0, 1))).contains("turn it"));
        assert!(message(edge(9.0, 5.0, (0.0, 1))).contains("cut off"));
        assert!(message(Array2::zeros((64, 64))).contains("no straight edge"));
        assert!(message(Array2::zeros((5, 64))).contains("at least 12"));
        assert!(message(Array2::from_elem((64, 64), f32::NAN)).contains("no straight edge"));
    }
}
