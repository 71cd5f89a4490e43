//! Which numbers become the darkest and the brightest colour, and how many pixels are drawn.

use ndarray::{Array2, ArrayView2, s};
use voltomo_numeric::cast::to_index;

use super::canvas::Picture;
use super::colour_map::ColourMap;
use super::inside::inside;

/// More numbers than this are sampled for percentiles.
const SAMPLE: usize = 1 << 20;

/// The numbers that become the first and the last colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Window {
    /// Percentiles of the finite numbers, in percent.
    Percentiles([f64; 2]),
    /// Percentiles of what lies inside a body, in percent, and air: a bright wall leaves the inside
    /// its contrast.
    Inside([f64; 2]),
    /// These two numbers, the lower one first.
    Given([f32; 2]),
}

impl Default for Window {
    fn default() -> Self {
        Self::Percentiles([0.3, 99.7])
    }
}

impl Window {
    /// The two numbers for arrays that share a window; never the same number twice.
    #[must_use]
    pub fn limits(self, arrays: &[ArrayView2<f32>]) -> [f64; 2] {
        let [low, high] = match self {
            Self::Given(limits) => limits,
            Self::Percentiles(percents) => percentiles(arrays, percents),
            Self::Inside(percents) => {
                let all: Vec<f32> = arrays.iter().flat_map(|array| inside(*array)).collect();
                let within = Array2::from_shape_fn((1, all.len()), |(_, at)| all[at]);
                let [low, high] = percentiles(&[within.view()], percents);
                [low.min(0.0), high]
            }
        };
        let (low, high) = (f64::from(low), f64::from(high));
        if high > low {
            return [low, high];
        }
        let half = if low == 0.0 { 0.5 } else { low.abs() * 0.01 };
        [low - half, low + half]
    }
}

fn percentiles(arrays: &[ArrayView2<f32>], percents: [f64; 2]) -> [f32; 2] {
    let count: usize = arrays.iter().map(|array| array.len()).sum();
    let stride = count.div_ceil(SAMPLE).max(1);
    let all = arrays.iter().flat_map(|array| array.iter()).step_by(stride);
    let mut sample: Vec<f32> = all.copied().filter(|value| value.is_finite()).collect();
    if sample.is_empty() {
        return [0.0, 1.0];
    }
    let last = sample.len() - 1;
    percents.map(|percent| {
        let rank = to_index((percent / 100.0 * last as f64).round()).min(last);
        *sample.select_nth_unstable_by(rank, f32::total_cmp).1
    })
}

/// An array at the size it is drawn, and how many pixels one number of the array gets.
pub(super) struct Fitted {
    pub(super) values: Array2<f32>,
    /// Pixels of the picture for one of the array.
    pub(super) zoom: f64,
}

/// Makes the longer side at most `longest` pixels by averaging blocks, or repeats the pixels of
/// small arrays until a further step would pass `shortest`. A block with a NaN is NaN.
pub(super) fn fitted(values: ArrayView2<f32>, longest: usize, shortest: usize) -> Fitted {
    blocks(values, (longest, shortest), |group| group.iter().sum::<f32>() / group.len() as f32)
}

/// As [`fitted`], with another number than its mean for a block.
pub(super) fn blocks(
    values: ArrayView2<f32>,
    (longest, shortest): (usize, usize),
    of: impl Fn(ArrayView2<f32>) -> f32,
) -> Fitted {
    let (rows, columns) = values.dim();
    let side = rows.max(columns).max(1);
    if side > longest {
        let block = side.div_ceil(longest);
        let shape = (rows.div_ceil(block), columns.div_ceil(block));
        let values = Array2::from_shape_fn(shape, |(y, x)| {
            let (bottom, right) = (((y + 1) * block).min(rows), ((x + 1) * block).min(columns));
            of(values.slice(s![y * block..bottom, x * block..right]))
        });
        return Fitted { values, zoom: 1.0 / block as f64 };
    }
    let times = (shortest / side).clamp(1, 16);
    let shape = (rows * times, columns * times);
    let values = Array2::from_shape_fn(shape, |(y, x)| values[[y / times, x / times]]);
    Fitted { values, zoom: times as f64 }
}

/// The array in colours.
pub(super) fn coloured(values: &Array2<f32>, [low, high]: [f64; 2], map: ColourMap) -> Picture {
    let (rows, columns) = values.dim();
    let mut picture = Picture::new(columns, rows, [0; 3]);
    for ((y, x), value) in values.indexed_iter() {
        let position = if value.is_finite() { f64::from(*value) } else { f64::NAN };
        picture.put(x, y, map.colour((position - low) / (high - low)));
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_leave_the_outliers_out() {
        let mut ramp = Array2::from_shape_fn((10, 100), |(y, x)| (y * 100 + x) as f32);
        ramp[[0, 0]] = f32::NAN;
        ramp[[9, 99]] = 1e9;
        let limits = Window::Percentiles([10.0, 90.0]).limits(&[ramp.view()]);
        assert!((limits[0] - 101.0).abs() <= 1.0 && (limits[1] - 899.0).abs() <= 1.0, "{limits:?}");
    }

    #[test]
    fn a_constant_array_still_has_a_window() {
        let flat = Array2::from_elem((4, 4), 2.0);
        let [low, high] = Window::default().limits(&[flat.view()]);
        assert!(low < 2.0 && 2.0 < high);
    }

    #[test]
    fn averaging_keeps_the_mean_and_shows_a_nan() {
        let mut wide = Array2::from_shape_fn((4, 8), |(_, x)| x as f32);
        let half = fitted(wide.view(), 4, 1);
        assert_eq!((half.zoom, half.values.dim()), (0.5, (2, 4)));
        assert_eq!(half.values[[1, 3]], 6.5);
        wide[[0, 0]] = f32::NAN;
        assert!(fitted(wide.view(), 4, 1).values[[0, 0]].is_nan());
    }
}
