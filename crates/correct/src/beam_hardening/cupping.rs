//! How far the middle of a body looks lighter than its edge. Changes nothing.

use ndarray::ArrayView2;
use serde::Serialize;
use voltomo_numeric::cast::to_index;

/// Bins of a radial profile.
const BINS: usize = 100;
/// Where the middle and the edge of a body are, in radii: clear of a hollow core, of a can's wall
/// and of the blur beside them.
const MIDDLE: f64 = 0.25;
const EDGE: f64 = 0.90;
/// Means are taken about these radii, with weights that fall as a cosine to nothing at this
/// distance from them: windings, which are narrow, leave no trace.
const NEAR: [f64; 2] = [0.42, 0.73];
const FADE: f64 = 0.17;

/// Cupping of a slice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cupping {
    /// µ at 90 % of the radius over µ at 25 %, minus 1, %, by the parabola through two wide means
    /// between them. 0 is flat; above 0 is a cup.
    pub percent: f64,
    /// µ at 25 % of the radius by that parabola, in the volume's unit.
    pub middle: f64,
    /// µ at 90 % of the radius by it.
    pub edge: f64,
    /// Centre of the body `[y, x]`, voxels.
    pub centre: [f64; 2],
    /// Radius of the body, voxels.
    pub radius: f64,
    /// Mean µ by radius, in steps of 1 % of it.
    pub profile: Vec<f64>,
}

impl Cupping {
    /// Measures a slice `[y, x]`; `None` where there is no body in it.
    ///
    /// The body is what exceeds the limit half way between the mean below and the mean above it;
    /// its centre is the middle of its extent, its radius that of a disc of its extent in x and y.
    #[must_use]
    pub fn of(slice: ArrayView2<'_, f32>) -> Option<Self> {
        let (centre, radius) = extent(slice)?;
        Self::about(slice, centre, radius)
    }

    /// Measures a slice about a body that is known, so that two slices are held to the same place.
    #[must_use]
    pub fn about(slice: ArrayView2<'_, f32>, centre: [f64; 2], radius: f64) -> Option<Self> {
        let profile = radial_profile(slice, centre, radius);
        let [[low, low_square], [high, high_square]] = [
            mean_about(slice, (centre, radius), NEAR[0])?,
            mean_about(slice, (centre, radius), NEAR[1])?,
        ];
        let slope = (high - low) / (high_square - low_square);
        let [middle, edge] = [MIDDLE, EDGE].map(|at| low + slope * (at * at - low_square));
        (middle != 0.0).then(|| Self {
            percent: 100.0 * (edge / middle - 1.0),
            middle,
            edge,
            centre,
            radius,
            profile,
        })
    }
}

/// Mean µ about a radius (a fraction of the body's), and mean square of the radius there, with
/// weights that fade as a cosine.
fn mean_about(
    slice: ArrayView2<'_, f32>,
    (centre, radius): ([f64; 2], f64),
    about: f64,
) -> Option<[f64; 2]> {
    let mut sums = [0.0; 3];
    for ((y, x), value) in slice.indexed_iter() {
        let at = (y as f64 - centre[0]).hypot(x as f64 - centre[1]) / radius;
        let away = (at - about).abs() / FADE;
        if away < 1.0 {
            let weight = 1.0 + (std::f64::consts::PI * away).cos();
            let terms = [weight, weight * f64::from(*value), weight * at * at];
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        }
    }
    (sums[0] > 0.0).then(|| [sums[1] / sums[0], sums[2] / sums[0]])
}

/// Mean of a slice `[y, x]` in rings about `centre` (`[y, x]`, voxels), each 1 % of `radius` wide;
/// NaN where a ring holds no voxel.
#[must_use]
pub fn radial_profile(slice: ArrayView2<'_, f32>, centre: [f64; 2], radius: f64) -> Vec<f64> {
    let (mut sums, mut counts) = (vec![0.0; BINS], vec![0u32; BINS]);
    for ((y, x), value) in slice.indexed_iter() {
        let away = (y as f64 - centre[0]).hypot(x as f64 - centre[1]);
        let bin = to_index(away / radius * BINS as f64);
        if bin < BINS {
            sums[bin] += f64::from(*value);
            counts[bin] += 1;
        }
    }
    sums.into_iter().zip(counts).map(|(sum, count)| sum / f64::from(count)).collect()
}

/// Middle and radius of the largest body in a slice.
fn extent(slice: ArrayView2<'_, f32>) -> Option<([f64; 2], f64)> {
    let limit = limit(slice)?;
    let (mut by_row, mut by_column) = (vec![0u64; slice.nrows()], vec![0u64; slice.ncols()]);
    for ((y, x), _) in slice.indexed_iter().filter(|(_, value)| f64::from(**value) > limit) {
        by_row[y] += 1;
        by_column[x] += 1;
    }
    let [rows, columns] = [spread(&by_row)?, spread(&by_column)?];
    let middle = |[from, to]: [f64; 2]| (from + to) / 2.0;
    let radius = (rows[1] - rows[0] + columns[1] - columns[0] + 2.0) / 4.0;
    (radius >= 4.0).then(|| ([middle(rows), middle(columns)], radius))
}

/// The limit half way between the mean of what lies below it and of what lies above it.
///
/// Source: Ridler & Calvard 1978, doi:10.1109/TSMC.1978.4310039.
fn limit(slice: ArrayView2<'_, f32>) -> Option<f64> {
    let mut limit = f64::from(slice.mean()?);
    for _ in 0..64 {
        let (mut sums, mut counts) = ([0.0; 2], [0.0; 2]);
        for value in slice.iter().map(|value| f64::from(*value)) {
            let side = usize::from(value > limit);
            sums[side] += value;
            counts[side] += 1.0;
        }
        if counts.contains(&0.0) {
            return None;
        }
        let next = 0.5 * (sums[0] / counts[0] + sums[1] / counts[1]);
        if (next - limit).abs() <= 1e-9 * next.abs() {
            break;
        }
        limit = next;
    }
    Some(limit)
}

/// First and last line that hold at least a twentieth of what the fullest does: single noisy voxels
/// beside the body do not count.
fn spread(counts: &[u64]) -> Option<[f64; 2]> {
    let most = *counts.iter().max()?;
    let is_body = |count: &u64| *count > 0 && 20 * count >= most;
    let first = counts.iter().position(is_body)?;
    let last = counts.iter().rposition(is_body)?;
    Some([first as f64, last as f64])
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use voltomo_numeric::cast::to_f32;

    use super::*;

    fn cup(depth: f64) -> Array2<f32> {
        Array2::from_shape_fn((128, 140), |(y, x)| {
            let away = (y as f64 - 66.0).hypot(x as f64 - 71.5) / 50.0;
            if away > 1.0 { 0.0 } else { to_f32(2.0 * (1.0 + depth * away * away)) }
        })
    }

    #[test]
    fn a_cup_has_the_depth_of_its_formula() {
        let found = Cupping::of(cup(0.2).view()).unwrap();
        assert!((found.radius - 50.0).abs() < 1.5, "{}", found.radius);
        assert!((found.centre[0] - 66.0).hypot(found.centre[1] - 71.5) < 1.0);
        let at = |radius: f64| 1.0 + 0.2 * radius * radius;
        let wanted = 100.0 * (at(0.9) / at(0.25) - 1.0);
        assert!((found.percent - wanted).abs() < 0.5, "{} for {wanted}", found.percent);
        let flat = Cupping::of(cup(0.0).view()).unwrap();
        assert!(flat.percent.abs() < 1e-3, "{}", flat.percent);
    }

    /// Windings of four voxels, as many as there are.
    #[test]
    fn windings_are_no_cup() {
        let wound = Array2::from_shape_fn((140, 140), |(y, x)| {
            let away = (y as f64 - 69.5).hypot(x as f64 - 69.5);
            if away > 60.0 { 0.0 } else { to_f32(1.0 + 0.4 * (1.57 * away).sin()) }
        });
        let found = Cupping::of(wound.view()).unwrap();
        assert!(found.percent.abs() < 0.5, "{}", found.percent);
    }

    #[test]
    fn an_empty_slice_has_no_cupping() {
        assert_eq!(Cupping::of(Array2::zeros((40, 40)).view()), None);
    }
}
